//! The log: reads and checks every entry of a copy, and checks free disk space.

use super::check::Check;
use super::facts::Facts;
use crate::runtime::size;
use crate::store::{self, StoreFault};
use projections::check::violations;

const MIB: u64 = 1 << 20;
/// With less free space than this, appends will soon fail.
const LITTLE: u64 = 64 * MIB;
const SCARCE: u64 = 1024 * MIB;

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    vec![log(facts).decides(), disk(facts)]
}

fn log(facts: &Facts<'_>) -> Check {
    const NAME: &str = "log";
    let (state, _) = match &facts.log {
        Ok(read) => read,
        Err(fault) => return history(facts).unwrap_or_else(|| faulty(fault)),
    };
    let bytes = size(&facts.config.state_dir.join("log"));
    // Anomalies are among them.
    let wrong = violations(state);
    let evidence = format!(
        "{} entries, chain of checksums intact; {} MiB{}",
        state.last,
        bytes.div_ceil(MIB),
        packed(facts)
    );
    if wrong.is_empty() {
        return copies(facts, evidence);
    }
    Check::fail(
        NAME,
        format!("{evidence}; violated invariants: {}", wrong.join("; ")),
        "this is a bug: please report it with the output of `replay`",
    )
}

/// What is packed, if anything is.
fn packed(facts: &Facts<'_>) -> String {
    match store::packed(&facts.config.state_dir) {
        Ok(Some(history)) => format!(
            ", and {} of them packed in `history`: {}, {} MiB",
            history.entries,
            match history.files {
                1 => "1 file".to_owned(),
                files => format!("{files} files"),
            },
            history.bytes.div_ceil(MIB)
        ),
        Ok(None) | Err(_) => String::new(),
    }
}

/// Packed history that is gone: nothing says what the log's first entry stands behind. Or that
/// is damaged: then a snapshot serves for all but an upgrade.
fn history(facts: &Facts<'_>) -> Option<Check> {
    let state = &facts.config.state_dir;
    let damage = || store::packed(state).ok().flatten()?.damage;
    let (fault, meanwhile) = match store::lost_history(state) {
        Some(fault) => (fault, "the program does not start"),
        None => (damage()?, "the program works on, but cannot be upgraded"),
    };
    Some(Check::fail(
        "log",
        format!("old history is damaged or missing: {fault}"),
        format!(
            "bring the files of `history` in the state directory back from a backup; until then {meanwhile}"
        ),
    ))
}

/// This reads the journal; sled's files hold the same entries.
fn copies(facts: &Facts<'_>, evidence: String) -> Check {
    const NAME: &str = "log";
    let copies = match store::verify(&facts.config.state_dir) {
        Ok(copies) => copies,
        Err(fault) => return faulty(&fault),
    };
    let mut damage = [&copies.sled.damage, &copies.journal.damage].into_iter();
    match damage.find_map(Option::as_ref) {
        None => Check::ok(NAME, evidence),
        Some(fault) => Check::warn(
            NAME,
            format!("one of its two copies is damaged: {fault}"),
            "none needed: the next start repairs it from the other copy and keeps the damaged files",
        ),
    }
}

fn faulty(fault: &StoreFault) -> Check {
    const NAME: &str = "log";
    match fault {
        StoreFault::Corrupt { .. }
        | StoreFault::Unreadable { .. }
        | StoreFault::Full { .. }
        | StoreFault::Newer(_) => Check::fail(NAME, fault.to_string(), fault.hint()),
        StoreFault::Io { .. }
        | StoreFault::Locked { .. }
        | StoreFault::TooLarge(_)
        | StoreFault::NotEmpty { .. }
        | StoreFault::Misnumbered { .. }
        | StoreFault::Refused { .. }
        | StoreFault::Closed => Check::unknown(NAME, fault.to_string()).then(fault.hint()),
    }
}

fn disk(facts: &Facts<'_>) -> Check {
    const NAME: &str = "disk";
    // Before the first start the directory is not there; its nearest parent is on the same disk.
    let there = facts.config.state_dir.ancestors().find(|dir| dir.is_dir());
    let free = there.and_then(|dir| rustix::fs::statvfs(dir).ok());
    let Some(free) = free.map(|free| free.f_bavail.saturating_mul(free.f_frsize)) else {
        return Check::unknown(NAME, "cannot read the free disk space");
    };
    let evidence = format!("{} MiB free on the state directory's disk", free / MIB);
    // Opening a log after an unclean stop makes a copy of it first.
    let needed = LITTLE + 2 * size(&facts.config.state_dir.join("log"));
    if free < needed {
        let next = format!("free at least {} MiB", needed.div_ceil(MIB));
        return Check::fail(NAME, evidence, next);
    }
    if free < SCARCE {
        return Check::warn(NAME, evidence, "free some disk space soon");
    }
    Check::ok(NAME, evidence)
}
