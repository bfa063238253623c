//! The story of one message or one notice, told from the log in sentences: who
//! was taken to have written it, which rule found its way and why the others lost,
//! what was tried and how each try ended.
//!
//! It only reads what was decided then and decides nothing again. No text of
//! anybody is in it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a story picks out the few events that belong to it"
)]

use crate::apply::dispatch_of;
use crate::render::ago;
use crate::{endings, ignored};
use events::event::{Action, InboundReceived, InstructionEnd, RoutingDecided, Rule, Topic};
use events::{Command, CommandId, Envelope, Event, Guid, Seq, SessionId, Wall};
use std::collections::{BTreeMap, BTreeSet};

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The newest message of the owner's, acted on or not.
    Last,
    /// The row of this number in chat.db.
    Row(i64),
    /// The row of this name.
    Named(Guid),
    /// The notice queued at this position of the log.
    Notice(Seq),
}

/// Tells the story; `None` where the log knows nothing of it.
pub fn explain(log: &[Envelope], subject: &Subject, now: Wall) -> Option<String> {
    let told = Story::new(log, now);
    let lines = match subject {
        Subject::Notice(seq) => told.notice(*seq)?,
        Subject::Last | Subject::Row(_) | Subject::Named(_) => told.message(subject)?,
    };
    Some(lines.join("\n") + "\n")
}

struct Story<'a> {
    log: &'a [Envelope],
    now: Wall,
    /// What the owner types for each session.
    refs: BTreeMap<&'a SessionId, String>,
}

impl<'a> Story<'a> {
    fn new(log: &'a [Envelope], now: Wall) -> Self {
        let refs = log.iter().filter_map(|entry| match &entry.event {
            Event::SessionSeen(seen) => Some((&seen.session, format!("@{}", seen.reference))),
            _ => None,
        });
        let refs = refs.collect();
        Self { log, now, refs }
    }

    fn session(&self, id: &SessionId) -> String {
        let reference = self.refs.get(id).cloned();
        reference.unwrap_or_else(|| format!("the session {id}"))
    }

    fn ago(&self, at: Wall) -> String {
        ago(at.until(self.now))
    }

    /// The story of a row.
    fn message(&self, subject: &Subject) -> Option<Vec<String>> {
        let (guid, mut lines) = self
            .log
            .iter()
            .rev()
            .find_map(|entry| self.row(entry, subject))?;
        let mut commands = BTreeSet::new();
        let mut notices = Vec::new();
        for entry in self.log {
            match &entry.event {
                Event::InboundHeld(e) if e.guid == guid => {
                    lines.push(format!("It was held at first, as it lacked {}.", e.lacks));
                }
                Event::InboundDeferred(e) if e.inbound == guid => {
                    lines.push("It waited a moment for a link or for further words.".into());
                }
                Event::InboundJoined(e) if e.inbound == guid => {
                    lines.push(format!("It is a part of the message {}.", e.into));
                }
                Event::InboundJoined(e) if e.into == guid => {
                    lines.push(format!("The message {} is a part of it.", e.inbound));
                }
                Event::InboundChanged(e) if e.guid == guid => {
                    let what = if e.text.is_some() { "edited" } else { "unsent" };
                    let when = if e.in_time { "in time" } else { "too late" };
                    lines.push(format!("You {what} it {}, {when}.", self.ago(entry.wall)));
                }
                Event::RoutingDecided(e) if e.inbound == guid => lines.extend(self.route(e)),
                Event::CommandRequested(e) if carries(&e.command, &guid) => {
                    commands.insert(e.id);
                }
                Event::NoticeQueued(e) if about(&e.topic, &guid) => notices.push(entry.seq),
                Event::InstructionEnded(e) if e.inbound == guid => {
                    lines.extend(self.tries(&commands));
                    commands.clear();
                    lines.push(format!("In the end {}.", ended(e.end)));
                }
                _ => {}
            }
        }
        if !commands.is_empty() {
            lines.extend(self.tries(&commands));
            lines.push("It is still under way.".into());
        }
        for notice in notices {
            lines.extend(self.notice(notice).unwrap_or_default());
        }
        Some(lines)
    }

    /// What was made of a row, if this entry is about the one that is meant.
    fn row(&self, entry: &Envelope, subject: &Subject) -> Option<(Guid, Vec<String>)> {
        let meant = |rowid: i64, guid: &Guid, owners: bool| match subject {
            Subject::Last => owners,
            Subject::Row(number) => *number == rowid,
            Subject::Named(name) => name == guid,
            Subject::Notice(_) => false,
        };
        match &entry.event {
            Event::InboundReceived(e) if meant(e.rowid, &e.guid, true) => {
                Some((e.guid.clone(), self.received(entry, e)))
            }
            Event::InboundIgnored(e) if meant(e.rowid, &e.guid, ignored::owners(e.reason)) => {
                let line = format!(
                    "Row {} ({}) was read {} and not acted on: it was a message {}.",
                    e.rowid,
                    e.guid,
                    self.ago(entry.wall),
                    ignored::words(e.reason)
                );
                Some((e.guid.clone(), vec![line]))
            }
            _ => None,
        }
    }

    fn received(&self, entry: &Envelope, e: &InboundReceived) -> Vec<String> {
        let chat = if e.self_chat {
            "your chat with yourself"
        } else {
            "the chat between you and this Mac"
        };
        let mut lines = vec![format!(
            "Row {} ({}) was written {} and read {}: it is your word, {} characters, in {chat}.",
            e.rowid,
            e.guid,
            self.ago(e.date),
            self.ago(entry.wall),
            e.text.reveal().chars().count()
        )];
        if e.reply_to.is_some() {
            lines.push("It is a reply to another message.".into());
        }
        lines
    }

    /// Where it went, why, and why not elsewhere.
    fn route(&self, decided: &RoutingDecided) -> Vec<String> {
        let action = match &decided.action {
            Action::Instruct { .. } => "its words go into",
            Action::Choose { .. } => "it chooses options of the question of",
            Action::Start { .. } => "it starts a session",
            Action::Reply => "this program answers it",
            Action::Answer { .. } => "it answers what waits for approval or an answer in",
            Action::Interrupt => "it interrupts the running turn of",
            Action::Queue { .. } => "its words go to the next turn of",
            Action::Steer { .. } => "its words go into the running turn of",
            Action::TakeBack { .. } => "it takes back a message to",
        };
        let target = decided
            .target
            .as_ref()
            .map_or_else(String::new, |id| format!(" {}", self.session(id)));
        let about = match &decided.action {
            Action::Reply if decided.target.is_some() => ", about",
            Action::Instruct { .. }
            | Action::Choose { .. }
            | Action::Start { .. }
            | Action::Reply
            | Action::Answer { .. }
            | Action::Interrupt
            | Action::Queue { .. }
            | Action::Steer { .. }
            | Action::TakeBack { .. } => "",
        };
        let mut lines = vec![format!(
            "Decided: {action}{about}{target}, because {}.",
            rule(decided.rule)
        )];
        for candidate in &decided.candidates {
            let how = if candidate.chosen {
                "chosen"
            } else {
                "not chosen"
            };
            lines.push(format!(
                "  {how}: {}: {}",
                self.session(&candidate.session),
                candidate.evidence
            ));
        }
        lines
    }

    /// Each command with how it went, in the order of the log.
    fn tries(&self, ids: &BTreeSet<CommandId>) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in self.log {
            let line = match &entry.event {
                Event::CommandRequested(e) if ids.contains(&e.id) => {
                    format!("Try {}: {}.", e.id, does(&e.command))
                }
                Event::CommandStarted(e) if ids.contains(&e.id) => {
                    format!("  {} begun {}.", e.id, self.ago(entry.wall))
                }
                Event::CommandPerformed(e) if ids.contains(&e.id) => {
                    format!("  {} {}.", e.id, endings::performed(&e.performed))
                }
                Event::CommandSettled(e) if ids.contains(&e.id) => {
                    format!("  {} {}.", e.id, endings::outcome(&e.outcome))
                }
                _ => continue,
            };
            lines.push(line);
        }
        lines
    }

    /// The story of a text to the owner.
    fn notice(&self, seq: Seq) -> Option<Vec<String>> {
        let queued = self.log.iter().find(|entry| entry.seq == seq)?;
        let Event::NoticeQueued(notice) = &queued.event else {
            return None;
        };
        let about = notice
            .session
            .as_ref()
            .map_or_else(String::new, |id| format!(" about {}", self.session(id)));
        let mut lines = vec![format!(
            "Notice {seq}, {}{about}, was queued {}; {} part(s).",
            topic(&notice.topic),
            self.ago(queued.wall),
            notice.parts.len()
        )];
        let mine =
            |command: &Command| matches!(command, Command::SendMessage(c) if c.notice == seq);
        let asked = self.log.iter().filter_map(|entry| match &entry.event {
            Event::CommandRequested(e) if mine(&e.command) => Some(e.id),
            _ => None,
        });
        let commands: BTreeSet<_> = asked.collect();
        lines.extend(self.tries(&commands));
        for entry in self.log {
            match &entry.event {
                Event::NoticeWithdrawn(e) if e.notice == seq => {
                    lines.push(format!("It was not sent any more: {}.", e.why));
                }
                Event::NoticeExpired(e) if e.notice == seq => {
                    lines.push("It waited too long and was not sent.".into());
                }
                Event::NoticeQueued(e) if e.replaces.contains(&seq) => {
                    lines.push(format!("Notice {} took its place.", entry.seq));
                }
                _ => {}
            }
        }
        Some(lines)
    }
}

/// The command carries this message into a session.
fn carries(command: &Command, guid: &Guid) -> bool {
    match command {
        Command::StartSession(start) => start.inbound == *guid,
        _ => dispatch_of(command).is_some_and(|(_, inbound)| inbound == *guid),
    }
}

fn about(topic: &Topic, guid: &Guid) -> bool {
    matches!(topic, Topic::Answer(of) | Topic::Receipt(of) if of == guid)
}

const fn topic(topic: &Topic) -> &'static str {
    match topic {
        Topic::Question(_) => "a question",
        Topic::TurnEnd(_) => "the end of a turn",
        Topic::Progress => "something said along the way",
        Topic::Answer(_) => "an answer to you",
        Topic::Receipt(_) => "a receipt for you",
        Topic::Request => "asked for by another program",
        Topic::Health => "about this program's health",
        Topic::Missing => "about texts you may not have",
        Topic::Prompt(_) => "about something that waits for your approval or answer",
        Topic::Unanswered => "about messages of yours that were not acted on",
    }
}

fn does(command: &Command) -> String {
    match command {
        Command::SendMessage(send) => format!("send part {} by Messages", send.part + 1),
        Command::TypeInstruction(c) if c.steer => {
            "type it into its pane, also while a turn runs".into()
        }
        Command::TypeInstruction(_) => "type it into its pane".into(),
        Command::PressEnter(_) => "press Enter once more on our own text".into(),
        Command::ChooseOptions(_) => "type the digits of the options".into(),
        Command::QueueInstruction(_) => "hand it to codex queue".into(),
        Command::ResumeSession(_) => "run it with codex exec resume".into(),
        Command::StartSession(_) => "start Codex in a new tmux window".into(),
        Command::AnswerPrompt(_) => "answer the prompt".into(),
        Command::StartTurn(_) => "begin a turn with it through the app-server".into(),
        Command::SteerTurn(_) => "give it to the running turn through the app-server".into(),
        Command::InterruptTurn(_) => "interrupt the running turn".into(),
    }
}

const fn ended(end: InstructionEnd) -> &'static str {
    match end {
        InstructionEnd::Delivered => "the session has it",
        InstructionEnd::Refused => "it was not put into the session, and you were told why",
        InstructionEnd::Unknown => "the session may have it, and you were told so",
    }
}

const fn rule(rule: Rule) -> &'static str {
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
            "only one thing waits for an answer, and you had been told of it before"
        }
        Rule::Listed => "it uses the numbers of the list you had been sent",
        Rule::Tapback => "it is a tapback on that notice",
        Rule::NearMiss => "it nearly is a command, and you are told how that is written",
        Rule::Continued => "it continues the message you wrote just before it",
    }
}
