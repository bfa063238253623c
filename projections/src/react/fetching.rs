//! Files that go with an instruction are asked for before it goes in.

use super::draft::Draft;
use crate::dispatch::Dispatch;
use events::command::{FetchFiles, FilesFor};
use events::settings::FilesIn;
use events::{Command, Guid, Text};

/// Asks for the copies of what goes with an instruction.
pub(super) fn fetch(draft: &mut Draft, inbound: &Guid, rows: &[Guid], purpose: FilesFor) {
    let settings = &draft.state().settings;
    let command = FetchFiles {
        inbound: inbound.clone(),
        rows: rows.to_vec(),
        purpose,
        all_kinds: settings.files == FilesIn::All,
        max_bytes: settings.files_max,
        wait: settings.files_wait,
    };
    draft.request(Command::FetchFiles(command), 1);
}

/// Nothing is left to be said to the session.
pub(super) fn is_empty(dispatch: &Dispatch, words: &Text) -> bool {
    words.reveal().trim().is_empty() && dispatch.files.all_failed()
}
