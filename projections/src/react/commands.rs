//! The life of commands: reports, proofs and deadlines settle them, and what
//! follows from an end is decided here.

use super::draft::Draft;
use super::{dispatches, missing, notices, sending};
use crate::ledger::Stage;
use events::event::{CommandPerformed, CommandSettled, Deadline};
use events::input::{Closing, Source};
use events::outcome::{Doubt, Evidence, Failure, How, Performed};
use events::{CallId, Command, CommandId, Digest, Event, Outcome, Pane, Report, SessionId};

/// An executor reports. What was settled by proof meanwhile stays so.
pub(super) fn reported(draft: &mut Draft, id: CommandId, report: Report) {
    let started = draft
        .state()
        .ledger
        .open
        .get(&id)
        .is_some_and(|entry| entry.stage == Stage::Started);
    if !started {
        return;
    }
    match report {
        Report::Performed(performed) => perform(draft, id, performed),
        Report::Settled(outcome) => settle(draft, id, outcome),
    }
}

/// Carried out: from here on only proof, or its absence, ends it.
pub(super) fn perform(draft: &mut Draft, id: CommandId, performed: Performed) {
    let doubt = performed.doubt.clone();
    draft.record(Event::CommandPerformed(CommandPerformed { id, performed }));
    let Some(entry) = draft.state().ledger.open.get(&id) else {
        return;
    };
    if let Some((session, _)) = crate::apply::dispatch_of(&entry.command) {
        // Behind what keeps order by itself, the next instruction may follow at once.
        return dispatches::advance(draft, &session);
    }
    if matches!(entry.command, Command::SendMessage(_)) && no_witness(draft) {
        settle(
            draft,
            id,
            Outcome::Unknown(doubt.unwrap_or(Doubt::NoWitness)),
        );
    }
}

/// chat.db cannot be read, so our row will not be seen, nor what becomes of it.
fn no_witness(draft: &Draft) -> bool {
    let state = draft.state();
    state.inbox.chat_db.is_none() || state.failed_sources.contains_key(&Source::ChatDb)
}

/// Ends a command and decides what follows.
#[expect(
    clippy::needless_pass_by_value,
    reason = "an outcome is given away: it is the end of its command"
)]
pub(super) fn settle(draft: &mut Draft, id: CommandId, outcome: Outcome) {
    let Some(entry) = draft.state().ledger.open.get(&id).cloned() else {
        return;
    };
    let current = is_current(draft, id);
    draft.record(Event::CommandSettled(CommandSettled {
        id,
        outcome: outcome.clone(),
    }));
    let how = match &entry.stage {
        Stage::Performed(performed) => Some(performed.how.clone()),
        // Proof may come before the executor does.
        Stage::Started => interrupted(&entry.command),
        Stage::Requested => None,
    };
    match &entry.command {
        Command::SendMessage(send) => {
            if matches!(outcome, Outcome::Failed(_)) && !current {
                sending::again(draft, send);
            }
            let report = missing::is_report(draft, send.notice);
            // A report that is given up waits until a text comes through again.
            let hopeless = report && matches!(outcome, Outcome::Failed(_));
            if outcome != Outcome::Expired && !hopeless {
                missing::tell(draft);
            }
        }
        Command::StartSession(_) => dispatches::start_settled(draft, &entry.command, &outcome),
        Command::TypeInstruction(_)
        | Command::PressEnter(_)
        | Command::ChooseOptions(_)
        | Command::QueueInstruction(_)
        | Command::ResumeSession(_) => {
            dispatches::settled(draft, &entry.command, how.as_ref(), &outcome);
        }
    }
}

/// Whether a notice still waits for this very command; the next part may have gone on.
fn is_current(draft: &Draft, id: CommandId) -> bool {
    let mut open = draft.state().outbox.open.values();
    open.any(|notice| notice.sending == Some(id))
}

/// The rollout recorded words of the user: the oldest instruction with these
/// words is proven, by whichever of its commands they came.
/// Whether there was one.
pub(super) fn proven_by_words(
    draft: &mut Draft,
    session: &SessionId,
    offset: u64,
    digest: Digest,
) -> bool {
    let open = &draft.state().ledger.open;
    let fits = |command: &Command| {
        crate::apply::dispatch_of(command).filter(|(target, _)| target == session)
    };
    let begun = open
        .iter()
        .filter(|(_, e)| e.stage != Stage::Requested && e.digest == Some(digest));
    let Some(inbound) = begun
        .filter_map(|(_, e)| fits(&e.command))
        .map(|(_, inbound)| inbound)
        .next()
    else {
        return false;
    };
    let mine = open
        .iter()
        .filter(|(_, e)| fits(&e.command).is_some_and(|(_, other)| other == inbound));
    let mine: Vec<_> = mine.map(|(id, e)| (*id, e.stage.clone())).collect();
    for (id, stage) in mine {
        let evidence = Evidence::Recorded {
            session: session.clone(),
            offset,
        };
        settle(
            draft,
            id,
            if stage == Stage::Requested {
                Outcome::Expired
            } else {
                Outcome::Done(evidence)
            },
        );
    }
    true
}

/// The rollout closed a question that we were answering.
pub(super) fn proven_by_answer(
    draft: &mut Draft,
    session: &SessionId,
    call: &CallId,
    how: Closing,
) {
    let answering = |command: &Command| matches!(command, Command::ChooseOptions(c) if c.session == *session && c.call == *call);
    let mine = draft
        .state()
        .ledger
        .open
        .iter()
        .filter(|(_, e)| answering(&e.command));
    let mine: Vec<_> = mine.map(|(id, e)| (*id, e.stage.clone())).collect();
    for (id, stage) in mine {
        let outcome = match (stage, how) {
            (Stage::Requested, _) => Outcome::Failed(Failure::Unsupported {
                what: "the question is no longer open.".into(),
            }),
            (_, Closing::Answered) => Outcome::Done(Evidence::Answered {
                session: session.clone(),
                call: call.clone(),
            }),
            _ => Outcome::Unknown(Doubt::NoProof),
        };
        settle(draft, id, outcome);
    }
}

/// A deadline came.
pub(super) fn due(draft: &mut Draft, deadline: &Deadline) {
    let open = |draft: &Draft, id: &CommandId| draft.state().ledger.open.get(id).cloned();
    match deadline {
        Deadline::Proof(id) => {
            let Some(entry) = open(draft, id) else { return };
            let Stage::Performed(performed) = entry.stage else {
                return;
            };
            let outcome = match entry.row {
                // It may have failed since it was seen.
                Some(_) if no_witness(draft) => Outcome::Unknown(Doubt::NoWitness),
                Some(row) => Outcome::Done(row),
                None => Outcome::Unknown(performed.doubt.unwrap_or(Doubt::NoProof)),
            };
            settle(draft, *id, outcome);
        }
        Deadline::Receipt(id) => {
            let Some(entry) = open(draft, id) else { return };
            if let (Stage::Performed(performed), false) = (
                &entry.stage,
                matches!(entry.command, Command::PressEnter(_)),
            ) {
                dispatches::not_seen_yet(draft, &entry.command, &performed.how);
            }
        }
        Deadline::Expiry(notice) => notices::too_old(draft, *notice),
        Deadline::Deaf(source) => super::sources::deaf(draft, *source),
        Deadline::SelfTest => notices::self_test(draft),
        Deadline::Gather(_) => super::gather::release(draft),
        Deadline::Unanswered => super::unanswered::tell(draft),
        Deadline::Pace(_) | Deadline::Retry(_) | Deadline::Rollout(_) | Deadline::Allowance => {}
    }
}

/// How a command is being carried out whose executor has not reported; `None`
/// where nothing can prove it afterwards.
pub(super) fn interrupted(command: &Command) -> Option<How> {
    let pane = |hints: &[Pane]| {
        hints.first().cloned().unwrap_or(Pane {
            socket: String::new(),
            id: String::new(),
        })
    };
    match command {
        Command::SendMessage(_) => Some(How::Accepted),
        Command::TypeInstruction(c) if c.steer => Some(How::Steered(pane(&c.hints))),
        Command::TypeInstruction(c) => Some(How::Typed(pane(&c.hints))),
        Command::ChooseOptions(c) => Some(How::Chosen(pane(&c.hints))),
        Command::QueueInstruction(_) => Some(How::Queued),
        Command::ResumeSession(_) => Some(How::Resumed),
        Command::PressEnter(_) | Command::StartSession(_) => None,
    }
}
