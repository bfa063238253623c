//! Every event as one sentence for people. `--trace`, `replay`, `explain` and the
//! HTML page all tell what happened with these sentences.
//!
//! No text of anybody is in them: [`texts`] gives those apart, for the owner alone.

mod due;
mod names;
mod prompts;
mod texts;
pub mod words;

pub use names::{command_name, notice_name, session_name, span};
use names::{command_of, prompt_name};
pub use texts::texts;
use words::{capital, characters, counted};

use crate::state::State;
use crate::{endings, ignored};
use events::event::{
    Action, ChatDbPlaced, Closing, Ending, InboundReceived, NoticeQueued, NotifyReceived,
    OutgoingSeen, Placing, QuestionKind, QueueLineImported, RoutingDecided, SessionSeen,
    ThreadKind, Warning,
};
use events::forgotten;
use events::{Command, Event, SessionId};

/// What happened, in a sentence. `state` is what was known before it.
#[expect(
    clippy::too_many_lines,
    reason = "one arm for each kind, so that the compiler misses a new one"
)]
pub fn describe(event: &Event, state: &State) -> String {
    let of = |id: &SessionId| session_name(state, id);
    match event {
        Event::RuntimeStarted(e) => {
            format!(
                "The program started (version {}, process {}).",
                e.version, e.pid
            )
        }
        Event::RuntimeStopped(_) => "The program stopped cleanly.".into(),
        Event::NotifyReceived(e) => notified(e, state),
        Event::SessionSeen(e) => seen(e, state),
        Event::TurnStarted(e) if e.plan_mode => {
            format!("{} began a turn in plan mode.", of(&e.session))
        }
        Event::TurnStarted(e) => format!("{} began a turn.", of(&e.session)),
        Event::UserSpoke(e) => format!(
            "{} recorded words of its user, {}.",
            of(&e.session),
            characters(e.chars as usize)
        ),
        Event::AssistantReplied(e) => {
            let length = characters(forgotten::length(e.text.reveal()));
            format!("{} said something, {length}.", of(&e.session))
        }
        Event::QuestionAsked(e) => {
            let how = match e.kind {
                QuestionKind::Modal => "its turn waits for the answer",
                QuestionKind::Async => "its turn goes on meanwhile",
            };
            let count = counted(e.questions.len(), "question");
            format!("{} asked {count}; {how}.", of(&e.session))
        }
        Event::QuestionClosed(e) => {
            format!("The question of {} {}.", of(&e.session), closed(e.how))
        }
        Event::TurnWorked(e) => format!("{} {}.", of(&e.session), words::worked(&e.work)),
        Event::TurnCompleted(e) => {
            let by = if e.offset.is_none() {
                ", as its notify program says"
            } else {
                ""
            };
            format!("{} {}{by}.", of(&e.session), ending(&e.ending))
        }
        Event::ChatDbPlaced(e) => placed(e),
        Event::InboundHeld(e) => {
            format!("Row {} lacks {} and is read again.", e.rowid, e.lacks)
        }
        Event::InboundReceived(e) => received(e, state),
        Event::InboundIgnored(e) => format!(
            "Row {} was not acted on: {}.",
            e.rowid,
            ignored::words(e.reason)
        ),
        Event::ReactionReceived(e) => {
            let how = if e.added {
                "reacted"
            } else {
                "took back a reaction"
            };
            format!("You {how} to the text {}: {:?}.", e.target.guid, e.reaction)
        }
        Event::InboundChanged(e) => {
            let what = if e.text.is_some() { "edited" } else { "unsent" };
            let when = if e.in_time { "in time" } else { "too late" };
            format!("You {what} the message {}, {when}.", e.guid)
        }
        Event::InboundDeferred(e) => format!(
            "The message {} waits a moment for a link or for further words.",
            e.inbound
        ),
        Event::SessionLabelled(e) => format!("You call {} {:?}.", of(&e.session), e.label),
        // The name itself is somebody's words.
        Event::ThreadNamed(e) => format!("Codex has another name for {}.", of(&e.session)),
        Event::InboundSpoken(e) => format!(
            "The message {} was spoken; its words are Apple's transcript.",
            e.inbound
        ),
        Event::SpokenAsked(e) => format!(
            "You were asked to confirm what you said in {} before it is done.",
            e.inbound
        ),
        Event::SpokenAnswered(e) => {
            let how = if e.yes { "confirmed" } else { "took back" };
            format!("You {how} what you said in {}.", e.inbound)
        }
        Event::InboundFilesNamed(e) => {
            format!(
                "The message {} has no words; it is known by its files.",
                e.inbound
            )
        }
        Event::InboundJoined(e) => {
            format!(
                "The message {} is a part of the message {}.",
                e.inbound, e.into
            )
        }
        Event::InboundUnanswered(e) => format!(
            "You will be told that the message {} was not acted on.",
            e.inbound
        ),
        Event::LocalTimeChanged(e) => format!(
            "Local time is {} minutes {} UTC.",
            e.offset.unsigned_abs(),
            if e.offset < 0 { "behind" } else { "ahead of" }
        ),
        Event::HoldChanged(e) => {
            format!("You said: {}.", words::hold_change(&e.change))
        }
        Event::DeskSeen(e) => words::desk(e),
        Event::PromiseMade(e) => format!("{} is to be told to go on at a time.", of(&e.session)),
        Event::PromiseEnded(e) => words::promise_end(e.how).into(),
        Event::OwnerWarned(e) => match &e.of {
            Warning::Limit { name, level, .. } => {
                format!("{level} % of Codex's limit \"{name}\" count as told.")
            }
            Warning::Stall { session, .. } => {
                format!("You are told that {} shows no sign of life.", of(session))
            }
        },
        Event::LifeSeen(e) => words::life(e, &of(&e.session)),
        Event::HostSlept(e) => format!(
            "The computer slept for {}.",
            crate::local_time::length(e.from.until(e.until))
        ),
        Event::PromptNudged(e) => format!(
            "You are reminded of {}, which nobody answers.",
            prompt_name(state, e.prompt)
        ),
        Event::NoticeDeferred(e) => format!(
            "{} waits: {}.",
            capital(&notice_name(state, e.notice)),
            words::held(e.rule)
        ),
        Event::OutgoingSeen(e) => own_row(e, state),
        Event::QueueLineImported(e) => queue_line(e),
        Event::AttentionRequested(e) => match &e.refused {
            None => format!("A program in {} asked for a text to you.", e.cwd),
            Some(why) => format!("A program in {} asked for a text, refused: {why}.", e.cwd),
        },
        Event::SourceFailed(e) => format!("{} fails: {}.", words::source(e.source), e.fault),
        Event::SourceRecovered(e) => format!("{} works again.", words::source(e.source)),
        Event::RecordsSkipped(e) => format!(
            "{} of the rollout of {} could not be read and were skipped.",
            counted(e.records as usize, "record"),
            of(&e.session)
        ),
        Event::DeadlinePassed(e) => due::due(&e.deadline, state),
        Event::ShapeUnknown(e) => {
            let source = words::source(e.source);
            format!(
                "{source} holds something of a form that is not known here: {}.",
                e.kind
            )
        }
        Event::RolloutFollowed(e) => {
            format!("{} goes on in another file, {}.", of(&e.session), e.path)
        }
        Event::GoalChanged(e) => format!("{} {}.", of(&e.session), words::goal(&e.status)),
        Event::EndingNotTold(e) => format!(
            "You get no text about the end of the turn of {}: {}.",
            of(&e.session),
            words::not_told(e.why)
        ),
        Event::TurnWentOn(e) => format!(
            "The turn of {} goes on after notify reported its end: {}.",
            of(&e.session),
            words::sign_of_turn(e.sign)
        ),
        Event::LogRecovered(e) => format!("{} The damaged files are in {}.", e.story, e.kept),
        Event::PromptAsked(e) => prompts::asked(e, state),
        Event::PromptWitnessed(e) => prompts::witnessed(e, state),
        Event::PromptDelivered(e) => prompts::delivered(e, state),
        Event::PromptClosed(e) => prompts::closed(e, state),
        Event::ThreadStatusChanged(e) => prompts::thread_status(e, state),
        Event::RateLimitsChanged(e) => prompts::rate_limits(e),
        Event::AppServerLinkChanged(e) => prompts::link(e),
        Event::PromptAnswered(e) => prompts::answered(e, state),
        Event::PromptsListed(e) => {
            format!(
                "You get a numbered list of {}.",
                counted(e.prompts.len(), "open prompt")
            )
        }
        Event::PromptExpired(e) => prompts::expired(e, state),
        Event::PromptShown(e) => prompts::shown(e, state),
        Event::RoutingDecided(e) => routed(e, state),
        Event::NoticeQueued(e) => queued(e, state),
        Event::NoticeWithdrawn(e) => {
            format!(
                "{} is not sent any more: {}.",
                capital(&notice_name(state, e.notice)),
                e.why
            )
        }
        Event::NoticeExpired(e) => {
            let name = capital(&notice_name(state, e.notice));
            format!("{name} waited too long and is not sent.")
        }
        Event::NoticeDelayed(e) => {
            let name = capital(&notice_name(state, e.notice));
            format!("{name} is tried again in {}.", span(e.wait))
        }
        Event::NoticeGivenUp(e) => {
            let name = capital(&notice_name(state, e.notice));
            format!("{name} failed and is not tried again.")
        }
        Event::TextCut(e) if e.rest.reveal().is_empty() => {
            format!(
                "You have got all of the last long text about {}.",
                of(&e.session)
            )
        }
        Event::TextCut(e) => format!(
            "The text about {} is too long: {} are kept until you ask for more.",
            of(&e.session),
            characters(e.rest.reveal().chars().count())
        ),
        Event::InstructionEnded(e) => {
            let to = e
                .session
                .as_ref()
                .map_or_else(String::new, |id| format!(" for {}", of(id)));
            format!("The instruction{to} ended: {}.", words::ended(e.end))
        }
        Event::CommandRequested(e) => {
            let again = if e.attempt > 1 {
                format!(", try {}", e.attempt)
            } else {
                String::new()
            };
            format!(
                "To be done (command {}{again}): {}.",
                e.id,
                command_name(state, &e.command)
            )
        }
        Event::CommandStarted(e) => format!("Begun: {}.", command_of(state, e.id)),
        Event::CommandPerformed(e) => format!(
            "Carried out: {}; {}. Proof is awaited.",
            command_of(state, e.id),
            endings::performed(&e.performed)
        ),
        Event::CommandSettled(e) => format!(
            "Ended: {}; {}.",
            command_of(state, e.id),
            endings::outcome(&e.outcome)
        ),
    }
}

fn notified(e: &NotifyReceived, state: &State) -> String {
    match &e.told {
        Ok(told) => {
            let name = session_name(state, &told.session);
            let what = if told.kind == crate::notify_payload::TURN_COMPLETE {
                "a turn ended"
            } else {
                told.kind.as_str()
            };
            format!("Codex's notify program reports {name}: {what}.")
        }
        Err(why) => format!("Codex's notify program sent something that is not understood: {why}."),
    }
}

fn seen(e: &SessionSeen, state: &State) -> String {
    if let Some(known) = state.sessions.get(&e.session) {
        return format!(
            "The rollout of @{} moved or was rewritten.",
            known.reference
        );
    }
    let whose = match e.meta.kind {
        ThreadKind::Owner => "a session of yours",
        ThreadKind::Exec => "a session of yours, run by codex exec",
        ThreadKind::Subagent => "a thread that another thread started",
        ThreadKind::Review => "a review",
        ThreadKind::Internal => "a thread of Codex's own",
    };
    format!(
        "@{} appeared: {whose} in {}, Codex {}.",
        e.reference, e.meta.cwd, e.meta.version
    )
}

const fn closed(how: Closing) -> &'static str {
    match how {
        Closing::Answered => "was answered",
        Closing::Refused => "was not put: Codex would not ask",
        Closing::Interrupted => "was closed by an interruption",
        Closing::Overtaken => "was closed without an answer being recorded",
    }
}

fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Finished { .. } => "finished its turn".into(),
        Ending::Failed { .. } => "ended its turn with an error".into(),
        Ending::Interrupted { reason } if reason == "interrupted" => {
            "had its turn interrupted".into()
        }
        Ending::Interrupted { reason } => format!("had its turn interrupted ({reason})"),
    }
}

fn placed(e: &ChatDbPlaced) -> String {
    let why = match e.why {
        Placing::FirstStart => "it is seen for the first time",
        Placing::Replaced => "another file replaced it",
        Placing::Rewound => "it was set back",
    };
    format!("chat.db is read from behind row {}: {why}.", e.rowid)
}

fn received(e: &InboundReceived, state: &State) -> String {
    let length = characters(forgotten::length(e.text.reveal()));
    let reply = e.reply_to.as_ref().map_or_else(String::new, |guid| {
        state.ledger.sent.by_guid(guid).map_or_else(
            || ", in reply to a message that is not one of ours or is forgotten".into(),
            |sent| format!(", in reply to {}", notice_name(state, sent.notice)),
        )
    });
    let files = if e.attachments {
        ", with attachments"
    } else {
        ""
    };
    let chat = if e.self_chat {
        ", in your chat with yourself"
    } else {
        ""
    };
    format!("You wrote row {}: {length}{reply}{files}{chat}.", e.rowid)
}

fn own_row(e: &OutgoingSeen, state: &State) -> String {
    let whose = state.ledger.sent.get(e.command).map_or_else(
        || format!("command {}", e.command),
        |sent| notice_name(state, sent.notice),
    );
    let how = if e.error != 0 {
        format!("Messages reports error {} for it", e.error)
    } else if e.delivered {
        "it was delivered".into()
    } else if e.sent {
        "Apple took it".into()
    } else {
        "it is on its way".into()
    };
    format!(
        "Row {} of chat.db holds a text of {whose}, by {}: {how}.",
        e.rowid, e.service
    )
}

fn queue_line(e: &QueueLineImported) -> String {
    match &e.refused {
        None => "A line of the queue file was taken.".into(),
        Some(why) => format!("A line of the queue file is not sent: {why}."),
    }
}

fn routed(e: &RoutingDecided, state: &State) -> String {
    let target = e.target.as_ref().map(|id| session_name(state, id));
    let what = match (&e.action, target) {
        (Action::Start { label, .. }, _) => format!("It starts a session, {label:?}"),
        (Action::Reply, None) => "This program answers it".into(),
        (Action::Reply, Some(name)) => format!("This program answers it, about {name}"),
        (action, name) => {
            let does = words::action(action);
            format!("{does} {}", name.unwrap_or_else(|| "no session".into()))
        }
    };
    format!("{what}, because {}.", words::rule(e.rule))
}

fn queued(e: &NoticeQueued, state: &State) -> String {
    let about = e.session.as_ref().map_or_else(String::new, |id| {
        format!(" about {}", session_name(state, id))
    });
    let instead = match e.replaces.as_slice() {
        [] => String::new(),
        [one] => format!(", in the place of notice {one}"),
        several => format!(", in the place of {} others", several.len()),
    };
    let parts = counted(e.parts.len(), "part");
    format!(
        "A text for you waits to be sent: {}{about}, {parts}{instead}.",
        words::topic(&e.topic)
    )
}

/// The message that a command carries into a session, or the session it starts for.
pub fn inbound_of(command: &Command) -> Option<events::Guid> {
    match command {
        Command::StartSession(c) => Some(c.inbound.clone()),
        Command::AnswerPrompt(c) => Some(c.inbound.clone()),
        Command::InterruptTurn(c) => Some(c.inbound.clone()),
        Command::FetchFiles(c) => Some(c.inbound.clone()),
        Command::RemoveFiles(c) => Some(c.inbound.clone()),
        Command::Look(c) => Some(c.inbound.clone()),
        Command::CopyOut(c) => Some(c.inbound.clone()),
        Command::Manage(c) => Some(c.inbound.clone()),
        Command::OpenSession(c) => Some(c.inbound.clone()),
        Command::SendFile(c) => Some(c.inbound.clone()),
        Command::SendMessage(_)
        | Command::TypeInstruction(_)
        | Command::PressEnter(_)
        | Command::ChooseOptions(_)
        | Command::AnswerWithNotes(_)
        | Command::QueueInstruction(_)
        | Command::ResumeSession(_)
        | Command::StartTurn(_)
        | Command::GivePictures(_)
        | Command::SteerTurn(_) => {
            crate::dispatch::dispatch_of(command).map(|(_, inbound)| inbound)
        }
    }
}
