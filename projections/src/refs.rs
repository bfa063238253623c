//! Session references: what the owner types after `@`.
//!
//! Codex ids are `UUIDv7`, whose first digits are the clock; a ref is taken from a
//! hash of the whole id instead. Its alphabet has no look-alikes (0/o, 1/l/i),
//! and a letter comes first, so that a ref is never a number.

use crate::sessions::{Session, Sessions};
use events::{SessionId, SessionRef};
use sha2::{Digest, Sha256};

const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz";
const SIGNS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// A ref for a session that no other session has.
#[expect(
    clippy::missing_panics_doc,
    reason = "there are more candidates than sessions"
)]
pub fn assign(sessions: &Sessions, id: &SessionId) -> SessionRef {
    let known = sessions.get(id).map(|session| session.reference.clone());
    known.unwrap_or_else(|| {
        let free = |r: &SessionRef| !sessions.by_ref.contains_key(r);
        // Four signs nearly always do; where they do not, more and more are taken.
        let longer = |salt: u32| 4 + (salt as usize / 64).min(27);
        #[expect(clippy::expect_used, reason = "more candidates than sessions can be")]
        (0..u32::MAX)
            .filter_map(|salt| candidate(id, salt, longer(salt)))
            .find(free)
            .expect("a free ref")
    })
}

fn candidate(id: &SessionId, salt: u32, len: usize) -> Option<SessionRef> {
    let hash = Sha256::new()
        .chain_update(id.as_str())
        .chain_update(salt.to_be_bytes())
        .finalize();
    let sign = |(nth, byte): (usize, &u8)| {
        let alphabet = if nth == 0 { LETTERS } else { SIGNS };
        char::from(alphabet[usize::from(*byte) % alphabet.len()])
    };
    SessionRef::parse(
        &hash
            .iter()
            .take(len)
            .enumerate()
            .map(sign)
            .collect::<String>(),
    )
}

/// What a name resolves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// Exactly one session.
    One(SessionId),
    /// Several: the name must be longer.
    Several(Vec<SessionId>),
    /// None.
    Nobody,
}

/// Finds the owner's session by ref, label, id, unique beginning of the id, or by
/// Codex's name for it or its folder's, in any case (`my-app` is the label `My app`). An exact name beats a beginning.
pub fn resolve(sessions: &Sessions, name: &str, ref_min: u32) -> Named {
    let name = spaced(name);
    let mine = || sessions.owners().into_iter();
    let exact = mine().filter(|(id, s)| {
        s.reference.as_str() == name
            || id.as_str().eq_ignore_ascii_case(&name)
            || is_label(s, &name)
    });
    let exact: Vec<_> = exact.map(|(id, _)| id.clone()).collect();
    if !exact.is_empty() {
        return one_of(exact);
    }
    let begins = |(id, _): &(&SessionId, &Session)| {
        name.len() >= ref_min as usize && id.as_str().to_lowercase().starts_with(&name)
    };
    let beginning: Vec<_> = mine().filter(begins).map(|(id, _)| id.clone()).collect();
    if !beginning.is_empty() {
        return one_of(beginning);
    }
    one_of(
        mine()
            .filter(|(_, s)| folder_is(s, &name) || is_thread_name(s, &name))
            .map(|(id, _)| id.clone())
            .collect(),
    )
}

fn is_label(session: &Session, name: &str) -> bool {
    let label = session.label.as_ref();
    label.is_some_and(|label| spaced(label) == name)
}

/// Codex's own name is one that nobody may have chosen: where it is a folder's too, it is asked.
fn is_thread_name(session: &Session, name: &str) -> bool {
    let given = session.thread_name.as_ref();
    given.is_some_and(|given| spaced(given.reveal()) == name)
}

fn folder_is(session: &Session, name: &str) -> bool {
    spaced(crate::sessions::folder(&session.meta.cwd)) == name
}

/// In lower case, and with a dash for a space: a name after `@` ends at a space.
fn spaced(name: &str) -> String {
    name.trim().to_lowercase().replace(' ', "-")
}

fn one_of(mut found: Vec<SessionId>) -> Named {
    match found.len() {
        0 => Named::Nobody,
        1 => Named::One(found.remove(0)),
        _ => Named::Several(found),
    }
}
