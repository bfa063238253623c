//! The texts as they arrive: cut where people would cut them, nothing lost.

use events::Text;
use events::input::{Choice, Question};
use projections::render::{clean, head, parts, plain_parts, questions, tidy};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

const HEAD: &str = "[Codex] @k3f9 api · done";

fn cut(body: &str, max: usize) -> Vec<String> {
    parts(HEAD, body, max)
        .iter()
        .map(|p| p.reveal().clone())
        .collect()
}

/// The words of the parts, without heads.
fn bodies(parts: &[String]) -> Vec<&str> {
    parts
        .iter()
        .map(|p| p.split_once('\n').map_or("", |(_, body)| body))
        .collect()
}

#[test]
fn a_short_text_is_one_part_without_a_number() {
    assert_eq!(cut("All good.\n", 1800), [format!("{HEAD}\nAll good.")]);
    assert_eq!(cut(" \n", 1800), [HEAD]);
    assert_eq!(cut("  indented", 1800), [format!("{HEAD}\n  indented")]);
}

#[test]
fn the_head_names_the_session() {
    let mut world = crate::support::World::new();
    let id = world.session(1, "/srv/api-server");
    let session = world.machine.state().sessions.get(&id);
    let line = format!("[Codex] @{} api-server · needs input", world.reference(&id));
    assert_eq!(head(session, "needs input"), line);
    assert_eq!(head(None, "sessions"), "[Codex] sessions");
}

#[test]
fn a_long_text_is_cut_at_line_ends_and_numbered() {
    let line = "x".repeat(30);
    let text = vec![line.as_str(); 20].join("\n");
    let parts = cut(&text, 200);
    for (nth, part) in parts.iter().enumerate() {
        let first = format!("{HEAD} ({}/{})\n", nth + 1, parts.len());
        assert!(part.starts_with(&first), "{part}");
        assert!(part.chars().count() <= 200);
        assert!(part[first.len()..].lines().all(|l| l == line), "{part}");
    }
    assert_eq!(bodies(&parts).join("\n"), text);
}

#[test]
fn fourteen_hundred_characters_with_emoji_are_one_part_and_at_700_three_at_most() {
    let text = "Löwe 🦁 and 👩‍👩‍👧‍👦 went home. ".repeat(50);
    let text: String = text.chars().take(1400).collect();
    assert_eq!(cut(&text, 1800).len(), 1);
    assert!(cut(&text, 700).len() <= 3);
}

#[test]
fn graphemes_stay_whole() {
    for unit in [
        "👩‍👩‍👧‍👦",
        "🇩🇪",
        "e\u{301}\u{302}",
        "👍🏽",
        "각",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    ] {
        let text = unit.repeat(200);
        for max in 40..60 {
            let parts = parts(HEAD, &text, max);
            let whole: Vec<String> = parts.iter().map(|p| p.reveal().clone()).collect();
            for body in bodies(&whole) {
                assert!(
                    body.starts_with('…') || body.graphemes(true).all(|g| g == unit),
                    "{body}"
                );
            }
        }
    }
}

#[test]
fn what_is_far_too_long_says_what_is_left_out() {
    let lines: Vec<_> = (0..20_000).map(|n| format!("line {n}")).collect();
    let text = lines.join("\n");
    let parts = cut(&text, 300);
    assert_eq!(parts.len(), 20);
    assert!(parts[0].contains("line 0\n") && parts[19].contains("line 19999"));
    assert!(parts[18].contains("characters left out"), "{}", parts[18]);
    let large = "word ".repeat(2_000_000);
    assert_eq!(cut(&large, 1800).len(), 20);
}

#[test]
fn control_and_direction_marks_do_not_arrive() {
    assert_eq!(
        clean("a\r\nb\rc\u{2028}d\te\u{0}\u{1b}[31m\u{202e}x\u{2066}y\u{9b}\u{7f}"),
        "a\nb\nc\nd\te[31mxy"
    );
    assert_eq!(tidy(" a\nb\u{202e}\tc ", 40), "a b c");
    assert_eq!(tidy("abcdef", 4), "abc…");
    assert_eq!(tidy("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 8), "👩‍👩‍👧‍👦…");
}

fn question(text: &str, options: &[(&str, &str)]) -> Question {
    let choice = |(label, detail): &(&str, &str)| Choice {
        label: Text::from(*label),
        detail: Text::from(*detail),
    };
    Question {
        id: "q".into(),
        text: text.into(),
        options: options.iter().map(choice).collect(),
    }
}

#[test]
fn options_are_numbered_as_they_are_answered() {
    let one = question("Which colour?", &[("red", "warm"), ("blue", "")]);
    assert_eq!(
        questions(std::slice::from_ref(&one)),
        "Which colour?\n1. red (warm)\n2. blue\nReply with a number."
    );
    let two = question("How many?", &[("one", ""), ("two", "")]);
    assert_eq!(
        questions(&[one, two]),
        "1. Which colour?\n1.1 red (warm)\n1.2 blue\n2. How many?\n2.1 one\n2.2 two\nReply with numbers, like 1.2 2.1"
    );
    assert_eq!(questions(&[question("Why?", &[])]), "Why?");
}

#[test]
fn a_text_of_others_has_no_head() {
    let texts = |text: &str, max| -> Vec<String> {
        plain_parts(text, max)
            .iter()
            .map(|p| p.reveal().clone())
            .collect()
    };
    assert_eq!(texts("as it stands", 40), ["as it stands"]);
    let long = texts(&"word ".repeat(40), 60);
    assert!(
        long[0].starts_with("(1/") && long.iter().all(|p| p.chars().count() <= 60),
        "{long:?}"
    );
}

/// White space is what may be lost, at the cuts.
fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    #[test]
    fn no_part_is_too_long_and_no_word_is_lost(
        body in "([a-zé🦁]{1,12}|👩‍👩‍👧‍👦|🇩🇪|[ \n\t]{1,3}|\r\n){0,120}",
        max in 40usize..400,
        head in "\\[Codex\\][a-z \u{b7}]{0,80}",
    ) {
        let parts = parts(&head, &body, max);
        let longest = body.graphemes(true).map(|g| g.chars().count()).max().unwrap_or(0);
        let mut words = String::new();
        for part in &parts {
            let part = part.reveal();
            let (first, rest) = part.split_once('\n').unwrap_or((part, ""));
            prop_assert!(part.chars().count() <= max || longest > 7, "{} > {max}: {part:?}", part.chars().count());
            prop_assert!(!first.is_empty());
            words.push_str(&dense(rest));
        }
        prop_assert!(parts.len() == 20 || words == dense(&clean(&body)));
    }
}
