//! What the owner is not spared and what they are: limits, merging, texts that
//! stopped mattering, texts that may be missing and come again on request.

use crate::support::{World, settings};
use events::event::{QuestionKind, Source, Topic};
use events::input::{Attention, QueueEntry, QueueLine, SourceState};
use events::outcome::{Doubt, Failure, How};
use events::{Event, Guid, Input, InputKey, Outcome, SessionId, Settings, Span};
use projections::outbox::End;

pub(crate) const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

pub(crate) fn limited(max_per_hour: u32) -> World {
    World::with(Settings {
        max_per_hour,
        ..settings()
    })
}

pub(crate) fn said(world: &mut World) -> Vec<String> {
    world.send_all().into_iter().map(|(_, text)| text).collect()
}

/// A turn ends with these words.
pub(crate) fn ends(world: &mut World, session: &SessionId, nth: usize) {
    let turn = format!("turn-{nth}");
    world.turn(session, &turn);
    world.ends(session, &turn, &format!("result number {nth}."));
}

/// Another program asks for a text.
pub(crate) fn line(world: &mut World, nth: u64) {
    world.feed(Input::QueueLine(QueueLine {
        file: "1:2".into(),
        offset: 10 + nth,
        stamp: format!("t{nth}"),
        line: Ok(QueueEntry {
            to: None,
            text: format!("line {nth}").as_str().into(),
        }),
    }));
}

fn no_proof(world: &mut World) -> String {
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    world.pass(31_000);
    text
}

fn refuse(world: &mut World) {
    let failure = Failure::Target {
        code: -1728,
        message: "no buddy".into(),
    };
    let (id, _) = world.next_send().unwrap();
    world.settled(id, Outcome::Failed(failure));
}

/// What follows from a text that failed is a decision: it stands in the log.
#[test]
fn a_text_that_fails_is_tried_again_after_longer_and_longer_waits_and_then_given_up() {
    let mut world = limited(1000);
    let session = world.session(1, "/srv/api");
    ends(&mut world, &session, 1);
    let mut waits = Vec::new();
    let mut given_up = 0;
    while let Some((id, _)) = world.next_send().filter(|_| given_up == 0) {
        let failure = Failure::Target {
            code: -1728,
            message: "no buddy".into(),
        };
        for event in world.settled(id, Outcome::Failed(failure)) {
            match event {
                Event::NoticeDelayed(delayed) => {
                    waits.push(delayed.wait.0 / 1000);
                    assert!(world.next_send().is_none(), "it waits");
                    world.pass(delayed.wait.0);
                }
                Event::NoticeGivenUp(_) => given_up += 1,
                _ => {}
            }
        }
    }
    assert_eq!(waits, [5, 15, 60, 300, 900, 3600, 3600]);
    assert_eq!(given_up, 1);
    let closed = world.machine.state().outbox.closed.iter();
    assert_eq!(closed.map(|c| c.end).collect::<Vec<_>>(), [End::Failed]);
}

#[test]
fn what_waits_too_long_expires_and_is_told_and_comes_when_asked_for() {
    let mut world = limited(8);
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t");
    world.ends(&session, "t", "all green");
    refuse(&mut world);
    // Nobody could send for longer than a day.
    let events = world.pass(DAY);
    let expired = |e: &Event| matches!(e, Event::NoticeExpired(_));
    assert!(events.iter().any(expired), "{events:?}");
    assert_eq!(
        world.machine.state().outbox.closed.last().unwrap().end,
        End::Expired
    );
    let report = said(&mut world);
    assert_eq!(report.len(), 1);
    assert!(report[0].contains("(too old to send)"), "{report:?}");
    world.says("retry");
    assert!(said(&mut world)[0].ends_with("all green"));
    assert!(world.machine.state().outbox.missing.is_empty());
}

#[test]
fn an_end_that_was_seen_at_the_desk_is_not_told_late() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t");
    world.ends(&session, "t", "all green");
    refuse(&mut world);
    world.pass(2_000);
    let soon = world.user(&session, "typed before the end, sent by Codex behind it");
    let withdrawn = |e: &Event| matches!(e, Event::NoticeWithdrawn(_));
    assert!(!soon.iter().any(withdrawn));
    world.pass(2_000);
    world.pass(60_000);
    refuse(&mut world);
    let later = world.user(&session, "go on");
    assert!(!later.iter().any(withdrawn), "it may have arrived by now");

    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t");
    world.ends(&session, "t", "all green");
    world.now.tick.0 += 40_000;
    let later = world.user(&session, "go on");
    assert!(later.iter().any(withdrawn));
    assert!(world.next_send().is_none());
}

#[test]
fn a_text_without_a_row_is_reported_once_and_comes_when_asked_for() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    let reference = world.reference(&session);
    world.turn(&session, "t");
    world.ends(&session, "t", "all green");
    let text = no_proof(&mut world);
    let report = said(&mut world);
    assert_eq!(report.len(), 1);
    assert!(
        report[0].contains(&format!("@{reference} api is done.")),
        "{report:?}"
    );
    assert!(report[0].contains("(may have been sent)"));
    world.pass(DAY);
    assert!(world.next_send().is_none(), "not by itself");
    world.says(&format!("retry @{reference}"));
    assert_eq!(said(&mut world), [text]);
    world.says(&format!("retry @{reference}"));
    assert!(said(&mut world)[0].contains("nothing missing"));
}

#[test]
fn retry_in_reply_to_the_report_is_for_us_and_other_words_there_are_for_nobody() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.finished(&session, "t0");
    world.turn(&session, "t");
    world.ends(&session, "t", "all green");
    let text = no_proof(&mut world);
    let (report, _) = world.send_all().remove(0);
    world.replies(&report, "yes please");
    assert!(world.next_work().is_none(), "no session gets it");
    assert!(said(&mut world)[0].contains("not understood"));
    world.pass(10_000);
    world.replies(&report, "Retry");
    assert_eq!(said(&mut world), [text]);
}

#[test]
fn retry_without_anything_missing_is_a_word_for_the_session() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.finished(&session, "t");
    world.says("retry");
    assert_eq!(world.next_words().unwrap().2, "retry");
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t");
    world.ends(&session, "t", "all green");
    no_proof(&mut world);
    world.send_all();
    world.turn(&session, "t2");
    world.ends(&session, "t2", "it failed");
    let (notice, _) = world.send_all().remove(0);
    world.replies(&notice, "retry");
    assert_eq!(world.next_words().unwrap().2, "retry", "in its own thread");
}

#[test]
fn a_row_that_comes_late_ends_the_matter() {
    let mut world = World::new();
    world.says("help");
    let text = no_proof(&mut world);
    let row = world.own_row(&text);
    let events = world.take(row);
    assert!(
        events
            .iter()
            .any(|e| matches!(e, Event::NoticeWithdrawn(_)))
    );
    assert!(world.next_send().is_none());
    assert!(world.machine.state().outbox.missing.is_empty());
}

#[test]
fn a_report_that_cannot_be_sent_waits_until_a_text_comes_through() {
    let mut world = World::with(Settings {
        inbound_retry: Span::seconds(1),
        ..settings()
    });
    world.says("help");
    for _ in 0..200 {
        if world.machine.state().outbox.open.is_empty() {
            break;
        }
        if !world.machine.owed().is_empty() {
            refuse(&mut world);
        }
        world.pass(60_000);
    }
    let state = world.machine.state();
    assert!(state.outbox.open.is_empty() && !state.outbox.missing.is_empty());
    assert_eq!(state.outbox.closed.last().unwrap().topic, Topic::Missing);
    world.says("list");
    let texts = said(&mut world);
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[1].contains("(not sent)"), "{texts:?}");
}

#[test]
fn without_a_witness_nothing_is_called_missing() {
    let mut world = World::new();
    let deaf = SourceState::Failed("not permitted".into());
    world.feed(Input::Source(Source::ChatDb, deaf));
    let need = Input::Attention(Attention {
        key: InputKey::parse("a").unwrap(),
        cwd: "/srv".into(),
        need: "look".into(),
        to: None,
    });
    world.feed(need);
    let (id, _) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    assert!(world.machine.state().outbox.missing.is_empty());
    assert!(world.next_send().is_none());
}

#[test]
fn a_question_that_was_answered_is_not_missing_any_more() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.asks(&session, "call", QuestionKind::Modal, &["a", "b"]);
    let (id, _) = world.next_send().unwrap();
    let doubt = Doubt::TimedOut {
        program: "osascript".into(),
    };
    world.settled(id, Outcome::Unknown(doubt));
    assert!(!world.machine.state().outbox.missing.is_empty());
    world.grow(
        &session,
        events::input::RolloutFact::CallClosed {
            call: events::CallId::parse("call").unwrap(),
            how: events::event::Closing::Answered,
        },
    );
    assert!(world.machine.state().outbox.missing.is_empty());
}

#[test]
fn messages_may_change_punctuation_and_spaces_of_a_text() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t");
    world.ends(&session, "t", "it's \"done\" - all of it...");
    let (id, text) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    let changed = text.replace('\'', "’").replace("\"done\"", "“done”");
    let changed = changed.replace("...", "…").replace(" - ", "\u{a0}— ");
    let row = world.own_row(&changed);
    world.take(row);
    assert_eq!(world.machine.state().ledger.settled, [1, 0, 0, 0]);
}

#[test]
fn a_reply_to_the_copy_of_a_notice_is_one_to_the_notice() {
    let mut world = World::new();
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    for session in [&api, &web] {
        world.turn(session, "t");
        world.ends(session, "t", "all green");
    }
    let mut copies: Vec<(Guid, String)> = Vec::new();
    while let Some((id, text)) = world.next_send() {
        world.performed(id, How::Accepted);
        let mut sent = world.self_row(&text, true);
        sent.sent = true;
        world.take(sent);
        let back = world.self_row(&text, false);
        copies.push((back.guid.clone(), text));
        world.take(back);
    }
    assert_eq!(copies.len(), 2);
    for ((copy, _), session) in copies.iter().zip([&api, &web]) {
        let mut row = world.self_row("go on", true);
        row.reply_to = Some(copy.clone());
        world.take(row);
        world.pass(10_000);
        let (_, command) = world.next_work().unwrap();
        let lane = events::Lane::Session(session.clone());
        assert_eq!(command.lane(), lane);
    }
}

#[test]
fn a_notice_on_its_way_is_neither_withdrawn_nor_replaced_for_its_missing_part() {
    let mut world = World::with(Settings {
        max_len: 120,
        ..settings()
    });
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t");
    world.ends(&session, "t", &"all of it is green. ".repeat(12));
    let (id, _) = world.next_send().unwrap();
    let doubt = Doubt::TimedOut {
        program: "osascript".into(),
    };
    world.settled(id, Outcome::Unknown(doubt));
    let (second, text) = world.next_send().unwrap();
    assert!(text.contains("(2/"), "{text}");
    world.now.tick.0 += 40_000;
    let ended = |e: &Event| matches!(e, Event::NoticeWithdrawn(_) | Event::CommandSettled(_));
    let desk = world.user(&session, "go on");
    assert!(!desk.iter().any(ended), "{desk:?}");
    let row = world.row("retry");
    let asked = world.take(row);
    assert!(!asked.iter().any(ended), "{asked:?}");
    assert!(
        world
            .notices()
            .iter()
            .any(|text| text.contains("still being sent"))
    );
    world.performed(second, How::Accepted);
    let row = world.own_row(&text);
    world.take(row);
    assert!(world.next_send().is_some(), "the third part follows");
}

#[test]
fn a_report_that_waits_is_replaced_by_one_that_says_it_all() {
    let mut world = World::new();
    world.says("help");
    world.says("list");
    for _ in 0..2 {
        no_proof(&mut world);
        world.notices();
    }
    let report = said(&mut world);
    assert_eq!(report.len(), 1, "{report:?}");
    assert_eq!(
        report[0].matches("(may have been sent)").count(),
        2,
        "{report:?}"
    );
}

#[test]
fn a_report_has_eight_lines_and_counts_the_rest() {
    for (lost, rest) in [(8, 0), (9, 1), (11, 3)] {
        let mut world = World::new();
        for nth in 0..lost {
            line(&mut world, nth);
        }
        for _ in 0..lost {
            no_proof(&mut world);
        }
        let told = world.notices().pop().unwrap();
        let more = format!("… and {rest} more");
        assert_eq!(told.contains(&more), rest > 0, "{told}");
        assert_eq!(told.matches("(may have been sent)").count(), 8, "{told}");
    }
}

#[test]
fn what_waits_goes_to_whoever_is_the_owner_now_and_what_has_begun_does_not() {
    const ANOTHER: &str = "+15555550124";
    let another = || Settings {
        owner: vec![ANOTHER.into()],
        ..settings()
    };
    let mut world = World::new();
    world.says("help");
    world.says("list");
    let (begun, first) = world.next_send().unwrap();
    let events = world.boot(another());
    let moved: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            Event::NoticeQueued(queued) => {
                Some((queued.to.reveal().as_str(), queued.replaces.len()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(moved, [(ANOTHER, 1)]);
    world.pass(31_000);
    assert!(!world.machine.state().ledger.open.contains_key(&begun));
    let open = world.machine.state().outbox.open.values();
    assert!(open.clone().all(|n| n.to.reveal() == ANOTHER));
    assert!(open.clone().all(|n| *n.parts[0].reveal() != first));
    assert!(world.boot(another()).len() < events.len(), "moved once");
}

#[test]
fn what_one_session_was_told_at_the_desk_leaves_the_others_alone() {
    let mut world = limited(8);
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    for session in [&api, &web] {
        world.asks(session, "call", QuestionKind::Modal, &["a", "b"]);
        ends(&mut world, session, 1);
    }
    let before = world.machine.state().outbox.open.len();
    world.pass(HOUR / 4);
    world.user(&web, "go on");
    let open = &world.machine.state().outbox.open;
    assert!(open.len() < before);
    let of = |id: &SessionId| {
        open.values()
            .filter(|n| n.session.as_ref() == Some(id))
            .count()
    };
    assert_eq!((of(&api), of(&web)), (before / 2, 0));
}
