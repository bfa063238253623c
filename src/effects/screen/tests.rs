//! Every screen that was captured from the real Codex, with what tmux says beside it. Where a
//! `.ansi` file stands beside a sample, it is the same screen with its attributes.

mod hostile;
mod style;

use super::{Capture, Composer, Seen, bottom, recognise};
use events::outcome::Screen;
use std::path::PathBuf;

/// Where the cursor is: hidden, at the start of the composer, or at the end of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    Hidden,
    Home,
    End,
    /// At the start of the notes field.
    NoteHome,
    /// At the end of the line that holds this.
    Behind(&'static str),
    /// As the `.tmux` file beside the sample says, which has the title as well.
    Told,
}
use Cursor::{Behind, End, Hidden, Home, NoteHome, Told};

pub(super) const IDLE: &str = "Mock title | work";
pub(super) const SPIN: &str = "⠋ Mock title | work";
pub(super) const ACTION: &str = "[ ! ] Action Required | Mock title | work";
const HOST: &str = "host.local";

/// File, title, cursor, state.
#[rustfmt::skip]
pub(super) const SAMPLES: &[(&str, &str, Cursor, &str)] = &[
    ("agents-view-0.169", IDLE, Hidden, "picker"),
    ("approval-exec-0.104", "", Hidden, "approval"),
    ("approval-exec-0.125", SPIN, Hidden, "approval"),
    ("approval-exec-0.145", ACTION, Hidden, "approval"),
    ("approval-exec-0.169", ACTION, Hidden, "approval"),
    ("approval-exec-40x12-0.169", "[ . ] Action Required | Mock title | work", Hidden, "approval"),
    ("approval-exec-long-80x24-0.169", ACTION, Hidden, "approval"),
    ("approval-mcp-0.169", ACTION, Hidden, "approval"),
    ("approval-patch-0.169", ACTION, Hidden, "approval"),
    ("backtrack-esc-esc-0.169", IDLE, Hidden, "picker"),
    ("composer-draft-0.169", IDLE, End, "draft"),
    ("composer-draft-multiline-0.169", IDLE, End, "draft"),
    ("composer-framed-0.169", "work", End, "draft"),
    ("composer-pasted-content-0.169", IDLE, End, "draft"),
    ("composer-shell-mode-0.169", IDLE, Behind("! ls"), "picker"),
    ("composer-shell-mode-0.104", "", Behind("! ls"), "picker"),
    ("esc-again-0.169", "work", Home, "idle"),
    ("hooks-need-review-startup-0.169", HOST, Hidden, "trust"),
    ("idle-40x12-0.169", IDLE, Home, "idle"),
    ("idle-after-turn-0.169", IDLE, Home, "idle"),
    ("idle-default-mode-0.169", "work", Home, "idle"),
    ("idle-after-turn-0.155", "work", Home, "idle"),
    ("idle-fresh-0.104", "", Home, "idle"),
    ("idle-fresh-0.125", "work", Home, "idle"),
    ("idle-fresh-0.145", "work", Home, "idle"),
    ("idle-fresh-0.169", "work", Home, "idle"),
    ("idle-no-alt-screen-0.169", "work", Home, "idle"),
    ("idle-planmode-0.169", IDLE, Home, "idle"),
    ("login-0.169", HOST, Hidden, "login"),
    ("mcp-elicitation-0.169", ACTION, Behind("Type your"), "approval"),
    ("plan-implement-prompt-0.169", IDLE, Hidden, "plan"),
    ("popup-at-0.169", IDLE, End, "picker"),
    ("popup-daemon-0.169", IDLE, Hidden, "picker"),
    ("popup-hooks-review-one-0.169", IDLE, Hidden, "picker"),
    ("popup-hooks-untrusted-0.169", IDLE, Hidden, "picker"),
    ("popup-model-0.169", IDLE, Hidden, "picker"),
    ("popup-new-0.169", IDLE, Hidden, "picker"),
    ("popup-permissions-0.169", IDLE, Hidden, "picker"),
    ("popup-review-0.169", IDLE, Hidden, "picker"),
    ("popup-skills-0.169", "work", End, "picker"),
    ("popup-slash-0.169", IDLE, End, "picker"),
    ("popup-statusline-0.169", IDLE, Hidden, "picker"),
    ("popup-title-0.169", IDLE, Hidden, "picker"),
    ("question-0.104", "", Hidden, "question"),
    ("question-0.125", SPIN, Hidden, "question"),
    ("question-0.145", ACTION, Hidden, "question"),
    ("question-40x12-0.169", ACTION, Hidden, "asks"),
    ("question-async-1-0.169", IDLE, Home, "idle"),
    ("question-sync-1-0.169", ACTION, Hidden, "question"),
    ("question-sync-2-0.169", ACTION, Hidden, "question"),
    ("question-sync-2-second-0.169", ACTION, Hidden, "question"),
    ("question-sync-2-unanswered-confirm-0.169", ACTION, Hidden, "asks"),
    ("question-sync-notes-0.169", ACTION, Hidden, "question"),
    ("question-sync-notes-empty-0.169", ACTION, NoteHome, "notes"),
    ("question-sync-notes-filled-0.169", ACTION, Behind("line2"), "notes"),
    ("resume-conflict-0.169", IDLE, Hidden, "picker"),
    ("resume-picker-0.169", IDLE, Hidden, "picker"),
    ("running-hook-0.169", SPIN, Home, "hook"),
    ("running-hook-queued-text-0.169", IDLE, Home, "idle"),
    ("shell-after-quit-0.169", "", Behind("$"), "unknown"),
    ("shortcuts-overlay-0.169", "work", Home, "picker"),
    ("start-hooks-inline-0.104", "", Home, "idle"),
    ("start-hooks-inline-0.125", "work", Home, "idle"),
    ("start-hooks-inline-0.145", "work", Hidden, "trust"),
    ("status-0.169", IDLE, Home, "idle"),
    ("transcript-ctrl-t-0.169", IDLE, Home, "idle"),
    ("trust-dir-0.169", HOST, Hidden, "trust"),
    ("turn-error-0.169", IDLE, Home, "idle"),
    ("turn-interrupted-0.169", IDLE, Home, "idle"),
    ("update-prompt-0.169", HOST, Hidden, "update"),
    ("working-0.104", "", Home, "working"),
    ("working-0.125", SPIN, Home, "working"),
    ("working-0.145", SPIN, Home, "working"),
    ("working-draft-0.169", SPIN, End, "working"),
    ("working-draft-0.104", "", End, "working"),
    ("working-draft-0.155", SPIN, End, "working"),
    ("working-queued-tab-0.169", SPIN, Home, "working"),
    ("working-quiet-0.169", SPIN, Home, "working"),
    ("working-steer-call-0.169", SPIN, Home, "working"),
    ("working-steer-quiet-0.169", SPIN, Home, "working"),
    ("working-steer-slow-0.169", SPIN, Home, "working"),
    ("working-streaming-NO-working-line-0.169", SPIN, Home, "working"),
    ("approval-patch-120x3-0.169", "", Told, "approval"),
    ("approval-patch-120x40-0.169", "", Told, "approval"),
    ("approval-patch-20x40-0.169", "", Told, "approval"),
    ("approval-patch-30x10-0.169", "", Told, "approval"),
    ("approval-patch-40x12-0.169", "", Told, "approval"),
    ("approval-patch-40x20-0.169", "", Told, "approval"),
    ("approval-patch-40x8-0.169", "", Told, "approval"),
    ("approval-patch-60x20-0.169", "", Told, "approval"),
    ("approval-patch-80x6-0.169", "", Told, "approval"),
    ("approval-patch-untrusted-0.104", "", Told, "approval"),
    ("approval-patch-untrusted-0.145", "", Told, "approval"),
    ("approval-untrusted-0.104", "", Told, "approval"),
    ("approval-untrusted-0.145", "", Told, "approval"),
    ("diff-0.169", "", Told, "picker"),
    ("draft-wide-0.145", "", Told, "draft"),
    ("draft-wide-0.169", "", Told, "draft"),
    ("draft-wide-nocolor-0.169", "", Told, "draft"),
    ("editor-silent-0.145", "", Told, "picker"),
    ("editor-silent-0.169", "", Told, "picker"),
    ("editor-vi-0.169", "", Told, "unknown"),
    ("experimental-0.169", "", Told, "picker"),
    ("find-in-transcript-0.169", "", Told, "picker"),
    ("idle-20x40-0.169", "", Told, "idle"),
    ("idle-30x10-0.169", "", Told, "idle"),
    ("idle-40x20-0.169", "", Told, "idle"),
    ("idle-40x8-0.169", "", Told, "idle"),
    ("idle-60x20-0.169", "", Told, "idle"),
    ("idle-80x6-0.169", "", Told, "idle"),
    ("idle-cut-40x12-0.169", "", Told, "idle"),
    ("idle-nocolor-0.169", "", Told, "idle"),
    ("idle-theme-light-0.169", "", Told, "idle"),
    ("keymap-0.169", "", Told, "picker"),
    ("migration-prompt-0.169", "", Told, "picker"),
    ("popup-at-0.145", "", Told, "picker"),
    ("popup-at-60x24-0.169", "", Told, "picker"),
    ("popup-dollar-60x24-0.169", "", Told, "picker"),
    ("popup-model-0.145", "", Told, "picker"),
    ("popup-slash-0.145", "", Told, "picker"),
    ("question-digits-0.169", "", Told, "question"),
    ("question-digits-40x12-0.169", "", Told, "asks"),
    ("question-digits-40x20-0.169", "", Told, "question"),
    ("question-digits-60x20-0.169", "", Told, "question"),
    ("question-digits-80x8-0.169", "", Told, "asks"),
    ("question-digits-second-notes-0.169", "", Told, "notes"),
    ("rename-0.169", "", Told, "picker"),
    ("resume-picker-0.104", "", Told, "picker"),
    ("resume-picker-0.145", "", Told, "picker"),
    ("resume-picker-120x40-0.169", "", Told, "picker"),
    ("shortcuts-0.145", "", Told, "picker"),
    ("shortcuts-60x24-0.169", "", Told, "picker"),
    ("theme-0.169", "", Told, "picker"),
    ("transcript-overlay-0.104", "", Told, "picker"),
    ("transcript-overlay-0.145", "", Told, "picker"),
    ("trust-dir-0.145", "", Told, "trust"),
    ("trust-dir-120x40-0.169", "", Told, "trust"),
    ("vim-insert-draft-24x14-0.169", "", Told, "picker"),
    ("vim-normal-draft-0.169", "", Told, "picker"),
    ("vim-normal-draft-14x14-0.169", "", Told, "picker"),
    ("vim-normal-draft-30x14-0.169", "", Told, "picker"),
    ("vim-normal-empty-60x14-0.169", "", Told, "picker"),
    ("idle-status-branch-0.145", "", Told, "idle"),
    ("idle-status-branch-0.169", "", Told, "idle"),
    ("draft-status-branch-0.171", "", Told, "draft"),
    ("idle-status-dir-first-0.169", "", Told, "idle"),
    ("idle-status-dir-first-0.145", "", Told, "idle"),
    ("idle-status-empty-0.171", "", Told, "idle"),
    ("draft-status-empty-0.169", "", Told, "draft"),
    ("goal-active-0.145", "", Told, "working"),
    ("goal-active-0.169", "", Told, "working"),
    ("goal-paused-0.169", "", Told, "idle"),
    ("goal-paused-0.145", "", Told, "idle"),
    ("vim-insert-draft-0.171", "", Told, "picker"),
    ("side-0.169", "", Told, "unknown"),
    ("side-44x16-0.169", "", Told, "unknown"),
    ("side-0.145", "", Told, "unknown"),
    ("key-reverse-search-0.169", "", Told, "unknown"),
    ("key-reverse-search-typed-0.145", "", Told, "unknown"),
    ("rename-44x16-0.169", "", Told, "picker"),
    ("vim-normal-44x16-0.145", "", Told, "picker"),
    ("vim-normal-44x16-0.171", "", Told, "picker"),
    ("hooks-0.169", "", Told, "unknown"),
    ("memories-0.169", "", Told, "unknown"),
    ("statusline-0.145", "", Told, "unknown"),
    ("experimental-0.145", "", Told, "unknown"),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/screens")
}

fn file(name: &str, kind: &str) -> Option<String> {
    std::fs::read_to_string(folder().join(format!("{name}.{kind}"))).ok()
}

/// A sample that was kept with all that tmux said of it.
fn told_sample(name: &str) -> Capture {
    let said = file(name, "tmux").unwrap();
    let mut said = said.trim_end_matches('\n').splitn(7, ' ');
    let mut number = || said.next().unwrap().parse().unwrap();
    Capture {
        cursor: (number(), number()),
        cursor_visible: number() == 1,
        alternate: number() == 1,
        width: number(),
        height: number(),
        title: said.next().unwrap().to_owned(),
        command: "codex".to_owned(),
        in_mode: false,
        lines: rows(&file(name, "txt").unwrap()),
        styled: Some(rows(&file(name, "ansi").unwrap())),
    }
}

fn rows(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

pub(crate) fn sample(name: &str) -> Capture {
    let found = SAMPLES.iter().find(|row| row.0 == name).unwrap();
    if found.2 == Told {
        return told_sample(name);
    }
    let lines = rows(&file(name, "txt").unwrap());
    let styled = file(name, "ansi");
    let prompt = || lines.iter().rposition(|l| l.starts_with('›')).unwrap();
    let end = |at: usize| (bottom::columns(&lines[at]), at);
    let (x, y) = match found.2 {
        Hidden => (0, 0),
        Home => (2, prompt()),
        End => {
            let from = prompt();
            let blank = lines[from..].iter().position(String::is_empty).unwrap();
            end(from + blank - 1)
        }
        NoteHome => (
            4,
            lines.iter().rposition(|l| l.starts_with("  › ")).unwrap(),
        ),
        Behind(text) => end(lines.iter().rposition(|l| l.contains(text)).unwrap()),
        Told => unreachable!(),
    };
    Capture {
        title: found.1.to_owned(),
        command: "node".to_owned(),
        cursor: (x.try_into().unwrap(), y.try_into().unwrap()),
        cursor_visible: found.2 != Hidden,
        alternate: name.ends_with("0.169") && !name.contains("no-alt-screen"),
        in_mode: false,
        width: 120,
        height: lines.len().try_into().unwrap(),
        styled: styled.map(|text| rows(&text)),
        lines,
    }
}

pub(super) fn name(seen: &Seen) -> &'static str {
    match &seen.screen {
        Screen::Composer { draft: true } => "draft",
        Screen::Composer { draft: false } => "idle",
        Screen::Working => "working",
        Screen::RunningHook => "hook",
        Screen::Approval { .. } => "approval",
        Screen::Question { .. } if seen.question.is_none() => "asks",
        Screen::Question { notes: false, .. } => "question",
        Screen::Question { notes: true, .. } => "notes",
        Screen::PlanPrompt => "plan",
        Screen::Trust => "trust",
        Screen::Update => "update",
        Screen::Login => "login",
        Screen::Picker { .. } => "picker",
        Screen::Shell => "shell",
        Screen::CopyMode => "copy",
        Screen::Unknown => "unknown",
    }
}

/// Whether keys may go there.
pub(super) fn takes_keys(seen: &Seen) -> bool {
    ["draft", "idle", "working", "hook", "question", "notes"].contains(&name(seen))
}

fn text(composer: Option<Composer>) -> String {
    composer.unwrap().text.reveal().clone()
}

#[test]
fn every_captured_screen_is_what_it_is() {
    let mut wrong = Vec::new();
    for (file, _, _, state) in SAMPLES {
        let seen = recognise(&sample(file));
        if name(&seen) != *state {
            wrong.push((file, name(&seen), seen.why));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for file in std::fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let known = SAMPLES.iter().any(|row| row.0 == stem);
        assert!(known, "{stem} has no row in the table");
    }
}

#[test]
fn the_program_and_copy_mode_come_first() {
    for (file, ..) in SAMPLES {
        let mut capture = sample(file);
        for shell in ["zsh", "-bash", "fish"] {
            capture.command = shell.to_owned();
            assert_eq!(name(&recognise(&capture)), "shell", "{file} in {shell}");
        }
        for other in ["vim", "ssh", "", "codex-imessage-control-plane"] {
            capture.command = other.to_owned();
            assert_eq!(name(&recognise(&capture)), "unknown", "{file} in {other}");
        }
        capture.in_mode = true;
        assert_eq!(name(&recognise(&capture)), "copy", "{file}");
    }
}

#[test]
fn a_composer_is_read_with_its_lines() {
    let read = |file: &str| recognise(&sample(file)).composer;
    assert_eq!(text(read("composer-draft-0.169")), "a draft from the user");
    assert_eq!(text(read("composer-draft-multiline-0.169")), "l1\nl2\nl3");
    let pasted = read("composer-pasted-content-0.169").unwrap();
    assert_eq!(pasted.pasted_marker, Some(3000));
    let idle = read("idle-fresh-0.125").unwrap();
    assert!(idle.placeholder && !idle.holds_draft());
}

#[test]
fn a_question_is_read_whole() {
    let read = |file: &str| recognise(&sample(file)).question.unwrap();
    let second = read("question-sync-2-second-0.169");
    assert_eq!(
        second.text.reveal(),
        "Which language should the service use?"
    );
    assert_eq!((second.index, second.count, second.selected), (2, 2, 1));
    let options: Vec<&str> = second.options.iter().map(|o| o.reveal().as_str()).collect();
    assert_eq!(options, ["rust", "go", "zig", "None of the above"]);
    assert_eq!(second.note, None);
    let notes = read("question-sync-notes-filled-0.169");
    assert_eq!(text(notes.note), "my note text\nline2");
    let empty = read("question-sync-notes-empty-0.169").note.unwrap();
    assert!(empty.placeholder && !empty.holds_draft());
}

/// What a text to the owner would say about an approval or a list.
pub(super) fn told(seen: &Seen) -> String {
    let (Screen::Approval { what } | Screen::Picker { title: what }) = &seen.screen else {
        panic!("{seen:?}");
    };
    what.reveal().clone()
}

#[test]
fn the_owner_is_told_what_is_asked() {
    let what = |file: &str| told(&recognise(&sample(file)));
    assert!(what("approval-exec-0.169").ends_with("$ echo one && touch /etc/x1"));
    assert!(what("approval-mcp-0.169").contains("run tool \"danger\"?\nx: hello"));
    assert!(what("approval-exec-40x12-0.169").starts_with("Would you like to run the following\n"));
    assert_eq!(what("popup-model-0.169"), "Select Model and Effort");
    assert_eq!(what("popup-daemon-0.169"), "Daemon");
}

/// Words in the footer that nobody has seen yet, in any order, leave a composer what it is.
#[test]
fn unknown_words_in_the_footer_do_not_matter() {
    for footer in [
        "  gpt-9 high · ~/code · main ⎇ · 12 files · $0.42",
        "  ~/code · gpt-9 · 5h limit 83% · weekly 12%",
        "  Achieving goal (3m 12s) · ⚠ 3 warnings",
        "  ✨ new in this version: dreams                     Pursuing goal (2s)",
        "  Kontext 97% · Zweig feature/find-the-bug",
    ] {
        for file in ["idle-fresh-0.125", "composer-draft-0.169", "working-0.145"] {
            let mut capture = sample(file);
            let before = name(&recognise(&capture));
            let last = bottom::last_block(&capture.lines).unwrap();
            capture.lines[last.start] = footer.to_owned();
            capture.styled = None;
            assert_eq!(name(&recognise(&capture)), before, "{file}: {footer}");
        }
    }
}

/// What takes keys, in words that nobody has seen yet, gets none.
#[test]
fn a_footer_that_names_a_key_or_a_mode_gets_none() {
    for footer in [
        "  y approve · n deny",
        "  press any key",
        "  ↑/↓ choose · enter take it",
        "  model · /work · Enter to send to the review",
        "  ^s send · ^q quit",
        "  space toggle",
        "  Vim: Visual",
        "  search: foo",
        "  model · ~ · Side from main thread",
        "  › another prompt",
        "  1. Yes",
        "  [x] agree · esc close",
        "┃ a box",
    ] {
        for file in ["idle-fresh-0.125", "composer-draft-0.169", "working-0.145"] {
            let mut capture = sample(file);
            let last = bottom::last_block(&capture.lines).unwrap();
            capture.lines[last.start] = footer.to_owned();
            capture.styled = None;
            let seen = recognise(&capture);
            assert!(!takes_keys(&seen), "{file}: {footer}: {}", name(&seen));
        }
    }
}

/// In words or a form that is not known, what the title tells of is still not an empty desk.
#[test]
fn what_asks_in_unknown_words_is_told_as_asking() {
    let mut capture = sample("approval-exec-0.169");
    for line in &mut capture.lines {
        *line = line.replace("Press enter to confirm or esc to cancel", "⏎ ok   ⎋ no");
        *line = line.replace("Would you like to run the following", "May I run this");
    }
    let seen = recognise(&capture);
    assert_eq!(name(&seen), "approval");
    assert!(told(&seen).contains("⏎ ok"), "{seen:?}");
}
