//! The text that proves set-up: sent by the real agent, and read back from its log.

use crate::world::{World, healthy, said, wish};
use control_plane::clock::wall;
use control_plane::driver::Driver;
use control_plane::error::Answer;
use control_plane::mac::setup;
use control_plane::mac::trial::{self, Seen, Sent};
use control_plane::store::SledLog;
use events::event::{ChatDbPlaced, Placing};
use events::input::{Attention, Body, Chat, MessageRow, Started};
use events::outcome::{Doubt, Evidence, Failure};
use events::{CommandId, Guid, Input, InputKey, Now, Outcome, Report, Settings, Tick, Wall};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const OWNER: &str = "+15555550123";
const KEY: &str = "trial";

/// A log in which a text was asked for, as its holder sees it.
struct Holder {
    driver: Driver<SledLog>,
    now: Now,
}

impl Holder {
    fn new(world: &World) -> Self {
        fs::create_dir_all(world.path("state")).expect("state");
        let log = SledLog::open(&world.path("state")).expect("a log");
        let mut holder = Self {
            driver: Driver::open(log, projections::State::default()).expect("a driver"),
            now: Now {
                wall: Wall(1_795_000_000_000),
                tick: Tick(0),
            },
        };
        let settings = Settings {
            owner: vec![OWNER.into()],
            ..Settings::default()
        };
        holder.take(Input::Started(Started {
            version: "0.1.0".into(),
            pid: 1,
            settings,
        }));
        holder.take(Input::ChatDb(ChatDbPlaced {
            identity: "1:2:3".into(),
            rowid: 100,
            why: Placing::FirstStart,
        }));
        for key in ["another", KEY] {
            holder.asks(key, "please");
        }
        holder
    }

    fn asks(&mut self, key: &str, need: &str) {
        self.take(Input::Attention(Attention {
            key: InputKey::parse(key).expect("a key"),
            cwd: "/srv".into(),
            need: need.into(),
            to: None,
        }));
    }

    fn take(&mut self, input: Input) {
        self.driver.take(input, self.now).expect("taken");
    }

    /// The next text that is owed ends like this.
    fn ends(&mut self, outcome: Outcome) -> CommandId {
        self.now.tick.0 += 10_000;
        self.take(Input::Elapsed);
        let begun = self
            .driver
            .begin(&std::collections::BTreeSet::new(), self.now);
        let (id, _) = begun
            .expect("begun")
            .into_iter()
            .next()
            .expect("a text is owed");
        self.take(Input::Report(id, Report::Settled(outcome)));
        id
    }

    fn owner_writes(&mut self) {
        self.take(Input::Message(Box::new(MessageRow {
            body: Body::Text("help".into()),
            date: Some(self.now.wall),
            service: "iMessage".into(),
            from_me: false,
            handle: Some(OWNER.into()),
            destination: Some("mac@example.com".into()),
            chat: Some(Chat {
                style: Some(45),
                identifier: OWNER.into(),
                participants: vec![OWNER.into()],
            }),
            ..MessageRow::bare(101, Guid::parse("ROW-101").expect("a guid"))
        })));
    }
}

fn seen(world: &World) -> Seen {
    let key = InputKey::parse(KEY).expect("a key");
    trial::watch(&world.place(), &key, Duration::ZERO, |_| true).expect("seen")
}

fn done() -> Outcome {
    Outcome::Done(Evidence::Row {
        rowid: 101,
        guid: Guid::parse("OURS").expect("a guid"),
        service: "iMessage".into(),
    })
}

#[test]
fn what_became_of_the_text_is_read_beside_the_holder_of_the_log() {
    let refused = Outcome::Failed(Failure::NotPermitted { code: -1743 });
    let absent = Outcome::Failed(Failure::Target {
        code: -600,
        message: "not running".into(),
    });
    for (outcome, sent) in [
        (done(), Some(Sent::Done)),
        (refused, Some(Sent::NotPermitted)),
        (absent, None),
        (Outcome::Expired, Some(Sent::Otherwise)),
    ] {
        let world = World::new();
        let mut holder = Holder::new(&world);
        assert_eq!(seen(&world), Seen::default());
        holder.ends(done());
        assert_eq!(seen(&world).sent, None, "that was the other text");
        holder.ends(outcome);
        assert_eq!(
            seen(&world),
            Seen {
                sent,
                replied: false
            }
        );
        holder.owner_writes();
        assert_eq!(
            seen(&world),
            Seen {
                sent,
                replied: true
            }
        );
    }
}

#[test]
fn an_answer_ends_it_though_nobody_saw_the_text_go() {
    let world = World::new();
    let mut holder = Holder::new(&world);
    holder.now.wall = wall();
    holder.asks(
        "set-up",
        "set-up is nearly complete: reply with the word help to finish it",
    );
    holder.ends(done());
    holder.ends(done());
    holder.ends(Outcome::Unknown(Doubt::NoProof));
    // Nobody listens for hand-overs here, so another text could not be sent.
    trial::ask(&world.place()).expect_err("it may not have come, so another is sent");
    holder.owner_writes();
    let asked = trial::ask(&world.place()).expect("the same");
    assert_eq!(asked, InputKey::parse("set-up").expect("a key"));
}

/// The real agent of `world`, whose osascript is refused.
struct Agent(Child);

impl Agent {
    #[expect(clippy::disallowed_methods, reason = "a test drives a real process")]
    fn start(world: &World) -> Self {
        world.program(
            "bin/osascript",
            "#!/bin/sh\ncat >/dev/null\necho 'Not authorized to send Apple events to Messages. (-1743)' >&2\nexit 1\n",
        );
        let mut child = Command::new(env!("CARGO_BIN_EXE_codex-imessage-control-plane"))
            .arg("run")
            .env_clear()
            .env("HOME", world.path("home"))
            .env("CODEX_IMESSAGE_STATE_DIR", world.path("state"))
            .env("CODEX_IMESSAGE_TO", OWNER)
            .env("CODEX_IMESSAGE_OSASCRIPT_BIN", world.path("bin/osascript"))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let err = BufReader::new(child.stderr.take().expect("err"));
        let mut lines = err.lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("started (log locked)")));
        // Read on, so that it never writes into a closed pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self(child)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _collected = self.0.wait();
    }
}

#[test]
fn a_refused_automation_is_found_out_by_sending_and_shown() {
    let world = World::new();
    let mut health = healthy();
    health.automation.ok = false;
    world.agent(&health);
    let _agent = Agent::start(&world);
    let mut wish = wish();
    wish.patience.timeout = Duration::from_secs(30);
    assert_eq!(
        setup::launchd(&world.place(), &wish).expect("asked"),
        Answer::No
    );
    let said = said();
    assert!(
        said.contains("click OK") && said.contains("Automation is refused"),
        "{said}"
    );
    let calls = world.calls();
    assert!(
        calls
            .iter()
            .any(|call| call.ends_with("?Privacy_Automation")),
        "{calls:?}"
    );
}

#[test]
fn set_up_names_the_step_that_is_missing() {
    let world = World::new();
    let _agent = Agent::start(&world);
    let mut wish = wish();
    wish.patience.timeout = Duration::from_secs(30);
    assert_eq!(
        setup::all(&world.place(), &wish).expect("asked"),
        Answer::No
    );
    let said = said();
    assert!(
        said.contains("not complete") && said.contains("permission to control Messages"),
        "{said}"
    );
    let calls = world.calls();
    assert!(
        calls
            .iter()
            .any(|call| call.ends_with("?Privacy_Automation")),
        "{calls:?}"
    );
}

#[test]
fn a_text_that_nobody_takes_is_told() {
    let world = World::new();
    let mut wish = wish();
    wish.patience.timeout = Duration::ZERO;
    let holder = Holder::new(&world);
    // Nobody listens for hand-overs here, so the text cannot be sent.
    let report = setup::all(&world.place(), &wish)
        .expect_err("nobody")
        .report();
    assert!(
        report.contains("cannot hand the test text to the agent"),
        "{report}"
    );
    drop(holder);
}
