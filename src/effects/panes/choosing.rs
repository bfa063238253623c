//! A question answered by the number of its option, with words for its notes where the owner
//! wrote some.
//!
//! A digit both chooses and submits, and of several questions the next comes up
//! at once. So before every digit the question on the screen must be the very
//! one that is answered, word for word, with as many options, and with no notes
//! field open in which the digit would be text. Words take more keys: their option is selected,
//! its notes are opened, and Enter is pressed once they stand there and nothing else does.

mod answer;
mod notes;

use super::super::screen::Seen;
use super::super::{EffectsConfig, settled};
use super::{Target, in_doubt};
use answer::{Answer, NEXT_WITHIN, until};
use events::command::ChooseOptions;
use events::outcome::{Doubt, Failure, How, Screen};
use events::{CommandId, Report, Text};

/// Answers the question that is up in the session's pane. `notes` are the words for each of its
/// parts; empty where there are none.
pub(crate) async fn choose(
    config: &EffectsConfig,
    id: CommandId,
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
        Ok(target) => all(&target, id, &answers).await,
        Err(report) => report,
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

async fn all(target: &Target, id: CommandId, answers: &[Answer<'_>]) -> Report {
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
            && let Err(report) = notes::write(target, id, answer, note).await
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
