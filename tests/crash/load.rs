//! What goes on while the program is killed: hand-overs over the socket, through
//! the inbox and by processes of their own, rows of the owner, lines of the queue
//! file. Each bears a mark of its own, and it is noted here, not asked of the
//! program, which of them were acknowledged.

use std::fs::File;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use control_plane::hand_over;
use control_plane::ingress::client::{self, Delivery};
use control_plane::ingress::hand_over_frame::{self, HandOver};
use control_plane::ingress::inbox::Inbox;
use events::input::Attention;
use serde_json::json;

use crate::tools::Dice;
use crate::world::World;

/// Longer than the program ever takes on a busy machine that does not die.
const ANSWER: Duration = Duration::from_secs(2);

/// One thing that was handed over.
#[derive(Debug)]
pub(crate) struct Handed {
    /// The id of its turn, or what it says.
    pub(crate) mark: String,
    /// It may not be lost: whoever gave it was told so.
    pub(crate) acknowledged: bool,
    /// Where it stands at the latest, if that was said.
    pub(crate) at: Option<u64>,
}

/// What was given to the program.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) handed: Vec<Handed>,
    /// Ids and texts of the owner's rows.
    pub(crate) rows: Vec<(String, String)>,
    /// Texts of whole lines of the queue file.
    pub(crate) lines: Vec<String>,
}

/// Gives until told to stop. `name` tells the marks of several givers apart.
pub(crate) fn give(
    world: &World,
    sessions: &[String],
    name: u64,
    dice: &mut Dice,
    stop: &AtomicBool,
) -> Given {
    let mut given = Given::default();
    let mut nth = 0;
    while !stop.load(Ordering::Relaxed) {
        nth += 1;
        let mark = mark(name, nth);
        match dice.roll(16) {
            0..6 => given
                .handed
                .push(over_the_socket(world, &turn(&mark), mark)),
            6..9 => given
                .handed
                .push(over_the_socket(world, &need(world, &mark), mark)),
            9 => given.handed.push(into_the_inbox(world, &turn(&mark), mark)),
            10..12 => given.handed.push(by_process(world, mark, None)),
            12 => given
                .handed
                .push(by_process(world, mark, Some(dice.roll(12)))),
            13 => given.lines.push(by_line(world, mark)),
            _ => {
                let session = &sessions[usize::try_from(dice.roll(sessions.len() as u64)).unwrap()];
                let row = world.say(&format!("@{session} {mark}"));
                given.rows.push((row, mark));
            }
        }
        std::thread::sleep(Duration::from_millis(dice.roll(50)));
    }
    given
}

/// In the form of an id, so that it can be a turn's.
pub(crate) fn mark(name: u64, nth: u64) -> String {
    format!("01a203cb-{:04x}-7a82-8fcb-{nth:012x}", name & 0xffff)
}

/// The thread's id is like no mark: a trace may say it.
pub(crate) fn payload(mark: &str) -> String {
    json!({
        "type": "agent-turn-complete", "thread-id": format!("01a203cc{}0", &mark[8..35]), "turn-id": mark,
        "cwd": "/", "input-messages": ["x"], "last-assistant-message": "y",
    })
    .to_string()
}

fn turn(mark: &str) -> HandOver {
    HandOver::Notify(hand_over::notify(payload(mark).as_bytes()).unwrap())
}

fn need(world: &World, mark: &str) -> HandOver {
    HandOver::Attention(Attention {
        key: hand_over::key().unwrap(),
        cwd: world.path("work").to_string_lossy().into_owned(),
        need: mark.into(),
        to: None,
    })
}

/// To the holder of the log; where there is none, into the inbox under the same key.
fn over_the_socket(world: &World, handed: &HandOver, mark: String) -> Handed {
    let frame = hand_over_frame::encode(handed).unwrap();
    match client::deliver(&world.state(), &frame, ANSWER, ANSWER) {
        Delivery::Acknowledged(seq) => Handed {
            mark,
            acknowledged: true,
            at: Some(seq.0),
        },
        Delivery::Nobody(_) | Delivery::Silent => into_the_inbox(world, handed, mark),
    }
}

fn into_the_inbox(world: &World, handed: &HandOver, mark: String) -> Handed {
    Inbox::new(&world.state()).leave(handed).unwrap();
    Handed {
        mark,
        acknowledged: true,
        at: None,
    }
}

/// As Codex does it; killed after so many milliseconds, if any.
pub(crate) fn by_process(world: &World, mark: String, killed: Option<u64>) -> Handed {
    let mut notify = world.command(world.ours());
    notify.arg("notify").arg(payload(&mark));
    let mut notify = notify.stderr(std::process::Stdio::piped()).spawn().unwrap();
    if let Some(after) = killed {
        std::thread::sleep(Duration::from_millis(after));
        notify.kill().unwrap();
    }
    let ended = notify.wait_with_output().unwrap();
    assert!(killed.is_some() || ended.status.success(), "{ended:?}");
    // It never fails. What it could not keep in its two seconds, on a disk that is busy
    // with others, it says.
    let acknowledged = ended.status.success() && ended.stderr.is_empty();
    Handed {
        mark,
        acknowledged,
        at: None,
    }
}

fn by_line(world: &World, mark: String) -> String {
    let queue = world.codex_home().join("imessage_queue.jsonl");
    let mut queue = File::options()
        .create(true)
        .append(true)
        .open(queue)
        .unwrap();
    let ts = crate::tools::now().0 / 1000;
    let line = json!({ "ts": ts, "to": crate::world::OWNER, "text": mark });
    queue.write_all(format!("{line}\n").as_bytes()).unwrap();
    mark
}
