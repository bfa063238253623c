//! What a notify process can see of where it was started.
//!
//! A pane from the environment is a hint only: a Codex that serves several
//! terminals carries the pane of whoever started it. The parent's name tells.

use crate::ingress::hand_over_frame::{MAX_TEXT, key_at};
use events::event::Origin;
use events::input::Notify;
use events::{Pane, Wall};
use std::ffi::OsString;

/// What of the parent's arguments is kept.
const MAX_PARENT: usize = 4096;

/// The notify with this payload, as this process sees it. `None` only if no key can be made.
pub fn notify(payload: &[u8]) -> Option<Notify> {
    let at = crate::clock::since_epoch();
    let millis = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
    Some(Notify {
        key: key_at(at)?,
        raw: cut(String::from_utf8_lossy(payload).into_owned(), MAX_TEXT).into(),
        origin: origin(),
        at: Wall(millis),
    })
}

fn origin() -> Origin {
    let cwd = std::env::current_dir().unwrap_or_default();
    Origin {
        cwd: cwd.to_string_lossy().into_owned(),
        pane: pane(variable("TMUX"), variable("TMUX_PANE")),
        parent: cut(parent(), MAX_PARENT),
    }
}

/// `TMUX` is the server's socket, its process id and the session, between commas.
pub(super) fn pane(tmux: Option<OsString>, pane: Option<OsString>) -> Option<Pane> {
    let tmux = tmux?.into_string().ok()?;
    let id = pane?.into_string().ok()?;
    let socket = tmux.rsplitn(3, ',').nth(2)?;
    let number = id.strip_prefix('%')?;
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (numbered && socket.starts_with('/')).then(|| Pane {
        socket: socket.to_owned(),
        id,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the environment of a hand-over is read here"
)]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The parent's command line; empty if it cannot be read.
#[cfg(target_os = "linux")]
fn parent() -> String {
    let Some(parent) = rustix::process::getppid() else {
        return String::new();
    };
    let path = format!("/proc/{}/cmdline", parent.as_raw_nonzero());
    let line = std::fs::read(path).unwrap_or_default();
    let words = String::from_utf8_lossy(&line);
    words.trim_end_matches('\0').replace('\0', " ")
}

/// The parent's command line; empty if it cannot be read. There is no file to read it
/// from, so `ps` is asked, for a short time.
#[cfg(not(target_os = "linux"))]
fn parent() -> String {
    let Some(parent) = rustix::process::getppid() else {
        return String::new();
    };
    let ask = move || {
        #[expect(
            clippy::disallowed_methods,
            reason = "one bounded question in a process that lives for milliseconds"
        )]
        let mut ps = std::process::Command::new("/bin/ps");
        ps.args(["-o", "command=", "-p"])
            .arg(parent.as_raw_nonzero().to_string())
            .stdin(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .output()
    };
    let answer = super::within(std::time::Duration::from_millis(150), ask);
    let line = answer.and_then(Result::ok).map(|output| output.stdout);
    let line = line.unwrap_or_default();
    String::from_utf8_lossy(&line).trim_end().to_owned()
}

/// At most `max` bytes, between characters.
pub(super) fn cut(mut text: String, max: usize) -> String {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
