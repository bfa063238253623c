//! What the attributes decide: suggestion or draft, composer or transcript.

use super::{IDLE, name, sample};
use crate::effects::screen::{Capture, recognise};

fn styled(file: &str, prompt: &str, text: &str) -> Capture {
    let mut capture = sample(file);
    let mut lines = capture.lines.clone();
    let at = lines.iter().rposition(|l| l.starts_with('›')).unwrap();
    let shown: String = lines[at].chars().skip(2).collect();
    lines[at] = format!("\u{1b}[{prompt}m›\u{1b}[0m \u{1b}[{text}m{shown}\u{1b}[0m");
    capture.styled = Some(lines);
    capture
}

#[test]
fn dim_text_behind_the_cursor_is_a_suggestion() {
    let file = "idle-fresh-0.169";
    assert_eq!(name(&recognise(&styled(file, "1", "2"))), "idle");
    assert_eq!(name(&recognise(&styled(file, "1", "38;5;2;2"))), "idle");
    let typed = ["39", "38;2;2;2;2", "38;5;2", "48;2;0;2;0", "2;22", "2;0"];
    for plain in typed {
        let seen = recognise(&styled(file, "1", plain));
        assert_eq!(name(&seen), "draft", "{plain}");
    }
}

#[test]
fn an_unknown_suggestion_needs_the_attribute() {
    let unknown = |mut capture: Capture| {
        for lines in [Some(&mut capture.lines), capture.styled.as_mut()] {
            for line in lines.into_iter().flatten() {
                *line = line.replace("Ask Codex to do anything", "Tidy up the tests");
            }
        }
        capture
    };
    let idle = "idle-fresh-0.169";
    assert_eq!(name(&recognise(&unknown(styled(idle, "1", "2")))), "idle");
    assert_eq!(name(&recognise(&unknown(sample(idle)))), "draft");
}

#[test]
fn a_cursor_within_the_suggestion_makes_it_a_draft() {
    for mut capture in [
        sample("idle-fresh-0.169"),
        styled("idle-fresh-0.169", "1", "2"),
    ] {
        capture.cursor.0 = 5;
        assert_eq!(name(&recognise(&capture)), "draft");
    }
}

#[test]
fn captures_that_contradict_each_other_are_unknown() {
    let good = styled("composer-draft-0.169", "1", "39");
    assert_eq!(
        (name(&recognise(&good)), good.title.as_str()),
        ("draft", IDLE)
    );
    let dim_prompt = styled("composer-draft-0.169", "1;2", "39");
    assert_eq!(name(&recognise(&dim_prompt)), "unknown");
    let mut other = good.clone();
    other
        .styled
        .as_mut()
        .unwrap()
        .iter_mut()
        .for_each(|l| *l = l.replace("draft", "Draft"));
    assert_eq!(name(&recognise(&other)), "unknown");
    let mut short = good;
    short.styled.as_mut().unwrap().truncate(3);
    assert_eq!(name(&recognise(&short)), "unknown");
}

#[test]
fn attributes_carry_over_lines_and_links_are_skipped() {
    let mut capture = styled("idle-fresh-0.169", "1", "2");
    let lines = capture.styled.as_mut().unwrap();
    let at = lines.iter().rposition(|l| l.contains('›')).unwrap();
    lines[at - 1] = "\u{1b}[2m".to_owned();
    assert_eq!(
        name(&recognise(&capture)),
        "unknown",
        "a prompt that is still dim"
    );
    let lines = capture.styled.as_mut().unwrap();
    lines[at] = lines[at].replace("\u{1b}[1m", "\u{1b}[0;1m");
    assert_eq!(name(&recognise(&capture)), "idle");
    let mut linked = styled("composer-draft-0.169", "1", "39");
    for line in linked.styled.as_mut().unwrap() {
        let link = "\u{1b}]8;;https://example.org\u{1b}\\draft\u{1b}]8;;\u{1b}\\";
        *line = line.replace("draft", link);
    }
    assert_eq!(name(&recognise(&linked)), "draft");
}
