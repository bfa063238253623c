//! The tables: every text by which a screen of Codex is known, as measured from 0.104 to 0.169.
//! A new Codex version is supported by adding rows here, with a captured screen as proof.

use super::bottom::{columns, squeeze};

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

/// npm runs Codex under `node`; the native binary may carry its target in its name.
pub(super) fn program(command: &str) -> Program {
    let name = command.strip_prefix('-').unwrap_or(command);
    let native = ["codex-aarch64", "codex-x86_64"];
    if SHELLS.contains(&name) {
        Program::Shell
    } else if name == "node" || name == "codex" || native.iter().any(|n| name.starts_with(n)) {
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
    "Ask a follow-up question",
    "Explain this codebase",
    "Summarize recent commits",
    "Implement {feature}",
    "Find and fix a bug in @filename",
    "Write tests for @filename",
    "Improve documentation in @filename",
    "Run /review on my current changes",
    "Use /skills to list available skills",
];

/// The hints under a composer that takes ordinary text. Any other hint means another state.
const HINTS: &[&str] = &[
    "f2 to view",
    "f2",
    "tab to queue message",
    "Plan mode (shift+tab to cycle)",
    "Plan mode",
];

/// Whether these lines can stand under a composer: the status line, which may be wrapped, then
/// known hints, nothing else.
pub(super) fn is_footer(lines: &[String], width: u16) -> bool {
    let hints = |line: &String| line.trim().split("  ").all(is_hints);
    let rest = match lines.iter().position(hints) {
        Some(0) => return lines.len() == 1 && lines[0].starts_with("  "),
        Some(at) if at + 1 < lines.len() => return false,
        at => at.unwrap_or(lines.len()),
    };
    let status = &lines[..rest];
    status.iter().all(|line| line.starts_with("  "))
        && is_status(&squeeze(status))
        && status.windows(2).all(|two| is_wrapped(two, width))
}

/// Whether the second line can only be the rest of the first: its first word, or the piece of
/// a path up to where Codex breaks one, had no room there.
fn is_wrapped(two: &[String], width: u16) -> bool {
    let word = two[1].split_whitespace().next().unwrap_or_default();
    columns(&two[0]) + columns(word) + 1 >= usize::from(width).saturating_sub(2)
}

/// Whether a line's hints belong to an empty composer.
pub(super) fn is_empty_hint(line: &str) -> bool {
    EMPTY_HINTS.iter().any(|hint| line.trim().starts_with(hint))
}

/// `model · /directory · thread`: what follows the directory is free text.
fn is_status(line: &str) -> bool {
    let is_dir = |item: &str| item.starts_with('/') || item == "~" || item.starts_with("~/");
    let mut items = line.split(" · ");
    items.next().is_some_and(|model| !is_dir(model)) && items.next().is_some_and(is_dir)
}

fn is_hints(part: &str) -> bool {
    part.trim().is_empty() || part.trim().split(" · ").all(is_hint)
}

fn is_hint(item: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let warnings = item.strip_prefix("⚠ ").map(|rest| {
        rest.trim_end_matches(" warnings")
            .trim_end_matches(" warning")
    });
    HINTS.contains(&item)
        || EMPTY_HINTS.contains(&item)
        || warnings.is_some_and(digits)
        || item.strip_suffix("% context left").is_some_and(digits)
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
    ("enter to submit answer", Some("a question that does not fit into the pane")),
    ("enter to submit all", Some("a question that does not fit into the pane")),
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
