//! What the tests of the simulated world share.

#![expect(clippy::expect_used, reason = "what a test is not given right ends it")]

use crate::model::entropy::Entropy;
use crate::model::marks::Marks;
use crate::model::random::Plays;
use crate::model::runner::{Plan, Summary};
use crate::model::shrink::{hex, shrink, unhex};
use crate::model::story::Story;
use crate::model::{random, runner, scenarios};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What checks came to: what is wrong, and the marks that were reached.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) broken: Vec<String>,
    pub(crate) marks: Marks,
    pub(crate) plays: u64,
}

impl Found {
    /// Takes a run's result in; `name` says how to see it again.
    pub(crate) fn take<T>(&mut self, name: &str, run: Result<(T, Marks), String>) {
        self.plays += 1;
        match run {
            Ok((_, marks)) => self.marks.add(&marks),
            Err(what) => self.broken.push(format!("{name}: {what}")),
        }
    }

    fn merge(&mut self, other: Self) {
        self.broken.extend(other.broken);
        self.marks.add(&other.marks);
        self.plays += other.plays;
    }

    /// Nothing is wrong.
    pub(crate) fn is_right(&self) {
        let mut broken = self.broken.clone();
        broken.sort();
        let shown = broken.iter().take(20).cloned().collect::<Vec<_>>();
        let count = broken.len();
        assert!(broken.is_empty(), "{count} broken:\n{}", shown.join("\n"));
    }
}

/// Runs `check` for each number below `count`, on all cores.
pub(crate) fn all(count: usize, check: impl Fn(usize, &mut Found) + Sync) -> Found {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Found::default());
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut mine = Found::default();
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= count {
                        break;
                    }
                    check(nth, &mut mine);
                }
                found.lock().expect("no panic elsewhere").merge(mine);
            });
        }
    });
    found.into_inner().expect("no panic elsewhere")
}

/// Plays twice; a panic is told like any other failure.
pub(crate) fn twice(story: &Story, plan: &Plan) -> Result<(Summary, Marks), String> {
    let run = AssertUnwindSafe(|| runner::play_twice(story, plan));
    catch_unwind(run).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
        Err(format!("it panics, {}", words.unwrap_or_default()))
    })
}

/// What the bytes say. The first of a stored case say nothing of approvals; a case with
/// them has [`ASKS`] in front of its bytes, one with times too has [`TIMES`], and one with
/// files [`FILES`].
pub(crate) fn drawn(name: &str, mut bytes: Vec<u8>) -> (Story, Plan) {
    let plays = match bytes.get(..ASKS.len()) {
        Some(head) if head == ASKS => Plays::Approvals,
        Some(head) if head == TIMES => Plays::Times,
        Some(head) if head == FILES => Plays::Files,
        _ => Plays::Work,
    };
    if plays != Plays::Work {
        bytes.drain(..ASKS.len());
    }
    random::draw(name, plays, &mut Entropy::from_bytes(bytes))
}

/// Marks bytes in which sessions ask for approvals.
const ASKS: [u8; 4] = *b"asks";
/// Marks bytes in which the owner says when to text them besides, comes and goes.
const TIMES: [u8; 4] = *b"when";
/// Marks bytes in which the owner sends and wants files.
const FILES: [u8; 4] = *b"file";

/// The bytes of a seed. In every other one sessions ask for approvals; every other of those
/// plays over hours. In every other of the rest there are files.
pub(crate) fn bytes(seed: u64) -> Vec<u8> {
    let bytes = random::bytes(seed);
    match seed % 4 {
        0 => [&ASKS[..], &bytes].concat(),
        2 => [&TIMES[..], &bytes].concat(),
        3 => [&FILES[..], &bytes].concat(),
        _ => bytes,
    }
}

/// What a seed says.
pub(crate) fn seed(seed: u64) -> (Story, Plan) {
    drawn(&format!("seed {seed}"), bytes(seed))
}

/// A run by its name: a number is a seed, `hex:` begins stored bytes, all else is a curated history.
pub(crate) fn named(name: &str) -> (Story, Plan) {
    if let Ok(nth) = name.parse() {
        return seed(nth);
    }
    if let Some(digits) = name.strip_prefix("hex:") {
        return drawn(name, unhex(digits).expect("pairs of hexadecimal digits"));
    }
    let curated = scenarios::all().into_iter().find(|s| s.name == name);
    let story = curated.expect("a seed, hex: and bytes, or the name of a history");
    (story, Plan::default())
}

/// How to see a failing seed again, whole and as small as it gets.
pub(crate) fn reproduced(seed: u64, what: &str) -> String {
    let fails = |bytes: &[u8]| {
        let (story, plan) = drawn("shrinking", bytes.to_vec());
        let again = twice(&story, &plan).err();
        again.is_some_and(|again| same(&again, what))
    };
    let small = shrink(bytes(seed), fails);
    let case = stored(seed, what, &small);
    format!(
        "SIM={seed}: {what}\n  smallest: SIM=hex:{}\n  stored: {}, which belongs into tests/sim/cases",
        hex(&small),
        case.display()
    )
}

/// A failure as a case that is played with every test once it lies among the others.
fn stored(seed: u64, what: &str, bytes: &[u8]) -> PathBuf {
    let cases = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sim");
    let case = cases.join(format!("seed-{seed}.hex"));
    let text = format!("# {}\n{}\n", what.replace('\n', " "), hex(bytes));
    std::fs::create_dir_all(&cases).expect("a directory of the build");
    std::fs::write(&case, text).expect("a file of the build");
    case
}

#[test]
fn a_failure_is_stored_as_a_case_that_can_be_played() {
    let bytes = random::bytes(7);
    let case = stored(u64::MAX, "two lines\nof what is wrong", &bytes);
    let text = std::fs::read_to_string(&case).expect("the case");
    std::fs::remove_file(case).expect("the case");
    assert_eq!(unhex(&text).as_ref(), Some(&bytes));
    assert!(text.starts_with("# two lines of what is wrong\n"), "{text}");
}

/// Two failures are of one kind if they say the same but for the numbers in them.
fn same(one: &str, other: &str) -> bool {
    let bare = |what: &str| what.replace(|c: char| c.is_ascii_digit(), "");
    bare(one) == bare(other)
}
