//! Random logs read again: in pieces, decided again, as frames, with a flipped byte.

use crate::model::runner;
use crate::tools::{all, seed};
use events::{Envelope, Link, codec};
use projections::explain::Batches;
use projections::whatif::{Again, again};
use projections::{Machine, State, describe};

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
            told(&log)
        });
        found.plays += 1;
        if let Err(what) = checked {
            found.broken.push(format!("SIM={nth}: {what}"));
        }
    });
    found.is_right();
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
    let (mut link, mut out) = (Link::START, String::new());
    for entry in &log {
        let (frame, next) = codec::encode(link, entry).expect("a frame");
        link = next;
        out += &control_plane::runtime::export_line(entry, &frame);
        out.push('\n');
    }
    std::fs::write(file, out).expect("written");
}
