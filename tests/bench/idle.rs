//! What it costs to do nothing beside many sessions: processor time and memory,
//! as the kernel counts them. Every session was written to just now, which is the
//! worst case: none may be taken for history by its age.

use crate::table::{Row, median};
use crate::world::{World, utc};
use control_plane::clock::Stopwatch;
use serde_json::json;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

/// So many sessions, and five times as many.
const COUNTS: [usize; 2] = [2_000, 10_000];
const PER_DAY: usize = 100;
const SIZE: usize = 40_000;
/// Long enough for one look at all files, which comes once a minute.
const WINDOW: Duration = Duration::from_secs(60);
/// So long nothing happens once the start is over.
const CALM: Duration = Duration::from_secs(3);
const HOUR: Duration = Duration::from_secs(3600);

pub(crate) fn run() -> Vec<Row> {
    COUNTS.into_iter().flat_map(beside).collect()
}

fn beside(sessions: usize) -> Vec<Row> {
    let world = World::new();
    furnish(&world, sessions);
    let find = find(&world);
    let running = world.run(&[]);
    let start = calm(running.pid());
    std::thread::sleep(CALM);
    let (before, woken) = (busy(running.pid()), wakes(running.pid()));
    let watch = Stopwatch::start();
    std::thread::sleep(WINDOW);
    let spent = busy(running.pid()).saturating_sub(before);
    let woken = f64::from(wakes(running.pid()) - woken) / watch.elapsed().as_secs_f64();
    let hourly = spent.mul_f64(HOUR.as_secs_f64() / watch.elapsed().as_secs_f64());
    let kib = |name| status(running.pid(), name);
    let (now, peak) = (kib("VmRSS:"), kib("VmHWM:"));
    drop(running);
    let few = sessions == COUNTS[0];
    let aim = |aim: &str| if few { aim.to_owned() } else { String::new() };
    vec![
        Row::new(
            &format!("start beside {sessions} sessions, processor"),
            start,
            find,
        )
        .note("floor: find with stat".into()),
        Row::alone("idle beside them, processor per hour", hourly).note(aim("at most 5,000 ms")),
        Row::text("idle beside them, wake-ups a second", format!("{woken:.2}"))
            .note("at most 1".into()),
        Row::text("idle beside them, memory", format!("{:.1} MiB", mib(now))).note(format!(
            "{}; at its peak {:.1}",
            aim("at most 40 MiB"),
            mib(peak)
        )),
    ]
}

fn furnish(world: &World, sessions: usize) {
    let now = utc();
    for nth in 0..sessions {
        let day = nth / PER_DAY;
        let date = format!("2026/{:02}/{:02}", 1 + day / 28, 1 + day % 28);
        let folder = world.path("home/.codex/sessions").join(&date);
        fs::create_dir_all(&folder).expect("a folder");
        let id = format!("01a203af-139d-7ea3-bbb9-{nth:012x}");
        let stamp = format!("{}T10-00-00", date.replace('/', "-"));
        let file = folder.join(format!("rollout-{stamp}-{id}.jsonl"));
        fs::write(file, head(&id, &now) + &turns(SIZE, &now)).expect("a session");
    }
}

fn head(id: &str, now: &str) -> String {
    let meta = json!({
        "session_id": id, "id": id, "timestamp": now, "cwd": "/srv/api",
        "originator": "codex-tui", "cli_version": "0.169.0", "source": "cli",
        "thread_source": "user", "base_instructions": "x".repeat(8000),
    });
    record("session_meta", &meta, now)
}

fn record(kind: &str, payload: &serde_json::Value, now: &str) -> String {
    let record = json!({"timestamp": now, "type": kind, "payload": payload});
    format!("{record}\n")
}

/// So many bytes of finished turns.
pub(crate) fn turns(bytes: usize, now: &str) -> String {
    let mut text = String::with_capacity(bytes + 4096);
    let said = "The tests pass now; two files changed. ".repeat(20);
    for nth in 0.. {
        let turn = format!("01a203af-6fff-7ea3-bbb9-{nth:012x}");
        let start = json!({"type": "task_started", "turn_id": turn});
        let words = json!({"type": "agent_message", "message": said});
        let output = json!({"type": "function_call_output", "call_id": "c", "output": said});
        let end = json!({"type": "task_complete", "turn_id": turn, "last_agent_message": said});
        text += &record("event_msg", &start, now);
        text += &record("event_msg", &words, now);
        text += &record("response_item", &output, now);
        text += &record("event_msg", &end, now);
        if text.len() >= bytes {
            break;
        }
    }
    text
}

/// The same files, looked at by somebody who does nothing else.
fn find(world: &World) -> Duration {
    let look = |_| {
        let mut find = world.program("find");
        find.arg(world.path("home/.codex/sessions"));
        find.args(["-type", "f", "-newermt", "2030-01-01"]);
        let watch = Stopwatch::start();
        let ended = find.stdout(Stdio::null()).status();
        assert!(ended.expect("find runs").success());
        watch.elapsed()
    };
    median((0..9).map(look).collect())
}

/// Waits until nothing has happened for a while; gives what it took until then.
pub(crate) fn calm(pid: u32) -> Duration {
    let (mut last, mut since) = (busy(pid), Stopwatch::start());
    while since.elapsed() < CALM {
        std::thread::sleep(Duration::from_millis(100));
        let now = busy(pid);
        // What idling itself costs in such a time is less than this.
        if now.saturating_sub(last) > Duration::from_millis(3) {
            since = Stopwatch::start();
        }
        last = now;
    }
    last
}

/// Processor time of all threads, which all live as long as the process.
pub(crate) fn busy(pid: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    let spent = tasks.flatten().map(|task| {
        let stat = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        let spent = stat.split(' ').next().and_then(|spent| spent.parse().ok());
        Duration::from_nanos(spent.unwrap_or(0))
    });
    spent.sum()
}

/// How often its threads have gone to sleep of their own accord, which they do once for each wake-up.
fn wakes(pid: u32) -> u32 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    let slept = tasks.flatten().filter_map(|task| {
        let status = fs::read_to_string(task.path().join("status")).ok()?;
        let name = "voluntary_ctxt_switches:";
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line?.trim().parse::<u32>().ok()
    });
    slept.sum()
}

pub(crate) fn status(pid: u32, name: &str) -> u32 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.expect("a number")
}

pub(crate) fn mib(kib: u32) -> f64 {
    f64::from(kib) / 1024.0
}
