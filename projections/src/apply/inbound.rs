//! What came in: rows of chat.db, hand-overs, lines of the queue file.

use super::prompts;
use super::shared::deadlines;
use crate::admit::{is_imessage, reaction_digest};
use crate::breaker;
use crate::dispatch::What;
use crate::files::Files;
use crate::inbox::{Done, Recent, Spoken, Taken};
use crate::state::State;
use events::event::{
    Action, ChatDbPlaced, Deadline, IgnoreReason, InboundChanged, InboundDeferred,
    InboundFilesNamed, InboundHeld, InboundIgnored, InboundJoined, InboundReceived,
    InboundUnanswered, OutgoingSeen, Placing, QueueLineImported, ReactionReceived, RoutingDecided,
    SpokenAsked,
};
use events::outcome::Evidence;
use events::{Digest, Seq};
use std::sync::Arc;

pub(super) fn placed(state: &mut State, e: &ChatDbPlaced) {
    Arc::make_mut(&mut state.inbox).place(e);
    let ledger = Arc::make_mut(&mut state.ledger);
    ledger.sent.renumbered();
    // A row that is gone proves nothing; whether its text still went out, nobody can say.
    let still_there = |row: &Evidence| matches!(row, Evidence::Row { rowid, .. } if e.why == Placing::Rewound && *rowid <= e.rowid);
    for entry in ledger.open.values_mut() {
        entry.row = entry.row.take().filter(still_there);
    }
}

pub(super) fn held(state: &mut State, e: &InboundHeld) {
    let inbox = Arc::make_mut(&mut state.inbox);
    inbox.pass(e.rowid, &e.guid);
    inbox.held.insert(e.rowid, e.guid.clone());
}

pub(super) fn ignored(state: &mut State, e: &InboundIgnored) {
    let wall = state.wall;
    let inbox = Arc::make_mut(&mut state.inbox);
    inbox.decide(e.rowid, &e.guid);
    inbox.ignored.count(e, wall);
    if e.reason == IgnoreReason::Loop {
        breaker::held_back(inbox, wall);
        let over = state.tick.after(breaker::pause(&state.inbox));
        deadlines(state).set(Deadline::Loop, over);
    }
    if let Some(command) = e.copy_of {
        Arc::make_mut(&mut state.ledger).sent.copy(command, &e.guid);
    }
}

pub(super) fn received(state: &mut State, e: &InboundReceived) {
    let wall = state.wall;
    let answer = breaker::is_answer(state, e.reply_to.as_ref(), e.text.reveal());
    let inbox = Arc::make_mut(&mut state.inbox);
    inbox.decide(e.rowid, &e.guid);
    let digest = Digest::of(e.text.reveal());
    inbox.taken.push(Taken {
        digest,
        date: e.date,
        at: wall,
        self_chat: e.self_chat,
        from_me: e.from_me,
        reply_to: e.reply_to.clone(),
        answer,
    });
    inbox.recent.push(Recent {
        message: e.clone(),
        unsent: false,
        spoken: false,
        tail: Vec::new(),
        files: e.attachments.then(|| e.guid.clone()).into_iter().collect(),
        done: Done::Nothing,
    });
}

/// The message that was just taken is known by its files, because it has no words.
pub(super) fn files_named(state: &mut State, e: &InboundFilesNamed) {
    let inbox = Arc::make_mut(&mut state.inbox);
    if let Some(taken) = inbox.taken.iter_mut().next_back() {
        taken.digest = e.digest;
    }
}

/// The message that was just taken was spoken.
pub(super) fn spoken(state: &mut State, inbound: &events::Guid) {
    if let Some(recent) = Arc::make_mut(&mut state.inbox).recent_mut(inbound) {
        recent.spoken = true;
    }
}

/// The owner is asked to confirm what they said; what was asked before is forgotten.
pub(super) fn spoken_asked(state: &mut State, seq: Seq, e: &SpokenAsked) {
    let at = state.tick;
    Arc::make_mut(&mut state.inbox).spoken = Some(Spoken {
        inbound: e.inbound.clone(),
        seq,
        at,
    });
}

pub(super) fn reacted(state: &mut State, e: &ReactionReceived) {
    let inbox = Arc::make_mut(&mut state.inbox);
    inbox.decide(e.rowid, &e.guid);
    inbox.reactions.push((reaction_digest(e), e.date));
}

/// The newest words count, also where they came too late: the next change is compared with them.
pub(super) fn changed(state: &mut State, e: &InboundChanged) {
    let inbox = Arc::make_mut(&mut state.inbox);
    if let Some(recent) = inbox.recent_mut(&e.guid) {
        recent.unsent = e.text.is_none();
        if let Some(text) = &e.text {
            recent.message.text = text.clone();
        }
    }
    if !e.in_time {
        return;
    }
    if e.text.is_none() {
        no_longer_waits(state, &e.guid);
    }
    Arc::make_mut(&mut state.dispatches).take_back(&e.guid);
}

pub(super) fn deferred(state: &mut State, e: &InboundDeferred) {
    Arc::make_mut(&mut state.inbox).waiting = Some(e.clone());
    let at = state.tick.after(e.wait);
    deadlines(state).set(Deadline::Gather(e.inbound.clone()), at);
}

pub(super) fn joined(state: &mut State, e: &InboundJoined) {
    no_longer_waits(state, &e.inbound);
    let inbox = Arc::make_mut(&mut state.inbox);
    let Some(part) = inbox.recent_mut(&e.inbound) else {
        return;
    };
    part.done = Done::Joined(e.into.clone());
    let mut tail = vec![part.message.text.clone()];
    tail.append(&mut part.tail);
    // A picture has no words.
    tail.retain(|words| !words.reveal().is_empty());
    let mut files = std::mem::take(&mut part.files);
    if let Some(whole) = inbox.recent_mut(&e.into) {
        whole.tail.append(&mut tail);
        whole.files.append(&mut files);
    }
}

fn no_longer_waits(state: &mut State, inbound: &events::Guid) {
    let waits = |deferred: &InboundDeferred| deferred.inbound == *inbound;
    if state.inbox.waiting.as_ref().is_some_and(waits) {
        Arc::make_mut(&mut state.inbox).waiting = None;
        deadlines(state).clear(&Deadline::Gather(inbound.clone()));
    }
}

pub(super) fn unanswered(state: &mut State, e: &InboundUnanswered) {
    let inbox = Arc::make_mut(&mut state.inbox);
    inbox.unanswered.note(e);
    let at = inbox.unanswered.next().max(state.tick);
    deadlines(state).set(Deadline::Unanswered, at);
}

pub(super) fn routed(state: &mut State, e: &RoutingDecided) {
    no_longer_waits(state, &e.inbound);
    if let Some(recent) = Arc::make_mut(&mut state.inbox).recent_mut(&e.inbound) {
        recent.done = if e.action == Action::Reply {
            Done::Answered
        } else {
            Done::Acted(e.target.clone())
        };
    }
    let Some(session) = &e.target else { return };
    let what = match &e.action {
        Action::Instruct { text } => What::Words(text.clone()),
        Action::Queue { text } => What::Queued(text.clone()),
        Action::Steer { text } => What::Steer(text.clone()),
        Action::Choose { call, choices } => What::Options {
            call: call.clone(),
            choices: choices.clone(),
            notes: Vec::new(),
        },
        Action::Note {
            call,
            choices,
            notes,
        } => What::Options {
            call: call.clone(),
            choices: choices.clone(),
            notes: notes.clone(),
        },
        Action::Start { .. }
        | Action::Reply
        | Action::Answer { .. }
        | Action::Interrupt
        | Action::TakeBack { .. } => return,
    };
    let files = match what {
        What::Options { .. } => Files::None,
        What::Words(_) | What::Queued(_) | What::Steer(_) => {
            let rows = state.inbox.recent(&e.inbound).map(|r| r.files.as_slice());
            Files::wanted(rows.unwrap_or_default(), state.settings.files)
        }
    };
    Arc::make_mut(&mut state.dispatches).queue(session, &e.inbound, what, files);
}

pub(super) fn own_row(state: &mut State, e: &OutgoingSeen) {
    Arc::make_mut(&mut state.inbox).decide(e.rowid, &e.guid);
    let ledger = Arc::make_mut(&mut state.ledger);
    if let Some(entry) = ledger.open.get_mut(&e.command) {
        entry.row = Some(Evidence::Row {
            rowid: e.rowid,
            guid: e.guid.clone(),
            service: e.service.clone(),
        });
    }
    let row = (&e.guid, e.rowid);
    ledger.sent.name(e.command, row, state.tick, e.date);
    if e.error != 0 {
        ledger.sent.fail(e.command);
        if let Some(notice) = state.ledger.sent.get(e.command).map(|sent| sent.notice) {
            prompts::not_told(state, notice);
        }
        return;
    }
    if !is_imessage(&e.service) {
        ledger.sent.went_elsewhere(e.command);
    }
    if let Some(sent) = ledger.sent.get(e.command) {
        let outbox = Arc::make_mut(&mut state.outbox);
        outbox.missing.found(sent.notice, sent.digest);
        let (notice, date) = (sent.notice, e.date.unwrap_or(state.wall));
        if e.sent || e.delivered {
            prompts::told(state, notice, date);
        }
    }
}

pub(super) fn queue_line(state: &mut State, e: &QueueLineImported) {
    let wall = state.wall;
    let inbox = Arc::make_mut(&mut state.inbox);
    inbox.read_queue(&e.file, e.offset);
    if let (Some(digest), None) = (e.digest, &e.refused) {
        inbox.queue_lines.push((digest, wall));
    }
}
