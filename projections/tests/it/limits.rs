//! Where the outbox's limits lie to the one, and what stands in its books when
//! the proof of a text runs out behind its back.

use crate::support::{World, settings};
use events::event::{Deadline, QuestionKind, Topic};
use events::input::{QueueEntry, QueueLine};
use events::outcome::{Failure, How};
use events::{CommandId, Input, Outcome, Seq, SessionId, Settings, Tick, Wall};
use projections::allowance::Allowance;
use projections::deadlines::Deadlines;
use projections::ledger::{Sent, SentTexts, sent_digest};
use projections::missing::{Lost, Missing, Why};
use projections::outbox::End;

const HOUR: u64 = 3_600_000;

fn limited(max_per_hour: u32) -> World {
    World::with(Settings {
        max_per_hour,
        ..settings()
    })
}

fn ends(world: &mut World, session: &SessionId, turn: &str, last: &str) {
    world.turn(session, turn);
    world.ends(session, turn, last);
}

/// The next text, out of our hands but not proven.
fn accepted(world: &mut World) -> (CommandId, String) {
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    (id, text)
}

#[test]
fn without_an_allowance_nothing_may_go() {
    let allowance = Allowance::default();
    assert_eq!(allowance.room(Tick(HOUR), 0, true), 0);
    assert_eq!(allowance.room(Tick(HOUR), 1, true), 1);
}

#[test]
fn the_last_64_notices_with_missing_texts_are_remembered() {
    let lost = |nth: u64| Lost {
        session: None,
        topic: Topic::Health,
        parts: [(0, format!("text {nth}").as_str().into())].into(),
        why: Why::GivenUp,
        report: None,
    };
    let mut missing = Missing::default();
    for nth in 1..=64 {
        missing.add(Seq(nth), lost(nth));
    }
    assert_eq!(missing.iter().count(), 64);
    missing.add(Seq(65), lost(65));
    assert_eq!(missing.iter().count(), 64);
    assert!(missing.get(Seq(1)).is_none() && missing.get(Seq(2)).is_some());
}

#[test]
fn a_question_goes_before_an_older_text_of_another_session() {
    let mut world = limited(8);
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    for nth in 0..2 {
        ends(&mut world, &api, &format!("t{nth}"), "spent");
    }
    assert_eq!(world.send_all().len(), 2, "nothing more may go");
    ends(&mut world, &api, "t", "an older text");
    world.asks(&web, "call", QuestionKind::Modal, &["a", "b"]);
    world.pass(HOUR);
    let texts: Vec<_> = world.send_all().into_iter().map(|(_, text)| text).collect();
    assert!(texts[0].contains("needs input"), "{texts:?}");
    assert!(texts[1].contains("an older text"), "{texts:?}");
}

#[test]
fn a_question_goes_before_an_older_answer_to_the_owner() {
    let mut world = limited(8);
    let api = world.session(1, "/srv/api");
    for nth in 0..2 {
        ends(&mut world, &api, &format!("t{nth}"), "spent");
    }
    assert_eq!(world.send_all().len(), 2, "nothing more may go");
    world.says("help");
    world.asks(&api, "call", QuestionKind::Modal, &["a", "b"]);
    world.pass(HOUR / 6);
    let texts = world.send_all();
    assert_eq!(texts.len(), 1, "only one may go: {texts:?}");
    assert!(texts[0].1.contains("needs input"), "{texts:?}");
}

#[test]
fn what_is_merged_is_of_one_session_and_not_begun() {
    let mut world = limited(8);
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    for nth in 0..6 {
        let turn = format!("t{nth}");
        ends(&mut world, &api, &turn, &format!("apple {nth}."));
        ends(&mut world, &web, &turn, &format!("pear {nth}."));
    }
    let mut texts = Vec::new();
    for _ in 0..12 {
        texts.extend(world.send_all().into_iter().map(|(_, text)| text));
        world.pass(HOUR / 12);
    }
    let all = texts.join("\n");
    for nth in 0..6 {
        assert_eq!(all.matches(&format!("apple {nth}.")).count(), 1, "{all}");
        assert_eq!(all.matches(&format!("pear {nth}.")).count(), 1, "{all}");
    }
    let mixed = |text: &&String| text.contains("apple") && text.contains("pear");
    assert_eq!(texts.iter().find(mixed), None);
    assert!(texts.len() < 12, "some were merged");
}

#[test]
fn a_long_text_that_has_not_begun_holds_nothing_up() {
    let mut world = World::with(Settings {
        max_len: 120,
        ..settings()
    });
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    ends(&mut world, &api, "t", "short");
    let body: Vec<_> = (0..30).map(|n| format!("line {n}")).collect();
    ends(&mut world, &web, "t", &body.join("\n"));
    let (_, first) = accepted(&mut world);
    assert!(first.contains("short"), "{first}");
    let (_, second) = accepted(&mut world);
    assert!(second.contains("(1/"), "{second}");
}

#[test]
fn a_deadline_that_is_moved_is_still_one() {
    let mut deadlines = Deadlines::default();
    let (one, two) = (Deadline::Retry(Seq(1)), Deadline::Retry(Seq(2)));
    assert!(deadlines.is_empty());
    deadlines.set(one.clone(), Tick(5));
    deadlines.set(two.clone(), Tick(7));
    deadlines.set(one.clone(), Tick(9));
    assert!(!deadlines.is_empty());
    assert_eq!(deadlines.len(), 2);
    assert_eq!(deadlines.next(), Some(&(Tick(7), two.clone())));
    let all: Vec<_> = deadlines.iter().cloned().collect();
    assert_eq!(all, [(Tick(7), two.clone()), (Tick(9), one.clone())]);
    deadlines.clear(&two);
    deadlines.clear(&two);
    assert_eq!(deadlines.len(), 1);
    let shown = format!("{deadlines:?}");
    assert!(shown.contains(&format!("{one:?}")), "{shown}");
    deadlines.clear(&one);
    assert!(deadlines.is_empty());
    assert_eq!(deadlines.len(), 0);
}

#[test]
fn of_more_texts_than_are_remembered_only_the_oldest_is_forgotten() {
    let named = |nth: u64| CommandId {
        cause: Seq(nth),
        nth: 0,
    };
    let sent = |nth: u64, digest| Sent {
        id: named(nth),
        digest,
        at: Wall(0),
        tick: Tick(0),
        baseline: None,
        guid: None,
        copy: None,
        row: None,
        seen: None,
        written: None,
        failed: false,
        elsewhere: false,
        notice: Seq(nth),
        file_of: None,
    };
    let (same, other) = (sent_digest("the same"), sent_digest("another"));
    let mut texts = SentTexts::default();
    for nth in 1..=2048 {
        texts.put(sent(nth, if nth <= 3 { same } else { other }));
    }
    let of = |texts: &SentTexts| -> Vec<_> { texts.by_digest(&same).map(|s| s.notice.0).collect() };
    assert_eq!(of(&texts), [1, 2, 3]);
    texts.put(sent(2049, other));
    assert_eq!(of(&texts), [2, 3]);
    assert!(texts.get(named(1)).is_none());
    assert_eq!(texts.by_digest(&other).count(), 2046);
    texts.put(sent(2050, other));
    texts.put(sent(2051, other));
    texts.put(sent(2052, other));
    assert!(of(&texts).is_empty());
}

#[test]
fn a_text_counts_as_proven_by_its_row_unless_that_has_an_error() {
    let mut world = World::new();
    let proven = |world: &World| {
        let sent = world.machine.state().ledger.sent.newest_proven();
        sent.map(|sent| sent.id)
    };
    world.says("help");
    let (first, text) = accepted(&mut world);
    assert_eq!(proven(&world), None);
    let row = world.own_row(&text);
    world.take(row);
    assert_eq!(proven(&world), Some(first));
    assert!(!world.machine.state().ledger.sent.has_failed(first));
    world.says("list");
    let (second, text) = accepted(&mut world);
    let mut row = world.own_row(&text);
    row.error = 22;
    row.sent = false;
    world.take(row);
    assert!(world.machine.state().ledger.sent.has_failed(second));
    assert_eq!(proven(&world), Some(first));
}

#[test]
fn a_text_refused_when_it_is_too_old_is_not_tried_again() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    ends(&mut world, &api, "t", "all green");
    let (id, _) = world.next_send().unwrap();
    world.pass(25 * HOUR);
    let failure = Failure::Target {
        code: -1728,
        message: "no buddy".into(),
    };
    world.settled(id, Outcome::Failed(failure));
    let closed = world.machine.state().outbox.closed.iter();
    let of: Vec<_> = closed
        .filter(|c| c.session.as_ref() == Some(&api))
        .map(|c| c.end)
        .collect();
    assert_eq!(of, [End::Expired]);
}

#[test]
fn nothing_is_set_for_the_allowance_where_nothing_waits() {
    let mut world = limited(8);
    let api = world.session(1, "/srv/api");
    for nth in 0..2 {
        ends(&mut world, &api, &format!("t{nth}"), "spent");
    }
    assert_eq!(world.send_all().len(), 2);
    let waits = |world: &World| {
        let deadlines = &world.machine.state().deadlines;
        deadlines.contains(&Deadline::Allowance)
    };
    assert!(!waits(&world));
    ends(&mut world, &api, "t2", "waits");
    assert!(waits(&world));
}

#[test]
fn the_last_16_queue_files_are_remembered() {
    let mut world = World::new();
    for nth in 1..=17_u64 {
        let at = world.machine.state().inbox.queue.len();
        assert_eq!(at, usize::try_from(nth - 1).unwrap());
        world.feed(Input::QueueLine(QueueLine {
            file: format!("1:{nth}"),
            offset: 10,
            stamp: format!("t{nth}"),
            line: Ok(QueueEntry {
                to: None,
                text: format!("line {nth}").as_str().into(),
            }),
        }));
    }
    assert_eq!(world.machine.state().inbox.queue.len(), 16);
}

#[test]
fn of_queue_files_the_one_in_use_is_never_forgotten() {
    let mut world = World::new();
    let line = |file: &str, offset| {
        Input::QueueLine(QueueLine {
            file: file.into(),
            offset,
            stamp: format!("{file} {offset}"),
            line: Ok(QueueEntry {
                to: None,
                text: format!("line {offset} of {file}").as_str().into(),
            }),
        })
    };
    // By its name it comes before all others.
    for nth in 1..40_u64 {
        world.feed(line("0:in-use", nth));
        world.feed(line(&format!("1:{nth}"), 10));
    }
    assert_eq!(world.machine.state().inbox.queue.get("0:in-use"), Some(&39));
    assert!(world.feed(line("0:in-use", 39)).is_empty(), "read twice");
}

#[test]
fn a_question_is_never_merged_into_other_texts() {
    let mut world = limited(8);
    let api = world.session(1, "/srv/api");
    for nth in 0..2 {
        ends(&mut world, &api, &format!("t{nth}"), "spent");
    }
    world.send_all();
    for nth in 2..6 {
        ends(
            &mut world,
            &api,
            &format!("t{nth}"),
            &format!("apple {nth}."),
        );
    }
    world.asks(&api, "call", QuestionKind::Modal, &["a", "b"]);
    world.pass(HOUR);
    let texts: Vec<_> = world.send_all().into_iter().map(|(_, text)| text).collect();
    let asks = |text: &&String| text.contains("needs input");
    let asked = texts.iter().find(asks).unwrap();
    assert!(!asked.contains("apple"), "{asked}");
    assert_eq!(texts.iter().filter(asks).count(), 1);
}

#[test]
fn a_notice_whose_proof_runs_out_after_it_was_closed_is_unknown_and_no_other() {
    let mut world = World::new();
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    ends(&mut world, &api, "t", "one");
    accepted(&mut world);
    ends(&mut world, &web, "t", "two");
    let (_, text) = accepted(&mut world);
    let row = world.own_row(&text);
    world.take(row);
    world.pass(31_000);
    let closed = &world.machine.state().outbox.closed;
    let end = |session: &SessionId| -> Vec<End> {
        let of = closed
            .iter()
            .filter(|c| c.session.as_ref() == Some(session));
        of.map(|c| c.end).collect()
    };
    assert_eq!(end(&api), [End::Unknown]);
    assert_eq!(end(&web), [End::Sent]);
}

#[test]
fn a_notice_with_one_part_that_nobody_saw_is_unknown_as_a_whole() {
    let mut world = World::with(Settings {
        max_len: 120,
        ..settings()
    });
    let api = world.session(1, "/srv/api");
    let body: Vec<_> = (0..30).map(|n| format!("line {n}")).collect();
    ends(&mut world, &api, "t", &body.join("\n"));
    let (_, first) = accepted(&mut world);
    assert!(first.contains("(1/"), "{first}");
    world.pass(2000);
    let (second, _) = world.next_send().unwrap();
    world.pass(31_000);
    world.performed(second, How::Accepted);
    world.send_all();
    world.pass(40_000);
    world.send_all();
    let closed = &world.machine.state().outbox.closed;
    let first = closed.iter().find(|c| c.session.as_ref() == Some(&api));
    assert_eq!(first.map(|c| c.end), Some(End::Unknown));
}

#[test]
fn a_notice_that_has_begun_is_not_untouched_between_its_parts() {
    let mut world = World::with(Settings {
        max_len: 120,
        ..settings()
    });
    let api = world.session(1, "/srv/api");
    ends(&mut world, &api, "t", &"all of it is green. ".repeat(12));
    let untouched = |world: &World| {
        let open = world.machine.state().outbox.open.values();
        open.map(|n| (n.next, n.untouched())).collect::<Vec<_>>()
    };
    let (id, text) = accepted(&mut world);
    assert_eq!(untouched(&world), [(0, false)]);
    let row = world.own_row(&text);
    world.take(row);
    assert!(!world.machine.state().ledger.open.contains_key(&id));
    let mut between = (**world.machine.state().outbox.open.values().next().unwrap()).clone();
    between.sending = None;
    assert_eq!(
        (between.next, between.attempts, between.untouched()),
        (1, 1, false)
    );
    between.attempts = 0;
    assert!(!between.untouched(), "its first part went");
}
