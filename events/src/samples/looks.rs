//! Samples of looks at a session, and of what was cut from a long text.

use super::ids::{COMMAND, guid, pane, session};
use crate::command::{Change, Command, CopyOut, Look, Manage, OpenSession, SendFile, Sight};
use crate::event::{
    CommandRequested, CommandSettled, Event, SessionLabelled, TextCut, ThreadNamed,
};
use crate::outcome::{Evidence, Outcome};

pub(super) fn events() -> Vec<Event> {
    let sights = [
        Sight::Screen {
            hints: vec![pane()],
        },
        Sight::Last { messages: 3 },
        Sight::Diff {
            path: Some("src/main.rs".into()),
        },
        Sight::Diff { path: None },
        Sight::Steps,
        Sight::Status,
    ];
    let requested = sights.map(|sight| {
        Event::CommandRequested(CommandRequested {
            id: COMMAND,
            attempt: 1,
            command: Command::Look(Look {
                inbound: guid(),
                session: session(),
                cwd: "/srv/api-server".into(),
                rollout: "/srv/codex/sessions/rollout-1.jsonl".into(),
                sight,
                again: false,
            }),
        })
    });
    let settled = Event::CommandSettled(CommandSettled {
        id: COMMAND,
        outcome: Outcome::Done(Evidence::Looked {
            text: "› run the tests".into(),
            left_out: 12,
        }),
    });
    let cut = Event::TextCut(TextCut {
        session: session(),
        rest: "and the rest of it".into(),
    });
    requested
        .into_iter()
        .chain([settled, cut])
        .chain(file())
        .chain(managed())
        .chain(opened())
        .collect()
}

/// An old session that is opened in a window.
fn opened() -> [Event; 2] {
    let open = Event::CommandRequested(CommandRequested {
        id: COMMAND,
        attempt: 1,
        command: Command::OpenSession(OpenSession {
            inbound: guid(),
            session: session(),
            label: "login".into(),
            cwd: "/srv/api-server".into(),
            rollout: "/srv/codex/sessions/rollout-1.jsonl".into(),
            hints: vec![pane()],
            again: false,
        }),
    });
    let opened = Event::CommandSettled(CommandSettled {
        id: COMMAND,
        outcome: Outcome::Done(Evidence::Opened {
            session: session(),
            pane: pane(),
            window: "agent:2 agent-login".into(),
        }),
    });
    [open, opened]
}

/// What is changed about a session.
fn managed() -> Vec<Event> {
    let changes = [
        Change::Rename {
            name: "login".into(),
        },
        Change::Compact,
        Change::Model {
            model: "gpt-5".into(),
        },
        Change::Effort {
            level: "high".into(),
        },
    ];
    let mut events: Vec<_> = { changes.into_iter() }
        .map(|change| {
            Event::CommandRequested(CommandRequested {
                id: COMMAND,
                attempt: 1,
                command: Command::Manage(Manage {
                    inbound: guid(),
                    session: session(),
                    generation: 1_795_000_000_000,
                    change,
                }),
            })
        })
        .collect();
    events.push(Event::CommandSettled(CommandSettled {
        id: COMMAND,
        outcome: Outcome::Done(Evidence::Managed),
    }));
    events.push(Event::SessionLabelled(SessionLabelled {
        session: session(),
        label: "login".into(),
    }));
    events.push(Event::ThreadNamed(ThreadNamed {
        session: session(),
        name: "Repair the login page".into(),
    }));
    events
}

/// A file that the owner wants.
fn file() -> [Event; 3] {
    let copy = Event::CommandRequested(CommandRequested {
        id: COMMAND,
        attempt: 1,
        command: Command::CopyOut(CopyOut {
            inbound: guid(),
            session: session(),
            cwd: "/srv/api-server".into(),
            path: "docs/report.pdf".into(),
            max_bytes: 20 << 20,
            again: false,
        }),
    });
    let file = "/srv/out/7.0/report.pdf";
    let copied = Event::CommandSettled(CommandSettled {
        id: COMMAND,
        outcome: Outcome::Done(Evidence::CopiedOut {
            file: file.into(),
            name: "report.pdf".into(),
            bytes: 48_213,
        }),
    });
    let send = Event::CommandRequested(CommandRequested {
        id: COMMAND,
        attempt: 1,
        command: Command::SendFile(SendFile {
            copy: COMMAND,
            inbound: guid(),
            session: session(),
            to: "+15555550123".into(),
            file: file.into(),
            name: "report.pdf".into(),
            bytes: 48_213,
        }),
    });
    [copy, copied, send]
}
