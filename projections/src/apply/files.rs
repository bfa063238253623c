//! What became of files that go with an instruction.

use super::shared::deadlines;
use crate::dispatch::dispatch_of;
use crate::files::Files;
use crate::state::State;
use events::command::RemoveFiles;
use events::event::Deadline;
use events::outcome::Evidence;
use events::{Command, CommandId, Outcome, Span};
use std::sync::Arc;

/// How long a copy is kept that Messages has got: it makes its own.
const KEEP_OUT: Span = Span::seconds(3600);
/// How long until it is looked again whether copies may be deleted.
const AGAIN: Span = Span::seconds(3600);

/// A fetch ended. However it did, it may have left copies.
pub(super) fn fetched(state: &mut State, id: CommandId, command: &Command, outcome: &Outcome) {
    let at = state.tick.after(state.settings.files_keep);
    deadlines(state).set(Deadline::Files(id), at);
    let Some((session, inbound)) = dispatch_of(command) else {
        return;
    };
    let dispatches = Arc::make_mut(&mut state.dispatches);
    let Some(dispatch) = dispatches.get_mut(&session, &inbound) else {
        return;
    };
    if dispatch.trying == Some(id) {
        dispatch.trying = None;
    }
    if let Outcome::Done(Evidence::Fetched { files }) = outcome {
        dispatch.files = Files::Fetched(files.clone());
    }
}

/// A file was copied for the owner, or perhaps a part of it.
pub(super) fn copied(state: &mut State, id: CommandId) {
    let at = state.tick.after(state.settings.files_keep.min(KEEP_OUT));
    deadlines(state).set(Deadline::Files(id), at);
}

/// Copies have been kept for long enough. Until they are asked to be deleted, it is looked
/// again from time to time.
pub(super) fn kept(state: &mut State, fetch: CommandId) {
    let at = state.tick.after(AGAIN);
    deadlines(state).set(Deadline::Files(fetch), at);
}

/// What could not be deleted is tried again later: to delete twice harms nothing.
pub(super) fn removed(state: &mut State, remove: &RemoveFiles, outcome: &Outcome) {
    if matches!(outcome, Outcome::Done(_)) {
        let copies = &mut Arc::make_mut(&mut state.dispatches).copies;
        copies.remove(&remove.fetch);
    } else {
        kept(state, remove.fetch);
    }
}
