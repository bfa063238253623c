//! What becomes of a command. An effect that fails is a fact about the world,
//! not an error of this program: outcomes go through the log like everything else.

use crate::id::{CallId, Guid, Pane, Seq, SessionId, TurnId};
use crate::private::Text;
use serde::{Deserialize, Serialize};

/// The end of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It happened, and here is what shows it.
    Done(Evidence),
    /// It certainly did not happen.
    Failed(Failure),
    /// It may have happened. Only evidence or the owner resolves this, never a second try.
    Unknown(Doubt),
    /// It was not begun before it stopped mattering.
    Expired,
}

/// What an executor says about its command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Report {
    /// The effect was carried out; proof is awaited from chat.db or the rollout.
    Performed(Performed),
    /// There is nothing to wait for.
    Settled(Outcome),
}

/// How an effect was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Performed {
    /// In which way, in a few words for the receipt and the log.
    pub how: How,
    /// Why even this is in doubt.
    pub doubt: Option<Doubt>,
}

/// The way an effect took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// osascript said that Messages accepted the text.
    Accepted,
    /// Pasted and submitted into an idle composer.
    Typed(Pane),
    /// Pasted and submitted while a turn ran: Codex steers it.
    Steered(Pane),
    /// Digits of options typed into a question.
    Chosen(Pane),
    /// Enter pressed once more on our own text.
    Pressed(Pane),
    /// Handed to `codex queue`.
    Queued,
    /// Run by `codex exec resume`.
    Resumed,
    /// The app-server took the answer to a prompt; and the words behind it, where there were any.
    Replied { words: bool },
    /// The prompt in this pane was answered by keys.
    Answered(Pane),
    /// The app-server began a turn with it.
    TurnStarted { turn: Option<TurnId> },
    /// The app-server gave it to the running turn.
    TurnSteered,
    /// The app-server was asked to interrupt the turn.
    InterruptAsked,
    /// Escape was pressed in this pane.
    EscapePressed(Pane),
    /// Begun, and cut short with this program: where it came to, nobody saw.
    Begun,
}

/// What shows that an effect happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Evidence {
    /// Our row in chat.db.
    Row {
        rowid: i64,
        guid: Guid,
        service: String,
    },
    /// The rollout holds the text.
    Recorded { session: SessionId, offset: u64 },
    /// The rollout closed the question.
    Answered { session: SessionId, call: CallId },
    /// Codex runs in a pane of ours and holds this thread.
    Running {
        session: SessionId,
        pane: Pane,
        cwd: String,
    },
    /// The prompt was closed by our answer: Codex says so, or it is seen to act on it.
    Resolved { prompt: Seq },
    /// The rollout holds the end of the turn.
    TurnEnded {
        session: SessionId,
        turn: Option<TurnId>,
    },
    /// What a look has shown (redacted), and how many lines of it were left out here.
    Looked { text: Text, left_out: u64 },
    /// What became of each file that was to be copied.
    Fetched { files: Vec<FetchedFile> },
    /// The copies are not there any more.
    Removed,
    /// A file of a session's directory was copied for the owner.
    CopiedOut {
        /// The copy; its path ends with the file's name.
        file: Text,
        /// What the copy is called.
        name: Text,
        /// Its size.
        bytes: u64,
    },
    /// The app-server says that it did it.
    Managed,
    /// The Codex in this pane holds the session, and `window` says to a person where that is.
    Opened {
        session: SessionId,
        pane: Pane,
        window: String,
    },
}

/// A file of the owner's message, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedFile {
    /// What Messages calls it: for the owner's eyes only, never for a session.
    pub name: Text,
    /// The copy, or why there is none.
    pub copy: Result<FileCopy, NoCopy>,
}

/// A copy that a session can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCopy {
    /// Its file, which this program named.
    pub path: String,
    /// It is a picture that Codex can be shown.
    pub picture: bool,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Why a file was not copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoCopy {
    /// It did not come, or not all of it, within the time that was waited.
    NotWhole,
    /// Messages says that it could not be downloaded.
    NotDownloaded,
    /// It is larger than the setting allows.
    TooLarge { bytes: u64, max: u64 },
    /// It is no picture, and only pictures are wanted.
    NoPicture,
    /// It had to be converted, and that failed; a short reason.
    NotConverted { why: String },
    /// It could not be read, or is not a file that Messages keeps; a short reason.
    Unreadable { why: String },
    /// More files than a message may have.
    TooMany,
}

/// Why an effect certainly did not happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// Messages does not know the recipient (yet), or cannot be asked: a later try may work.
    Target { code: i32, message: String },
    /// macOS does not let us control Messages: only the owner can change that.
    NotPermitted { code: i32 },
    /// Messages wrote our row with an error code.
    Row { guid: Guid, code: i64 },
    /// No pane is proven to hold the session.
    NoPane { why: String },
    /// The pane is the session's, but not ready for this.
    NotReady { pane: Pane, screen: Screen },
    /// A program that is needed is missing or too old.
    Unsupported { what: String },
    /// The program refused.
    Refused {
        program: String,
        code: i32,
        message: Text,
    },
    /// The text is larger than can be delivered.
    TooLarge { bytes: u64, max: u64 },
    /// The program could not be started.
    NotStarted { program: String, message: String },
    /// The prompt is not up any more, or it is not the one that was shown.
    PromptGone { why: String },
    /// The app-server does not have the session on the connection that is meant.
    NoLink { why: String },
    /// The app-server answered with an error.
    Rejected { code: i64, message: Text },
    /// No turn runs that could be interrupted or steered.
    NoTurn,
    /// A turn runs, so that no new one can begin.
    TurnRuns,
    /// The session waits for an answer: words would be lost behind the prompt.
    PromptUp,
}

impl Failure {
    /// The code of macOS, where macOS refused to let us send.
    pub const fn system_code(&self) -> Option<i32> {
        if let Self::Target { code, .. } | Self::NotPermitted { code } = self {
            Some(*code)
        } else {
            None
        }
    }
}

/// Why it is not known whether an effect happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doubt {
    /// The program did not end within its time and was killed.
    TimedOut { program: String },
    /// The program broke off after the point of no return.
    BrokeOff {
        program: String,
        code: i32,
        message: Text,
    },
    /// We were stopped while it ran.
    Interrupted,
    /// It was carried out, but no proof came in time.
    NoProof,
    /// The source of proof cannot be read.
    NoWitness,
}

/// What a pane shows, in words for the owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Screen {
    /// The composer, with this draft of the owner's (empty: none).
    Composer { draft: bool },
    /// A turn is running.
    Working,
    /// A hook is running.
    RunningHook,
    /// An approval is asked for.
    Approval { what: Text },
    /// A question is up.
    Question {
        text: Text,
        options: u16,
        notes: bool,
    },
    /// "Implement this plan?"
    PlanPrompt,
    /// "Trust this folder?" or hooks that need review.
    Trust,
    /// "Update available"
    Update,
    /// Codex is not signed in.
    Login,
    /// A list, popup or view that takes keys.
    Picker { title: Text },
    /// Codex has ended; a shell waits.
    Shell,
    /// tmux is in copy mode.
    CopyMode,
    /// None of the above, for certain.
    Unknown,
}
