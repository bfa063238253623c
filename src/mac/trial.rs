//! A real text to the owner, and their answer: what proves that set-up is done.
//! The text goes the way of every other, through the agent; what became of it is
//! read from a copy of the log. Sent while the owner looks at the screen, it also
//! makes macOS ask for the permission to control Messages.

use super::Place;
use crate::clock::{Stopwatch, wall};
use crate::error::CommandError;
use crate::ingress::client::{self, Delivery};
use crate::ingress::hand_over_frame::{self, HandOver};
use crate::store;
use events::input::Attention;
use events::outcome::Failure;
use events::{Command, CommandId, Event, InputKey, Outcome, Seq, Span};
use std::ops::ControlFlow;
use std::time::Duration;

/// What the owner reads. One text tries out both ways, so that set-up sends one.
const WORDS: &str = "set-up is nearly complete: reply with the word help to finish it";
/// A text of set-up that is no older than this is not sent a second time.
const SAME_SET_UP: Span = Span::seconds(3600);

/// What became of the text so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// How sending ended.
    pub sent: Option<Sent>,
    /// The owner has written since.
    pub replied: bool,
}

/// How sending ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Messages has it.
    Done,
    /// macOS does not let the app control Messages.
    NotPermitted,
    /// It failed otherwise, or it is not known.
    Otherwise,
}

/// The text of this set-up: one that was asked for lately and was answered or did not fail, else a
/// new one, which takes the place of one that waits to be tried again; the name by
/// which the log knows it.
pub fn ask(place: &Place) -> Result<InputKey, CommandError> {
    if let Some(key) = lately(place)? {
        let seen = look(place, &key)?;
        // An answer says that it arrived, whatever else is known.
        if seen.replied || matches!(seen.sent, None | Some(Sent::Done)) {
            return Ok(key);
        }
    }
    send(place)
}

fn lately(place: &Place) -> Result<Option<InputKey>, CommandError> {
    let (now, mut found) = (wall(), None);
    read(place, |entry| {
        if let Event::AttentionRequested(attention) = &entry.event
            && attention.need.reveal() == WORDS
            && entry.wall.until(now) <= SAME_SET_UP
        {
            found = Some(attention.key.clone());
        }
    })?;
    Ok(found)
}

/// Asks the agent to send it.
fn send(place: &Place) -> Result<InputKey, CommandError> {
    let failed = |why: &str| {
        CommandError::failure("cannot hand the test text to the agent").because(why.to_owned())
    };
    let key = hand_over_frame::key().ok_or_else(|| failed("the system clock is not usable"))?;
    let attention = HandOver::Attention(Attention {
        key: key.clone(),
        cwd: place.home.display().to_string(),
        need: WORDS.into(),
        to: None,
    });
    let frame = hand_over_frame::encode(&attention).map_err(|error| failed(&error.to_string()))?;
    let limit = Duration::from_secs(5);
    match client::deliver(&place.state_dir, &frame, limit, limit) {
        Delivery::Acknowledged(_) => Ok(key),
        Delivery::Nobody(why) => Err(failed(&why)),
        Delivery::Silent => Err(failed("it timed out")),
    }
}

/// Looks until `enough` of it is seen, at most `limit`; what was seen last.
pub fn watch(
    place: &Place,
    asked: &InputKey,
    limit: Duration,
    enough: impl Fn(Seen) -> bool,
) -> Result<Seen, CommandError> {
    let watch = Stopwatch::start();
    loop {
        let seen = look(place, asked)?;
        if enough(seen) || watch.elapsed() >= limit {
            return Ok(seen);
        }
        std::thread::sleep(place.pace.look);
    }
}

/// What the log says about the text that was asked for.
fn look(place: &Place, asked: &InputKey) -> Result<Seen, CommandError> {
    let mut seen = Seen::default();
    let (mut from, mut notice): (Option<Seq>, Option<Seq>) = (None, None);
    let mut command: Option<CommandId> = None;
    read(place, |entry| {
        if let Event::AttentionRequested(attention) = &entry.event
            && attention.key == *asked
        {
            from = Some(entry.seq);
        }
        if from.is_none() {
            return;
        }
        if let Event::NoticeQueued(_) = &entry.event {
            if entry.cause == from {
                notice = Some(entry.seq);
            }
        } else if let Event::CommandRequested(requested) = &entry.event {
            if let Command::SendMessage(message) = &requested.command
                && Some(message.notice) == notice
            {
                command = Some(requested.id);
                // Tried again: how the last try ended says nothing any more.
                seen.sent = None;
            }
        } else if let Event::CommandSettled(settled) = &entry.event {
            if Some(settled.id) == command {
                seen.sent = ended(&settled.outcome);
            }
        } else if let Event::InboundReceived(_) = &entry.event {
            seen.replied = true;
        }
    })?;
    Ok(seen)
}

/// Reads the log, beside whoever holds it.
fn read(place: &Place, mut each: impl FnMut(events::Envelope)) -> Result<(), CommandError> {
    let each = |entry: events::Envelope, _: &[u8]| {
        each(entry);
        ControlFlow::Continue(())
    };
    store::look(&place.state_dir, each)
        .map_err(|fault| CommandError::failure(fault.to_string()).hint(fault.hint()))?;
    Ok(())
}

/// `None` where it will be retried automatically.
fn ended(outcome: &Outcome) -> Option<Sent> {
    match outcome {
        Outcome::Done(_) => Some(Sent::Done),
        Outcome::Failed(Failure::NotPermitted { .. }) => Some(Sent::NotPermitted),
        Outcome::Failed(Failure::Target { .. }) => None,
        Outcome::Failed(_) | Outcome::Unknown(_) | Outcome::Expired => Some(Sent::Otherwise),
    }
}
