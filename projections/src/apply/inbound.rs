//! What came in: rows of chat.db, hand-overs, lines of the queue file.

use super::shared::deadlines;
use crate::admit::is_imessage;
use crate::breaker;
use crate::dispatch::What;
use crate::inbox::Taken;
use crate::state::State;
use events::Digest;
use events::event::{
    Action, Deadline, IgnoreReason, InboundHeld, InboundIgnored, InboundReceived, OutgoingSeen,
    QueueLineImported, RoutingDecided,
};
use events::input::{ChatDbPlaced, Placing};
use events::outcome::Evidence;
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
}

pub(super) fn routed(state: &mut State, e: &RoutingDecided) {
    let Some(session) = &e.target else { return };
    let what = match &e.action {
        Action::Instruct { text } | Action::Queue { text } | Action::Steer { text } => {
            What::Words(text.clone())
        }
        Action::Choose { call, choices } => What::Options {
            call: call.clone(),
            choices: choices.clone(),
        },
        Action::Start { .. }
        | Action::Reply
        | Action::Answer { .. }
        | Action::Interrupt
        | Action::TakeBack { .. } => return,
    };
    Arc::make_mut(&mut state.dispatches).queue(session, &e.inbound, what);
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
    ledger.sent.name(e.command, &e.guid, e.rowid, state.tick);
    if e.error != 0 {
        return ledger.sent.fail(e.command);
    }
    if !is_imessage(&e.service) {
        ledger.sent.went_elsewhere(e.command);
    }
    if let Some(sent) = ledger.sent.get(e.command) {
        let outbox = Arc::make_mut(&mut state.outbox);
        outbox.missing.found(sent.notice, sent.digest);
    }
}

pub(super) fn queue_line(state: &mut State, e: &QueueLineImported) {
    let wall = state.wall;
    let inbox = Arc::make_mut(&mut state.inbox);
    inbox.queue.insert(e.file.clone(), e.offset);
    while inbox.queue.len() > 16 {
        inbox.queue.pop_first();
    }
    if let (Some(digest), None) = (e.digest, &e.refused) {
        inbox.queue_lines.push((digest, wall));
    }
}
