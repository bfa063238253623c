//! What the text about the end of a turn says.

use crate::support::{World, settings, turn_id};
use events::event::{Commit, FailedCommand, FileWork, TestRun, TurnWork};
use events::input::RolloutFact;
use events::{SessionId, Settings};

fn worked(world: &mut World, id: &SessionId, turn: &str, work: TurnWork) {
    let turn = Some(turn_id(turn));
    world.grow(id, RolloutFact::Worked { turn, work });
}

fn file(path: &str, added: u64, removed: u64) -> FileWork {
    FileWork {
        path: path.into(),
        added,
        removed,
    }
}

fn busy() -> TurnWork {
    TurnWork {
        files: vec![file("/srv/api/src/a.rs", 12, 3), file("/etc/b.conf", 4, 0)],
        more_files: 1,
        ran: 4,
        failed: vec![FailedCommand {
            command: "cargo test".into(),
            exit: 101,
        }],
        tests: Some(TestRun {
            passed: 12,
            failed: 1,
        }),
        commits: vec![Commit {
            hash: "1a2b3c4".into(),
            subject: "Fix the parser".into(),
        }],
        links: vec!["https://github.com/owner/api/pull/7".into()],
        millis: 252_000,
        tokens: 31_400,
    }
}

#[test]
fn a_finished_turn_is_summed_up_from_its_records() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t1");
    worked(&mut world, &id, "t1", busy());
    world.ends(
        &id,
        "t1",
        "## Result\n**Fixed** it, see [a.rs](/srv/api/src/a.rs:3).",
    );
    let reference = world.reference(&id);
    let expected = format!(
        "api is done: 1 of 13 tests failed, 3 files changed, a pull request. [Codex] @{reference}\n\
         Failed: cargo test (101) · src/a.rs +12 −3, /etc/b.conf +4 −0 and 1 more · \
         Commit 1a2b3c4 Fix the parser · 4 min, 31 k tokens\n\
         https://github.com/owner/api/pull/7\n\n\
         Result\n\nFixed it, see a.rs."
    );
    assert_eq!(world.notice(), expected);
    // The next turn did nothing of the kind.
    world.turn(&id, "t2");
    world.ends(&id, "t2", "Nothing to do.");
    assert_eq!(
        world.notice(),
        format!("api is done. [Codex] @{reference}\nNothing to do.")
    );
}

#[test]
fn what_was_done_before_an_interruption_or_a_failure_is_told_too() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    let some = TurnWork {
        files: vec![file("/srv/api/a.rs", 1, 1)],
        ..TurnWork::default()
    };
    world.turn(&id, "t1");
    worked(&mut world, &id, "t1", some.clone());
    let turn = Some(turn_id("t1"));
    let reason = "interrupted".into();
    world.grow(&id, RolloutFact::TurnAborted { turn, reason });
    let told = world.notice();
    assert!(
        told.starts_with("api was interrupted: 1 file changed. "),
        "{told}"
    );
    assert!(told.ends_with("\na.rs +1 −1"), "{told}");
    world.turn(&id, "t2");
    worked(&mut world, &id, "t2", some);
    let error = Some(format!("The server is overloaded. {}", "Try again. ".repeat(20)).into());
    let turn = turn_id("t2");
    let last = None;
    world.grow(&id, RolloutFact::TurnCompleted { turn, last, error });
    let told = world.notice();
    assert!(
        told.starts_with("api failed: The server is overloaded."),
        "{told}"
    );
    assert!(
        told.contains("\na.rs +1 −1\n\nThe server is overloaded."),
        "{told}"
    );
}

#[test]
fn the_first_line_is_short_and_nothing_secret_stands_in_it() {
    let mut world = World::with(Settings {
        redact: true,
        ..settings()
    });
    let id = world.session(
        1,
        "/srv/a-folder-with-quite-a-long-name-that-somebody-chose",
    );
    let secret = format!("gh{}_{}", "p", "aB3dE6gH1jK4".repeat(3));
    let work = TurnWork {
        failed: vec![FailedCommand {
            command: format!("deploy {secret}").as_str().into(),
            exit: 1,
        }],
        ..busy()
    };
    world.turn(&id, "t1");
    worked(&mut world, &id, "t1", work);
    world.ends(&id, "t1", "Done.");
    let told = world.notice();
    let first = told.lines().next().unwrap();
    assert!(first.chars().count() <= 110, "{first}");
    assert!(first.ends_with(&format!(" [Codex] @{}", world.reference(&id))));
    assert!(!told.contains(&secret), "{told}");
}

#[test]
fn what_is_cut_of_the_last_words_is_brought_by_more() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    let lines: Vec<_> = (0..400)
        .map(|nth| format!("line {nth} of many words"))
        .collect();
    world.turn(&id, "t1");
    world.ends(&id, "t1", &lines.join("\n"));
    let reference = world.reference(&id);
    let told = world.notices().join("\n");
    assert!(told.contains("line 3 of many"), "{told}");
    assert!(
        told.contains(&format!("write \"more @{reference}\"")),
        "{told}"
    );
    assert!(!told.contains("line 399 "));
    let mut heard = told;
    for _ in 0..5 {
        world.says(&format!("more @{reference}"));
        heard.push_str(&world.notices().join("\n"));
    }
    for nth in 0..400 {
        assert!(heard.contains(&format!("line {nth} of")), "{nth}");
    }
}

#[test]
fn an_end_that_the_record_tells_waits_for_nothing() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t1");
    worked(&mut world, &id, "t1", busy());
    world.ends(&id, "t1", "Fixed.");
    assert_eq!(world.send_all().len(), 1);
    // Nor does notify hold back what it was too late for.
    world.turn(&id, "t2");
    world.ends(&id, "t2", "Fixed more.");
    world.notify_end(&id, "t2", "Fixed more.");
    assert_eq!(world.send_all().len(), 1);
}

#[test]
fn an_end_that_notify_tells_waits_a_moment_for_what_was_done() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t1");
    world.notify_end(&id, "t1", "Fixed.");
    assert_eq!(world.next_send(), None, "the record is awaited");
    worked(&mut world, &id, "t1", busy());
    world.ends(&id, "t1", "Fixed.");
    let sent = world.send_all();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(
        sent[0].1.starts_with("api is done: 1 of 13 tests failed"),
        "{sent:?}"
    );
    // A record without work lets the text go at once.
    world.turn(&id, "t2");
    world.notify_end(&id, "t2", "Nothing to do.");
    world.ends(&id, "t2", "Nothing to do.");
    assert!(world.send_all()[0].1.ends_with("\nNothing to do."));
}

#[test]
fn where_no_record_comes_the_text_goes_after_a_moment() {
    let mut world = World::new();
    let id = world.session(1, "/srv/api");
    world.turn(&id, "t1");
    world.notify_end(&id, "t1", "Fixed.");
    assert_eq!(world.next_send(), None);
    world.pass(projections::waits::RECORD.0);
    assert!(world.send_all()[0].1.ends_with("\nFixed."));
    // What comes too late is told once.
    worked(&mut world, &id, "t1", busy());
    world.ends(&id, "t1", "Fixed.");
    assert_eq!(world.next_send(), None);
    // Records that cannot be read are not awaited.
    let broken = events::input::SourceState::Failed("broken".into());
    world.feed(events::Input::Source(
        events::event::Source::Rollouts,
        broken,
    ));
    world.turn(&id, "t2");
    world.notify_end(&id, "t2", "Again.");
    let sent = world.send_all();
    assert!(
        sent.iter().any(|(_, text)| text.ends_with("\nAgain.")),
        "{sent:?}"
    );
}
