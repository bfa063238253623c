//! What a text to the owner is about: the words behind the dot of its head line, or behind
//! `[Codex]` where it is about no session. docs/phone-reference.md shows this table.

use std::fmt;

macro_rules! headings {
    ($($when:literal: $($name:ident $(($of:ident: $kind:ty))? = $words:literal),+;)+) => {
        /// What a text is about.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Heading {
            $($(#[doc = $when] $name $(($kind))?,)+)+
        }

        impl fmt::Display for Heading {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $($(Self::$name $(($of))? => write!(f, $words),)+)+
                }
            }
        }

        /// All of them, those of one meaning together, and when they come.
        pub const TABLE: &[(&[&str], &str)] = &[$((&[$($words),+], $when)),+];
    };
}

headings! {
    "the session asks a question": NeedsInput = "needs input";
    "a turn's record has not grown for long": NoSignOfLife = "no sign of life";
    "so much of Codex's usage limit is used, or it is used up": UsageLimit = "usage limit";
    "Codex said something during a turn (mode `send` only)": Working = "working";
    "what happened to your message: see [receipts](#receipts)":
        Received = "received", FromQueue = "received from the queue",
        Steers = "received; it steers the running turn",
        InBackground = "received; resumed in the background", Answered = "answered",
        NotSeen = "sent, not yet seen", InQueue = "sent, not yet seen: it waits in Codex's queue",
        BehindStep = "sent, not yet seen: it waits for the running step",
        NotConfirmed = "not confirmed", NotDelivered = "not delivered", Started = "started",
        NotStarted = "not started";
    "your answer to an approval or a plan: see [approvals](#approvals-and-plans)":
        Approved = "approved, it runs", ApprovedForSession = "approved for this session, it runs",
        ApprovedFresh = "approved, with a cleared context", Always(scope: String) = "always: {scope}",
        Refused = "refused, Codex goes on", RefusedTurn = "refused, the turn ends",
        RefusedAlways = "refused, from now on";
    "your answer does not fit what waits; nothing was typed": NotAnswered = "not answered";
    "the request, the answer or the change was over before your message came": TooLate = "too late";
    "a request still waits after a day; or what waited ended with Codex's server":
        StillWaits = "still waits", Gone = "gone";
    "the answers to `show @ref` and `pending`":
        AllOfIt = "all of it", WaitingForYou = "waiting for you", NothingWaits = "nothing waits";
    "the answers to `stop @ref`":
        Stopped = "stopped", NotStopped = "not stopped", NothingRuns = "nothing runs";
    "the answers to `cancel @ref`, and to a message that you unsend":
        TakenBack = "taken back", NotTakenBack = "not taken back", Cancelled = "cancelled";
    "the answers to `resume @ref at reset`, and what followed":
        Noted = "noted", NotNoted = "not noted", NotContinued = "not continued";
    "the answers to `help`, `list` and `status @ref`":
        Help = "help", Sessions = "sessions", Status = "status";
    "the answer to a [look](#looking-at-a-session)":
        Screen = "screen", LastMessages = "last messages", Changes = "changes",
        LastSteps = "last steps", More = "more", NothingMore = "nothing more", NotShown = "not shown";
    "the answer to [when you want texts](#when-texts-come)":
        Quiet = "quiet", QuietHours = "quiet hours", NoQuietHours = "no quiet hours", Muted = "muted",
        NotMuted = "not muted any more", Here = "here", Away = "away";
    "a [file](#files-to-your-phone) that you wanted":
        NotSent = "not sent", PerhapsNotSent = "perhaps not sent";
    "a [voice message](#voice-messages) needs your `yes`, or did not get it":
        Confirm = "confirm", NotDone = "not done";
    "the answer to a [change](#changing-a-session)":
        Renamed = "renamed", NotRenamed = "not renamed", Compacting = "compacting", Model = "model",
        Effort = "effort", NotChanged = "not changed";
    "the answer to `open` or `resume @ref`: see [old sessions](#old-sessions)":
        Opened = "opened", NotOpened = "not opened";
    "it is unclear which session you mean; nothing was done": WhichSession = "which session?";
    "no session has that name; nothing was done": NoSuchSession = "no such session";
    "it is nearly a command, and nothing was done; or [something has an unknown form](#what-is-not-understood)":
        NotUnderstood = "not understood";
    "a picture or file did not go along: see [pictures and files](#pictures-and-files)":
        WordsOnly = "words only", Pictures = "pictures", NotPassedOn = "not passed on";
    "messages of yours that were ignored": NotActedOn = "not acted on";
    "you wrote from an address that is not in `CODEX_IMESSAGE_TO`; this comes once":
        NotListed = "address not listed";
    "too many messages, or the same one too often: it looks like a loop (below)": Paused = "paused";
    "a pause, or a time without texts, is over": Resumed = "resumed";
    "what came together while you wanted no texts": Waited(count: usize) = "{count} texts waited";
    "more sessions ended, or ask, than there is room for: a line for each (below)":
        News(count: usize) = "news of {count} sessions",
        Requests(count: usize) = "{count} requests wait for you";
    "texts that failed, waited too long, or are not confirmed; `retry` sends them again":
        Missing = "texts you may not have";
    "the answers to `retry` and `retry @ref`":
        NothingMissing = "nothing missing", StillBeingSent = "still being sent";
    "a text left this Mac as SMS or RCS": NotIMessage = "not iMessage";
    "another program asked for you, by `codex-imessage-notify attention`":
        NeedsAttention = "needs attention";
    "the [self-test](#what-you-get)": SelfTest = "self-test";
    "your messages could not be read, and can be read again":
        NotHeard = "not heard", HeardAgain = "heard again";
    "the disk is full; the newest part of the log was damaged and came from its copy":
        DiskFull = "disk full", LogRecovered = "log recovered";
    "the Mac slept and that held something up": MacSlept = "this Mac slept";
}
