//! Messages that went to the wrong session: `explain` shows it in one command, and
//! `replay --what-if` shows which rule or setting puts it right.

use crate::support::{self, OWNER, World, pane};
use assert_cmd::Command;
use control_plane::runtime::export_line;
use events::event::QuestionKind;
use events::input::MessageRow;
use events::outcome::{Evidence, How};
use events::{Batch, Event, Guid, Input, Link, Outcome, SessionId, Settings, Span, codec};
use projections::describe::session_name;
use projections::{Machine, State};
use std::process::Output;
use std::sync::Arc;

fn settings() -> Settings {
    Settings {
        // Each message is acted on at once, in the batch of its row.
        gather: Span(0),
        ..support::settings()
    }
}

/// A row is decided about by a program that `mislead`s itself, and that does not see what a
/// message replies to. The log holds what really came.
fn decided_wrongly(world: &mut World, row: &MessageRow, mislead: impl Fn(&mut State)) {
    let mut state = world.machine.state().clone();
    mislead(&mut state);
    let seen = MessageRow {
        reply_to: None,
        ..row.clone()
    };
    let input = Input::Message(Box::new(seen));
    let batch = Machine::from(state).propose(input, world.now);
    let mut events: Vec<Event> = batch.envelopes().iter().map(|e| e.event.clone()).collect();
    for event in &mut events {
        if let Event::InboundReceived(e) = event {
            e.reply_to.clone_from(&row.reply_to);
        }
    }
    let batch = Batch::new(world.machine.next_seq(), world.now, events);
    world.keep(batch.envelopes());
}

/// The log of a world, in a home of its own.
struct Logged(tempfile::TempDir);

impl Logged {
    fn of(world: &World) -> Self {
        let home = tempfile::tempdir().expect("a home");
        let (mut link, mut lines) = (Link::START, String::new());
        for entry in world.log() {
            let (frame, next) = codec::encode(link, entry).expect("a frame");
            link = next;
            lines += &export_line(entry, &frame);
            lines.push('\n');
        }
        std::fs::write(home.path().join("export.jsonl"), lines).expect("written");
        let logged = Self(home);
        let imported = logged.run(&["log", "import", "export.jsonl"]);
        assert_eq!(imported.status.code(), Some(0), "{imported:?}");
        logged
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let home = self.0.path();
        Command::cargo_bin("codex-imessage-control-plane")
            .expect("built")
            .env_clear()
            .env("HOME", home)
            .env("CODEX_HOME", home.join("codex"))
            .env("CODEX_IMESSAGE_TO", OWNER)
            .args(arguments)
            .current_dir(home)
            .output()
            .expect("it runs")
    }

    /// One command finds it: these sentences stand in the story of the newest message.
    fn is_explained_by(&self, sentences: &[&str]) {
        let output = self.run(&["explain"]);
        let story = String::from_utf8(output.stdout).expect("text");
        for sentence in sentences {
            assert!(story.contains(sentence), "{sentence:?} in {story}");
        }
    }

    /// Deciding again gives `now` where the log has `then`, and nothing else differs.
    fn is_cured(&self, set: &[&str], then: &str, now: &str) {
        let set = set.iter().flat_map(|set| ["--set", set]);
        let arguments: Vec<&str> = ["replay", "--what-if"].into_iter().chain(set).collect();
        let output = self.run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let told = String::from_utf8(output.stdout).expect("text");
        let line = |what: &str, sentence: &str| {
            told.lines()
                .any(|line| line.trim_start().starts_with(what) && line.contains(sentence))
        };
        assert!(line("then", then) && line("now", now), "{told}");
        assert!(told.contains(", 1 with another outcome"), "{told}");
        let valid = self.run(&["replay", "--verify"]);
        assert_eq!(valid.status.code(), Some(0), "{valid:?}");
    }
}

fn name(world: &World, session: &SessionId) -> String {
    session_name(world.machine.state(), session)
}

fn goes_into(world: &World, session: &SessionId, because: &str) -> String {
    format!(
        "Its words go into {}, because {because}",
        name(world, session)
    )
}

#[test]
fn a_name_that_two_sessions_have() {
    let mut world = World::with(settings());
    let (first, second) = (world.session(1, "/srv/api"), world.session(2, "/srv/api"));
    let row = world.row("@api go on");
    decided_wrongly(&mut world, &row, |state| {
        Arc::make_mut(&mut state.sessions).by_id.remove(&second);
    });
    let log = Logged::of(&world);
    let wrong = goes_into(&world, &first, "the message names the session");
    log.is_explained_by(&[&wrong]);
    log.is_cured(&[], &wrong, "you are asked which");
}

/// `new docs: …` twice: the newer session has the label, the older one had it.
#[test]
fn a_label_that_moved() {
    let mut world = World::with(settings());
    let mut sessions = Vec::new();
    for nth in 1..=2 {
        world.says("new docs: write them");
        let (command, _) = world.next_work().expect("a start");
        let session = world.session(nth, "/srv/default");
        let running = Evidence::Running {
            session: session.clone(),
            pane: pane(),
            cwd: "/srv/default".into(),
        };
        world.settled(command, Outcome::Done(running));
        sessions.push(session);
    }
    let [old, new] = sessions.try_into().expect("two");
    assert_eq!(world.machine.state().sessions.by_id[&new].name(), "docs");
    let row = world.row("@docs go on");
    decided_wrongly(&mut world, &row, |state| {
        for (id, label) in [(&new, None), (&old, Some("docs".to_owned()))] {
            let sessions = Arc::make_mut(&mut state.sessions);
            sessions.get_mut(id).expect("known").label = label;
        }
    });
    let log = Logged::of(&world);
    let because = "the message names the session";
    let wrong = goes_into(&world, &old, because);
    log.is_explained_by(&[&wrong]);
    log.is_cured(&[], &wrong, &goes_into(&world, &new, because));
}

#[test]
fn a_reply_to_an_old_text() {
    let mut world = World::with(settings());
    let (old, new) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    world.turn(&old, "a");
    world.ends(&old, "a", "I am done.");
    let (thread, _): (Guid, String) = world.send_all().remove(0);
    world.user(&old, "and on");
    world.finished(&new, "b");
    world.send_all();
    let mut row = world.row("continue");
    row.reply_to = Some(thread);
    decided_wrongly(&mut world, &row, |_| {});
    let log = Logged::of(&world);
    let wrong = goes_into(&world, &new, "");
    log.is_explained_by(&[&wrong]);
    let right = goes_into(&world, &old, "it replies");
    log.is_cured(&[], &wrong, &right);
}

#[test]
fn an_answer_that_was_given_by_order() {
    let mut world = World::with(Settings {
        require_ref: false,
        ..settings()
    });
    let (first, second) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    for (session, call) in [(&first, "call-1"), (&second, "call-2")] {
        world.asks(session, call, QuestionKind::Modal, &["yes", "no"]);
    }
    world.send_all();
    world.says("2");
    let log = Logged::of(&world);
    log.is_explained_by(&[&name(&world, &second)]);
    log.is_cured(
        &["require_session_ref=1"],
        &name(&world, &second),
        "you are asked which",
    );
}

/// The title of a pane still names the session that it showed before.
#[test]
fn a_title_that_was_stale() {
    let mut world = World::with(settings());
    let (meant, shown) = (world.session(1, "/srv/api"), world.session(2, "/srv/web"));
    world.says("@api drop the tables");
    let (command, _) = world.next_work().expect("keys for the pane");
    world.performed(command, How::Typed(pane()));
    world.user(&shown, "drop the tables");
    for _ in 0..20 {
        world.pass(10_000);
    }
    let log = Logged::of(&world);
    log.is_explained_by(&[
        &goes_into(&world, &meant, "the message names the session"),
        &format!(
            "{} recorded the same words meanwhile: they went to the wrong session.",
            name(&world, &shown)
        ),
        "They are the words of this message, which were meant for",
        "typed into %7",
        "not confirmed",
    ]);
    log.is_cured(&["route_via_tmux=0"], "type", "queue");
}
