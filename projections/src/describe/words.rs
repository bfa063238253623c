//! The vocabulary of the log in words that a sentence can hold.

use events::Command;
use events::event::{InstructionEnd, Rule, Topic};
use events::input::Source;

/// What a notice is.
pub const fn topic(topic: &Topic) -> &'static str {
    match topic {
        Topic::Question(_) => "a question",
        Topic::TurnEnd(_) => "the end of a turn",
        Topic::Progress => "something said along the way",
        Topic::Answer(_) => "an answer to you",
        Topic::Receipt(_) => "a receipt for you",
        Topic::Request => "asked for by another program",
        Topic::Health => "about this program's health",
        Topic::Missing => "about texts you may not have",
    }
}

/// What a command does.
pub fn does(command: &Command) -> String {
    match command {
        Command::SendMessage(send) => format!("send part {}", send.part + 1),
        Command::TypeInstruction(c) if c.steer => {
            "type it, also while a turn runs, into the pane".into()
        }
        Command::TypeInstruction(_) => "type it into the pane".into(),
        Command::PressEnter(_) => "press Enter once more on our own text in the pane".into(),
        Command::ChooseOptions(_) => "type the digits of the options into the pane".into(),
        Command::QueueInstruction(_) => "hand it to codex queue".into(),
        Command::ResumeSession(_) => "run it with codex exec resume".into(),
        Command::StartSession(_) => "start Codex in a new tmux window".into(),
    }
}

/// How an instruction ended.
pub const fn ended(end: InstructionEnd) -> &'static str {
    match end {
        InstructionEnd::Delivered => "the session has it",
        InstructionEnd::Refused => "it was not put into the session, and you were told why",
        InstructionEnd::Unknown => "the session may have it, and you were told so",
    }
}

/// Why a message goes where it goes.
pub const fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Named => "the message names the session",
        Rule::ReplyThread => "it replies to a notice of that session",
        Rule::OnlyAsking => "only this session waits for an answer",
        Rule::OnlyFinished => "only this session has finished and was not spoken to since",
        Rule::MostRecent => "it last asked for something, and the settings allow the guess",
        Rule::NewSession => "it asks for a new session",
        Rule::AutoCreate => "there is no session, and the settings allow to start one",
        Rule::Control => "it is for this program itself",
        Rule::Ambiguous => "it could be meant for several, and you are asked which",
        Rule::NoMatch => "no session fits it",
        Rule::NearMiss => "it nearly is a command, and you are told how that is written",
    }
}

/// Where facts come from.
pub const fn source(source: Source) -> &'static str {
    match source {
        Source::ChatDb => "chat.db",
        Source::Rollouts => "The directory of rollouts",
        Source::Inbox => "The inbox directory",
        Source::QueueFile => "The queue file",
        Source::Disk => "The disk of the state directory",
    }
}
