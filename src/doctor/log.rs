//! The log: every entry read and checked on a copy, and room for more.

use super::{Check, Facts};
use crate::runtime::size;
use crate::store::{self, StoreFault};
use projections::check::violations;

const MIB: u64 = 1 << 20;
/// With less than this nothing can be appended for long.
const LITTLE: u64 = 64 * MIB;
const SCARCE: u64 = 1024 * MIB;

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    vec![log(facts).decides(), disk(facts)]
}

fn log(facts: &Facts<'_>) -> Check {
    const NAME: &str = "log";
    let (state, _) = match &facts.log {
        Ok(read) => read,
        Err(fault) => return faulty(fault),
    };
    let bytes = size(&facts.config.state_dir.join("log"));
    let mut wrong = violations(state);
    wrong.extend(
        state
            .anomalies
            .iter()
            .map(|a| format!("entry {}: {}", a.seq, a.what)),
    );
    let evidence = format!(
        "{} entries, each linked to the one before; {} MiB",
        state.last,
        bytes.div_ceil(MIB)
    );
    if wrong.is_empty() {
        return copies(facts, evidence);
    }
    Check::fail(
        NAME,
        format!("{evidence}; what should never be: {}", wrong.join("; ")),
        "this is a fault of the program: please report it, with what `replay` prints",
    )
}

/// What was read is the journal; sled's files hold the same.
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
            "nothing: the next start mends it from the other copy and keeps what was damaged",
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
        | StoreFault::Closed => Check::unknown(NAME, fault.to_string()).then(fault.hint()),
    }
}

fn disk(facts: &Facts<'_>) -> Check {
    const NAME: &str = "disk";
    // Before the first start the directory is not there; its nearest parent is on the same disk.
    let there = facts.config.state_dir.ancestors().find(|dir| dir.is_dir());
    let free = there.and_then(|dir| rustix::fs::statvfs(dir).ok());
    let Some(free) = free.map(|free| free.f_bavail.saturating_mul(free.f_frsize)) else {
        return Check::unknown(NAME, "the system does not say how much space is left");
    };
    let evidence = format!("{} MiB are free where the state is kept", free / MIB);
    // Opening a log after an unclean stop makes a copy of it first.
    let needed = LITTLE + 2 * size(&facts.config.state_dir.join("log"));
    if free < needed {
        let next = format!("free at least {} MiB", needed.div_ceil(MIB));
        return Check::fail(NAME, evidence, next);
    }
    if free < SCARCE {
        return Check::warn(NAME, evidence, "free some space soon");
    }
    Check::ok(NAME, evidence)
}
