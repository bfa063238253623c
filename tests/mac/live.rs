//! Set-up with nothing played but the system around it: the stand-in of launchctl
//! starts the real launcher, which starts the real agent, and that is what is asked.

use crate::world::{LABEL, World, said, wish};
use crate::{executable, waiting};
use control_plane::clock::wall;
use control_plane::demo::messages::{Messages, Row};
use control_plane::error::Answer;
use control_plane::ingress::client::ask_health;
use control_plane::mac::setup::{self, Wish};
use control_plane::mac::{LAUNCHER, Place, permissions, uninstall};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

const OWNER: &str = "+15555550123";
const MAIN: &str = env!("CARGO_BIN_EXE_codex-imessage-control-plane");
const MESSAGES: &str = "home/Library/Messages";

/// A Mac on which the agent really runs; dropped, it ends.
struct Live(World);

impl Live {
    /// Sending behaves like `osascript`, in the words of the simulated one.
    fn new(osascript: &str) -> Self {
        let live = Self(World::new());
        let world = &live.0;
        for (from, to) in [
            (MAIN, "opt/codex-imessage-control-plane".to_owned()),
            (
                env!("CARGO_BIN_EXE_codex-imessage-launcher"),
                format!("opt/{LAUNCHER}"),
            ),
        ] {
            executable::write(&world.path(&to), fs::read(from).expect("it is built"));
        }
        fs::create_dir_all(world.path(MESSAGES)).expect("a folder");
        Messages::create(&live.chat_db()).expect("a chat.db");
        live.sending(osascript);
        let path = |name: &str| world.path(name).display().to_string();
        let variables = [
            format!("HOME={}", path("home")),
            format!("CODEX_HOME={}", path("home/.codex")),
            format!("CODEX_IMESSAGE_STATE_DIR={}", path("state")),
            format!("CODEX_IMESSAGE_CHAT_DB={}", live.chat_db().display()),
            format!("CODEX_IMESSAGE_OSASCRIPT_BIN={}", path("bin/osascript")),
            // Whatever launchd and the app make of this, nothing rests on it.
            "XPC_SERVICE_NAME=application.com.example.1".to_owned(),
            "PATH=/usr/bin:/bin".to_owned(),
        ];
        world.write("live", &format!("{}\n", variables.join("\n")));
        live
    }

    fn chat_db(&self) -> PathBuf {
        self.0.path(MESSAGES).join("chat.db")
    }

    fn sending(&self, how: &str) {
        let (db, texts) = (self.chat_db(), self.0.path("texts"));
        let script = format!(
            "#!/bin/sh\nexec {MAIN} demo-osascript {} {} {how} \"$@\"\n",
            db.display(),
            texts.display()
        );
        self.0.program("bin/osascript", &script);
    }

    /// The agent may not read Messages until System Settings was opened.
    fn deny(&self) {
        let (there, away) = (self.0.path(MESSAGES), self.0.path("denied"));
        fs::rename(&there, &away).expect("away");
        let grant = format!(
            "#!/bin/sh\n[ ! -e {0} ] || mv {0} {1}\n",
            away.display(),
            there.display()
        );
        self.0.program("bin/open", &grant);
    }

    fn place(&self) -> Place {
        let mut place = self.0.place();
        place.ask = ask_health;
        place.pace.look = Duration::from_millis(50);
        place.pace.answer = Duration::from_secs(20);
        place.pace.stays = Duration::from_millis(300);
        place.pace.again = Duration::from_secs(5);
        place.pace.launchd = Duration::from_secs(20);
        place
    }

    /// How many texts osascript was asked to send.
    fn texts(&self) -> usize {
        self.0.read("texts").lines().count()
    }

    /// Answers on the phone as soon as text number `nth` was sent.
    fn answer(&self, nth: usize) -> std::thread::JoinHandle<()> {
        let (texts, db) = (self.0.path("texts"), self.chat_db());
        std::thread::spawn(move || {
            let count = || {
                fs::read_to_string(&texts)
                    .unwrap_or_default()
                    .lines()
                    .count()
            };
            waiting::wait_for("a text", || (count() >= nth).then_some(()));
            let mut messages = Messages::open(&db).expect("chat.db");
            messages
                .insert(&Row::from(OWNER, "help", wall()))
                .expect("a row");
        })
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let pid = self.0.read("agent.json").trim().parse().ok();
        if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
            // A test that has failed may have ended it.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
    }
}

fn patient() -> Wish {
    let mut wish = wish();
    wish.patience.timeout = Duration::from_secs(60);
    wish.patience.poll = Duration::from_millis(50);
    wish
}

#[test]
fn permissions_come_one_after_the_other_and_the_owners_answer_ends_it() {
    let live = Live::new("error:-1743");
    live.deny();
    let (place, wish) = (live.place(), patient());
    let answer = setup::launchd(&place, &wish).unwrap_or_else(|error| panic!("{}", error.report()));
    let told = said();
    assert_eq!(answer, Answer::No, "{told}");
    for words in [
        "The agent is running: process ",
        "Permission to grant: Full Disk Access",
        "Full Disk Access confirmed: chat.db is now readable.",
        "Automation is refused.",
    ] {
        assert!(told.contains(words), "{words} in {told}");
    }
    let asked = place.health().expect("the agent answers");
    assert_eq!(
        (asked.chat_db.ok, asked.automation.errno),
        (true, Some(-1743))
    );
    assert_eq!(asked.job.as_deref(), Some(LABEL));
    assert_eq!(
        permissions::run(&place, wish.patience).expect("asked"),
        Answer::Yes
    );
    assert!(said().contains("Full Disk Access confirmed"));

    live.sending("ok");
    let phone = live.answer(2);
    let answer = setup::all(&place, &wish).unwrap_or_else(|error| panic!("{}", error.report()));
    phone.join().expect("the phone");
    let told = said();
    assert_eq!(answer, Answer::Yes, "{told}");
    assert!(
        told.contains("Set-up is complete: your reply arrived."),
        "{told}"
    );
    assert_eq!(
        place.health().expect("answers").pid,
        asked.pid,
        "it was never ended"
    );
    // Nothing waits to be tried again, so the refused text does not come as a second one.
    let depth = || place.health().expect("answers").outbox.depth;
    waiting::wait_for("the last text", || (depth() == 0).then_some(()));
    let asked = live
        .0
        .read("texts")
        .matches("set-up is nearly complete")
        .count();
    assert_eq!(asked, 2, "the refused one and the one that came");

    // Taken away again, nothing runs.
    let wish = uninstall::Wish {
        purge: true,
        dry_run: false,
    };
    uninstall::run(&place, wish).expect("undone");
    assert!(place.health().is_err());
    said();
}

#[test]
fn an_agent_under_another_label_knows_its_job() {
    let live = Live::new("ok");
    let (mut place, mut wish) = (live.place(), patient());
    "com.example.other".clone_into(&mut place.label);
    wish.skip_permissions = true;
    let answer = setup::launchd(&place, &wish).unwrap_or_else(|error| panic!("{}", error.report()));
    assert_eq!(answer, Answer::Yes, "{}", said());
    let job = place.health().expect("the agent answers").job;
    assert_eq!(job.as_deref(), Some("com.example.other"));
    assert!(live.0.path("state/agent.log").exists(), "its own log");
    said();
}

#[test]
fn one_text_does_for_all_of_set_up() {
    let live = Live::new("ok");
    let (place, wish) = (live.place(), patient());
    let answer = setup::launchd(&place, &wish).unwrap_or_else(|error| panic!("{}", error.report()));
    let told = said();
    assert_eq!(answer, Answer::Yes, "{told}");
    assert!(told.contains("Automation confirmed"), "{told}");
    assert_eq!(live.texts(), 1);
    live.answer(1).join().expect("the phone");
    for _ in 0..2 {
        let answer = setup::all(&place, &wish).unwrap_or_else(|error| panic!("{}", error.report()));
        assert_eq!(answer, Answer::Yes, "{}", said());
    }
    // The answer to "help" is the owner's; of set-up there is this one.
    let asked = live
        .0
        .read("texts")
        .matches("set-up is nearly complete")
        .count();
    assert_eq!(asked, 1);
    said();
}
