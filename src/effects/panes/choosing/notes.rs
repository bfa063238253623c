//! Words put into the notes of a question's option.
//!
//! Every key is pressed on a screen that was just seen to be right for it. Until Enter nothing is
//! submitted: what does not work out is cleared again, and the owner hears that nothing was sent.

use super::super::super::codex::framed;
use super::super::super::paste::{self, Framed};
use super::super::super::screen::{Seen, SeenQuestion};
use super::super::super::settled;
use super::super::tmux::Trouble;
use super::super::{Target, in_doubt};
use super::answer::{Answer, PAUSE, until};
use crate::clock::Stopwatch;
use events::outcome::Failure;
use events::{CommandId, Outcome, Report, Text};
use std::time::Duration;

/// How old a look may be when Enter is pressed.
const FRESH: Duration = Duration::from_millis(80);
/// How often a look that is quick enough is tried for, on a busy machine.
const LOOKS: usize = 40;

/// Refuses words that the notes field would not show whole.
pub(super) fn all_fit(answers: &[Answer<'_>]) -> Result<(), Report> {
    for note in answers.iter().filter_map(|answer| answer.note) {
        if paste::is_marked(&framed(note.reveal())?) {
            let what = "words this long cannot be put into the notes of a question".to_owned();
            return Err(settled(Failure::Unsupported { what }));
        }
    }
    Ok(())
}

/// Selects the option, opens its notes and puts the words there. Enter is then the next key.
pub(super) async fn write(
    target: &Target,
    id: CommandId,
    answer: &Answer<'_>,
    note: &Text,
) -> Result<(), Report> {
    let framed = framed(note.reveal())?;
    let (capture, _) = target.first_look().await?;
    if !paste::fits(&framed, capture.width, capture.height) {
        return Err(target.lost("it is too small to show the whole answer before Enter is pressed"));
    }
    select(target, answer).await?;
    press(target, "Tab").await?;
    let open = |seen: &Seen| on_option(answer, seen).is_some_and(is_empty);
    if until(target, open).await.is_none() {
        return Err(target.lost("the notes of its question did not open; nothing was sent"));
    }
    paste(target, id, &framed).await?;
    if stands(target, answer, &framed).await {
        return Ok(());
    }
    clear(target, answer).await;
    Err(target.lost("the notes of its question did not show the whole answer; nothing was sent"))
}

/// Moves to the option, one row at a time.
async fn select(target: &Target, answer: &Answer<'_>) -> Result<(), Report> {
    let wanted = answer.choice.option;
    let not_moved = || target.lost("the answer's option could not be selected; nothing was sent");
    let Some(seen) = until(target, |seen| answer.is_awaited(seen)).await else {
        return Err(not_moved());
    };
    let mut at = seen.question.map_or(wanted, |question| question.selected);
    while at != wanted {
        let (key, next) = if at < wanted {
            ("Down", at + 1)
        } else {
            ("Up", at - 1)
        };
        press(target, key).await?;
        let moved = |seen: &Seen| {
            let selected = seen.question.as_ref().map(|question| question.selected);
            answer.is_awaited(seen) && selected == Some(next)
        };
        if until(target, moved).await.is_none() {
            return Err(not_moved());
        }
        at = next;
    }
    Ok(())
}

async fn paste(target: &Target, id: CommandId, framed: &Framed) -> Result<(), Report> {
    let buffer = format!("codex-imessage-{id}");
    let text = framed.bytes_to_paste.reveal();
    let pasting = target
        .tmux
        .paste(&target.pane.id, target.root, &buffer, text);
    pasting.await.map_err(|trouble| match trouble {
        // It may still come, wherever the cursor is by then.
        Trouble::Silent(_) => Report::Settled(Outcome::Unknown(in_doubt(&trouble))),
        Trouble::Refused(_) | Trouble::NotStarted(_) => lost(target, &trouble),
    })
}

/// Whether the notes show our words and nothing else, at a look so new that Enter meets them.
async fn stands(target: &Target, answer: &Answer<'_>, framed: &Framed) -> bool {
    for _ in 0..LOOKS {
        let looked = Stopwatch::start();
        let holds = |seen: &Seen| {
            let note = on_option(answer, seen).and_then(|question| question.note.as_ref());
            note.is_some_and(|note| paste::shows(note, framed))
        };
        match target.look().await {
            Ok((_, seen)) if holds(&seen) && looked.elapsed() < FRESH => return true,
            Ok(_) | Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
    false
}

/// Empties the notes: Tab does where they are open, and only there it is pressed.
async fn clear(target: &Target, answer: &Answer<'_>) {
    if let Ok((_, seen)) = target.look().await
        && on_option(answer, &seen).is_some_and(|question| question.note.is_some())
    {
        // What is left standing there is harmless: nothing submits it.
        let _cleared = target.press("Tab").await;
    }
}

/// The question, with the option selected that is answered.
fn on_option<'a>(answer: &Answer<'_>, seen: &'a Seen) -> Option<&'a SeenQuestion> {
    let question = seen.question.as_ref()?;
    (answer.is_for(question) && question.selected == answer.choice.option).then_some(question)
}

fn is_empty(question: &SeenQuestion) -> bool {
    let note = question.note.as_ref();
    note.is_some_and(|note| !note.holds_draft())
}

async fn press(target: &Target, key: &str) -> Result<(), Report> {
    let pressed = target.press(key).await;
    pressed.map_err(|trouble| lost(target, &trouble))
}

/// A key that only moves or opens may have been pressed or not: nothing is submitted by it.
fn lost(target: &Target, trouble: &Trouble) -> Report {
    target.lost(&format!("{trouble}; nothing was sent"))
}
