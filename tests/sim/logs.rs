//! Random logs read again: in pieces, decided again, as frames, with a flipped byte.

use crate::meaning::{meaning, owed};
use crate::model::runner;
use crate::tools::{all, seed};
use control_plane::runtime::{each_entry_of, export_line};
use events::{Envelope, Link, codec};
use projections::explain::Batches;
use projections::forget::{Forgetting, is_forgotten};
use projections::whatif::{Again, again};
use projections::{Machine, State, describe};

use std::sync::atomic::{AtomicUsize, Ordering};

const LOGS: usize = 1_000;

fn fold(from: State, log: &[Envelope]) -> State {
    let mut machine = Machine::from(from);
    machine.commit(log);
    machine.state().clone()
}

/// A log that is read in pieces, with the state kept between them, means the same.
fn in_pieces(log: &[Envelope], whole: &State) -> Result<(), String> {
    let (first, rest) = log.split_at(log.len() / 3);
    let bytes = bincode::serialize(&fold(State::default(), first)).map_err(|e| e.to_string())?;
    let kept = bincode::deserialize(&bytes).map_err(|e| e.to_string())?;
    let state = fold(kept, rest);
    if state.digest() == whole.digest() {
        Ok(())
    } else {
        Err("read in pieces it gives another state".into())
    }
}

/// The recorded facts give the recorded decisions again.
fn decided_again(log: &[Envelope]) -> Result<(), String> {
    let (mut wrong, mut batches) = (Vec::new(), Batches::default());
    let mut each = |state: &State, batch: &[Envelope]| {
        if let Again::Differs(difference) = again(state, batch, batch, true, &Clone::clone) {
            wrong.push(format!("{difference:#?}"));
        }
    };
    for entry in log {
        batches.push(entry.clone(), &mut each);
    }
    batches.end(&mut each);
    wrong.into_iter().next().map_or(Ok(()), Err)
}

/// Without the words of old, closed history it means the same, and is decided again to the same.
fn without_old_words(log: &[Envelope], nth: usize, whole: &State) -> Result<usize, String> {
    let before = log[nth.wrapping_mul(31) % log.len()].wall;
    let what = Forgetting::new(whole, before);
    let changed: Vec<Envelope> = log
        .iter()
        .map(|entry| what.forget(entry).unwrap_or_else(|| entry.clone()))
        .collect();
    let state = fold(State::default(), &changed);
    what.compare(&state)?;
    if fold(State::default(), log).ledger.sent != state.ledger.sent {
        return Err("what is known of sent texts is another without old words".into());
    }
    in_pieces(&changed, &state)?;
    decided_again(&changed)?;
    let again = Forgetting::new(&state, before);
    if changed.iter().any(|entry| again.forget(entry).is_some()) {
        return Err("something is forgotten only the second time".into());
    }
    let forgotten = changed.iter().filter(|entry| is_forgotten(&entry.event));
    Ok(forgotten.count())
}

/// The frames of a log give it back, and no byte of them can be another.
fn as_frames(log: &[Envelope], nth: usize) -> Result<(), String> {
    let (mut link, mut frames) = (Link::START, Vec::new());
    for entry in log {
        let (frame, next) = codec::encode(link, entry).map_err(|e| e.to_string())?;
        frames.push(frame);
        link = next;
    }
    let read = |frames: &[Vec<u8>]| {
        let mut link = Link::START;
        let each = frames.iter().map(|frame| {
            let (entry, next) = codec::decode(Some(link), frame).ok()?;
            link = next;
            Some(entry)
        });
        each.collect::<Option<Vec<_>>>()
    };
    if read(&frames).as_deref() != Some(log) {
        return Err("its frames do not give it back".into());
    }
    let at = nth.wrapping_mul(7_919) % frames.len();
    let byte = nth.wrapping_mul(104_729) % frames[at].len();
    frames[at][byte] ^= 1 << (nth % 8);
    match read(&frames) {
        None => Ok(()),
        Some(_) => Err(format!(
            "byte {byte} of entry {} was flipped unseen",
            at + 1
        )),
    }
}

/// What `log export` prints gives the same state in another place, and no byte of it can be
/// another.
fn as_export(log: &[Envelope], nth: usize, whole: &State) -> Result<(), String> {
    let read = |bytes: &[u8]| {
        let place = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
        std::fs::write(place.path(), bytes).map_err(|e| e.to_string())?;
        let mut machine = Machine::default();
        each_entry_of(place.path(), &mut |entry| {
            machine.commit(&[entry]);
            true
        })
        .map_err(|error| format!("{error:?}"))?;
        Ok::<_, String>(machine.state().digest())
    };
    let mut export = exported(log)?.into_bytes();
    if read(&export)? != whole.digest() {
        return Err("its export gives another state".into());
    }
    for turn in 0..3 {
        let at = (nth * 3 + turn).wrapping_mul(2_654_435_761) % export.len();
        let bit = 1 << ((nth + turn) % 8);
        export[at] ^= bit;
        if read(&export).is_ok() {
            return Err(format!("byte {at} of its export was flipped unseen"));
        }
        export[at] ^= bit;
    }
    Ok(())
}

/// A log as `log export` prints it.
fn exported(log: &[Envelope]) -> Result<String, String> {
    let (mut link, mut out) = (Link::START, String::new());
    for entry in log {
        let (frame, next) = codec::encode(link, entry).map_err(|e| e.to_string())?;
        link = next;
        out += &export_line(entry, &frame);
        out.push('\n');
    }
    Ok(out)
}

/// Every event has a sentence, and a sentence holds nobody's words.
fn told(log: &[Envelope]) -> Result<(), String> {
    let mut state = State::default();
    for entry in log {
        let sentence = describe::describe(&entry.event, &state);
        let words = describe::texts(&entry.event);
        let leaks = words.iter().any(|(_, text)| {
            let text = text.reveal();
            text.chars().count() > 24 && sentence.contains(text.as_str())
        });
        if leaks || !sentence.ends_with(['.', ')']) {
            return Err(format!("entry {}: {sentence}", entry.seq));
        }
        projections::apply(&mut state, entry);
    }
    Ok(())
}

#[test]
fn random_logs_are_read_again_and_decided_again_to_the_same() {
    let forgotten = AtomicUsize::new(0);
    let found = all(LOGS, |nth, found| {
        let (story, plan) = seed(nth as u64);
        let checked = runner::log(&story, &plan).and_then(|log| {
            if log.is_empty() {
                return Ok(());
            }
            let whole = fold(State::default(), &log);
            in_pieces(&log, &whole)?;
            decided_again(&log)?;
            as_frames(&log, nth)?;
            let words = without_old_words(&log, nth, &whole)?;
            forgotten.fetch_add(words, Ordering::Relaxed);
            as_export(&log, nth, &whole)?;
            told(&log)
        });
        found.plays += 1;
        if let Err(what) = checked {
            found.broken.push(format!("SIM={nth}: {what}"));
        }
    });
    found.is_right();
    let forgotten = forgotten.into_inner();
    assert!(forgotten > LOGS, "{forgotten} entries lost their words");
}

/// Writes the log of a seed as `log export` does, for looking at it: with `SIM_LOG=FILE`
/// and, if another one is wanted, `SIM=NUMBER`. Several runs follow one another in time.
#[test]
#[ignore = "a tool: it writes a file"]
#[expect(
    clippy::disallowed_methods,
    reason = "the variables are for the person who runs the tool"
)]
fn the_log_of_a_seed_is_written() {
    let variable = |name: &str| std::env::var(name).ok();
    let file = variable("SIM_LOG").expect("SIM_LOG names the file to write");
    let nth = variable("SIM").map_or(0, |seed| seed.parse().expect("a seed"));
    let (story, plan) = seed(nth);
    let log = runner::log(&story, &plan).expect("a log");
    std::fs::write(file, exported(&log).expect("frames")).expect("written");
}

/// Writes a log of this version for `tests/fixtures/log`, once at each release: the one of many
/// in which the most kinds of events are and nothing is owed at the end.
#[test]
#[ignore = "run once at a release: UPDATE_LOG=1"]
#[expect(
    clippy::disallowed_methods,
    reason = "the variable is for the person who makes a release"
)]
fn the_log_of_this_version_is_written() {
    assert!(
        std::env::var("UPDATE_LOG").is_ok(),
        "UPDATE_LOG=1 writes the fixture of a release"
    );
    let kinds = |log: &[Envelope]| {
        let kinds = log
            .iter()
            .map(|entry| events::upcast::kind(&entry.event).id);
        kinds.collect::<std::collections::BTreeSet<_>>().len()
    };
    let settled =
        |log: &Vec<Envelope>| owed(&Machine::from(fold(State::default(), log))).is_empty();
    let logs = (0..400).filter_map(|nth| {
        let (story, plan) = seed(nth);
        runner::log(&story, &plan).ok()
    });
    let best = logs
        .filter(settled)
        .max_by_key(|log| (kinds(log), std::cmp::Reverse(log.len())));
    let log = best.expect("a log that owes nothing");
    let packed = zstd::encode_all(exported(&log).expect("frames").as_bytes(), 19).expect("packed");
    let path = format!("tests/fixtures/log/{}", env!("CARGO_PKG_VERSION"));
    assert!(
        !std::path::Path::new(&format!("{path}.jsonl.zst")).exists(),
        "the log of a released version is never written again"
    );
    std::fs::write(format!("{path}.jsonl.zst"), packed).expect("written");
    std::fs::write(format!("{path}.txt"), meaning(&log)).expect("written");
}
