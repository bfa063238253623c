//! The life of commands, and what their steps mean for notices and instructions.

use super::shared::{anomaly, deadlines};
use crate::dispatch::{Starting, Transport, Tried, dispatch_of};
use crate::ledger::{Entry, Sent, Stage, Trouble, as_meant, file_digest, sent_digest, text_of};
use crate::outbox::End;
use crate::sessions::Named;
use crate::state::State;
use crate::waits;
use events::command::SendMessage;
use events::event::{
    CommandPerformed, CommandRequested, CommandSettled, CommandStarted, Deadline, SessionLabelled,
};
use events::outcome::{Doubt, Evidence};
use events::{Command, CommandId, Digest, Outcome, Seq, SessionId};
use std::sync::Arc;

pub(super) fn requested(state: &mut State, seq: Seq, e: &CommandRequested) {
    if state.ledger.open.contains_key(&e.id) {
        return anomaly(state, seq, "a command was requested twice under one name");
    }
    match &e.command {
        Command::SendMessage(send) => asked_for(state, send.notice, e),
        Command::StartSession(start) => {
            let starting = Starting {
                command: e.id,
                label: start.label.clone(),
            };
            Arc::make_mut(&mut state.dispatches)
                .starting
                .insert(start.inbound.clone(), starting);
        }
        Command::TypeInstruction(_)
        | Command::PressEnter(_)
        | Command::ChooseOptions(_)
        | Command::AnswerWithNotes(_)
        | Command::QueueInstruction(_)
        | Command::ResumeSession(_)
        | Command::StartTurn(_)
        | Command::GivePictures(_)
        | Command::SteerTurn(_) => trying(state, e),
        Command::FetchFiles(fetch) => {
            let copies = &mut Arc::make_mut(&mut state.dispatches).copies;
            copies.insert(e.id, fetch.inbound.clone());
            trying(state, e);
        }
        Command::RemoveFiles(remove) => {
            deadlines(state).clear(&Deadline::Files(remove.fetch));
        }
        Command::CopyOut(copy) => {
            let copies = &mut Arc::make_mut(&mut state.dispatches).copies;
            copies.insert(e.id, copy.inbound.clone());
        }
        Command::SendFile(_) => {
            let (tick, per_hour) = (state.tick, state.settings.max_per_hour);
            let outbox = Arc::make_mut(&mut state.outbox);
            outbox.allowance.spend(tick, per_hour);
            super::shared::await_allowance(state);
        }
        Command::AnswerPrompt(_)
        | Command::InterruptTurn(_)
        | Command::Manage(_)
        | Command::OpenSession(_)
        | Command::Look(_) => {}
    }
    let by = if matches!(e.command, Command::SendMessage(_)) {
        sent_digest
    } else if matches!(e.command, Command::SendFile(_)) {
        file_digest
    } else {
        Digest::of
    };
    let digest = text_of(&e.command).map(by);
    let entry = Entry {
        command: e.command.clone(),
        stage: Stage::Requested,
        digest,
        baseline: None,
        row: None,
    };
    Arc::make_mut(&mut state.ledger).open.insert(e.id, entry);
}

fn asked_for(state: &mut State, notice: Seq, e: &CommandRequested) {
    let (tick, per_hour) = (state.tick, state.settings.max_per_hour);
    let outbox = Arc::make_mut(&mut state.outbox);
    outbox.allowance.spend(tick, per_hour);
    if let Some(notice) = outbox.open.get_mut(&notice).map(Arc::make_mut) {
        if notice.ends() && notice.untouched() {
            outbox.last_end = Some(tick);
        }
        notice.sending = Some(e.id);
        notice.attempts = e.attempt;
        notice.not_before = None;
    }
    deadlines(state).clear(&Deadline::Retry(notice));
    super::shared::await_allowance(state);
}

/// Pressing Enter once more is not a try of its own.
fn trying(state: &mut State, e: &CommandRequested) {
    let tries = Transport::of(&e.command).is_some() || matches!(e.command, Command::FetchFiles(_));
    if tries
        && let Some((session, inbound)) = dispatch_of(&e.command)
        && let Some(dispatch) = Arc::make_mut(&mut state.dispatches).get_mut(&session, &inbound)
    {
        dispatch.trying = Some(e.id);
    }
}

pub(super) fn started(state: &mut State, seq: Seq, e: &CommandStarted) {
    let (wall, tick) = (state.wall, state.tick);
    let ledger = Arc::make_mut(&mut state.ledger);
    let Some(entry) = ledger
        .open
        .get_mut(&e.id)
        .filter(|entry| entry.stage == Stage::Requested)
    else {
        return anomaly(state, seq, "a command was started that was not owed");
    };
    entry.stage = Stage::Started;
    entry.baseline = e.baseline;
    let given = if let Command::SendMessage(send) = &entry.command {
        Some((send.notice, None))
    } else if let Command::SendFile(file) = &entry.command {
        // It belongs to no notice: what caused it is no notice either.
        Some((e.id.cause, Some(file.session.clone())))
    } else {
        None
    };
    if let (Some((notice, file_of)), Some(digest)) = (given, entry.digest) {
        let sent = Sent {
            id: e.id,
            digest,
            at: wall,
            tick,
            baseline: e.baseline,
            guid: None,
            copy: None,
            row: None,
            seen: None,
            written: None,
            failed: false,
            elsewhere: false,
            notice,
            file_of,
        };
        ledger.sent.put(sent);
        return;
    }
    let target = dispatch_of(&entry.command).map(|(session, _)| session);
    if let Some(session) =
        target.and_then(|id| Arc::make_mut(&mut state.sessions).by_id.get_mut(&id))
    {
        session.spoken = Some(tick);
    }
}

pub(super) fn performed(state: &mut State, seq: Seq, e: &CommandPerformed) {
    let tick = state.tick;
    let settings = state.settings.clone();
    let ledger = Arc::make_mut(&mut state.ledger);
    let Some(entry) = ledger
        .open
        .get_mut(&e.id)
        .filter(|entry| entry.stage != Stage::Requested)
    else {
        return anomaly(state, seq, "a command was carried out that was not begun");
    };
    let file = matches!(entry.command, Command::SendFile(_));
    let send = file || matches!(entry.command, Command::SendMessage(_));
    let target = dispatch_of(&entry.command);
    entry.stage = Stage::Performed(e.performed.clone());
    let how = as_meant(&entry.command, &e.performed.how);
    let mut waits = waits::after(&how, send, &settings);
    if file {
        waits.proof = waits::FILE;
    }
    // After a restart the waits are set anew; the owner is not told again.
    let told = target.as_ref().is_some_and(|(session, inbound)| {
        let dispatch = state.dispatches.get(session, inbound);
        dispatch.is_some_and(|d| d.late_told)
    });
    let deadlines = deadlines(state);
    deadlines.set(Deadline::Proof(e.id), tick.after(waits.proof));
    if send {
        deadlines.set(Deadline::Pace(e.id), tick.after(waits.next));
    } else if !told {
        deadlines.set(Deadline::Receipt(e.id), tick.after(waits.next));
    }
    if let Some((session, inbound)) = target
        && let Some(dispatch) = Arc::make_mut(&mut state.dispatches).get_mut(&session, &inbound)
    {
        dispatch.left = Transport::kept_by_codex(&how);
    }
}

pub(super) fn settled(state: &mut State, seq: Seq, e: &CommandSettled) {
    let tick = state.tick;
    let deadlines = deadlines(state);
    for deadline in [
        Deadline::Proof(e.id),
        Deadline::Pace(e.id),
        Deadline::Receipt(e.id),
    ] {
        deadlines.clear(&deadline);
    }
    let ledger = Arc::make_mut(&mut state.ledger);
    let Some(entry) = ledger.open.remove(&e.id) else {
        return anomaly(state, seq, "a command was settled that was not open");
    };
    let kind = match &e.outcome {
        Outcome::Done(_) => 0,
        Outcome::Failed(_) => 1,
        Outcome::Unknown(_) => 2,
        Outcome::Expired => 3,
    };
    ledger.settled[kind] += 1;
    if kind != 0 {
        let command = entry.command.name().to_owned();
        ledger.troubles.push(Trouble {
            id: e.id,
            command,
            outcome: e.outcome.clone(),
            at: tick,
        });
    }
    match (&entry.command, &e.outcome) {
        (Command::SendMessage(send), outcome) => send_settled(state, e.id, send, outcome),
        (Command::StartSession(start), outcome) => {
            Arc::make_mut(&mut state.dispatches)
                .starting
                .remove(&start.inbound);
            if let Outcome::Done(Evidence::Running { session, pane, .. }) = outcome {
                let named = Named {
                    label: start.label.clone(),
                    pane: pane.clone(),
                };
                name_session(state, session, named);
            }
        }
        (Command::OpenSession(_), Outcome::Done(Evidence::Opened { session, pane, .. })) => {
            if let Some(session) = Arc::make_mut(&mut state.sessions).get_mut(session) {
                session.panes.push(pane.clone());
            }
        }
        (Command::FetchFiles(_), outcome) => {
            super::files::fetched(state, e.id, &entry.command, outcome);
        }
        (Command::CopyOut(_), _) => super::files::copied(state, e.id),
        (Command::RemoveFiles(remove), outcome) => super::files::removed(state, remove, outcome),
        (Command::AnswerPrompt(answer), Outcome::Failed(_) | Outcome::Expired) => {
            super::prompts::unanswered(state, answer);
        }
        (command, outcome) => transport_settled(state, e.id, command, outcome),
    }
}

/// A transport that failed is noted; the instruction waits for the next decision.
fn transport_settled(state: &mut State, id: CommandId, command: &Command, outcome: &Outcome) {
    let Some((session, inbound)) = dispatch_of(command) else {
        return;
    };
    let Some(dispatch) = Arc::make_mut(&mut state.dispatches).get_mut(&session, &inbound) else {
        return;
    };
    if dispatch.trying == Some(id) {
        dispatch.trying = None;
    }
    if let (Some(transport), Outcome::Failed(failure)) = (Transport::of(command), outcome) {
        dispatch.tried.push(Tried {
            transport,
            failure: failure.clone(),
        });
    }
}

/// The owner calls it something else.
pub(super) fn labelled(state: &mut State, e: &SessionLabelled) {
    let sessions = Arc::make_mut(&mut state.sessions);
    for (id, session) in &mut sessions.by_id {
        if *id == e.session {
            session.label = Some(e.label.clone());
        } else if session.label.as_deref() == Some(&e.label) {
            session.label = None;
        }
    }
}

fn name_session(state: &mut State, id: &SessionId, named: Named) {
    let tick = state.tick;
    let sessions = Arc::make_mut(&mut state.sessions);
    // A label is a name: it belongs to the newest session that got it.
    for other in sessions
        .by_id
        .values_mut()
        .filter(|s| s.label.as_deref() == Some(&named.label))
    {
        other.label = None;
    }
    if let Some(session) = sessions.by_id.get_mut(id) {
        session.label = Some(named.label);
        session.panes.push(named.pane);
        session.spoken = Some(tick);
    } else {
        sessions.named.insert(id.clone(), named);
    }
}

fn send_settled(state: &mut State, id: CommandId, send: &SendMessage, outcome: &Outcome) {
    let outbox = Arc::make_mut(&mut state.outbox);
    let notice = send.notice;
    let mine = outbox
        .open
        .get(&notice)
        .is_some_and(|n| n.sending == Some(id));
    // Where chat.db cannot be read no text can be proven, and Messages said that it took this one.
    if matches!(outcome, Outcome::Unknown(doubt) if *doubt != Doubt::NoWitness) {
        outbox.unproven(send);
    }
    if !mine {
        // The next part, or notice, went on while this one waited for its proof.
        if matches!(outcome, Outcome::Unknown(_)) {
            outbox.doubt(notice);
        }
        return;
    }
    match outcome {
        Outcome::Done(_) => outbox.part_done(notice, true),
        Outcome::Unknown(_) => outbox.part_done(notice, false),
        Outcome::Expired => outbox.close(notice, End::Withdrawn),
        // Whether it is tried again is decided, and an event of its own.
        Outcome::Failed(_) => {
            if let Some(open) = outbox.open.get_mut(&notice).map(Arc::make_mut) {
                open.sending = None;
            }
        }
    }
    forget_closed(state, notice);
}

/// A notice that is through cannot become too old.
pub(super) fn forget_closed(state: &mut State, notice: Seq) {
    if !state.outbox.open.contains_key(&notice) {
        deadlines(state).clear(&Deadline::Expiry(notice));
    }
}
