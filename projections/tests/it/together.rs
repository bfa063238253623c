//! Turns that end within a short time are told in one text. The first is not held up, and
//! nothing that waits for the owner is.

use crate::support::{World, settings};
use events::event::{HoldRule, QuestionKind, Rule};
use events::input::RolloutFact;
use events::outcome::How;
use events::{Event, Guid, SessionId, Settings, Span};

const WINDOW: u64 = 20_000;

fn world() -> World {
    World::with(Settings {
        digest: Span(WINDOW),
        ..settings()
    })
}

fn ends(world: &mut World, session: &SessionId, turn: &str, said: &str) -> Vec<(Guid, String)> {
    world.turn(session, turn);
    world.ends(session, turn, said);
    world.send_all()
}

/// Sessions of which the first was told a moment ago, and the others end.
fn burst(world: &mut World, names: &[&str]) -> Vec<SessionId> {
    let ids: Vec<_> = (0..)
        .zip(names)
        .map(|(nth, name)| world.session(nth, &format!("/srv/{name}")))
        .collect();
    for (nth, id) in ids.iter().enumerate() {
        let sent = ends(world, id, "t1", &format!("result {nth}."));
        assert_eq!(sent.len(), usize::from(nth == 0), "{sent:?}");
        world.pass(1_000);
    }
    ids
}

#[test]
fn the_first_end_goes_at_once_and_those_that_follow_go_as_one_text() {
    let mut world = world();
    let ids = burst(&mut world, &["api", "web", "docs"]);
    world.pass(WINDOW - 4_000);
    assert!(world.send_all().is_empty(), "it is not time yet");
    world.pass(1_500);
    let sent = world.send_all();
    assert_eq!(sent.len(), 1, "{sent:?}");
    let (web, docs) = (world.reference(&ids[1]), world.reference(&ids[2]));
    let expected = format!(
        "[Codex] web and docs are done.\n@{web} web is done.\nresult 1.\n\n\
         @{docs} docs is done.\nresult 2.\n\nWrite \"status @ref\" to read the whole of one."
    );
    assert_eq!(sent[0].1, expected);
    world.pass(WINDOW * 10);
    assert!(world.send_all().is_empty(), "each is told once");
    let rules = world.log().iter().filter_map(|entry| match &entry.event {
        Event::NoticeDeferred(e) => Some(e.rule),
        _ => None,
    });
    assert!(rules.eq([HoldRule::Together; 2]));
}

#[test]
fn one_that_ends_alone_has_a_text_of_its_own() {
    let mut world = world();
    let ids = burst(&mut world, &["api", "web"]);
    world.pass(WINDOW);
    let sent = world.send_all();
    assert_eq!(sent.len(), 1, "{sent:?}");
    let head = format!("web is done. [Codex] @{}\n", world.reference(&ids[1]));
    assert!(sent[0].1.starts_with(&head), "{sent:?}");
    // Long after that the next goes at once.
    world.pass(WINDOW);
    assert_eq!(ends(&mut world, &ids[0], "t2", "More.").len(), 1);
}

#[test]
fn none_waits_for_longer_than_the_window_however_many_follow() {
    let mut world = world();
    let ids: Vec<_> = (0..60)
        .map(|nth| world.session(nth, &format!("/srv/p{nth}")))
        .collect();
    let mut told = String::new();
    for (nth, id) in ids.iter().enumerate() {
        for (_, text) in ends(&mut world, id, "t1", "Done.") {
            told.push_str(&text);
        }
        world.pass(1_000);
        // What ended a window ago was told.
        if let Some(before) = nth.checked_sub(22) {
            let name = format!("@{}", world.reference(&ids[before]));
            assert!(told.contains(&name), "{before} of {nth}: {told}");
        }
    }
    let several = |e: &Event| matches!(e, Event::NoticeQueued(e) if e.replaces.len() > 1);
    let log = world.log().iter();
    assert_eq!(log.filter(|entry| several(&entry.event)).count(), 3);
}

#[test]
fn what_failed_or_needs_the_owner_stands_first_and_many_are_counted() {
    let mut world = world();
    let ids: Vec<_> = (0..4)
        .map(|nth| world.session(nth, &format!("/srv/p{nth}")))
        .collect();
    ends(&mut world, &ids[0], "t1", "Done.");
    ends(&mut world, &ids[1], "t1", "Done.");
    world.turn(&ids[2], "t1");
    let error = Some("The network is down".into());
    let turn = crate::support::turn_id("t1");
    let failed = RolloutFact::TurnCompleted {
        turn,
        last: None,
        error,
    };
    world.grow(&ids[2], failed);
    ends(&mut world, &ids[3], "t1", "Done.");
    world.pass(WINDOW);
    let sent = world.send_all();
    assert_eq!(sent.len(), 1, "{sent:?}");
    let (_, text) = &sent[0];
    assert!(
        text.starts_with("[Codex] p2 failed, p1 and p3 are done.\n"),
        "{text}"
    );
    assert!(text.contains("p2 failed: The network is down."), "{text}");

    let mut world = self::world();
    let names: Vec<_> = (0..12).map(|nth| format!("project-{nth}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let ids = burst(&mut world, &names);
    world.pass(WINDOW);
    let sent = world.send_all();
    let all: String = sent.iter().map(|(_, text)| text.as_str()).collect();
    assert!(all.starts_with("[Codex] 11 sessions are done."), "{all}");
    for id in &ids[1..] {
        assert!(all.contains(&format!("@{} ", world.reference(id))), "{all}");
    }
}

#[test]
fn what_asks_the_owner_waits_for_nothing_and_its_session_keeps_its_order() {
    let mut world = world();
    let ids = burst(&mut world, &["api", "web"]);
    // The session that waits asks: its end goes before.
    world.turn(&ids[1], "t2");
    world.asks(&ids[1], "call", QuestionKind::Modal, &["a", "b"]);
    let sent = world.send_all();
    let texts: Vec<_> = sent.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].starts_with("web is done."), "{texts:?}");
    assert!(texts[1].contains("needs input"), "{texts:?}");
}

#[test]
fn who_wrote_to_a_session_since_hears_its_end_at_once() {
    let mut world = world();
    let ids = burst(&mut world, &["api", "web"]);
    let (api, web) = (world.reference(&ids[0]), world.reference(&ids[1]));
    world.says(&format!("@{api} go on"));
    let (id, ..) = world.next_words().unwrap();
    world.performed(id, How::Accepted);
    world.turn(&ids[0], "t2");
    world.user(&ids[0], "go on");
    world.send_all();
    world.ends(&ids[0], "t2", "I went on.");
    let sent = world.send_all();
    assert!(
        sent.iter().any(|(_, text)| text.ends_with("I went on.")),
        "{sent:?}"
    );
    // The other still waits its time, and no longer.
    assert!(
        !sent
            .iter()
            .any(|(_, text)| text.contains(&format!("@{web}")))
    );
    world.pass(WINDOW);
    let sent = world.send_all();
    assert!(
        sent.iter()
            .any(|(_, text)| text.starts_with("web is done.")),
        "{sent:?}"
    );
}

#[test]
fn a_reply_to_the_text_names_its_session_or_is_asked_which() {
    let mut world = World::with(Settings {
        digest: Span(WINDOW),
        // Also where the newest would be taken otherwise.
        require_ref: false,
        ..settings()
    });
    let ids = burst(&mut world, &["api", "web", "docs"]);
    world.pass(WINDOW);
    let (digest, _) = world.send_all().remove(0);
    // Only one of them has not gone on: that is no reason to guess.
    world.turn(&ids[0], "t2");
    world.turn(&ids[1], "t2");
    world.replies(&digest, "go on");
    assert_eq!(routed(&mut world), Some((Rule::Ambiguous, None)));
    let asked = world.send_all();
    assert!(
        asked.iter().any(|(_, text)| text.contains("which session?")
            && text.contains(&format!("@{}", world.reference(&ids[2])))),
        "{asked:?}"
    );
    let docs = world.reference(&ids[2]);
    world.replies(&digest, &format!("@{docs} go on"));
    assert_eq!(
        routed(&mut world),
        Some((Rule::Named, Some(ids[2].clone())))
    );
}

/// Where the newest message goes, once nothing may follow it any more.
fn routed(world: &mut World) -> Option<(Rule, Option<SessionId>)> {
    world.pass(10_000);
    let mut log = world.log().iter().rev();
    log.find_map(|entry| match &entry.event {
        Event::RoutingDecided(e) => Some((e.rule, e.target.clone())),
        _ => None,
    })
}

#[test]
fn off_means_that_each_goes_at_once() {
    let mut world = World::new();
    for nth in 0..4 {
        let id = world.session(nth, &format!("/srv/p{nth}"));
        assert_eq!(ends(&mut world, &id, "t1", "Done.").len(), 1);
    }
}

#[test]
fn a_digest_that_did_not_arrive_comes_again_whole_when_asked_for() {
    let mut world = world();
    let ids = burst(&mut world, &["api", "web", "docs"]);
    world.pass(WINDOW);
    let (id, text) = world.next_send().unwrap();
    assert!(text.starts_with("[Codex] web and docs are done."), "{text}");
    world.performed(id, How::Accepted);
    world.pass(31_000);
    let (_, report) = world.send_all().remove(0);
    assert!(report.contains("web and docs are done."), "{report}");
    // It is not about the first session; it is about each of the others.
    let (api, web) = (world.reference(&ids[0]), world.reference(&ids[1]));
    world.says(&format!("retry @{api}"));
    let (_, nothing) = world.send_all().remove(0);
    assert!(nothing.contains("No undelivered texts."), "{nothing}");
    world.says(&format!("retry @{web}"));
    let again = world.send_all();
    assert_eq!(again.len(), 1, "{again:?}");
    assert_eq!(again[0].1, text);
    // It is still about several: a reply to it names none of them.
    world.replies(&again[0].0, "go on");
    assert_eq!(routed(&mut world), Some((Rule::Ambiguous, None)));
}
