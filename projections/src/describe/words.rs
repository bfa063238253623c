//! The vocabulary of the log in words that a sentence can hold.

use crate::local_time;
use events::command::{Change, Sight};
use events::event::{
    Action, DeskSeen, GoalStatus, HoldChange, HoldRule, InstructionEnd, LifeSeen, NotTold,
    PromiseEnd, Rule, SignOfTurn, Source, TestRun, Topic, TurnWork,
};
use events::prompt::{AnswerWay, Matched};
use events::{Command, Span};

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
        Topic::Unanswered => "about messages of yours that were not acted on",
        Topic::Prompt(_) => "about something that waits for your approval or answer",
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
        Command::AnswerWithNotes(_) => "put the answer with its words into the pane".into(),
        Command::QueueInstruction(_) => "hand it to codex queue".into(),
        Command::ResumeSession(_) => "run it with codex exec resume".into(),
        Command::StartSession(_) => "start Codex in a new tmux window".into(),
        Command::AnswerPrompt(c) => match &c.way {
            AnswerWay::AppServer { .. } => "give the answer through the app-server".into(),
            AnswerWay::Keys { .. } => "give the answer by keys in the pane".into(),
        },
        Command::StartTurn(_) => "begin a turn with it through the app-server".into(),
        Command::SteerTurn(_) => "give it to the running turn through the app-server".into(),
        Command::InterruptTurn(_) => "interrupt the running turn".into(),
        Command::GivePictures(c) if c.turn.is_some() => {
            "give it, with its pictures, to the running turn through the app-server".into()
        }
        Command::GivePictures(_) => {
            "begin a turn with it and its pictures through the app-server".into()
        }
        Command::FetchFiles(_) => "copy the pictures and files".into(),
        Command::RemoveFiles(_) => "delete the copies of pictures and files".into(),
        Command::Manage(c) => match c.change {
            Change::Rename { .. } => "change the name".into(),
            Change::Compact => "compact the conversation".into(),
            Change::Model { .. } => "change the model".into(),
            Change::Effort { .. } => "change the effort".into(),
        },
        Command::OpenSession(c) if c.again => "look whether it was opened".into(),
        Command::OpenSession(_) => "open it in a new tmux window".into(),
        Command::CopyOut(_) => "copy the file that you want".into(),
        Command::SendFile(_) => "send a file".into(),
        Command::Look(c) => match c.sight {
            Sight::Screen { .. } => "look at what the pane shows".into(),
            Sight::Last { .. } => "read the last messages".into(),
            Sight::Diff { .. } => "ask git what is changed in the directory".into(),
            Sight::Steps => "read the last steps".into(),
        },
    }
}

/// How an instruction ended.
pub const fn ended(end: InstructionEnd) -> &'static str {
    match end {
        InstructionEnd::Delivered => "delivered to the session",
        InstructionEnd::Refused => "refused, and you were told why",
        InstructionEnd::Unknown => "not confirmed, and you were told",
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
        Rule::OnlyPrompt => {
            "only one thing waits for an answer, and it had been sent to you before"
        }
        Rule::Listed => "it uses the numbers of the list you had been sent",
        Rule::Tapback => "it is a tapback on that notice",
        Rule::Continued => "it continues the message you wrote just before it",
        Rule::NearMiss => "it is nearly a command, and you are told how to write it",
    }
}

/// What is done with a message, before the name of its session.
pub const fn action(action: &Action) -> &'static str {
    match action {
        Action::Instruct { .. } => "Its words go into",
        Action::Choose { .. } => "It chooses options of the question of",
        Action::Note { .. } => "It answers, in words, the question of",
        Action::Start { .. } => "It starts a session beside",
        Action::Reply => "This program answers it, about",
        Action::Answer { .. } => "It answers what waits for approval or an answer in",
        Action::Interrupt => "It interrupts the running turn of",
        Action::Queue { .. } => "Its words go to the next turn of",
        Action::Steer { .. } => "Its words go into the running turn of",
        Action::TakeBack { .. } => "It takes back a message to",
    }
}

/// What became of a session's goal.
pub fn goal(status: &GoalStatus) -> String {
    match status {
        GoalStatus::Active => "has a goal and goes on until it is reached".into(),
        GoalStatus::Paused => "paused its goal".into(),
        GoalStatus::Complete => "reached its goal".into(),
        GoalStatus::Blocked => "cannot continue with its goal alone".into(),
        GoalStatus::UsageLimited => "stopped its goal: the account's usage is used up".into(),
        GoalStatus::BudgetLimited => "stopped its goal: its budget is used up".into(),
        GoalStatus::Other(name) => format!("has a goal that Codex calls {name:?}"),
    }
}

/// Why no text says that a turn ended.
pub const fn not_told(why: NotTold) -> &'static str {
    match why {
        NotTold::NothingSaid => "nobody asked for anything in it and nothing was said",
        NotTold::Replaced => "another turn took its place",
        NotTold::GoalGoesOn => "the goal goes on with the next turn",
    }
}

/// What shows that a turn goes on.
pub const fn sign_of_turn(sign: SignOfTurn) -> &'static str {
    match sign {
        SignOfTurn::Words => "Codex took further words into it",
        SignOfTurn::Reply => "the model said more",
        SignOfTurn::Prompt => "Codex asks something in it",
    }
}

/// How an answer was matched to its prompt.
pub const fn matched(matched: Matched) -> &'static str {
    match matched {
        Matched::Reply => "it replies to its notice",
        Matched::Named => "it names the session, which waits for one thing",
        Matched::OnlyOne => "only this waits, and it had been sent to you before you wrote",
        Matched::Listed => "it uses its number in the list you had been sent",
        Matched::Tapback => "it is a tapback on its notice",
    }
}

/// Where facts come from.
pub const fn source(source: Source) -> &'static str {
    match source {
        Source::ChatDb => "chat.db",
        Source::Rollouts => "The directory of rollouts",
        Source::Inbox => "The inbox directory",
        Source::QueueFile => "The queue file",
        Source::Notify => "Codex's notify program",
        Source::AppServer => "The app-server",
        Source::Panes => "The look at tmux",
        Source::Disk => "The disk of the state directory",
    }
}

/// `1 part`, `2 parts`.
pub(super) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

pub(super) fn characters(count: usize) -> String {
    counted(count, "character")
}

pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// Why a text waits.
pub const fn held(rule: HoldRule) -> &'static str {
    match rule {
        HoldRule::Muted => "you muted its session",
        HoldRule::MutedAll => "you muted everything",
        HoldRule::Quiet => "these are quiet hours",
        HoldRule::Here => "you said that you are at the Mac",
        HoldRule::Record => "the session's record of the turn is awaited",
        HoldRule::Together => {
            "another end was told a moment ago, and what ends now goes as one text"
        }
        HoldRule::Looking => "it is looked whether somebody is at the Mac",
        HoldRule::AtDesk => "somebody is at the Mac and may see it there",
    }
}

/// What the owner said about when they are texted.
pub const fn hold_change(change: &HoldChange) -> &'static str {
    match change {
        HoldChange::Away => "you are away: texts come at once",
        HoldChange::Here { .. } => "you are at the Mac: texts wait",
        HoldChange::Mute {
            session: Some(_), ..
        } => "texts about one session wait",
        HoldChange::Mute { session: None, .. } => "all texts wait",
        HoldChange::Unmute { session: Some(_) } => "texts about one session come again",
        HoldChange::Unmute { session: None } => "nothing is muted any more",
        HoldChange::Quiet { .. } => "there are quiet hours every day",
        HoldChange::QuietOff => "there are no quiet hours",
        HoldChange::Resume => "texts come again",
    }
}

/// How a promise ended.
pub const fn promise_end(how: PromiseEnd) -> &'static str {
    match how {
        PromiseEnd::Kept => "Its time came: the session is told to go on.",
        PromiseEnd::TakenBack => "You took back that the session is told to go on.",
        PromiseEnd::Pointless => "The session went on before: it is not told to.",
    }
}

/// A sign of life that was looked for.
pub fn life(e: &LifeSeen, session: &str) -> String {
    let tool = if e.tool { "; a tool is at work" } else { "" };
    match e.last {
        Some(_) => format!("It was looked when the rollout of {session} was last written{tool}."),
        None => format!("The rollout of {session} cannot be read for a sign of life."),
    }
}

/// What was seen of the desk.
pub fn desk(seen: &DeskSeen) -> String {
    let ago = |idle: Option<Span>, none: &str| {
        idle.map_or_else(
            || none.to_owned(),
            |idle| format!("used {} ago", local_time::length(idle)),
        )
    };
    let locked = match seen.locked {
        Some(true) => ", its screen locked",
        Some(false) | None => "",
    };
    format!(
        "The Mac was {}{locked}; tmux was {}.",
        ago(seen.idle, "not asked"),
        ago(seen.terminal, "attached nowhere")
    )
}

pub fn worked(work: &TurnWork) -> String {
    let files = work.files.len() + work.more_files as usize;
    let mut parts = vec![
        counted(files, "patched file"),
        counted(work.ran as usize, "command"),
    ];
    if !work.failed.is_empty() {
        parts.push(format!("{} of them failed", work.failed.len()));
    }
    if let Some(tests) = work.tests {
        let TestRun { passed, failed } = tests;
        parts.push(format!("{passed} passed and {failed} failed tests"));
    }
    if !work.commits.is_empty() {
        parts.push(counted(work.commits.len(), "commit"));
    }
    format!("recorded in this turn: {}", parts.join(", "))
}
