//! The owner wants a file of a session's directory. It is copied first, so that it cannot
//! change while Messages has it; then the copy is given to Messages, once. The file itself
//! is the answer; a text comes only where it does not arrive.

use super::draft::{Draft, decide};
use super::{notices, replies};
use crate::heading::Heading;
use crate::render::tidy;
use crate::routing::Route;
use events::command::{CopyOut, SendFile};
use events::event::{Action, InboundReceived};
use events::outcome::{Doubt, Evidence, Failure};
use events::settings::FilesIn;
use events::{Command, CommandId, Outcome, SessionId, Text};

const OFF: &str = "Files are not passed on (CODEX_IMESSAGE_FILES is off).";
/// Longest name of a file in a text to the owner.
const NAME: usize = 80;

/// `send @ref path`
pub(super) fn ask(
    draft: &mut Draft,
    event: &InboundReceived,
    route: Route,
    session: &SessionId,
    path: &str,
) {
    let state = draft.state();
    let Some(known) = state.sessions.get(session) else {
        return;
    };
    let copy = CopyOut {
        inbound: event.guid.clone(),
        session: session.clone(),
        cwd: known.meta.cwd.clone(),
        path: Text::from(path),
        max_bytes: state.settings.files_max,
        again: false,
    };
    let off = state.settings.files == FilesIn::Off;
    decide(draft, &event.guid, route, Action::Reply);
    if off {
        return notices::answer(draft, &event.guid, Some(session), &Heading::NotSent, OFF);
    }
    draft.request(Command::CopyOut(copy), 1);
}

/// It was copied, or it is known why not.
pub(super) fn copied(draft: &mut Draft, id: CommandId, copy: &CopyOut, outcome: &Outcome) {
    let body = match outcome {
        Outcome::Done(Evidence::CopiedOut { file, name, bytes }) => {
            // Without a recipient there is nobody to send it to.
            let Some(to) = draft.state().settings.owner.first().cloned() else {
                return;
            };
            let send = SendFile {
                copy: id,
                inbound: copy.inbound.clone(),
                session: copy.session.clone(),
                to,
                file: file.clone(),
                name: name.clone(),
                bytes: *bytes,
            };
            draft.request(Command::SendFile(send), 1);
            return;
        }
        Outcome::Unknown(Doubt::Interrupted) if !copy.again => {
            let again = CopyOut {
                again: true,
                ..copy.clone()
            };
            draft.request(Command::CopyOut(again), 2);
            return;
        }
        Outcome::Failed(Failure::TooLarge { bytes, max }) => format!(
            "It has {}; {} are allowed (CODEX_IMESSAGE_FILES_MAX_MB).",
            crate::files::megabytes(*bytes),
            crate::files::megabytes(*max)
        ),
        Outcome::Failed(failure) => replies::why(failure),
        Outcome::Unknown(_) | Outcome::Done(_) => {
            "The program was interrupted. Nothing was sent; you can ask again.".to_owned()
        }
        Outcome::Expired => return,
    };
    let body = format!("{}: {body}", quoted(&copy.path));
    notices::answer(
        draft,
        &copy.inbound,
        Some(&copy.session),
        &Heading::NotSent,
        &body,
    );
}

/// It was given to Messages, or perhaps not.
pub(super) fn sent(draft: &mut Draft, file: &SendFile, outcome: &Outcome) {
    let name = quoted(&file.name);
    let (kind, body) = match outcome {
        Outcome::Done(_) | Outcome::Expired => return,
        Outcome::Failed(failure) => (
            &Heading::NotSent,
            format!("{name}: {} You can ask again.", replies::why(failure)),
        ),
        Outcome::Unknown(_) => (
            &Heading::PerhapsNotSent,
            format!(
                "{name} was given to Messages, and nothing shows that it was sent. \
                 It is not sent again by itself; if it does not come, ask again."
            ),
        ),
    };
    notices::answer(draft, &file.inbound, Some(&file.session), kind, &body);
}

fn quoted(name: &Text) -> String {
    format!("\"{}\"", tidy(name.reveal(), NAME))
}
