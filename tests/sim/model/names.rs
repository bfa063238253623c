//! Names for things of the simulated world. Each is made from numbers, so that
//! a run can be read: `s1` is the second session, `s1-t0` its first turn.

use events::{CallId, Guid, InputKey, Pane, SessionId, TurnId};

/// The owner's address.
pub(super) const OWNER: &str = "+15555550123";
/// The address of the Mac's own account, where it has one.
pub(super) const MAC: &str = "mac@example.com";

#[expect(clippy::expect_used, reason = "names made here are visible ASCII")]
fn given<T>(id: Option<T>) -> T {
    id.expect("a name made here is visible ASCII")
}

pub(super) fn session(nth: usize) -> SessionId {
    given(SessionId::parse(&format!(
        "019a1b2c-3d4e-7f50-8a6b-{nth:012x}"
    )))
}

pub(super) fn turn(session: usize, nth: usize) -> TurnId {
    given(TurnId::parse(&format!("s{session}-t{nth}")))
}

pub(super) fn call(session: usize, nth: usize) -> CallId {
    given(CallId::parse(&format!("call_s{session}_t{nth}")))
}

/// A command that asks for approval.
pub(super) fn item(nth: usize) -> CallId {
    given(CallId::parse(&format!("item_{nth}")))
}

pub(super) fn guid(nth: i64) -> Guid {
    given(Guid::parse(&format!("row-{nth}")))
}

pub(super) fn key(nth: u64) -> InputKey {
    given(InputKey::parse(&format!("key-{nth}")))
}

pub(super) fn pane(session: usize) -> Pane {
    Pane {
        socket: "/tmp/tmux-501/default".into(),
        id: format!("%{session}"),
    }
}
