//! The end of a command or of a notice, and all that follows from it. This is the
//! only room that knows several others; those above it ([`super::proofs`],
//! [`super::rollouts`], …) say that something ended, and leave it at that.

use super::draft::Draft;
use super::{dispatches, missing, notices, prompts, sending, turn_ends};
use crate::ledger::{Stage, as_meant, meant};
use events::event::{CommandPerformed, CommandSettled, Deadline, NoticeExpired};
use events::input::Source;
use events::outcome::{Doubt, Performed};
use events::{Command, CommandId, Event, Outcome, Seq};

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
        Stage::Performed(performed) => Some(as_meant(&entry.command, &performed.how)),
        // Proof may come before the executor does.
        Stage::Started => meant(&entry.command),
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
        | Command::ResumeSession(_)
        | Command::StartTurn(_)
        | Command::SteerTurn(_) => {
            dispatches::settled(draft, &entry.command, how.as_ref(), &outcome);
        }
        Command::AnswerPrompt(answer) => {
            if let Some(words) = prompts::settled(draft, answer, how.as_ref(), &outcome) {
                turn_ends::behind(draft, answer, &words);
            }
        }
        Command::InterruptTurn(interrupt) => {
            turn_ends::stopped(draft, interrupt, &outcome);
        }
    }
}

/// Whether a notice still waits for this very command; the next part may have gone on.
fn is_current(draft: &Draft, id: CommandId) -> bool {
    let mut open = draft.state().outbox.open.values();
    open.any(|notice| notice.sending == Some(id))
}

/// A notice waited too long. What is being given to Messages right now is let go.
fn too_old(draft: &mut Draft, notice: Seq) {
    let state = draft.state();
    let open = state.outbox.open.get(&notice);
    if open.is_some_and(|open| !notices::begun(state, open)) {
        let owed = notices::owed_for(state, &[notice]);
        draft.record(Event::NoticeExpired(NoticeExpired { notice }));
        notices::expire(draft, owed);
        missing::tell(draft);
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
                let how = as_meant(&entry.command, &performed.how);
                dispatches::not_seen_yet(draft, &entry.command, &how);
            }
        }
        Deadline::Expiry(notice) => too_old(draft, *notice),
        Deadline::Deaf(source) => super::sources::deaf(draft, *source),
        Deadline::SelfTest => notices::self_test(draft),
        Deadline::Prompt(prompt) => prompts::too_old(draft, *prompt),
        Deadline::Goal(session) => super::goals::ended(draft, session),
        Deadline::Gather(_) => super::gather::release(draft),
        Deadline::Unanswered => super::unanswered::tell(draft),
        Deadline::Pace(_)
        | Deadline::Retry(_)
        | Deadline::Rollout(_)
        | Deadline::Allowance
        | Deadline::Loop => {}
    }
}
