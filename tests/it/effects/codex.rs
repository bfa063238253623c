//! `codex queue` and `codex exec resume`, with a stand-in on the command line.

use super::rig::{ID, Rig, instruction, session};
use events::command::Instruction;
use events::outcome::{Doubt, Failure, How, Performed};
use events::{Command, Outcome, Report};

const RECORD: &str =
    "#!/bin/bash\ncd \"$(dirname \"$0\")\"\nprintf '%s\\0' \"$@\" > said; cat >> said\n";

fn queue(rig: &Rig, text: &str) -> Command {
    Command::QueueInstruction(instruction(text, &rig.path("home")))
}

/// Whether a session is open is asked of the whole machine, on which other
/// tests have the usual one open.
const ALONE: &str = "01a203cb-6906-7a82-afcb-429f6ccccccc";
const OPEN: &str = "01a203cb-6906-7a82-afcb-429f6ddddddd";

fn resume(rig: &Rig, text: &str) -> Command {
    Command::ResumeSession(resumed(rig, text, ALONE))
}

fn resumed(rig: &Rig, text: &str, id: &str) -> Instruction {
    let mut instruction = instruction(text, &rig.path("home"));
    instruction.session = session(id);
    instruction
}

fn failed(report: Report) -> Failure {
    match report {
        Report::Settled(Outcome::Failed(failure)) => failure,
        other @ (Report::Settled(_) | Report::Performed(_)) => panic!("{other:?}"),
    }
}

fn performed(report: Report) -> Performed {
    match report {
        Report::Performed(performed) => performed,
        Report::Settled(outcome) => panic!("{outcome:?}"),
    }
}

#[tokio::test]
async fn the_text_is_one_argument_of_queue() {
    let rig = Rig::new();
    rig.script("codex", RECORD);
    let report = rig
        .execute(queue(&rig, " --resume; $(x)\u{1b}\n--thread "))
        .await;
    assert_eq!(performed(report).how, How::Queued);
    let said = std::fs::read_to_string(rig.path("said")).expect("said");
    let args: Vec<&str> = said.split('\0').collect();
    assert_eq!(args[0], "queue");
    assert_eq!(args[1], format!("--thread={ID}"));
    assert_eq!(args[2], "--message=--resume; $(x)\n--thread");
}

#[tokio::test]
async fn the_text_is_the_input_of_resume_and_no_flag_widens_anything() {
    let rig = Rig::new();
    rig.script("codex", RECORD);
    let report = rig.execute(resume(&rig, "--full-auto")).await;
    assert_eq!(performed(report).how, How::Resumed);
    let said = std::fs::read_to_string(rig.path("said")).expect("said");
    let id = ALONE;
    assert_eq!(
        said,
        format!("exec\0--skip-git-repo-check\0resume\0{id}\0-\0--full-auto")
    );
}

#[tokio::test]
async fn refusals_failures_and_doubts_are_told_apart() {
    let rig = Rig::new();
    let say = |line: &str, code: i32| {
        rig.script(
            "codex",
            &format!("#!/bin/bash\necho '{line}' >&2\nexit {code}\n"),
        );
    };
    say("error: unexpected argument --thread found", 2);
    let report = rig.execute(queue(&rig, "x")).await;
    assert!(matches!(failed(report), Failure::Unsupported { .. }));
    say("Error: no rollout found for thread id", 1);
    let report = rig.execute(queue(&rig, "x")).await;
    assert!(matches!(failed(report), Failure::Refused { code: 1, .. }));
    say(
        "Error: thread x already has an active writer (code -32600)",
        1,
    );
    let Failure::Refused { message, .. } = failed(rig.execute(resume(&rig, "x")).await) else {
        panic!("not refused");
    };
    assert!(message.reveal().contains("active writer"));
    say("Error: stream disconnected", 1);
    let performed = performed(rig.execute(resume(&rig, "x")).await);
    assert!(matches!(
        performed.doubt,
        Some(Doubt::BrokeOff { code: 1, .. })
    ));
}

#[tokio::test]
async fn a_resume_that_takes_too_long_is_in_doubt() {
    let rig = Rig::new();
    rig.script("codex", "#!/bin/bash\nsleep 60 & wait\n");
    let mut instruction = resumed(&rig, "x", ALONE);
    instruction.budget = events::Span(200);
    let report = rig.execute(Command::ResumeSession(instruction)).await;
    assert!(matches!(
        performed(report).doubt,
        Some(Doubt::TimedOut { .. })
    ));
}

#[tokio::test]
async fn a_missing_program_or_directory_is_a_failure() {
    let rig = Rig::new();
    let report = rig.execute(queue(&rig, "x")).await;
    assert!(matches!(failed(report), Failure::NotStarted { .. }));
    rig.script("codex", RECORD);
    let gone = instruction("x", &rig.path("gone"));
    let Failure::NotStarted { message, .. } =
        failed(rig.execute(Command::ResumeSession(gone)).await)
    else {
        panic!("started");
    };
    assert!(message.contains("does not exist"));
}

#[tokio::test]
async fn a_session_that_is_open_somewhere_is_not_resumed() {
    let Some(rig) = Rig::with_tmux() else { return };
    rig.script("codex", RECORD);
    rig.codex(&["--lock", &rig.lock(OPEN)]).await;
    let open = Command::ResumeSession(resumed(&rig, "x", OPEN));
    let report = rig.execute(open).await;
    assert!(matches!(failed(report), Failure::Refused { .. }));
    assert!(!rig.path("said").exists());
}
