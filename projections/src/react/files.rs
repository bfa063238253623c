//! Pictures and files of the owner's messages: they are copied before the words go in,
//! and the copies are deleted when they are old and no turn needs them.

use super::draft::Draft;
use super::{dispatches, notices};
use crate::dispatch::Dispatch;
use crate::files::Files;
use crate::heading::Heading;
use crate::inbox::Done;
use events::command::{FetchFiles, FilesFor, RemoveFiles, StartSession};
use events::event::{Action, InboundReceived};
use events::outcome::{Doubt, Evidence, FetchedFile, NoCopy};
use events::settings::FilesIn;
use events::{Command, CommandId, Guid, Outcome, SessionId, Text};

/// What the owner reads where files are switched off.
const OFF: &str = "Pictures and files are not passed on (CODEX_IMESSAGE_FILES is off).";
/// And where a message does something else than to instruct a session.
const ANSWER: &str = "Pictures and files are passed on only with words for a session, not with an answer or a command.";

/// The copies are there, or it is known why not: the instruction goes its way.
pub(super) fn fetched(draft: &mut Draft, fetch: &FetchFiles, outcome: &Outcome) {
    let files = match outcome {
        Outcome::Done(Evidence::Fetched { files }) => files.clone(),
        // To copy once more harms nothing, and nothing has been done with the copies yet.
        Outcome::Unknown(Doubt::Interrupted) => Vec::new(),
        Outcome::Failed(failure) => none(&crate::endings::failure(failure)),
        Outcome::Unknown(_) | Outcome::Done(_) => none("it is not known why"),
        // It was taken back meanwhile.
        Outcome::Expired => return,
    };
    let again = files.is_empty();
    match &fetch.purpose {
        FilesFor::Session(session) => {
            if !again && !matches!(outcome, Outcome::Done(_)) {
                nothing(draft, session, &fetch.inbound, files);
            }
            // What waited behind it goes on in any case.
            dispatches::advance(draft, session);
        }
        FilesFor::Start(_) if again => {
            draft.request(Command::FetchFiles(fetch.clone()), 2);
        }
        FilesFor::Start(start) => begin(draft, start, &Files::Fetched(files)),
    }
}

/// The program could not even look.
fn none(why: &str) -> Vec<FetchedFile> {
    vec![FetchedFile {
        name: "attachment".into(),
        copy: Err(NoCopy::Unreadable { why: why.into() }),
    }]
}

/// The words do not go without what they are about when nobody could look for it.
fn nothing(draft: &mut Draft, session: &SessionId, inbound: &Guid, files: Vec<FetchedFile>) {
    let body = Files::Fetched(files).text();
    dispatches::give_up(draft, session, inbound, &body);
}

/// Starts the session with the files named below its first words.
fn begin(draft: &mut Draft, start: &StartSession, files: &Files) {
    let text = files.with_words(start.text.reveal(), true);
    if text.trim().is_empty() {
        return dispatches::not_started(draft, &start.inbound, &files.text());
    }
    if let Some(body) = files.not_passed_on() {
        notices::answer(draft, &start.inbound, None, &Heading::NotPassedOn, &body);
    }
    let command = StartSession {
        text: Text::from(text),
        ..start.clone()
    };
    draft.request(Command::StartSession(command), 1);
}

/// Copies are old. What a turn may need is kept until that is over.
pub(super) fn kept(draft: &mut Draft, fetch: CommandId) {
    let state = draft.state();
    let Some(inbound) = state.dispatches.copies.get(&fetch).cloned() else {
        return;
    };
    let waits = |dispatch: &Dispatch| dispatch.inbound == inbound;
    let waiting = state.dispatches.lanes.values().flatten().any(waits)
        || state.dispatches.starting.contains_key(&inbound);
    let ended = state.dispatches.ended.iter().rev();
    let went = ended.filter(|ended| ended.inbound == inbound);
    let works = went
        .filter_map(|ended| state.sessions.get(ended.session.as_ref()?))
        .any(|session| crate::life::works(state, session));
    let sends =
        |command: &Command| matches!(command, Command::SendFile(file) if file.copy == fetch);
    let sending = state.ledger.open.values().any(|e| sends(&e.command));
    if !waiting && !works && !sending {
        draft.request(Command::RemoveFiles(RemoveFiles { fetch, inbound }), 1);
    }
}

/// A message was dealt with. Files that did not go along are never left to be found out.
pub(super) fn unused(draft: &mut Draft, event: &InboundReceived) {
    let state = draft.state();
    let Some(recent) = state.inbox.recent(&event.guid) else {
        return;
    };
    let off = state.settings.files == FilesIn::Off;
    let fetching =
        |command: &Command| matches!(command, Command::FetchFiles(c) if c.inbound == event.guid);
    let goes = || {
        let lanes = state.dispatches.lanes.values().flatten();
        let mut mine = lanes.filter(|dispatch| dispatch.inbound == event.guid);
        mine.any(|dispatch| dispatch.files != Files::None)
            || state.ledger.open.values().any(|e| fetching(&e.command))
    };
    if recent.files.is_empty() || recent.message.text.reveal().is_empty() || (!off && goes()) {
        return;
    }
    let session = match &recent.done {
        Done::Acted(session) => session.clone(),
        Done::Nothing | Done::Answered | Done::Joined(_) => None,
    };
    let body = if off { OFF } else { ANSWER };
    notices::answer(
        draft,
        &event.guid,
        session.as_ref(),
        &Heading::WordsOnly,
        body,
    );
}

/// A message without words, where files are switched off.
pub(super) fn switched_off(draft: &mut Draft, event: &InboundReceived) -> bool {
    let off = draft.state().settings.files == FilesIn::Off;
    if off {
        let route = super::answering::route(events::event::Rule::Control, None);
        super::draft::decide(draft, &event.guid, route, Action::Reply);
        notices::answer(draft, &event.guid, None, &Heading::Pictures, OFF);
    }
    off
}
