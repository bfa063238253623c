//! The texts as they arrive: cut where people would cut them, nothing lost.

use events::event::{Choice, Question};
use events::{Span, Text};
use projections::heading::Heading;
use projections::render::{ago, clean, head, packed, parts, plain_parts, questions, tidy};
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
    assert_eq!(head(session, &Heading::NeedsInput), line);
    assert_eq!(head(None, &Heading::Sessions), "[Codex] sessions");
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

#[test]
fn a_text_is_cut_where_its_room_ends() {
    let pieces = |text: &str, room: usize| {
        let parts = plain_parts(text, room + " (99/99)\n".len());
        let whole = parts.iter().map(|p| p.reveal().clone());
        let bare = |part: String| {
            part.split_once(") ")
                .map_or(part.clone(), |(_, p)| p.into())
        };
        whole.map(bare).collect::<Vec<_>>()
    };
    // Longer than what needs no cut.
    let tail = "z".repeat(20);
    let cut = |text: &str, room| pieces(&format!("{text}{tail}"), room)[0].clone();
    assert_eq!(
        cut("aaaa bbbb cccc ", 9),
        "aaaa bbbb",
        "a word fits to the end"
    );
    assert_eq!(
        cut("aaaa bbbb cccc ", 8),
        "aaaa bbb",
        "a blank in the first half"
    );
    assert_eq!(
        cut("aaaaa bbbb cccc ", 8),
        "aaaaa",
        "a blank in the second half"
    );
    assert_eq!(
        cut("ab\ncccccccccccccccc", 10),
        "ab\nccccccc",
        "a line end far in front"
    );
    assert_eq!(
        cut("aaaaa\nbb cccc", 9),
        "aaaaa",
        "a line end goes before a blank"
    );
}

#[test]
fn a_text_that_just_fits_is_one_part() {
    let room = HEAD.chars().count() + 1 + "All good.".len();
    assert_eq!(cut("All good.", room).len(), 1);
    assert!(cut("All good.", room - 1).len() > 1);
}

#[test]
fn texts_are_joined_where_they_fit() {
    let (one, two) = (Text::from("one"), Text::from("twotwo"));
    let joined = |max| {
        let packed = packed(&[&one, &two, &one], max);
        packed
            .iter()
            .map(|p| p.reveal().clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(joined(16), ["one\n\ntwotwo\n\none"]);
    assert_eq!(joined(15), ["one\n\ntwotwo", "one"]);
    assert_eq!(joined(11), ["one\n\ntwotwo", "one"]);
    assert_eq!(joined(10), ["one", "twotwo", "one"]);
}

#[test]
fn how_long_ago_is_said_as_people_do() {
    let said = |seconds| ago(Span::seconds(seconds));
    assert_eq!([said(0), said(59)], ["just now", "just now"]);
    assert_eq!([said(60), said(3_599)], ["1 min ago", "59 min ago"]);
    assert_eq!([said(3_600), said(86_399)], ["1 h ago", "23 h ago"]);
    assert_eq!([said(86_400), said(864_000)], ["1 d ago", "10 d ago"]);
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

#[test]
fn a_word_that_just_fits_is_not_left_for_the_next_part() {
    for max in 60..100 {
        let body = "eleven sevens and a half ".repeat(6);
        let parts = cut(&body, max);
        let bodies = bodies(&parts);
        let room = max - HEAD.chars().count() - " (99/99)\n".len();
        let filled = |pair: &&[&str]| {
            let next = pair[1].split(' ').next().unwrap_or_default();
            pair[0].chars().count() + 1 + next.chars().count() > room
        };
        let loose = bodies.windows(2).find(|pair| !filled(pair));
        assert_eq!(loose, None, "{max}");
    }
}
