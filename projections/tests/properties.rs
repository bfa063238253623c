//! What holds for any log and any input, legal or not.

use events::event::{CommandRequested, CommandSettled, CommandStarted, Source};
use events::input::{Body, MessageRow, SourceState, Started};
use events::{
    Batch, Command, Envelope, Event, Guid, Input, Now, Outcome, Report, Seq, Settings, Text, Tick,
    Wall,
};
use projections::{Machine, State, apply};
use proptest::prelude::*;

/// Any sample of an event.
fn event() -> impl Strategy<Value = Event> {
    let samples = events::samples::events();
    (0..samples.len()).prop_map(move |nth| samples[nth].clone())
}

/// Before any log of these tests. A command is named after the entry that
/// requested it: no sample may bear the name of one that is still to come.
const BEFORE: u64 = 1_000_000;

/// Any log, most of them nonsense: in order, with time that may stand still.
fn log() -> impl Strategy<Value = Vec<Envelope>> {
    let entry = (event(), 0_u64..40_000, -5_000_i64..50_000);
    prop::collection::vec(entry, 0..80).prop_map(|entries| {
        let (mut tick, mut wall) = (0, 1_790_000_000_000);
        let mut log = Vec::new();
        for (nth, (event, later, moved)) in entries.into_iter().enumerate() {
            tick += later;
            wall += moved;
            log.push(Envelope {
                seq: Seq(BEFORE + nth as u64 + 1),
                wall: Wall(wall),
                tick: Tick(tick),
                cause: None,
                event,
            });
        }
        log
    })
}

fn replay(from: &State, log: &[Envelope]) -> State {
    let mut state = from.clone();
    for entry in log {
        apply(&mut state, entry);
    }
    state
}

#[expect(clippy::unwrap_used, reason = "made of visible ASCII")]
fn guid(rowid: i64) -> Guid {
    Guid::parse(&format!("p-{rowid}")).unwrap()
}

fn row(rowid: i64, text: &str, from_me: bool) -> MessageRow {
    MessageRow {
        body: Body::Text(Text::from(text)),
        date: Some(Wall(1_790_000_000_000)),
        service: "iMessage".into(),
        from_me,
        handle: Some(Text::from("+15555550123")),
        sent: true,
        given_up: rowid % 2 == 0,
        ..MessageRow::bare(rowid, guid(rowid))
    }
}

/// Inputs that meet whatever State there is.
fn inputs(state: &State) -> Vec<Input> {
    let mut inputs = vec![
        Input::Started(Started {
            version: "1".into(),
            pid: 1,
            settings: Settings {
                owner: vec![Text::from("+15555550123")],
                ..Settings::default()
            },
        }),
        Input::Stopping,
        Input::Elapsed,
        Input::Source(Source::ChatDb, SourceState::Failed("gone".into())),
        Input::Message(Box::new(row(9_001, "list", false))),
        Input::Message(Box::new(row(9_002, "2", true))),
    ];
    let report = Report::Settled(Outcome::Expired);
    let open = state.ledger.open.keys();
    inputs.extend(open.map(|id| Input::Report(*id, report.clone())));
    inputs
}

fn later(state: &State) -> Now {
    Now {
        wall: state.wall,
        tick: Tick(state.tick.0 + 60_000),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_log_applies_and_a_prefix_with_its_rest_is_the_whole(log in log(), cut in 0_usize..80) {
        let whole = replay(&State::default(), &log);
        let (before, after) = log.split_at(cut.min(log.len()));
        let halves = replay(&replay(&State::default(), before), after);
        prop_assert_eq!(whole.digest(), halves.digest());
        prop_assert_eq!(whole, halves);
    }

    #[test]
    fn proposing_changes_nothing_and_is_a_function(log in log()) {
        let state = replay(&State::default(), &log);
        let machine = Machine::from(state.clone());
        for input in inputs(&state) {
            let now = later(&state);
            let batch = machine.propose(input.clone(), now);
            prop_assert_eq!(&batch, &machine.propose(input, now));
            prop_assert_eq!(machine.state(), &state);
        }
    }

    #[test]
    fn a_batch_goes_on_where_the_log_ends_and_never_back_in_time(log in log()) {
        let state = replay(&State::default(), &log);
        let machine = Machine::from(state.clone());
        let back = Now { wall: Wall(0), tick: Tick(0) };
        for input in inputs(&state) {
            let batch = machine.propose(input, back);
            let seqs: Vec<_> = batch.envelopes().iter().map(|e| e.seq).collect();
            let next = state.last.0 + 1;
            let expected: Vec<_> = (next..).take(seqs.len()).map(Seq).collect();
            prop_assert_eq!(seqs, expected);
            prop_assert!(batch.envelopes().iter().all(|e| e.tick >= state.tick));
        }
    }

    #[test]
    fn inputs_taken_in_at_once_mean_what_they_mean_one_by_one(log in log()) {
        let state = replay(&State::default(), &log);
        let mut machine = Machine::from(state.clone());
        let now = later(&state);
        let at_once = machine.propose_all(inputs(&state), now);
        let mut one_by_one = Batch::default();
        for input in inputs(&state) {
            let batch = machine.propose(input, now);
            machine.commit(batch.envelopes());
            one_by_one.join(batch);
        }
        prop_assert_eq!(at_once, one_by_one);
    }

    #[test]
    fn no_lane_holds_two_commands_that_may_begin(log in log()) {
        let machine = Machine::from(replay(&State::default(), &log));
        let mut lanes: Vec<_> = machine.owed().iter().map(|(_, c)| c.lane()).collect();
        let count = lanes.len();
        lanes.sort();
        lanes.dedup();
        prop_assert_eq!(lanes.len(), count);
    }

    #[test]
    fn after_a_start_nothing_is_begun_a_second_time(log in log()) {
        let mut machine = Machine::from(replay(&State::default(), &log));
        let begun: Vec<_> = machine.owed().into_iter().map(|(id, _)| id).collect();
        for id in &begun {
            let batch = machine.start([*id], later(machine.state()));
            machine.commit(batch.envelopes());
        }
        let started = inputs(machine.state()).remove(0);
        let batch = machine.propose(started, later(machine.state()));
        machine.commit(batch.envelopes());
        prop_assert!(machine.owed().iter().all(|(id, _)| !begun.contains(id)));
    }
}

/// Every command of the samples, through its whole life, from an empty state.
#[test]
fn a_settled_command_is_gone_and_a_second_end_is_an_anomaly() {
    let commands = events::samples::events().into_iter().filter_map(|event| {
        if let Event::CommandRequested(CommandRequested { id, command, .. }) = event {
            Some((id, command))
        } else {
            None
        }
    });
    let commands: Vec<(_, Command)> = commands.collect();
    assert!(!commands.is_empty());
    for (id, command) in commands {
        let settled = Event::CommandSettled(CommandSettled {
            id,
            outcome: Outcome::Unknown(events::outcome::Doubt::NoProof),
        });
        let life = vec![
            Event::CommandRequested(CommandRequested {
                id,
                attempt: 1,
                command,
            }),
            Event::CommandStarted(CommandStarted { id, baseline: None }),
            settled.clone(),
            settled,
        ];
        let batch = Batch::new(Seq(1), Now::default(), life);
        let ended = replay(&State::default(), &batch.envelopes()[..3]);
        assert!(ended.ledger.open.is_empty());
        assert_eq!(ended.anomalies.len(), 0);
        let twice = replay(&ended, &batch.envelopes()[3..]);
        assert_eq!(twice.anomalies.len(), 1);
    }
}
