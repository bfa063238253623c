//! A file of a session's directory, copied for the owner. The path is the owner's words, and
//! what stands in the directory may be anybody's: so every step of the way is opened from the
//! directory down, no link is followed while that is done, and what is checked is what is open.

#[cfg(test)]
mod tests;

use super::in_time::{LIMIT, in_time};
use super::private::fresh;
use crate::effects::config::{EffectsConfig, settled};
use events::command::CopyOut;
use events::outcome::{Evidence, Failure};
use events::{CommandId, Outcome, Report, Text};
use rustix::fs::{Mode, OFlags, open, openat};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Most entries that are looked at for a file of the same name.
const LOOKED: usize = 5_000;
/// Most files that are named to the owner.
const NAMED: usize = 3;
/// Directories in which nobody looks for a file of theirs.
const SKIPPED: [&str; 4] = [".git", "node_modules", "target", ".venv"];

/// The directory of a copy.
pub(super) fn place(config: &EffectsConfig, id: CommandId) -> PathBuf {
    config.files_out.join(id.to_string())
}

/// Copies the file to where Messages can read it.
pub(crate) async fn copy_out(config: &EffectsConfig, id: CommandId, command: &CopyOut) -> Report {
    let (config, command) = (config.clone(), command.clone());
    copied_within(LIMIT, move || copy(&config, id, &command)).await
}

async fn copied_within(
    limit: Duration,
    copy: impl FnOnce() -> Result<Evidence, Failure> + Send + 'static,
) -> Report {
    let copied = match in_time(limit, copy).await {
        Some(copied) => copied.unwrap_or_else(|_| unsupported("it could not be copied.")),
        // What is copied late is sent to nobody, and deleted with all copies.
        None => unsupported(format!(
            "its disk did not answer within {} s. Nothing was sent; you can ask again.",
            limit.as_secs()
        )),
    };
    match copied {
        Ok(evidence) => Report::Settled(Outcome::Done(evidence)),
        Err(failure) => settled(failure),
    }
}

fn unsupported<T>(what: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Unsupported { what: what.into() })
}

fn unreadable<T>(error: &io::Error) -> Result<T, Failure> {
    unsupported(format!("it cannot be read: {}.", error.kind()))
}

fn copy(config: &EffectsConfig, id: CommandId, command: &CopyOut) -> Result<Evidence, Failure> {
    let below = Path::new(&command.cwd).canonicalize();
    let Ok(below) = below else {
        return unsupported("the session's folder is not there any more.");
    };
    let words = command.path.reveal();
    let asked = below.join(words);
    let inside = match asked.canonicalize() {
        Ok(real) => within(config, &below, &real)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return unsupported(not_found(&below, words));
        }
        Err(error) => return unreadable(&error),
    };
    let file = match walk(&below, &inside) {
        Ok(file) => file,
        Err(error) => return unreadable(&error),
    };
    let name = file_name(&inside);
    let place = place(config, id);
    let made = fresh(&config.files_out, &place);
    if let Err(error) = made {
        return unsupported(format!(
            "the folder for copies cannot be made: {}.",
            error.kind()
        ));
    }
    let to = place.join(&name);
    let bytes = write(file, &to, command.max_bytes)?;
    Ok(Evidence::CopiedOut {
        file: Text::from(to.display().to_string()),
        name: Text::from(name),
        bytes,
    })
}

/// The way from the directory to the file, if it is in there and not something that nobody
/// may send.
fn within(config: &EffectsConfig, below: &Path, real: &Path) -> Result<PathBuf, Failure> {
    let Ok(inside) = real.strip_prefix(below) else {
        return unsupported("it is outside of the session's folder, and such files are not sent.");
    };
    let state = config.files.parent().unwrap_or(&config.files);
    let messages = config.chat_db.parent().unwrap_or(&config.chat_db);
    for private in [state, config.codex_home.as_path(), messages] {
        let private = private.canonicalize();
        if private.is_ok_and(|private| real.starts_with(private)) {
            return unsupported(
                "it belongs to Codex, to Messages or to this program, and is not sent.",
            );
        }
    }
    Ok(inside.to_owned())
}

/// Opens it step by step. The names were taken from a path without links; one that is a link
/// now was put there meanwhile.
fn walk(below: &Path, inside: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut at = open(below, flags | OFlags::DIRECTORY, Mode::empty())?;
    let names: Vec<_> = inside.components().collect();
    for (nth, name) in names.iter().enumerate() {
        let Component::Normal(name) = name else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let last = nth + 1 == names.len();
        let kind = if last {
            OFlags::empty()
        } else {
            OFlags::DIRECTORY
        };
        at = openat(&at, *name, flags | kind, Mode::empty())?;
    }
    Ok(File::from(at))
}

/// Copies what is open, if it is a plain file of an allowed size that does not grow.
fn write(file: File, to: &Path, max: u64) -> Result<u64, Failure> {
    let about = match file.metadata() {
        Ok(about) => about,
        Err(error) => return unreadable(&error),
    };
    let bytes = about.len();
    if about.is_dir() {
        return unsupported("it is a folder; only single files are sent.");
    }
    if !about.is_file() {
        return unsupported("it is not a plain file.");
    }
    if bytes == 0 {
        return unsupported("it is empty.");
    }
    if bytes > max {
        return Err(Failure::TooLarge { bytes, max });
    }
    let copied = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .and_then(|mut to| {
            // One byte more than is there shows that it grows.
            let copied = io::copy(&mut file.take(bytes + 1), &mut to)?;
            to.sync_all()?;
            Ok(copied)
        });
    match copied {
        Ok(copied) if copied == bytes => Ok(bytes),
        Ok(_) => unsupported("it is being written right now; ask again."),
        Err(error) => unreadable(&error),
    }
}

/// A name for the copy that no phone and no script stumbles over.
fn file_name(inside: &Path) -> String {
    let name = inside.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| {
        if c.is_alphanumeric() || " ._-()+".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim_start_matches('.').trim();
    let (stem, end) = match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && end.len() <= 16 => (stem, format!(".{end}")),
        _ => (name, String::new()),
    };
    let stem: String = stem.chars().take(60).collect();
    if stem.chars().any(char::is_alphanumeric) {
        format!("{stem}{end}")
    } else {
        format!("file{end}")
    }
}

/// Says what there is instead: files of that name elsewhere in the directory, written a
/// little differently perhaps.
fn not_found(below: &Path, words: &str) -> String {
    let wanted = Path::new(words).file_name().unwrap_or_default();
    let wanted = alike(&wanted.to_string_lossy());
    let mut found = Vec::new();
    let mut open = VecDeque::from([below.to_owned()]);
    let mut looked = 0;
    while let Some(directory) = open.pop_front() {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        for entry in entries {
            looked += 1;
            if looked > LOOKED || found.len() == NAMED {
                open.clear();
                break;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            // This does not follow links.
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
                open.push_back(entry.path());
            }
            if kind.is_file() && !wanted.is_empty() && alike(&name) == wanted {
                let path = entry.path();
                let inside = path.strip_prefix(below).unwrap_or(&path);
                found.push(format!("\"{}\"", inside.display()));
            }
        }
    }
    if found.is_empty() {
        return "there is no such file in the session's folder.".to_owned();
    }
    format!("there is no such file, but {}.", found.join(", "))
}

/// A name without what phones change in it.
fn alike(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
