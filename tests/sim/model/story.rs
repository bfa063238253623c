//! What happens, as a table a person can read: one beat after the other, with
//! waits between them. Everything that is not a beat follows from the models.

use events::Settings;

/// Number of a session in its story; the first opened is 0.
pub(crate) type S = usize;

/// A named history.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    /// What it is about.
    pub(crate) name: String,
    /// What happens.
    pub(crate) beats: Vec<Beat>,
    /// Settings other than the usual.
    pub(crate) settings: Settings,
    /// The Mac uses the owner's own Apple account, so both write to one chat with oneself.
    pub(crate) self_chat: bool,
    /// Codex's background server runs, and holds the shared sessions.
    pub(crate) server: bool,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Time passes, in milliseconds.
    Wait(u64),
    /// A thread begins.
    Open(Kind),
    /// What the session's next turn does; several are done in order.
    Next(S, Turn),
    /// The owner types at the desk.
    Desk(S, &'static str),
    /// The owner answers the open question at the desk.
    Answer(S),
    /// The owner interrupts the turn at the desk.
    Interrupt(S),
    /// Codex is quit.
    Quit(S),
    /// What the session's screen shows besides its turn.
    Shows(S, Shows),
    /// The owner decides at the desk about what the session wants to run.
    Decides(S, Verdict),
    /// What happens to Codex's background server.
    Server(Server),
    /// Where the owner is, as far as the Mac can see.
    Sits(Seat),
    /// Codex says how many percent of its limit are used, and that it resets after so many milliseconds.
    Used(u32, u64),
    /// Whether the session's pane is there and can be proven.
    Pane(S, Proof),
    /// The session's records reach its rollout this much later.
    Lag(S, u64),
    /// What happens to the next keys.
    Keys(Keys),
    /// How `codex queue` behaves from now on.
    Queue(Queue),
    /// What the next text meets.
    Osascript(Fate),
    /// How Codex runs the notify program from now on.
    Hook(Hook),
    /// The owner writes.
    Owner(Words),
    /// This goes with what the owner writes next.
    Attach(Piece),
    /// The owner unsends their newest message that has files.
    Unsends,
    /// The owner gives that message other words.
    Edits(&'static str),
    /// What the next copy of files meets.
    Copying(Copying),
    /// A row that is not the owner's word, or not a usual one.
    Row(Odd),
    /// A line in the queue file.
    QueueLine(&'static str),
    /// Another program asks for a text to be sent.
    Attention(&'static str),
    /// chat.db cannot be read any more, or can again.
    ChatDb(bool),
    /// The wall clock is moved.
    Clock(i64),
    /// The Mac sleeps: nothing happens for so long, and a clock that only counts time awake stands still.
    Sleep { ms: u64, counts: bool },
    /// There is no space on the disk for so long.
    DiskFull(u64),
    /// What happens to the file of chat.db.
    Database(Database),
    /// tmux's server ends, and everything in it.
    TmuxEnds,
    /// A newer program with other settings takes over.
    Upgrade(u8),
    /// The next start of a session ends like this.
    Start(Starts),
    /// The program is killed; its children live on or do not.
    Kill { children_live: bool },
    /// The program is stopped in good order and started again.
    Restart,
}

/// Whose thread, and how it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The owner's, in a pane of its own.
    Embedded,
    /// The owner's, in Codex's shared daemon.
    Shared,
    /// Codex's own, or a subagent's.
    Internal,
}

/// What a turn does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Says this many characters.
    Says(usize),
    /// Works this long.
    Works(u64),
    /// Asks and waits, with this many options.
    Asks(u16),
    /// Asks and goes on.
    AsksAside(u16),
    /// Ends with an error.
    Fails,
    /// Ends because the usage limit is used up.
    OutOfLimit,
    /// Wants to run so many commands, one after the other, and asks before each.
    Runs(u8),
    /// Wants to run one that does not fit into a text.
    RunsLong,
    /// Does not end.
    Hangs,
    /// Says something, and the user's words are never recorded.
    Forgets,
}

/// What is decided about a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It runs.
    Yes,
    /// It does not, and the turn goes on.
    No,
    /// It does not, and the turn ends.
    Cancel,
}

/// What happens to Codex's background server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// It is killed, and another one runs so much later.
    Dies(u64),
    /// It is killed, and nobody starts another.
    DiesForGood,
    /// The connection to it breaks for so long.
    LinkLost(u64),
    /// What it tells comes this much later.
    Late(u64),
    /// It does not say what a session does when it is asked the next time.
    Hangs,
    /// It takes the next answer, and the connection breaks before it says so.
    TakenUnsaid,
    /// The connection breaks before it takes the next answer.
    NotTakenUnsaid,
    /// It does what the next call wants, and does not say so in time.
    ActsUnsaid,
    /// It takes the next call, and nothing follows.
    Ignores,
}

/// What the Mac sees of its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seat {
    /// Somebody uses it.
    There,
    /// Nobody does.
    Gone,
    /// It does not say.
    Unseen,
}

/// What covers the composer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// Nothing.
    Composer,
    /// The owner's unsent words.
    Draft,
    /// An approval.
    Approval,
    /// tmux's copy mode.
    CopyMode,
}

/// How the session's pane is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Proven.
    Proven,
    /// There, and not proven to be this session's.
    Unproven,
    /// Gone.
    Gone,
}

/// What happens to the file of chat.db.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// Another file stands there, with the same messages under other numbers.
    Replaced,
    /// The newest rows are gone, as after a restore from a backup.
    Rewound(usize),
    /// They are gone, and a sync puts them in again behind the others.
    Backfilled(usize),
}

/// What happens to keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// They arrive, and Enter does not.
    EnterLost,
    /// An approval comes up between the look and the paste and swallows them.
    ModalPops,
    /// They arrive, and tmux does not answer.
    TimedOutTyped,
    /// They do not arrive, and tmux does not answer.
    TimedOutNothing,
    /// They do not arrive, and all seems well.
    Dropped,
    /// Codex quits between the look and the paste.
    Quits,
}

/// How `codex queue` behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queue {
    /// It works.
    Works,
    /// This version has none.
    Missing,
    /// It refuses the next text, then works.
    RefusesNext,
    /// It takes the next text and does not answer in time.
    TimesOutNext,
}

/// What becomes of a text given to osascript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Sent; the row appears this much later.
    RowAfter(u64),
    /// Exit 0, nothing sent, no row.
    NothingSent,
    /// Exit 0, sent, and no row ever.
    NoRow,
    /// Exit 0; the row says error 22 this much later.
    Error22After(u64),
    /// Killed at the end of its time; it was sent.
    TimeoutSent,
    /// Killed at the end of its time; Messages sends afterwards.
    TimeoutSentLater,
    /// Killed at the end of its time; nothing was sent.
    TimeoutNothing,
    /// The recipient cannot be resolved.
    Target,
    /// macOS does not permit it.
    NotPermitted,
    /// It breaks off after the point of no return; sent or not.
    BreaksOff { sent: bool },
    /// Sent as SMS.
    Sms,
    /// Exit 0, nothing sent, and a row without text and chat.
    Ghost,
    /// Sent; the row has its text only this much later.
    TextLate(u64),
}

/// How the notify program is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    /// Once, after the turn.
    Once,
    /// Never: the payload is too large for the system.
    Never,
    /// The same hand-over arrives twice.
    Twice,
    /// Several processes tell of the same turn.
    Burst,
    /// A great many of them do.
    Storm,
    /// Before the rollout shows the turn.
    Early,
    /// This much after the turn.
    Late(u64),
}

/// How a session start ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Starts {
    /// tmux cannot be started.
    Fails,
    /// It runs, but this is not seen in time.
    NotSeen,
}

/// What the owner writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// Just words.
    Plain(&'static str),
    /// `@ref words`
    To(S, &'static str),
    /// In the thread of the newest notice of this session.
    Thread(S, &'static str),
    /// In the thread of the newest text that asks whether this session may run something.
    Asked(S, &'static str),
    /// In the thread of the one before.
    AskedBefore(S, &'static str),
    /// A thumb, up or down, on the newest text that asks for this session.
    Thumb(S, bool),
    /// `status @ref`
    Status(S),
    /// An order about a session: words before its ref, and behind it.
    Order(&'static str, S, &'static str),
    /// `open @ref`
    Open(S),
    /// What was written last, once more.
    Again,
    /// No words: only what is attached.
    Silent,
}

/// A picture or file of the owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// What it is.
    pub(crate) sort: Sort,
    /// When Messages has it whole.
    pub(crate) arrives: Arrives,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A picture that Codex can be shown.
    Picture,
    /// A picture that is converted first.
    Converted,
    /// A picture that cannot be converted.
    Broken,
    /// No picture.
    Other,
    /// Larger than is allowed.
    Large,
}

/// When Messages has a file whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrives {
    /// With its row.
    AtOnce,
    /// This much later; what it is called is known a little after its row, too.
    After(u64),
    /// Only a part of it comes.
    Never,
    /// Messages gives up downloading it.
    Fails,
}

/// What a copy of files meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copying {
    /// Copies have no place, or cannot be deleted.
    Fails,
    /// The disk does not answer.
    Hangs,
    /// It takes this long.
    Takes(u64),
}

/// A row that is not simply the owner's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Odd {
    /// A stranger's.
    Stranger,
    /// In a group.
    Group,
    /// By SMS.
    Sms,
    /// A reaction.
    Tapback,
    /// The owner corrects what was written: an edit of a row.
    Edited,
    /// Written long ago.
    Stale,
    /// The newest row of the owner once more, under a new name.
    Duplicate,
    /// One of our own texts, quoted back.
    Echo,
    /// The owner's, and its chat is joined this much later.
    LateChat(u64),
    /// The owner's, and its body comes this much later.
    LateBody(u64),
    /// The owner's, and its body never comes.
    NoBody,
}
