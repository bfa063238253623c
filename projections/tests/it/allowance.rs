//! What an hour holds: texts that wait for it are merged, and none is dropped; what the
//! owner waits for goes first.

use crate::outbox::{HOUR, ends, limited, line, said};
use crate::support::World;
use events::event::QuestionKind;
use events::input::Attention;
use events::{Input, InputKey};

#[test]
fn an_hour_holds_the_set_number_of_texts_and_nothing_is_dropped() {
    let mut world = limited(40);
    let session = world.session(1, "/srv/api");
    let mut texts = Vec::new();
    for nth in 0..120 {
        ends(&mut world, &session, nth);
        texts.extend(said(&mut world));
        world.pass(HOUR / 120);
    }
    assert!(texts.len() <= 40, "{}", texts.len());
    world.pass(HOUR);
    texts.extend(said(&mut world));
    let all = texts.join("\n");
    let at: Vec<_> = (0..120)
        .map(|nth| all.find(&format!("result number {nth}.")).unwrap())
        .collect();
    assert!(at.is_sorted(), "in their order");
    assert!(
        texts
            .iter()
            .all(|text| text.contains(" is done. [Codex] @"))
    );
    assert!(texts.iter().all(|text| text.chars().count() <= 1800));
}

#[test]
fn texts_within_the_allowance_are_not_merged() {
    let mut world = limited(60);
    let session = world.session(1, "/srv/api");
    for nth in 0..10 {
        ends(&mut world, &session, nth);
    }
    assert_eq!(said(&mut world).len(), 10);
}

#[test]
fn a_question_goes_first_where_not_all_may_go() {
    let mut world = limited(8);
    let session = world.session(1, "/srv/api");
    for nth in 0..5 {
        ends(&mut world, &session, nth);
    }
    said(&mut world);
    ends(&mut world, &session, 5);
    assert!(world.next_send().is_none(), "the allowance is used up");
    world.asks(&session, "call", QuestionKind::Modal, &["a", "b"]);
    world.pass(HOUR / 6);
    let next = said(&mut world);
    assert!(next[0].contains("needs input"), "{next:?}");
}

#[test]
fn what_a_hook_asks_the_owner_for_goes_before_ends_of_turns_where_not_all_may_go() {
    let mut world = limited(8);
    let session = world.session(1, "/srv/api");
    for nth in 0..5 {
        ends(&mut world, &session, nth);
    }
    said(&mut world);
    ends(&mut world, &session, 5);
    assert!(world.next_send().is_none(), "the allowance is used up");
    world.feed(Input::Attention(Attention {
        key: InputKey::parse("hook").unwrap(),
        cwd: "/srv/api".into(),
        need: "an approval waits".into(),
        to: None,
    }));
    world.pass(HOUR / 3);
    let next = said(&mut world);
    assert!(next[0].contains("an approval waits"), "{next:?}");
    world.pass(HOUR / 3);
    let all = [next, said(&mut world)].concat();
    assert!(
        all.iter().any(|text| text.contains("result number 5.")),
        "{all:?}"
    );
}

#[test]
fn texts_of_others_are_merged_among_themselves() {
    let mut world = limited(8);
    for nth in 0..20 {
        line(&mut world, nth);
    }
    let mut texts = said(&mut world);
    world.pass(HOUR);
    texts.extend(said(&mut world));
    let lines: Vec<_> = texts.iter().flat_map(|text| text.split("\n\n")).collect();
    let wanted: Vec<_> = (0..20).map(|nth| format!("line {nth}")).collect();
    assert_eq!(lines, wanted);
    assert!(texts.len() < 8, "{texts:?}");
}

/// A hundred sessions end within a second; all texts that go out within `millis`, sent as they come.
fn flood(world: &mut World, sessions: u16, millis: u64) -> (Vec<String>, Vec<String>) {
    let ids: Vec<_> = (0..sessions)
        .map(|nth| world.session(nth, &format!("/srv/project-{nth}")))
        .collect();
    let refs = ids
        .iter()
        .map(|id| format!("@{}", world.reference(id)))
        .collect();
    for (nth, id) in ids.iter().enumerate() {
        ends(world, id, nth);
    }
    let mut texts = said(world);
    for _ in 0..millis / 1_000 {
        world.pass(1_000);
        texts.extend(said(world));
    }
    (texts, refs)
}

#[test]
fn a_hundred_sessions_that_end_at_once_are_told_within_two_minutes() {
    let mut world = World::new();
    let (texts, refs) = flood(&mut world, 100, 120_000);
    let all = texts.join("\n");
    for name in &refs {
        let told = all.split_whitespace().filter(|word| word == name).count();
        assert_eq!(told, 1, "{name} in {all}");
    }
    let digests = texts.iter().filter(|text| text.contains("news of "));
    assert!(digests.clone().count() <= 4, "{texts:#?}");
    assert!(digests.into_iter().any(|text| text.contains("status @ref")));
    assert!(texts.iter().all(|text| text.chars().count() <= 1800));
    assert!(world.machine.state().outbox.open.is_empty());
}

#[test]
fn of_a_thousand_sessions_none_is_left_out_and_the_digest_stays_readable() {
    let mut world = World::new();
    let (texts, refs) = flood(&mut world, 1000, 600_000);
    let all = texts.join("\n");
    assert!(refs.iter().all(|name| all.contains(name.as_str())));
    assert!(texts.len() < 60, "{}", texts.len());
}

#[test]
fn what_needs_the_owner_does_not_wait_behind_a_flood() {
    let mut world = World::new();
    let (_, _) = flood(&mut world, 100, 0);
    let asking = world.session(500, "/srv/asks");
    world.asks(&asking, "call", QuestionKind::Modal, &["a", "b"]);
    let next = said(&mut world);
    assert!(next[0].contains("needs input"), "{next:?}");
}

#[test]
fn a_digest_tells_the_newest_of_each_session_and_counts_the_rest() {
    let mut world = limited(8);
    let sessions: Vec<_> = (0..6)
        .map(|nth| world.session(nth, &format!("/srv/p{nth}")))
        .collect();
    ends(&mut world, &sessions[0], 100);
    ends(&mut world, &sessions[0], 101);
    said(&mut world);
    for (nth, id) in sessions.iter().enumerate() {
        ends(&mut world, id, nth);
        ends(&mut world, id, nth + 10);
    }
    world.pass(HOUR / 3);
    let texts = said(&mut world);
    let digest = texts.join("\n");
    assert!(digest.contains("news of 6 sessions"), "{digest}");
    for (nth, id) in sessions.iter().enumerate() {
        let line = format!("@{} p{nth} is done. ", world.reference(id));
        let line = digest.lines().find(|found| found.starts_with(&line));
        let line = line.unwrap_or_else(|| panic!("{nth} in {digest}"));
        assert!(
            line.contains(&format!("result number {}.", nth + 10)),
            "{line}"
        );
        assert!(line.ends_with("(and 1 before)"), "{line}");
    }
}

#[test]
fn a_hundred_sessions_that_ask_at_once_are_all_told_of_within_a_minute() {
    let mut world = World::new();
    let ids: Vec<_> = (0..100)
        .map(|nth| world.session(nth, &format!("/srv/p{nth}")))
        .collect();
    let mut texts = Vec::new();
    for id in &ids {
        world.asks(id, "call", QuestionKind::Modal, &["keep", "drop"]);
        texts.extend(said(&mut world));
    }
    for _ in 0..60 {
        world.pass(1_000);
        texts.extend(said(&mut world));
    }
    let all = texts.join("\n");
    for id in &ids {
        let told = all.matches(&format!("@{} ", world.reference(id))).count();
        assert_eq!(told, 1, "{id} in {all}");
    }
    let whole = texts.iter().filter(|text| text.contains("needs input"));
    assert!(
        whole.count() >= 20,
        "as many as may go come whole: {texts:#?}"
    );
    assert!(all.contains("requests wait for you"), "{all}");
    assert!(texts.iter().all(|text| text.chars().count() <= 1800));
    assert!(world.machine.state().outbox.open.is_empty());
    // What the owner asks for then does not wait behind them.
    world.says("list");
    let mut answer = said(&mut world);
    for _ in 0..240 {
        world.pass(1_000);
        answer.extend(said(&mut world));
    }
    assert!(
        answer.iter().any(|text| text.contains("sessions")),
        "{answer:?}"
    );
}
