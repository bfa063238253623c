//! The loop with a log in memory and nobody to carry anything out.

use super::health::Vitals;
use super::lanes::Lanes;
use super::sleep::Sleep;
use super::wake::{Ack, Wake, wakes};
use super::work::{Until, Work};
use crate::clock::SystemClock;
use crate::config::{Config, Environment};
use crate::driver::Driver;
use crate::effects::Executor;
use crate::ingress::handover::HandOver;
use crate::store::MemoryLog;
use crate::store::memory::Disk;
use events::input::Attention;
use events::{Command, CommandId, InputKey, Report, Tick, Wall};
use projections::State;
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
    }
    .run(Until::Stopped);
    assert_eq!(ended, Ok("the test"));
    assert_eq!(answered.load(Ordering::Relaxed), BURST);
    assert_eq!(driver.machine().state().inbox.keys.len(), BURST);
}
