//! Messages of the owner's that were not acted on. The owner gets one line about
//! each; where several come soon after each other, one line about all of them. The
//! pause between two lines doubles, so that not even an echo can make a loop.

use crate::render::ago;
use events::event::{IgnoreReason, InboundUnanswered};
use events::{Span, Tick, Wall};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The pause after the first line.
const PAUSE: Span = Span::seconds(120);
/// The longest pause; when nothing came for so long, pauses begin anew.
const PAUSE_MAX: Span = Span::seconds(3600);

/// What the owner is still to be told, and when the last line was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unanswered {
    waiting: BTreeMap<IgnoreReason, Waiting>,
    last: Option<(Tick, Span)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    count: u32,
    /// When the last of them was written.
    date: Option<Wall>,
}

impl Unanswered {
    /// One more.
    pub(crate) fn note(&mut self, e: &InboundUnanswered) {
        let waiting = self.waiting.entry(e.reason).or_insert(Waiting {
            count: 0,
            date: None,
        });
        waiting.count = waiting.count.saturating_add(1);
        waiting.date = e.date.or(waiting.date);
    }

    /// The owner was told of all.
    pub(crate) fn reported(&mut self, now: Tick) {
        let pause = match self.last {
            Some((last, pause)) if now <= last.after(pause).after(PAUSE_MAX) => {
                Span(pause.0.saturating_mul(2).min(PAUSE_MAX.0))
            }
            _ => PAUSE,
        };
        self.waiting.clear();
        self.last = Some((now, pause));
    }

    /// From when on the next line may be sent.
    pub fn next(&self) -> Tick {
        self.last.map_or(Tick(0), |(last, pause)| last.after(pause))
    }

    /// The line; `None` where there is nothing to tell.
    pub fn text(&self, now: Wall) -> Option<String> {
        let total: u32 = self.waiting.values().map(|waiting| waiting.count).sum();
        if let ([(reason, waiting)], 1) = (&*self.waiting.iter().collect::<Vec<_>>(), total) {
            let (why, hint) = words(**reason, waiting.date, now);
            return Some(format!("Your message was not acted on: {why}. {hint}"));
        }
        let line = |(reason, waiting): (&IgnoreReason, &Waiting)| {
            let (why, hint) = words(*reason, waiting.date, now);
            let again = if waiting.count == 1 {
                ""
            } else {
                " (the last one)"
            };
            format!("{}: {why}{again}. {hint}", waiting.count)
        };
        let lines: Vec<_> = self.waiting.iter().map(line).collect();
        (total > 0).then(|| {
            format!(
                "{total} of your messages were not acted on.\n{}",
                lines.join("\n")
            )
        })
    }
}

/// Why it was not acted on, and what to do now.
fn words(reason: IgnoreReason, date: Option<Wall>, now: Wall) -> (String, &'static str) {
    const AGAIN: &str = "Send it again if it still matters.";
    let (why, hint) = match reason {
        IgnoreReason::NotIMessage => (
            "it came by SMS or RCS, whose sender can be forged",
            "Send it as an iMessage.",
        ),
        IgnoreReason::Balloon => (
            "it holds something of an app in Messages, which Codex cannot get",
            "Write it in words.",
        ),
        IgnoreReason::Stale => {
            let Some(date) = date else {
                return ("it has no date".into(), AGAIN);
            };
            let written = ago(date.until(now));
            return (
                format!("it was written {written}, and too old when it arrived here"),
                AGAIN,
            );
        }
        IgnoreReason::Future => (
            "its date is in the future",
            "Check the clocks of your phone and this Mac, then send it again.",
        ),
        IgnoreReason::Undecodable => ("its text could not be read", "Send it again."),
        IgnoreReason::NoTranscript => (
            "it is a voice message of which Messages has no transcript",
            "Dictate it with the keyboard's microphone, or write it.",
        ),
        IgnoreReason::Quoted => (
            "it quotes a text from here, so it could be an echo of it",
            "Send it without the quoted lines.",
        ),
        IgnoreReason::NoChat => ("Messages did not say which chat it belongs to", AGAIN),
        IgnoreReason::NotOwner
        | IgnoreReason::ToOthers
        | IgnoreReason::Group
        | IgnoreReason::Tapback
        | IgnoreReason::TapbackText
        | IgnoreReason::SystemItem
        | IgnoreReason::Edited
        | IgnoreReason::Duplicate
        | IgnoreReason::DuplicateCopy
        | IgnoreReason::Echo
        | IgnoreReason::Empty
        | IgnoreReason::Loop
        | IgnoreReason::Preview
        | IgnoreReason::Unsent
        | IgnoreReason::UnlistedAddress
        | IgnoreReason::Unknown => (
            "it is of a kind that this program does not know",
            "Write it in plain words.",
        ),
    };
    (why.to_owned(), hint)
}
