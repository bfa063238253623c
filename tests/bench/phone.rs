//! From the phone to Codex: the owner's row in chat.db until the session's rollout
//! holds the text, Enter included. Codex is the stand-in, in a real tmux; the floor
//! is pasting by hand into the same pane.

use crate::table::{Row, median};
use crate::world::{OWNER, World, grown, wait};
use control_plane::clock::{Stopwatch, wall};
use control_plane::demo::messages;
use control_plane::demo::stand_in;
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

const ROUNDS: usize = 40;
/// Until the composer is drawn again.
const REST: Duration = Duration::from_millis(250);

/// What this program is when it is called `codex`.
pub(crate) fn codex() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    // Whoever looks at the pane sees what is wrong.
    let _ended = stand_in::main(&arguments);
    ExitCode::SUCCESS
}

pub(crate) fn run() -> Vec<Row> {
    let world = World::new();
    let running = world.run(&[("CODEX_IMESSAGE_NOTIFY_MODE", "state_only")]);
    std::thread::sleep(REST * 6);
    let pane = Pane::open(&world);
    let mut messages = world.messages();
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for nth in 0..=ROUNDS {
        // Words that hold their link do not wait for one (`CODEX_IMESSAGE_GATHER_S`).
        let text = format!("by phone, see https://example.com/{nth}");
        let took = pane.until_spoken(&text, |said| {
            let said = format!("@{} {said}", pane.session);
            let row = messages::Row::from(OWNER, &said, wall());
            messages.insert(&row).expect("a row");
            Stopwatch::start()
        });
        let by_hand = pane.until_spoken(&format!("by hand {nth}"), |said| pane.paste(said));
        // The first is for warming up.
        if nth > 0 {
            ours.push(took);
            floors.push(by_hand);
        }
    }
    drop(running);
    vec![
        Row::new(
            "chat.db row to Codex, Enter included",
            median(ours),
            median(floors),
        )
        .note("at most 60 ms".into()),
    ]
}

struct Pane<'a> {
    world: &'a World,
    session: String,
    rollout: PathBuf,
}

impl<'a> Pane<'a> {
    fn open(world: &'a World) -> Self {
        let (ours, codex) = (
            std::env::current_exe().expect("a path"),
            world.path("codex"),
        );
        if fs::hard_link(&ours, &codex).is_err() {
            fs::copy(&ours, &codex).expect("a copy");
        }
        let new = ["new-session", "-d", "-x", "120", "-y", "40", "--"];
        let started = world.tmux(&new).arg(codex).args(["--", "hello"]).status();
        assert!(started.expect("tmux runs").success());
        let sessions = world.path("home/.codex/sessions");
        let rollout = wait("a rollout", || rollout(&sessions));
        wait("the first answer", || {
            grown(&rollout, 0).contains("task_complete").then_some(())
        });
        std::thread::sleep(REST * 2);
        let stem = rollout.file_stem().expect("a name").to_string_lossy();
        let session = stem[stem.len() - 36..].to_owned();
        Self {
            world,
            session,
            rollout,
        }
    }

    /// Says it and measures until the rollout has it; then waits for the turn's end.
    fn until_spoken(&self, text: &str, say: impl FnOnce(&str) -> Stopwatch) -> Duration {
        let from = fs::metadata(&self.rollout).expect("a rollout").len();
        let watch = say(text);
        wait(text, || {
            grown(&self.rollout, from).contains(text).then_some(())
        });
        let took = watch.elapsed();
        wait("the turn's end", || {
            grown(&self.rollout, from)
                .contains("task_complete")
                .then_some(())
        });
        std::thread::sleep(REST);
        took
    }

    fn paste(&self, text: &str) -> Stopwatch {
        let words = "load-buffer -b hand - ; paste-buffer -p -d -b hand ; send-keys Enter";
        let words: Vec<&str> = words.split(' ').collect();
        let watch = Stopwatch::start();
        let tmux = self.world.tmux(&words).stdin(Stdio::piped()).spawn();
        let mut tmux = tmux.expect("tmux runs");
        let mut stdin = tmux.stdin.take().expect("its input");
        stdin.write_all(text.as_bytes()).expect("it reads");
        drop(stdin);
        assert!(tmux.wait().expect("it ends").success());
        watch
    }
}

/// The only file, however deep.
fn rollout(folder: &PathBuf) -> Option<PathBuf> {
    let path = fs::read_dir(folder).ok()?.next()?.ok()?.path();
    if path.is_dir() {
        rollout(&path)
    } else {
        Some(path)
    }
}
