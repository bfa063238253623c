//! The phone of the demo: what reaches the simulated Messages is shown, what is
//! said becomes a message. It also hears of everything else that can end a
//! wait, so that whoever plays waits for one thing at a time. It knows nothing
//! of the control plane beside Messages.

use super::messages::{Messages, Row};
use super::picture::Side;
use super::place::OWNER;
use crate::clock::{self, Stopwatch};
use crate::ingress::chat_db::{Watch, typedstream};
use crate::ui;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// A watch may miss changes, so the database is read this often in any case.
const GLANCE: Duration = Duration::from_millis(200);

/// What can happen while the phone waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Messages may have changed.
    Touched,
    /// Somebody typed a line.
    Line(String),
    /// Nobody will type any more.
    HungUp,
    /// Somebody wants the demo to stop.
    Stop,
    /// The control plane ended without being asked to.
    Ended,
}

/// Why a wait ended without what was waited for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Vain {
    #[error("it did not happen within {0} s")]
    TimeOut(u64),
    #[error("the demo was stopped")]
    Stopped,
    #[error("the control plane ended")]
    Ended,
    #[error("{0}")]
    Mistaken(&'static str),
    #[error("the simulated Messages cannot be used: {0}")]
    Messages(String),
    #[error("the log cannot be read: {0}")]
    Log(String),
}

impl From<rusqlite::Error> for Vain {
    fn from(error: rusqlite::Error) -> Self {
        Self::Messages(error.to_string())
    }
}

/// A text that came.
#[derive(Clone, Debug)]
pub(super) struct Bubble {
    /// Messages' name for it, which a reply in its thread carries.
    pub(super) guid: String,
    /// Its words.
    pub(super) text: String,
}

impl Bubble {
    /// The ref of the session it is about.
    pub(super) fn reference(&self) -> Option<&str> {
        let mut words = self.text.split_whitespace();
        words.find(|word| *word == "[Codex]")?;
        words.next().filter(|word| word.starts_with('@'))
    }

    /// What sort of text it is: its first line ends so, or its sentence says so.
    pub(super) fn is(&self, kind: &str) -> bool {
        let head = self.text.lines().next().unwrap_or_default();
        let sentence = head.rsplit_once(" [Codex] @").map(|(sentence, _)| sentence);
        match sentence {
            Some(sentence) => sentence.contains(&format!(" is {kind}")),
            None => head.ends_with(kind),
        }
    }

    /// It holds these words.
    pub(super) fn says(&self, words: &str) -> bool {
        self.text.contains(words)
    }
}

/// The phone, with all that has come so far.
pub(super) struct Phone {
    messages: Messages,
    last_row: i64,
    pub(super) bubbles: Vec<Bubble>,
    /// Everything that was written, by both sides, in order.
    pub(super) conversation: Vec<(Side, String)>,
    /// How many texts had come when something was said last.
    pub(super) said_at: usize,
    events: Receiver<Event>,
    _watch: Option<Watch>,
}

impl Phone {
    /// Opens it, and gives where other events are sent.
    pub(super) fn open(chat_db: &Path) -> io::Result<(Self, Sender<Event>)> {
        let (sender, events) = channel();
        let touched = sender.clone();
        let wake = move || {
            // A phone that is gone needs no waking.
            let _ = touched.send(Event::Touched);
        };
        let phone = Self {
            messages: Messages::open(chat_db).map_err(io::Error::other)?,
            last_row: 0,
            bubbles: Vec::new(),
            conversation: Vec::new(),
            said_at: 0,
            events,
            // Without a watch the glances are enough.
            _watch: Watch::new(chat_db, wake).ok(),
        };
        Ok((phone, sender))
    }

    /// Sends a message, in a thread where `reply_to` names its first text.
    pub(super) fn say(&mut self, text: &str, reply_to: Option<&str>) -> Result<(), Vain> {
        let row = Row::from(OWNER, text, clock::wall());
        let row = match reply_to {
            Some(guid) => row.reply_to(guid),
            None => row,
        };
        // An answer comes after what it answers.
        self.look()?;
        self.said_at = self.bubbles.len();
        self.messages.insert(&row)?;
        self.conversation.push((Side::Owner, text.to_owned()));
        Ok(())
    }

    /// What happens next, texts that came being shown before it. `None`: nothing by then.
    pub(super) fn next(&mut self, patience: Duration) -> Result<Option<Event>, Vain> {
        let waiting = Stopwatch::start();
        loop {
            let news = self.look()?;
            let left = patience.saturating_sub(waiting.elapsed());
            if news {
                return Ok(Some(Event::Touched));
            }
            if left.is_zero() {
                return Ok(None);
            }
            match self.events.recv_timeout(left.min(GLANCE)) {
                Ok(Event::Touched) | Err(RecvTimeoutError::Timeout) => {}
                Ok(other) => return Ok(Some(other)),
                Err(RecvTimeoutError::Disconnected) => return Err(Vain::Ended),
            }
        }
    }

    /// Waits for a text after the first `before`; all others are shown and passed over.
    pub(super) fn wait_for(
        &mut self,
        before: usize,
        patience: Duration,
        wanted: impl Fn(&Bubble) -> bool,
    ) -> Result<Bubble, Vain> {
        self.wait(patience, |bubbles| {
            let found = bubbles.iter().skip(before).find(|b| wanted(b));
            Ok(found.cloned())
        })
    }

    /// Waits until `ready` finds something, which is asked at every glance.
    pub(super) fn wait<T>(
        &mut self,
        patience: Duration,
        mut ready: impl FnMut(&[Bubble]) -> Result<Option<T>, Vain>,
    ) -> Result<T, Vain> {
        let waiting = Stopwatch::start();
        loop {
            if let Some(found) = ready(&self.bubbles)? {
                return Ok(found);
            }
            let left = patience.saturating_sub(waiting.elapsed());
            match self.next(left.min(GLANCE))? {
                Some(Event::Stop) => return Err(Vain::Stopped),
                Some(Event::Ended) => return Err(Vain::Ended),
                None if left.is_zero() => return Err(Vain::TimeOut(patience.as_secs())),
                Some(Event::Touched | Event::Line(_) | Event::HungUp) | None => {}
            }
        }
    }

    /// Takes in and shows what has come; true if anything has. What Messages has not sent yet is
    /// on no phone: an answer to it would come too early.
    fn look(&mut self) -> Result<bool, Vain> {
        let new = {
            let sql = "SELECT ROWID, guid, attributedBody, is_sent FROM message \
                       WHERE is_from_me = 1 AND ROWID > ?1 ORDER BY ROWID";
            let mut rows = self.messages.db().prepare_cached(sql)?;
            let read = |row: &rusqlite::Row<'_>| {
                let text = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok((text, row.get(3)?))
            };
            let rows = rows.query_map([self.last_row], read)?;
            rows.collect::<rusqlite::Result<Vec<((i64, String, Vec<u8>), bool)>>>()?
        };
        let sent = new.into_iter().take_while(|(_, sent)| *sent);
        let new: Vec<_> = sent.map(|(text, _)| text).collect();
        for (row, guid, body) in &new {
            let text = typedstream::decode(body).map_err(|e| Vain::Messages(e.to_string()))?;
            show(&text)?;
            self.last_row = *row;
            let guid = guid.clone();
            self.conversation.push((Side::Codex, text.clone()));
            self.bubbles.push(Bubble { guid, text });
        }
        Ok(!new.is_empty())
    }
}

/// A text as a bubble.
fn show(text: &str) -> Result<(), Vain> {
    let lines = text.lines().map(|line| format!("  ┃ {line}\n"));
    print(&format!("\n{}", lines.collect::<String>()))
}

/// Prints what the demo has to show.
pub(super) fn print(text: &str) -> Result<(), Vain> {
    ui::data(text).map_err(|error| Vain::Messages(format!("standard output is gone: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::messages::State;

    #[test]
    fn a_text_is_on_the_phone_once_messages_has_sent_it_and_in_its_turn() {
        let directory = tempfile::tempdir().unwrap();
        let chat_db = directory.path().join("chat.db");
        let mut messages = Messages::create(&chat_db).unwrap();
        let (mut phone, _events) = Phone::open(&chat_db).unwrap();
        let sent = State {
            sent: true,
            ..State::default()
        };
        let [first, second] = ["first", "second"].map(|text| {
            let row = Row::to(OWNER, text, clock::wall());
            messages.insert(&row).unwrap()
        });
        messages.set_state(&second, sent).unwrap();
        assert!(!phone.look().unwrap() && phone.bubbles.is_empty());
        messages.set_state(&first, sent).unwrap();
        assert!(phone.look().unwrap());
        let texts = phone.bubbles.iter().map(|bubble| bubble.text.as_str());
        assert_eq!(texts.collect::<Vec<_>>(), ["first", "second"]);
        assert!(!phone.look().unwrap());
    }
}
