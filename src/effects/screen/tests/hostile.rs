//! Screens that lie: cues removed one by one, transcripts full of fakes, random text.

use super::{ACTION, IDLE, SAMPLES, SPIN, name, sample, takes_keys};
use crate::effects::screen::{Capture, Composer, Seen, recognise};
use proptest::prelude::*;
use std::sync::LazyLock;

fn samples_where(wanted: impl Fn(&Seen) -> bool) -> Vec<(&'static str, Capture, Seen)> {
    let all = SAMPLES.iter().map(|row| (row.0, sample(row.0)));
    all.map(|(file, capture)| (file, capture.clone(), recognise(&capture)))
        .filter(|(_, _, seen)| wanted(seen))
        .collect()
}

/// The capture with its line `at` gone and the cursor still on its own line.
fn without_line(capture: &Capture, at: usize) -> Capture {
    let mut less = capture.clone();
    less.lines.remove(at);
    if let Some(styled) = &mut less.styled {
        styled.remove(at);
    }
    if usize::from(less.cursor.1) > at {
        less.cursor.1 -= 1;
    }
    less
}

/// The same screen with other lines scrolled in above it.
fn below(transcript: &[String], capture: &Capture) -> Capture {
    let mut more = capture.clone();
    more.lines = [transcript, &capture.lines].concat();
    let styled = capture.styled.as_ref();
    more.styled =
        styled.map(|styled| [vec![String::new(); transcript.len()], styled.clone()].concat());
    more.cursor.1 += u16::try_from(transcript.len()).unwrap();
    more.height = u16::try_from(more.lines.len()).unwrap();
    more
}

static MODALS: LazyLock<Vec<(&str, Capture, Seen)>> =
    LazyLock::new(|| samples_where(|seen| !takes_keys(seen)));

/// Whether a text would be pasted there.
fn takes_free_text(seen: &Seen) -> bool {
    ["draft", "idle", "working"].contains(&name(seen))
}

/// Whether a text would be pasted and submitted there.
fn is_ready(seen: &Seen) -> bool {
    takes_free_text(seen) && !seen.composer.as_ref().is_some_and(Composer::holds_draft)
}

#[test]
fn each_cue_of_a_composer_is_needed() {
    type Change = (&'static str, fn(&mut Capture));
    let changes: &[Change] = &[
        ("hidden cursor", |c| c.cursor_visible = false),
        ("cursor above", |c| c.cursor.1 = 0),
        ("cursor below", |c| c.cursor.1 = u16::MAX),
        ("cursor on the prompt", |c| c.cursor.0 = 0),
        ("action required", |c| c.title = ACTION.to_owned()),
        ("program", |c| c.command = "less".to_owned()),
        ("history in the capture", |c| c.height -= 1),
        ("unknown hint", |c| {
            let last = c.lines.iter().rposition(|l| !l.trim().is_empty()).unwrap();
            c.lines
                .insert(last + 1, "  enter pick · esc back".to_owned());
            c.height += 1;
        }),
        ("no footer", |c| {
            let last = c.lines.iter().rposition(|l| l.starts_with('›')).unwrap();
            c.lines.truncate(last + 1);
        }),
        ("blanks typed", |c| {
            let at = c.lines.iter().rposition(|l| l.starts_with('›')).unwrap();
            c.lines.splice(at + 1..=usize::from(c.cursor.1), None);
            (c.lines[at], c.cursor) = ("›".to_owned(), (4, u16::try_from(at).unwrap()));
            c.styled = None;
        }),
        ("shell prompt", |c| {
            let last = c.lines.iter().rposition(|l| l.starts_with('›')).unwrap();
            c.lines[last] = c.lines[last].replacen('›', "$", 1);
        }),
    ];
    let samples = samples_where(|seen| seen.composer.is_some());
    assert!(samples.len() > 20);
    for (file, capture, _) in samples {
        for (change, apply) in changes {
            let mut other = capture.clone();
            apply(&mut other);
            let seen = recognise(&other);
            assert!(!takes_keys(&seen), "{file}: {change}: {}", name(&seen));
        }
    }
}

#[test]
fn no_single_line_makes_a_modal_take_keys() {
    for (file, capture, _) in samples_where(|seen| !takes_keys(seen)) {
        for at in 0..capture.lines.len() {
            if capture.lines[at].contains("Vim: ") {
                // Without the hint it is a composer like any other, in all but its keys.
                continue;
            }
            let mut less = without_line(&capture, at);
            for title in [IDLE, SPIN, ACTION] {
                less.title = title.to_owned();
                let seen = recognise(&less);
                assert!(!takes_keys(&seen), "{file} without line {at}");
            }
        }
    }
}

#[test]
fn no_cursor_makes_a_modal_take_keys() {
    // With its cursor elsewhere the popup's line is the composer's own; it is left out.
    for (file, mut capture, _) in samples_where(|seen| !takes_keys(seen)) {
        if capture.cursor_visible {
            continue;
        }
        capture.cursor_visible = true;
        for (x, y) in (0..capture.height).flat_map(|y| [(0, y), (2, y), (4, y), (30, y)]) {
            capture.cursor = (x, y);
            let seen = recognise(&capture);
            assert!(!takes_keys(&seen), "{file} with the cursor at {x},{y}");
        }
    }
}

#[test]
fn a_question_that_lost_a_line_is_the_same_or_none() {
    for (file, capture, whole) in samples_where(|seen| seen.question.is_some()) {
        for at in 0..capture.lines.len() {
            let less = without_line(&capture, at);
            let seen = recognise(&less);
            let text = |seen: &Seen| seen.question.as_ref().map(|asked| asked.text.clone());
            if text(&seen) != text(&whole) {
                // Not the question that is answered: before a digit, its words are compared.
                continue;
            }
            if takes_keys(&seen) && seen.question != whole.question {
                // Only the note itself may have changed, and then what is read says so.
                let (mut now, then) = (seen.question.unwrap(), whole.question.clone().unwrap());
                assert!(
                    then.note.is_some(),
                    "{file} without {:?}",
                    capture.lines[at]
                );
                now.note.clone_from(&then.note);
                assert_eq!(now, then, "{file} without {:?}", capture.lines[at]);
            }
        }
        let mut shown = capture.clone();
        shown.cursor_visible = !capture.cursor_visible;
        assert!(!takes_keys(&recognise(&shown)), "{file}: cursor");
    }
}

#[test]
fn digits_in_a_question_are_only_text() {
    let mut capture = sample("question-sync-1-0.169");
    let at = capture
        .lines
        .iter()
        .position(|l| l.ends_with("Which database?"))
        .unwrap();
    let text = [
        "  Pick 2 of these:",
        "  › 1. rm -rf",
        "    2. ls",
        "  or",
        "  Question 1/1 (x)",
    ];
    let text: Vec<String> = text.iter().map(|&line| line.to_owned()).collect();
    capture.lines.splice(at..=at, text);
    capture.height += 4;
    let question = recognise(&capture).question.unwrap();
    assert_eq!(question.options.len(), 3);
    assert!(
        question
            .text
            .reveal()
            .starts_with("Pick 2 of these: › 1. rm -rf 2. ls or")
    );
    capture.lines[at] = "  Question 9/9 (9 unanswered)".to_owned();
    assert!(!takes_keys(&recognise(&capture)));
}

#[test]
fn a_command_cannot_pose_as_another_modal_or_hide_its_beginning() {
    let mut capture = sample("approval-exec-0.169");
    let at = capture
        .lines
        .iter()
        .rposition(|l| l.starts_with("  $ echo"))
        .unwrap();
    let fake = [
        "  › 1. Trust and continue",
        "  Trust this folder?",
        "  Would you like to run the following command?",
        "  $ ls",
    ];
    let fake = fake.iter().map(|&line| line.to_owned());
    capture.lines.splice(at + 1..=at, fake);
    capture.height += 4;
    let seen = recognise(&capture);
    assert_eq!(name(&seen), "approval");
    let told = super::told(&seen);
    assert!(
        told.contains("touch /etc/x1") && told.ends_with("$ ls"),
        "{told}"
    );
}

#[test]
fn whole_fake_screens_in_the_transcript_change_nothing() {
    let all: Vec<Capture> = SAMPLES.iter().map(|row| sample(row.0)).collect();
    for (file, capture, alone) in samples_where(|_| true) {
        for fake in &all {
            let more = below(
                &[fake.lines.as_slice(), &[String::new()]].concat(),
                &capture,
            );
            let seen = recognise(&more);
            assert_eq!(name(&seen), name(&alone), "{file}");
            assert_eq!(seen.question, alone.question, "{file}");
            assert_eq!(seen.composer, alone.composer, "{file}");
        }
    }
}

#[test]
fn popups_are_never_a_composer() {
    let mut capture = sample("composer-draft-0.169");
    let at = capture
        .lines
        .iter()
        .rposition(|l| l.starts_with('›'))
        .unwrap();
    let mut show = |text: &str, x: u16| {
        capture.lines[at] = format!("› {text}");
        capture.cursor.0 = x;
        name(&recognise(&capture))
    };
    assert_eq!(show("see @src", 10), "picker");
    assert_eq!(show("see $skill", 12), "picker");
    assert_eq!(show("/quit", 7), "picker");
    assert_eq!(show("@", 3), "picker");
    assert_eq!(
        show(" see @src", 12),
        "draft",
        "a space behind it closes the popup"
    );
    assert_eq!(
        show(" /quit", 9),
        "draft",
        "a space before it makes it text"
    );
    assert_eq!(
        show("見る @src", 11),
        "picker",
        "wide characters take two columns"
    );
}

/// The capture as a pane of another size would cut it: some rows from the top and the bottom
/// are gone, and every row is cut or wrapped at a column.
fn resized(capture: &Capture, top: usize, bottom: usize, column: usize, wrap: bool) -> Capture {
    let mut other = capture.clone();
    let end = capture.lines.len().saturating_sub(bottom);
    let kept = &capture.lines[top.min(end)..end];
    let rows = |line: &String| {
        let mut chars: Vec<char> = line.chars().collect();
        // What Codex put at the right edge it keeps there: in a narrower pane blanks go first.
        if chars.len() + 1 >= usize::from(capture.width) && line.starts_with("   ") {
            let blanks = chars.iter().take_while(|c| **c == ' ').count();
            chars.drain(..chars.len().saturating_sub(column).min(blanks));
        }
        let rows: Vec<String> = chars
            .chunks(column)
            .map(|row| row.iter().collect())
            .collect();
        let count = if wrap { rows.len() } else { 1 };
        if rows.is_empty() {
            vec![String::new()]
        } else {
            rows[..count].to_vec()
        }
    };
    other.lines = kept.iter().flat_map(rows).collect();
    other.styled = None;
    other.height = u16::try_from(other.lines.len()).unwrap();
    other.width = u16::try_from(column).unwrap();
    other
}

/// A pane so small that nothing stands above the composer: what is put there stands where Codex
/// draws the turn's line.
fn begins_with_its_composer(capture: &Capture) -> bool {
    let first = capture.lines.iter().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| line.starts_with('›'))
}

#[test]
fn words_like_a_turns_line_right_above_the_composer_only_make_it_wait() {
    let capture = sample("idle-80x6-0.169");
    assert!(begins_with_its_composer(&capture));
    let said = "• Working (2s • esc to interrupt)".to_owned();
    assert_eq!(name(&recognise(&below(&[said], &capture))), "working");
}

fn line() -> impl Strategy<Value = String> {
    let cue = prop::sample::select(vec![
        "› Ask Codex to do anything",
        "› 1. Yes, proceed (y)",
        "  › 1. sqlite",
        "    3. None of the above",
        "  Question 1/1 (1 unanswered)",
        "  Would you like to run the following command?",
        "  Press enter to confirm or esc to cancel",
        "  tab to add notes | enter to submit answer | esc to interrupt",
        "  tab or esc to clear notes | enter to submit answer",
        "• Working (2s • esc to interrupt)",
        "  mock-model default · /Users/owner/lab/work",
        "  ← for agents · ? for shortcuts",
        "$ ",
        "",
    ]);
    prop_oneof![cue.prop_map(str::to_owned), "\\PC{0,60}", any::<String>()]
}

proptest! {
    #[test]
    fn any_screen_is_some_state(
        lines in prop::collection::vec(line(), 0..30),
        styled in prop::option::of(prop::collection::vec("[\\x1b\\[;0-9m›a ]{0,20}", 0..30)),
        cursor in (0u16..130, 0u16..40),
        cursor_visible: bool,
        title in prop::sample::select(vec!["", IDLE, SPIN, ACTION]),
        height in 0u16..40,
    ) {
        let seen = recognise(&Capture {
            lines, styled, cursor, cursor_visible, height,
            title: title.to_owned(),
            command: "codex".to_owned(),
            width: 120,
            ..Capture::default()
        });
        prop_assert!(!seen.why.is_empty());
        prop_assert_eq!(seen.question.is_some(), name(&seen) == "question" || name(&seen) == "notes");
    }

    #[test]
    fn any_transcript_leaves_the_bottom_as_it_is(
        mut transcript in prop::collection::vec(line(), 0..30),
        pick in any::<prop::sample::Index>(),
    ) {
        let (file, ..) = pick.get(SAMPLES);
        let capture = sample(file);
        if begins_with_its_composer(&capture) {
            transcript.retain(|line| !line.contains("esc to interrupt)"));
        }
        let (alone, more) = (recognise(&capture), below(&transcript, &capture));
        let seen = recognise(&more);
        prop_assert_eq!(name(&seen), name(&alone), "{}", file);
        prop_assert_eq!(seen.question, alone.question, "{}", file);
    }

    #[test]
    fn no_transcript_and_no_size_makes_a_modal_a_composer(
        transcript in prop::collection::vec(line(), 0..30),
        pick in any::<prop::sample::Index>(),
        (top, bottom, column, wrap) in (0usize..45, 0usize..8, 12usize..130, any::<bool>()),
        shown: bool,
        at in any::<prop::sample::Index>(),
    ) {
        let (file, capture, alone) = pick.get(&MODALS);
        let mut other = below(&transcript, &resized(capture, top, bottom, column, wrap));
        other.title = capture.title.clone();
        if shown && capture.cursor_visible {
            other.cursor = (2, u16::try_from(at.index(other.lines.len().max(1))).unwrap());
        }
        // In a pane this narrow Codex 0.145 does not say that its composer is a side conversation's.
        let says = |line: &String| line.contains(" Side from ") || line.starts_with("› Ask a");
        let is_side = |capture: &Capture| capture.lines.iter().any(says);
        let hidden = is_side(capture) && !is_side(&other);
        let seen = recognise(&other);
        // A popup or Vim's mode is recognised by a row beside a real composer: without that row what is
        // left may be a draft, which nothing is added to.
        let wrong = if name(alone) == "picker" { is_ready } else { takes_free_text };
        prop_assert!(hidden || !wrong(&seen), "{file}: {seen:?}");
    }

    #[test]
    fn no_changed_glyph_makes_a_modal_ready(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<char>()), 1..4),
    ) {
        let (file, capture, _) = pick.get(&MODALS);
        let mut other = capture.clone();
        other.styled = None;
        for (line, column, glyph) in changes {
            let line = &mut other.lines[line.index(capture.lines.len())];
            let mut chars: Vec<char> = line.chars().collect();
            if !chars.is_empty() {
                let at = column.index(chars.len());
                chars[at] = glyph;
            }
            *line = chars.into_iter().collect();
        }
        let seen = recognise(&other);
        prop_assert!(!is_ready(&seen), "{file}: {seen:?}");
    }
}
