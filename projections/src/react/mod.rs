//! The only place that decides. An input becomes facts; facts cause decisions;
//! all of them stand in one batch. Nothing here runs during replay.

pub(crate) mod again;
mod answering;
mod changes;
mod claimed;
mod dispatches;
mod draft;
mod due;
mod endings;
mod fetching;
mod files;
mod files_out;
mod gather;
mod goals;
mod help;
mod holding;
mod limits;
mod looks;
mod manage;
mod messages;
mod missing;
mod notices;
mod notify;
mod nudge;
mod opening;
mod own_rows;
mod promises;
mod prompt_lists;
mod prompt_news;
mod prompts;
mod proofs;
mod replies;
mod rollouts;
mod rows;
mod sending;
mod settle;
mod shapes;
mod sleep;
mod sources;
mod spoken;
mod stall;
mod thread_names;
mod turn_ends;
mod turns;
mod unanswered;
mod when;

pub(crate) use replies::list;

use crate::ledger::{Stage, meant};
use crate::state::State;
use draft::Draft;
use events::event::{RuntimeStarted, RuntimeStopped};
use events::input::Started;
use events::outcome::{Doubt, How, Performed};
use events::{Batch, Event, Input, Now, Outcome};

/// Proposes the batch that an input causes, and gives State as it will be after it.
pub(crate) fn propose(state: State, input: Input, now: Now) -> (Batch, State) {
    let mut draft = Draft::new(state, now);
    match input {
        Input::Started(started) => runtime_started(&mut draft, started),
        Input::Stopping => fact(&mut draft, Event::RuntimeStopped(RuntimeStopped {})),
        Input::Notify(notify) => notify::received(&mut draft, notify),
        Input::Attention(attention) => notify::attention(&mut draft, attention),
        Input::Rollout(rollout) => rollouts::grew(&mut draft, rollout),
        Input::Message(row) => rows::row(&mut draft, &row),
        Input::ChatDb(placed) => fact(&mut draft, Event::ChatDbPlaced(placed)),
        Input::QueueLine(line) => sources::queue_line(&mut draft, line),
        Input::Source(source, state) => sources::changed(&mut draft, source, state),
        Input::Report(id, report) => proofs::reported(&mut draft, id, report),
        Input::LogRecovered(recovered) => sources::log_recovered(&mut draft, recovered),
        Input::Prompt(raised) => prompt_news::raised(&mut draft, *raised),
        Input::PromptResolved(resolved) => prompt_news::resolved(&mut draft, &resolved),
        Input::ThreadStatus(status) => prompt_news::thread_status(&mut draft, status),
        Input::RateLimits(news) => limits::changed(&mut draft, &news),
        Input::AppServer(link) => prompt_news::link(&mut draft, link),
        Input::Shape(shape) => shapes::found(&mut draft, shape),
        Input::Elapsed => due::passed(&mut draft),
        Input::Desk(seen) => holding::desk(&mut draft, seen),
        Input::Life(seen) => stall::life(&mut draft, seen),
        Input::ThreadNamed(named) => thread_names::named(&mut draft, &named),
        Input::Slept(slept) => sleep::slept(&mut draft, slept),
        Input::LocalTime(offset) => sources::local_time(&mut draft, offset),
    }
    if !draft.is_empty() {
        sending::advance(&mut draft);
    }
    draft.finish()
}

/// A fact that causes no decision.
fn fact(draft: &mut Draft, event: Event) {
    draft.record(event);
}

/// What was begun and not ended when we stopped may have happened: it waits for
/// its proof anew, and is never begun again.
fn runtime_started(draft: &mut Draft, started: Started) {
    let Started {
        version,
        pid,
        settings,
    } = started;
    draft.record(Event::RuntimeStarted(RuntimeStarted {
        version,
        pid,
        settings: (&settings).into(),
    }));
    notices::readdress(draft);
    let open: Vec<_> = draft
        .state()
        .ledger
        .open
        .iter()
        .map(|(id, e)| (*id, e.stage.clone(), e.command.clone()))
        .collect();
    for (id, stage, command) in open {
        let begun = || Performed {
            how: How::Begun,
            doubt: Some(Doubt::Interrupted),
        };
        let performed = match stage {
            Stage::Requested => continue,
            Stage::Performed(performed) => Some(performed),
            Stage::Started => meant(&command).map(|_| begun()),
        };
        let Some(performed) = performed else {
            // Nothing can prove it afterwards.
            settle::settle(draft, id, Outcome::Unknown(Doubt::Interrupted));
            continue;
        };
        settle::perform(draft, id, performed);
    }
}
