//! A request that nobody answers is told once more, if it is certainly still up.

use super::draft::Draft;
use super::notices;
use super::prompts::topic;
use crate::holding::is_up;
use crate::local_time;
use crate::prompt_text;
use events::event::PromptNudged;
use events::settings::NotifyMode;
use events::{Event, Seq};

/// Its time came.
pub(super) fn due(draft: &mut Draft, seq: Seq) {
    let state = draft.state();
    let Some(prompt) = state.prompts.open.get(&seq) else {
        return;
    };
    let texts = state.settings.mode != NotifyMode::StateOnly;
    // What is being answered, or cannot be checked, is looked after again later.
    if !texts || prompt.nudged || prompt.answered.is_some() || !is_up(state, prompt) {
        return;
    }
    let (id, topic) = (prompt.session.clone(), topic(seq, prompt));
    let waited = local_time::length(prompt.at.until(draft.now().wall));
    let session = state.sessions.get(&id);
    let max = state.settings.max_len as usize;
    let told = prompt_text::reminder(session, prompt, &waited, max);
    if let Some(notice) = notices::instead(draft, &[], Some(&id), topic, told) {
        draft.record(Event::PromptNudged(PromptNudged {
            prompt: seq,
            notice,
        }));
    }
}
