//! Reading an answer to a question. Numbers choose options; words answer only
//! a question that is not a modal, because in a modal they would be keys.

use crate::grammar::{self, Numbers};
use crate::render;
use crate::sessions::{OpenQuestion, Session};
use events::CallId;
use events::command::Chosen;
use events::event::Topic;
use events::input::{Question, QuestionKind};

/// What words mean to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An instruction.
    Words,
    /// Options by their labels: the answer to a question that the turn does not wait for.
    Labels(String),
    /// Options by their numbers, for the modal that is up.
    Options { call: CallId, choices: Vec<Chosen> },
    /// Nothing that may go in; this is why.
    Not(String),
}

/// Reads words for a session. `about` is the topic of the notice they reply to.
pub fn read(session: &Session, about: Option<&Topic>, words: &str) -> Answer {
    let meant = match about {
        Some(Topic::Question(call)) => session.questions.iter().find(|q| q.call == *call),
        _ => session.question(),
    };
    let numbers = grammar::numbers(words);
    let Some(open) = meant else {
        let late = matches!(about, Some(Topic::Question(_))) && numbers.is_some();
        return if late {
            Answer::Not("That question is no longer open; nothing was chosen.".into())
        } else {
            Answer::Words
        };
    };
    let numbers = numbers.or_else(|| by_label(open, words));
    match (numbers, open.kind) {
        (None, QuestionKind::Async) => Answer::Words,
        (None, QuestionKind::Modal) => Answer::Not(not_words(open)),
        (Some(numbers), kind) => match choose(&open.questions, &numbers) {
            Err(why) => Answer::Not(why),
            Ok(choices) if kind == QuestionKind::Async => Answer::Labels(labels(open, &choices)),
            Ok(choices) => Answer::Options {
                call: open.call.clone(),
                choices,
            },
        },
    }
}

/// One question, and the words are exactly one of its options.
fn by_label(open: &OpenQuestion, words: &str) -> Option<Numbers> {
    let [question] = open.questions.as_slice() else {
        return None;
    };
    let same = |label: &str| label.trim().eq_ignore_ascii_case(words.trim());
    let at = question
        .options
        .iter()
        .position(|choice| same(choice.label.reveal()))?;
    Some(vec![(None, u16::try_from(at + 1).ok()?)])
}

fn not_words(open: &OpenQuestion) -> String {
    format!(
        "It waits for an answer to this, and words cannot go in there; nothing was typed.\n{}",
        render::questions(&open.questions)
    )
}

/// Every question gets exactly one option that exists, or nothing is chosen.
fn choose(questions: &[Question], numbers: &Numbers) -> Result<Vec<Chosen>, String> {
    let mut chosen: Vec<Option<u16>> = vec![None; questions.len()];
    let unnamed = numbers.iter().all(|(question, _)| question.is_none());
    for (nth, (question, option)) in numbers.iter().enumerate() {
        let at = match question {
            Some(number) => usize::from(*number).wrapping_sub(1),
            None if unnamed => nth,
            None => {
                return Err(format!(
                    "Some numbers name a question and some do not. {}",
                    valid(questions)
                ));
            }
        };
        let options = questions.get(at).map(|q| q.options.len()).ok_or_else(|| {
            format!(
                "There is no question {}. {}",
                at.wrapping_add(1),
                valid(questions)
            )
        })?;
        if !(1..=options).contains(&usize::from(*option)) {
            return Err(format!("There is no option {option}. {}", valid(questions)));
        }
        if chosen[at].replace(*option).is_some() {
            return Err(format!(
                "Question {} got two answers. {}",
                at + 1,
                valid(questions)
            ));
        }
    }
    let pair = |(question, option): (&Question, Option<u16>)| {
        let options = u16::try_from(question.options.len()).ok()?;
        Some(Chosen {
            question: question.text.clone(),
            options,
            option: option?,
        })
    };
    let all: Option<Vec<_>> = questions.iter().zip(chosen).map(pair).collect();
    all.ok_or_else(|| format!("Not every question got an answer. {}", valid(questions)))
}

/// What would have been right.
fn valid(questions: &[Question]) -> String {
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
    let label = |(question, chosen): (&Question, &Chosen)| {
        let label = question
            .options
            .get(usize::from(chosen.option).wrapping_sub(1))
            .map(|c| c.label.reveal().as_str())?;
        Some(if open.questions.len() > 1 {
            format!("{}: {label}", question.text.reveal())
        } else {
            label.to_owned()
        })
    };
    open.questions
        .iter()
        .zip(choices)
        .filter_map(label)
        .collect::<Vec<_>>()
        .join("\n")
}
