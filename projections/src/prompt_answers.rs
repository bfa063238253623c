//! Reading what the owner says to a prompt. Only certain words answer: a letter in a
//! sentence, or a sentence that begins with yes, approves nothing.

use crate::numbers;
use crate::phone_text::trim;
use crate::prompt_text::{allows, offers};
use crate::prompts::Prompt;
use events::digest::fold;
use events::prompt::{
    ElicitationField, FieldKind, Meaning, PromptAnswer, PromptBody, PromptChoice, PromptQuestion,
    QuestionAnswer,
};
use events::{Digest, Text};

/// What words mean to a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// An answer, with the words that go behind it: the reason of a refusal.
    Answer {
        answer: PromptAnswer,
        words: Option<String>,
    },
    /// No answer; this is why, and what would be one.
    Not(String),
}

/// An answer by a word of its own, before it is known to which prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bare {
    /// Yes, this once.
    Yes,
    /// No; with a reason, where there is one.
    No(Option<String>),
    /// Yes, and never ask again.
    Always,
    /// Yes, also later in this session.
    Session,
    /// No, also later.
    Never,
    /// Yes, with a cleared context.
    Fresh,
    /// No, and end the turn.
    Cancel,
}

/// A message that is one of these words and nothing else; a refusal may have its reason behind it.
pub fn bare(words: &str) -> Option<Bare> {
    /// Skin tones, and the mark that asks for a picture.
    const TONES: [char; 6] = [
        '\u{1f3fb}',
        '\u{1f3fc}',
        '\u{1f3fd}',
        '\u{1f3fe}',
        '\u{1f3ff}',
        '\u{fe0f}',
    ];
    let words = trim(words);
    let word = trim(words.trim_end_matches(['.', '!'])).trim_end_matches(TONES);
    let word = word.to_lowercase();
    match word.as_str() {
        "yes" | "y" | "ok" | "okay" | "approve" | "👍" => return Some(Bare::Yes),
        "no" | "n" | "deny" | "👎" => return Some(Bare::No(None)),
        "always" => return Some(Bare::Always),
        "session" => return Some(Bare::Session),
        "never" => return Some(Bare::Never),
        "fresh" => return Some(Bare::Fresh),
        "cancel" => return Some(Bare::Cancel),
        _ => {}
    }
    refusal(words).map(|reason| Bare::No(Some(reason)))
}

/// `no, because …`, `no: …`, `no because …`: the reason.
fn refusal(words: &str) -> Option<String> {
    let start = words.get(..2).filter(|no| no.eq_ignore_ascii_case("no"))?;
    let rest = words.get(start.len()..)?;
    let marked = rest
        .trim_start()
        .trim_start_matches([',', ';', ':', '—', '–']);
    let is_marked = marked.len() < rest.trim_start().len();
    let because = rest.trim_start();
    let because = because
        .get(..7)
        .filter(|b| b.eq_ignore_ascii_case("because"));
    let reason = marked.trim();
    let is_reason = is_marked || (rest.starts_with(char::is_whitespace) && because.is_some());
    (is_reason && !reason.is_empty()).then(|| reason.to_owned())
}

/// Reads words for a prompt.
pub fn read(prompt: &Prompt, words: &str) -> Said {
    match &prompt.body {
        PromptBody::Questions(asked) => questions(asked, words),
        PromptBody::Elicitation(asked) if !asked.fields.is_empty() => {
            fields(&asked.fields, &prompt.choices, words)
        }
        PromptBody::Command(_)
        | PromptBody::Patch(_)
        | PromptBody::Permissions(_)
        | PromptBody::Elicitation(_)
        | PromptBody::Plan { .. } => choice(&prompt.choices, words),
    }
}

/// One of the offered choices, by its word or its label.
fn choice(offered: &[PromptChoice], words: &str) -> Said {
    let by_label = || labelled(offered.iter().map(|choice| &choice.label), words);
    let Some(said) = bare(words) else {
        return match by_label() {
            Some(nth) => chosen(offered, nth, None),
            None => Said::Not(valid(offered)),
        };
    };
    let place = |kind: fn(&Meaning) -> bool| offered.iter().position(|c| kind(&c.meaning));
    let (found, words) = match said {
        Bare::Yes => (place(|m| matches!(m, Meaning::Accept)), None),
        Bare::No(reason) => {
            let declines = place(|m| matches!(m, Meaning::Decline));
            (
                declines.or_else(|| place(|m| matches!(m, Meaning::Cancel))),
                reason,
            )
        }
        Bare::Always => (place(|m| matches!(m, Meaning::AcceptAlways { .. })), None),
        Bare::Session => (place(|m| matches!(m, Meaning::AcceptForSession)), None),
        Bare::Never => (place(|m| matches!(m, Meaning::DeclineAlways { .. })), None),
        Bare::Fresh => (place(|m| matches!(m, Meaning::AcceptFresh)), None),
        Bare::Cancel => (place(|m| matches!(m, Meaning::Cancel)), None),
    };
    match found {
        Some(nth) => chosen(offered, nth, words),
        None => Said::Not(format!(
            "Codex does not offer that here. {}",
            valid(offered)
        )),
    }
}

fn chosen(offered: &[PromptChoice], nth: usize, words: Option<String>) -> Said {
    let Some(choice) = offered.get(nth) else {
        return Said::Not(valid(offered));
    };
    Said::Answer {
        answer: PromptAnswer::Choose {
            choice: u16::try_from(nth).unwrap_or(u16::MAX),
            meaning: choice.meaning.clone(),
        },
        words,
    }
}

/// What would have been right.
pub fn valid(offered: &[PromptChoice]) -> String {
    let word = |choice: &PromptChoice| match &choice.meaning {
        Meaning::Accept => Some("yes"),
        Meaning::AcceptForSession => Some("session"),
        Meaning::AcceptAlways { .. } => Some("always"),
        Meaning::Cancel if offers(offered, |m| matches!(m, Meaning::Decline)) => Some("cancel"),
        Meaning::Decline | Meaning::Cancel => Some("no"),
        Meaning::DeclineAlways { .. } => Some("never"),
        Meaning::AcceptFresh => Some("fresh"),
        Meaning::Other => None,
    };
    let words: Vec<_> = offered.iter().filter_map(word).collect();
    if words.is_empty() {
        return "It can only be answered where it runs.".into();
    }
    format!(
        "Answer with one word: {}. A reason may follow a no: \"no, because …\".",
        words.join(", ")
    )
}

/// Whether an answer allows something.
pub const fn approves(answer: &PromptAnswer) -> bool {
    match answer {
        PromptAnswer::Choose { meaning, .. } => allows(meaning),
        PromptAnswer::Questions(_) | PromptAnswer::Fields(_) => true,
    }
}

/// The one label that the words are.
fn labelled<'a>(labels: impl Iterator<Item = &'a Text>, words: &str) -> Option<usize> {
    let bare = |text: &str| fold(&text.to_lowercase()).collect::<String>();
    let said = bare(words);
    let mut found = None;
    for (nth, label) in labels.enumerate() {
        if !said.is_empty() && bare(label.reveal()) == said && found.replace(nth).is_some() {
            return None;
        }
    }
    found
}

/// What was said to one question: an option from 0, or none of them, and words.
pub(crate) type Reply = (Option<usize>, Option<String>);

/// Every question gets exactly one answer, or nothing is answered.
fn questions(asked: &[PromptQuestion], words: &str) -> Said {
    if asked.iter().any(|question| question.secret) {
        return Said::Not("It asks for a secret; answer it where it runs.".into());
    }
    let Some(replies) = replies(asked, words) else {
        return Said::Not(format!("Nothing was answered. {}", valid_numbers(asked)));
    };
    let answer = |(question, (option, note)): (&PromptQuestion, &Reply)| {
        let label = option
            .and_then(|nth| question.options.get(nth))
            .map(|o| o.label.clone());
        let place = option.and_then(|nth| u16::try_from(nth).ok());
        QuestionAnswer {
            id: question.id.clone(),
            asked: Digest::of(question.text.reveal()),
            options: u16::try_from(question.options.len()).unwrap_or(u16::MAX),
            option: place.zip(label),
            note: note.clone().map(Text::from),
        }
    };
    let answers = asked.iter().zip(&replies).map(answer).collect();
    Said::Answer {
        answer: PromptAnswer::Questions(answers),
        words: None,
    }
}

/// What is said to each of these questions; `None` where one has no answer, or two.
pub(crate) fn replies(asked: &[PromptQuestion], words: &str) -> Option<Vec<Reply>> {
    if let [only] = asked {
        return Some(vec![one(only, words)?]);
    }
    let mut found: Vec<Option<Reply>> = vec![None; asked.len()];
    let mut put = |nth: usize, reply: Reply| -> Option<()> {
        found.get_mut(nth)?.replace(reply).is_none().then_some(())
    };
    if let Some(numbers) = numbers::numbers(words) {
        for (at, (question, option)) in numbers.iter().enumerate() {
            let nth = question.map_or(at, |number| usize::from(number).wrapping_sub(1));
            let options = asked.get(nth)?.options.len();
            let option = usize::from(*option)
                .checked_sub(1)
                .filter(|o| *o < options)?;
            put(nth, (Some(option), None))?;
        }
    } else {
        for line in words
            .split(['\n', ';'])
            .filter(|line| !line.trim().is_empty())
        {
            let (nth, rest) = numbered(line)?;
            put(nth, one(asked.get(nth)?, rest)?)?;
        }
    }
    found.into_iter().collect()
}

/// `2: words`, `2.1`, `2 other: words`: the question from 0, and what is said to it.
fn numbered(line: &str) -> Option<(usize, &str)> {
    let line = line.trim();
    let end = line.find(|c: char| !c.is_ascii_digit())?;
    let number: usize = line.get(..end)?.parse().ok()?;
    let rest = line
        .get(end..)?
        .trim_start()
        .trim_start_matches([':', '.', '=', ')']);
    Some((number.checked_sub(1)?, rest.trim()))
}

/// The answer to one question: a number, a label, `other: words`, `2 note: words`.
fn one(asked: &PromptQuestion, words: &str) -> Option<Reply> {
    let words = words.trim();
    if let Some(free) = after(words, "other") {
        return (asked.free || asked.options.is_empty()).then(|| (None, Some(free.to_owned())));
    }
    if asked.options.is_empty() {
        return (!words.is_empty()).then(|| (None, Some(words.to_owned())));
    }
    if let Some(nth) = labelled(asked.options.iter().map(|option| &option.label), words) {
        return Some((Some(nth), None));
    }
    let (choice, note) = match noted(words) {
        Some((choice, note)) if asked.free => (choice, Some(note.to_owned())),
        Some(_) => return None,
        None => (words, None),
    };
    let nth = match numbers::numbers(choice)?.as_slice() {
        [(None, number)] => usize::from(*number).checked_sub(1)?,
        _ => return None,
    };
    (nth < asked.options.len()).then_some((Some(nth), note))
}

/// `2 note: words`, `2, note: words`
fn noted(words: &str) -> Option<(&str, &str)> {
    let at = words.to_ascii_lowercase().find("note")?;
    let choice = words.get(..at)?.trim().trim_end_matches([',', ';']);
    let note = after(words.get(at..)?, "note")?;
    Some((choice, note))
}

/// What stands behind `word:`.
fn after<'a>(words: &'a str, word: &str) -> Option<&'a str> {
    let start = words.get(..word.len())?;
    let rest = words.get(word.len()..)?.trim_start();
    let rest = rest.strip_prefix([':', '：'])?.trim();
    (start.eq_ignore_ascii_case(word) && !rest.is_empty()).then_some(rest)
}

fn valid_numbers(asked: &[PromptQuestion]) -> String {
    let free = if asked.iter().any(|question| question.free) {
        " Something else: \"other: your words\"."
    } else {
        ""
    };
    match asked {
        [only] if only.options.is_empty() => "Reply with your words.".into(),
        [only] => format!(
            "Reply with a number from 1 to {}.{free}",
            only.options.len()
        ),
        several => {
            let range = |(nth, q): (usize, &PromptQuestion)| match q.options.len() {
                0 => format!("{}: your words", nth + 1),
                most => format!("{0}.1 to {0}.{most}", nth + 1),
            };
            let ranges: Vec<_> = several.iter().enumerate().map(range).collect();
            format!(
                "Reply with one answer for each question, a line each: {}.{}",
                ranges.join(", "),
                if free.is_empty() {
                    ""
                } else {
                    " Something else: \"2 other: your words\"."
                }
            )
        }
    }
}

/// What goes into the fields of an MCP server's form; `no` refuses it.
fn fields(asked: &[ElicitationField], offered: &[PromptChoice], words: &str) -> Said {
    if matches!(bare(words), Some(Bare::No(_) | Bare::Cancel)) {
        return choice(offered, words);
    }
    let value = |field: &ElicitationField, words: &str| {
        let words = words.trim();
        let value = match &field.kind {
            FieldKind::Text => Some(words.to_owned()),
            FieldKind::Number => words.parse::<f64>().ok().map(|_| words.to_owned()),
            FieldKind::Boolean => match bare(words) {
                Some(Bare::Yes) => Some("true".to_owned()),
                Some(Bare::No(None)) => Some("false".to_owned()),
                _ => None,
            },
            FieldKind::OneOf(options) => {
                let nth = labelled(options.iter().map(|option| &option.label), words)?;
                options.get(nth).map(|option| option.label.reveal().clone())
            }
            FieldKind::Other => None,
        };
        value.filter(|value| !value.is_empty())
    };
    let filled = match asked {
        [only] => value(only, words).map(|value| vec![(only.name.clone(), Text::from(value))]),
        several => {
            let lines: Vec<_> = words
                .lines()
                .filter(|line| !line.trim().is_empty())
                .collect();
            let pairs = several.iter().zip(&lines);
            let filled: Option<Vec<_>> = pairs
                .map(|(field, line)| Some((field.name.clone(), Text::from(value(field, line)?))))
                .collect();
            filled.filter(|_| lines.len() == several.len())
        }
    };
    match filled {
        Some(filled) => Said::Answer {
            answer: PromptAnswer::Fields(filled),
            words: None,
        },
        None => Said::Not(
            "Nothing was filled in. Write one line for each field, in their order; \"no\" refuses."
                .into(),
        ),
    }
}
