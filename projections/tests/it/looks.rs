//! The owner looks at a session from the phone.

use crate::support::{World, settings};
use events::command::{Command, Look, Sight};
use events::outcome::{Doubt, Evidence, Failure};
use events::{CommandId, Event, Outcome, Report, SessionId, Settings};
use projections::look_orders::{LookOrder, Show, Whose, read};

fn finished() -> (World, SessionId) {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.finished(&session, "t1");
    (world, session)
}

fn asked(world: &mut World) -> (CommandId, Look) {
    match world.next_work() {
        Some((id, Command::Look(look))) => (id, look),
        other => panic!("{other:?} is no look"),
    }
}

fn shows(world: &mut World, id: CommandId, text: &str) {
    let seen = Evidence::Looked {
        text: text.into(),
        left_out: 0,
    };
    world.settled(id, Outcome::Done(seen));
}

#[expect(clippy::unnecessary_wraps, reason = "it is what the grammar gives")]
fn named(show: Show) -> Option<LookOrder> {
    let whose = Whose::Named("k3f9".into());
    Some(LookOrder { show, whose })
}

#[test]
fn only_what_is_exactly_a_look_is_one() {
    assert_eq!(read("screen @k3f9"), named(Show::Screen));
    assert_eq!(read("Screen @ k3f9"), named(Show::Screen));
    assert_eq!(read("last @k3f9"), named(Show::Last(1)));
    assert_eq!(read("last @k3f9 3"), named(Show::Last(3)));
    assert_eq!(read("last 3 @k3f9"), named(Show::Last(3)));
    assert_eq!(read("last @k3f9 500"), named(Show::Last(20)));
    assert_eq!(read("log @k3f9"), named(Show::Log));
    assert_eq!(read("MORE @k3f9"), named(Show::More));
    assert_eq!(read("diff @k3f9"), named(Show::Diff(None)));
    let path = |path: &str| named(Show::Diff(Some(path.into())));
    assert_eq!(read("diff @k3f9 src/Main.rs"), path("src/Main.rs"));
    assert_eq!(read("diff @k3f9 “a b.txt”"), path("a b.txt"));
    let thread = |show| {
        Some(LookOrder {
            show,
            whose: Whose::Thread,
        })
    };
    assert_eq!(
        read("diff src/a.rs"),
        thread(Show::Diff(Some("src/a.rs".into())))
    );
    assert_eq!(read("last 3"), thread(Show::Last(3)));
    assert_eq!(read("more"), thread(Show::More));
    let perhaps = Whose::Perhaps("k3f9".into());
    assert_eq!(
        read("screen k3f9"),
        Some(LookOrder {
            show: Show::Screen,
            whose: perhaps
        })
    );
    for wrong in ["screen @k3f9 now", "last @k3f9 ten", "log @k3f9 5"] {
        let order = read(wrong).unwrap();
        assert!(matches!(order.show, Show::NearMiss(_)), "{wrong}");
    }
    for prose in [
        "screen the candidates",
        "last one was better",
        "last 0",
        "diff the two files",
        "log in as root",
        "more tests please",
        "show me the diff",
        "screens @k3f9",
    ] {
        assert_eq!(read(prose), None, "{prose}");
    }
}

#[test]
fn a_screen_is_looked_at_and_its_text_comes_once() {
    let (mut world, session) = finished();
    let reference = world.reference(&session);
    world.says(&format!("screen @{reference}"));
    let (id, look) = asked(&mut world);
    assert_eq!((&look.session, look.cwd.as_str()), (&session, "/srv/api"));
    assert!(matches!(look.sight, Sight::Screen { .. }));
    shows(&mut world, id, "› run the tests\n\n  Working (3s)");
    let text = world.notice();
    assert!(
        text.ends_with("· screen\n› run the tests\n\n  Working (3s)"),
        "{text}"
    );
    assert!(world.next_work().is_none());
}

#[test]
fn a_look_is_no_instruction_and_waits_for_none() {
    let (mut world, session) = finished();
    let reference = world.reference(&session);
    world.says(&format!("@{reference} go on"));
    let (instruction, _) = world.next_work().unwrap();
    world.says(&format!("last @{reference} 2"));
    world.says(&format!("log @{reference}"));
    // The instruction is still being typed; both looks begin.
    let (first, look) = asked(&mut world);
    assert_eq!(look.sight, Sight::Last { messages: 2 });
    let (_, look) = asked(&mut world);
    assert_eq!(look.sight, Sight::Steps);
    assert_ne!(instruction, first);
    assert!(world.machine.state().ledger.open.contains_key(&instruction));
}

#[test]
fn a_secret_on_the_screen_is_neither_kept_nor_sent_even_over_two_rows() {
    let (mut world, session) = finished();
    let reference = world.reference(&session);
    world.says(&format!("screen @{reference}"));
    let (id, _) = asked(&mut world);
    let secret = format!("gh{}_{}", "p", "aB3dE6gH1jK4".repeat(3));
    let (head, tail) = secret.split_at(14);
    shows(
        &mut world,
        id,
        &format!("│ token {head} │\n│ {tail} ok │\nkey {secret}"),
    );
    let text = world.notice();
    assert!(text.contains("│ token [redacted"), "{text}");
    assert!(text.contains(" ok │"), "{text}");
    for part in [head, tail] {
        assert!(!text.contains(part), "{text}");
        for entry in world.log() {
            let texts = projections::describe::texts(&entry.event);
            let kept = texts.iter().any(|(_, text)| text.reveal().contains(part));
            assert!(!kept, "{part} is kept in entry {}", entry.seq);
        }
    }
}

#[test]
fn where_nothing_is_redacted_a_screen_is_not_either() {
    let mut world = World::with(Settings {
        redact: false,
        ..settings()
    });
    let session = world.session(1, "/srv/api");
    world.finished(&session, "t1");
    let reference = world.reference(&session);
    world.says(&format!("screen @{reference}"));
    let (id, _) = asked(&mut world);
    let secret = format!("gh{}_{}", "p", "aB3dE6gH1jK4".repeat(3));
    shows(&mut world, id, &secret);
    assert!(world.notice().contains(&secret));
}

#[test]
fn what_is_cut_comes_with_more_to_its_last_line() {
    let (mut world, session) = finished();
    let reference = world.reference(&session);
    world.says(&format!("diff @{reference} src/a.rs"));
    let (id, look) = asked(&mut world);
    assert_eq!(
        look.sight,
        Sight::Diff {
            path: Some("src/a.rs".into())
        }
    );
    let lines: Vec<String> = (0..700).map(|n| format!("+ line number {n}")).collect();
    shows(&mut world, id, &lines.join("\n"));
    let mut told = world.notice();
    assert!(told.contains(&format!("more characters: write \"more @{reference}\".")));
    assert!(told.split("\n---\n").count() <= 4, "{}", told.len());
    for _ in 0..20 {
        if told.contains("line number 699") {
            break;
        }
        world.says(&format!("more @{reference}"));
        told.push_str(&world.notice());
    }
    for line in &lines {
        assert!(told.contains(line.as_str()), "{line} never came");
    }
    assert!(!told.ends_with("\"."));
    world.says(&format!("more @{reference}"));
    assert!(world.notice().contains("Nothing was cut"));
}

#[test]
fn a_look_that_was_interrupted_is_taken_again_once_and_answered_once() {
    let (mut world, session) = finished();
    let reference = world.reference(&session);
    world.says(&format!("screen @{reference}"));
    let (first, _) = asked(&mut world);
    world.boot(settings());
    let (second, look) = asked(&mut world);
    assert!(look.again && first != second);
    shows(&mut world, first, "from the dead");
    assert!(world.notices().is_empty());
    world.boot(settings());
    assert!(world.next_work().is_none());
    assert!(world.notice().contains("you can ask again"));
}

#[test]
fn a_look_that_shows_nothing_says_why() {
    let (mut world, session) = finished();
    let reference = world.reference(&session);
    world.says(&format!("screen @{reference}"));
    let (id, _) = asked(&mut world);
    let why = "2 tmux panes were looked at; %3 holds another thread".to_owned();
    world.settled(id, Outcome::Failed(Failure::NoPane { why }));
    let text = world.notice();
    assert!(text.contains("%3 holds another thread"), "{text}");
    assert!(text.contains(&format!("\"last @{reference}\"")), "{text}");
    world.says(&format!("diff @{reference}"));
    let (id, _) = asked(&mut world);
    let program = "git".to_owned();
    world.settled(id, Outcome::Unknown(Doubt::TimedOut { program }));
    assert!(world.notice().contains("git did not answer in time"));
}

#[test]
fn a_secret_in_the_reason_is_neither_kept_nor_sent() {
    let (mut world, session) = finished();
    world.says(&format!("diff @{}", world.reference(&session)));
    let (id, _) = asked(&mut world);
    let secret = format!("gh{}_{}", "p", "aB3dE6gH1jK4".repeat(3));
    let what = format!("git refused: fatal: {secret} is no revision");
    world.settled(id, Outcome::Failed(Failure::Unsupported { what }));
    let text = world.notice();
    assert!(text.contains("[redacted GitHub token] is no"), "{text}");
    assert!(!format!("{:?}", world.log()).contains(&secret));
}

#[test]
fn a_word_alone_means_the_only_session_or_asks_which() {
    let (mut world, first) = finished();
    world.says("screen");
    let (id, look) = asked(&mut world);
    assert_eq!(look.session, first);
    shows(&mut world, id, "one");
    world.notices();
    let second = world.session(2, "/srv/web");
    world.finished(&second, "t2");
    world.says("log");
    assert!(world.next_work().is_none());
    let text = world.notice();
    assert!(text.contains("\"log @ref\""), "{text}");
    // Nothing was cut, so this is a word for a session.
    world.says("more");
    assert!(!matches!(world.next_work(), Some((_, Command::Look(_)))));
}

#[test]
fn in_reply_to_a_session_the_word_means_it() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    world.turn(&session, "t1");
    world.ends(&session, "t1", "All pass.");
    let sent = world.send_all();
    world.session(2, "/srv/web");
    world.notices();
    world.replies(&sent[0].0, "diff src/a.rs");
    let (_, look) = asked(&mut world);
    assert_eq!(look.session, session);
    // A sentence is words for the session.
    world.replies(&sent[0].0, "diff the two files and tell me");
    assert!(!matches!(world.next_work(), Some((_, Command::Look(_)))));
}

#[test]
fn a_name_that_nobody_has_looks_at_nothing() {
    let (mut world, _) = finished();
    world.says("screen @nobody");
    assert!(world.next_work().is_none());
    assert!(world.notice().contains("No session is called"));
}

#[test]
fn nobody_but_the_owner_can_look() {
    let (mut world, session) = finished();
    let mut row = world.row(&format!("screen @{}", world.reference(&session)));
    row.handle = Some("+15555550199".into());
    let events = world.take(row);
    assert!(
        !events
            .iter()
            .any(|e| matches!(e, Event::CommandRequested(_)))
    );
    assert!(world.notices().is_empty());
}

#[test]
fn a_report_of_a_look_that_is_over_changes_nothing() {
    let (mut world, session) = finished();
    world.says(&format!("screen @{}", world.reference(&session)));
    let (id, _) = asked(&mut world);
    shows(&mut world, id, "one");
    world.notices();
    let again = Evidence::Looked {
        text: "two".into(),
        left_out: 0,
    };
    let events = world.report(id, Report::Settled(Outcome::Done(again)));
    assert!(events.is_empty());
}

#[test]
fn help_leads_to_what_can_be_looked_at() {
    let mut world = World::new();
    world.says("help");
    let text = world.notice();
    assert!(
        text.contains("help look") && !text.contains("\n---\n"),
        "{text}"
    );
    world.says("help screen");
    let text = world.notice();
    for word in [
        "screen @ref",
        "last @ref",
        "diff @ref",
        "log @ref",
        "more @ref",
    ] {
        assert!(text.contains(word), "{text}");
    }
}
