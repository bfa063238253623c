//! What a pane shows, from all cues together.

use super::cues::{self, Program, Title};
use super::{Capture, Seen, bottom, composer, modal, question};
use events::outcome::Screen;

/// Whether the name that tmux gives the pane is enough to know that Codex is in front.
pub(crate) fn named_codex(command: &str) -> bool {
    cues::program(command) == Program::Codex
}

/// Says what the pane shows. Pure and total: any text is some state, mostly `Unknown`.
pub fn recognise(capture: &Capture) -> Seen {
    if capture.in_mode {
        return Seen::plain(Screen::CopyMode, &["tmux is in copy mode"]);
    }
    match cues::program(&capture.command) {
        Program::Codex => {}
        Program::Shell => return Seen::plain(Screen::Shell, &["a shell runs in the pane"]),
        Program::Other => return Seen::plain(Screen::Unknown, &["the program is not Codex"]),
    }
    if capture.lines.len() > usize::from(capture.height) {
        return Seen::plain(Screen::Unknown, &["more lines than the pane has"]);
    }
    let seen = question::read(capture)
        .or_else(|| modal::read(capture))
        .unwrap_or_else(|| composer::read(capture));
    if seen.screen == Screen::Unknown && cues::title(&capture.title) == Title::ActionRequired {
        return asks_for_something(capture);
    }
    seen
}

/// The title says that the owner is asked, in words or a form that is not known.
fn asks_for_something(capture: &Capture) -> Seen {
    let block = bottom::last_block(&capture.lines).unwrap_or_default();
    let what = bottom::squeeze(&capture.lines[block]).into();
    Seen::plain(Screen::Approval { what }, &["the title asks for an action"])
}
