//! The ids that samples bear.

use crate::Wall;
use crate::event::{SessionMeta, ThreadKind};
use crate::id::{CallId, CommandId, Guid, InputKey, Pane, Seq, SessionId, TurnId};

#[expect(clippy::expect_used, reason = "the samples below are written by hand")]
pub(super) fn given<T>(id: Option<T>) -> T {
    id.expect("a sample id is visible ASCII")
}

pub(super) fn session() -> SessionId {
    given(SessionId::parse("019a1b2c-3d4e-7f50-8a6b-1c2d3e4f5a6b"))
}

pub(super) fn turn() -> TurnId {
    given(TurnId::parse("019a1b2c-4444-7f50-8a6b-1c2d3e4f5a6b"))
}

pub(super) fn call() -> CallId {
    given(CallId::parse("call_Yk3f9"))
}

pub(super) fn guid() -> Guid {
    given(Guid::parse("0F4C2D11-7A10-4B44-9C37-5E2B9A1D0C33"))
}

pub(super) fn key() -> InputKey {
    given(InputKey::parse(
        "01795000000000000000-4242-00c0ffee00c0ffee",
    ))
}

pub(super) fn pane() -> Pane {
    Pane {
        socket: "/tmp/tmux-501/default".into(),
        id: "%7".into(),
    }
}

pub(super) const COMMAND: CommandId = CommandId {
    cause: Seq(41),
    nth: 1,
};

/// The head of the rollout of a session of the owner's.
pub fn session_meta(cwd: &str, path: &str) -> SessionMeta {
    SessionMeta {
        cwd: cwd.into(),
        kind: ThreadKind::Owner,
        version: "0.169.0".into(),
        path: path.into(),
        created: Wall(0),
    }
}
