//! What Codex calls a thread. The model may have made that name up, so it is somebody's words:
//! one short line, without the marks that our own texts are told apart by.

use super::draft::Draft;
use crate::phone_text::{AT, is_invisible};
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
    let name = named.name.reveal();
    // Without a mark, or what cannot be seen, a secret may look like none, or only then like one.
    let name = if state.settings.redact {
        redact(&plain(&redact(name)))
    } else {
        plain(name)
    };
    let name = tidy(&name, MAX);
    let new = known.thread_name.as_ref().map(events::Private::reveal) != Some(&name);
    // Another session's ref would name two.
    let taken = state.sessions.has_ref(&name);
    if known.is_owners() && new && !taken && name.chars().any(char::is_alphanumeric) {
        draft.record(Event::ThreadNamed(ThreadNamed {
            session: named.session.clone(),
            name: Text::from(name),
        }));
    }
}

/// Without the marks of a head line (a ref, a name, a dot, what the text is about), without the
/// quotes that commands stand in, and without what cannot be seen.
fn plain(name: &str) -> String {
    let dots = |c: char| matches!(c, '·' | '•' | '‧' | '∙' | '⋅' | '・' | '･');
    let brackets = |c: char| matches!(c, '[' | ']' | '［' | '］' | '【' | '】');
    let quotes = |c: char| matches!(c, '"' | '“' | '”' | '„' | '`');
    let marks = |c: char| {
        AT.contains(&c) || c == '﹫' || dots(c) || brackets(c) || quotes(c) || c.is_whitespace()
    };
    let seen: String = name.chars().filter(|c| !is_invisible(*c)).collect();
    let words = seen.split(marks).filter(|word| !word.is_empty());
    let words = words.collect::<Vec<_>>().join(" ");
    // Codex's own commands begin so.
    words.trim_start_matches(['/', ' ']).to_owned()
}
