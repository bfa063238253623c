//! Both copies of a log read whole, for `log verify`: beside a running program,
//! or of a state directory that was copied. Nothing is changed: sled's files are
//! opened as a copy elsewhere.

use super::copy::{copy, opened};
use super::files::LOG_DIR;
use super::journal;
use super::mark::{self, Mark, Marked};
use super::reader::{self, Reader};
use super::{Head, StoreFault, archives, history, unreadable};
use events::Seq;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

/// A copy of files that are being written may be torn; so often it is made anew.
const TRIES: usize = 5;

/// What there is of one copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whole entries from its first on.
    pub entries: u64,
    /// Files.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// The first damage.
    pub damage: Option<StoreFault>,
}

/// What there is of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// sled's files.
    pub sled: Checked,
    /// The journal's.
    pub journal: Checked,
    /// What the copies have given up; `None` where they hold everything.
    pub history: Option<Checked>,
    /// The newest entry that was acknowledged before the check began, or why that is not known.
    pub acknowledged: Result<Seq, StoreFault>,
}

impl Verified {
    /// Nothing is damaged.
    pub fn is_whole(&self) -> bool {
        let history = self.history.as_ref().and_then(|it| it.damage.as_ref());
        let damage = [
            self.sled.damage.as_ref(),
            self.journal.damage.as_ref(),
            history,
        ];
        damage.iter().all(Option::is_none) && self.acknowledged.is_ok()
    }
}

/// Reads the log in `state` whole.
pub fn verify(state: &Path) -> Result<Verified, StoreFault> {
    let unread = |error: io::Error| StoreFault::io("reading the log", &error);
    let mark = damage(state, mark::NAME, Mark::read(state))?;
    let marked = mark.clone().unwrap_or_default();
    let (dir, files) = (state.join(LOG_DIR), state.join(journal::DIR));
    let (sled_files, sled_bytes) = size(&dir).map_err(unread)?;
    let (journal_files, journal_bytes) = size(&files).map_err(unread)?;
    // Where that is not known, it is the damage of the copies.
    let base = journal::before(&files).unwrap_or_default().seq.0;
    let mut head = Head::default();
    let mut sled = sled(&dir, marked, &mut head);
    for _ in 1..TRIES {
        if !matches!(sled, Err(StoreFault::Corrupt { .. })) {
            break;
        }
        sled = self::sled(&dir, marked, &mut head);
    }
    let sled = Checked {
        entries: head.seq.0.saturating_sub(base),
        files: sled_files,
        bytes: sled_bytes,
        damage: damage(state, LOG_DIR, sled)?.err(),
    };
    let mut head = Head::default();
    let read = journal(&files, marked, &mut head);
    let journal = Checked {
        entries: head.seq.0.saturating_sub(base),
        files: journal_files,
        bytes: journal_bytes,
        damage: damage(state, journal::DIR, read)?.err(),
    };
    Ok(Verified {
        sled,
        journal,
        history: packed(state)?,
        acknowledged: mark.map(|marked| marked.head.seq),
    })
}

/// What is packed, if anything is, unpacked and checked.
pub fn packed(state: &Path) -> Result<Option<Checked>, StoreFault> {
    let end = match journal::before(&state.join(journal::DIR)) {
        Ok(end) => end,
        Err(_) => archives::newest(state)?,
    };
    if end == Head::default() {
        return Ok(None);
    }
    let (files, bytes) = archives::size(state)?;
    let (mut entries, mut damage) = (0, None);
    match history::until(state, end) {
        Ok(packed) => {
            for entry in packed {
                match entry {
                    Ok(_) => entries += 1,
                    Err(fault) => damage = Some(fault),
                }
            }
        }
        Err(fault) => damage = Some(fault),
    }
    Ok(Some(Checked {
        entries,
        files,
        bytes,
        damage,
    }))
}

/// What is missing where the file of packed history is gone that both copies begin behind.
/// Where only one copy lacks its first entries, that copy is damaged instead.
pub fn lost_history(state: &Path) -> Option<StoreFault> {
    let fault = journal::before(&state.join(journal::DIR)).err()?;
    let marked = Mark::read(state).unwrap_or_default();
    let sled = sled(&state.join(LOG_DIR), marked, &mut Head::default()).err()?;
    (sled == fault).then_some(fault)
}

/// Bytes of sled's files and of the journal's.
pub fn sizes(state: &Path) -> Result<(u64, u64), StoreFault> {
    let unread = |error: io::Error| StoreFault::io("reading the log", &error);
    let sled = size(&state.join(LOG_DIR)).map_err(unread)?;
    let journal = size(&state.join(journal::DIR)).map_err(unread)?;
    Ok((sled.1, journal.1))
}

/// Damage of a part of the log is an answer; what keeps from looking now is none.
fn damage<T>(
    state: &Path,
    part: &str,
    result: Result<T, StoreFault>,
) -> Result<Result<T, StoreFault>, StoreFault> {
    match result {
        Err(fault @ StoreFault::Io { .. }) => match unreadable::refusal(state, part) {
            Some(refusal) => Ok(Err(refusal)),
            None => Err(fault),
        },
        Err(fault @ StoreFault::Corrupt { .. }) => Ok(Err(fault)),
        result => result.map(Ok),
    }
}

fn sled(dir: &Path, marked: Marked, head: &mut Head) -> Result<(), StoreFault> {
    let failed = |error: io::Error| StoreFault::io("copying the log to look at it", &error);
    *head = Head::default();
    if !dir.join("db").exists() {
        return ends(*head, marked);
    }
    let scratch = tempfile::tempdir().map_err(failed)?;
    copy(dir, scratch.path(), true).map_err(failed)?;
    opened(scratch.path(), |tree| {
        let newest = reader::newest(tree)?;
        let base = archives::before(
            dir.parent().unwrap_or(dir),
            reader::first_behind(tree, Seq(0)),
        )?;
        let mut entries = Reader::new(tree, base, Seq(1), newest.seq)?;
        while let Some(entry) = entries.entry()? {
            head.seq = entry.seq;
        }
        reader::compare(tree, newest, marked.head)
    })
}

fn journal(dir: &Path, marked: Marked, head: &mut Head) -> Result<(), StoreFault> {
    let mut at_mark = Head::default();
    journal::read(dir, |entry, link, _| {
        let seq = entry.seq;
        *head = Head { seq, link };
        if seq == marked.head.seq {
            at_mark = *head;
        }
        ControlFlow::Continue(())
    })?;
    if at_mark == marked.head {
        return Ok(());
    }
    ends(*head, marked)
}

fn ends(head: Head, marked: Marked) -> Result<(), StoreFault> {
    if marked.head.last().is_none() {
        return Ok(());
    }
    Err(StoreFault::corrupt(format!(
        "it ends at entry {}, and entry {} had been acknowledged",
        head.seq, marked.head.seq
    )))
}

fn size(dir: &Path) -> io::Result<(usize, u64)> {
    let entries = match dir.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((0, 0)),
        // That it cannot be read is said as its damage.
        Err(error) if unreadable::is_lasting(&error) => return Ok((0, 0)),
        entries => entries?,
    };
    let (mut files, mut bytes) = (0, 0_u64);
    for entry in entries {
        let data = entry?.metadata()?;
        if data.is_file() {
            files += 1;
            bytes = bytes.saturating_add(data.len());
        }
    }
    Ok((files, bytes))
}
