//! Waiting in tests: for what is to come, and for as long as anything moves.
//!
//! No test may need an idle machine, so no wait has a total time. A wait is given up
//! when for many turns of its own nothing has changed in the directories that the
//! test's programs write to. A machine that is busy gives a wait fewer turns.

#![allow(
    dead_code,
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "each suite uses what it needs; tests wait with the real clock and may panic"
)]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two turns.
const PAUSE: Duration = Duration::from_millis(10);
/// Turns without any change after which a wait is given up: a minute where nobody else works.
const STILL: u32 = 6_000;
/// The directories are looked at once in so many turns.
const LOOK: u32 = 100;
/// A program that does the wrong thing for ever moves too.
const LONGEST: Duration = Duration::from_secs(900);

static WATCHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Whatever changes in this directory from now on is progress.
pub(crate) fn watch(dir: &Path) {
    let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    watched.push(dir.to_owned());
}

/// Asks again and again until there is something; panics with what was missed.
pub(crate) fn wait_for<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    patiently(ask).unwrap_or_else(|| panic!("waited in vain for {what}"))
}

/// Asks again and again until there is something, or nothing moves any more.
pub(crate) fn patiently<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    let (mut still, mut seen) = (0, traces());
    loop {
        let found = ask();
        if found.is_some() || still >= STILL || began.elapsed() >= LONGEST {
            return found;
        }
        std::thread::sleep(PAUSE);
        still += 1;
        if still % LOOK == 0 {
            let now = traces();
            if now != seen {
                (still, seen) = (0, now);
            }
        }
    }
}

/// Asks until there is something or the time has passed: only where the time itself is
/// what is tested, or where nothing hangs on the answer.
pub(crate) fn within<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    loop {
        let found = ask();
        if found.is_some() || began.elapsed() >= limit {
            return found;
        }
        std::thread::sleep(PAUSE);
    }
}

/// What the watched directories come to: another number as soon as a file in them
/// comes, goes or is written to.
fn traces() -> i64 {
    let watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    watched
        .clone()
        .iter()
        .map(|dir| below(dir))
        .fold(0, i64::wrapping_add)
}

fn below(path: &Path) -> i64 {
    // Codex writes to its own log for ever, also where nothing happens.
    if path
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"logs_"))
    {
        return 0;
    }
    // What is gone while it is looked at will be missed by the next look.
    let Ok(about) = fs::symlink_metadata(path) else {
        return 0;
    };
    let size = i64::try_from(about.size()).unwrap_or(i64::MAX);
    let own = about
        .mtime_nsec()
        .wrapping_add(about.mtime())
        .wrapping_add(size);
    if !about.is_dir() {
        return own;
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .map(|entry| below(&entry.path()))
        .fold(own, i64::wrapping_add)
}
