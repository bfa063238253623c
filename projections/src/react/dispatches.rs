//! An instruction's transports, in their order: Codex's background server, the verified
//! pane, `codex queue`, a steered pane, resume; else a refusal that says why. One is tried
//! at a time, and the next only after the one before has definitely failed.

use super::draft::{Draft, decide, topic_known};
use super::{fetching, notices, replies};
use crate::directories::{self, Directory};
use crate::dispatch::{Dispatch, Transport, What, dispatch_of};
use crate::files::Files;
use crate::heading::Heading;
use crate::routing::Route;
use events::command::{
    AnswerWithNotes, ChooseOptions, FilesFor, GivePictures, Instruction, StartSession, StartTurn,
    SteerTurn, TypeInstruction,
};
use events::event::{Action, InstructionEnd, InstructionEnded, Rule, Topic};
use events::outcome::{Doubt, Evidence, Failure, How, Screen};
use events::{Command, Event, Guid, Outcome, SessionId, Settings, Span, Text, TurnId};

/// Tries the session's first waiting instruction, if none is being tried.
pub(super) fn advance(draft: &mut Draft, session: &SessionId) {
    while let Some(head) = draft.state().dispatches.head(session).cloned() {
        if head.trying.is_some() {
            return;
        }
        if let Files::Wanted(rows) = &head.files {
            let purpose = FilesFor::Session(session.clone());
            return fetching::fetch(draft, &head.inbound, rows, purpose);
        }
        if let What::Words(words) | What::Queued(words) | What::Steer(words) = &head.what
            && fetching::is_empty(&head, words)
        {
            give_up(draft, session, &head.inbound, &head.files.text());
            continue;
        }
        let ahead = draft.state().dispatches.ahead(session);
        let served = draft.state().server.has(session).is_some();
        match next_transport(&head, ahead, served, &draft.state().settings) {
            Some(transport) => {
                let command = command(draft, session, &head, transport);
                let attempt = u16::try_from(head.tried.len() + 1).unwrap_or(u16::MAX);
                draft.request(command, attempt);
                return;
            }
            None => refuse(draft, session, &head),
        }
    }
}

/// The next transport; `None` when none is left.
/// What waits ahead is never overtaken: behind Codex's queue there is only the queue.
fn next_transport(
    dispatch: &Dispatch,
    ahead: Option<Transport>,
    served: bool,
    settings: &Settings,
) -> Option<Transport> {
    let keys = if ahead.is_some() || !settings.route_via_tmux {
        Transport::Queue
    } else {
        Transport::Pane
    };
    let first = if served && ahead.is_none() {
        Transport::AppServer
    } else {
        keys
    };
    match &dispatch.what {
        // The owner said where these go: there, or nowhere.
        What::Queued(_) => return dispatch.tried.is_empty().then_some(Transport::Queue),
        What::Steer(_) => return steering(dispatch, served, settings),
        What::Words(_) | What::Options { .. } => {}
    }
    let choose = matches!(dispatch.what, What::Options { .. });
    let Some(last) = dispatch.tried.last() else {
        // Options are keys: where no pane may be typed into, they have no way in.
        return if choose {
            settings.route_via_tmux.then_some(Transport::Pane)
        } else {
            Some(first)
        };
    };
    if choose {
        return None;
    }
    match last.transport {
        Transport::Pane => may_queue(&last.failure).then_some(Transport::Queue),
        Transport::Queue if ahead == Some(Transport::Queue) => None,
        Transport::Queue if ahead.is_some() || was_working(dispatch) => {
            settings.route_via_tmux.then_some(Transport::Steer)
        }
        Transport::Queue => (!settings.strict_tmux).then_some(Transport::Resume),
        // What waits until the turn ends touches no screen.
        Transport::AppServer if last.failure == Failure::TurnRuns => Some(Transport::Queue),
        // Words behind a prompt are lost when it ends its turn.
        Transport::AppServer => may_queue(&last.failure).then_some(keys),
        Transport::Steer | Transport::Resume => None,
    }
}

/// Words for the running turn: by Codex's server, else into the pane.
fn steering(dispatch: &Dispatch, served: bool, settings: &Settings) -> Option<Transport> {
    let pane = settings.route_via_tmux.then_some(Transport::Steer);
    match dispatch.tried.last() {
        None if served => Some(Transport::AppServer),
        None => pane,
        Some(last) if last.transport == Transport::AppServer && may_queue(&last.failure) => pane,
        Some(_) => None,
    }
}

/// Whether `codex queue`, which touches no screen, comes next. A pane that is busy, has a
/// draft, is not proven, or shows something that is not known does not stand in its way.
fn may_queue(failure: &Failure) -> bool {
    match failure {
        Failure::NotReady { screen, .. } => !waits_for_the_owner(screen),
        Failure::TooLarge { .. } | Failure::PromptGone { .. } | Failure::PromptUp => false,
        Failure::Target { .. }
        | Failure::NotPermitted { .. }
        | Failure::Row { .. }
        | Failure::NoPane { .. }
        | Failure::Unsupported { .. }
        | Failure::Refused { .. }
        | Failure::NotStarted { .. }
        | Failure::NoLink { .. }
        | Failure::Rejected { .. }
        | Failure::NoTurn
        | Failure::TurnRuns => true,
    }
}

/// What is certainly up and needs an answer, or a Codex that has ended: words would wait
/// behind it without end, so the owner is told instead.
const fn waits_for_the_owner(screen: &Screen) -> bool {
    match screen {
        Screen::Approval { .. }
        | Screen::Question { .. }
        | Screen::PlanPrompt
        | Screen::Trust
        | Screen::Update
        | Screen::Login
        | Screen::Shell => true,
        Screen::Composer { .. }
        | Screen::Working
        | Screen::RunningHook
        | Screen::CopyMode
        | Screen::Picker { .. }
        | Screen::Unknown => false,
    }
}

/// It was seen at work.
fn was_working(dispatch: &Dispatch) -> bool {
    dispatch.tried.iter().any(|t| {
        matches!(
            &t.failure,
            Failure::TurnRuns
                | Failure::NotReady {
                    screen: Screen::Working,
                    ..
                }
        )
    })
}

fn command(
    draft: &Draft,
    session: &SessionId,
    dispatch: &Dispatch,
    transport: Transport,
) -> Command {
    let state = draft.state();
    let known = state.sessions.get(session);
    let cwd = known.map(|s| s.meta.cwd.clone()).unwrap_or_default();
    let hints = known
        .map(|s| s.panes.iter().rev().cloned().collect())
        .unwrap_or_default();
    let inbound = dispatch.inbound.clone();
    let text = match &dispatch.what {
        What::Options {
            call,
            choices,
            notes,
        } => {
            let (call, choices, session) = (call.clone(), choices.clone(), session.clone());
            let choose = ChooseOptions {
                inbound,
                session,
                call,
                cwd,
                hints,
                choices,
            };
            if notes.is_empty() {
                return Command::ChooseOptions(choose);
            }
            let notes = notes.clone();
            return Command::AnswerWithNotes(AnswerWithNotes { choose, notes });
        }
        What::Words(text) | What::Queued(text) | What::Steer(text) => {
            let as_words = transport != Transport::AppServer;
            Text::from(dispatch.files.with_words(text.reveal(), as_words))
        }
    };
    let budget = if transport == Transport::Resume {
        state.settings.resume_timeout
    } else {
        Span::seconds(10)
    };
    let instruction = Instruction {
        inbound,
        session: session.clone(),
        cwd,
        text,
        budget,
    };
    match transport {
        Transport::Pane => Command::TypeInstruction(TypeInstruction {
            instruction,
            hints,
            steer: false,
        }),
        Transport::Steer => Command::TypeInstruction(TypeInstruction {
            instruction,
            hints,
            steer: true,
        }),
        Transport::Queue => Command::QueueInstruction(instruction),
        Transport::Resume => Command::ResumeSession(instruction),
        Transport::AppServer => {
            let turn = known.and_then(|session| session.turn.clone());
            let turn = turn.filter(|_| matches!(dispatch.what, What::Steer(_)));
            by_server(draft, instruction, turn, dispatch.files.pictures())
        }
    }
}

/// To this turn, else as a new one. A connection that is gone meanwhile is refused.
fn by_server(
    draft: &Draft,
    instruction: Instruction,
    turn: Option<TurnId>,
    pictures: Vec<String>,
) -> Command {
    let generation = draft.state().server.has(&instruction.session);
    let generation = generation.unwrap_or_default();
    if !pictures.is_empty() {
        return Command::GivePictures(GivePictures {
            instruction,
            generation,
            turn,
            pictures,
        });
    }
    match turn {
        Some(turn) => Command::SteerTurn(SteerTurn {
            instruction,
            generation,
            turn,
        }),
        None => Command::StartTurn(StartTurn {
            instruction,
            generation,
        }),
    }
}

fn refuse(draft: &mut Draft, session: &SessionId, dispatch: &Dispatch) {
    let body = replies::refusal(&dispatch.tried);
    give_up(draft, session, &dispatch.inbound, &body);
}

/// An instruction does not go in; the owner hears why.
pub(super) fn give_up(draft: &mut Draft, session: &SessionId, inbound: &Guid, body: &str) {
    end(draft, Some(session), inbound, InstructionEnd::Refused);
    let topic = Topic::Receipt(inbound.clone());
    notices::queue(draft, Some(session), topic, &Heading::NotDelivered, body);
}

/// A session is not started, because there is nothing to say to it.
pub(super) fn not_started(draft: &mut Draft, inbound: &Guid, body: &str) {
    end(draft, None, inbound, InstructionEnd::Refused);
    let topic = Topic::Receipt(inbound.clone());
    notices::queue(draft, None, topic, &Heading::NotStarted, body);
}

fn end(draft: &mut Draft, session: Option<&SessionId>, inbound: &Guid, end: InstructionEnd) {
    let ended = InstructionEnded {
        inbound: inbound.clone(),
        session: session.cloned(),
        end,
    };
    draft.record(Event::InstructionEnded(ended));
}

/// A command of an instruction was settled. Pressing Enter once more alone ends nothing.
pub(super) fn settled(draft: &mut Draft, command: &Command, how: Option<&How>, outcome: &Outcome) {
    let Some((session, inbound)) = dispatch_of(command) else {
        return;
    };
    let Some(dispatch) = draft.state().dispatches.get(&session, &inbound) else {
        return;
    };
    let (files, not_along) = (dispatch.files.text(), dispatch.files.not_passed_on());
    if matches!(command, Command::PressEnter(_)) && !matches!(outcome, Outcome::Done(_)) {
        return;
    }
    let topic = Topic::Receipt(inbound.clone());
    match outcome {
        Outcome::Done(_) => {
            end(draft, Some(&session), &inbound, InstructionEnd::Delivered);
            notices::queue(draft, Some(&session), topic, received(how), &files);
        }
        Outcome::Unknown(doubt) => {
            end(draft, Some(&session), &inbound, InstructionEnd::Unknown);
            let said = [Some(unconfirmed(doubt)), not_along];
            let body: Vec<_> = said.into_iter().flatten().collect();
            let kind = &Heading::NotConfirmed;
            notices::queue(draft, Some(&session), topic, kind, &body.join("\n"));
        }
        Outcome::Failed(_) | Outcome::Expired => {}
    }
    advance(draft, &session);
}

const fn received(how: Option<&How>) -> &'static Heading {
    match how {
        Some(How::Steered(_) | How::TurnSteered) => &Heading::Steers,
        Some(How::Queued) => &Heading::FromQueue,
        Some(How::Resumed) => &Heading::InBackground,
        Some(How::Chosen(_) | How::Replied { .. } | How::Answered(_)) => &Heading::Answered,
        Some(
            How::Typed(_)
            | How::Pressed(_)
            | How::Accepted
            | How::TurnStarted { .. }
            | How::InterruptAsked
            | How::EscapePressed(_)
            | How::Begun,
        )
        | None => &Heading::Received,
    }
}

fn unconfirmed(doubt: &Doubt) -> String {
    let why = match doubt {
        Doubt::TimedOut { program } | Doubt::BrokeOff { program, .. } => {
            format!("{program} failed or timed out")
        }
        Doubt::Interrupted => "this program was stopped at that moment".into(),
        Doubt::NoProof | Doubt::NoWitness => "the session has no record of it".into(),
    };
    format!(
        "Your message may have arrived: {why}. It is not sent again automatically; check the session."
    )
}

/// The acknowledgement time is over. Where our text was typed, it is looked
/// for once more; in any case the owner hears that it is on its way.
pub(super) fn not_seen_yet(draft: &mut Draft, command: &Command, how: &How) {
    let Some((session, inbound)) = dispatch_of(command) else {
        return;
    };
    // After a restart the wait begins anew; what was said and done for it is not repeated.
    let topic = Topic::Receipt(inbound);
    if topic_known(draft.state(), &session, &topic) {
        return;
    }
    if let (Command::TypeInstruction(typed), How::Typed(_)) = (command, how) {
        draft.request(Command::PressEnter(typed.clone()), 1);
    }
    let kind = match Transport::kept_by_codex(how) {
        Some(Transport::Queue) => &Heading::InQueue,
        Some(_) => &Heading::BehindStep,
        None => &Heading::NotSeen,
    };
    notices::queue(draft, Some(&session), topic, kind, "");
}

/// A new session was asked for, in this directory where one is named.
pub(super) fn start(
    draft: &mut Draft,
    inbound: &Guid,
    rule: Rule,
    (label, place): (&str, Option<&str>),
    words: &str,
) {
    let route = Route::nowhere(rule);
    if !draft.state().settings.enable_new {
        decide(draft, inbound, route, Action::Reply);
        return notices::answer(
            draft,
            inbound,
            None,
            &Heading::NotStarted,
            replies::STARTS_OFF,
        );
    }
    let named = place.map(|place| (place, directories::find(draft.state(), place)));
    let cwd = match named {
        None => directory(draft),
        Some((_, Directory::One(path))) => path,
        Some((place, found)) => {
            let body = replies::directories(draft.state(), label, place, &found);
            decide(draft, inbound, route, Action::Reply);
            return notices::answer(draft, inbound, None, &Heading::NotStarted, &body);
        }
    };
    let text = Text::from(words);
    decide(
        draft,
        inbound,
        route,
        Action::Start {
            label: label.to_owned(),
            cwd: cwd.clone(),
            text: text.clone(),
        },
    );
    let start = StartSession {
        inbound: inbound.clone(),
        label: label.to_owned(),
        cwd,
        text,
    };
    let state = draft.state();
    let rows = state.inbox.recent(inbound).map(|r| r.files.as_slice());
    if let Files::Wanted(rows) = Files::wanted(rows.unwrap_or_default(), state.settings.files) {
        return fetching::fetch(draft, inbound, &rows, FilesFor::Start(start));
    }
    draft.request(Command::StartSession(start), 1);
}

/// Where the session last spoken to works, else the configured default.
fn directory(draft: &Draft) -> String {
    let state = draft.state();
    let spoken = state
        .sessions
        .by_id
        .values()
        .filter(|s| s.is_owners())
        .filter_map(|s| Some((s.spoken?, s)));
    let last = spoken
        .max_by_key(|(when, _)| *when)
        .map(|(_, s)| s.meta.cwd.clone());
    last.unwrap_or_else(|| state.settings.default_cwd.clone())
}

/// The command that starts a session was settled.
pub(super) fn start_settled(draft: &mut Draft, command: &Command, outcome: &Outcome) {
    let Command::StartSession(start) = command else {
        return;
    };
    let topic = Topic::Receipt(start.inbound.clone());
    match outcome {
        Outcome::Done(Evidence::Running { session, cwd, .. }) => {
            end(
                draft,
                Some(session),
                &start.inbound,
                InstructionEnd::Delivered,
            );
            if draft.state().sessions.get(session).is_some() {
                let body = replies::runs_in(draft.state(), cwd);
                notices::queue(draft, Some(session), topic, &Heading::Started, &body);
            }
        }
        Outcome::Failed(failure) => {
            end(draft, None, &start.inbound, InstructionEnd::Refused);
            notices::queue(
                draft,
                None,
                topic,
                &Heading::NotStarted,
                &replies::not_started(command, failure),
            );
        }
        Outcome::Done(_) | Outcome::Unknown(_) | Outcome::Expired => {
            end(draft, None, &start.inbound, InstructionEnd::Unknown);
            let body = format!(
                "It is not known whether \"{}\" runs. Look at the tmux session before you ask for it again.",
                start.label
            );
            notices::queue(draft, None, topic, &Heading::NotConfirmed, &body);
        }
    }
}
