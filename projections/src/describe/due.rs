//! A sentence for each deadline that passed.

use super::names::{command_of, notice_name, prompt_name, session_name};
use super::words::{self, capital};
use crate::state::State;
use events::event::Deadline;

pub(super) fn due(deadline: &Deadline, state: &State) -> String {
    let notice = |notice| capital(&notice_name(state, notice));
    let prompt = |prompt| capital(&prompt_name(state, prompt));
    let session = |id| session_name(state, id);
    match deadline {
        Deadline::Proof(id) => format!("The wait for proof of {} is over.", command_of(state, *id)),
        Deadline::Pace(id) => format!("What follows command {id} may be sent now."),
        Deadline::Retry(id) => format!("{} may be tried again.", notice(*id)),
        Deadline::Rollout(id) => {
            format!("No rollout appeared for {}: it is not yours.", session(id))
        }
        Deadline::Receipt(id) => {
            let command = command_of(state, *id);
            format!("It is time to tell you the state of {command}.")
        }
        Deadline::Allowance => "A further text may be sent within the limit.".into(),
        Deadline::Expiry(id) => format!("{} is too old to be sent.", notice(*id)),
        Deadline::SourceDown(source) => {
            let source = words::source(*source);
            format!("{source} has been down so long that you get a text.")
        }
        Deadline::Prompt(id) => {
            format!(
                "{} has waited for as long as its notice counts.",
                prompt(*id)
            )
        }
        Deadline::Goal(id) => format!("No further turn of the goal of {} has begun.", session(id)),
        Deadline::Loop => "A minute passed without messages: they are acted on again.".into(),
        Deadline::Gather(guid) => {
            format!("Nothing more came that belongs to the message {guid}.")
        }
        Deadline::ServerPrompts => {
            "Codex's background server has had its time to show again what waits there.".into()
        }
        Deadline::Nudge(id) => format!("{} has waited long for its answer.", prompt(*id)),
        Deadline::Held(id) => {
            format!("What holds {} back may be over.", notice_name(state, *id))
        }
        Deadline::Files(fetch) => {
            format!("The copies that command {fetch} made were kept for as long as is set.")
        }
        Deadline::Unanswered => {
            "You may get another text about messages that were not acted on.".into()
        }
        Deadline::SelfTest => "It is time for a self-test.".into(),
        Deadline::Limits => "No turn has failed because the limit is used up.".into(),
        Deadline::Promise(_) => "A session was to go on at this time.".into(),
        Deadline::Stall(id) => format!("{} has shown no sign of life for long.", session(id)),
        Deadline::Awake => "The computer has stayed awake since it slept.".into(),
    }
}
