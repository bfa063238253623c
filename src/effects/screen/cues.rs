//! The tables: every text by which a screen of Codex is known, as measured from 0.104 to 0.169.
//! A new Codex version is supported by adding rows here, with a captured screen as proof.

use super::bottom::{row, squeeze};

/// What runs in the pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Codex,
    Shell,
    Other,
}

const SHELLS: &[&str] = &[
    "sh", "bash", "zsh", "dash", "ash", "fish", "ksh", "mksh", "tcsh", "csh", "nu", "elvish",
    "xonsh", "pwsh", "login",
];

/// What packagers add to Codex's name.
const VARIANTS: &[&str] = &[
    "js",
    "wrapped",
    "unwrapped",
    "real",
    "bin",
    "cli",
    "tui",
    "rs",
    "exe",
    "orig",
    "original",
    "native",
    "local",
    "dev",
    "nightly",
    "alpha",
    "beta",
    "stable",
    "latest",
];

/// Whether a program's name is Codex's: itself, what a package makes of it, such as Nix'
/// `.codex-wrapped`, or a release's, such as `codex-aarch64-apple-darwin`.
pub(crate) fn is_codex_name(name: &str) -> bool {
    let name = name.trim_start_matches('.');
    let Some(rest) = name.strip_prefix("codex") else {
        return false;
    };
    let Some(variant) = rest.strip_prefix(['-', '_', '.']) else {
        return rest.is_empty();
    };
    let version = variant.strip_prefix('v').unwrap_or(variant);
    VARIANTS.contains(&variant)
        || ["x86_64", "aarch64", "arm64", "amd64"]
            .iter()
            .any(|arch| variant.starts_with(arch))
        || version.starts_with(|c: char| c.is_ascii_digit())
}

/// npm runs Codex under `node`. For other names the processes are asked.
pub(super) fn program(command: &str) -> Program {
    let name = command.strip_prefix('-').unwrap_or(command);
    if SHELLS.contains(&name) {
        Program::Shell
    } else if name == "node" || is_codex_name(name) {
        Program::Codex
    } else {
        Program::Other
    }
}

/// What the pane title says about the turn. Old versions say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Title {
    Silent,
    Spinner,
    ActionRequired,
}

pub(super) fn title(title: &str) -> Title {
    if title.contains("] Action Required") {
        return Title::ActionRequired;
    }
    let spins = |part: &str| {
        part.trim_start()
            .starts_with(|c| ('\u{2800}'..='\u{28ff}').contains(&c))
    };
    if title.split(" | ").any(spins)
        || matches!(title.split(" | ").next(), Some("Working" | "Thinking"))
    {
        Title::Spinner
    } else {
        Title::Silent
    }
}

/// The suggestion of newer versions, and the hints of which one is always below it where they
/// use the alternate screen: without them the words were typed, or the transcript is browsed.
pub(super) const NEW_PLACEHOLDER: &str = "Ask Codex to do anything";
/// The suggestion in a side conversation: what is typed there does not reach the session.
pub(super) const SIDE_PLACEHOLDER: &str = "Ask a follow-up question";
const EMPTY_HINTS: &[&str] = &[
    "? for shortcuts",
    "← for agents",
    "esc again to edit previous message",
];

/// What an empty notes field shows.
pub(super) const NOTES_PLACEHOLDER: &str = "Add notes";

/// Suggestions in an empty composer. Without attributes they are known only by their words.
pub(super) const PLACEHOLDERS: &[&str] = &[
    NEW_PLACEHOLDER,
    "Explain this codebase",
    "Summarize recent commits",
    "Implement {feature}",
    "Find and fix a bug in @filename",
    "Write tests for @filename",
    "Improve documentation in @filename",
    "Run /review on my current changes",
    "Use /skills to list available skills",
];

/// Keys that a footer may name: what they do leaves an empty composer as it is, or only Codex
/// does it. A footer that names any other key belongs to something that takes keys.
const HARMLESS: &[&str] = &[
    "? for shortcuts",
    "← for agents",
    "esc again to edit previous message",
    "tab to queue message",
    "f2 to view",
    "f2",
];

/// First words of a hint that names a key.
const KEYS: &[&str] = &[
    "enter",
    "return",
    "esc",
    "escape",
    "tab",
    "space",
    "press",
    "type",
    "y",
    "n",
    "y/n",
    "q",
    "↑",
    "↓",
    "↑/↓",
    "↑↓",
    "←/→",
    "→",
    "pgup",
    "pgup/pgdn",
    "home",
    "del",
    "backspace",
    "shift",
];

/// How the footer of a composer begins that is not the session's own, or takes keys otherwise.
const MODES: &[&str] = &[
    "vim:",
    "vim ",
    "shell mode",
    "side ",
    "find",
    "search",
    "reverse",
    "bck-i-search",
    "history",
    "browsing",
    "rename",
    "filter",
    "recording",
];

/// Pieces that no footer of a composer holds, wherever a narrow pane cuts or wraps it.
const ASKS: &[&str] = &[
    "enter to ",
    "enter select",
    "enter submit",
    "enter confirm",
    "press enter",
    "esc to ",
    "esc back",
    "esc close",
    "esc cancel",
    "to confirm",
    "to cancel",
    "to select",
    "to navigate",
];

/// What a row of a list or a box begins with.
const ROW_MARKS: &[char] = &[
    '›', '>', '•', '◦', '■', '□', '☐', '✔', '│', '┃', '╭', '╰', '└', '─', '━', '↓', '↑',
];

/// How many rows a footer may have: the status line, which may be wrapped, and hints.
const FOOTER_ROWS: usize = 5;

/// Whether these lines can stand under the composer of the session. Their words do not count:
/// a status line, a goal, a warning may say anything. What counts is that it is a small block
/// set in from the edge, without a list, a box or a prompt, and that it names no key that
/// answers and no other mode.
pub(super) fn is_footer(lines: &[String]) -> bool {
    let row = |line: &String| {
        line.starts_with("  ")
            && !line.trim_start().starts_with(ROW_MARKS)
            && row(0, line).is_none()
    };
    let all = squeeze(lines).to_lowercase();
    lines.len() <= FOOTER_ROWS
        && lines.iter().all(row)
        && lines
            .iter()
            .flat_map(|line| items(line))
            .all(|item| !takes_keys(item))
        && !ASKS.iter().any(|piece| all.contains(piece))
}

/// The items of a line of hints, which stand apart or are joined by dots or bars.
fn items(line: &str) -> impl Iterator<Item = &str> {
    let apart = line.trim().split("  ");
    apart
        .flat_map(|part| part.split(['·', '|', '•']))
        .map(str::trim)
}

fn takes_keys(item: &str) -> bool {
    if HARMLESS.contains(&item) {
        return false;
    }
    let item = item.to_lowercase();
    let first = item.split_whitespace().next().unwrap_or_default();
    KEYS.contains(&first)
        || first.starts_with('^')
        || first.starts_with("ctrl")
        || MODES
            .iter()
            .any(|mode| item.starts_with(mode) || item.contains(" side from "))
}

/// Whether a line's hints belong to an empty composer.
pub(super) fn is_empty_hint(line: &str) -> bool {
    EMPTY_HINTS.iter().any(|hint| line.trim().starts_with(hint))
}

/// Lines of a running turn that may stand between its status line and the composer.
pub(super) const PENDING: &[&str] = &[
    "• Queued follow-up inputs",
    "• Messages to be submitted after next tool call",
];

/// A kind of modal in which nothing is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Approval,
    Plan,
    Trust,
    Update,
    Login,
}

/// A modal: how its last lines end, its first option and its heading.
pub(super) struct Modal {
    pub(super) kind: Kind,
    pub(super) feet: &'static [&'static str],
    pub(super) first: Option<&'static str>,
    pub(super) heading: &'static str,
}

const fn modal(
    kind: Kind,
    feet: &'static [&'static str],
    first: Option<&'static str>,
    heading: &'static str,
) -> Modal {
    Modal {
        kind,
        feet,
        first,
        heading,
    }
}

const CONFIRM: &[&str] = &["Press enter to confirm or esc to cancel"];

#[rustfmt::skip]
pub(super) const MODALS: &[Modal] = &[
    modal(Kind::Approval, CONFIRM, Some("Yes, proceed"), "Would you like to run the following command?"),
    modal(Kind::Approval, CONFIRM, Some("Yes, proceed"), "Would you like to make the following edits?"),
    modal(Kind::Approval, CONFIRM, Some("Yes, just this once"), "Do you want to approve network access to"),
    modal(Kind::Approval, &["enter to submit | esc to cancel"], Some("Allow"), "Field "),
    modal(Kind::Approval, &["enter to submit answer | ^p / ^n change field | esc to cancel"], None, "Field "),
    modal(Kind::Approval, &["enter to submit answer | esc to cancel"], None, "Field "),
    modal(Kind::Plan, &["enter select · esc back"], Some("Yes, implement this plan"), "Implement this plan?"),
    modal(Kind::Trust, &["enter confirm · esc skip", "Press enter to confirm or esc to go back"], Some("Review hooks"), "Hooks need review"),
    modal(Kind::Trust, &["enter continue · esc back"], Some("Trust and continue"), "Trust this folder?"),
    modal(Kind::Trust, &["Press enter to continue"], Some("Yes, continue"), "Do you trust the contents of this directory?"),
    modal(Kind::Update, &["enter continue · esc skip", "Press enter to continue"], Some("Update now (runs"), "Update available"),
    modal(Kind::Login, &["Press enter to continue"], Some("Sign in with ChatGPT"), "Choose how you want to use Codex."),
];

/// What stands in place of a modal's lines where the pane is too small for them.
pub(super) const CUT: &str = "lines] ^a view all";

/// A question of which the pane shows too little.
pub(super) const CUT_QUESTION: &str = "a question that does not fit into the pane";
/// The heading of the list that comes after questions of which not all are answered.
pub(super) const UNANSWERED: &str = "Submit with unanswered questions?";

/// Lists and views: a piece of the last lines, and a name (none: the list's own heading).
/// The first that fits counts.
#[rustfmt::skip]
pub(super) const PICKERS: &[(&str, Option<&str>)] = &[
    ("enter select · esc back", None),
    ("Press enter to confirm or esc to go back", None),
    ("Browsing transcript ·", Some("the transcript")),
    ("· full transcript · esc cancel", Some("the search in the transcript")),
    ("to scroll pgup/pgdn to page", Some("the transcript")),
    ("to scroll · pgup/pgdn to page", Some("a page of text")),
    ("Save and close external editor to continue.", Some("the external editor")),
    ("enter/esc confirm · ^c quit", Some("an offer of another model")),
    ("enter save · esc cancel", Some("a settings list")),
    ("enter save · esc save/close", Some("a settings list")),
    ("enter edit shortcut ·", Some("the list of shortcuts")),
    ("? / esc close", Some("the list of shortcuts")),
    ("customize shortcuts with /keymap", Some("the list of shortcuts")),
    ("enter submit · esc back", Some("a field for a name")),
    ("enter review · esc close", Some("the list of hooks")),
    ("t trust · esc back", Some("the review of a hook")),
    ("esc back ↑/↓ move enter open", Some("the agent command center")),
    ("enter resume ^a archive", Some("the list of conversations")),
    ("enter resume esc exit", Some("the list of conversations")),
    ("enter to resume esc to start new", Some("the list of conversations")),
    ("r retry f fork", Some("a conversation that is open elsewhere")),
    ("enter insert … [", Some("a list at the composer")),
    ("enter to submit answer", Some(CUT_QUESTION)),
    ("enter to submit all", Some(CUT_QUESTION)),
    ("Shell mode ·", Some("the composer in shell mode")),
    ("Vim: Normal", Some("the composer in Vim mode")),
    ("Vim: Insert", Some("the composer in Vim mode")),
];

/// How a question modal ends: the hints without the bars that a narrow pane drops, whether the notes field is open, whether there are
/// several questions (unknown while the notes field is open).
#[rustfmt::skip]
pub(super) const QUESTION_FEET: &[(&str, bool, Option<bool>)] = &[
    ("tab to add notes enter to submit answer esc to interrupt", false, Some(false)),
    ("tab to add notes enter to submit answer ←/→ to navigate questions esc to interrupt", false, Some(true)),
    ("tab to add notes enter to submit all ←/→ to navigate questions esc to interrupt", false, Some(true)),
    ("tab or esc to clear notes enter to submit answer", true, None),
    ("tab or esc to clear notes enter to submit all", true, None),
];

/// The row that every question ends with.
pub(super) const LAST_OPTION: &str = "None of the above";
