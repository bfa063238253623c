//! What Codex calls a thread. The model may have made that name up, so it is somebody's words:
//! one short line, without the marks that our own texts are told apart by.

use super::draft::Draft;
use crate::redact::redact;
use crate::render::tidy;
use events::event::ThreadNamed;
use events::{Event, Text};

/// Longest name.
const MAX: usize = 60;

/// Codex has this name for a thread.
pub(super) fn named(draft: &mut Draft, named: &ThreadNamed) {
    let state = draft.state();
    let Some(known) = state.sessions.get(&named.session) else {
        return;
    };
    let name = plain(named.name.reveal());
    let name = if state.settings.redact {
        redact(&name)
    } else {
        name
    };
    let name = tidy(&name, MAX);
    let new = known.thread_name.as_ref().map(|old| old.reveal()) != Some(&name);
    if known.is_owners() && new && name.chars().any(char::is_alphanumeric) {
        draft.record(Event::ThreadNamed(ThreadNamed {
            session: named.session.clone(),
            name: Text::from(name),
        }));
    }
}

/// A head line has a ref, a name, a dot, and what the text is about.
fn plain(name: &str) -> String {
    let marks = |c: char| matches!(c, '@' | '＠' | '·' | '[' | ']') || c.is_whitespace();
    let words = name.split(marks).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
