//! What holds for a log as a whole: equal ones mean the same, and a gap stops nothing.

use crate::support::World;
use events::event::RuntimeStopped;
use events::{Batch, Event, Now, Seq};
use projections::Machine;

#[test]
fn equal_logs_have_equal_digests_and_another_event_has_another() {
    let (mut one, other) = (World::new(), World::new());
    let digest = one.machine.state().digest();
    assert_eq!(digest, other.machine.state().digest());
    assert_eq!(digest.len(), 16);
    assert!(digest.chars().all(|c| c.is_ascii_hexdigit()), "{digest}");
    one.says("help");
    assert_ne!(one.machine.state().digest(), digest);
}

#[test]
fn a_gap_in_the_log_is_kept_as_an_anomaly_and_the_log_goes_on() {
    let mut machine = Machine::default();
    for seq in [1, 3, 4] {
        let stopped = Event::RuntimeStopped(RuntimeStopped {});
        let batch = Batch::new(Seq(seq), Now::default(), vec![stopped]);
        machine.commit(batch.envelopes());
    }
    let kept = machine.state().anomalies.iter().map(|kept| kept.seq);
    assert_eq!(kept.collect::<Vec<_>>(), [Seq(3)]);
    assert_eq!(machine.next_seq(), Seq(5));
}
