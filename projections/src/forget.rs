//! Words of old, closed history are forgotten; what happened stays.
//!
//! In the place of a text stands what it is known by ([`Forgotten`]). Kept are the words
//! that State still holds for something that is open or young, and everything that is no
//! text of people. Whether that was enough is not assumed: State at the end is compared.

use crate::ledger::{file_digest, sent_digest};
use crate::state::State;
use events::event::Ending;
use events::forgotten::{self, Forgotten};
use events::masked::{Mask, masked};
use events::{Command, Digest, Envelope, Event, Seq, Wall};
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is to be forgotten of a log.
#[derive(Clone, Debug)]
pub struct Forgetting {
    before: Wall,
    /// Texts that State holds and needs.
    needed: BTreeSet<String>,
    /// Prompts of which State holds a few words.
    prompts: BTreeSet<Seq>,
    /// State without what may be forgotten.
    end: State,
}

impl Forgetting {
    /// Of the words from before `before`, of a log that means `end`.
    pub fn new(end: &State, before: Wall) -> Self {
        let live = live(end, before);
        let heard = Heard::default();
        // What cannot be shown as JSON cannot be compared either, and then nothing is forgotten.
        let _ = masked(&live, &heard);
        let closed = end.prompts.closed.iter();
        let young = closed.filter(|past| past.at >= before);
        let prompts = young.map(|past| past.prompt);
        Self {
            before,
            needed: heard.0.into_inner(),
            prompts: prompts.chain(end.prompts.open.keys().copied()).collect(),
            end: live,
        }
    }

    /// The entry without its words, if it holds some that are to be forgotten.
    pub fn forget(&self, entry: &Envelope) -> Option<Envelope> {
        if entry.wall >= self.before || self.is_needed(entry) {
            return None;
        }
        let mask = Forget {
            needed: Some(&self.needed),
            changed: Cell::new(false),
            sent: if sends_file(&entry.event) {
                file_digest
            } else {
                sent_digest
            },
        };
        let value = masked(&entry.event, &mask).ok()?;
        if !mask.changed.get() {
            return None;
        }
        let event = serde_json::from_value(value).ok()?;
        Some(Envelope {
            event,
            ..entry.clone()
        })
    }

    /// Addresses, and what the words of a prompt are made of that is known still.
    fn is_needed(&self, entry: &Envelope) -> bool {
        if let Event::PromptWitnessed(e) = &entry.event {
            return self.prompts.contains(&e.prompt);
        }
        matches!(entry.event, Event::RuntimeStarted(_)) || self.prompts.contains(&entry.seq)
    }

    /// Whether `end`, which the changed log means, is the State that there was, apart from words
    /// that may be forgotten; else the first thing that differs.
    pub fn compare(&self, end: &State) -> Result<(), String> {
        let other = live(end, self.before);
        let blank = || Forget {
            needed: None,
            changed: Cell::new(false),
            sent: sent_digest,
        };
        let all = |state: &State| masked(state, &blank()).map_err(|error| error.to_string());
        if all(&self.end)? != all(&other)? {
            let lines = |state: &State| crate::view::lines(state).into_iter();
            let differ = lines(&self.end).zip(lines(&other)).find(|(a, b)| a != b);
            return Err(differ.map_or_else(
                || "the state at the end is another".into(),
                |((path, _), _)| format!("{path} is another at the end"),
            ));
        }
        let heard = Heard::default();
        masked(&other, &heard).map_err(|error| error.to_string())?;
        let held = heard.0.borrow();
        if self.needed.iter().all(|text| held.contains(text)) {
            return Ok(());
        }
        Err("words that are needed still would be lost".into())
    }
}

/// What goes to Messages is a file, which is known by its name.
const fn sends_file(event: &Event) -> bool {
    matches!(event, Event::CommandRequested(e) if matches!(e.command, Command::SendFile(_)))
}

/// Whether words of this event are forgotten.
pub fn is_forgotten(event: &Event) -> bool {
    holds_forgotten(event)
}

fn holds_forgotten(value: &impl Serialize) -> bool {
    let found = Found(Cell::new(false));
    masked(value, &found).is_ok() && found.0.get()
}

/// Whether words are forgotten that a fact which met this State may have depended on: of what
/// was open then, or young.
pub(crate) fn lacks_words(state: &State) -> bool {
    let hour_ago = Wall(state.wall.0.saturating_sub(3_600_000));
    holds_forgotten(&live(state, hour_ago))
}

/// Whether words are forgotten of a request that is closed and that State knows still.
pub(crate) fn lacks_briefs(state: &State) -> bool {
    let mut closed = state.prompts.closed.iter();
    closed.any(|past| past.brief.reveal().contains(forgotten::SHOWN))
}

/// State without words, and what is made of words, of what is old and closed.
fn live(state: &State, before: Wall) -> State {
    let mut state = state.clone();
    for session in Arc::make_mut(&mut state.sessions).by_id.values_mut() {
        if session.active < before {
            session.said = None;
            if let Some(Ending::Finished { last }) = &mut session.ending {
                *last = None;
            }
        }
    }
    let inbox = Arc::make_mut(&mut state.inbox);
    for recent in inbox.recent.iter_mut() {
        if recent.message.date < before {
            recent.message.text = "".into();
            recent.tail.clear();
        }
    }
    for taken in inbox.taken.iter_mut().filter(|taken| taken.at < before) {
        taken.answer = false;
    }
    let prompts = Arc::make_mut(&mut state.prompts);
    for past in prompts.closed.iter_mut().filter(|past| past.at < before) {
        past.brief = "".into();
    }
    Arc::make_mut(&mut state.ledger).troubles.retain(|_| false);
    state
}

#[derive(Default)]
struct Heard(RefCell<BTreeSet<String>>);

impl Mask for Heard {
    fn text(&self, text: &str) -> String {
        self.0.borrow_mut().insert(text.to_owned());
        String::new()
    }

    fn digest(&self, digest: Digest) -> Digest {
        digest
    }
}

struct Forget<'a> {
    needed: Option<&'a BTreeSet<String>>,
    changed: Cell<bool>,
    /// How a text is known that goes through Messages.
    sent: fn(&str) -> Digest,
}

impl Mask for Forget<'_> {
    fn text(&self, text: &str) -> String {
        let needed = self.needed.is_some_and(|needed| needed.contains(text));
        if text.is_empty() || needed || Forgotten::of(text).is_some() {
            return text.to_owned();
        }
        self.changed.set(true);
        let forgotten = Forgotten {
            chars: forgotten::length(text),
            digest: Digest::of(text).0,
            sent: (self.sent)(text).0,
        };
        forgotten.text()
    }

    fn digest(&self, digest: Digest) -> Digest {
        digest
    }
}

struct Found(Cell<bool>);

impl Mask for Found {
    fn text(&self, text: &str) -> String {
        if Forgotten::of(text).is_some() {
            self.0.set(true);
        }
        String::new()
    }

    fn digest(&self, digest: Digest) -> Digest {
        digest
    }
}
