//! A captured pane, and what was recognised in it.

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
    pub(super) fn plain(screen: Screen, why: &[&'static str]) -> Self {
        Self {
            screen,
            composer: None,
            question: None,
            why: why.to_vec(),
        }
    }
}
