//! What an event does to State. Total: every event of every log applies, and
//! what does not fit becomes an anomaly. Nothing is decided here.

use crate::deadlines::Deadlines;
use crate::dispatch::{Rung, Tried, What};
use crate::ledger::{Entry, Sent, Stage, Trouble, text_of};
use crate::outbox::End;
use crate::sessions::{OpenQuestion, Session};
use crate::state::{Anomaly, State};
use crate::waits;
use events::event::{
    Action, CommandPerformed, CommandRequested, CommandSettled, CommandStarted, Deadline, Ending,
    InboundReceived, NotifyReceived, OutgoingSeen, QueueLineImported, RoutingDecided, SessionSeen,
    TurnCompleted,
};
use events::input::{Closing, QuestionKind};
use events::outcome::{Evidence, How};
use events::{Command, Digest, Envelope, Event, Outcome, Seq, SessionId, Settings};
use std::sync::Arc;

/// Applies one event.
pub fn apply(state: &mut State, envelope: &Envelope) {
    if envelope.seq != state.last.next() {
        anomaly(state, envelope.seq, "the log has a gap before this event");
    }
    state.last = envelope.seq;
    state.tick = state.tick.max(envelope.tick);
    state.wall = envelope.wall;
    let seq = envelope.seq;
    match &envelope.event {
        Event::RuntimeStarted(e) => runtime_started(state, &e.settings),
        Event::RuntimeStopped(_) => state.running = false,
        Event::SourceFailed(e) => {
            state.failed_sources.insert(e.source, e.fault.clone());
        }
        Event::SourceRecovered(e) => {
            state.failed_sources.remove(&e.source);
        }
        Event::NotifyReceived(e) => notify_received(state, e),
        Event::SessionSeen(e) => session_seen(state, e),
        Event::TurnStarted(_)
        | Event::UserSpoke(_)
        | Event::AssistantReplied(_)
        | Event::QuestionAsked(_)
        | Event::QuestionClosed(_)
        | Event::TurnCompleted(_)
        | Event::RecordsSkipped(_) => session_event(state, seq, &envelope.event),
        Event::ChatDbPlaced(e) => {
            let inbox = Arc::make_mut(&mut state.inbox);
            inbox.held.clear();
            inbox.chat_db = Some(e.clone());
        }
        Event::InboundHeld(e) => {
            let inbox = Arc::make_mut(&mut state.inbox);
            inbox.pass(e.rowid);
            inbox.held.insert(e.rowid, e.guid.clone());
        }
        Event::InboundReceived(e) => inbound_received(state, e),
        Event::InboundIgnored(e) => {
            let wall = state.wall;
            let inbox = Arc::make_mut(&mut state.inbox);
            inbox.decide(e.rowid, &e.guid);
            *inbox.ignored.entry(e.reason).or_default() += 1;
            if e.reason == events::event::IgnoreReason::Loop {
                inbox.loop_since = Some(wall);
            }
        }
        Event::OutgoingSeen(e) => outgoing_seen(state, e),
        Event::QueueLineImported(e) => queue_line(state, e),
        Event::AttentionRequested(e) => Arc::make_mut(&mut state.inbox).keys.insert(&e.key),
        Event::DeadlinePassed(e) => deadline_passed(state, &e.deadline),
        Event::RoutingDecided(e) => routed(state, e),
        Event::InstructionEnded(e) => Arc::make_mut(&mut state.dispatches).end(e),
        Event::NoticeQueued(e) => {
            Arc::make_mut(&mut state.outbox).queue(seq, e);
            if let Some(session) = &e.session
                && let Some(session) = Arc::make_mut(&mut state.sessions).get_mut(session)
            {
                session.noticed.push(e.topic.clone());
                if e.topic == events::event::Topic::Progress {
                    session.unsent = None;
                }
            }
        }
        Event::NoticeWithdrawn(e) => {
            Arc::make_mut(&mut state.outbox).close(e.notice, End::Withdrawn);
            deadlines(state).clear(&Deadline::Retry(e.notice));
        }
        Event::CommandRequested(e) => requested(state, seq, e),
        Event::CommandStarted(e) => started(state, seq, e),
        Event::CommandPerformed(e) => performed(state, seq, e),
        Event::CommandSettled(e) => settled(state, seq, e),
    }
}

pub(crate) fn deadlines(state: &mut State) -> &mut Deadlines {
    Arc::make_mut(&mut state.deadlines)
}

fn anomaly(state: &mut State, seq: Seq, what: &str) {
    state.anomalies.push(Anomaly {
        seq,
        what: what.to_owned(),
    });
}

fn runtime_started(state: &mut State, settings: &Settings) {
    state.began.get_or_insert(state.wall);
    state.running = true;
    state.settings = Arc::new(settings.clone());
    state.failed_sources.clear();
    // Nobody has looked for these rollouts while nothing ran.
    let at = state.tick.after(waits::ROLLOUT);
    let waiting: Vec<_> = state.sessions.unplaced.keys().cloned().collect();
    for session in waiting {
        deadlines(state).set(Deadline::Rollout(session), at);
    }
}

fn notify_received(state: &mut State, e: &NotifyReceived) {
    Arc::make_mut(&mut state.inbox).keys.insert(&e.key);
    let Ok(told) = &e.told else { return };
    // Only an embedded Codex's child carries its own pane; the daemon's carry whoever started it.
    let own = !e.origin.parent.contains("app-server");
    let pane = e.origin.pane.clone().filter(|_| own);
    let sessions = Arc::make_mut(&mut state.sessions);
    if let Some(session) = sessions.get_mut(&told.session) {
        if let Some(pane) = pane.filter(|pane| session.panes.last() != Some(pane)) {
            session.panes.push(pane);
        }
        return;
    }
    let unplaced = sessions.unplaced.entry(told.session.clone()).or_default();
    unplaced.turns.push(told.clone());
    unplaced.pane = pane.or_else(|| unplaced.pane.take());
    let at = state.tick.after(waits::ROLLOUT);
    deadlines(state).set(Deadline::Rollout(told.session.clone()), at);
}

fn session_seen(state: &mut State, e: &SessionSeen) {
    deadlines(state).clear(&Deadline::Rollout(e.session.clone()));
    let wall = state.wall;
    let sessions = Arc::make_mut(&mut state.sessions);
    let unplaced = sessions.unplaced.remove(&e.session).unwrap_or_default();
    let named = sessions.named.remove(&e.session);
    if let Some(known) = sessions.get_mut(&e.session) {
        known.meta = e.meta.clone();
        known.offset = e.offset;
        return;
    }
    let mut session = Session {
        reference: e.reference.clone(),
        meta: e.meta.clone(),
        label: named.as_ref().map(|n| n.label.clone()),
        offset: e.offset,
        panes: crate::ring::Ring::default(),
        questions: Vec::new(),
        closed: crate::ring::Ring::default(),
        turn: None,
        ended: crate::ring::Ring::default(),
        finished: false,
        said: None,
        unsent: None,
        noticed: crate::ring::Ring::default(),
        active: e.meta.created.max(events::Wall(0)).min(wall),
        spoken: named.as_ref().map(|_| state.tick),
    };
    for pane in unplaced.pane.into_iter().chain(named.map(|n| n.pane)) {
        session.panes.push(pane);
    }
    sessions
        .by_ref
        .insert(e.reference.clone(), e.session.clone());
    sessions.by_id.insert(e.session.clone(), session);
    sessions.forget_quietest(&e.session);
}

fn session_event(state: &mut State, seq: Seq, event: &Event) {
    let (wall, id) = (state.wall, session_of(event));
    let Some(session) = id.and_then(|id| Arc::make_mut(&mut state.sessions).get_mut(id)) else {
        return anomaly(state, seq, "an event of a session that was not seen");
    };
    session.active = wall;
    match event {
        Event::TurnStarted(e) => {
            session.offset = e.offset;
            session.turn = Some(e.turn.clone());
            session.finished = false;
            session.unsent = None;
        }
        Event::UserSpoke(e) => {
            session.offset = e.offset;
            session.finished = false;
        }
        Event::AssistantReplied(e) => {
            session.offset = e.offset;
            session.said = Some(e.text.clone());
            session.unsent = Some(e.text.clone());
        }
        Event::QuestionAsked(e) => {
            session.offset = e.offset;
            session.questions.push(OpenQuestion {
                call: e.call.clone(),
                turn: e.turn.clone(),
                kind: e.kind,
                questions: e.questions.clone(),
                asked: seq,
            });
            let surplus = session.questions.len().saturating_sub(8);
            session.questions.drain(..surplus);
        }
        Event::QuestionClosed(e) => {
            session.offset = e.offset;
            session.questions.retain(|q| q.call != e.call);
            session.closed.push(e.call.clone());
        }
        Event::TurnCompleted(e) => turn_completed(session, e),
        Event::RecordsSkipped(e) => session.offset = session.offset.max(e.offset),
        _ => {}
    }
}

fn turn_completed(session: &mut Session, e: &TurnCompleted) {
    session.offset = e.offset.unwrap_or(session.offset);
    session.turn = None;
    session.unsent = None;
    session.finished = true;
    if let Some(turn) = e.turn.as_ref().filter(|turn| !session.ended.contains(turn)) {
        session.ended.push(turn.clone());
    }
    if let Ending::Finished { last: Some(last) } = &e.ending {
        session.said = Some(last.clone());
    }
}

fn session_of(event: &Event) -> Option<&SessionId> {
    match event {
        Event::TurnStarted(e) => Some(&e.session),
        Event::UserSpoke(e) => Some(&e.session),
        Event::AssistantReplied(e) => Some(&e.session),
        Event::QuestionAsked(e) => Some(&e.session),
        Event::QuestionClosed(e) => Some(&e.session),
        Event::TurnCompleted(e) => Some(&e.session),
        Event::RecordsSkipped(e) => Some(&e.session),
        _ => None,
    }
}

fn inbound_received(state: &mut State, e: &InboundReceived) {
    let wall = state.wall;
    let inbox = Arc::make_mut(&mut state.inbox);
    inbox.decide(e.rowid, &e.guid);
    inbox.last_received = Some(wall);
    let digest = Digest::of(e.text.reveal());
    inbox.taken.push(crate::inbox::Taken {
        digest,
        date: e.date,
        at: wall,
        self_chat: e.self_chat,
    });
}

fn routed(state: &mut State, e: &RoutingDecided) {
    let Some(session) = &e.target else { return };
    let what = match &e.action {
        Action::Instruct { text } => What::Words(text.clone()),
        Action::Choose { call, choices } => What::Options {
            call: call.clone(),
            choices: choices.clone(),
        },
        Action::Start { .. } | Action::Reply => return,
    };
    Arc::make_mut(&mut state.dispatches).queue(session, &e.inbound, what);
}

fn outgoing_seen(state: &mut State, e: &OutgoingSeen) {
    Arc::make_mut(&mut state.inbox).decide(e.rowid, &e.guid);
    let ledger = Arc::make_mut(&mut state.ledger);
    if let Some(entry) = ledger.open.get_mut(&e.command) {
        entry.row = Some(Evidence::Row {
            rowid: e.rowid,
            guid: e.guid.clone(),
            service: e.service.clone(),
        });
    }
    ledger.sent.name(e.command, &e.guid);
}

fn queue_line(state: &mut State, e: &QueueLineImported) {
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

fn deadline_passed(state: &mut State, deadline: &Deadline) {
    deadlines(state).clear(deadline);
    match deadline {
        Deadline::Rollout(session) => {
            Arc::make_mut(&mut state.sessions).unplaced.remove(session);
        }
        Deadline::Pace(id) => {
            // After a restart the wait is set anew; by then a later part may be under way.
            let notices = state.outbox.open.iter();
            let waiting = notices.into_iter().find(|(_, n)| n.sending == Some(*id));
            if let Some(notice) = waiting.map(|(seq, _)| *seq) {
                Arc::make_mut(&mut state.outbox).part_done(notice, true);
            }
        }
        Deadline::Receipt(id) => {
            let target = state
                .ledger
                .open
                .get(id)
                .and_then(|entry| dispatch_of(&entry.command));
            if let Some((session, inbound)) = target
                && let Some(dispatch) =
                    Arc::make_mut(&mut state.dispatches).get_mut(&session, &inbound)
            {
                dispatch.told = true;
            }
        }
        Deadline::Proof(_) | Deadline::Retry(_) => {}
    }
}

/// Session and message of a command that carries an instruction.
pub(crate) fn dispatch_of(command: &Command) -> Option<(SessionId, events::Guid)> {
    match command {
        Command::TypeInstruction(c) | Command::PressEnter(c) => {
            Some((c.instruction.session.clone(), c.instruction.inbound.clone()))
        }
        Command::QueueInstruction(c) | Command::ResumeSession(c) => {
            Some((c.session.clone(), c.inbound.clone()))
        }
        Command::ChooseOptions(c) => Some((c.session.clone(), c.inbound.clone())),
        Command::SendMessage(_) | Command::StartSession(_) => None,
    }
}

fn requested(state: &mut State, seq: Seq, e: &CommandRequested) {
    if state.ledger.open.contains_key(&e.id) {
        return anomaly(state, seq, "a command was requested twice under one name");
    }
    match &e.command {
        Command::SendMessage(send) => {
            if let Some(notice) = Arc::make_mut(&mut state.outbox).open.get_mut(&send.notice) {
                notice.sending = Some(e.id);
                notice.attempts = e.attempt;
                notice.not_before = None;
            }
            deadlines(state).clear(&Deadline::Retry(send.notice));
        }
        Command::StartSession(start) => {
            let starting = crate::dispatch::Starting {
                command: e.id,
                label: start.label.clone(),
            };
            Arc::make_mut(&mut state.dispatches)
                .starting
                .insert(start.inbound.clone(), starting);
        }
        // Pressing Enter once more is not a try of its own.
        other if Rung::of(other).is_some() => {
            if let Some((session, inbound)) = dispatch_of(other)
                && let Some(dispatch) =
                    Arc::make_mut(&mut state.dispatches).get_mut(&session, &inbound)
            {
                dispatch.trying = Some(e.id);
            }
        }
        _ => {}
    }
    let digest = text_of(&e.command).map(Digest::of);
    let entry = Entry {
        command: e.command.clone(),
        attempt: e.attempt,
        stage: Stage::Requested,
        digest,
        baseline: None,
        row: None,
    };
    Arc::make_mut(&mut state.ledger).open.insert(e.id, entry);
}

fn started(state: &mut State, seq: Seq, e: &CommandStarted) {
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
    if let (Command::SendMessage(send), Some(digest)) = (&entry.command, entry.digest) {
        let sent = Sent {
            id: e.id,
            digest,
            at: wall,
            baseline: e.baseline,
            guid: None,
            notice: send.notice,
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

fn performed(state: &mut State, seq: Seq, e: &CommandPerformed) {
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
    let send = matches!(entry.command, Command::SendMessage(_));
    let target = dispatch_of(&entry.command);
    entry.stage = Stage::Performed(e.performed.clone());
    let waits = waits::after(&e.performed, send, &settings);
    // After a restart the waits are set anew; the owner is not told again.
    let told = target.as_ref().is_some_and(|(session, inbound)| {
        let dispatch = state.dispatches.get(session, inbound);
        dispatch.is_some_and(|d| d.told)
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
        // Codex keeps these in order by itself, however long they take.
        dispatch.left = match e.performed.how {
            How::Queued => Some(Rung::Queue),
            How::Steered(_) => Some(Rung::Steer),
            How::Accepted | How::Typed(_) | How::Chosen(_) | How::Pressed(_) | How::Resumed => None,
        };
    }
}

fn settled(state: &mut State, seq: Seq, e: &CommandSettled) {
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
        (Command::SendMessage(send), outcome) => send_settled(state, e.id, send.notice, outcome),
        (Command::StartSession(start), outcome) => {
            Arc::make_mut(&mut state.dispatches)
                .starting
                .remove(&start.inbound);
            if let Outcome::Done(Evidence::Running { session, pane, .. }) = outcome {
                let named = crate::sessions::Named {
                    label: start.label.clone(),
                    pane: pane.clone(),
                };
                name_session(state, session, named);
            }
        }
        (command, outcome) => rung_settled(state, e.id, command, outcome),
    }
}

/// A rung that certainly did not bear is noted; the instruction waits for the next decision.
fn rung_settled(state: &mut State, id: events::CommandId, command: &Command, outcome: &Outcome) {
    let Some((session, inbound)) = dispatch_of(command) else {
        return;
    };
    let Some(dispatch) = Arc::make_mut(&mut state.dispatches).get_mut(&session, &inbound) else {
        return;
    };
    if dispatch.trying == Some(id) {
        dispatch.trying = None;
    }
    if let (Some(rung), Outcome::Failed(failure)) = (Rung::of(command), outcome) {
        dispatch.tried.push(Tried {
            rung,
            failure: failure.clone(),
        });
    }
}

fn name_session(state: &mut State, id: &SessionId, named: crate::sessions::Named) {
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

fn send_settled(state: &mut State, id: events::CommandId, notice: Seq, outcome: &Outcome) {
    let now = state.tick;
    let settings = state.settings.clone();
    let outbox = Arc::make_mut(&mut state.outbox);
    let mine = outbox
        .open
        .get(&notice)
        .is_some_and(|n| n.sending == Some(id));
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
        Outcome::Failed(failure) => {
            let Some(open) = outbox.open.get_mut(&notice) else {
                return;
            };
            open.sending = None;
            match waits::retry(open.attempts, failure, &settings) {
                Some(pause) => {
                    let at = now.after(pause);
                    open.not_before = Some(at);
                    deadlines(state).set(Deadline::Retry(notice), at);
                }
                None => outbox.close(notice, End::Failed),
            }
        }
    }
}

/// How a question is closed by words: an asynchronous one by any.
pub(crate) const fn closes_by_words(kind: QuestionKind) -> Option<Closing> {
    match kind {
        QuestionKind::Async => Some(Closing::Answered),
        QuestionKind::Modal => None,
    }
}
