//! How long an approval takes from the model to the phone and from the phone to the
//! command, through everything that is ours, beside what is not.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::asked::{Asked, idle};
use crate::desk::Desk;
use crate::pane::Pane;
use crate::served::MODAL;

/// Rounds of each kind.
const ROUNDS: usize = 24;

/// What was measured, in milliseconds.
#[derive(Default)]
struct Times {
    /// From the model's call, as Codex records it, to osascript.
    told: Vec<u64>,
    /// From the answer in chat.db to the command.
    ran: Vec<u64>,
    /// From a key at the desk to the command.
    floor: Vec<u64>,
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(0)
}

/// When Codex recorded that the model wants to run this: milliseconds of the day.
fn asked_at(desk: &Desk, thread: &str, part: &str) -> Option<u64> {
    let records = desk.lab.rollout(thread);
    let calls = |record: &&Value| {
        let payload = &record["payload"];
        payload["type"] == "function_call" && payload["arguments"].to_string().contains(part)
    };
    let stamp = records.iter().find(calls)?["timestamp"]
        .as_str()?
        .to_owned();
    let clock = stamp.split_once('T')?.1.trim_end_matches('Z').to_owned();
    let mut parts = clock.split([':', '.']).map(str::parse::<u64>);
    let mut next = || parts.next()?.ok();
    let (hours, minutes, seconds, millis) = (next()?, next()?, next()?, next()?);
    Some(((hours * 60 + minutes) * 60 + seconds) * 1000 + millis)
}

impl Times {
    fn round(&mut self, desk: &Desk, pane: &Pane<'_>, thread: &str, nth: usize) {
        let name = format!("f{nth}");
        let path = desk.lab.work().join(&name);
        let heard = desk.phone.notices().len();
        pane.prompt(&format!("run: touch {name} && echo {name}"));
        let about = format!("touch {name} ");
        let notice = desk.phone.wait_after(heard, "waits", &about);
        let asked = asked_at(desk, thread, &about);
        let began = desk.phone.called_at(&about).map(|at| at % 86_400_000);
        let told = began
            .zip(asked)
            .and_then(|(began, asked)| began.checked_sub(asked));
        self.told.extend(told);
        pane.wait_for("the modal", |screen| screen.contains(MODAL));
        let by_key = nth % 3 == 2;
        let said = if by_key {
            let now = millis(SystemTime::now());
            pane.key("y");
            now
        } else {
            desk.phone.reply(&notice, "yes");
            millis(SystemTime::now())
        };
        let since = Instant::now();
        while !path.exists() && since.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let made = std::fs::metadata(&path).and_then(|data| data.modified());
        let ran = made.ok().and_then(|made| millis(made).checked_sub(said));
        let times = if by_key {
            &mut self.floor
        } else {
            &mut self.ran
        };
        times.extend(ran);
        desk.lab.wait_for_answer(thread, &format!("done: {name}"));
        idle(pane);
    }

    fn told(mut self, by: &str) -> String {
        let mut lines = Vec::new();
        for (what, times) in [
            ("model asks to osascript begins", &mut self.told),
            ("answer in chat.db to command runs", &mut self.ran),
            ("key at the desk to command runs", &mut self.floor),
        ] {
            times.sort_unstable();
            let at = |part: usize| times.get(times.len() * part / 100).copied();
            let (median, most) = (at(50).unwrap_or_default(), at(90).unwrap_or_default());
            let rounds = times.len();
            lines.push(format!(
                "{by}: {what}: median {median} ms, 9 of 10 within {most} ms, of {rounds}"
            ));
        }
        lines.join("\n")
    }
}

#[test]
#[ignore = "it measures, and proves nothing that others do not"]
fn how_long_an_approval_takes_by_the_server() {
    let Some(asked) = Asked::new() else { return };
    let (pane, thread) = asked.session("hello");
    let mut times = Times::default();
    for nth in 0..ROUNDS {
        times.round(&asked.desk, &pane, &thread, nth);
    }
    println!("{}", times.told("server"));
}

#[test]
#[ignore = "it measures, and proves nothing that others do not"]
fn how_long_an_approval_takes_by_keys() {
    let Some(desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, _) = desk.prompted(&pane, "hello");
    let mut times = Times::default();
    for nth in 0..ROUNDS {
        times.round(&desk, &pane, &thread, nth);
    }
    println!("{}", times.told("screen"));
}
