//! What a person sees of State and of an event.

use events::event::{AssistantReplied, RuntimeStarted};
use events::{Batch, Event, Now, Seq, SessionId, Settings, Tick, Wall};
use projections::{Machine, State, view};

fn started() -> Event {
    let settings = Settings {
        owner: vec!["+15555550123".into()],
        ..Settings::default()
    };
    Event::RuntimeStarted(RuntimeStarted {
        version: "0.1.0".into(),
        pid: 7,
        settings: (&settings).into(),
    })
}

#[test]
fn a_block_says_what_happened_and_what_it_changed_and_keeps_handles_private() {
    let mut machine = Machine::default();
    let before = machine.state().clone();
    let batch = Batch::new(
        Seq(1),
        Now {
            wall: Wall(5),
            tick: Tick(3),
        },
        vec![started()],
    );
    machine.commit(batch.envelopes());
    let block = view::block(&before, &batch.envelopes()[0], machine.state());
    assert!(
        block.starts_with("event 1 RuntimeStarted at tick 3\n"),
        "{block}"
    );
    assert!(block.contains("    pid: 7\n"), "{block}");
    assert!(
        block.contains("  ~ State.running: false -> true\n"),
        "{block}"
    );
    assert!(!block.contains("555"), "{block}");
}

#[test]
fn text_of_a_session_does_not_show() {
    let session = SessionId::parse("01a203af-139d-7ea3-bbb9-1bdb88401c7e").unwrap();
    let event = Event::AssistantReplied(AssistantReplied {
        session,
        offset: 9,
        turn: None,
        text: "sekret".into(),
    });
    let (kind, fields) = view::event_lines(&event);
    assert_eq!(kind, "AssistantReplied");
    assert!(
        fields.iter().all(|(_, value)| !value.contains("sekret")),
        "{fields:?}"
    );
    assert!(
        fields.contains(&("offset".into(), "9".into())),
        "{fields:?}"
    );
}

#[test]
fn equal_states_differ_in_nothing() {
    assert_eq!(
        view::changes(&State::default(), &State::default()),
        Vec::<String>::new()
    );
}

#[test]
fn what_is_kept_by_name_is_shown_under_its_name() {
    let mut machine = Machine::default();
    let now = Now {
        wall: Wall(5),
        tick: Tick(3),
    };
    machine.commit(Batch::new(Seq(1), now, vec![started()]).envelopes());
    let need = events::input::Attention {
        key: events::InputKey::parse("k1").unwrap(),
        cwd: "/srv/api".into(),
        need: "look".into(),
        to: None,
    };
    let batch = machine.propose(events::Input::Attention(need), now);
    machine.commit(batch.envelopes());
    let lines = view::lines(machine.state());
    let found = |path: &str| lines.iter().any(|(p, _)| p.starts_with(path));
    assert!(found("State.outbox.open.3."), "{lines:#?}");
    assert!(found("State.ledger.open.2.0."), "{lines:#?}");
}

#[derive(Debug)]
#[expect(dead_code, reason = "it is only shown")]
struct Sample {
    list: Vec<&'static str>,
    some: Option<Vec<u8>>,
    sole: Option<u8>,
    pairs: Vec<(u8, u8)>,
    last: char,
}

#[test]
fn every_leaf_stands_under_its_path() {
    let sample = Sample {
        list: vec!["a: b", ") c", "d,"],
        some: Some(vec![7]),
        sole: Some(8),
        pairs: vec![(1, 2), (3, 4)],
        last: 'z',
    };
    let lines = view::lines(&sample);
    let shown: Vec<_> = lines.iter().map(|(p, v)| format!("{p}={v}")).collect();
    assert_eq!(
        shown,
        [
            r#"Sample.list.0="a: b""#,
            r#"Sample.list.1=") c""#,
            r#"Sample.list.2="d,""#,
            "Sample.some.0=7",
            "Sample.sole=8",
            "Sample.pairs.0.0=1",
            "Sample.pairs.0.1=2",
            "Sample.pairs.1.0=3",
            "Sample.pairs.1.1=4",
            "Sample.last='z'",
        ]
    );
}
