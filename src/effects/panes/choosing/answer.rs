//! One answer of several, and the question on the screen that it is for.

use super::super::super::screen::{Seen, SeenQuestion};
use super::super::Target;
use crate::clock::Stopwatch;
use events::command::Chosen;
use events::{Digest, Text, digest};
use std::time::Duration;
use tokio::time::sleep;

/// How long a question may take to come up: it is on record before it is on the
/// screen, and held back for a second after what was typed last.
pub(super) const NEXT_WITHIN: Duration = Duration::from_millis(1500);
pub(super) const PAUSE: Duration = Duration::from_millis(20);

/// The answer to one question.
pub(super) struct Answer<'a> {
    pub(super) choice: &'a Chosen,
    /// The words for its notes.
    pub(super) note: Option<&'a Text>,
    /// Which question it answers, from 1, and of how many.
    pub(super) place: (usize, usize),
}

impl Answer<'_> {
    /// Whether it can be given by keys. Codex adds a last option, "None of the above", to those
    /// that were offered; it is chosen with words alone.
    pub(super) fn is_possible(&self) -> bool {
        let last = self.choice.options + u16::from(self.note.is_some());
        (1..=9).contains(&self.choice.option) && self.choice.option <= last
    }

    /// Whether the question on the screen is the one that it answers.
    pub(super) fn is_for(&self, seen: &SeenQuestion) -> bool {
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
    pub(super) fn is_awaited(&self, seen: &Seen) -> bool {
        let question = seen.question.as_ref();
        question.is_some_and(|question| self.is_for(question) && question.note.is_none())
    }
}

/// What the pane shows once it is as described, if it becomes so in time.
pub(super) async fn until(target: &Target, is_so: impl Fn(&Seen) -> bool) -> Option<Seen> {
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
