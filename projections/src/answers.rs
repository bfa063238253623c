//! Reading an answer to a question. Numbers choose options. Words answer a question that is
//! not a modal; in a modal they would be keys, so there they need a mark: `other: words`.

use crate::numbers::{self, Numbers};
use crate::prompt_answers::{self, Reply};
use crate::redact;
use crate::render;
use crate::sessions::{OpenQuestion, Session};
use events::command::Chosen;
use events::digest::fold;
use events::event::{Question, QuestionKind, Topic};
use events::prompt::PromptQuestion;
use events::{CallId, Span, Text, Wall};

/// What words mean to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An instruction.
    Words,
    /// Options by their labels: the answer to a question that the turn does not wait for.
    Labels(String),
    /// Options by their numbers, for the modal that is up.
    Options { call: CallId, choices: Vec<Chosen> },
    /// The same with words for some of them, for the modal's notes.
    Notes {
        call: CallId,
        choices: Vec<Chosen>,
        notes: Vec<Option<Text>>,
    },
    /// Nothing that may go in; this is why.
    Not(String),
}

/// Reads words for a session. `about` is the topic of the notice they reply to.
/// `written` is when the owner wrote them.
pub fn read(session: &Session, about: Option<&Topic>, words: &str, written: Wall) -> Answer {
    let meant = match about {
        Some(Topic::Question(call)) => session.questions.iter().find(|q| q.call == *call),
        _ => session.question(),
    };
    let numbers = numbers::numbers(words);
    let Some(open) = meant else {
        let late = matches!(about, Some(Topic::Question(_))) && numbers.is_some();
        return if late {
            Answer::Not("That question is no longer open. Nothing was chosen.".into())
        } else {
            Answer::Words
        };
    };
    let free = open.questions.iter().all(|q| q.options.is_empty());
    if free && open.kind == QuestionKind::Async {
        return Answer::Words;
    }
    let label = by_label(open, words);
    if let (Some(by_number), Some(by_name)) = (&numbers, &label)
        && by_number != by_name
        && by_number.iter().all(|(question, _)| question.is_none())
    {
        return Answer::Not(BOTH.into());
    }
    let numbers = numbers.or(label);
    let notes = match (&numbers, open.kind) {
        (None, QuestionKind::Modal) => with_notes(open, words),
        (Some(_), _) | (None, QuestionKind::Async) => None,
    };
    if (numbers.is_some() || notes.is_some()) && !is_meant(open, about, written) {
        return Answer::Not(ANOTHER.into());
    }
    match (numbers, open.kind) {
        (None, QuestionKind::Async) => Answer::Words,
        (None, QuestionKind::Modal) => notes.unwrap_or_else(|| Answer::Not(not_words(open))),
        (Some(numbers), kind) => match choose(open, &numbers) {
            Err(why) => Answer::Not(why),
            Ok(choices) if kind == QuestionKind::Async => Answer::Labels(labels(open, &choices)),
            Ok(choices) => Answer::Options {
                call: open.call.clone(),
                choices,
            },
        },
    }
}

const BOTH: &str =
    "That is one option's number and another option's name. Write 1.2 for the second option.";

/// An answer chosen for one question must not choose for another: it replies to
/// this one, or to nothing and was written when this one was there.
fn is_meant(open: &OpenQuestion, about: Option<&Topic>, written: Wall) -> bool {
    match about {
        Some(Topic::Question(call)) => *call == open.call,
        Some(_) => false,
        // Messages' dates are whole seconds on some systems.
        None => written.until(open.asked_at) < Span::seconds(1),
    }
}

/// What the owner reads where an answer was not meant for the question that is up.
const ANOTHER: &str = "A different question is open now. Nothing was chosen. \
                       Reply to its text, or write the number again.";

/// One question, and the words are exactly one of its options.
fn by_label(open: &OpenQuestion, words: &str) -> Option<Numbers> {
    let [question] = open.questions.as_slice() else {
        return None;
    };
    let bare = |text: &str| fold(&text.to_lowercase()).collect::<String>();
    let (said, mut found) = (bare(words), None);
    for (nth, choice) in question.options.iter().enumerate() {
        if bare(choice.label.reveal()) == said && found.replace(nth + 1).is_some() {
            return None;
        }
    }
    Some(vec![(None, u16::try_from(found?).ok()?)])
}

/// Whether the words are exactly an option of the question that is open: then
/// they are its answer, also where they would be a command of ours.
pub fn is_option(session: &Session, words: &str) -> bool {
    session
        .question()
        .is_some_and(|open| by_label(open, words).is_some())
}

fn not_words(open: &OpenQuestion) -> String {
    let questions = open.questions.as_slice();
    let words = match questions {
        several if several.iter().any(|q| q.options.is_empty()) => "",
        [_] => " For words, write \"other: your words\".",
        _ => {
            " For words, answer each question in a line of its own: a number, or \"other: your words\"."
        }
    };
    format!(
        "It is waiting for an answer to a question. {}{words} Nothing was typed.\n{}",
        valid(questions),
        render::questions(questions)
    )
}

/// `other: words`, `2 note: words`: an option, or none of them, and words for its notes. Every
/// question gets an answer, or this is none.
fn with_notes(open: &OpenQuestion, words: &str) -> Option<Answer> {
    let asked: Vec<_> = open.questions.iter().map(takes_notes).collect();
    if asked.iter().any(|question| question.options.is_empty()) {
        return None;
    }
    let replies = prompt_answers::replies(&asked, words)?;
    let pair = |(nth, (question, (option, _))): (usize, (&Question, &Reply))| {
        let options = u16::try_from(question.options.len()).ok()?;
        // Behind the last one stands Codex's own "None of the above".
        let option = u16::try_from(option.unwrap_or(question.options.len())).ok()?;
        Some(choice_of(open, nth, options, option.checked_add(1)?))
    };
    let pairs = open.questions.iter().zip(&replies).enumerate();
    Some(Answer::Notes {
        call: open.call.clone(),
        choices: pairs.map(pair).collect::<Option<_>>()?,
        notes: replies
            .into_iter()
            .map(|(_, note)| note.map(Text::from))
            .collect(),
    })
}

/// A question in a pane, as one that takes words: Codex has notes for each of them.
fn takes_notes(question: &Question) -> PromptQuestion {
    PromptQuestion {
        id: question.id.clone(),
        text: question.text.clone(),
        options: question.options.clone(),
        free: true,
        secret: false,
    }
}

fn choice_of(open: &OpenQuestion, nth: usize, options: u16, option: u16) -> Chosen {
    let asked = open.questions.get(nth).map(|question| &question.text);
    Chosen {
        question: asked.cloned().unwrap_or_default(),
        digest: open.digests.get(nth).copied(),
        options,
        option,
    }
}

/// Every question gets exactly one option that exists, or nothing is chosen.
fn choose(open: &OpenQuestion, numbers: &Numbers) -> Result<Vec<Chosen>, String> {
    let questions = open.questions.as_slice();
    if questions.iter().any(|q| q.options.is_empty()) {
        return Err(valid(questions));
    }
    if questions.len() == 1 && numbers.len() > 1 {
        return Err(format!(
            "It asks one question, so send one number. {}",
            valid(questions)
        ));
    }
    let mut chosen: Vec<Option<u16>> = vec![None; questions.len()];
    let unnamed = numbers.iter().all(|(question, _)| question.is_none());
    for (nth, (question, option)) in numbers.iter().enumerate() {
        let at = match question {
            Some(number) => usize::from(*number).wrapping_sub(1),
            None if unnamed => nth,
            None => {
                return Err(format!(
                    "Some numbers name a question, others do not. {}",
                    valid(questions)
                ));
            }
        };
        let none = |what: &str, number: usize| match number {
            0..=9999 => format!("There is no {what} {number}. {}", valid(questions)),
            _ => format!("There is no such {what}. {}", valid(questions)),
        };
        let options = questions
            .get(at)
            .map(|q| q.options.len())
            .ok_or_else(|| none("question", at.wrapping_add(1)))?;
        if !(1..=options).contains(&usize::from(*option)) {
            return Err(none("option", usize::from(*option)));
        }
        if chosen[at].replace(*option).is_some() {
            return Err(format!(
                "Question {} got two answers. {}",
                at + 1,
                valid(questions)
            ));
        }
    }
    let pair = |(nth, (question, option)): (usize, (&Question, Option<u16>))| {
        let options = u16::try_from(question.options.len()).ok()?;
        Some(choice_of(open, nth, options, option?))
    };
    let all: Option<Vec<_>> = questions.iter().zip(chosen).enumerate().map(pair).collect();
    all.ok_or_else(|| format!("Some questions have no answer. {}", valid(questions)))
}

/// What would have been right.
fn valid(questions: &[Question]) -> String {
    if questions.iter().any(|q| q.options.is_empty()) {
        return "It wants an answer in words, which cannot be sent from here. Answer it at the Mac.".into();
    }
    match questions {
        [only] => format!("Reply with a number from 1 to {}.", only.options.len()),
        several => {
            let ranges = several
                .iter()
                .enumerate()
                .map(|(nth, q)| format!("{0}.1 to {0}.{1}", nth + 1, q.options.len()));
            format!(
                "Reply with one number for each question: {}.",
                ranges.collect::<Vec<_>>().join(", ")
            )
        }
    }
}

fn labels(open: &OpenQuestion, choices: &[Chosen]) -> String {
    let label = |(nth, (question, chosen)): (usize, (&Question, &Chosen))| {
        let option = usize::from(chosen.option).wrapping_sub(1);
        let label = question.options.get(option)?.label.reveal();
        // A label that was redacted would say something else: its number says the same.
        let label = if redact::is_redacted(label) {
            format!("option {} as you listed them", chosen.option)
        } else {
            label.clone()
        };
        let text = question.text.reveal();
        Some(match open.questions.len() {
            1 => label,
            _ if redact::is_redacted(text) => format!("question {}: {label}", nth + 1),
            _ => format!("{text}: {label}"),
        })
    };
    let answers = open.questions.iter().zip(choices).enumerate();
    answers.filter_map(label).collect::<Vec<_>>().join("\n")
}
