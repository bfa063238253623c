//! At least one sample of every event, and of every form its parts can take.
//!
//! The golden fixtures, the generated event reference and the tests of the store
//! are made from these. A sample never changes once its fixture is released:
//! new forms get new samples, at the end of their kind.

mod carried;
mod commands;
mod day;
mod ids;
mod looks;
mod messages;
mod prompts;
mod watch;
mod work;

pub use ids::session_meta;
use ids::{COMMAND, call, given, guid, key, pane, session, turn};

use crate::digest::Digest;
use crate::event::{
    AssistantReplied, AttentionRequested, ChatDbPlaced, Choice, Closing, Deadline, DeadlinePassed,
    Ending, EndingNotTold, Event, GoalChanged, GoalStatus, IgnoreReason, InboundHeld,
    InboundIgnored, InboundReceived, LogRecovered, NotTold, NotifyReceived, Origin, OutgoingSeen,
    Placing, Question, QuestionAsked, QuestionClosed, QuestionKind, QueueLineImported,
    RecordsSkipped, RolloutFollowed, RuntimeStarted, RuntimeStopped, SessionMeta, SessionSeen,
    ShapeEffect, ShapeUnknown, SignOfTurn, Source, SourceFailed, SourceRecovered, ThreadKind,
    TurnCompleted, TurnStarted, TurnTold, TurnWentOn, UserSpoke,
};
use crate::id::{Seq, SessionRef};
use crate::settings::{NotifyMode, Recorded, Settings};
use crate::time::Wall;

/// All samples, kind by kind in the order of the enum.
pub fn events() -> Vec<Event> {
    [
        runtime(),
        notify(),
        sessions(),
        turns(),
        inbound(),
        outgoing(),
        sources(),
        deadlines(),
        files(),
        commands::events(),
        prompts::events(),
        messages::events(),
        day::events(),
        watch::events(),
        work::events(),
        carried::events(),
        looks::events(),
    ]
    .concat()
}

/// The settings that the samples record: those that there were when the schema was made.
const SETTINGS: &[&str] = &[
    "ack_timeout",
    "allow_sms",
    "auto_create",
    "dedupe_ttl",
    "default_cwd",
    "enable_new",
    "expiry",
    "final_status",
    "fresh",
    "inbound_retry",
    "max_len",
    "max_per_hour",
    "mode",
    "only_needs_input",
    "owner",
    "redact",
    "ref_min",
    "require_ref",
    "resume_timeout",
    "route_via_tmux",
    "self_test",
    "strict_tmux",
    "tapbacks",
];

fn runtime() -> Vec<Event> {
    let started = |settings: Settings| {
        Event::RuntimeStarted(RuntimeStarted {
            version: "0.1.0".into(),
            pid: 4242,
            settings: Recorded::from(&settings).only(SETTINGS),
        })
    };
    vec![
        started(Settings {
            owner: vec!["+15555550123".into()],
            default_cwd: "/srv/api-server".into(),
            ..Settings::default()
        }),
        started(Settings {
            mode: NotifyMode::Send,
            only_needs_input: true,
            final_status: false,
            ..Settings::default()
        }),
        started(Settings {
            mode: NotifyMode::StateOnly,
            ..Settings::default()
        }),
        Event::RuntimeStopped(RuntimeStopped {}),
    ]
}

fn notify() -> Vec<Event> {
    let received = |told| {
        Event::NotifyReceived(NotifyReceived {
            key: key(),
            raw: r#"{"type":"agent-turn-complete"}"#.into(),
            origin: Origin {
                cwd: "/srv/api-server".into(),
                pane: Some(pane()),
                parent: "codex".into(),
            },
            at: Wall(1_795_000_000_000),
            told,
        })
    };
    vec![
        received(Ok(TurnTold {
            kind: "agent-turn-complete".into(),
            session: session(),
            turn: Some(turn()),
            cwd: Some("/srv/api-server".into()),
            last: Some("Done: 3 files changed ✅".into()),
        })),
        received(Err("the payload is not JSON".into())),
    ]
}

fn sessions() -> Vec<Event> {
    let seen = |kind| {
        Event::SessionSeen(SessionSeen {
            session: session(),
            reference: given(SessionRef::parse("k3f9")),
            meta: SessionMeta {
                kind,
                created: Wall(1_795_000_000_000),
                ..session_meta(
                    "/srv/api-server",
                    "2026/11/22/rollout-2026-11-22T10-00-00.jsonl",
                )
            },
            offset: 2048,
        })
    };
    [
        ThreadKind::Owner,
        ThreadKind::Exec,
        ThreadKind::Subagent,
        ThreadKind::Review,
        ThreadKind::Internal,
    ]
    .map(seen)
    .to_vec()
}

fn turns() -> Vec<Event> {
    let mut events = vec![
        Event::TurnStarted(TurnStarted {
            session: session(),
            offset: 3000,
            turn: turn(),
            plan_mode: true,
        }),
        Event::UserSpoke(UserSpoke {
            client: Some("41.0".into()),
            session: session(),
            offset: 3100,
            digest: Digest([7; 16]),
            chars: 12,
        }),
        Event::AssistantReplied(AssistantReplied {
            session: session(),
            offset: 3200,
            turn: Some(turn()),
            text: "Running the tests now.".into(),
        }),
    ];
    events.extend(questions());
    let completed = |ending| {
        Event::TurnCompleted(TurnCompleted {
            session: session(),
            offset: Some(3500),
            turn: Some(turn()),
            ending,
        })
    };
    events.extend([
        completed(Ending::Finished {
            last: Some("All 42 tests pass.".into()),
        }),
        completed(Ending::Failed {
            error: "stream disconnected".into(),
        }),
        completed(Ending::Interrupted {
            reason: "interrupted".into(),
        }),
        Event::TurnCompleted(TurnCompleted {
            session: session(),
            offset: None,
            turn: None,
            ending: Ending::Finished { last: None },
        }),
    ]);
    events
}

fn questions() -> Vec<Event> {
    let asked = |kind| {
        Event::QuestionAsked(QuestionAsked {
            session: session(),
            offset: 3300,
            turn: Some(turn()),
            call: call(),
            kind,
            questions: vec![Question {
                id: "q1".into(),
                text: "Which database?".into(),
                options: vec![Choice {
                    label: "SQLite".into(),
                    detail: "One file.".into(),
                }],
            }],
            digests: vec![Digest([7; 16])],
        })
    };
    let closed = |how| {
        Event::QuestionClosed(QuestionClosed {
            session: session(),
            offset: 3400,
            call: call(),
            how,
        })
    };
    let mut events = [QuestionKind::Modal, QuestionKind::Async]
        .map(asked)
        .to_vec();
    events.extend(
        [
            Closing::Answered,
            Closing::Refused,
            Closing::Interrupted,
            Closing::Overtaken,
        ]
        .map(closed),
    );
    events
}

fn inbound() -> Vec<Event> {
    let placed = |why| {
        Event::ChatDbPlaced(ChatDbPlaced {
            identity: "16777220:90210:1".into(),
            rowid: 900,
            why,
        })
    };
    let mut events = [Placing::FirstStart, Placing::Replaced, Placing::Rewound]
        .map(placed)
        .to_vec();
    events.extend([
        Event::InboundHeld(InboundHeld {
            rowid: 901,
            guid: guid(),
            lacks: "its chat".into(),
        }),
        Event::InboundReceived(InboundReceived {
            rowid: 901,
            guid: guid(),
            date: Wall(1_795_000_001_000),
            text: "@k3f9 run the tests again 🙏".into(),
            reply_to: Some(guid()),
            attachments: false,
            self_chat: true,
            from_me: true,
        }),
    ]);
    events.extend(IGNORED.map(|reason| {
        Event::InboundIgnored(InboundIgnored {
            rowid: 902,
            guid: guid(),
            reason,
            copy_of: None,
        })
    }));
    events.push(Event::InboundIgnored(InboundIgnored {
        rowid: 904,
        guid: guid(),
        reason: IgnoreReason::Echo,
        copy_of: Some(COMMAND),
    }));
    events.extend(IGNORED_SINCE.map(|reason| {
        Event::InboundIgnored(InboundIgnored {
            rowid: 902,
            guid: guid(),
            reason,
            copy_of: None,
        })
    }));
    events
}

/// Reasons that came later.
const IGNORED_SINCE: [IgnoreReason; 5] = [
    IgnoreReason::Preview,
    IgnoreReason::Quoted,
    IgnoreReason::Unsent,
    IgnoreReason::Unknown,
    IgnoreReason::UnlistedAddress,
];

const IGNORED: [IgnoreReason; 18] = [
    IgnoreReason::NotOwner,
    IgnoreReason::ToOthers,
    IgnoreReason::Group,
    IgnoreReason::NotIMessage,
    IgnoreReason::Tapback,
    IgnoreReason::TapbackText,
    IgnoreReason::SystemItem,
    IgnoreReason::Edited,
    IgnoreReason::Balloon,
    IgnoreReason::Stale,
    IgnoreReason::Future,
    IgnoreReason::Duplicate,
    IgnoreReason::DuplicateCopy,
    IgnoreReason::Echo,
    IgnoreReason::NoChat,
    IgnoreReason::Empty,
    IgnoreReason::Undecodable,
    IgnoreReason::Loop,
];

fn outgoing() -> Vec<Event> {
    vec![
        Event::OutgoingSeen(OutgoingSeen {
            rowid: 903,
            guid: guid(),
            command: COMMAND,
            service: "iMessage".into(),
            error: 0,
            sent: true,
            delivered: false,
            date: Some(Wall(1_795_356_000_000)),
        }),
        Event::QueueLineImported(QueueLineImported {
            file: "16777220:777".into(),
            offset: 120,
            digest: Some(Digest([9; 16])),
            refused: None,
        }),
        Event::QueueLineImported(QueueLineImported {
            file: "16777220:777".into(),
            offset: 240,
            digest: None,
            refused: Some("the line is not JSON".into()),
        }),
        Event::AttentionRequested(AttentionRequested {
            key: key(),
            cwd: "/srv/api-server".into(),
            need: "The deployment needs a decision.".into(),
            refused: None,
        }),
    ]
}

fn sources() -> Vec<Event> {
    let sources = [
        Source::ChatDb,
        Source::Rollouts,
        Source::Inbox,
        Source::QueueFile,
        Source::Disk,
        Source::Notify,
    ];
    let failed = |source| {
        Event::SourceFailed(SourceFailed {
            source,
            fault: "reading was refused: operation not permitted".into(),
        })
    };
    let recovered = |source| Event::SourceRecovered(SourceRecovered { source });
    let mut events = sources.map(failed).to_vec();
    events.extend(sources.map(recovered));
    events.push(Event::LogRecovered(LogRecovered {
        story: "The log was damaged: entry 7 is missing.".into(),
        kept: "/srv/state/damaged/1".into(),
    }));
    events.push(Event::RecordsSkipped(RecordsSkipped {
        session: session(),
        offset: 4000,
        records: 2,
    }));
    events.extend(shapes());
    events
}

fn deadlines() -> Vec<Event> {
    [
        Deadline::Proof(COMMAND),
        Deadline::Pace(COMMAND),
        Deadline::Retry(Seq(40)),
        Deadline::Rollout(session()),
        Deadline::Receipt(COMMAND),
        Deadline::Allowance,
        Deadline::Expiry(Seq(40)),
        Deadline::SourceDown(Source::ChatDb),
        Deadline::SelfTest,
        Deadline::Loop,
        Deadline::Goal(session()),
        Deadline::Gather(guid()),
        Deadline::Unanswered,
        Deadline::Held(Seq(40)),
        Deadline::Nudge(Seq(30)),
        Deadline::Awake,
        Deadline::Limits,
        Deadline::Promise(Seq(30)),
        Deadline::Files(COMMAND),
        Deadline::ServerPrompts,
        Deadline::Stall(session()),
    ]
    .map(|deadline| Event::DeadlinePassed(DeadlinePassed { deadline }))
    .to_vec()
}

fn shapes() -> Vec<Event> {
    let effects = [
        ShapeEffect::Counted,
        ShapeEffect::Replaced,
        ShapeEffect::Lost,
    ];
    let unknown = |effect| {
        Event::ShapeUnknown(ShapeUnknown {
            source: Source::Rollouts,
            kind: "record event_msg/novelty".into(),
            place: "/srv/sessions/2026/11/22/rollout.jsonl, byte 4000".into(),
            version: "Codex 0.180.0".into(),
            effect,
            count: 1,
        })
    };
    effects.map(unknown).to_vec()
}

fn files() -> Vec<Event> {
    let statuses = [
        GoalStatus::Active,
        GoalStatus::Paused,
        GoalStatus::Complete,
        GoalStatus::Blocked,
        GoalStatus::UsageLimited,
        GoalStatus::BudgetLimited,
        GoalStatus::Other("waiting".into()),
    ];
    let changed = |status| {
        Event::GoalChanged(GoalChanged {
            session: session(),
            offset: 5000,
            status,
        })
    };
    let mut events = statuses.map(changed).to_vec();
    let not_told = |why| {
        Event::EndingNotTold(EndingNotTold {
            session: session(),
            turn: Some(turn()),
            why,
        })
    };
    let reasons = [NotTold::NothingSaid, NotTold::Replaced, NotTold::GoalGoesOn];
    events.extend(reasons.map(not_told));
    let went_on = |sign| {
        Event::TurnWentOn(TurnWentOn {
            session: session(),
            turn: turn(),
            sign,
        })
    };
    let signs = [SignOfTurn::Words, SignOfTurn::Reply, SignOfTurn::Prompt];
    events.extend(signs.map(went_on));
    events.push(Event::RolloutFollowed(RolloutFollowed {
        session: session(),
        path: "/srv/sessions/2026/11/23/rollout.jsonl".into(),
        offset: 300,
    }));
    events
}
