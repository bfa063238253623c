//! The same thing recorded twice. A file in two formats has a message both as
//! `user_message` and as `item_completed`; an asynchronous question stands in
//! its call and in the message that shows it. The first telling counts; the
//! same words in another form, in the same turn, are its echo. The same words
//! in the same form are not: the owner may well say `yes` twice.

use super::parse::{Form, Record};
use events::event::QuestionKind;
use events::input::RolloutFact;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What was reported last of each kind that can have an echo.
#[derive(Debug, Default)]
pub(super) struct Echoes {
    user: Option<(Form, u64)>,
    assistant: Option<(Form, u64)>,
    question: Option<(Form, u64)>,
}

impl Echoes {
    /// Whether this record only repeats what was reported just before.
    pub(super) fn repeats(&mut self, record: &Record) -> bool {
        let mut words = DefaultHasher::new();
        let last = match &record.fact {
            RolloutFact::UserMessage { text, .. } => {
                text.reveal().hash(&mut words);
                &mut self.user
            }
            RolloutFact::AssistantMessage { text, .. } => {
                text.reveal().hash(&mut words);
                &mut self.assistant
            }
            RolloutFact::Asked {
                kind: QuestionKind::Async,
                questions,
                ..
            } => {
                for question in questions {
                    question.text.reveal().hash(&mut words);
                }
                &mut self.question
            }
            RolloutFact::TurnStarted { .. } => {
                *self = Self::default();
                return false;
            }
            RolloutFact::Meta(_)
            | RolloutFact::Worked { .. }
            | RolloutFact::Goal(_)
            | RolloutFact::Limits(_)
            | RolloutFact::Asked { .. }
            | RolloutFact::CallClosed { .. }
            | RolloutFact::TurnCompleted { .. }
            | RolloutFact::TurnAborted { .. }
            | RolloutFact::Skipped { .. } => return false,
        };
        let words = words.finish();
        match *last {
            Some((form, told)) if told == words && form != record.form => {
                *last = None;
                true
            }
            _ => {
                *last = Some((record.form, words));
                false
            }
        }
    }
}
