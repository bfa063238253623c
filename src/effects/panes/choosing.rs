//! A question answered by the number of its option.
//!
//! A digit both chooses and submits, and of several questions the next comes up
//! at once. So before every digit the question on the screen must be the very
//! one that is answered, word for word, with as many options, and with no notes
//! field open in which the digit would be text.

use super::super::screen::{Seen, SeenQuestion};
use super::super::{EffectsConfig, settled};
use super::{Target, in_doubt};
use crate::clock::Stopwatch;
use events::command::{ChooseOptions, Chosen};
use events::outcome::{Doubt, Failure, How, Screen};
use events::{Digest, Report, digest};
use std::time::Duration;
use tokio::time::sleep;

/// How long a question may take to come up: it is on record before it is on the
/// screen, and held back for a second after what was typed last.
const NEXT_WITHIN: Duration = Duration::from_millis(1500);
const PAUSE: Duration = Duration::from_millis(20);

/// Answers the question that is up in the session's pane.
pub(crate) async fn choose(config: &EffectsConfig, command: &ChooseOptions) -> Report {
    match first(config, command).await {
        Ok(target) => all(&target, &command.choices).await,
        Err(report) => report,
    }
}

/// The pane, if it shows the first question.
async fn first(config: &EffectsConfig, command: &ChooseOptions) -> Result<Target, Report> {
    let chosen = command
        .choices
        .first()
        .filter(|_| command.choices.iter().all(is_a_digit));
    let Some(chosen) = chosen else {
        let what = "only the options 1 to 9 of a question can be chosen".to_owned();
        return Err(settled(Failure::Unsupported { what }));
    };
    let target = Target::find(config, &command.session, &command.hints).await?;
    let count = command.choices.len();
    let asks = |seen: &Seen| {
        let question = seen.question.as_ref();
        question.is_some_and(|question| is_up(question, chosen, 1, count))
    };
    let past = |seen: &Seen| {
        asks(seen) || !matches!(seen.screen, Screen::Working | Screen::Composer { .. })
    };
    let (_, seen) = target.look_until(NEXT_WITHIN, past).await?;
    if asks(&seen) {
        Ok(target)
    } else {
        Err(target.not_ready(seen.screen))
    }
}

async fn all(target: &Target, choices: &[Chosen]) -> Report {
    let how = || How::Chosen(target.pane.clone());
    for (nth, choice) in choices.iter().enumerate() {
        if nth > 0 && !comes_up(target, choice, nth + 1, choices.len()).await {
            return Target::performed(how(), Some(Doubt::NoProof));
        }
        let pressed = target.press(&choice.option.to_string()).await;
        match pressed {
            Ok(()) => {}
            Err(_) if nth == 0 => return target.pressed(how(), &pressed),
            Err(trouble) => return Target::performed(how(), Some(in_doubt(&trouble))),
        }
    }
    Target::performed(how(), None)
}

/// Waits for the question with this number.
async fn comes_up(target: &Target, choice: &Chosen, nth: usize, count: usize) -> bool {
    let watch = Stopwatch::start();
    loop {
        if let Ok((_, seen)) = target.look().await
            && seen
                .question
                .is_some_and(|question| is_up(&question, choice, nth, count))
        {
            return true;
        }
        if watch.elapsed() > NEXT_WITHIN {
            return false;
        }
        sleep(PAUSE).await;
    }
}

fn is_a_digit(choice: &Chosen) -> bool {
    (1..=9).contains(&choice.option) && choice.option <= choice.options
}

/// Whether the question on the screen is this one. Codex adds a last option,
/// "None of the above", to those that were offered.
fn is_up(seen: &SeenQuestion, choice: &Chosen, nth: usize, count: usize) -> bool {
    let shown = seen.text.reveal();
    // The words that are kept are redacted.
    let same = match choice.digest {
        Some(asked) => Digest::of(shown) == asked,
        None => digest::fold(shown).eq(digest::fold(choice.question.reveal())),
    };
    same && seen.note.is_none()
        && seen.options.len() == usize::from(choice.options) + 1
        && usize::from(seen.index) == nth
        && usize::from(seen.count) == count
}
