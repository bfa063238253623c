//! A log as a page shows it: one item for each batch, in the lane of its session,
//! with all that a click on it opens. Data only; `src/page/` holds what draws it.

use crate::describe::{inbound_of, session_name, texts};
use crate::explain::{Matter, details, fact, matter_of, sessions_of};
use crate::state::State;
use crate::trace::{Change, Trace};
use events::event::InstructionEnd;
use events::forgotten;
use events::{Command, CommandId, Envelope, Event, Outcome, Seq, SessionId, Wall};
use serde::Serialize;
use std::collections::BTreeSet;

/// Everything on the page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Page {
    /// The sessions, in the order in which they appeared.
    pub lanes: Vec<Lane>,
    /// The batches, oldest first.
    pub items: Vec<Item>,
}

/// The lane of a session.
#[derive(Clone, Debug, Serialize)]
pub struct Lane {
    /// The thread.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// One batch.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// Its first event.
    pub seq: Seq,
    /// When it was appended.
    pub wall: Wall,
    /// The session it is about; empty: the program itself.
    pub lane: String,
    /// What sort of thing it is.
    pub kind: &'static str,
    /// Whether it needs a look: `bad`, `unknown`, `good` or nothing.
    pub mark: &'static str,
    /// What it belongs to: equal for all items of one story.
    pub story: String,
    /// The fact in a sentence.
    pub title: String,
    /// Its events.
    pub steps: Vec<Step>,
}

/// One event of a batch.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Its position.
    pub seq: Seq,
    /// Its kind.
    pub event: &'static str,
    /// What happened.
    pub text: String,
    /// Why, and what else was considered.
    pub details: Vec<String>,
    /// What it changed.
    pub changes: Vec<Change>,
    /// The words in it, if they are wanted.
    pub words: Vec<(&'static str, String)>,
}

/// A page in the making.
#[derive(Debug, Default)]
pub struct Builder {
    trace: Trace,
    with_words: bool,
    seen: BTreeSet<SessionId>,
    order: Vec<SessionId>,
    items: Vec<Item>,
}

impl Builder {
    /// An empty page, which holds people's words only if they are wanted.
    pub fn new(with_words: bool) -> Self {
        Self {
            with_words,
            ..Self::default()
        }
    }

    /// The next batch, and the State before it.
    pub fn batch(&mut self, state: &State, batch: &[Envelope]) {
        let Some(fact) = fact(batch) else { return };
        let lane = batch.iter().find_map(|entry| lane(state, entry));
        if let Some(id) = lane.as_ref().filter(|id| self.seen.insert((*id).clone())) {
            self.order.push(id.clone());
        }
        let (mut met, mut steps) = (state.clone(), Vec::new());
        let mut title = String::new();
        for entry in batch {
            let before = met.clone();
            crate::apply(&mut met, entry);
            let block = self.trace.block(&before, entry, &met);
            let routes = matches!(entry.event, Event::RoutingDecided(_));
            if entry.seq == fact.seq || routes {
                title += if title.is_empty() { "" } else { " " };
                title += &block.sentence;
            }
            let words = if self.with_words {
                texts(&entry.event)
            } else {
                Vec::new()
            };
            let words = words
                .into_iter()
                .map(|(what, text)| (what, forgotten::shown(text.reveal()).to_owned()));
            steps.push(Step {
                seq: entry.seq,
                event: block.kind,
                text: block.sentence,
                details: details(entry, &before),
                changes: block.changes,
                words: words.collect(),
            });
        }
        let marks = batch.iter().map(|entry| mark(&entry.event));
        self.items.push(Item {
            seq: fact.seq,
            wall: fact.wall,
            lane: lane.map(|id| id.to_string()).unwrap_or_default(),
            kind: batch
                .iter()
                .map(|entry| kind(state, &entry.event))
                .min()
                .unwrap_or((9, "program"))
                .1,
            mark: marks.max().unwrap_or((0, "")).1,
            story: story(&matter_of(state, batch, fact)),
            title,
            steps,
        });
    }

    /// The page; `state` is that at the end of the log.
    pub fn page(self, state: &State) -> Page {
        let lane = |id: &SessionId| Lane {
            id: id.to_string(),
            name: session_name(state, id),
        };
        Page {
            lanes: self.order.iter().map(lane).collect(),
            items: self.items,
        }
    }
}

/// The session that an entry is about, also by way of its command or notice.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "few name their session in another way"
)]
fn lane(state: &State, entry: &Envelope) -> Option<SessionId> {
    let notice = |seq: Seq| state.outbox.about(seq)?.0.cloned();
    let command = |id: CommandId| {
        let open = state.ledger.open.get(&id)?;
        match &open.command {
            Command::SendMessage(send) => notice(send.notice),
            Command::Look(look) => Some(look.session.clone()),
            Command::Manage(manage) => Some(manage.session.clone()),
            Command::OpenSession(open) => Some(open.session.clone()),
            Command::CopyOut(copy) => Some(copy.session.clone()),
            Command::SendFile(file) => Some(file.session.clone()),
            other => crate::dispatch::dispatch_of(other).map(|(session, _)| session),
        }
    };
    if let Some(first) = sessions_of(&entry.event).into_iter().next() {
        return Some(first);
    }
    match &entry.event {
        Event::CommandRequested(e) => match &e.command {
            Command::SendMessage(send) => notice(send.notice),
            _ => None,
        },
        Event::CommandStarted(e) => command(e.id),
        Event::CommandPerformed(e) => command(e.id),
        Event::CommandSettled(e) => command(e.id),
        Event::NoticeWithdrawn(e) => notice(e.notice),
        Event::NoticeExpired(e) => notice(e.notice),
        Event::NoticeDeferred(e) => notice(e.notice),
        Event::NoticeDelayed(e) => notice(e.notice),
        Event::NoticeGivenUp(e) => notice(e.notice),
        Event::OutgoingSeen(e) => notice(state.ledger.sent.get(e.command)?.notice),
        _ => None,
    }
}

/// What sort of thing an event makes of its batch, the most telling first.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all others are the program's own"
)]
fn kind(state: &State, event: &Event) -> (u8, &'static str) {
    let command = |id: CommandId| match state.ledger.open.get(&id) {
        Some(entry) if inbound_of(&entry.command).is_some() => (4, "work"),
        _ => (5, "send"),
    };
    match event {
        Event::InboundReceived(_) | Event::InboundIgnored(_) | Event::InboundHeld(_) => {
            (0, "message")
        }
        Event::QuestionAsked(_) | Event::QuestionClosed(_) => (1, "prompt"),
        _ if events::upcast::kind(event).name.starts_with("Prompt") => (1, "prompt"),
        Event::TurnStarted(_)
        | Event::TurnWorked(_)
        | Event::TurnCompleted(_)
        | Event::TurnWentOn(_) => (2, "turn"),
        Event::NoticeQueued(_)
        | Event::NoticeWithdrawn(_)
        | Event::NoticeExpired(_)
        | Event::NoticeDeferred(_)
        | Event::NoticeDelayed(_)
        | Event::NoticeGivenUp(_) => (3, "notice"),
        Event::OutgoingSeen(_) => (5, "send"),
        Event::CommandStarted(e) => command(e.id),
        Event::CommandPerformed(e) => command(e.id),
        Event::CommandSettled(e) => command(e.id),
        Event::UserSpoke(_)
        | Event::AssistantReplied(_)
        | Event::SessionSeen(_)
        | Event::NotifyReceived(_) => (6, "session"),
        _ => (9, "program"),
    }
}

/// How an event ended something.
#[expect(clippy::wildcard_enum_match_arm, reason = "most events end nothing")]
const fn mark(event: &Event) -> (u8, &'static str) {
    match event {
        Event::CommandSettled(e) => match &e.outcome {
            Outcome::Done(_) => (1, "good"),
            Outcome::Failed(_) => (3, "bad"),
            Outcome::Unknown(_) => (2, "unknown"),
            Outcome::Expired => (0, ""),
        },
        Event::InstructionEnded(e) => match e.end {
            InstructionEnd::Delivered => (1, "good"),
            InstructionEnd::Refused => (3, "bad"),
            InstructionEnd::Unknown => (2, "unknown"),
        },
        Event::CommandPerformed(e) if e.performed.doubt.is_some() => (2, "unknown"),
        Event::OutgoingSeen(e) if e.error != 0 => (3, "bad"),
        Event::NoticeExpired(_)
        | Event::NoticeGivenUp(_)
        | Event::SourceFailed(_)
        | Event::LogRecovered(_) => (3, "bad"),
        _ => (0, ""),
    }
}

fn story(matter: &Matter) -> String {
    match matter {
        Matter::Message(guid) => format!("message {guid}"),
        Matter::Notice(seq) => format!("notice {seq}"),
        Matter::Question(call) => format!("question {call}"),
        Matter::Prompt(seq) => format!("prompt {seq}"),
        Matter::Session(id) => format!("session {id}"),
        Matter::Event(seq) => format!("event {seq}"),
    }
}
