//! The program is killed at seeded random moments, while it opens the log too, and
//! started again, while a load goes on all the time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::load::{Given, give};
use crate::log::assert_replays;
use crate::running::Running;
use crate::tools::{Dice, patiently, tmux_is_there};
use crate::truth::{check, missing};
use crate::world::World;

/// Kills in one world. Then the next begins, since a killed send or paste may rightly
/// hold up its lane for half a minute.
const LIFE: u64 = 25;
/// Kills after which the log is folded anew.
const FOLD: u64 = 5;

/// Says where it failed.
struct Round {
    seed: u64,
    nth: AtomicU64,
}

impl Drop for Round {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let (seed, nth) = (self.seed, self.nth.load(Ordering::Relaxed));
            eprintln!("failed in round {nth}; again with CRASH_SEED={seed} CRASH_ROUNDS={LIFE}");
        }
    }
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |value| value.parse().unwrap())
}

#[test]
fn killed_again_and_again_nothing_acknowledged_is_lost_and_nothing_happens_twice() {
    let (rounds, seed) = (number("CRASH_ROUNDS", 200), number("CRASH_SEED", 4));
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let lives = rounds.div_ceil(LIFE);
    let work = || {
        let mut sum = [0; 5];
        loop {
            let life = next.fetch_add(1, Ordering::Relaxed);
            if life >= lives {
                return sum;
            }
            let kills = LIFE.min(rounds - life * LIFE);
            for (sum, more) in sum.iter_mut().zip(live(seed + life, kills)) {
                *sum += more;
            }
        }
    };
    let sums: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .collect()
    });
    let sum = |nth: usize| sums.iter().map(|sum| sum[nth]).sum::<usize>();
    eprintln!(
        "{rounds} kills in {:.0} s: {} hand-overs, {} rows, {} entries, {} texts sent, {} instructions taken",
        began.elapsed().as_secs_f32(),
        sum(0),
        sum(1),
        sum(2),
        sum(3),
        sum(4),
    );
    // A load that does nothing would prove nothing.
    assert!((0..5).all(|nth| sum(nth) as u64 > rounds / 10), "{sums:?}");
}

/// One world from its start to its end; gives what happened in it.
fn live(seed: u64, kills: u64) -> [usize; 5] {
    let round = Round {
        seed,
        nth: AtomicU64::new(0),
    };
    let world = World::new();
    let mut sessions: Vec<_> = { 0..3 }
        .map(|nth| world.headless(&format!("headless {nth}")))
        .collect();
    if tmux_is_there() {
        sessions.extend((0..3).map(|nth| world.pane(&format!("pane {nth}"))));
    }
    // The first start begins behind the newest row and the newest record.
    let settings = settings(seed);
    Running::up(&world, settings).kill();
    let mut dice = Dice::new(seed);
    let mut given: Vec<Given> = Vec::new();
    for nth in 0..kills {
        round.nth.store(nth, Ordering::Relaxed);
        given.push(kill(&world, settings, &sessions, nth, &mut dice));
        let all: Vec<_> = given.iter().collect();
        check(&world, &all);
        if nth % FOLD == 0 {
            assert_replays(&world);
        }
    }
    let given: Vec<_> = given.iter().collect();
    settle(&world, settings, &given);
    let log = check(&world, &given);
    assert_replays(&world);
    let truth = crate::truth::Truth::of(&world);
    let handed = given.iter().map(|given| given.handed.len()).sum();
    let rows = given.iter().map(|given| given.rows.len()).sum();
    let entries = usize::try_from(log.last()).unwrap();
    [
        handed,
        rows,
        entries,
        truth.delivered.len(),
        truth.spoken.len() - sessions.len(),
    ]
}

/// In every other world texts are sent as they come; in the rest most are merged.
fn settings(seed: u64) -> &'static [(&'static str, &'static str)] {
    // Most of these runs die before words that wait for their link are through.
    const AT_ONCE: (&str, &str) = ("CODEX_IMESSAGE_GATHER_S", "0");
    if seed.is_multiple_of(2) {
        &[("CODEX_IMESSAGE_MAX_PER_HOUR", "100000"), AT_ONCE]
    } else {
        &[AT_ONCE]
    }
}

/// What a start takes at most, until the program answers, where nothing else runs.
const IDLE_START: Duration = Duration::from_millis(150);

/// Starts the program under load and kills it at some moment.
fn kill(
    world: &World,
    settings: &[(&str, &str)],
    sessions: &[String],
    nth: u64,
    dice: &mut Dice,
) -> Given {
    world.behave(match dice.roll(8) {
        0 => "ok:300",
        1 => "sent-then-error:-609",
        2 => "error:-1728",
        3 => "row-error:22",
        4 | 5 => "ok:30",
        _ => "ok",
    });
    // Some die while they open the log, the others at work.
    let opens = dice.roll(10) < 3;
    // An instruction takes most of a second to go into a pane: some live that long.
    let longest = match (opens, dice.roll(3)) {
        (true, _) => 80,
        (false, 0) => 1_500,
        (false, _) => 300,
    };
    let moment = Duration::from_millis(dice.roll(longest));
    let stop = AtomicBool::new(false);
    let mut load = Dice::new(dice.roll(u64::MAX));
    std::thread::scope(|scope| {
        let giver = scope.spawn(|| give(world, sessions, nth, &mut load, &stop));
        let (running, began) = (Running::start(world, settings), Instant::now());
        if !opens {
            running.answers(world);
        }
        // On a busy machine it lives as much longer as its start took longer.
        let slower = began.elapsed().as_millis() / IDLE_START.as_millis();
        std::thread::sleep(moment * u32::try_from(slower.clamp(1, 12)).unwrap());
        running.kill();
        stop.store(true, Ordering::Relaxed);
        giver.join().unwrap()
    })
}

/// Left in peace, it takes in all that was accepted.
fn settle(world: &World, settings: &[(&str, &str)], given: &[&Given]) {
    world.behave("ok");
    let running = Running::up(world, settings);
    let all_in = || (missing(world, given).is_empty() && world.waiting() == 0).then_some(());
    let settled = patiently(all_in);
    assert!(settled.is_some(), "{:#?}", missing(world, given));
    running.stop();
}
