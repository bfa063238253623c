//! Deadlines that passed, and what follows from each.

use super::draft::Draft;
use super::settle::{no_witness, settle};
use super::{
    dispatches, files, gather, goals, holding, limits, missing, notices, nudge, promises,
    prompt_news, prompts, rows, sleep, sources, unanswered,
};
use crate::ledger::{Stage, as_meant};
use crate::outbox::Notice;
use events::event::{Deadline, DeadlinePassed, NoticeExpired};
use events::outcome::Doubt;
use events::{Command, CommandId, Event, Outcome, Seq};

/// Everything that became due, soonest first.
pub(super) fn passed(draft: &mut Draft) {
    for _ in 0..256 {
        let due = draft
            .state()
            .deadlines
            .next()
            .filter(|(at, _)| *at <= draft.now().tick)
            .map(|(_, d)| d.clone());
        let Some(deadline) = due else { return };
        let held = draft.state().inbox.loop_held;
        draft.record(Event::DeadlinePassed(DeadlinePassed {
            deadline: deadline.clone(),
        }));
        if deadline == Deadline::Loop {
            rows::loop_over(draft, held);
        }
        act(draft, &deadline);
    }
}

/// What follows from one deadline.
fn act(draft: &mut Draft, deadline: &Deadline) {
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
        Deadline::SourceDown(source) => sources::down(draft, *source),
        Deadline::SelfTest => notices::self_test(draft),
        Deadline::Prompt(prompt) => prompts::too_old(draft, *prompt),
        Deadline::Goal(session) => goals::ended(draft, session),
        Deadline::Gather(_) => gather::release(draft),
        Deadline::Unanswered => unanswered::tell(draft),
        Deadline::Held(notice) => holding::due(draft, *notice),
        Deadline::Nudge(prompt) => nudge::due(draft, *prompt),
        Deadline::Awake => sleep::awake(draft),
        Deadline::Limits => limits::due(draft),
        Deadline::Promise(promise) => promises::due(draft, *promise),
        Deadline::Files(fetch) => files::kept(draft, *fetch),
        Deadline::ServerPrompts => prompt_news::not_shown_again(draft),
        Deadline::Pace(_)
        | Deadline::Retry(_)
        | Deadline::Rollout(_)
        | Deadline::Stall(_)
        | Deadline::Allowance
        | Deadline::Loop => {}
    }
}

/// A notice waited too long. What is being given to Messages right now is let go.
fn too_old(draft: &mut Draft, notice: Seq) {
    let state = draft.state();
    let open = state.outbox.open.get(&notice);
    // What waits for the owner's sake does not grow old by that.
    let held = |open: &Notice| crate::holding::held(state, open, draft.now().wall).is_some();
    if open.is_some_and(|open| !notices::begun(state, open) && !held(open)) {
        let owed = notices::owed_for(state, &[notice]);
        draft.record(Event::NoticeExpired(NoticeExpired { notice }));
        notices::expire(draft, owed);
        missing::tell(draft);
    }
}
