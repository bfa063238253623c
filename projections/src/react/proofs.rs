//! What shows how a command ended: its executor's report, and what the rollout says.

use super::draft::Draft;
use super::settle::{perform, settle};
use crate::dispatch::Transport;
use crate::ledger::{Entry, Stage};
use events::command::AnswerWithNotes;
use events::event::Closing;
use events::outcome::{Doubt, Evidence, Failure};
use events::{CallId, Command, CommandId, Digest, Outcome, Report, SessionId};

/// An executor reports. What was settled by proof meanwhile stays so.
pub(super) fn reported(draft: &mut Draft, id: CommandId, mut report: Report) {
    let started = draft
        .state()
        .ledger
        .open
        .get(&id)
        .is_some_and(|entry| entry.stage == Stage::Started);
    if !started {
        return;
    }
    if draft.state().settings.redact {
        crate::redact::report(&mut report);
    }
    match report {
        Report::Performed(performed) => perform(draft, id, performed),
        Report::Settled(outcome) => settle(draft, id, outcome),
    }
}

/// The rollout recorded words of the user: the oldest instruction with these
/// words is proven, by whichever of its commands they came.
/// Whether there was one.
pub(super) fn proven_by_words(
    draft: &mut Draft,
    session: &SessionId,
    offset: u64,
    digest: Digest,
    client: Option<&str>,
) -> bool {
    let open = &draft.state().ledger.open;
    let fits = |command: &Command| {
        crate::dispatch::dispatch_of(command).filter(|(target, _)| target == session)
    };
    // A name of ours is proof whatever the words are; somebody else's is none for what we named.
    let named = |command: &Command| {
        let ours = Transport::of(command) == Some(Transport::AppServer);
        ours && client.is_some()
    };
    let is_it = |id: &CommandId, e: &Entry| {
        let ours = client.is_some_and(|client| client == id.to_string());
        ours || (e.digest == Some(digest) && !named(&e.command))
    };
    let begun = open
        .iter()
        .filter(|(id, e)| e.stage != Stage::Requested && is_it(id, e));
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
    let answering = |command: &Command| {
        matches!(
            command,
            Command::ChooseOptions(c) | Command::AnswerWithNotes(AnswerWithNotes { choose: c, .. })
                if c.session == *session && c.call == *call
        )
    };
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
