//! The computer slept: nothing was heard and nothing was sent. The owner is told once, when
//! it stays awake again, and only where that held something up.

use super::draft::Draft;
use super::notices;
use crate::heading::Heading;
use crate::local_time;
use crate::watch::Slept;
use events::event::{HostSlept, Topic};
use events::settings::NotifyMode;
use events::{Event, Wall};

/// It slept.
pub(super) fn slept(draft: &mut Draft, slept: HostSlept) {
    draft.record(Event::HostSlept(slept));
}

/// It has been awake for a while.
pub(super) fn awake(draft: &mut Draft) {
    let state = draft.state();
    let Some(slept) = state.watch.slept else {
        return;
    };
    let held = held(&slept);
    let (now, offset) = (draft.now().wall, state.holds.offset);
    let wrote = state.inbox.recent.iter();
    let within = |at: Wall| slept.from <= at && at < slept.until;
    let wrote = wrote.filter(|recent| within(recent.message.date)).count();
    let texts = state.settings.mode != NotifyMode::StateOnly;
    if !texts || (held.is_empty() && wrote == 0) {
        return;
    }
    let time = |wall| local_time::at(now, wall, offset);
    let (from, until) = (time(slept.from), time(slept.until));
    let mut body = format!("It slept from {from} to {until}.");
    if !held.is_empty() {
        body = format!("{body} Held up meanwhile: {}.", held.join(", "));
    }
    if wrote > 0 {
        let what = counted(wrote, "message of yours", "messages of yours");
        body = format!("{body} What came meanwhile was read afterwards: {what}.");
    }
    notices::queue(draft, None, Topic::Health, &Heading::MacSlept, &body);
}

fn held(slept: &Slept) -> Vec<String> {
    let held = [
        (slept.turns, "running turn", "running turns"),
        (slept.prompts, "request for you", "requests for you"),
        (slept.texts, "text to you", "texts to you"),
        (slept.words, "message to a session", "messages to sessions"),
    ];
    let some = held.into_iter().filter(|(count, ..)| *count > 0);
    some.map(|(count, one, many)| counted(count as usize, one, many))
        .collect()
}

fn counted(count: usize, one: &str, many: &str) -> String {
    let what = if count == 1 { one } else { many };
    format!("{count} {what}")
}
