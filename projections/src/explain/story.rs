//! Tells a matter from beginning to end: a line for each event that belongs to it,
//! with what a reader would ask next.

use super::thread::Thread;
use super::{Matter, fact};
use crate::describe::{describe, session_name, span, texts, words};
use crate::dispatch::dispatch_of;
use crate::ledger::Stage;
use crate::routing::state_of;
use crate::state::State;
use events::event::{InboundReceived, RoutingDecided, Rule};
use events::{CommandId, Envelope, Event, Seq, SessionId, Text, Tick, Wall};
use std::collections::BTreeMap;

/// One line of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The event it tells of.
    pub seq: Seq,
    /// When that was appended.
    pub wall: Wall,
    /// What happened.
    pub text: String,
    /// What a reader would ask next, a line each.
    pub details: Vec<String>,
    /// The words of people in it, each with what it is: for the owner's terminal alone.
    pub words: Vec<(&'static str, Text)>,
}

/// A whole story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What became of it, in a sentence or two.
    pub summary: Vec<String>,
    /// How it came to that, in order.
    pub lines: Vec<Line>,
}

/// A story in the making.
#[derive(Clone, Debug)]
pub struct Story {
    thread: Thread,
    matter: Matter,
    begun: BTreeMap<CommandId, Tick>,
    routed: Option<String>,
    ended: Option<String>,
    strayed: Option<String>,
    lines: Vec<Line>,
}

impl Story {
    /// The story of `matter`.
    pub fn new(matter: Matter) -> Self {
        Self {
            thread: Thread::new(matter.clone()),
            matter,
            begun: BTreeMap::new(),
            routed: None,
            ended: None,
            strayed: None,
            lines: Vec::new(),
        }
    }

    /// The next batch, and the State before it.
    pub fn batch(&mut self, state: &State, batch: &[Envelope]) {
        let ours: Vec<_> = batch
            .iter()
            .filter(|entry| self.thread.takes(entry) || self.meant(state, entry).is_some())
            .collect();
        if ours.is_empty() {
            return;
        }
        // Within a batch each event is described with the State that it met.
        let mut met = state.clone();
        let cause = fact(batch).map(|fact| fact.seq);
        for entry in batch {
            let mine = ours.iter().any(|other| other.seq == entry.seq);
            let why = Some(entry.seq) == cause;
            if mine || why {
                let line = self.line(&met, entry);
                self.lines.push(line);
            }
            crate::apply(&mut met, entry);
        }
    }

    fn line(&mut self, state: &State, entry: &Envelope) -> Line {
        let texts = texts(&entry.event).into_iter();
        Line {
            seq: entry.seq,
            wall: entry.wall,
            text: describe(&entry.event, state),
            details: self.details(state, entry),
            words: texts.map(|(what, text)| (what, text.clone())).collect(),
        }
    }

    /// For which session the words were meant that another one recorded, while a command of
    /// this story was putting them in.
    fn meant(&self, state: &State, entry: &Envelope) -> Option<SessionId> {
        let Event::UserSpoke(e) = &entry.event else {
            return None;
        };
        self.thread.commands.iter().find_map(|id| {
            let open = state.ledger.open.get(id)?;
            let (meant, _) = dispatch_of(&open.command)?;
            let same = open.digest == Some(e.digest) && open.stage != Stage::Requested;
            (same && meant != e.session).then_some(meant)
        })
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "most sentences say all there is"
    )]
    fn details(&mut self, state: &State, entry: &Envelope) -> Vec<String> {
        match &entry.event {
            Event::RoutingDecided(_) => {
                self.routed = Some(describe(&entry.event, state));
                details(entry, state)
            }
            Event::CommandStarted(e) => {
                self.begun.insert(e.id, entry.tick);
                Vec::new()
            }
            Event::CommandSettled(e) => {
                let took = self.begun.remove(&e.id);
                let took = took.map(|at| span(events::Span(entry.tick.0.saturating_sub(at.0))));
                took.map(|took| format!("{took} after it was begun"))
                    .into_iter()
                    .collect()
            }
            Event::InboundIgnored(e) => {
                self.ended = Some(format!(
                    "It was not acted on: {}.",
                    crate::ignored::words(e.reason)
                ));
                Vec::new()
            }
            Event::UserSpoke(e) => {
                let Some(meant) = self.meant(state, entry) else {
                    return Vec::new();
                };
                let [heard, meant] = [&e.session, &meant].map(|id| session_name(state, id));
                self.strayed = Some(format!(
                    "{heard} recorded the same words meanwhile: they went to the wrong session."
                ));
                vec![format!(
                    "They are the words of this message, which were meant for {meant}."
                )]
            }
            Event::InstructionEnded(e) => {
                self.ended = Some(format!("Result: {}.", words::ended(e.end)));
                Vec::new()
            }
            _ => details(entry, state),
        }
    }

    /// The whole story; `state` is that at the end of the log.
    pub fn explanation(self, state: &State) -> Explanation {
        let mut summary = Vec::new();
        match &self.matter {
            Matter::Session(id) => {
                let doing = state.sessions.get(id).map_or("is forgotten", state_of);
                summary.push(format!("{} {doing}.", session_name(state, id)));
            }
            Matter::Notice(seq) => summary.extend(became(state, *seq)),
            Matter::Message(_) | Matter::Question(_) | Matter::Prompt(_) | Matter::Event(_) => {}
        }
        summary.extend(self.routed);
        summary.extend(self.strayed);
        let open = self
            .thread
            .commands
            .iter()
            .any(|id| state.ledger.open.contains_key(id));
        let waits = self
            .thread
            .notices
            .iter()
            .any(|seq| state.outbox.open.contains_key(seq));
        match self.ended {
            Some(end) => summary.push(end),
            None if open || waits => summary.push("It is still under way.".into()),
            None => {}
        }
        let lines = self.lines;
        Explanation { summary, lines }
    }
}

/// What a reader asks next about an event, as far as the event itself answers it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "most sentences say all there is"
)]
pub fn details(entry: &Envelope, state: &State) -> Vec<String> {
    match &entry.event {
        Event::InboundReceived(e) => passed(e, entry.wall),
        Event::RoutingDecided(e) => candidates(e, state),
        _ => Vec::new(),
    }
}

/// What a row had to be, to be taken as the owner's word.
fn passed(e: &InboundReceived, read: Wall) -> Vec<String> {
    let age = span(e.date.until(read));
    let chat = if e.self_chat {
        "in your chat with yourself"
    } else {
        "in the chat between you and this Mac"
    };
    vec![
        format!(
            "It is yours: an iMessage from one of your addresses, {chat}, and nobody else is in it."
        ),
        format!("It was read {age} after it was written, and is no reaction, edit, copy or echo."),
    ]
}

fn candidates(e: &RoutingDecided, state: &State) -> Vec<String> {
    let lines = e.candidates.iter().map(|candidate| {
        let how = if candidate.chosen {
            "chosen"
        } else {
            "not chosen"
        };
        let name = session_name(state, &candidate.session);
        let lost = if candidate.chosen { "" } else { lost(e.rule) };
        format!("{how}: {name}: {}{lost}", candidate.evidence)
    });
    lines.collect()
}

/// Why the others lost.
const fn lost(rule: Rule) -> &'static str {
    match rule {
        Rule::OnlyAsking => "; a session that waits for an answer goes first",
        Rule::OnlyFinished => "; you have written to it since, or had no text about it yet",
        Rule::MostRecent => "; it was active less recently",
        Rule::Ambiguous => "; nothing says which of them is meant",
        Rule::NoMatch => "; nothing says that it is meant",
        Rule::Named
        | Rule::ReplyThread
        | Rule::NewSession
        | Rule::AutoCreate
        | Rule::Control
        | Rule::OnlyPrompt
        | Rule::Listed
        | Rule::Tapback
        | Rule::Continued
        | Rule::NearMiss => "",
    }
}

fn became(state: &State, notice: Seq) -> Option<String> {
    use crate::outbox::End;
    if let Some(open) = state.outbox.open.get(&notice) {
        let hold = crate::holding::held(state, open, state.wall);
        return Some(hold.map_or_else(
            || "It is on its way to you.".into(),
            |hold| format!("It waits: {}.", words::held(hold.rule)),
        ));
    }
    let closed = state
        .outbox
        .closed
        .iter()
        .rev()
        .find(|closed| closed.notice == notice)?;
    Some(
        match closed.end {
            End::Sent => "It was sent.",
            End::Unknown => "It was sent, at least one part of it without proof.",
            End::Failed => "It failed after the last try.",
            End::Withdrawn => "It was not sent: it no longer mattered.",
            End::Expired => "It waited too long and was not sent.",
            End::Replaced => "Another text replaced it.",
        }
        .into(),
    )
}
