//! What an hour holds: texts that wait for it are merged, and none is dropped; what the
//! owner waits for goes first.

use crate::outbox::{HOUR, ends, limited, line, said};
use events::input::{Attention, QuestionKind};
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
    assert!(texts.iter().all(|text| text.starts_with("[Codex] @")));
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
