//! How long things may take. Every wait of the machine is listed here.

use crate::outbox::ATTEMPTS_MAX;
use events::outcome::{Failure, How};
use events::{Settings, Span};

/// For the rollout of a thread that notify has reported. Codex writes it before it notifies.
pub const ROLLOUT: Span = Span::seconds(10);
/// For our row in chat.db after osascript returned; error 22 comes a second or two later.
pub const ROW: Span = Span::seconds(30);
/// For the row of a file: Messages uploads it first.
pub const FILE: Span = Span::seconds(600);
/// For the owner to confirm what they said in a voice message.
pub const SPOKEN: Span = Span::seconds(600);
/// Until a text says that the owner's messages cannot be read.
pub const UNREADABLE: Span = Span::seconds(600);
/// Between two parts when the first one's row is not seen: Messages keeps their order.
pub const PACE: Span = Span::seconds(2);
/// For a text that Codex records only when a running turn or tool call ends.
pub const TURN: Span = Span::seconds(6 * 3600);
/// For an embedded Codex to look into its queue: it does so every 10 s.
pub const QUEUE: Span = Span::seconds(12);
/// Words at the desk this long after the end of a turn reply to it, so its text is withdrawn.
pub const OVERTAKEN: Span = Span::seconds(30);
/// For the next turn of a goal; Codex begins it within milliseconds.
pub const GOAL: Span = Span::seconds(15);
/// Added to the acknowledgement time, for a rollout that is late.
pub const LATE: Span = Span::seconds(30);

/// For the rest of a long text, which phones send in parts; longer if the owner's setting
/// for links (`Settings::gather`) is longer.
pub const GATHER_LONG: Span = Span(2_500);

/// How long an approval or a question waits while `here` holds.
pub const HERE: Span = Span::seconds(1800);
/// How long `here` holds if it names no time.
pub const HERE_LASTS: Span = Span::seconds(4 * 3600);
/// How long somebody who used the Mac or a terminal counts as being there.
pub const THERE: Span = Span::seconds(60);
/// For the check whether somebody is at the Mac; without an answer the text is sent.
pub const LOOK: Span = Span::seconds(2);
/// How long the result of that check counts.
pub const SEEN: Span = Span::seconds(5);
/// The same for a text about a turn that waits because somebody is at the Mac.
pub const SEEN_THERE: Span = Span::seconds(3);
/// For Codex's background server to show again what waits there, after a connection to it ended.
pub const SERVER_BACK: Span = Span::seconds(120);
/// An answer this soon after another one may be meant for the prompt which that one closed.
pub const TWICE: Span = Span::seconds(5);
/// Until a prompt that cannot be checked now is checked again.
pub const UNCHECKED: Span = Span::seconds(300);
/// How long a silent turn counts as running; it may have ended with the computer.
pub const SILENT: Span = Span::seconds(6 * 3600);
/// For a turn to fail because the usage limit is used up, before a text of its own says so.
pub const LIMIT: Span = Span::seconds(10);
/// Added to the reset of a usage limit, because Codex's clock may differ.
pub const RESET: Span = Span::seconds(30);
/// How long the Mac must stay awake to count as awake; macOS wakes for moments at night.
pub const AWAKE: Span = Span::seconds(120);
/// How long something without a sign of life keeps the Mac awake.
pub const AWAKE_FOR: Span = Span::seconds(12 * 3600);
/// How long the Mac is kept awake for a text whose time has come.
pub const AWAKE_AFTER: Span = Span::seconds(600);
/// How long after the owner's words to a session what it says comes despite quiet hours.
pub const TALK: Span = Span::seconds(3600);
/// For the session's record of an end that notify told first; only the record says what was done.
pub const RECORD: Span = Span(1_500);

/// The waits behind one performed command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Until it is unknown.
    pub proof: Span,
    /// Until the next part may follow, or the owner is told that it is not seen yet.
    pub next: Span,
}

/// How long a performed command waits for its proof.
pub fn after(how: &How, send: bool, settings: &Settings) -> Waits {
    if send {
        return Waits {
            proof: ROW,
            next: PACE,
        };
    }
    let ack = settings.ack_timeout;
    let late = Span(ack.0.saturating_add(LATE.0));
    match how {
        How::Queued => Waits {
            proof: TURN,
            next: QUEUE,
        },
        How::Steered(_) | How::TurnSteered => Waits {
            proof: TURN,
            next: ack,
        },
        How::Resumed => Waits {
            proof: late,
            next: late,
        },
        How::Typed(_)
        | How::Chosen(_)
        | How::Pressed(_)
        | How::Accepted
        | How::Replied { .. }
        | How::Answered(_)
        | How::TurnStarted { .. }
        | How::InterruptAsked
        | How::EscapePressed(_)
        | How::Begun => Waits {
            proof: late,
            next: ack,
        },
    }
}

/// The pause before a failed part is tried again; `None` when it is given up.
/// The pauses grow from the one that is set (`CODEX_IMESSAGE_INBOUND_RETRY_S`).
pub fn retry(attempts: u16, failure: &Failure, settings: &Settings) -> Option<Span> {
    if attempts >= ATTEMPTS_MAX {
        return None;
    }
    match failure {
        Failure::TooLarge { .. } | Failure::Unsupported { .. } => None,
        // Only the owner can change this; the pause is long, and it is tried all the same.
        Failure::NotPermitted { .. } => Some(Span::seconds(300)),
        Failure::Target { .. }
        | Failure::Row { .. }
        | Failure::NoPane { .. }
        | Failure::NotReady { .. }
        | Failure::Refused { .. }
        | Failure::NotStarted { .. }
        | Failure::PromptGone { .. }
        | Failure::NoLink { .. }
        | Failure::Rejected { .. }
        | Failure::NoTurn
        | Failure::TurnRuns
        | Failure::PromptUp => {
            let growth = [1, 3, 12, 60, 180, 720, 720][usize::from(attempts.clamp(1, 7)) - 1];
            Some(Span(settings.inbound_retry.0.saturating_mul(growth)))
        }
    }
}
