//! Samples of decisions, and of the life of a command with all that can become of it.

use super::ids::{COMMAND, call, guid, pane, session, turn};
use crate::command::{
    AnswerWithNotes, ChooseOptions, Chosen, Command, Instruction, SendMessage, StartSession,
    TypeInstruction,
};
use crate::digest::Digest;
use crate::event::{
    Action, Candidate, CommandPerformed, CommandRequested, CommandSettled, CommandStarted, Event,
    InstructionEnd, InstructionEnded, NoticeDelayed, NoticeExpired, NoticeGivenUp, NoticeQueued,
    NoticeWithdrawn, RoutingDecided, Rule, Topic,
};
use crate::id::Seq;
use crate::outcome::{Doubt, Evidence, Failure, How, Outcome, Performed, Screen};
use crate::time::Span;

pub(super) fn events() -> Vec<Event> {
    [
        routing(),
        actions(),
        notices(),
        commands(),
        performed(),
        doubts()
            .map(|doubt| settled(Outcome::Unknown(doubt)))
            .to_vec(),
        evidence()
            .map(|evidence| settled(Outcome::Done(evidence)))
            .to_vec(),
        failures()
            .map(|failure| settled(Outcome::Failed(failure)))
            .to_vec(),
        screens()
            .map(|screen| {
                settled(Outcome::Failed(Failure::NotReady {
                    pane: pane(),
                    screen,
                }))
            })
            .to_vec(),
        vec![settled(Outcome::Expired)],
    ]
    .concat()
}

fn routing() -> Vec<Event> {
    [
        Rule::Named,
        Rule::ReplyThread,
        Rule::OnlyAsking,
        Rule::OnlyFinished,
        Rule::MostRecent,
        Rule::NewSession,
        Rule::AutoCreate,
        Rule::Control,
        Rule::Ambiguous,
        Rule::NoMatch,
        Rule::NearMiss,
        Rule::Continued,
    ]
    .map(|rule| {
        Event::RoutingDecided(RoutingDecided {
            inbound: guid(),
            rule,
            action: Action::Instruct {
                text: "run the tests again".into(),
            },
            target: Some(session()),
            candidates: vec![Candidate {
                session: session(),
                evidence: "it is named".into(),
                chosen: true,
            }],
        })
    })
    .to_vec()
}

fn actions() -> Vec<Event> {
    let chosen = || Chosen {
        question: "Which database?".into(),
        digest: None,
        options: 2,
        option: 1,
    };
    let decided = |action| {
        Event::RoutingDecided(RoutingDecided {
            inbound: guid(),
            rule: Rule::Named,
            action,
            target: Some(session()),
            candidates: Vec::new(),
        })
    };
    let ended = |end| {
        Event::InstructionEnded(InstructionEnded {
            inbound: guid(),
            session: Some(session()),
            end,
        })
    };
    vec![
        decided(Action::Choose {
            call: call(),
            choices: vec![chosen()],
        }),
        decided(Action::Start {
            label: "docs".into(),
            cwd: "/srv/docs".into(),
            text: "write the guide".into(),
        }),
        decided(Action::Reply),
        decided(Action::Note {
            call: call(),
            choices: vec![chosen(), chosen()],
            notes: vec![Some("on disk".into()), None],
        }),
        ended(InstructionEnd::Delivered),
        ended(InstructionEnd::Refused),
        ended(InstructionEnd::Unknown),
    ]
}

fn notices() -> Vec<Event> {
    let queued = |topic| {
        Event::NoticeQueued(NoticeQueued {
            session: Some(session()),
            topic,
            to: "+15555550123".into(),
            parts: vec!["[Codex] @k3f9 api-server · needs input".into()],
            replaces: Vec::new(),
        })
    };
    let mut events = [
        Topic::Question(call()),
        Topic::TurnEnd(Some(turn())),
        Topic::Progress,
        Topic::Answer(guid()),
        Topic::Receipt(guid()),
        Topic::Request,
        Topic::Health,
        Topic::Missing,
        Topic::Unanswered,
    ]
    .map(queued)
    .to_vec();
    events.push(Event::NoticeQueued(NoticeQueued {
        session: None,
        topic: Topic::Request,
        to: "+15555550123".into(),
        parts: vec!["the build is green".into()],
        replaces: vec![Seq(38), Seq(39)],
    }));
    events.push(Event::NoticeWithdrawn(NoticeWithdrawn {
        notice: Seq(40),
        why: "the question was answered elsewhere".into(),
    }));
    events.push(Event::NoticeExpired(NoticeExpired { notice: Seq(40) }));
    events.push(Event::NoticeDelayed(NoticeDelayed {
        notice: Seq(40),
        wait: Span::seconds(15),
    }));
    events.push(Event::NoticeGivenUp(NoticeGivenUp { notice: Seq(40) }));
    events
}

fn commands() -> Vec<Event> {
    let instruction = || Instruction {
        inbound: guid(),
        session: session(),
        cwd: "/srv/api-server".into(),
        text: "run the tests again".into(),
        budget: Span::seconds(30),
    };
    let typed = || TypeInstruction {
        instruction: instruction(),
        hints: vec![pane()],
        steer: false,
    };
    let requested = |command| {
        Event::CommandRequested(CommandRequested {
            id: COMMAND,
            attempt: 1,
            command,
        })
    };
    let choose = || ChooseOptions {
        inbound: guid(),
        session: session(),
        call: call(),
        cwd: "/srv/api-server".into(),
        hints: vec![],
        choices: vec![Chosen {
            question: "Which database?".into(),
            digest: Some(Digest([7; 16])),
            options: 3,
            option: 2,
        }],
    };
    let mut events = [
        Command::SendMessage(SendMessage {
            notice: Seq(40),
            part: 0,
            to: "+15555550123".into(),
            text: "[Codex] @k3f9 api-server · done".into(),
        }),
        Command::TypeInstruction(typed()),
        Command::PressEnter(typed()),
        Command::ChooseOptions(choose()),
        Command::AnswerWithNotes(AnswerWithNotes {
            choose: choose(),
            notes: vec![Some("on disk".into())],
        }),
        Command::QueueInstruction(instruction()),
        Command::ResumeSession(instruction()),
        Command::StartSession(StartSession {
            inbound: guid(),
            label: "docs".into(),
            cwd: "/srv/docs".into(),
            text: "write the changelog".into(),
        }),
    ]
    .map(requested)
    .to_vec();
    events.extend([Some(903), None].map(|baseline| {
        Event::CommandStarted(CommandStarted {
            id: COMMAND,
            baseline,
        })
    }));
    events
}

fn performed() -> Vec<Event> {
    let performed = |how| {
        Event::CommandPerformed(CommandPerformed {
            id: COMMAND,
            performed: Performed { how, doubt: None },
        })
    };
    let mut events = [
        How::Accepted,
        How::Typed(pane()),
        How::Steered(pane()),
        How::Chosen(pane()),
        How::Pressed(pane()),
        How::Queued,
        How::Resumed,
        How::Begun,
    ]
    .map(performed)
    .to_vec();
    events.push(Event::CommandPerformed(CommandPerformed {
        id: COMMAND,
        performed: Performed {
            how: How::Accepted,
            doubt: Some(Doubt::Interrupted),
        },
    }));
    events
}

fn settled(outcome: Outcome) -> Event {
    Event::CommandSettled(CommandSettled {
        id: COMMAND,
        outcome,
    })
}

fn doubts() -> [Doubt; 5] {
    [
        Doubt::TimedOut {
            program: "osascript".into(),
        },
        Doubt::BrokeOff {
            program: "codex".into(),
            code: 1,
            message: "stream disconnected".into(),
        },
        Doubt::Interrupted,
        Doubt::NoProof,
        Doubt::NoWitness,
    ]
}

fn evidence() -> [Evidence; 4] {
    [
        Evidence::Row {
            rowid: 903,
            guid: guid(),
            service: "iMessage".into(),
        },
        Evidence::Recorded {
            session: session(),
            offset: 3600,
        },
        Evidence::Answered {
            session: session(),
            call: call(),
        },
        Evidence::Running {
            session: session(),
            pane: pane(),
            cwd: "/srv/docs".into(),
        },
    ]
}

fn failures() -> [Failure; 8] {
    [
        Failure::Target {
            code: -1728,
            message: "no such buddy".into(),
        },
        Failure::NotPermitted { code: -1743 },
        Failure::Row {
            guid: guid(),
            code: 22,
        },
        Failure::NoPane {
            why: "no pane holds the session".into(),
        },
        Failure::Unsupported {
            what: "codex queue needs Codex 0.150".into(),
        },
        Failure::Refused {
            program: "tmux".into(),
            code: 1,
            message: "no server running".into(),
        },
        Failure::TooLarge {
            bytes: 200_000,
            max: 100_000,
        },
        Failure::NotStarted {
            program: "osascript".into(),
            message: "not found".into(),
        },
    ]
}

fn screens() -> [Screen; 13] {
    [
        Screen::Composer { draft: true },
        Screen::Working,
        Screen::RunningHook,
        Screen::Approval {
            what: "run cargo test".into(),
        },
        Screen::Question {
            text: "Which database?".into(),
            options: 3,
            notes: true,
        },
        Screen::PlanPrompt,
        Screen::Trust,
        Screen::Update,
        Screen::Login,
        Screen::Picker {
            title: "Select model".into(),
        },
        Screen::Shell,
        Screen::CopyMode,
        Screen::Unknown,
    ]
}
