//! How effects ended, as sentences without any text of the owner's or of
//! Codex's: for health, for `explain`, for whatever people paste.

use events::Outcome;
use events::outcome::{Doubt, Evidence, Failure, How, Performed, Screen};

/// An outcome.
pub fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(proof) => format!("done: {}", evidence(proof)),
        Outcome::Failed(why) => format!("it definitely did not happen: {}", failure(why)),
        Outcome::Unknown(why) => format!("it may have happened: {}", doubt(why)),
        Outcome::Expired => "it was no longer needed before it began".into(),
    }
}

/// What shows that it happened.
pub fn evidence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Row { rowid, service, .. } => {
            format!("row {rowid} of chat.db holds the text, by {service}")
        }
        Evidence::Recorded { session, offset } => {
            format!("the rollout of {session} holds the words before byte {offset}")
        }
        Evidence::Answered { session, .. } => {
            format!("the rollout of {session} holds the answer")
        }
        Evidence::Running { session, pane, .. } => {
            format!("Codex runs in {pane} and holds {session}")
        }
        Evidence::Resolved { prompt } => {
            format!("Codex closed prompt {prompt} with this answer")
        }
        Evidence::TurnEnded { session, .. } => {
            format!("the rollout of {session} holds the end of the turn")
        }
        Evidence::Fetched { files } => {
            let copied = files.iter().filter(|file| file.copy.is_ok()).count();
            format!("{copied} of {} files were copied", files.len())
        }
        Evidence::Removed => "the copies are deleted".into(),
        Evidence::Managed => "Codex's background server did it".into(),
        Evidence::Opened { session, pane, .. } => {
            format!("the Codex in {pane} holds {session}")
        }
        Evidence::CopiedOut { bytes, .. } => format!("a copy of {bytes} bytes was made"),
        Evidence::Looked { text, left_out } => {
            let lines = text.reveal().lines().count();
            format!("it showed {lines} lines, and {left_out} more were left out")
        }
    }
}

/// How it was carried out.
pub fn performed(performed: &Performed) -> String {
    let how = match &performed.how {
        How::Accepted => "Messages accepted the text".to_owned(),
        How::Typed(pane) => format!("typed into {pane}"),
        How::Steered(pane) => format!("typed into {pane} while a turn ran"),
        How::Chosen(pane) => format!("chosen by digits in {pane}"),
        How::Pressed(pane) => format!("Enter was pressed once more in {pane}"),
        How::Queued => "handed to codex queue".to_owned(),
        How::Resumed => "run by codex exec resume".to_owned(),
        How::Replied { words: false } => "the app-server took the answer".to_owned(),
        How::Replied { words: true } => {
            "the app-server took the answer and the words behind it".to_owned()
        }
        How::Answered(pane) => format!("answered by keys in {pane}"),
        How::TurnStarted { .. } => "the app-server began a turn with it".to_owned(),
        How::TurnSteered => "the app-server gave it to the running turn".to_owned(),
        How::InterruptAsked => "the app-server was asked to interrupt the turn".to_owned(),
        How::Begun => "begun; its end was not seen".to_owned(),
        How::EscapePressed(pane) => format!("Escape was pressed in {pane}"),
    };
    match &performed.doubt {
        None => how,
        Some(why) => format!("{how}, in doubt: {}", doubt(why)),
    }
}

/// Why it certainly did not happen.
pub fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Target { code, message } => format!("{message} ({code})"),
        Failure::NotPermitted { code } => {
            format!("macOS does not let this program control Messages ({code})")
        }
        Failure::Row { code, .. } => format!("Messages reports error {code} for it"),
        Failure::NoPane { why } | Failure::PromptGone { why } | Failure::NoLink { why } => {
            why.clone()
        }
        Failure::NotReady { pane, screen } => format!("{pane} {}", shows(screen)),
        Failure::Unsupported { what } => what.clone(),
        Failure::Refused { program, code, .. } => format!("{program} refused (exit code {code})"),
        Failure::TooLarge { bytes, max } => {
            format!("the text has {bytes} bytes, and {max} is the most")
        }
        Failure::NotStarted { program, message } => {
            format!("{program} could not be started: {message}")
        }
        Failure::Rejected { code, .. } => format!("Codex's background server refused it ({code})"),
        Failure::NoTurn => "no turn runs".into(),
        Failure::TurnRuns => "a turn runs".into(),
        Failure::PromptUp => "the session waits for an answer to a prompt".into(),
    }
}

/// Why it is not known.
pub fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::TimedOut { program } => {
            format!("{program} timed out and was ended")
        }
        Doubt::BrokeOff { program, code, .. } => {
            format!("{program} failed ({code}) when it may already have acted")
        }
        Doubt::Interrupted => "this program was stopped while it ran".into(),
        Doubt::NoProof => "no proof came in time".into(),
        Doubt::NoWitness => "what would prove it cannot be read".into(),
    }
}

const fn shows(screen: &Screen) -> &'static str {
    match screen {
        Screen::Composer { draft: true } => "holds a draft of the owner's",
        Screen::Composer { draft: false } => "was not ready",
        Screen::Working => "runs a turn",
        Screen::RunningHook => "runs a hook",
        Screen::Approval { .. } => "waits for an approval",
        Screen::Question { .. } => "is waiting for an answer",
        Screen::PlanPrompt => "asks whether to implement the plan",
        Screen::Trust => "asks whether to trust a folder or hooks",
        Screen::Update => "offers an update",
        Screen::Login => "asks to sign in",
        Screen::Picker { .. } => "shows a list that takes keys",
        Screen::Shell => "has ended Codex and shows a shell",
        Screen::CopyMode => "is in copy mode",
        Screen::Unknown => "is not recognised",
    }
}
