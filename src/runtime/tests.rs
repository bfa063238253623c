//! The loop with nobody to carry anything out.

use super::health::Vitals;
use super::lanes::Lanes;
use super::log_upkeep::Upkeep;
use super::open::snapshots;
use super::sleep::Sleep;
use super::wake::{Ack, Wake, wakes};
use super::work::{Until, Work};
use crate::clock::{SystemClock, wall};
use crate::config::{Config, Environment};
use crate::driver::Driver;
use crate::effects::Executor;
use crate::ingress::hand_over_frame::HandOver;
use crate::store::memory::Disk;
use crate::store::{EventLog as _, MemoryLog, SledLog, verify};
use events::event::LocalTimeChanged;
use events::input::Attention;
use events::{Batch, Command, CommandId, Event, InputKey, Now, Report, Seq, Tick, Wall, samples};
use projections::State;
use projections::forget::is_forgotten;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

struct Nobody;

impl Executor for Nobody {
    async fn execute(&self, _: CommandId, _: &Command) -> Report {
        std::future::pending().await
    }
}

fn config() -> Config {
    Config::load(&Environment::of([("HOME", "/nonexistent")]), &[]).unwrap()
}

fn attention(nth: usize) -> HandOver {
    HandOver::Attention(Attention {
        key: InputKey::parse(&format!("key-{nth}")).unwrap(),
        cwd: "/srv/api".into(),
        need: "look".into(),
        to: None,
    })
}

#[test]
fn every_wake_that_is_received_is_taken_in() {
    const BURST: usize = 100;
    let (wakes, woken) = wakes();
    let answered = Arc::new(AtomicUsize::new(0));
    for nth in 0..BURST {
        let answered = Arc::clone(&answered);
        let ack: Ack = Box::new(move |_| {
            answered.fetch_add(1, Ordering::Relaxed);
        });
        wakes.send(Wake::HandedOver(attention(nth), ack)).unwrap();
    }
    wakes.send(Wake::Stop("the test")).unwrap();
    let tasks = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let log = MemoryLog::open(Disk::default()).unwrap();
    let mut driver = Driver::open(log, State::default()).unwrap();
    let ended = Work {
        driver: &mut driver,
        lanes: Lanes::new(Nobody, tasks.handle().clone(), wakes),
        clock: &mut SystemClock::resume(Tick(0), Wall(0)),
        wakes: &woken,
        vitals: Vitals::new(&config()),
        sleep: Sleep::default(),
        stopping: Arc::new(AtomicBool::new(false)),
        appended: &mut |_, _| {},
        rested: &mut |_, _| Ok(()),
    }
    .run(Until::Stopped);
    assert_eq!(ended, Ok("the test"));
    assert_eq!(answered.load(Ordering::Relaxed), BURST);
    assert_eq!(driver.machine().state().inbox.keys.len(), BURST);
}

/// A log in `state` whose entries are old, but for the last.
fn old_log(state: &Path) -> Driver<SledLog> {
    let mut log = SledLog::open(state).unwrap();
    let offset = |offset| Event::LocalTimeChanged(LocalTimeChanged { offset });
    let replied = samples::events().into_iter();
    let replied = replied.filter(|event| matches!(event, Event::AssistantReplied(_)));
    let old: Vec<_> = (0..10_500).map(offset).chain(replied).collect();
    let second = Seq(old.len() as u64 + 1);
    for (first, wall, events) in [(Seq(1), Wall(0), old), (second, wall(), vec![offset(1)])] {
        let now = Now {
            wall,
            tick: Tick(first.0),
        };
        let _ = log.append(Batch::new(first, now, events)).unwrap();
    }
    Driver::open(log, State::default()).unwrap()
}

#[test]
fn a_running_agent_makes_its_log_smaller_and_misses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut driver = old_log(dir.path());
    let entries = driver.machine().state().last;
    let (wakes, woken) = wakes();
    let tasks = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let config = Config::load(
        &Environment::of([
            ("HOME", dir.path().to_str().unwrap()),
            ("CODEX_IMESSAGE_STATE_DIR", dir.path().to_str().unwrap()),
            ("CODEX_IMESSAGE_LOG_KEEP_DAYS", "90"),
            ("CODEX_IMESSAGE_LOG_FORGET_TEXT_DAYS", "7"),
        ]),
        &[],
    )
    .unwrap();
    let mut upkeep = Upkeep::new(&config, &snapshots(dir.path()), true);
    let answered = Arc::new(AtomicUsize::new(0));
    let (sends, times) = (wakes.clone(), Arc::clone(&answered));
    let mut rested = |driver: &mut Driver<SledLog>, now: Wall| {
        assert!(upkeep.is_due(now));
        upkeep.run(driver, now)?;
        let day = |days: i64| Wall(now.0 + days * 86_400_000);
        assert!(!upkeep.is_due(now) && upkeep.is_due(day(1)) && upkeep.is_due(day(-1)));
        let times = Arc::clone(&times);
        let ack: Ack = Box::new(move |_| {
            times.fetch_add(1, Ordering::Relaxed);
        });
        sends.send(Wake::HandedOver(attention(1), ack)).unwrap();
        sends.send(Wake::Stop("the test")).unwrap();
        Ok(())
    };
    let ended = Work {
        driver: &mut driver,
        lanes: Lanes::new(Nobody, tasks.handle().clone(), wakes),
        clock: &mut SystemClock::resume(Tick(20_000), wall()),
        wakes: &woken,
        vitals: Vitals::new(&config),
        sleep: Sleep::default(),
        stopping: Arc::new(AtomicBool::new(false)),
        appended: &mut |_, _| {},
        rested: &mut rested,
    }
    .run(Until::Stopped);
    assert_eq!(
        (ended, answered.load(Ordering::Relaxed)),
        (Ok("the test"), 1)
    );
    let state = driver.machine().state();
    assert!(state.last > entries && state.inbox.keys.len() == 1);
    let kept = driver.log().read(Seq(1)).map(Result::unwrap);
    let words = kept.filter(|entry| is_forgotten(&entry.event)).count();
    assert!(words > 0, "no words are forgotten");
    let mut again = projections::Machine::default();
    for entry in driver.log().read(Seq(1)) {
        again.commit(&[entry.unwrap()]);
    }
    assert_eq!(again.state(), state, "what it holds is what its log means");
    drop(driver);
    let verified = verify(dir.path()).unwrap();
    assert!(verified.is_whole(), "{verified:?}");
    assert!(verified.sled.entries < 100 && verified.history.unwrap().entries > 10_000);
}
