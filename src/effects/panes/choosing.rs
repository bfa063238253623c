//! A question answered by the number of its option, with words for its notes where the owner
//! wrote some.
//!
//! A digit both chooses and submits, and of several questions the next comes up
//! at once. So before every digit the question on the screen must be the very
//! one that is answered, word for word, with as many options, and with no notes
//! field open in which the digit would be text. Words take more keys: their option is selected,
//! its notes are opened, and Enter is pressed once they stand there and nothing else does.

mod notes;

use super::super::screen::{Seen, SeenQuestion};
use super::super::{EffectsConfig, settled};
use super::{Target, in_doubt};
use crate::clock::Stopwatch;
use events::command::{ChooseOptions, Chosen};
use events::outcome::{Doubt, Failure, How, Screen};
use events::{Digest, Report, Text, digest};
use std::time::Duration;
use tokio::time::sleep;

/// How long a question may take to come up: it is on record before it is on the
/// screen, and held back for a second after what was typed last.
const NEXT_WITHIN: Duration = Duration::from_millis(1500);
const PAUSE: Duration = Duration::from_millis(20);

/// Answers the question that is up in the session's pane. `notes` are the words for each of its
/// parts; empty where there are none.
pub(crate) async fn choose(
    config: &EffectsConfig,
    command: &ChooseOptions,
    notes: &[Option<Text>],
) -> Report {
    let choices = &command.choices;
    let count = choices.len();
    let answer = |(nth, choice): (usize, _)| Answer {
        choice,
        note: notes.get(nth).and_then(Option::as_ref),
        place: (nth + 1, count),
    };
    let answers: Vec<_> = choices.iter().enumerate().map(answer).collect();
    match first(config, command, &answers).await {
        Ok(target) => all(&target, &answers).await,
        Err(report) => report,
    }
}

/// The answer to one question.
struct Answer<'a> {
    choice: &'a Chosen,
    /// The words for its notes.
    note: Option<&'a Text>,
    /// Which question it answers, from 1, and of how many.
    place: (usize, usize),
}

impl Answer<'_> {
    /// Whether it can be given by keys. Codex adds a last option, "None of the above", to those
    /// that were offered; it is chosen with words alone.
    fn is_possible(&self) -> bool {
        let last = self.choice.options + u16::from(self.note.is_some());
        (1..=9).contains(&self.choice.option) && self.choice.option <= last
    }

    /// Whether the question on the screen is the one that it answers.
    fn is_for(&self, seen: &SeenQuestion) -> bool {
        let shown = seen.text.reveal();
        // The words that are kept are redacted.
        let same = match self.choice.digest {
            Some(asked) => Digest::of(shown) == asked,
            None => digest::fold(shown).eq(digest::fold(self.choice.question.reveal())),
        };
        same && seen.options.len() == usize::from(self.choice.options) + 1
            && (usize::from(seen.index), usize::from(seen.count)) == self.place
    }

    /// Whether that question is up and takes a digit.
    fn is_awaited(&self, seen: &Seen) -> bool {
        let question = seen.question.as_ref();
        question.is_some_and(|question| self.is_for(question) && question.note.is_none())
    }
}

/// The pane, if it shows the first question.
async fn first(
    config: &EffectsConfig,
    command: &ChooseOptions,
    answers: &[Answer<'_>],
) -> Result<Target, Report> {
    let first = answers.first();
    let Some(first) = first.filter(|_| answers.iter().all(Answer::is_possible)) else {
        let what = "only the options 1 to 9 of a question can be chosen".to_owned();
        return Err(settled(Failure::Unsupported { what }));
    };
    notes::all_fit(answers)?;
    let target = Target::find(config, &command.session, &command.hints).await?;
    let past = |seen: &Seen| {
        first.is_awaited(seen) || !matches!(seen.screen, Screen::Working | Screen::Composer { .. })
    };
    let (_, seen) = target.look_until(NEXT_WITHIN, past).await?;
    if first.is_awaited(&seen) {
        Ok(target)
    } else {
        Err(target.not_ready(seen.screen))
    }
}

async fn all(target: &Target, answers: &[Answer<'_>]) -> Report {
    let how = || How::Chosen(target.pane.clone());
    for (nth, answer) in answers.iter().enumerate() {
        if nth > 0
            && until(target, |seen| answer.is_awaited(seen))
                .await
                .is_none()
        {
            return Target::performed(how(), Some(Doubt::NoProof));
        }
        if let Some(note) = answer.note
            && let Err(report) = notes::write(target, answer, note).await
        {
            // Nothing of this question was submitted.
            return match nth {
                0 => report,
                _ => Target::performed(how(), Some(Doubt::NoProof)),
            };
        }
        let key = match answer.note {
            Some(_) => "Enter".to_owned(),
            None => answer.choice.option.to_string(),
        };
        let pressed = target.press(&key).await;
        match pressed {
            Ok(()) => {}
            Err(_) if nth == 0 => return target.pressed(how(), &pressed),
            Err(trouble) => return Target::performed(how(), Some(in_doubt(&trouble))),
        }
    }
    Target::performed(how(), None)
}

/// What the pane shows once it is as described, if it becomes so in time.
async fn until(target: &Target, is_so: impl Fn(&Seen) -> bool) -> Option<Seen> {
    let watch = Stopwatch::start();
    loop {
        if let Ok((_, seen)) = target.look().await
            && is_so(&seen)
        {
            return Some(seen);
        }
        if watch.elapsed() > NEXT_WITHIN {
            return None;
        }
        sleep(PAUSE).await;
    }
}
