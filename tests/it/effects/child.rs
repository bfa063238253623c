//! Children at their worst: whatever they do, the result comes in time.

use control_plane::effects::child::{Child, Ended};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const BUDGET: Duration = Duration::from_millis(400);
/// The budget, the grace and what a busy machine adds.
const LATEST: Duration = Duration::from_secs(60);

fn child(script: &str) -> Child {
    Child {
        program: PathBuf::from("/bin/bash"),
        args: vec!["-c".into(), script.into()],
        stdin: Vec::new(),
        cwd: None,
        environment: Vec::new(),
        budget: BUDGET,
    }
}

async fn patient(script: &str) -> Ended {
    let mut child = child(script);
    child.budget = Duration::from_secs(20);
    child.run().await
}

/// Waits until no process has `marker` in its command line.
async fn gone(marker: &str) -> bool {
    let end = Instant::now() + LATEST;
    while Instant::now() < end {
        let script = format!("pgrep -f '[s]leep {marker}'");
        if let Ended::Exited { code: 1, .. } = patient(&script).await {
            return true;
        }
        sleep(Duration::from_millis(10)).await;
    }
    false
}

#[tokio::test]
async fn input_output_and_code_come_through() {
    let mut cat = child("cat; echo problem >&2; exit 3");
    cat.budget = Duration::from_secs(20);
    cat.stdin = "x".repeat(300_000).into_bytes();
    let Ended::Exited { code, out, err } = cat.run().await else {
        panic!("did not exit");
    };
    assert_eq!(
        (code, out.len(), err.as_slice()),
        (3, 300_000, &b"problem\n"[..])
    );
}

#[tokio::test]
async fn a_child_that_never_reads_is_no_trouble() {
    let mut deaf = child("exec <&-; exit 0");
    deaf.budget = Duration::from_secs(20);
    deaf.stdin = vec![b'x'; 1_000_000];
    assert!(matches!(deaf.run().await, Ended::Exited { code: 0, .. }));
}

#[tokio::test]
async fn a_flood_is_drained_and_cut() {
    let Ended::Exited { code: 0, out, .. } = patient("head -c 8000000 /dev/zero").await else {
        panic!("did not exit");
    };
    assert_eq!(out.len(), 1024 * 1024);
}

#[tokio::test]
async fn the_whole_group_ends_when_the_time_is_up() {
    let began = Instant::now();
    let script = "trap '' TERM; (trap '' TERM; sleep 9181) & sleep 9181";
    assert!(matches!(child(script).run().await, Ended::TimedOut));
    assert!(began.elapsed() < LATEST);
    assert!(gone("9181").await);
}

#[tokio::test]
async fn a_grandchild_that_keeps_the_pipes_does_not_hold_up_the_result() {
    let began = Instant::now();
    let ended = patient("echo said; sleep 120 & disown; exit 0").await;
    assert!(began.elapsed() < LATEST);
    let Ended::Exited { code: 0, out, .. } = ended else {
        panic!("did not exit");
    };
    assert_eq!(out, b"said\n");
}

#[tokio::test]
async fn a_dropped_run_leaves_nobody_behind() {
    let run = child("sleep 9182 & sleep 9182").run();
    let cut = tokio::time::timeout(Duration::from_millis(100), run).await;
    assert!(cut.is_err());
    assert!(gone("9182").await);
}

#[tokio::test]
async fn signals_and_missing_programs_are_told_apart() {
    assert!(matches!(
        patient("kill -9 $$").await,
        Ended::Signalled { signal: 9 }
    ));
    let mut missing = child("");
    missing.program = PathBuf::from("/nonexistent/program");
    assert!(matches!(missing.run().await, Ended::NotStarted(_)));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_descriptor_of_ours_is_inherited() {
    let file = tempfile::tempfile().expect("file");
    let Ended::Exited { out, .. } = patient("ls -l /proc/self/fd").await else {
        panic!("did not exit");
    };
    let listing = String::from_utf8(out).expect("UTF-8");
    assert!(!listing.contains("(deleted)"), "{listing}");
    drop(file);
}
