//! An answer is for what its author saw: a word that was for something else decides
//! nothing, and what is not up any more is not kept open.

use crate::prompts::{
    LINK, ask, begun, by_server, command, offered, raised, resolved, told, working,
};
use crate::support::{World, pane};
use events::input::MessageRow;
use events::outcome::How;
use events::prompt::{
    AppServerLinkChanged, LinkState, Meaning, PromptEnd, PromptRaised, PromptResolved, PromptSource,
};
use events::{Input, SessionId};

fn on_screen(session: &SessionId, text: &str) -> PromptRaised {
    PromptRaised {
        turn: None,
        call: None,
        source: PromptSource::Screen { pane: pane() },
        choices: offered(&[Meaning::Accept, Meaning::Cancel]),
        ..raised(session, 1, command(text))
    }
}

fn link(world: &mut World, generation: u64, state: LinkState) {
    world.feed(Input::AppServer(AppServerLinkChanged {
        generation,
        socket: "/srv/codex.sock".into(),
        state,
    }));
}

fn down() -> LinkState {
    LinkState::Down {
        why: "it ended".into(),
    }
}

#[test]
fn a_yes_to_another_text_of_the_session_approves_nothing() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api-server");
    world.turn(&session, "t0");
    world.ends(&session, "t0", "Shall I go on?");
    let rows = world.send_all();
    let (ending, _) = rows.last().unwrap().clone();
    world.notices();
    world.turn(&session, "t1");
    told(&mut world, raised(&session, 1, command("rm -rf build")));
    for words in ["yes", "no", "always"] {
        world.replies(&ending, words);
        let text = world.notice();
        assert!(
            text.contains("does not reply to the text that asks"),
            "{words}: {text}"
        );
        assert!(begun(&mut world).is_none());
        world.send_all();
    }
    // With the name in front it is an answer, wherever it stands.
    let reference = world.reference(&session);
    world.replies(&ending, &format!("@{reference} yes"));
    assert!(begun(&mut world).is_some());
}

#[test]
fn one_word_is_for_what_was_told_last_and_for_nothing_else() {
    let mut world = World::new();
    let (one, two) = (working(&mut world, 1), working(&mut world, 2));
    told(&mut world, raised(&one, 1, command("rm -rf build")));
    told(&mut world, raised(&two, 2, command("touch x")));
    // The second is answered at the desk while the word is on its way.
    resolved(&mut world, &two, 2, PromptEnd::Elsewhere);
    world.says("yes");
    let text = world.notice();
    assert!(
        text.contains("no longer open") && text.contains("Still waiting: run rm -rf build"),
        "{text}"
    );
    assert!(begun(&mut world).is_none());
    world.send_all();
    let reference = world.reference(&one);
    world.says(&format!("@{reference} yes"));
    assert_eq!(begun(&mut world).unwrap().1.session, one);
}

/// The first of two requests is about to be told once more.
fn reminded() -> (World, SessionId, SessionId) {
    let mut world = World::new();
    let server = "codex".into();
    link(&mut world, LINK, LinkState::Up { server });
    let (one, two) = (working(&mut world, 1), working(&mut world, 2));
    told(&mut world, raised(&one, 1, command("rm -rf build")));
    world.pass(10 * 60_000);
    told(&mut world, raised(&two, 2, command("touch x")));
    world.pass(21 * 60_000);
    (world, one, two)
}

#[test]
fn a_reminder_that_failed_told_nothing() {
    // It fails before it was taken for sent, and after.
    for sent in [false, true] {
        let (mut world, one, two) = reminded();
        let (id, text) = world.next_send().unwrap();
        assert!(text.contains("rm -rf build"), "{text}");
        world.performed(id, How::Accepted);
        let row = MessageRow {
            sent,
            ..world.own_row(&text)
        };
        world.take(row.clone());
        let failed = MessageRow {
            error: 22,
            sent: false,
            given_up: true,
            ..row
        };
        world.take(failed);
        world.pass(2_000);
        world.notices();
        // The owner's word is for the newest text that they got; it was answered at the desk.
        resolved(&mut world, &two, 2, PromptEnd::Elsewhere);
        world.says("yes");
        let text = world.notice();
        assert!(
            text.contains("no longer open") && text.contains("Still waiting: run rm -rf build"),
            "sent {sent}: {text}"
        );
        assert!(begun(&mut world).is_none());
        assert!(
            world
                .machine
                .state()
                .prompts
                .open
                .values()
                .any(|p| p.session == one)
        );
    }
}

#[test]
fn a_reminder_is_what_was_told_last() {
    let (mut world, one, _) = reminded();
    let reminders = world.send_all();
    assert_eq!(reminders.len(), 1, "{reminders:#?}");
    assert!(reminders[0].1.contains("rm -rf build"), "{reminders:#?}");
    world.notices();
    // What the owner is reminded of is answered at the desk while the word is on its way.
    resolved(&mut world, &one, 1, PromptEnd::Elsewhere);
    world.says("yes");
    let text = world.notice();
    assert!(
        text.contains("no longer open") && text.contains("Still waiting: run touch x"),
        "{text}"
    );
    assert!(begun(&mut world).is_none());
}

#[test]
fn a_reply_to_the_first_of_several_texts_waits_for_the_rest() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let reference = world.reference(&session);
    let long = vec!["echo all of it"; 200].join(" && ");
    told(&mut world, raised(&session, 1, command(&long)));
    world.says("yes");
    assert!(world.notice().contains("you have not received all of it"));
    world.send_all();
    world.says(&format!("show @{reference}"));
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let row = world.own_row(&text);
    let first = row.guid.clone();
    world.comes(row);
    world.replies(&first, "yes");
    assert!(begun(&mut world).is_none());
    assert!(
        world
            .notices()
            .iter()
            .any(|text| text.contains("before the text about this was there"))
    );
    world.send_all();
    world.pass(2_000);
    world.replies(&first, "yes");
    assert!(begun(&mut world).is_some());
}

#[test]
fn a_pane_shows_one_prompt_at_a_time() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let (first, _) = told(&mut world, on_screen(&session, "touch 1"));
    let (second, _) = told(&mut world, on_screen(&session, "touch 2"));
    assert_eq!(world.machine.state().prompts.open.len(), 1);
    world.replies(&first, "yes");
    assert!(world.notice().contains("no longer open"));
    assert!(begun(&mut world).is_none());
    world.send_all();
    world.replies(&second, "yes");
    assert!(begun(&mut world).is_some());
}

#[test]
fn what_the_server_does_not_show_again_went_with_it() {
    // It comes back and shows one of the two again.
    let mut world = World::new();
    let (one, two) = (working(&mut world, 1), working(&mut world, 2));
    told(&mut world, raised(&one, 1, command("touch 1")));
    let (second, _) = told(&mut world, raised(&two, 2, command("touch 2")));
    link(&mut world, LINK, down());
    link(
        &mut world,
        LINK + 1,
        LinkState::Up {
            server: "codex".into(),
        },
    );
    let mut again = raised(&one, 1, command("touch 1"));
    again.source = PromptSource::AppServer {
        generation: LINK + 1,
        request: "1".into(),
    };
    ask(&mut world, again);
    world.pass(119_000);
    assert_eq!(world.machine.state().prompts.open.len(), 2);
    world.pass(1_000);
    let open: Vec<_> = world.machine.state().prompts.open.values().collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].session, one);
    let text = world.notice();
    assert!(
        text.contains("what waited there with it: run touch 2"),
        "{text}"
    );
    world.send_all();
    world.replies(&second, "yes");
    assert!(world.notice().contains("It was gone"));
    assert!(begun(&mut world).is_none());
    // It never comes back, and the program was started again meanwhile.
    let mut world = World::new();
    let session = working(&mut world, 1);
    told(&mut world, raised(&session, 1, command("touch 1")));
    let settings = crate::support::settings();
    world.boot(settings);
    world.pass(120_000);
    assert!(world.machine.state().prompts.open.is_empty());
    assert!(world.notices().iter().any(|text| text.contains("touch 1")));
}

#[test]
fn a_prompt_that_cannot_be_checked_is_not_looked_after_for_ever() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let (row, _) = told(&mut world, raised(&session, 1, command("touch 1")));
    world.replies(&row, "yes");
    // The answer is never confirmed, so nobody is reminded.
    let (id, _) = begun(&mut world).unwrap();
    world.settled(
        id,
        events::Outcome::Unknown(events::outcome::Doubt::NoProof),
    );
    world.send_all();
    world.pass(23 * 3_600_000);
    assert!(world.machine.next_deadline().is_some());
    world.pass(2 * 3_600_000);
    world.send_all();
    world.pass(3_600_000);
    assert!(world.machine.next_deadline().is_none());
    let source = by_server(1);
    world.feed(Input::PromptResolved(PromptResolved {
        session,
        source,
        how: PromptEnd::ByUs,
    }));
    assert!(world.machine.state().prompts.open.is_empty());
}
