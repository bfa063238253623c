//! What shows where values are printed: names and fingerprints, never what is private.

use events::{Batch, Digest, Event, Now, Pane, Private, Seq};

#[test]
fn what_is_private_says_only_that_it_is() {
    let text = Private::from("sekret");
    assert_eq!(format!("{text}"), "<private>");
    assert_eq!(format!("{text:?}"), "<private>");
}

#[test]
fn a_pane_and_a_fingerprint_can_be_told_from_others() {
    let pane = Pane {
        socket: "/tmp/tmux-1/default".into(),
        id: "%7".into(),
    };
    assert_eq!(pane.to_string(), "%7 on /tmp/tmux-1/default");
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&[0x0a, 0xff, 0x10, 0x01]);
    assert_eq!(format!("{:?}", Digest(bytes)), "0aff1001");
}

#[test]
fn only_a_batch_without_events_is_empty() {
    let stopped = Event::RuntimeStopped(events::event::RuntimeStopped {});
    assert!(Batch::new(Seq(1), Now::default(), Vec::new()).is_empty());
    assert!(!Batch::new(Seq(1), Now::default(), vec![stopped]).is_empty());
}
