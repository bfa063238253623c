//! What Codex's notify program hands over. It is a push, not the truth: a
//! thread counts only once its rollout shows whose it is.

use super::draft::Draft;
use super::endings::place;
use super::notices;
use crate::handle::not_for_owner;
use crate::notify_payload::{self, TURN_COMPLETE};
use crate::redact::redact;
use crate::sessions::folder;
use events::event::{
    AttentionRequested, NotifyReceived, ShapeEffect, ShapeUnknown, Source, TurnTold,
};
use events::input::{Attention, Notify};
use events::{Event, Text};

pub(super) fn received(draft: &mut Draft, notify: Notify) {
    if draft.state().inbox.keys.contains(&notify.key) {
        return;
    }
    let redacts = draft.state().settings.redact;
    let clean = |text: &str| {
        if redacts {
            redact(text)
        } else {
            text.to_owned()
        }
    };
    let raw = notify.raw.reveal();
    let read = notify_payload::read(raw);
    let told = read.map(|told| TurnTold {
        last: told.last.map(|text| Text::from(clean(text.reveal()))),
        ..told
    });
    let raw = Text::from(clean(raw));
    let Notify {
        key, origin, at, ..
    } = notify;
    let event = NotifyReceived {
        key,
        raw,
        origin,
        at,
        told,
    };
    distilled(draft, event);
}

/// Notify reported a turn.
pub(super) fn distilled(draft: &mut Draft, event: NotifyReceived) {
    let told = event.told.clone();
    draft.record(Event::NotifyReceived(event));
    let told = match told {
        Ok(told) => told,
        Err(fault) => return not_understood(draft, fault),
    };
    if told.kind != TURN_COMPLETE {
        return other(draft, &told.kind);
    }
    if draft.state().sessions.get(&told.session).is_some() {
        place(draft, told);
    }
}

/// A payload of another kind tells nothing that the rollout does not. It is counted.
fn other(draft: &mut Draft, kind: &str) {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let kind = format!("kind {}", kind.chars().filter(plain).collect::<String>());
    let shape = ShapeUnknown {
        source: Source::Notify,
        place: format!("a payload of {kind}"),
        kind,
        version: String::new(),
        effect: ShapeEffect::Counted,
        count: 1,
    };
    super::shapes::found(draft, shape);
}

/// A payload that tells nothing. One of the right form that names no thread is Codex's, of
/// a version that spells it in another way; everything else was not written by Codex.
fn not_understood(draft: &mut Draft, fault: String) {
    let renamed = fault == notify_payload::NO_THREAD;
    let kind = fault.split(" at line ").next().unwrap_or_default();
    let kind = kind.split(" of ").next().unwrap_or_default().to_owned();
    let shape = ShapeUnknown {
        source: Source::Notify,
        kind,
        place: fault,
        version: String::new(),
        effect: if renamed {
            ShapeEffect::Lost
        } else {
            ShapeEffect::Counted
        },
        count: 1,
    };
    super::shapes::found(draft, shape);
}

/// A text for the owner that a program asked for.
pub(super) fn attention(draft: &mut Draft, attention: Attention) {
    let state = draft.state();
    if state.inbox.keys.contains(&attention.key) {
        return;
    }
    let refused = not_for_owner(&state.settings, attention.to.as_ref());
    let need = if state.settings.redact {
        redact(attention.need.reveal())
    } else {
        attention.need.reveal().clone()
    };
    let Attention { key, cwd, .. } = attention;
    let event = AttentionRequested {
        key,
        cwd,
        need: Text::from(need),
        refused,
    };
    requested(draft, event);
}

/// A text was asked for.
pub(super) fn requested(draft: &mut Draft, event: AttentionRequested) {
    let body = format!("{}\n{}", folder(&event.cwd), event.need.reveal());
    let sent = event.refused.is_none();
    draft.record(Event::AttentionRequested(event));
    if sent {
        notices::request(draft, &body);
    }
}
