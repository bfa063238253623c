//! Samples of prompts: what is asked, how it is answered, and what the app-server tells.

use super::ids::{COMMAND, call, guid, key, pane, session, turn};
use crate::command::{Command, Instruction, InterruptTurn, InterruptWay, StartTurn, SteerTurn};
use crate::digest::Digest;
use crate::event::{
    Action, CommandPerformed, CommandRequested, CommandSettled, Deadline, DeadlinePassed, Event,
    NoticeQueued, RoutingDecided, Rule, SourceFailed, SourceRecovered, Topic,
};
use crate::event::{Choice, Source};
use crate::id::Seq;
use crate::outcome::{Evidence, Failure, How, Outcome, Performed};
use crate::prompt::{
    AnswerPrompt, AnswerWay, AppServerLinkChanged, CommandPrompt, ElicitationField,
    ElicitationPrompt, FieldKind, FileChange, LinkState, Matched, Meaning, PatchFile, PatchPrompt,
    PermissionsPrompt, PromptAnswer, PromptAnswered, PromptAsked, PromptBody, PromptChoice,
    PromptClosed, PromptDelivered, PromptEnd, PromptExpired, PromptQuestion, PromptShown,
    PromptSource, PromptWitnessed, PromptsListed, QuestionAnswer, RateLimit, RateLimitsChanged,
    ThreadState, ThreadStatusChanged,
};
use crate::time::{Span, Wall};

const DIGEST: Digest = Digest([7; 16]);
const PROMPT: Seq = Seq(60);

pub(super) fn events() -> Vec<Event> {
    [
        asked(),
        known(),
        server(),
        answered(),
        routed(),
        commands(),
        outcomes(),
    ]
    .concat()
}

fn server_source() -> PromptSource {
    PromptSource::AppServer {
        generation: 1_795_000_000_000,
        request: "19".into(),
    }
}

fn choice(meaning: Meaning, label: &str) -> PromptChoice {
    PromptChoice {
        meaning,
        label: label.into(),
    }
}

fn option(label: &str) -> Choice {
    Choice {
        label: label.into(),
        detail: "".into(),
    }
}

fn bodies() -> [PromptBody; 6] {
    let file = |change| PatchFile {
        path: "src/main.rs".into(),
        change,
        added: 2,
        removed: 1,
        diff: "-old\n+new\n+more".into(),
    };
    let field = |kind| ElicitationField {
        name: "size".into(),
        title: "Size".into(),
        kind,
        required: true,
    };
    [
        PromptBody::Command(CommandPrompt {
            command: "rm -rf build".into(),
            cwd: Some("/srv/api-server".into()),
            reason: Some("The build is stale.".into()),
            network: Some("https example.com".into()),
            permissions: vec!["write /srv/cache".into()],
        }),
        PromptBody::Patch(PatchPrompt {
            files: vec![
                file(FileChange::Added),
                file(FileChange::Deleted),
                file(FileChange::Changed),
                file(FileChange::Moved {
                    to: "src/lib.rs".into(),
                }),
                file(FileChange::Unsaid),
            ],
            reason: None,
            root: Some("/srv".into()),
        }),
        PromptBody::Permissions(PermissionsPrompt {
            wants: vec!["network".into()],
            reason: None,
            cwd: None,
        }),
        PromptBody::Elicitation(ElicitationPrompt {
            server: "lab".into(),
            message: "Which size?".into(),
            fields: vec![
                field(FieldKind::Text),
                field(FieldKind::Number),
                field(FieldKind::Boolean),
                field(FieldKind::OneOf(vec![option("small"), option("large")])),
                field(FieldKind::Other),
            ],
            url: None,
        }),
        PromptBody::Questions(vec![PromptQuestion {
            id: "db".into(),
            text: "Which database?".into(),
            options: vec![option("sqlite"), option("postgres")],
            free: true,
            secret: false,
        }]),
        PromptBody::Plan {
            text: "1. Write the tests.".into(),
        },
    ]
}

fn choices() -> Vec<PromptChoice> {
    let scope = || "rm -rf".into();
    vec![
        choice(Meaning::Accept, "Yes, proceed"),
        choice(Meaning::AcceptForSession, ""),
        choice(Meaning::AcceptAlways { scope: scope() }, ""),
        choice(Meaning::Decline, ""),
        choice(Meaning::Cancel, "No, and tell Codex what to do differently"),
        choice(Meaning::DeclineAlways { scope: scope() }, ""),
        choice(Meaning::AcceptFresh, ""),
        choice(Meaning::Other, "Open the settings"),
    ]
}

fn asked() -> Vec<Event> {
    let event = |(nth, body): (usize, PromptBody)| {
        let sources = [
            server_source(),
            PromptSource::Screen { pane: pane() },
            PromptSource::Hook { key: key() },
            PromptSource::Rollout { offset: 4096 },
        ];
        Event::PromptAsked(PromptAsked {
            session: session(),
            turn: Some(turn()),
            call: Some(call()),
            approval: None,
            source: sources[nth % sources.len()].clone(),
            body,
            choices: if nth == 0 { choices() } else { Vec::new() },
            digest: DIGEST,
            whole: nth != 1,
        })
    };
    bodies().into_iter().enumerate().map(event).collect()
}

fn known() -> Vec<Event> {
    let closed = |how| {
        Event::PromptClosed(PromptClosed {
            prompt: PROMPT,
            how,
            source: Some(server_source()),
        })
    };
    let mut events = vec![
        Event::PromptWitnessed(PromptWitnessed {
            prompt: PROMPT,
            source: PromptSource::Screen { pane: pane() },
            body: None,
            choices: vec![choice(Meaning::Accept, "Yes, proceed")],
            digest: DIGEST,
            whole: true,
        }),
        Event::PromptDelivered(PromptDelivered {
            prompt: PROMPT,
            notice: Seq(61),
            row: guid(),
            date: Wall(1_795_000_001_000),
        }),
    ];
    events.extend(
        [
            PromptEnd::ByUs,
            PromptEnd::Elsewhere,
            PromptEnd::TurnEnded,
            PromptEnd::Gone,
        ]
        .map(closed),
    );
    events
}

fn server() -> Vec<Event> {
    let status = |status| {
        Event::ThreadStatusChanged(ThreadStatusChanged {
            generation: 1_795_000_000_000,
            session: session(),
            status,
        })
    };
    let link = |state| {
        Event::AppServerLinkChanged(AppServerLinkChanged {
            generation: 1_795_000_000_000,
            socket: "/srv/codex/app-server-control.sock".into(),
            state,
        })
    };
    vec![
        status(ThreadState::Idle),
        status(ThreadState::Active {
            approval: true,
            input: false,
        }),
        status(ThreadState::NotLoaded),
        status(ThreadState::Failed),
        Event::RateLimitsChanged(RateLimitsChanged {
            windows: vec![RateLimit {
                name: "primary".into(),
                used: 42,
                minutes: Some(300),
                resets: Some(Wall(1_795_000_900_000)),
            }],
        }),
        link(LinkState::Up {
            server: "codex 0.171.0".into(),
        }),
        link(LinkState::Down {
            why: "the socket was closed".into(),
        }),
    ]
}

fn answers() -> [PromptAnswer; 3] {
    [
        PromptAnswer::Choose {
            choice: 0,
            meaning: Meaning::Accept,
        },
        PromptAnswer::Questions(vec![QuestionAnswer {
            id: "db".into(),
            asked: DIGEST,
            options: 2,
            option: Some((1, "postgres".into())),
            note: Some("the newest one".into()),
        }]),
        PromptAnswer::Fields(vec![("size".into(), "small".into())]),
    ]
}

fn answered() -> Vec<Event> {
    let matched = [
        Matched::Reply,
        Matched::Named,
        Matched::OnlyOne,
        Matched::Listed,
        Matched::Tapback,
    ];
    let event = |(nth, matched): (usize, Matched)| {
        Event::PromptAnswered(PromptAnswered {
            prompt: PROMPT,
            inbound: guid(),
            matched,
            answer: answers()[nth % 3].clone(),
            words: (nth == 0).then(|| "use the cache".into()),
            digest: DIGEST,
        })
    };
    let mut events: Vec<_> = matched.into_iter().enumerate().map(event).collect();
    events.push(Event::PromptsListed(PromptsListed {
        inbound: guid(),
        prompts: vec![PROMPT, Seq(70)],
    }));
    events.push(Event::PromptExpired(PromptExpired { prompt: PROMPT }));
    events.push(Event::PromptShown(PromptShown {
        prompt: PROMPT,
        notice: Seq(61),
        whole: true,
    }));
    events.push(Event::DeadlinePassed(DeadlinePassed {
        deadline: Deadline::Prompt(PROMPT),
    }));
    events.push(Event::NoticeQueued(NoticeQueued {
        session: Some(session()),
        topic: Topic::Prompt(PROMPT),
        to: "+15555550123".into(),
        parts: vec!["api-server wants to run: rm -rf build. Yes or no? [Codex] @k3f9".into()],
        replaces: Vec::new(),
    }));
    events
}

fn routed() -> Vec<Event> {
    let decided = |rule, action| {
        Event::RoutingDecided(RoutingDecided {
            inbound: guid(),
            rule,
            action,
            target: Some(session()),
            candidates: Vec::new(),
        })
    };
    vec![
        decided(
            Rule::OnlyPrompt,
            Action::Answer {
                prompts: vec![PROMPT],
            },
        ),
        decided(Rule::Listed, Action::Interrupt),
        decided(
            Rule::Tapback,
            Action::Queue {
                text: "then the docs".into(),
            },
        ),
        decided(
            Rule::Named,
            Action::Steer {
                text: "skip the slow tests".into(),
            },
        ),
        decided(
            Rule::Named,
            Action::TakeBack {
                inbound: Some(guid()),
            },
        ),
    ]
}

fn commands() -> Vec<Event> {
    let requested = |command| {
        Event::CommandRequested(CommandRequested {
            id: COMMAND,
            attempt: 1,
            command,
        })
    };
    let instruction = || Instruction {
        inbound: guid(),
        session: session(),
        cwd: "/srv/api-server".into(),
        text: "run the tests again".into(),
        budget: Span::seconds(10),
    };
    let generation = 1_795_000_000_000;
    let answer = |way, answer| {
        Command::AnswerPrompt(AnswerPrompt {
            inbound: guid(),
            prompt: PROMPT,
            session: session(),
            turn: Some(turn()),
            call: Some(call()),
            cwd: "/srv/api-server".into(),
            digest: DIGEST,
            way,
            answer,
            words: Some("use the cache".into()),
        })
    };
    let interrupt = |way| {
        Command::InterruptTurn(InterruptTurn {
            inbound: guid(),
            session: session(),
            cwd: "/srv/api-server".into(),
            turn: Some(turn()),
            way,
        })
    };
    let [choose, questions, fields] = answers();
    let request = || AnswerWay::AppServer {
        generation,
        request: "19".into(),
    };
    [
        answer(request(), choose),
        answer(
            AnswerWay::Keys {
                hints: vec![pane()],
            },
            questions,
        ),
        answer(request(), fields),
        Command::StartTurn(StartTurn {
            instruction: instruction(),
            generation,
        }),
        Command::SteerTurn(SteerTurn {
            instruction: instruction(),
            generation,
            turn: turn(),
        }),
        interrupt(InterruptWay::AppServer { generation }),
        interrupt(InterruptWay::Keys {
            hints: vec![pane()],
        }),
    ]
    .map(requested)
    .to_vec()
}

fn outcomes() -> Vec<Event> {
    let performed = |how| {
        Event::CommandPerformed(CommandPerformed {
            id: COMMAND,
            performed: Performed { how, doubt: None },
        })
    };
    let settled = |outcome| {
        Event::CommandSettled(CommandSettled {
            id: COMMAND,
            outcome,
        })
    };
    let mut events = [
        How::Replied { words: true },
        How::Answered(pane()),
        How::TurnStarted { turn: Some(turn()) },
        How::TurnSteered,
        How::InterruptAsked,
        How::EscapePressed(pane()),
    ]
    .map(performed)
    .to_vec();
    events.extend(
        [
            Evidence::Resolved { prompt: PROMPT },
            Evidence::TurnEnded {
                session: session(),
                turn: Some(turn()),
            },
        ]
        .map(|evidence| settled(Outcome::Done(evidence))),
    );
    events.extend(
        [
            Failure::PromptGone {
                why: "another approval is up".into(),
            },
            Failure::NoLink {
                why: "the connection was lost".into(),
            },
            Failure::Rejected {
                code: -32600,
                message: "no active turn".into(),
            },
            Failure::NoTurn,
        ]
        .map(|failure| settled(Outcome::Failed(failure))),
    );
    events.push(Event::SourceRecovered(SourceRecovered {
        source: Source::AppServer,
    }));
    events.extend([Source::AppServer, Source::Panes].map(|source| {
        Event::SourceFailed(SourceFailed {
            source,
            fault: "no answer within 5 s".into(),
        })
    }));
    events
}
