//! One tmux pane with Codex in it, used the way a person would.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use crate::lab::{Lab, wait_for};
use crate::waiting::within;

/// After this a key without effect counts as dropped. One that was only slow comes twice.
const FIRST_MOMENT: Duration = Duration::from_secs(10);

/// A pane of the lab's own tmux server.
pub(crate) struct Pane<'lab> {
    lab: &'lab Lab,
    /// `%N`.
    pub(crate) id: String,
}

impl<'lab> Pane<'lab> {
    pub(crate) fn new(lab: &'lab Lab, id: String) -> Self {
        Self { lab, id }
    }

    /// Waits for an empty composer, ready for a prompt.
    pub(crate) fn ready(self) -> Self {
        self.wait_for("an idle composer", |screen| {
            screen.contains("› Ask Codex to do anything")
        });
        self
    }

    /// Pastes a prompt and presses Enter once it can be seen. Codex drops no paste, so a
    /// slow one is not repeated. It drops Enter just after `/new` (seen with 0.171): the
    /// words then stay in the composer, and Enter is pressed a second time.
    pub(crate) fn prompt(&self, text: &str) {
        let start: String = text.lines().next().unwrap().chars().take(40).collect();
        let shows = |part: &str| part.contains(&start) || part.contains("[Pasted Content");
        self.paste(text);
        self.wait_for("the pasted prompt", shows);
        self.key("Enter");
        let taken = || {
            let screen = self.screen();
            let composer = screen.rsplit('›').next()?.lines().next()?;
            (!shows(composer)).then_some(())
        };
        if within(FIRST_MOMENT, taken).is_none() {
            self.key("Enter");
        }
    }

    /// Types a line at a shell's prompt.
    pub(crate) fn prompt_line(&self, line: &str) {
        self.lab.tmux(&["send-keys", "-t", &self.id, "-l", line]);
        self.key("Enter");
    }

    /// Puts a text into the composer and leaves it there.
    pub(crate) fn paste(&self, text: &str) {
        let mut load = self.lab.tmux_command();
        load.args(["load-buffer", "-b", "prompt", "-"]);
        let mut load = load.stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = load.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        drop(stdin);
        assert!(load.wait().unwrap().success());
        let paste = ["paste-buffer", "-p", "-d", "-b", "prompt", "-t", &self.id];
        self.lab.tmux(&paste);
    }

    /// Presses a key that changes the screen, and waits for the change. Codex drops the
    /// keys of the first 0.3 s or so after it has drawn its first screen, so what had no
    /// effect is pressed a second time.
    pub(crate) fn press_until(&self, key: &str, what: &str, seen: impl Fn(&str) -> bool) {
        self.key(key);
        if within(FIRST_MOMENT, || seen(&self.screen()).then_some(())).is_none() {
            self.key(key);
            self.wait_for(what, seen);
        }
    }

    /// Presses one key, in tmux' spelling.
    pub(crate) fn key(&self, key: &str) {
        self.lab.tmux(&["send-keys", "-t", &self.id, key]);
    }

    /// What is on the screen.
    pub(crate) fn screen(&self) -> String {
        self.lab.tmux(&["capture-pane", "-p", "-t", &self.id])
    }

    /// One of tmux' formats, such as `pane_title`.
    pub(crate) fn format(&self, name: &str) -> String {
        let format = format!("#{{{name}}}");
        let said = self
            .lab
            .tmux(&["display-message", "-p", "-t", &self.id, &format]);
        said.trim_end().to_owned()
    }

    /// Waits until the screen looks as described, and returns it.
    pub(crate) fn wait_for(&self, what: &str, seen: impl Fn(&str) -> bool) -> String {
        wait_for(
            || format!("{what}; the screen is\n{}", self.screen()),
            || Some(self.screen()).filter(|screen| seen(screen)),
        )
    }

    /// The thread the pane shows: the title carries the start of its id, the
    /// lock files carry the whole.
    pub(crate) fn thread(&self) -> String {
        let locks = self.lab.codex_home().join("thread-writer-locks");
        wait_for(
            || format!("a thread id in the title {:?}", self.format("pane_title")),
            || {
                let title = self.format("pane_title");
                let start = title.split(" | ").last()?.strip_suffix("...")?;
                let names = std::fs::read_dir(&locks).ok()?;
                names
                    .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                    .find(|name| name.starts_with(start))?
                    .strip_suffix(".lock")
                    .map(str::to_owned)
            },
        )
    }
}
