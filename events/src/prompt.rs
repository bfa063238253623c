//! What Codex waits for the owner to decide: approvals, questions, plans. A prompt
//! is an object of its own. Sources say what is up; the machine binds an answer
//! to exactly one prompt; executors check that it is still that one.

use crate::digest::Digest;
use crate::event::Choice;
use crate::id::{CallId, Guid, InputKey, Pane, Seq, SessionId, TurnId};
use crate::private::Text;
use crate::time::Wall;
use serde::{Deserialize, Serialize};

/// A prompt as a source shows it, in memory: nothing of it is redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptRaised {
    /// The session that waits.
    pub session: SessionId,
    /// The turn that waits, where the source names it.
    pub turn: Option<TurnId>,
    /// The call or item it is about, where the source names it.
    pub call: Option<CallId>,
    /// Codex's own name for this approval, where one item asks several times.
    pub approval: Option<String>,
    /// Who says so, and how it is answered there.
    pub source: PromptSource,
    /// What is asked.
    pub body: PromptBody,
    /// What may be answered, exactly as offered, in Codex's order. Empty for questions:
    /// theirs stand in the body.
    pub choices: Vec<PromptChoice>,
    /// The source shows all of it. A screen may have cut the command or the diff.
    pub whole: bool,
}

impl PromptRaised {
    /// Fingerprint of what is asked and offered, to the byte and unredacted. The same
    /// prompt has the same digest whenever the same source shows it.
    pub fn digest(&self) -> Digest {
        Digest::exact(&(&self.body, &self.choices))
    }
}

/// Who knows of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PromptSource {
    /// Codex's app-server: the connection, and the id of its request as JSON text.
    AppServer { generation: u64, request: String },
    /// The modal in the session's pane.
    Screen { pane: Pane },
    /// A hook that Codex ran.
    Hook { key: InputKey },
    /// A record of the rollout: offset behind it.
    Rollout { offset: u64 },
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PromptBody {
    /// May a command run?
    Command(CommandPrompt),
    /// May files be changed?
    Patch(PatchPrompt),
    /// May Codex have more permissions?
    Permissions(PermissionsPrompt),
    /// An MCP server asks for something.
    Elicitation(ElicitationPrompt),
    /// The model asks.
    Questions(Vec<PromptQuestion>),
    /// Shall the plan be carried out?
    Plan { text: Text },
}

/// A command that wants to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandPrompt {
    /// The command as the model wrote it; empty where only network access is asked for.
    pub command: Text,
    /// Where it would run.
    pub cwd: Option<String>,
    /// Codex's reason.
    pub reason: Option<Text>,
    /// The host it wants to reach, with its protocol.
    pub network: Option<Text>,
    /// Further permissions it wants, one to a line.
    pub permissions: Vec<Text>,
}

/// Files that are to be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchPrompt {
    /// The files.
    pub files: Vec<PatchFile>,
    /// Codex's reason.
    pub reason: Option<Text>,
    /// A directory that Codex wants to write to from now on.
    pub root: Option<String>,
}

/// One file of a patch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchFile {
    /// Its path.
    pub path: Text,
    /// What happens to it.
    pub change: FileChange,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
    /// The change, line by line; empty where the source does not show it.
    pub diff: Text,
}

/// What happens to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileChange {
    /// It is made.
    Added,
    /// It is deleted.
    Deleted,
    /// It is changed.
    Changed,
    /// It is moved there, and perhaps changed.
    Moved { to: Text },
    /// The source does not say.
    Unsaid,
}

/// Permissions that Codex asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsPrompt {
    /// What is wanted, one to a line.
    pub wants: Vec<Text>,
    /// Codex's reason.
    pub reason: Option<Text>,
    /// Where it would apply.
    pub cwd: Option<String>,
}

/// Something that an MCP server asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElicitationPrompt {
    /// The server.
    pub server: String,
    /// What it says.
    pub message: Text,
    /// What is to be filled in.
    pub fields: Vec<ElicitationField>,
    /// A page it wants to be opened.
    pub url: Option<Text>,
}

/// One field of an elicitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElicitationField {
    /// Its name in the protocol.
    pub name: String,
    /// What people are shown.
    pub title: Text,
    /// What it holds.
    pub kind: FieldKind,
    /// It must be filled in.
    pub required: bool,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldKind {
    /// Words.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// One of these.
    OneOf(Vec<Choice>),
    /// Something that is not understood: it cannot be filled in from the phone.
    Other,
}

/// One question of the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptQuestion {
    /// The model's name for it.
    pub id: String,
    /// The question.
    pub text: Text,
    /// What may be chosen, in order. Empty: words are wanted.
    pub options: Vec<Choice>,
    /// Words are taken as well.
    pub free: bool,
    /// The answer is a secret: it is never taken from the phone.
    pub secret: bool,
}

/// One answer that Codex offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptChoice {
    /// What it means.
    pub meaning: Meaning,
    /// How Codex words it; may be empty.
    pub label: Text,
}

/// What an offered answer means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Meaning {
    /// Allowed, this once. For a plan: carry it out.
    Accept,
    /// Allowed, also later in this session.
    AcceptForSession,
    /// Allowed, also later and in other sessions, as far as the scope says.
    AcceptAlways { scope: Text },
    /// Refused; the turn goes on. For a plan: stay in plan mode.
    Decline,
    /// Refused; the turn ends.
    Cancel,
    /// Refused, also later, as far as the scope says.
    DeclineAlways { scope: Text },
    /// The plan is carried out in a new thread that knows only the plan.
    AcceptFresh,
    /// Something else: it can be chosen by its number only.
    Other,
}

/// What the owner answered, for one prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PromptAnswer {
    /// One of the choices: its place in the list, from 0, and what it means.
    Choose { choice: u16, meaning: Meaning },
    /// An answer to every question, in their order.
    Questions(Vec<QuestionAnswer>),
    /// What goes into the fields: name and value.
    Fields(Vec<(String, Text)>),
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionAnswer {
    /// The model's name for the question.
    pub id: String,
    /// Fingerprint of the question as it was asked.
    pub asked: Digest,
    /// How many options were offered.
    pub options: u16,
    /// The chosen option, from 0, and its label; `None`: none of them.
    pub option: Option<(u16, Text)>,
    /// Words beside it, or instead of an option.
    pub note: Option<Text>,
}

/// How an answer reaches Codex. One way, chosen once: no other is tried when it may have worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerWay {
    /// By the app-server: only on this connection, only to this request.
    AppServer { generation: u64, request: String },
    /// By keys, in the session's pane: the one where the prompt was seen, then those that were
    /// captured; hints, proven before use.
    Keys { hints: Vec<Pane> },
}

/// A prompt to be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerPrompt {
    /// The inbound message it comes from.
    pub inbound: Guid,
    /// The prompt: the position of its `PromptAsked`.
    pub prompt: Seq,
    /// The session that waits.
    pub session: SessionId,
    /// The turn that waits.
    pub turn: Option<TurnId>,
    /// The call or item it is about.
    pub call: Option<CallId>,
    /// Directory of the session.
    pub cwd: String,
    /// Fingerprint of what the owner was shown: what is up must have the same.
    pub digest: Digest,
    /// How it is answered.
    pub way: AnswerWay,
    /// The answer.
    pub answer: PromptAnswer,
    /// Words for the same turn, right behind the answer: the reason of a refusal.
    pub words: Option<Text>,
}

/// A prompt is not up any more, as a source tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptResolved {
    /// The session.
    pub session: SessionId,
    /// Which prompt, by the source that showed it.
    pub source: PromptSource,
    /// How, as far as the source knows.
    pub how: PromptEnd,
}

/// How a prompt ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PromptEnd {
    /// By our answer.
    ByUs,
    /// Somebody answered it elsewhere: at the desk, or in another window.
    Elsewhere,
    /// The turn ended with it.
    TurnEnded,
    /// It is not there any more, and nobody says why: Codex or its server ended.
    Gone,
}

/// News of a session that lives in the app-server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadStatusChanged {
    /// The connection that tells it.
    pub generation: u64,
    /// The session.
    pub session: SessionId,
    /// What it does.
    pub status: ThreadState,
}

/// What a session in the app-server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ThreadState {
    /// It is loaded and does nothing.
    Idle,
    /// A turn runs; it may wait for an approval or for an answer.
    Active { approval: bool, input: bool },
    /// It is not loaded.
    NotLoaded,
    /// Codex reports that it failed.
    Failed,
}

/// How much of the account's allowance is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimitsChanged {
    /// Each window.
    pub windows: Vec<RateLimit>,
}

/// One window of the allowance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// Codex's name for it, such as `primary`.
    pub name: String,
    /// Percent used.
    pub used: u32,
    /// Its length in minutes.
    pub minutes: Option<u32>,
    /// When it begins anew.
    pub resets: Option<Wall>,
}

/// The connection to the app-server changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppServerLinkChanged {
    /// The connection; a later one has a larger number, also after a restart of this program.
    pub generation: u64,
    /// The socket.
    pub socket: String,
    /// How it is.
    pub state: LinkState,
}

/// How the connection to the app-server is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkState {
    /// It is up; what the server calls itself.
    Up { server: String },
    /// It is down; why.
    Down { why: String },
}

/// See [`crate::Event::PromptAsked`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptAsked {
    /// The session that waits.
    pub session: SessionId,
    /// The turn that waits.
    pub turn: Option<TurnId>,
    /// The call or item it is about.
    pub call: Option<CallId>,
    /// Codex's own name for this approval.
    pub approval: Option<String>,
    /// Which source reported it first.
    pub source: PromptSource,
    /// What is asked, redacted.
    pub body: PromptBody,
    /// What may be answered, redacted.
    pub choices: Vec<PromptChoice>,
    /// Fingerprint of what was there before anything was redacted.
    pub digest: Digest,
    /// The source shows all of it.
    pub whole: bool,
}

/// See [`crate::Event::PromptWitnessed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptWitnessed {
    /// The prompt: the position of its `PromptAsked`.
    pub prompt: Seq,
    /// Who knows of it too.
    pub source: PromptSource,
    /// What it asks, redacted, where this source shows more than those before.
    pub body: Option<PromptBody>,
    /// What may be answered there, redacted.
    pub choices: Vec<PromptChoice>,
    /// Fingerprint of what this source shows.
    pub digest: Digest,
    /// This source shows all of it.
    pub whole: bool,
}

/// See [`crate::Event::PromptDelivered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptDelivered {
    /// The prompt: the position of its `PromptAsked`.
    pub prompt: Seq,
    /// The notice: the position of its `NoticeQueued`.
    pub notice: Seq,
    /// The newest row of it in chat.db.
    pub row: Guid,
    /// When Messages says that row was written.
    pub date: Wall,
}

/// See [`crate::Event::PromptClosed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptClosed {
    /// The prompt: the position of its `PromptAsked`.
    pub prompt: Seq,
    /// How it ended.
    pub how: PromptEnd,
    /// Who says so; `None` when the rollout's end of the turn does.
    pub source: Option<PromptSource>,
}

/// See [`crate::Event::PromptAnswered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptAnswered {
    /// The prompt: the position of its `PromptAsked`.
    pub prompt: Seq,
    /// The inbound message.
    pub inbound: Guid,
    /// How the message was matched to the prompt.
    pub matched: Matched,
    /// What was answered, redacted as it is stored; words go to Codex as they were written.
    pub answer: PromptAnswer,
    /// Words behind it.
    pub words: Option<Text>,
    /// Fingerprint of what the owner was shown.
    pub digest: Digest,
}

/// How an answer was matched to its prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Matched {
    /// It replies to the prompt's notice.
    Reply,
    /// It names the session, which waits for one thing.
    Named,
    /// Only this prompt is open, and its notice was there before the answer was written.
    OnlyOne,
    /// By its number in the list of open prompts.
    Listed,
    /// A tapback on the prompt's notice.
    Tapback,
}

/// See [`crate::Event::PromptsListed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptsListed {
    /// The inbound message that asked for the list.
    pub inbound: Guid,
    /// The prompts in the order of their numbers.
    pub prompts: Vec<Seq>,
}

/// See [`crate::Event::PromptExpired`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptExpired {
    /// The prompt: the position of its `PromptAsked`.
    pub prompt: Seq,
}

/// See [`crate::Event::PromptShown`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptShown {
    /// The prompt: the position of its `PromptAsked`.
    pub prompt: Seq,
    /// The notice that tells it: the position of its `NoticeQueued`.
    pub notice: Seq,
    /// The notice holds all of it.
    pub whole: bool,
}
