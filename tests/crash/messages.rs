//! osascript at its worst, under the program itself: nobody is told twice, and
//! nothing else waits for it. What a call does depends on the text it is to send.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::log::Log;
use crate::running::Running;
use crate::tools::{content, wait_for};
use crate::truth::{Truth, check, delivered, spoken};
use crate::world::World;

/// First pause of a text that certainly was not sent.
const SOON: &[(&str, &str)] = &[("CODEX_IMESSAGE_INBOUND_RETRY_S", "0.2")];
const RESOLVED: &str = "echo 'control-plane: target resolved' >&2";

/// An osascript that looks for these words in the text, and otherwise just sends.
fn osascript(world: &World, cases: &[(&str, String)]) {
    let asked = world.path("messages/asked");
    let first = format!("echo \"$3\" >> '{}'\ncase \"$3\" in", asked.display());
    let case = |(word, act): &(&str, String)| format!("*\"{word}\"*) {act} ;;");
    let last = format!("*) {} ;;\nesac", world.sends());
    let lines = { cases.iter() }.map(case);
    let body: Vec<_> = [first].into_iter().chain(lines).chain([last]).collect();
    world.osascript(&body.join("\n"));
}

/// How often osascript was asked to send a text with this in it.
fn asked(world: &World, part: &str) -> usize {
    let asked = content(&world.path("messages/asked"));
    asked.lines().filter(|line| line.contains(part)).count()
}

/// How often such a text was delivered.
fn told(world: &World, part: &str) -> usize {
    let texts = delivered(world).into_iter();
    texts.filter(|text| text.contains(part)).count()
}

/// Somebody wants the owner's attention.
pub(crate) fn attention(world: &World, need: &str) {
    let helper = env!("CARGO_BIN_EXE_codex-imessage-notify");
    let mut helper = world.command(helper);
    let asked = helper.args(["attention", "--need", need]).output().unwrap();
    assert!(
        asked.status.success() && asked.stderr.is_empty(),
        "{asked:?}"
    );
}

/// How the commands that sent a text with this in it ended.
fn ends(log: &Log, word: &str) -> Vec<Value> {
    let ours = |request: &&Value| {
        request["command"]["SendMessage"]["text"]
            .as_str()
            .is_some_and(|text| text.contains(word))
    };
    let ids: Vec<_> = log
        .all("CommandRequested")
        .filter(ours)
        .map(|request| &request["id"])
        .collect();
    let settled = log
        .all("CommandSettled")
        .filter(|settled| ids.contains(&&settled["id"]));
    settled.map(|settled| settled["outcome"].clone()).collect()
}

#[test]
fn osascript_at_its_worst_tells_nobody_twice() {
    let world = World::new();
    let sends = world.sends();
    let once = world.path("messages/once");
    let refused = format!(
        "if [ -e '{once}' ]; then {sends}; else touch '{once}'; echo '(-1728)' >&2; exit 1; fi",
        once = once.display(),
    );
    let flood = "head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2";
    osascript(
        &world,
        &[
            ("leaves a grandchild", format!("{sends}; sleep 60 & exit 0")),
            ("floods", format!("{flood}; {sends}; {flood}")),
            ("sent and killed", format!("{sends}; kill -9 $$")),
            (
                "sent and failed",
                format!("{RESOLVED}; {sends}; echo '(-609)' >&2; exit 1"),
            ),
            ("sent and exited", format!("{sends}; exit 1")),
            ("first refused", refused),
        ],
    );
    let running = Running::up(&world, SOON);
    let words = [
        "leaves a grandchild",
        "floods",
        "sent and killed",
        "sent and failed",
        "sent and exited",
        "first refused",
        "plain",
    ];
    for word in words {
        attention(&world, word);
    }
    for word in words {
        wait_for(&format!("{word:?} on the phone"), || {
            (told(&world, word) > 0).then_some(())
        });
    }
    wait_for("all ends", || {
        let log = Log::of(&world);
        words
            .iter()
            .all(|word| {
                ends(&log, word)
                    .last()
                    .is_some_and(|end| end.get("Done").is_some())
            })
            .then_some(())
    });
    running.stop();
    check(&world, &[]);
    let times: BTreeMap<_, _> = { words }
        .map(|word| (word, (asked(&world, word), told(&world, word))))
        .into();
    for (word, times) in times {
        // Only what certainly was not sent is tried again.
        let tries = if word == "first refused" { 2 } else { 1 };
        assert_eq!(times, (tries, 1), "{word}");
    }
}

#[test]
fn what_osascript_may_have_sent_is_not_sent_again_and_said_to_be_unknown() {
    let world = World::new();
    osascript(
        &world,
        &[
            ("killed before", "kill -9 $$".to_owned()),
            ("exits at once", "exit 1".to_owned()),
            (
                "exits resolved",
                format!("{RESOLVED}; echo '(-1728)' >&2; exit 1"),
            ),
            ("says it sent", "exit 0".to_owned()),
        ],
    );
    let running = Running::up(&world, SOON);
    let words = [
        "killed before",
        "exits at once",
        "exits resolved",
        "says it sent",
    ];
    for word in words {
        attention(&world, word);
    }
    attention(&world, "plain");
    // None of them holds up the next for longer than it takes to look for its row.
    wait_for("the text behind them", || {
        (told(&world, "plain") == 1).then_some(())
    });
    wait_for("their ends", || {
        let log = Log::of(&world);
        words
            .iter()
            .all(|word| {
                ends(&log, word)
                    .first()
                    .is_some_and(|end| end.get("Unknown").is_some())
            })
            .then_some(())
    });
    running.stop();
    check(&world, &[]);
    for word in words {
        assert_eq!((asked(&world, word), told(&world, word)), (1, 0), "{word}");
    }
}

#[test]
fn a_hanging_osascript_is_ended_and_holds_up_no_session() {
    // Each takes the whole half minute that osascript has.
    let hang = "trap '' TERM; sleep 300 & wait; sleep 300";
    let hangs = |sends: bool| {
        let world = World::new();
        let act = if sends {
            format!("{}; {hang}", world.sends())
        } else {
            hang.to_owned()
        };
        osascript(&world, &[("hang on", act)]);
        let session = world.headless("begin");
        let running = Running::up(&world, &[]);
        attention(&world, "hang on");
        wait_for("the hang", || (asked(&world, "hang on") == 1).then_some(()));
        attention(&world, "next");
        world.say(&format!("@{session} go on"));
        wait_for("the instruction", || {
            spoken(&world).contains(&"go on".to_owned()).then_some(())
        });
        assert_eq!(asked(&world, "next"), 0, "the session waited for the hang");
        wait_for("the text behind it", || {
            (told(&world, "next") == 1).then_some(())
        });
        running.stop();
        check(&world, &[]);
        assert_eq!(
            (asked(&world, "hang on"), told(&world, "hang on")),
            (1, usize::from(sends))
        );
        let truth = Truth::of(&world);
        assert_eq!(truth.spoken.get("go on"), Some(&1));
    };
    std::thread::scope(|scope| {
        scope.spawn(|| hangs(true));
        scope.spawn(|| hangs(false));
    });
}
