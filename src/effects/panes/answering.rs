//! A prompt answered by keys, and a turn interrupted by them.
//!
//! The modal is read again in the same breath as the key: it must be the very one that
//! the owner was shown, by its fingerprint, and offer the choice in the place where it
//! stood. Then the screen is read until the modal is gone.

use super::super::screen::{Seen, SeenPrompt, prompt};
use super::super::{EffectsConfig, settled};
use super::{Target, in_doubt};
use crate::clock::Stopwatch;
use events::command::InterruptTurn;
use events::outcome::{Doubt, Evidence, Failure, How, Screen};
use events::prompt::{AnswerPrompt, Meaning, PromptAnswer, PromptRaised, PromptSource};
use events::{Digest, Outcome, Pane, Report, SessionId};
use std::time::Duration;
use tokio::time::sleep;

/// How old a look may be when the key is pressed.
const FRESH: Duration = Duration::from_millis(80);
/// How long a look that is quick enough is tried for, on a machine that is busy with builds.
const TRIED_FOR: Duration = Duration::from_secs(20);
/// How long the modal may take to go.
const GONE_WITHIN: Duration = Duration::from_millis(2500);
/// How long the screen may take to show what follows a refusal.
const AT_REST_WITHIN: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(25);

/// What a source would tell of this modal.
pub(super) fn raised(session: &SessionId, pane: &Pane, seen: SeenPrompt) -> PromptRaised {
    PromptRaised {
        session: session.clone(),
        turn: None,
        call: None,
        approval: None,
        source: PromptSource::Screen { pane: pane.clone() },
        body: seen.body,
        choices: seen.choices,
        whole: seen.whole,
    }
}

/// The fingerprint of the prompt that is up.
fn digest(target: &Target, session: &SessionId, seen: SeenPrompt) -> Digest {
    raised(session, &target.pane, seen).digest()
}

/// Answers the prompt that is up in the session's pane.
pub(crate) async fn answer(
    config: &EffectsConfig,
    command: &AnswerPrompt,
    hints: &[Pane],
) -> Report {
    let PromptAnswer::Choose { choice, .. } = &command.answer else {
        let what = "words cannot be put into this prompt from here".to_owned();
        return settled(Failure::Unsupported { what });
    };
    let target = match Target::find(config, &command.session, hints).await {
        Ok(target) => target,
        Err(report) => return report,
    };
    let key = match ready(&target, command, *choice).await {
        Ok(key) => key,
        Err(report) => return report,
    };
    let how = || How::Answered(target.pane.clone());
    match target.press(&key).await {
        Ok(()) => {}
        pressed @ Err(_) => return target.pressed(how(), &pressed),
    }
    let gone = gone(&target, command).await;
    if command.words.is_some() && gone == Ok(true) {
        at_rest(&target, command).await;
    }
    match gone {
        Ok(true) => Report::Settled(Outcome::Done(Evidence::Resolved {
            prompt: command.prompt,
        })),
        Ok(false) => Target::performed(how(), Some(Doubt::NoProof)),
        Err(doubt) => Target::performed(how(), Some(doubt)),
    }
}

/// The key that answers, if this very prompt is up this moment.
async fn ready(target: &Target, command: &AnswerPrompt, choice: u16) -> Result<String, Report> {
    let gone = |why: &str| settled(Failure::PromptGone { why: why.into() });
    let trying = Stopwatch::start();
    while trying.elapsed() < TRIED_FOR {
        let looked = target.look_for_key().await;
        let (capture, _, looked) = looked.map_err(|why| target.lost(&why))?;
        let Some(seen) = prompt(&capture) else {
            return Err(gone("it is not up any more in its pane."));
        };
        let offered = seen
            .choices
            .get(usize::from(choice))
            .map(|c| c.meaning.clone());
        if digest(target, &command.session, seen) != command.digest {
            return Err(gone("something else is asked in its pane now."));
        }
        let PromptAnswer::Choose { meaning, .. } = &command.answer else {
            return Err(gone("it takes no such answer."));
        };
        if offered.as_ref() != Some(meaning) || choice >= 9 {
            return Err(gone("it does not offer that any more."));
        }
        if looked.elapsed() < FRESH {
            return Ok((choice + 1).to_string());
        }
    }
    Err(target.lost("the machine is too busy to look at it and press a key at once"))
}

/// Waits until the modal is gone, or another one is up.
async fn gone(target: &Target, command: &AnswerPrompt) -> Result<bool, Doubt> {
    let watch = Stopwatch::start();
    loop {
        if let Ok((capture, _)) = target.look().await {
            let up = prompt(&capture);
            if up.is_none_or(|seen| digest(target, &command.session, seen) != command.digest) {
                return Ok(true);
            }
        }
        if watch.elapsed() > GONE_WITHIN {
            return Ok(false);
        }
        sleep(PAUSE).await;
    }
}

/// Waits until the screen is what follows a refusal: its reason is typed there next. Where
/// it does not come, whoever types finds that out.
async fn at_rest(target: &Target, command: &AnswerPrompt) {
    let ends = matches!(
        &command.answer,
        PromptAnswer::Choose { meaning, .. } if *meaning == Meaning::Cancel
    );
    let follows = |seen: &Seen| {
        let works = matches!(seen.screen, Screen::Working);
        (works && !ends) || matches!(seen.screen, Screen::Composer { .. })
    };
    let _looked = target.look_until(AT_REST_WITHIN, follows).await;
}

/// Presses Escape where a turn runs, or waits for an approval. Codex stays open.
pub(crate) async fn interrupt(
    config: &EffectsConfig,
    command: &InterruptTurn,
    hints: &[Pane],
) -> Report {
    let target = match Target::find(config, &command.session, hints).await {
        Ok(target) => target,
        Err(report) => return report,
    };
    let (_, seen) = match target.first_look().await {
        Ok(looked) => looked,
        Err(report) => return report,
    };
    let how = How::EscapePressed(target.pane.clone());
    match seen.screen {
        Screen::Working
        | Screen::RunningHook
        | Screen::Approval { .. }
        | Screen::Question { .. } => match target.press("Escape").await {
            Err(trouble @ super::Trouble::Silent(_)) => {
                Target::performed(how, Some(in_doubt(&trouble)))
            }
            pressed => target.pressed(how, &pressed),
        },
        Screen::Composer { .. } => settled(Failure::NoTurn),
        other @ (Screen::PlanPrompt
        | Screen::Trust
        | Screen::Update
        | Screen::Login
        | Screen::Picker { .. }
        | Screen::Shell
        | Screen::CopyMode
        | Screen::Unknown) => target.not_ready(other),
    }
}
