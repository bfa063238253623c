//! What Messages and Codex wrote down themselves, beside what the log says. None of
//! this may ever fail, at whatever moment the program was killed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::AssertUnwindSafe;

use control_plane::ingress::chat_db::typedstream;
use serde_json::{Value, json};

use crate::load::{Given, Handed};
use crate::log::Log;
use crate::tools::{content, now};
use crate::world::{OWNER, World};

/// How often each text occurs.
type Tally = BTreeMap<String, usize>;

fn tally(texts: impl IntoIterator<Item = String>) -> Tally {
    let mut tally = Tally::new();
    for text in texts {
        *tally.entry(text).or_default() += 1;
    }
    tally
}

/// What went out, as Messages and Codex know it.
pub(crate) struct Truth {
    /// Calls of osascript, by text.
    calls: Tally,
    /// Our rows without an error, by text.
    pub(crate) delivered: Tally,
    /// What sessions were told, by text.
    pub(crate) spoken: Tally,
}

impl Truth {
    pub(crate) fn of(world: &World) -> Self {
        Self {
            calls: tally(calls(world)),
            delivered: tally(delivered(world)),
            spoken: tally(spoken(world)),
        }
    }
}

fn calls(world: &World) -> Vec<String> {
    let calls = content(&world.path("messages/calls"));
    let whole = calls
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    whole
        .map(|line| {
            let call: Value = serde_json::from_str(line).unwrap();
            call["text"].as_str().unwrap().to_owned()
        })
        .collect()
}

/// Our rows in chat.db, oldest first.
pub(crate) fn delivered(world: &World) -> Vec<String> {
    let messages = world.messages();
    let query = "SELECT attributedBody FROM message WHERE is_from_me AND error = 0 ORDER BY ROWID";
    let mut rows = messages.db().prepare(query).unwrap();
    let bodies = rows.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    bodies
        .map(|body| typedstream::decode(&body.unwrap()).unwrap())
        .collect()
}

/// Every prompt that any session recorded.
pub(crate) fn spoken(world: &World) -> Vec<String> {
    let mut spoken = Vec::new();
    for rollout in world.rollouts() {
        let text = fs::read_to_string(rollout).unwrap();
        let whole = text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        for line in whole {
            let record: Value = serde_json::from_str(line).unwrap();
            let item = &record["payload"]["item"];
            if item["type"] == "UserMessage" {
                spoken.push(item["content"][0]["text"].as_str().unwrap().to_owned());
            }
        }
    }
    spoken
}

/// The promises that hold at every moment. The world is looked at first: whatever it
/// knows of was on disk before it happened.
pub(crate) fn check(world: &World, given: &[&Given]) -> Log {
    let truth = Truth::of(world);
    let log = Log::of(world);
    commands_are_begun_once(&log);
    nothing_happened_unbegun_or_twice(&truth, &log);
    marks_are_told_once(given, &truth);
    hand_overs_count_once(given, &log);
    rows_count_once(given, &log);
    nothing_private_is_said(world, given);
    log
}

/// What the program says while it works, its trace and its diagnosis, has no words of the
/// owner or for them, and no address.
fn nothing_private_is_said(world: &World, given: &[&Given]) {
    let said = content(&world.path("trace"));
    let rows = given.iter().flat_map(|given| &given.rows);
    let lines = given.iter().flat_map(|given| &given.lines);
    let texts = rows.map(|(_, text)| text).chain(lines);
    let digits = OWNER.trim_start_matches("+1").to_owned();
    for private in texts.chain([&digits]) {
        let line = said.lines().find(|line| line.contains(private.as_str()));
        assert_eq!(line, None, "{private:?} was said");
    }
}

fn commands_are_begun_once(log: &Log) {
    for kind in ["CommandRequested", "CommandStarted", "CommandSettled"] {
        let ids: Vec<_> = log.all(kind).map(|event| event["id"].to_string()).collect();
        let once: BTreeSet<_> = ids.iter().collect();
        assert_eq!(once.len(), ids.len(), "{kind} twice for one command");
    }
}

fn nothing_happened_unbegun_or_twice(truth: &Truth, log: &Log) {
    let started = log.started();
    let sends: Vec<_> = started
        .iter()
        .filter(|(name, _)| *name == "SendMessage")
        .collect();
    let text = |send: &Value| send["text"].as_str().unwrap().to_owned();
    let begun = tally(sends.iter().map(|(_, send)| text(send)));
    for (text, times) in &truth.calls {
        let begun = begun.get(text).copied().unwrap_or(0);
        assert!(
            *times <= begun,
            "{text:?} went to osascript {times} times, begun {begun} times"
        );
    }
    let part = |send: &Value| (send["notice"].as_u64(), send["part"].as_u64(), text(send));
    let parts: BTreeSet<_> = sends.iter().map(|(_, send)| part(send)).collect();
    let owed = tally(parts.into_iter().map(|(_, _, text)| text));
    for (text, times) in &truth.delivered {
        let owed = owed.get(text).copied().unwrap_or(0);
        assert!(
            *times <= owed,
            "{text:?} was delivered {times} times, owed {owed} times"
        );
    }
    for (text, times) in &truth.spoken {
        assert_eq!(*times, 1, "{text:?} was typed {times} times");
    }
}

/// Whatever became of the commands: what somebody wanted the owner to know stands in one
/// text, merged with others or not. What may be missing is listed by its first words.
fn marks_are_told_once(given: &[&Given], truth: &Truth) {
    let lists = |text: &str| text.contains("texts you may not have");
    let texts: Vec<_> = truth
        .delivered
        .iter()
        .filter(|(text, _)| !lists(text))
        .collect();
    let handed = given.iter().flat_map(|given| &given.handed);
    let lines = given.iter().flat_map(|given| &given.lines);
    for mark in handed.map(|handed| &handed.mark).chain(lines) {
        let times: usize = { texts.iter() }
            .map(|(text, times)| *times * text.matches(mark).count())
            .sum();
        assert!(times <= 1, "the owner was told of {mark} {times} times");
    }
}

fn hand_overs_count_once(given: &[&Given], log: &Log) {
    let turns = log
        .all("NotifyReceived")
        .map(|event| &event["told"]["Ok"]["turn"]);
    let needs = log.all("AttentionRequested").map(|event| &event["need"]);
    let marks = turns.chain(needs).filter_map(|mark| mark.as_str());
    let marks = tally(marks.map(str::to_owned));
    for handed in given.iter().flat_map(|given| &given.handed) {
        let times = marks.get(&handed.mark).copied().unwrap_or(0);
        assert!(times <= 1, "{handed:?} is there {times} times");
        // What lies in the inbox is accepted too; `everything_is_in` waits for it.
        if let Some(at) = handed.at {
            assert!(times == 1 && at <= log.last(), "{handed:?} is lost");
        }
    }
}

fn rows_count_once(given: &[&Given], log: &Log) {
    let rows = tally(log.inbound().into_iter().map(str::to_owned));
    for (row, text) in given.iter().flat_map(|given| &given.rows) {
        let times = rows.get(row).copied().unwrap_or(0);
        assert!(times <= 1, "{text:?} was taken {times} times");
    }
}

/// What is still missing of what was accepted.
pub(crate) fn missing(world: &World, given: &[&Given]) -> Vec<String> {
    let log = Log::of(world);
    let turns = log
        .all("NotifyReceived")
        .map(|event| &event["told"]["Ok"]["turn"]);
    let needs = log.all("AttentionRequested").map(|event| &event["need"]);
    let marks: BTreeSet<_> = turns.chain(needs).filter_map(Value::as_str).collect();
    let rows: BTreeSet<_> = log.inbound().into_iter().collect();
    let mut missing = Vec::new();
    for given in given {
        let lost = |handed: &&Handed| handed.acknowledged && !marks.contains(handed.mark.as_str());
        missing.extend(
            given
                .handed
                .iter()
                .filter(lost)
                .map(|handed| format!("{handed:?}")),
        );
        let unread = given
            .rows
            .iter()
            .filter(|(row, _)| !rows.contains(row.as_str()));
        missing.extend(unread.map(|(_, text)| format!("the row {text:?}")));
    }
    let lines = given.iter().map(|given| given.lines.len()).sum::<usize>();
    let imported = log.count("QueueLineImported");
    if imported != lines {
        missing.push(format!(
            "{lines} lines of the queue file, of which {imported} are in"
        ));
    }
    missing
}

/// A planted fault each: a check that cannot fail would prove nothing.
#[test]
fn the_checks_see_what_they_look_for() {
    let seen = |fault: &dyn Fn(&World, &mut Given)| {
        let (world, mut given) = (World::new(), Given::default());
        fs::create_dir_all(world.codex_home().join("sessions")).unwrap();
        assert!(complaint(&world, &given).is_none());
        fault(&world, &mut given);
        complaint(&world, &given).unwrap()
    };
    let sent = |world: &World, _: &mut Given| {
        let sent = world.messages().deliver(OWNER, "of nobody", now());
        drop(sent.unwrap());
    };
    assert!(seen(&sent).contains("was delivered 1 times, owed 0 times"));
    let called = |world: &World, _: &mut Given| {
        fs::write(world.path("messages/calls"), "{\"text\":\"of nobody\"}\n").unwrap();
    };
    assert!(seen(&called).contains("went to osascript 1 times, begun 0 times"));
    let typed = |world: &World, _: &mut Given| {
        let item = json!({"type": "UserMessage", "content": [{"text": "again"}]});
        let line = json!({"payload": {"item": item}});
        let rollout = world.codex_home().join("sessions/rollout.jsonl");
        fs::write(rollout, format!("{line}\n{line}\n")).unwrap();
    };
    assert!(seen(&typed).contains("was typed 2 times"));
    let told = |world: &World, given: &mut Given| {
        given.rows.push(("row".to_owned(), "the words".to_owned()));
        fs::write(world.path("trace"), "DEBUG taken: the words\n").unwrap();
    };
    assert!(seen(&told).contains("was said"));
    let lost = |_: &World, given: &mut Given| {
        given.handed.push(Handed {
            mark: "lost".to_owned(),
            acknowledged: true,
            at: Some(1),
        });
    };
    assert!(seen(&lost).contains("is lost"));
}

/// What a check says of a world.
fn complaint(world: &World, given: &Given) -> Option<String> {
    let checked = || check(world, &[given]);
    let panic = std::panic::catch_unwind(AssertUnwindSafe(checked)).err()?;
    panic.downcast_ref::<String>().cloned()
}
