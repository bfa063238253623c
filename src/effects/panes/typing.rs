//! An instruction pasted into a session's composer and submitted.
//!
//! Prove the pane, look, paste once, look again, press Enter. Enter is the only
//! dangerous key: in a modal it approves. Codex holds a modal back for a second
//! after the last input to its composer, so an Enter that soon after the paste,
//! with the text seen in the composer, meets the composer. Nothing is ever pasted
//! twice, and what was pasted but not seen is left alone and reported as unknown.

use super::super::EffectsConfig;
use super::super::codex::framed;
use super::super::paste::{self, Framed};
use super::super::screen::{Composer, Seen};
use super::Target;
use super::tmux::Trouble;
use crate::clock::Stopwatch;
use events::command::TypeInstruction;
use events::outcome::{Doubt, How, Screen};
use events::{CommandId, Outcome, Report};
use std::time::Duration;
use tokio::time::sleep;

/// How long after a paste no modal can have come up, with a margin.
const HELD_BACK: Duration = Duration::from_millis(900);
/// How long the composer may take to show what was pasted.
const SHOWN_WITHIN: Duration = Duration::from_millis(600);
/// How old a look may be that stands alone.
const FRESH: Duration = Duration::from_millis(50);
/// How long the screen may lag behind the end of a turn, which the owner may
/// hear of and answer before.
const ENDING: Duration = Duration::from_millis(400);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(8);

/// Pastes the instruction into the session's pane and submits it.
pub(crate) async fn type_in(
    config: &EffectsConfig,
    id: CommandId,
    command: &TypeInstruction,
) -> Report {
    match prepare(config, command).await {
        Ok((target, framed, working)) => submit(&target, id, &framed, working).await,
        Err(report) => report,
    }
}

/// Everything that can be settled before the first byte goes in. Tells whether
/// a turn is running.
async fn prepare(
    config: &EffectsConfig,
    command: &TypeInstruction,
) -> Result<(Target, Framed, bool), Report> {
    let framed = framed(&disarmed(command.instruction.text.reveal()))?;
    let instruction = &command.instruction;
    let target = Target::find(config, &instruction.session, &command.hints).await?;
    let patience = if command.steer {
        Duration::ZERO
    } else {
        ENDING
    };
    // What is not recognised may be half of a new screen.
    let at_rest = |seen: &Seen| !matches!(seen.screen, Screen::Working | Screen::Unknown);
    let (capture, seen) = target.look_until(patience, at_rest).await?;
    let working = matches!(seen.screen, Screen::Working);
    if seen.composer.as_ref().is_some_and(Composer::holds_draft) {
        // Whatever else is going on, the owner's draft is what stands in the way.
        return Err(target.not_ready(Screen::Composer { draft: true }));
    }
    if !takes_enter(&seen.screen) || (working && !command.steer) {
        return Err(target.not_ready(seen.screen));
    }
    if !paste::fits(&framed, capture.width, capture.height) {
        let (width, height) = (capture.width, capture.height);
        return Err(target.lost(&format!(
            "at {width} by {height} it is too small to show the whole text before Enter is pressed"
        )));
    }
    Ok((target, framed, working))
}

/// Up to 0.145 Codex trims before it looks for the `!` that runs the rest in a
/// shell, and later versions put such a text aside while a turn runs. A character
/// of no width in front is not trimmed and not seen; texts are compared without it.
fn disarmed(text: &str) -> String {
    match text.trim_start().strip_prefix('!') {
        Some(rest) => format!("\u{200b}!{rest}"),
        None => text.to_owned(),
    }
}

async fn submit(target: &Target, id: CommandId, framed: &Framed, working: bool) -> Report {
    let buffer = format!("codex-imessage-{id}");
    let pasted = Stopwatch::start();
    let text = framed.bytes_to_paste.reveal();
    let pasting = target
        .tmux
        .paste(&target.pane.id, target.root, &buffer, text);
    match pasting.await {
        Ok(()) => {}
        Err(Trouble::Refused(why) | Trouble::NotStarted(why)) => return target.lost(&why),
        Err(trouble @ Trouble::Silent(_)) => {
            return Report::Settled(Outcome::Unknown(super::in_doubt(&trouble)));
        }
    }
    // A text that is not seen in time is looked for once more, later, before Enter.
    let doubt = if stands_for_enter(target, framed, pasted).await {
        target
            .press("Enter")
            .await
            .err()
            .as_ref()
            .map(super::in_doubt)
    } else {
        Some(Doubt::NoProof)
    };
    let pane = target.pane.clone();
    let how = if working {
        How::Steered(pane)
    } else {
        How::Typed(pane)
    };
    Target::performed(how, doubt)
}

/// Waits until the composer shows our text, so lately that Enter meets it.
async fn stands_for_enter(target: &Target, framed: &Framed, pasted: Stopwatch) -> bool {
    let watch = Stopwatch::start();
    loop {
        // Once modals are no longer held back, only what was seen this moment counts.
        if let Some(looked) = shown(target, framed).await
            && (pasted.elapsed() < HELD_BACK || looked.elapsed() < FRESH)
        {
            return true;
        }
        if watch.elapsed() > SHOWN_WITHIN {
            return false;
        }
        sleep(PAUSE).await;
    }
}

/// Since when the composer was seen to hold our text and nothing else. A look that fails is a
/// look that does not show it.
async fn shown(target: &Target, framed: &Framed) -> Option<Stopwatch> {
    let (_, seen, looked) = target.look_for_key().await.ok()?;
    let stands = |composer| paste::shows(&composer, framed);
    (takes_enter(&seen.screen) && seen.composer.is_some_and(stands)).then_some(looked)
}

const fn takes_enter(screen: &Screen) -> bool {
    matches!(screen, Screen::Composer { .. } | Screen::Working)
}

/// Presses Enter where our own text, and nothing else, stands in the composer.
pub(crate) async fn press_enter(config: &EffectsConfig, command: &TypeInstruction) -> Report {
    match ready_for_enter(config, command).await {
        Ok(target) => {
            let pressed = target.press("Enter").await;
            target.pressed(How::Pressed(target.pane.clone()), &pressed)
        }
        Err(report) => report,
    }
}

async fn ready_for_enter(
    config: &EffectsConfig,
    command: &TypeInstruction,
) -> Result<Target, Report> {
    let framed = framed(&disarmed(command.instruction.text.reveal()))?;
    let session = &command.instruction.session;
    let target = Target::find(config, session, &command.hints).await?;
    let watch = Stopwatch::start();
    // A look that took too long to be trusted is had again.
    let (looked, seen) = loop {
        let look = target.look_for_key().await;
        let (_, seen, looked) = look.map_err(|why| target.lost(&why))?;
        if looked.elapsed() < FRESH || watch.elapsed() > SHOWN_WITHIN {
            break (looked, seen);
        }
    };
    let ours = seen
        .composer
        .as_ref()
        .is_some_and(|composer| paste::shows(composer, &framed));
    // Long after the paste nothing holds a modal back: only what was seen this moment counts.
    let composing = matches!(seen.screen, Screen::Composer { .. });
    if ours && composing && looked.elapsed() < FRESH {
        Ok(target)
    } else {
        Err(target.not_ready(seen.screen))
    }
}
