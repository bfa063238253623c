//! What can happen. Facts, decisions and the steps of commands, in the past
//! tense; the log is a sequence of these and nothing else.
//!
//! The struct of a released event never changes: a change is a new schema, see
//! [`crate::upcast`]. Everything that an event is made of is part of its form.

mod commands;
mod day;
mod decisions;
mod inbound;
mod messages;
mod runtime;
mod sessions;
mod watch;
mod work;

pub use commands::*;
pub use day::*;
pub use decisions::*;
pub use inbound::*;
pub use messages::*;
pub use runtime::*;
pub use sessions::*;
pub use watch::*;
pub use work::*;

use crate::prompt::{
    AppServerLinkChanged, PromptAnswered, PromptAsked, PromptClosed, PromptDelivered,
    PromptExpired, PromptShown, PromptWitnessed, PromptsListed, RateLimitsChanged,
    ThreadStatusChanged,
};
use serde::{Deserialize, Serialize};

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    // Facts: what happened outside.
    /// A process took the log.
    RuntimeStarted(RuntimeStarted),
    /// It let go of the log in good order.
    RuntimeStopped(RuntimeStopped),
    /// Codex ran the notify program.
    NotifyReceived(NotifyReceived),
    /// A session appeared; here it gets its ref.
    SessionSeen(SessionSeen),
    /// A turn began.
    TurnStarted(TurnStarted),
    /// The session's rollout recorded words of the user.
    UserSpoke(UserSpoke),
    /// The model said something.
    AssistantReplied(AssistantReplied),
    /// The model asked.
    QuestionAsked(QuestionAsked),
    /// A question is no longer open.
    QuestionClosed(QuestionClosed),
    /// A turn ended.
    TurnCompleted(TurnCompleted),
    /// chat.db's cursor was placed.
    ChatDbPlaced(ChatDbPlaced),
    /// A row is not whole yet; it is read again.
    InboundHeld(InboundHeld),
    /// The owner wrote.
    InboundReceived(InboundReceived),
    /// A row was ignored: it is not a message of the owner's.
    InboundIgnored(InboundIgnored),
    /// Our own row appeared in chat.db, or its state changed.
    OutgoingSeen(OutgoingSeen),
    /// A line of the queue file was taken over.
    QueueLineImported(QueueLineImported),
    /// A text for the owner was asked for.
    AttentionRequested(AttentionRequested),
    /// A source stopped working.
    SourceFailed(SourceFailed),
    /// It works again.
    SourceRecovered(SourceRecovered),
    /// Records of a source could not be read and were skipped.
    RecordsSkipped(RecordsSkipped),
    /// A deadline came.
    DeadlinePassed(DeadlinePassed),
    /// The log was damaged and was built anew from its two copies.
    LogRecovered(LogRecovered),
    /// Codex waits for the owner: an approval, a question, a plan.
    PromptAsked(PromptAsked),
    /// Another source knows of a prompt, or the same one names it anew.
    PromptWitnessed(PromptWitnessed),
    /// The notice of a prompt stands in chat.db as sent.
    PromptDelivered(PromptDelivered),
    /// A prompt is not up any more.
    PromptClosed(PromptClosed),
    /// The app-server tells what a session does.
    ThreadStatusChanged(ThreadStatusChanged),
    /// Codex tells how much of the account's allowance is used.
    RateLimitsChanged(RateLimitsChanged),
    /// The connection to the app-server was made or lost.
    AppServerLinkChanged(AppServerLinkChanged),
    /// Something that is read has a form that this program does not know.
    ShapeUnknown(ShapeUnknown),
    /// From here on a session's records come from another file.
    RolloutFollowed(RolloutFollowed),
    /// A session's goal was set, or its status changed.
    GoalChanged(GoalChanged),

    // Decisions: what we chose, once.
    /// Where an inbound message goes, and why.
    RoutingDecided(RoutingDecided),
    /// A text will be sent to the owner.
    NoticeQueued(NoticeQueued),
    /// It will not, because it no longer matters.
    NoticeWithdrawn(NoticeWithdrawn),
    /// It will not, because it waited too long; the owner is told.
    NoticeExpired(NoticeExpired),
    /// An instruction came to its end.
    InstructionEnded(InstructionEnded),
    /// An answer is bound to one prompt.
    PromptAnswered(PromptAnswered),
    /// The owner got a numbered list of the open prompts.
    PromptsListed(PromptsListed),
    /// A prompt waited so long that its notice no longer counts; nothing was answered.
    PromptExpired(PromptExpired),
    /// A notice tells a prompt to the owner.
    PromptShown(PromptShown),
    /// No text says that a turn ended.
    EndingNotTold(EndingNotTold),

    // The life of a command.
    /// Work is owed.
    CommandRequested(CommandRequested),
    /// It is about to begin.
    CommandStarted(CommandStarted),
    /// It was carried out; proof is awaited.
    CommandPerformed(CommandPerformed),
    /// It ended.
    CommandSettled(CommandSettled),

    // Messages of the owner: reactions, changes, and rows that belong together.
    /// The owner reacted to a text of ours, or took a reaction back.
    ReactionReceived(ReactionReceived),
    /// The owner edited or unsent a message that had been received.
    InboundChanged(InboundChanged),
    /// A message waits a moment for a further row that may belong to it.
    InboundDeferred(InboundDeferred),
    /// A message is part of another one: its link, or the rest of its words.
    InboundJoined(InboundJoined),
    /// A message of the owner's was not acted on, and the owner is to hear of it.
    InboundUnanswered(InboundUnanswered),

    // When the owner is texted.
    /// The computer's local time has another distance from UTC.
    LocalTimeChanged(LocalTimeChanged),
    /// The owner said when they want to be texted.
    HoldChanged(HoldChanged),
    /// A text waits, because the owner does not want it now.
    NoticeDeferred(NoticeDeferred),
    /// Whether somebody is at the Mac was checked.
    DeskSeen(DeskSeen),
    /// The owner is reminded of a prompt that nobody answers.
    PromptNudged(PromptNudged),
    // What follows from a text that certainly failed.
    /// A text failed and will be tried again.
    NoticeDelayed(NoticeDelayed),
    /// A text failed and will not be tried again; the owner is told that it is missing.
    NoticeGivenUp(NoticeGivenUp),

    // What is watched while the owner is away.
    /// The computer slept.
    HostSlept(HostSlept),
    /// A session is to be told to go on at a time.
    PromiseMade(PromiseMade),
    /// A promise came to its end.
    PromiseEnded(PromiseEnded),
    /// The last write to a session's rollout was looked up.
    LifeSeen(LifeSeen),
    /// The owner is warned, once for each cause.
    OwnerWarned(OwnerWarned),
    // Files of the owner's messages.
    /// A message without words has these files: copies of it are known by them.
    InboundFilesNamed(InboundFilesNamed),

    // Long texts.
    /// A text was too long; what was cut is kept for the owner to ask for.
    TextCut(TextCut),

    // What turns did.
    /// A turn that ends did this.
    TurnWorked(TurnWorked),

    // Turns that go on.
    /// A turn that notify reported as over goes on.
    TurnWentOn(TurnWentOn),

    // Voice messages.
    /// The message is a voice message; its words are Apple's transcript.
    InboundSpoken(InboundSpoken),
    /// What was spoken is acted on only if the owner confirms it in writing.
    SpokenAsked(SpokenAsked),
    /// The owner confirmed what they had spoken, or took it back.
    SpokenAnswered(SpokenAnswered),

    // Names.
    /// The owner gave a session another label.
    SessionLabelled(SessionLabelled),
    /// Codex calls a thread something else.
    ThreadNamed(ThreadNamed),
}
