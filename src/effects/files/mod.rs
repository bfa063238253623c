//! The owner's pictures and files, copied to where a session can read them.
//!
//! Codex has no right to read what Messages keeps, so it gets copies, in a directory that
//! only this user can enter. Each fetch has a directory of its own, named by its command;
//! the copies are numbered. To fetch twice, or to delete twice, harms nothing.

mod convert;
mod copy;
mod in_time;
mod kinds;
mod out;
mod private;
#[cfg(test)]
mod tests;

use super::EffectsConfig;
use crate::clock::Stopwatch;
use crate::ingress::chat_db::{Attached, AttachedFile, Transfer, attached};
use events::command::FetchFiles;
use events::outcome::{Evidence, Failure, FetchedFile, FileCopy, NoCopy};
use events::{CommandId, Outcome, Report, Text};
use in_time::{LIMIT, in_time};
use kinds::Kind;
pub(super) use out::copy_out;
use private::fresh;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::sleep;

/// Most files of one message.
const MOST: usize = 10;
/// Between two looks at chat.db.
const PAUSE: Duration = Duration::from_millis(250);

/// Waits until the files of a message are whole, and copies them.
pub(super) async fn fetch(config: &EffectsConfig, id: CommandId, command: &FetchFiles) -> Report {
    let place = place(config, id);
    if let Err(error) = fresh(&config.files, &place) {
        return super::settled(Failure::Unsupported {
            what: format!("the directory for copies cannot be made: {error}"),
        });
    }
    let found = wait(config, command).await;
    let mut files = Vec::new();
    for (nth, file) in found.into_iter().enumerate() {
        let copy = if nth < MOST {
            one(config, command, &file, &place.join((nth + 1).to_string())).await
        } else {
            Err(NoCopy::TooMany)
        };
        let name = Text::from(file.name);
        files.push(FetchedFile { name, copy });
    }
    Report::Settled(Outcome::Done(Evidence::Fetched { files }))
}

/// Deletes the copies of a fetch.
pub(super) fn remove(config: &EffectsConfig, fetch: CommandId) -> Report {
    let gone = |place: PathBuf| match std::fs::remove_dir_all(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    };
    let both = gone(place(config, fetch)).and(gone(out::place(config, fetch)));
    // Messages' own directory is left as it was found.
    let _not_empty = std::fs::remove_dir(&config.files_out);
    match both {
        Err(error) => super::settled(Failure::Unsupported {
            what: format!("the copies cannot be deleted: {error}"),
        }),
        Ok(()) => Report::Settled(Outcome::Done(Evidence::Removed)),
    }
}

/// Where Messages keeps its files: beside its database.
fn messages(config: &EffectsConfig) -> &Path {
    config.chat_db.parent().unwrap_or(&config.chat_db)
}

/// The directory of a fetch.
fn place(config: &EffectsConfig, id: CommandId) -> PathBuf {
    config.files.join(id.to_string())
}

/// A file of the message, and whether it is there.
struct Found {
    name: String,
    path: Result<PathBuf, NoCopy>,
}

/// The files as they are once all are whole, or when it has been waited long enough.
async fn wait(config: &EffectsConfig, command: &FetchFiles) -> Vec<Found> {
    let watch = Stopwatch::start();
    loop {
        let over = watch.elapsed() >= Duration::from_millis(command.wait.0);
        let rows = command
            .rows
            .iter()
            .map(|row| attached(&config.chat_db, row.as_str()));
        let rows: Vec<_> = rows.map(Result::unwrap_or_default).collect();
        let found = rows
            .iter()
            .flat_map(|row| look(messages(config), row, over));
        let found: Vec<_> = found.collect();
        let waits = found.iter().any(|file| file.path == Err(NoCopy::NotWhole));
        if over || !waits {
            return found;
        }
        sleep(PAUSE).await;
    }
}

/// The files of one row; those that it has a place for and that are not there yet, too.
fn look(messages: &Path, row: &Attached, over: bool) -> Vec<Found> {
    let files = row.files.iter().map(|file| state(messages, file, over));
    let mut found: Vec<_> = files.collect();
    while found.len() < row.expected.max(1) {
        found.push(Found {
            name: "attachment".to_owned(),
            path: Err(NoCopy::NotWhole),
        });
    }
    found
}

/// A file is whole when Messages says so and it has the size that Messages says. Where
/// Messages never says so, the size alone counts in the end.
fn state(messages: &Path, file: &AttachedFile, over: bool) -> Found {
    let path = file.path.as_deref().map(|path| expanded(messages, path));
    let size = path.as_ref().and_then(|path| path.metadata().ok());
    let whole = size.is_some_and(|about| file.bytes > 0 && about.len() == file.bytes);
    let path = match (file.transfer, path) {
        (Transfer::Done, Some(path)) if whole => Ok(path),
        (Transfer::Open, Some(path)) if whole && over => Ok(path),
        (Transfer::Failed, _) => Err(NoCopy::NotDownloaded),
        (Transfer::Done | Transfer::Open, _) => Err(NoCopy::NotWhole),
    };
    Found {
        name: file.name.clone(),
        path,
    }
}

/// Messages writes its own directory as one in the home directory.
fn expanded(messages: &Path, path: &str) -> PathBuf {
    match path.strip_prefix("~/Library/Messages/") {
        Some(rest) => messages.join(rest),
        None => PathBuf::from(path),
    }
}

/// Copies one file, and makes a JPEG of it where Codex would not read it.
async fn one(
    config: &EffectsConfig,
    command: &FetchFiles,
    file: &Found,
    place: &Path,
) -> Result<FileCopy, NoCopy> {
    let path = file.path.clone()?;
    let below = messages(config).to_owned();
    let (place, max) = (place.to_owned(), command.max_bytes);
    let copied = in_time(LIMIT, move || copy::open(&path, &below)?.copy(&place, max)).await;
    let unreadable = |why: &str| NoCopy::Unreadable { why: why.into() };
    let copied = match copied {
        Some(Ok(copied)) => copied,
        Some(Err(_)) => Err(unreadable("it could not be copied")),
        None => Err(unreadable("its disk did not answer in time")),
    };
    let (path, kind, bytes) = copied?;
    let (path, picture, bytes) = match kind {
        Kind::Picture(_) => (path, true, bytes),
        Kind::Convert(_) => {
            let (path, bytes) = convert::to_jpeg(config, &path, max).await?;
            (path, true, bytes)
        }
        Kind::Other(_) if command.all_kinds => (path, false, bytes),
        Kind::Other(_) => {
            let _gone = std::fs::remove_file(path);
            return Err(NoCopy::NoPicture);
        }
    };
    Ok(FileCopy {
        path: path.display().to_string(),
        picture,
        bytes,
    })
}
