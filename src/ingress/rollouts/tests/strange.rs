//! What is not understood: counted, reported, and replaced where that can be.

use super::files::{EARLY, Home, append};
use super::{THREAD, completed, line, meta, started, user};
use crate::ingress::rollouts::Rollouts;
use events::event::{ShapeEffect, ShapeUnknown, ThreadKind};
use events::input::{Input, RolloutFact};
use events::time::Wall;

fn shapes(inputs: &[Input]) -> Vec<ShapeUnknown> {
    let shape = |input: &Input| {
        let Input::Shape(shape) = input else {
            return None;
        };
        Some(shape.clone())
    };
    inputs.iter().filter_map(shape).collect()
}

fn facts(inputs: &[Input]) -> Vec<RolloutFact> {
    let fact = |input: &Input| {
        let Input::Rollout(told) = input else {
            return None;
        };
        Some(told.fact.clone())
    };
    inputs.iter().filter_map(fact).collect()
}

fn read(content: &str) -> (Home, Rollouts, Vec<Input>) {
    let home = Home::new();
    home.write("22", THREAD, content);
    let mut rollouts = home.rollouts(EARLY);
    let told = rollouts.scan();
    (home, rollouts, told)
}

#[test]
fn a_head_without_one_field_is_still_a_head() {
    let fields = [
        ("timestamp", ShapeEffect::Replaced),
        ("id", ShapeEffect::Lost),
        ("cwd", ShapeEffect::Lost),
        ("source", ShapeEffect::Lost),
        ("cli_version", ShapeEffect::Lost),
    ];
    for (field, effect) in fields {
        let renamed = meta(0).replacen(&format!("\"{field}\":"), &format!("\"{field}_2\":"), 2);
        // The record's own time stands outside of the payload.
        let renamed = renamed.replacen("\"timestamp_2\":", "\"timestamp\":", 1);
        let (_, _, told) = read(&(renamed + &user(1, "one")));
        let Some(Input::Rollout(head)) = told.iter().find(|i| matches!(i, Input::Rollout(_)))
        else {
            panic!("{field}: {told:?}");
        };
        assert_eq!(head.session.as_str(), THREAD, "{field}");
        let RolloutFact::Meta(meta) = &head.fact else {
            panic!("{field}: {head:?}");
        };
        assert_eq!(meta.created, Wall(1_795_359_600_000), "{field}");
        assert_eq!(facts(&told).len(), 2, "{field}");
        let shapes = shapes(&told);
        assert_eq!(shapes.len(), 1, "{field}: {shapes:?}");
        assert_eq!(shapes[0].kind, format!("session head without {field}"));
        assert_eq!(shapes[0].effect, effect);
        assert!(shapes[0].place.ends_with(".jsonl, byte 0"));
    }
}

#[test]
fn records_without_a_time_of_their_own_are_told() {
    let timeless = |line: String| {
        line.replace(
            "\"timestamp\":\"2026-11-22T15:00:0",
            "\"when\":\"2026-11-22T15:00:0",
        )
    };
    let (_, _, told) = read(&timeless(
        meta(0) + &user(1, "one") + &completed(2, "t", "done"),
    ));
    assert_eq!(facts(&told).len(), 3, "{told:?}");
}

#[test]
fn a_file_that_is_no_session_is_reported_once() {
    let head = line(0, "session_start", r#"{"thread":"x"}"#);
    let (home, mut rollouts, told) = read(&(head.clone() + &user(1, "one")));
    assert!(facts(&told).is_empty());
    let found = shapes(&told);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].effect, ShapeEffect::Lost);
    assert_eq!(found[0].kind, "session file without a head");
    home.write("23", "01a203ca-48ce-7d41-bed4-559c6b25fb18", &head);
    assert!(shapes(&rollouts.scan()).is_empty());
}

#[test]
fn new_kinds_are_counted_and_reported_each_time_they_grew_tenfold() {
    let (home, mut rollouts, _) = read(&meta(0));
    let path = rollouts.active()[0].clone();
    append(
        &path,
        &line(1, "event_msg", r#"{"type":"novelty"}"#).repeat(150),
    );
    let found = shapes(&rollouts.scan());
    let counts: Vec<_> = found.iter().map(|shape| shape.count).collect();
    assert_eq!(counts, [1, 9, 90]);
    assert_eq!(found[0].kind, "record event_msg novelty");
    assert_eq!(found[0].effect, ShapeEffect::Counted);
    assert_eq!(found[0].version, "Codex 0.169.0");
    drop(home);
}

#[test]
fn a_known_kind_in_another_form_is_reported_and_damage_is_counted() {
    let renamed = line(2, "event_msg", r#"{"type":"task_complete","turn":"t"}"#);
    let torn = &user(3, "x")[..60];
    let (_, _, told) = read(&(meta(0) + &started(1, "t") + &renamed + torn + "\n" + &user(4, "y")));
    let found = shapes(&told);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].kind, "record event_msg task_complete");
    assert_eq!(found[0].effect, ShapeEffect::Lost);
    assert_eq!(found[1].kind, "record cut, damaged or too long");
    assert_eq!(found[1].effect, ShapeEffect::Counted);
    assert!(facts(&told).contains(&RolloutFact::Skipped { records: 1 }));
}

#[test]
fn a_turn_whose_end_may_have_another_name_now_is_reported() {
    let finished = line(2, "event_msg", r#"{"type":"turn_finished","turn_id":"t1"}"#);
    let (_, _, told) = read(&(meta(0) + &started(1, "t1") + &finished + &started(3, "t2")));
    let found = shapes(&told);
    assert_eq!(found.len(), 2);
    assert_eq!(
        found[1].kind,
        "record event_msg turn_finished, perhaps the end of a turn"
    );
    assert_eq!(found[1].effect, ShapeEffect::Lost);
}

#[test]
fn a_damaged_line_that_may_have_been_the_end_of_a_turn_is_reported() {
    let torn = &completed(2, "t1", "x")[..60];
    let (_, _, told) = read(&(meta(0) + &started(1, "t1") + torn + "\n" + &started(3, "t2")));
    let found = shapes(&told);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[1].kind.ends_with("perhaps the end of a turn"));
    assert_eq!(found[1].effect, ShapeEffect::Lost);
}

#[test]
fn a_thread_that_may_be_the_owners_is_silent_and_reported() {
    let of = |more: &str| {
        let head = meta(0).replace("\"source\":\"cli\"", more);
        let (_, _, told) = read(&(head + &user(1, "one")));
        let kinds: Vec<_> = shapes(&told).into_iter().map(|shape| shape.kind).collect();
        let RolloutFact::Meta(meta) = facts(&told).remove(0) else {
            panic!("{told:?}");
        };
        (meta.kind == ThreadKind::Owner, kinds)
    };
    let unknown = || vec!["session head without a known source".to_owned()];
    for (source, owners, reported) in [
        (
            r#""source":"cli","thread_source":"owner""#,
            false,
            unknown(),
        ),
        (
            r#""source":"cli","thread_source":{"user":{}}"#,
            false,
            unknown(),
        ),
        (r#""source":{"ide":"x"}"#, false, unknown()),
        (r#""source":"terminal""#, false, unknown()),
        (
            r#""source":{"custom":"x"},"thread_source":"user""#,
            true,
            vec![],
        ),
        (
            r#""source":{"internal":"title"},"thread_source":"user""#,
            false,
            vec![],
        ),
        (r#""source":{"subagent":"compact"}"#, false, vec![]),
        (
            r#""source":"vscode","thread_source":"memory_consolidation""#,
            false,
            vec![],
        ),
    ] {
        assert_eq!(of(source), (owners, reported), "{source}");
    }
}

#[test]
fn a_mark_of_the_byte_order_and_other_line_ends_cost_nothing() {
    let content = meta(0) + &user(1, "one") + &completed(2, "t", "done");
    let marked = "\u{feff}".to_owned() + &content.replace('\n', "\r\n");
    let (_, _, told) = read(&marked);
    assert_eq!(facts(&told).len(), 3, "{told:?}");
    assert!(shapes(&told).is_empty());
}
