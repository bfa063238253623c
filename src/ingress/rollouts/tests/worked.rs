//! What a turn did, summed up when it ends.

use super::*;
use crate::ingress::rollouts::reported::Reported;
use crate::ingress::rollouts::tail::{Output, Start, Tail};
use events::event::TurnWork;
use events::time::Wall;

fn item(second: u32, item: &str) -> String {
    let payload = format!(r#"{{"type":"item_completed","turn_id":"t","item":{item}}}"#);
    line(second, "event_msg", &payload)
}

fn ran(second: u32, call: &str, command: &str, exit: i32, output: &str) -> String {
    item(
        second,
        &format!(
            r#"{{"type":"CommandExecution","id":"{call}","command":["/bin/bash","-lc","{command}"],"status":"completed","exit_code":{exit},"aggregated_output":"{output}"}}"#
        ),
    )
}

fn tokens(second: u32, total: u32, last: u32) -> String {
    let usage =
        |n: u32| format!(r#"{{"input_tokens":{n},"cached_input_tokens":0,"output_tokens":0}}"#);
    let payload = format!(
        r#"{{"type":"token_count","info":{{"total_token_usage":{},"last_token_usage":{}}}}}"#,
        usage(total),
        usage(last)
    );
    line(second, "event_msg", &payload)
}

fn busy() -> String {
    [
        meta(0),
        started(1, "t"),
        user(1, "go"),
        tokens(2, 5_000, 400),
        ran(3, "c1", "cargo test", 101, "test result: FAILED. 3 passed; 1 failed\\n"),
        ran(4, "c2", "grep -r needle .", 1, ""),
        ran(5, "c3", "cargo build", 101, ""),
        ran(6, "c4", "cargo  build", 0, ""),
        item(7, r#"{"type":"FileChange","id":"p1","status":"completed","changes":{"/w/a.rs":{"type":"add","content":"one\ntwo\n"}}}"#),
        item(8, r#"{"type":"FileChange","id":"p2","status":"completed","changes":{"/w/a.rs":{"type":"update","unified_diff":"@@ -1 +1 @@\n-one\n+1\n"}}}"#),
        item(9, r#"{"type":"FileChange","id":"p3","status":"declined","changes":{"/w/b.rs":{"type":"add","content":"x\n"}}}"#),
        ran(10, "c5", "git commit -m x", 0, "[main 1a2b3c4] Fix it\\n"),
        tokens(11, 9_000, 100),
    ]
    .concat()
}

fn read(path: &Path, start: Start) -> Vec<Rollout> {
    let mut tail = Tail::new(session(THREAD), path.to_owned(), start);
    let (mut reported, mut facts, mut strange) = (Reported::default(), Vec::new(), Vec::new());
    let mut out = Output {
        reported: &mut reported,
        facts: &mut facts,
        strange: &mut strange,
    };
    tail.read(&mut out).unwrap();
    facts
}

fn work(rollout: &Rollout) -> Option<&TurnWork> {
    if let RolloutFact::Worked { work, .. } = &rollout.fact {
        Some(work)
    } else {
        None
    }
}

fn works(facts: &[Rollout]) -> Vec<&TurnWork> {
    facts.iter().filter_map(work).collect()
}

const FRESH: Start = Start::Fresh { since: Wall(0) };

#[test]
fn the_records_of_a_turn_are_summed_up_before_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = rollout(folder.path(), THREAD);
    fs::write(&path, busy() + &ended(13)).unwrap();
    let facts = read(&path, FRESH);
    let work = works(&facts)[0].clone();
    let files: Vec<_> = work
        .files
        .iter()
        .map(|f| (f.path.reveal().as_str(), f.added, f.removed))
        .collect();
    assert_eq!(files, [("/w/a.rs", 3, 1)]);
    let failed: Vec<_> = work
        .failed
        .iter()
        .map(|f| (f.command.reveal().as_str(), f.exit))
        .collect();
    assert_eq!(
        failed,
        [("cargo test", 101)],
        "what was mended or only looks is no failure"
    );
    let tests = work.tests.unwrap();
    assert_eq!((tests.passed, tests.failed), (3, 1));
    assert_eq!(work.commits[0].hash, "1a2b3c4");
    assert_eq!((work.ran, work.millis, work.tokens), (4, 12_000, 4_400));
    let last: Vec<_> = facts.iter().rev().take(2).map(|r| show(&r.fact)).collect();
    assert!(
        last[0].starts_with("completed") && last[1].starts_with("worked"),
        "{last:?}"
    );
}

#[test]
fn a_restart_in_the_middle_of_a_turn_forgets_none_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = rollout(folder.path(), THREAD);
    fs::write(&path, busy() + &ended(13)).unwrap();
    let whole = works(&read(&path, FRESH))[0].clone();
    let text = busy() + &ended(13);
    let ends: Vec<_> = text
        .match_indices('\n')
        .map(|(at, _)| at as u64 + 1)
        .collect();
    for offset in &ends[2..ends.len() - 1] {
        let since = Wall(0);
        let facts = read(
            &path,
            Start::At {
                offset: *offset,
                since,
            },
        );
        assert_eq!(works(&facts), [&whole], "from {offset}");
    }
    // Behind the sum, before the end: both are told again, and the same.
    let facts = read(&path, FRESH);
    let sum = facts
        .iter()
        .find(|r| matches!(r.fact, RolloutFact::Worked { .. }));
    let offset = sum.unwrap().offset;
    let again = read(
        &path,
        Start::At {
            offset,
            since: Wall(0),
        },
    );
    assert_eq!(works(&again), [&whole]);
}

#[test]
fn a_turn_that_did_nothing_to_speak_of_has_no_sum() {
    let folder = tempfile::tempdir().unwrap();
    let path = rollout(folder.path(), THREAD);
    let quiet = [meta(0), started(1, "t"), ran(2, "c", "ls", 0, ""), ended(3)];
    fs::write(&path, quiet.concat()).unwrap();
    assert!(works(&read(&path, FRESH)).is_empty());
}
