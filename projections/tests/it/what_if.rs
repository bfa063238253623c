//! Facts decided again: prompts, and words that waited for what belongs to them.

use crate::prompts::{ask, command, raised, working};
use crate::support::World;
use events::input::MessageRow;
use events::settings::NotifyMode;
use events::{Envelope, Event, Settings};
use projections::State;
use projections::explain::Batches;
use projections::whatif::{Again, again};

/// Every batch is decided again as it was.
pub(crate) fn assert_decided_again(log: &[Envelope]) {
    for again in decided(log, |_| true, &Clone::clone) {
        assert!(!matches!(again, Again::Differs(_)), "{again:#?}");
    }
}

/// What comes of each batch that holds such an event, decided again with changed settings.
fn decided(
    log: &[Envelope],
    of: impl Fn(&Event) -> bool,
    change: &dyn Fn(&Settings) -> Settings,
) -> Vec<Again> {
    let (mut found, mut batches) = (Vec::new(), Batches::default());
    let mut each = |state: &State, batch: &[Envelope]| {
        if batch.iter().any(|entry| of(&entry.event)) {
            found.push(again(state, batch, batch, true, change));
        }
    };
    for entry in log {
        batches.push(entry.clone(), &mut each);
    }
    batches.end(&mut each);
    found
}

#[test]
fn a_prompt_is_told_again_and_not_where_nothing_is_sent() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let prompt = raised(&session, 1, command("cargo test"));
    ask(&mut world, prompt.clone());
    // A screen shows the same one: of this nothing follows.
    let mut seen = prompt;
    seen.source = events::prompt::PromptSource::Hook {
        key: events::InputKey::parse("k").unwrap(),
    };
    ask(&mut world, seen);
    let asked = |event: &Event| matches!(event, Event::PromptAsked(_));
    assert_eq!(decided(world.log(), asked, &Clone::clone), [Again::Same]);
    let silent = |settings: &Settings| Settings {
        mode: NotifyMode::StateOnly,
        ..settings.clone()
    };
    let differs = decided(world.log(), asked, &silent);
    let [Again::Differs(difference)] = differs.as_slice() else {
        panic!("{differs:?}");
    };
    assert!(!difference.then.is_empty(), "{difference:#?}");
    assert_eq!(difference.now, Vec::<String>::new(), "{difference:#?}");
}

#[test]
fn words_that_were_joined_are_joined_again() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.finished(&session, "t1");
    let words = world.row("read this");
    world.comes(words);
    world.pass(700);
    let row = world.row("https://example.com/a");
    world.comes(MessageRow {
        balloon: Some("com.apple.messages.URLBalloonProvider".into()),
        attachments: true,
        ..row
    });
    world.pass(3_000);
    let waited = |event: &Event| {
        matches!(
            event,
            Event::InboundDeferred(_) | Event::InboundJoined(_) | Event::RoutingDecided(_)
        )
    };
    let joined = |event: &Event| matches!(event, Event::InboundJoined(_));
    assert!(world.log().iter().any(|entry| joined(&entry.event)));
    let again = decided(world.log(), waited, &Clone::clone);
    assert!(again.len() > 1, "{again:?}");
    assert!(
        again.iter().all(|again| *again == Again::Same),
        "{again:#?}"
    );
}
