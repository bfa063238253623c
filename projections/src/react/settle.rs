//! The end of a command or of a notice, and all that follows from it. This is the
//! only room that knows several others; those above it ([`super::proofs`],
//! [`super::rollouts`], …) say that something ended, and leave it at that.

use super::draft::Draft;
use super::{
    dispatches, files, files_out, looks, manage, missing, opening, prompts, sending, turn_ends,
};
use crate::ledger::{Stage, as_meant, meant};
use events::event::{CommandPerformed, CommandSettled, Source};
use events::outcome::{Doubt, Evidence, Performed};
use events::{Command, CommandId, Event, Outcome};

/// Carried out: from here on only proof, or its absence, ends it.
pub(super) fn perform(draft: &mut Draft, id: CommandId, performed: Performed) {
    let doubt = performed.doubt.clone();
    draft.record(Event::CommandPerformed(CommandPerformed { id, performed }));
    let Some(entry) = draft.state().ledger.open.get(&id) else {
        return;
    };
    if let Some((session, _)) = crate::dispatch::dispatch_of(&entry.command) {
        // Behind a transport that keeps the order, the next instruction may follow at once.
        return dispatches::advance(draft, &session);
    }
    if let Command::AnswerPrompt(answer) = &entry.command {
        // Codex may have told of its end before the executor did.
        if prompts::was_answered(draft, answer.prompt) {
            let prompt = answer.prompt;
            let done = Outcome::Done(Evidence::Resolved { prompt });
            settle(draft, id, doubt.map_or(done, Outcome::Unknown));
        }
        return;
    }
    let sends = matches!(
        entry.command,
        Command::SendMessage(_) | Command::SendFile(_)
    );
    if sends && no_witness(draft) {
        settle(
            draft,
            id,
            Outcome::Unknown(doubt.unwrap_or(Doubt::NoWitness)),
        );
    }
}

/// chat.db cannot be read, so our row will not be seen, nor what becomes of it.
pub(super) fn no_witness(draft: &Draft) -> bool {
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
            match &outcome {
                Outcome::Failed(failure) if current => sending::failed(draft, send.notice, failure),
                Outcome::Failed(_) => sending::again(draft, send),
                Outcome::Done(_) | Outcome::Unknown(_) | Outcome::Expired => {}
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
        | Command::AnswerWithNotes(_)
        | Command::QueueInstruction(_)
        | Command::ResumeSession(_)
        | Command::StartTurn(_)
        | Command::GivePictures(_)
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
        Command::FetchFiles(fetch) => files::fetched(draft, fetch, &outcome),
        Command::RemoveFiles(_) => {}
        Command::Look(look) => looks::looked(draft, look, &outcome),
        Command::Manage(manage) => manage::managed(draft, manage, &outcome),
        Command::OpenSession(open) => opening::opened(draft, open, &outcome),
        Command::CopyOut(copy) => files_out::copied(draft, id, copy, &outcome),
        Command::SendFile(file) => files_out::sent(draft, file, &outcome),
    }
}

/// Whether a notice still waits for this very command; the next part may have gone on.
fn is_current(draft: &Draft, id: CommandId) -> bool {
    let mut open = draft.state().outbox.open.values();
    open.any(|notice| notice.sending == Some(id))
}
