//! The words of people that an event holds: for the owner's own terminal, and
//! for finding an event by a phrase. They never go into what is shared.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most events hold nobody's words"
)]

use events::Outcome;
use events::event::{Action, CommandSettled, Ending};
use events::outcome::Evidence;
use events::prompt::PromptBody;
use events::{Command, Event, Text};

/// What an event holds of people's words, each with what it is.
pub fn texts(event: &Event) -> Vec<(&'static str, &Text)> {
    match event {
        Event::InboundReceived(e) => vec![("you wrote", &e.text)],
        Event::AssistantReplied(e) => vec![("said", &e.text)],
        Event::QuestionAsked(e) => {
            let options = e.questions.iter().flat_map(|q| &q.options);
            let options = options.map(|option| ("option", &option.label));
            let asked = e.questions.iter().map(|q| ("asked", &q.text));
            asked.chain(options).collect()
        }
        Event::TurnWorked(e) => {
            let files = e.work.files.iter().map(|file| ("file", &file.path));
            let failed = e.work.failed.iter();
            let failed = failed.map(|failed| ("failed", &failed.command));
            let commits = e.work.commits.iter();
            let commits = commits.map(|commit| ("commit", &commit.subject));
            let links = e.work.links.iter().map(|link| ("link", link));
            files.chain(failed).chain(commits).chain(links).collect()
        }
        Event::TurnCompleted(e) => match &e.ending {
            Ending::Finished { last: Some(last) } => vec![("last said", last)],
            Ending::Failed { error } => vec![("error", error)],
            Ending::Finished { last: None } | Ending::Interrupted { .. } => Vec::new(),
        },
        Event::NotifyReceived(e) => match &e.told {
            Ok(told) => told.last.iter().map(|last| ("last said", last)).collect(),
            Err(_) => vec![("payload", &e.raw)],
        },
        Event::AttentionRequested(e) => vec![("needed", &e.need)],
        Event::RoutingDecided(e) => match &e.action {
            Action::Instruct { text } | Action::Start { text, .. } => vec![("instruction", text)],
            Action::Choose { choices, .. } => choices
                .iter()
                .map(|choice| ("question", &choice.question))
                .collect(),
            Action::Note { choices, notes, .. } => {
                let questions = choices.iter().map(|choice| ("question", &choice.question));
                let words = notes.iter().flatten().map(|note| ("words", note));
                questions.chain(words).collect()
            }
            _ => Vec::new(),
        },
        Event::PromptAsked(e) => {
            let choices = e.choices.iter().map(|choice| ("offered", &choice.label));
            asked(&e.body).into_iter().chain(choices).collect()
        }
        Event::PromptAnswered(e) => e.words.iter().map(|words| ("words", words)).collect(),
        Event::NoticeQueued(e) => e.parts.iter().map(|part| ("text", part)).collect(),
        Event::TextCut(e) => vec![("cut", &e.rest)],
        Event::CommandSettled(CommandSettled {
            outcome: Outcome::Done(Evidence::Looked { text, .. }),
            ..
        }) => vec![("shown", text)],
        Event::CommandRequested(e) => match &e.command {
            Command::SendMessage(c) => vec![("text", &c.text)],
            Command::CopyOut(c) => vec![("file", &c.path)],
            Command::SendFile(c) => vec![("file", &c.name)],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// What a prompt is about.
fn asked(body: &PromptBody) -> Vec<(&'static str, &Text)> {
    match body {
        PromptBody::Command(asked) => vec![("command", &asked.command)],
        PromptBody::Patch(asked) => asked
            .files
            .iter()
            .map(|file| ("file", &file.path))
            .collect(),
        PromptBody::Permissions(asked) => asked.wants.iter().map(|want| ("wants", want)).collect(),
        PromptBody::Elicitation(asked) => vec![("message", &asked.message)],
        PromptBody::Questions(asked) => asked.iter().map(|q| ("question", &q.text)).collect(),
        PromptBody::Plan { text } => vec![("plan", text)],
    }
}
