//! Coverage marks: names for what a run met and where it went. A simulation
//! that never goes somewhere proves nothing about it, so a tier fails when one
//! of the marks listed here was not reached. A mark says only that something
//! happened; whether it was right is the oracle's business.

use super::story::{Fate, Hook, Keys, Odd, Queue};
use events::event::{
    Deadline, HoldRule, InstructionEnd, Placing, PromiseEnd, Rule, Topic, Warning,
};
use events::outcome::{Doubt, Evidence, Failure, How};
use events::{Event, Outcome};
use std::collections::BTreeMap;

/// How often each mark was reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(pub(crate) BTreeMap<&'static str, u64>);

impl Marks {
    /// The run came here.
    pub(super) fn hit(&mut self, mark: &'static str) {
        *self.0.entry(mark).or_default() += 1;
    }

    /// Takes over what another run reached.
    pub(crate) fn add(&mut self, other: &Self) {
        for (mark, count) in &other.0 {
            *self.0.entry(mark).or_default() += count;
        }
    }

    /// Marks of the list that were never reached, and reached ones that no list has.
    pub(crate) fn astray(&self) -> Vec<String> {
        let listed = || FAULTS.iter().chain(BRANCHES);
        let missed = listed().filter(|mark| !self.0.contains_key(*mark));
        let missed = missed.map(|mark| format!("never reached: {mark}"));
        let unknown = self.0.keys().filter(|mark| listed().all(|m| m != *mark));
        let unknown = unknown.map(|mark| format!("in no list: {mark}"));
        missed.chain(unknown).collect()
    }

    /// One line a mark.
    pub(crate) fn lines(&self, of: &[&'static str]) -> Vec<String> {
        let count = |mark| self.0.get(mark).copied().unwrap_or(0);
        let lines = of.iter().map(|mark| format!("{:>12}  {mark}", count(mark)));
        lines.collect()
    }
}

/// What goes wrong outside.
pub(crate) const FAULTS: &[&str] = &[
    "row late",
    "osascript: nothing sent",
    "row missing",
    "row with error 22",
    "timeout, sent",
    "timeout, sent later",
    "timeout, nothing sent",
    "recipient not resolved",
    "sending not permitted",
    "osascript breaks off, sent",
    "osascript breaks off, not sent",
    "row as SMS",
    "row turns to SMS",
    "ghost row",
    "text of a row late",
    "enter lost",
    "modal between look and paste",
    "tmux times out, typed",
    "tmux times out, nothing typed",
    "keys dropped",
    "Codex quits before the paste",
    "queue missing",
    "queue refuses",
    "queue times out",
    "stranger's row",
    "group's row",
    "owner's SMS",
    "tapback",
    "row edited",
    "stale row",
    "row copied",
    "echo",
    "chat joined late",
    "body late",
    "body never",
    "notify never",
    "notify twice",
    "notify burst",
    "notify storm",
    "notify before the rollout",
    "notify late",
    "pane gone",
    "pane not proven",
    "pane id reused",
    "copy mode",
    "draft in the way",
    "approval in the way",
    "Codex has quit",
    "rollout late",
    "chat.db unreadable",
    "chat.db replaced",
    "chat.db rewound",
    "rows put in again",
    "wall clock set",
    "slept",
    "disk full",
    "tmux ended",
    "upgraded",
    "tmux does not start",
    "start not seen",
    "killed, children too",
    "killed, children live on",
    "restarted in order",
    "died appending, kept",
    "died appending, lost",
    "died appending, torn",
    "died appending, a bit wrong",
    "command longer than a text",
    "second prompt in the turn",
    "decided at the desk",
    "answer to an old prompt",
    "Codex quits with a prompt up",
    "server killed",
    "server killed for good",
    "connection lost",
    "news of the server late",
    "server hangs",
    "answer taken unsaid",
    "answer lost",
    "server acts and does not say so",
    "server ignores",
    "look at the desk hangs",
    "limit told",
    "out of limit",
    "file late",
    "file never whole",
    "file not downloaded",
    "file's name late",
    "copy fails",
    "copy hangs",
    "copy takes long",
    "edited, with files",
    "unsent, with files",
    "died while it waited for files",
    "died between copy and turn",
    "died between copy and sending",
    "died sending a file",
    "wanted file outside",
    "wanted file not there",
    "wanted file too large",
];

/// Where the program went because of it.
pub(crate) const BRANCHES: &[&str] = &[
    "transport: typed",
    "transport: steered",
    "transport: chosen",
    "transport: enter again",
    "transport: queued",
    "transport: resumed",
    "done: row",
    "done: recorded",
    "done: answered",
    "done: running",
    "done: looked",
    "failed: target",
    "failed: not permitted",
    "failed: row",
    "failed: no pane",
    "failed: not ready",
    "failed: unsupported",
    "failed: refused",
    "failed: not started",
    "unknown: timed out",
    "unknown: broke off",
    "unknown: interrupted",
    "unknown: no proof",
    "unknown: no witness",
    "expired",
    "instruction delivered",
    "instruction refused",
    "instruction unknown",
    "route: named",
    "route: thread",
    "route: only asking",
    "route: only finished",
    "route: most recent",
    "route: new session",
    "route: control",
    "route: ambiguous",
    "route: no match",
    "row held",
    "row ignored",
    "notice withdrawn",
    "notice expired",
    "notice delayed",
    "notices merged",
    "missing texts told",
    "source failed",
    "source recovered",
    "cursor placed first",
    "cursor placed: replaced",
    "cursor placed: rewound",
    "due: proof",
    "due: pace",
    "due: retry",
    "due: receipt",
    "due: allowance",
    "due: expiry",
    "due: source down",
    "transport: turn started",
    "answer: replied",
    "answer: keys",
    "done: resolved",
    "failed: prompt gone",
    "failed: no link",
    "route: only prompt",
    "route: listed",
    "route: tapback",
    "due: prompt",
    "transport: turn steered",
    "interrupt: asked",
    "interrupt: escape",
    "done: turn ended",
    "failed: no turn",
    "failed: prompt up",
    "failed: turn runs",
    "held: session muted",
    "held: all muted",
    "held: quiet",
    "held: here",
    "held: looking",
    "held: at the desk",
    "held: waits for its record",
    "held: waits for others",
    "due: held",
    "due: nudge",
    "due: stall",
    "due: awake",
    "due: limits",
    "due: promise",
    "reminded",
    "warned of the limit",
    "warned of a stall",
    "promise kept",
    "promise taken back",
    "promise pointless",
    "sleep noticed",
    "row waits for more",
    "rows joined",
    "edited in time",
    "edited too late",
    "unsent in time",
    "unsent too late",
    "file copied",
    "file copied for the owner",
    "file not passed on: not whole",
    "file not passed on: not downloaded",
    "file not passed on: too large",
    "file not passed on: no picture",
    "file not passed on: not converted",
    "file not passed on: unreadable",
    "words with all their files",
    "words with some of their files",
    "words without their files",
    "done: copied",
    "done: copied for the owner",
    "done: copies deleted",
    "failed: too large",
    "due: files",
];

pub(super) const fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::RowAfter(_) => "row late",
        Fate::NothingSent => "osascript: nothing sent",
        Fate::NoRow => "row missing",
        Fate::Error22After(_) => "row with error 22",
        Fate::TimeoutSent => "timeout, sent",
        Fate::TimeoutSentLater => "timeout, sent later",
        Fate::TimeoutNothing => "timeout, nothing sent",
        Fate::Target => "recipient not resolved",
        Fate::NotPermitted => "sending not permitted",
        Fate::BreaksOff { sent: true } => "osascript breaks off, sent",
        Fate::BreaksOff { sent: false } => "osascript breaks off, not sent",
        Fate::Sms => "row as SMS",
        Fate::Ghost => "ghost row",
        Fate::TextLate(_) => "text of a row late",
    }
}

pub(super) const fn keys(keys: Keys) -> &'static str {
    match keys {
        Keys::EnterLost => "enter lost",
        Keys::ModalPops => "modal between look and paste",
        Keys::TimedOutTyped => "tmux times out, typed",
        Keys::Dropped => "keys dropped",
        Keys::Quits => "Codex quits before the paste",
        Keys::TimedOutNothing => "tmux times out, nothing typed",
    }
}

pub(super) const fn queue(queue: Queue) -> Option<&'static str> {
    match queue {
        Queue::Works => None,
        Queue::Missing => Some("queue missing"),
        Queue::RefusesNext => Some("queue refuses"),
        Queue::TimesOutNext => Some("queue times out"),
    }
}

pub(super) const fn odd(odd: Odd) -> &'static str {
    match odd {
        Odd::Stranger => "stranger's row",
        Odd::Group => "group's row",
        Odd::Sms => "owner's SMS",
        Odd::Tapback => "tapback",
        Odd::Edited => "row edited",
        Odd::Stale => "stale row",
        Odd::Duplicate => "row copied",
        Odd::Echo => "echo",
        Odd::LateChat(_) => "chat joined late",
        Odd::LateBody(_) => "body late",
        Odd::NoBody => "body never",
    }
}

pub(super) const fn hook(hook: Hook) -> Option<&'static str> {
    match hook {
        Hook::Once => None,
        Hook::Never => Some("notify never"),
        Hook::Twice => Some("notify twice"),
        Hook::Burst => Some("notify burst"),
        Hook::Storm => Some("notify storm"),
        Hook::Early => Some("notify before the rollout"),
        Hook::Late(_) => Some("notify late"),
    }
}

/// The branch that an entry of the log shows.
#[expect(
    clippy::too_many_lines,
    reason = "a table with one row for each branch"
)]
pub(super) fn branch(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::CommandPerformed(e) => match e.performed.how {
            How::Accepted | How::Begun => return None,
            How::Typed(_) => "transport: typed",
            How::Steered(_) => "transport: steered",
            How::Chosen(_) => "transport: chosen",
            How::Pressed(_) => "transport: enter again",
            How::Queued => "transport: queued",
            How::Resumed => "transport: resumed",
            How::Replied { .. } => "answer: replied",
            How::Answered(_) => "answer: keys",
            How::TurnStarted { .. } => "transport: turn started",
            How::TurnSteered => "transport: turn steered",
            How::InterruptAsked => "interrupt: asked",
            How::EscapePressed(_) => "interrupt: escape",
        },
        Event::CommandSettled(e) => settled(&e.outcome),
        Event::InstructionEnded(e) => match e.end {
            InstructionEnd::Delivered => "instruction delivered",
            InstructionEnd::Refused => "instruction refused",
            InstructionEnd::Unknown => "instruction unknown",
        },
        Event::RoutingDecided(e) => match e.rule {
            Rule::Named => "route: named",
            Rule::ReplyThread => "route: thread",
            Rule::OnlyAsking => "route: only asking",
            Rule::OnlyFinished => "route: only finished",
            Rule::MostRecent => "route: most recent",
            Rule::NewSession => "route: new session",
            Rule::Control => "route: control",
            Rule::Ambiguous => "route: ambiguous",
            Rule::NoMatch => "route: no match",
            Rule::OnlyPrompt => "route: only prompt",
            Rule::Listed => "route: listed",
            Rule::Tapback => "route: tapback",
            Rule::AutoCreate | Rule::NearMiss | Rule::Continued => return None,
        },
        Event::InboundHeld(_) => "row held",
        Event::InboundIgnored(_) => "row ignored",
        Event::NoticeWithdrawn(_) => "notice withdrawn",
        Event::NoticeExpired(_) => "notice expired",
        Event::NoticeDeferred(e) => held(e.rule),
        Event::NoticeDelayed(_) => "notice delayed",
        Event::NoticeQueued(e) if e.topic == Topic::Missing => "missing texts told",
        Event::NoticeQueued(e) if e.replaces.len() > 1 => "notices merged",
        Event::SourceFailed(_) => "source failed",
        Event::SourceRecovered(_) => "source recovered",
        Event::ChatDbPlaced(e) => match e.why {
            Placing::FirstStart => "cursor placed first",
            Placing::Replaced => "cursor placed: replaced",
            Placing::Rewound => "cursor placed: rewound",
        },
        Event::DeadlinePassed(e) => match e.deadline {
            Deadline::Proof(_) => "due: proof",
            Deadline::Pace(_) => "due: pace",
            Deadline::Retry(_) => "due: retry",
            Deadline::Rollout(_)
            | Deadline::SelfTest
            | Deadline::Gather(_)
            | Deadline::Unanswered
            | Deadline::ServerPrompts
            | Deadline::Loop => return None,
            Deadline::Files(_) => "due: files",
            Deadline::Receipt(_) => "due: receipt",
            Deadline::Allowance => "due: allowance",
            Deadline::Expiry(_) => "due: expiry",
            Deadline::SourceDown(_) => "due: source down",
            Deadline::Prompt(_) => "due: prompt",
            Deadline::Goal(_) => "due: goal",
            Deadline::Held(_) => "due: held",
            Deadline::Nudge(_) => "due: nudge",
            Deadline::Awake => "due: awake",
            Deadline::Limits => "due: limits",
            Deadline::Stall(_) => "due: stall",
            Deadline::Promise(_) => "due: promise",
        },
        Event::PromptNudged(_) => "reminded",
        Event::OwnerWarned(e) => match e.of {
            Warning::Limit { .. } => "warned of the limit",
            Warning::Stall { .. } => "warned of a stall",
        },
        Event::PromiseEnded(e) => match e.how {
            PromiseEnd::Kept => "promise kept",
            PromiseEnd::TakenBack => "promise taken back",
            PromiseEnd::Pointless => "promise pointless",
        },
        Event::HostSlept(_) => "sleep noticed",
        Event::InboundDeferred(_) => "row waits for more",
        Event::InboundJoined(_) => "rows joined",
        // A notice that is given up is among them: too rare among random histories.
        _ => return None,
    })
}

const fn held(rule: HoldRule) -> &'static str {
    match rule {
        HoldRule::Muted => "held: session muted",
        HoldRule::MutedAll => "held: all muted",
        HoldRule::Quiet => "held: quiet",
        HoldRule::Here => "held: here",
        HoldRule::Looking => "held: looking",
        HoldRule::AtDesk => "held: at the desk",
        HoldRule::Record => "held: waits for its record",
        HoldRule::Together => "held: waits for others",
    }
}

const fn settled(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(Evidence::Row { .. }) => "done: row",
        Outcome::Done(Evidence::Recorded { .. }) => "done: recorded",
        Outcome::Done(Evidence::Answered { .. }) => "done: answered",
        Outcome::Done(Evidence::Running { .. }) => "done: running",
        Outcome::Done(Evidence::Opened { .. }) => "done: opened",
        Outcome::Done(Evidence::Resolved { .. }) => "done: resolved",
        Outcome::Done(Evidence::TurnEnded { .. }) => "done: turn ended",
        Outcome::Done(Evidence::Fetched { .. }) => "done: copied",
        Outcome::Done(Evidence::Removed) => "done: copies deleted",
        Outcome::Done(Evidence::CopiedOut { .. }) => "done: copied for the owner",
        Outcome::Done(Evidence::Looked { .. } | Evidence::Managed) => "done: looked",
        Outcome::Failed(failure) => match failure {
            Failure::Target { .. } => "failed: target",
            Failure::NotPermitted { .. } => "failed: not permitted",
            Failure::Row { .. } => "failed: row",
            Failure::NoPane { .. } => "failed: no pane",
            Failure::NotReady { .. } => "failed: not ready",
            Failure::Unsupported { .. } => "failed: unsupported",
            Failure::Refused { .. } => "failed: refused",
            Failure::NotStarted { .. } => "failed: not started",
            Failure::PromptGone { .. } => "failed: prompt gone",
            Failure::NoLink { .. } => "failed: no link",
            Failure::Rejected { .. } => "failed: rejected",
            Failure::NoTurn => "failed: no turn",
            Failure::TurnRuns => "failed: turn runs",
            Failure::PromptUp => "failed: prompt up",
            Failure::TooLarge { .. } => "failed: too large",
        },
        Outcome::Unknown(doubt) => match doubt {
            Doubt::TimedOut { .. } => "unknown: timed out",
            Doubt::BrokeOff { .. } => "unknown: broke off",
            Doubt::Interrupted => "unknown: interrupted",
            Doubt::NoProof => "unknown: no proof",
            Doubt::NoWitness => "unknown: no witness",
        },
        Outcome::Expired => "expired",
    }
}
