//! Texts on their way out: in order, at most once, with an end for each.

use crate::support::{OWNER, World, kinds, settings};
use events::event::{Deadline, LogRecovered, Source};
use events::input::{Attention, QueueEntry, QueueLine, SourceState};
use events::outcome::{Doubt, Failure, How};
use events::{Command, CommandId, Event, Input, InputKey, Outcome, Settings};
use projections::outbox::End;

pub(crate) fn target() -> Outcome {
    Outcome::Failed(Failure::Target {
        code: -1728,
        message: "no buddy".into(),
    })
}

pub(crate) fn line(offset: u64, stamp: &str, to: Option<&str>, text: &str) -> Input {
    Input::QueueLine(QueueLine {
        file: "1:2".into(),
        offset,
        stamp: stamp.into(),
        line: Ok(QueueEntry {
            to: to.map(Into::into),
            text: text.into(),
        }),
    })
}

fn refused(events: &[Event]) -> Option<String> {
    events.iter().find_map(|e| match e {
        Event::QueueLineImported(e) => e.refused.clone(),
        _ => None,
    })
}

#[test]
fn queue_lines_are_sent_once_and_to_the_owner_only() {
    let mut world = World::new();
    world.feed(line(10, "t1", None, "one"));
    assert!(
        world.feed(line(10, "t1", None, "one")).is_empty(),
        "the same place in the file"
    );
    world.feed(line(20, "t1", Some(OWNER), "two"));
    let twice = world.feed(line(30, "t1", None, "one"));
    assert!(refused(&twice).unwrap().contains("duplicate"));
    world.feed(line(40, "t2", None, "one"));
    let stranger = world.feed(line(50, "t3", Some("+15555550199"), "three"));
    assert!(refused(&stranger).unwrap().contains("not the owner"));
    assert!(refused(&world.feed(line(60, "t4", None, " \n"))).is_some());
    world.feed(Input::QueueLine(QueueLine {
        file: "1:2".into(),
        offset: 70,
        stamp: String::new(),
        line: Err("not JSON".into()),
    }));
    let sent: Vec<_> = world.send_all().into_iter().map(|(_, text)| text).collect();
    assert_eq!(sent, ["one", "two", "one"]);
    world.pass(86_400_001);
    world.feed(line(80, "t1", None, "one"));
    assert_eq!(world.send_all().len(), 1, "a day later it is news");
}

#[test]
fn a_long_reply_arrives_in_order_and_not_mixed_with_others() {
    let mut world = World::with(Settings {
        max_len: 120,
        ..settings()
    });
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    let lines: Vec<_> = (0..30).map(|n| format!("line {n}")).collect();
    let body = lines.join("\n");
    world.turn(&api, "t1");
    world.ends(&api, "t1", &body);
    let (id, first) = world.next_send().unwrap();
    assert!(first.contains("(1/"), "{first}");
    world.turn(&web, "t1");
    world.ends(&web, "t1", "short");
    world.performed(id, How::Accepted);
    assert!(
        world.next_send().is_none(),
        "the next part waits a moment for the row"
    );
    world.pass(2000);
    let row = world.own_row(&first);
    world.take(row);
    let rest: Vec<_> = world.send_all().into_iter().map(|(_, text)| text).collect();
    let (last, parts) = rest.split_last().unwrap();
    assert!(last.contains("short"));
    for (nth, part) in parts.iter().enumerate() {
        assert!(part.contains(&format!("({}/", nth + 2)), "{part}");
    }
}

#[test]
fn a_question_goes_before_other_texts_that_wait() {
    let mut world = World::new();
    let (api, web) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    world.ends(&api, "t1", "done");
    world.asks(&web, "call", events::event::QuestionKind::Modal, &["a"]);
    assert!(world.next_send().unwrap().1.contains("needs input"));
}

#[test]
fn a_certain_failure_is_tried_again_later_and_later_and_given_up() {
    let mut world = World::new();
    world.says("help");
    let mut tries = 0;
    let mut waited = 0;
    for _ in 0..20 {
        let Some((id, _)) = world.next_send() else {
            break;
        };
        tries += 1;
        world.settled(id, target());
        if !world.machine.state().outbox.missing.is_empty() {
            break;
        }
        assert!(world.next_send().is_none(), "not at once");
        let Some((at, _)) = world.machine.next_deadline() else {
            break;
        };
        let pause = at.0 - world.now.tick.0;
        assert!(pause >= waited || pause >= 5000, "{pause}");
        waited = pause;
        world.pass(pause);
    }
    assert_eq!(tries, 8);
    let state = world.machine.state();
    assert_eq!(state.outbox.closed.last().unwrap().end, End::Failed);
    assert!(!state.deadlines.contains(&Deadline::Expiry(
        state.outbox.closed.last().unwrap().notice
    )));
}

fn is_unknown(world: &World, id: CommandId) -> bool {
    let mut troubles = world.machine.state().ledger.troubles.iter();
    troubles.any(|t| t.id == id && matches!(t.outcome, Outcome::Unknown(_)))
}

#[test]
fn what_may_have_gone_is_never_sent_again() {
    let mut world = World::new();
    world.says("help");
    let (id, _) = world.next_send().unwrap();
    world.settled(
        id,
        Outcome::Unknown(Doubt::TimedOut {
            program: "osascript".into(),
        }),
    );
    assert_eq!(
        world.machine.state().outbox.closed.last().unwrap().end,
        End::Unknown
    );
    world.pass(7 * 86_400_000);
    let (told, next) = world.next_send().unwrap();
    assert!(next.starts_with("[Codex] texts you may not have"), "{next}");
    world.settled(told, Outcome::Unknown(Doubt::NoProof));
    assert!(
        world.next_send().is_none(),
        "a doubt about a doubt is not told"
    );

    let mut world = World::new();
    world.says("help");
    let (id, text) = world.next_send().unwrap();
    world.boot(settings());
    assert!(world.next_send().is_none(), "begun before the crash");
    world.pass(31_000);
    assert!(is_unknown(&world, id));
    let row = world.own_row(&text);
    world.take(row);
    world.pass(86_400_000);
    // The owner is told that one may be missing; the text itself does not go out again.
    let next = world.next_send().map(|(_, sent)| sent);
    assert_ne!(next.as_ref(), Some(&text));
    assert_eq!(
        next, None,
        "it was seen after all, and the report withdrawn"
    );
}

#[test]
fn without_a_readable_chat_db_a_send_is_unknown_and_the_next_goes_on() {
    let mut world = World::new();
    world.feed(Input::Source(
        Source::ChatDb,
        SourceState::Failed("not permitted".into()),
    ));
    assert!(
        world
            .feed(Input::Source(
                Source::ChatDb,
                SourceState::Failed("not permitted".into())
            ))
            .is_empty()
    );
    world.feed(line(10, "t1", None, "one"));
    world.feed(line(20, "t1", None, "two"));
    let (id, _) = world.next_send().unwrap();
    world.performed(id, How::Accepted);
    assert!(is_unknown(&world, id));
    assert_eq!(world.next_send().unwrap().1, "two");
}

#[test]
fn a_full_disk_and_a_log_that_came_back_are_told_once() {
    let mut world = World::new();
    let full = || Input::Source(Source::Disk, SourceState::Failed("it is full".into()));
    world.feed(full());
    assert!(world.notice().contains("disk full\nit is full"));
    assert!(world.feed(full()).is_empty());
    let recovered = LogRecovered {
        story: "The log was damaged: entry 4 is missing.".into(),
        kept: "/srv/state/damaged/1".into(),
    };
    let digest = world.machine.state().sessions.clone();
    world.feed(Input::LogRecovered(recovered));
    let told = world.notice();
    assert!(told.contains("entry 4 is missing") && told.contains("/srv/state/damaged/1"));
    assert!(world.machine.state().sessions == digest);
    let works = world.feed(Input::Source(Source::Disk, SourceState::Works));
    assert!(matches!(works[..], [Event::SourceRecovered(_)]));
}

#[test]
fn attention_is_said_once_and_to_the_owner_only() {
    let mut world = World::new();
    let attention = |key: &str, to: Option<&str>| {
        Input::Attention(Attention {
            key: InputKey::parse(key).unwrap(),
            cwd: "/srv/api".into(),
            need: "look at the build".into(),
            to: to.map(Into::into),
        })
    };
    world.feed(attention("a", None));
    world.feed(attention("a", None));
    world.feed(attention("b", Some("+15555550199")));
    assert_eq!(
        world.notice(),
        "[Codex] needs attention\napi\nlook at the build"
    );
}

#[test]
fn what_is_asked_for_again_while_macos_refuses_it_comes_once() {
    let mut world = World::new();
    let attention = |key: &str, need: &str| {
        Input::Attention(Attention {
            key: InputKey::parse(key).unwrap(),
            cwd: "/srv/api".into(),
            need: need.into(),
            to: None,
        })
    };
    let refused = Outcome::Failed(Failure::NotPermitted { code: -1743 });
    world.feed(attention("a", "answer this"));
    let (id, _) = world.next_send().unwrap();
    world.settled(id, refused.clone());
    world.feed(attention("b", "something else"));
    world.feed(attention("c", "answer this"));
    let sent: Vec<_> = world.send_all().into_iter().map(|(_, text)| text).collect();
    let head = "[Codex] needs attention\napi\n";
    assert_eq!(
        sent,
        ["something else", "answer this"].map(|need| format!("{head}{need}"))
    );
    world.pass(3_600_000);
    assert!(world.next_send().is_none(), "the first is not tried again");
    // One that is only asked for has not failed, and one that is being given to
    // Messages may arrive: another is another.
    world.feed(attention("f", "twice"));
    world.feed(attention("g", "twice"));
    assert_eq!(world.send_all().len(), 2);
    world.feed(attention("d", "answer this"));
    let (id, _) = world.next_send().unwrap();
    world.feed(attention("e", "answer this"));
    world.settled(id, refused);
    assert_eq!(world.machine.state().outbox.open.len(), 2);
}

#[test]
fn what_follows_from_an_input_names_it_as_its_cause() {
    let mut world = World::new();
    let row = world.row("help");
    let batch = world
        .machine
        .propose(Input::Message(Box::new(row)), world.now);
    let causes: Vec<_> = batch.envelopes().iter().map(|e| e.cause).collect();
    let first = batch.envelopes()[0].seq;
    assert_eq!(causes[0], None);
    assert!(
        causes.len() > 1 && causes[1..].iter().all(|c| *c == Some(first)),
        "{causes:?}"
    );
}

#[test]
fn sixteen_texts_are_asked_for_and_the_rest_waits_for_them() {
    let mut world = World::with(Settings {
        max_per_hour: 1000,
        ..settings()
    });
    for nth in 0..40 {
        world.feed(line(
            10 + nth,
            &format!("t{nth}"),
            None,
            &format!("line {nth}"),
        ));
    }
    let asked = |world: &World| {
        let open = world.machine.state().ledger.open.values();
        open.filter(|e| matches!(e.command, Command::SendMessage(_)))
            .count()
    };
    assert_eq!(asked(&world), 16);
    let deadlines = &world.machine.state().deadlines;
    assert!(
        !deadlines.contains(&Deadline::Allowance),
        "there is room for them"
    );
    let sent: Vec<_> = world.send_all().into_iter().map(|(_, text)| text).collect();
    let wanted: Vec<_> = (0..40).map(|nth| format!("line {nth}")).collect();
    assert_eq!(sent, wanted);
}

#[test]
fn a_source_that_works_is_news_only_where_it_failed() {
    let mut world = World::new();
    let works = || Input::Source(Source::ChatDb, SourceState::Works);
    assert!(world.feed(works()).is_empty());
    world.feed(Input::Source(
        Source::ChatDb,
        SourceState::Failed("gone".into()),
    ));
    assert_eq!(kinds(&world.feed(works())), ["SourceRecovered"]);
    assert!(world.feed(works()).is_empty());
}

#[test]
fn a_send_begins_behind_the_rows_that_are_there() {
    let mut world = World::new();
    world.says("help");
    let (id, _) = world.machine.owed().remove(0);
    let batch = world.machine.start([id], world.now);
    let baseline = batch.envelopes().iter().find_map(|e| match &e.event {
        Event::CommandStarted(started) => started.baseline,
        _ => None,
    });
    assert_eq!(baseline, Some(101));
    assert_eq!(projections::State::default().newest_row(), None);
}
