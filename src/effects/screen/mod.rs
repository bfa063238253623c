//! Tells what a pane shows, so that nothing is typed into the wrong thing.
//!
//! One rule: the states into which keys may go (composer, working, running hook, question)
//! need *every* cue to agree: program, title, cursor, shape, and a footer in which nothing takes
//! keys. A cue that is missing or contradicts makes the screen [`Screen::Unknown`]: no key goes
//! there, and words take a way that touches no screen.
//! The states in which nothing is typed (approval, plan, trust, update, login, picker) need
//! their own text at the very bottom of the screen. Text further up is the transcript, which
//! a hostile repository can fill with anything: it never makes a state.

mod approval;
mod bottom;
mod change;
mod composer;
mod cues;
mod modal;
mod question;
mod style;
#[cfg(test)]
pub(crate) mod tests;

pub use approval::{SeenPrompt, prompt};
pub(crate) use bottom::{columns, unseen};
pub(crate) use cues::is_codex_name;
use cues::{Program, Title};
use events::outcome::Screen;
use events::private::Text;
use std::fmt;

/// A pane as tmux describes it at one moment: the visible lines only, no history.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Capture {
    /// `capture-pane -p`.
    pub lines: Vec<String>,
    /// `capture-pane -p -e`: the same lines with their attributes.
    pub styled: Option<Vec<String>>,
    /// `#{pane_title}`.
    pub title: String,
    /// `#{pane_current_command}`.
    pub command: String,
    /// `#{cursor_x}`, `#{cursor_y}`.
    pub cursor: (u16, u16),
    /// `#{cursor_flag}`: the composer shows a cursor, a list hides it.
    pub cursor_visible: bool,
    /// `#{alternate_on}`: newer versions use the alternate screen unless told not to.
    pub alternate: bool,
    /// `#{pane_in_mode}`: copy mode swallows keys, but lets a paste through.
    pub in_mode: bool,
    /// `#{pane_width}`.
    pub width: u16,
    /// `#{pane_height}`.
    pub height: u16,
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture")
            .field("lines", &self.lines.len())
            .field("command", &self.command)
            .field("cursor", &self.cursor)
            .field("cursor_visible", &self.cursor_visible)
            .field("in_mode", &self.in_mode)
            .field("size", &(self.width, self.height))
            .finish_non_exhaustive()
    }
}

/// What was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The state.
    pub screen: Screen,
    /// The composer, wherever one takes text: idle, working, running hook.
    pub composer: Option<Composer>,
    /// The question that is up.
    pub question: Option<SeenQuestion>,
    /// The cues that decided, or the one that was missing.
    pub why: Vec<&'static str>,
}

/// The composer and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composer {
    /// The rows as shown, without prompt and indent, joined by newlines. Soft-wrapped rows are
    /// rows of their own; spaces at the end of a row are not seen.
    pub text: Text,
    /// The text is Codex's suggestion: the composer is empty.
    pub placeholder: bool,
    /// The text is exactly `[Pasted Content N chars]`, which stands for a paste of N.
    pub pasted_marker: Option<usize>,
}

impl Composer {
    /// Whether something of the owner's (or ours) stands in it.
    pub fn holds_draft(&self) -> bool {
        !self.placeholder && !self.text.reveal().trim().is_empty()
    }
}

/// A question as its modal shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenQuestion {
    /// The text, with every run of blanks and line breaks as one space.
    pub text: Text,
    /// Which one, from 1.
    pub index: u16,
    /// Of how many.
    pub count: u16,
    /// The labels in order; the last is always "None of the above".
    pub options: Vec<Text>,
    /// The number of the selected row.
    pub selected: u16,
    /// The notes field, if it is open: keys go there, a digit would be text.
    pub note: Option<Composer>,
}

impl Seen {
    fn plain(screen: Screen, why: &[&'static str]) -> Self {
        Self {
            screen,
            composer: None,
            question: None,
            why: why.to_vec(),
        }
    }
}

/// Whether tmux' name for the pane says by itself that Codex is in front.
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
