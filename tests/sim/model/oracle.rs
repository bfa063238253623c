//! What must always hold, whatever happens to the program: checked after every
//! step against the log on the model disk, the live State and the world's own
//! knowledge, which the program does not have.

mod approvals;
mod arrived;
mod decided;
mod evidence;
pub(super) mod files;
mod notices;
mod times;

use super::Broken;
use super::disk::SimLog;
use super::marks::{self, Marks};
use super::messages::Row;
use super::names;
use super::world::{Effect, World};
use control_plane::driver::Driver;
use control_plane::store::EventLog;
use events::event::{
    CommandRequested, CommandSettled, IgnoreReason, InboundReceived, InstructionEnd, NoticeQueued,
    Topic,
};
use events::outcome::{Doubt, Failure};
use events::{
    Command, CommandId, Envelope, Event, Guid, InputKey, Lane, Outcome, Seq, SessionId, Text, Tick,
    TurnId,
};
use evidence::{puts, shown};
use projections::check::violations;
use projections::{State, apply};
use std::collections::{BTreeMap, BTreeSet};

/// Everything the log said so far, and what it was checked against.
#[derive(Debug, Default)]
pub(super) struct Oracle {
    /// The log, replayed entry by entry as it stands on disk.
    pub(super) shadow: State,
    tick: Tick,
    pub(super) commands: BTreeMap<CommandId, Life>,
    pub(super) inbound: BTreeMap<Guid, Inbound>,
    pub(super) ignored: BTreeMap<Guid, IgnoreReason>,
    pub(super) keys: BTreeSet<InputKey>,
    pub(super) turns: BTreeSet<(SessionId, TurnId)>,
    ends: BTreeSet<(SessionId, TurnId, bool)>,
    pub(super) first_row: Option<i64>,
    notices: BTreeMap<Seq, NoticeQueued>,
    /// Notices that no longer mattered.
    withdrawn: BTreeSet<Seq>,
    /// Texts whose rows said SMS, and how often the owner was told so.
    elsewhere: (BTreeSet<CommandId>, usize),
    /// Texts that went out while chat.db could not be read.
    unwitnessed: BTreeSet<CommandId>,
    effects: usize,
    /// The entry up to which the live State was compared.
    compared: Seq,
    /// The order number of the last message put into each session: of those for the running
    /// turn, and of the others.
    put: BTreeMap<(SessionId, bool), usize>,
    endings: BTreeMap<(SessionId, Topic), Vec<Text>>,
    parts: BTreeMap<Seq, u16>,
    last_sent: Option<(Seq, u16)>,
    last_of_session: BTreeMap<SessionId, Seq>,
    /// Where notices stand that took the place of others.
    places: BTreeMap<Seq, Seq>,
    /// How often something was said.
    told: BTreeMap<(SessionId, Topic, String), usize>,
    /// Notices that were asked for while not all could go at once.
    hurried: BTreeSet<Seq>,
    /// How many prompts each message was taken to answer.
    answered: BTreeMap<Guid, usize>,
    /// Messages that are for the running turn: that steer it, or answer what it asks.
    pub(super) steers: BTreeSet<Guid>,
    /// Messages whose words wait for the answer that stands in front of them.
    pub(super) follows: BTreeSet<Guid>,
    /// Messages for which Enter was pressed once more.
    entered: BTreeSet<Guid>,
    /// When the owner is texted.
    times: times::Times,
    /// What goes along with words, and what goes out.
    files: files::Files,
    /// The order number given last.
    order: usize,
    /// Where the program went.
    pub(super) marks: Marks,
    /// Every entry in words, where somebody wants to read them.
    pub(super) transcript: Option<Vec<String>>,
}

/// How far a command is, by the log.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) command: Command,
    pub(super) stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Requested,
    Started,
    Performed,
    Settled,
}

/// What became of a message of the owner, by the log.
#[derive(Debug)]
pub(super) struct Inbound {
    nth: usize,
    pub(super) decided: bool,
    /// It answers prompts; words behind an answer may follow.
    answers: bool,
    /// It has to come to an end.
    pub(super) instructs: bool,
    pub(super) end: Option<InstructionEnd>,
}

impl Inbound {
    const fn new(nth: usize) -> Self {
        Self {
            nth,
            decided: false,
            answers: false,
            instructs: false,
            end: None,
        }
    }
}

fn must(holds: bool, what: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(what()) }
}

impl Oracle {
    /// Checks everything that is new since the last time; `closely`, also that
    /// the log replayed is the live State.
    pub(super) fn check(
        &mut self,
        driver: &Driver<SimLog>,
        world: &World,
        closely: bool,
    ) -> Result<(), Broken> {
        let last = driver.log().last().unwrap_or_default();
        must(last >= self.shadow.last, || {
            format!("entries behind {last} were acknowledged and are gone")
        })?;
        self.effects(world)?;
        let closely = closely && self.compared != last;
        for entry in driver.log().read(self.shadow.last.next()) {
            let entry = entry.map_err(|fault| fault.to_string())?;
            if let Some(transcript) = &mut self.transcript {
                transcript.push(format!("{} {} {:?}", world.now, entry.seq, entry.event));
            }
            marks::branch(&entry.event).inspect(|mark| self.marks.hit(mark));
            self.entry(&entry, world)
                .map_err(|what| format!("{what}, at entry {}", entry.seq))?;
            if closely {
                shows_nothing(&entry)?;
            }
            apply(&mut self.shadow, &entry);
        }
        if !closely {
            return Ok(());
        }
        self.compared = last;
        must(self.shadow == *driver.machine().state(), || {
            "the log, replayed, is not the live state".into()
        })?;
        if let Some(violation) = violations(&self.shadow).first() {
            return Err(violation.clone());
        }
        let (open, notices) = (self.shadow.ledger.open.len(), self.shadow.outbox.open.len());
        must(open < 500 && notices < 500, || {
            format!("state grows: {open} commands, {notices} notices")
        })
    }

    /// The next process has read its State from the log.
    pub(super) const fn begins_anew(&mut self) {
        self.compared = Seq(0);
    }

    /// What a trace says of State, whose lines come from its `Debug`, is nothing private.
    pub(super) fn state_shows_nothing(&self) -> Result<(), Broken> {
        shows_nothing(&self.shadow)
    }

    fn entry(&mut self, entry: &Envelope, world: &World) -> Result<(), Broken> {
        must(entry.seq == self.shadow.last.next(), || "a gap".into())?;
        must(entry.tick >= self.tick, || "time went back".into())?;
        self.tick = entry.tick;
        self.time(entry)?;
        match &entry.event {
            Event::NotifyReceived(e) => self.key(&e.key),
            Event::AttentionRequested(e) => self.key(&e.key),
            Event::ChatDbPlaced(e) => {
                self.first_row = Some(e.rowid);
                Ok(())
            }
            Event::TurnCompleted(e) => {
                let Some(turn) = &e.turn else { return Ok(()) };
                // Notify and the rollout may each tell of it, once.
                let teller = (e.session.clone(), turn.clone(), e.offset.is_some());
                must(self.ends.insert(teller), || {
                    format!("turn {turn} ended twice")
                })?;
                self.turns.insert((e.session.clone(), turn.clone()));
                Ok(())
            }
            Event::InboundReceived(e) => self.received(e, world),
            Event::InboundIgnored(e) => {
                let twice = self.ignored.insert(e.guid.clone(), e.reason).is_some();
                let twice = twice || self.inbound.contains_key(&e.guid);
                let fair = e.reason == IgnoreReason::Duplicate;
                let again = fair && world.messages.again.contains(&e.guid);
                must(!twice || again, || {
                    format!("row {} was decided twice", e.rowid)
                })
            }
            Event::OutgoingSeen(e) => {
                if e.service != "iMessage" && e.error == 0 {
                    self.elsewhere.0.insert(e.command);
                }
                let row = world.messages.once_named(&e.guid);
                let mine = row.is_some_and(|r| r.by == Some(e.command));
                must(mine || world.blurred, || {
                    format!("row {} is not of {}", e.rowid, e.command)
                })
            }
            Event::ReactionReceived(e) => {
                let nth = self.next_nth();
                self.inbound.insert(e.guid.clone(), Inbound::new(nth));
                Ok(())
            }
            Event::InboundJoined(e) => self.joined(e),
            Event::InboundChanged(e) => self.message_changed(e),
            Event::PromptAnswered(e) => self.bound(e, world),
            Event::RoutingDecided(e) => self.routed(e, world),
            Event::InstructionEnded(e) => self.ended(e, world),
            Event::NoticeQueued(e) => self.notice(entry.seq, e, world),
            Event::NoticeWithdrawn(e) => {
                self.withdrawn.insert(e.notice);
                Ok(())
            }
            Event::DeadlinePassed(e) => {
                let mut due = self.shadow.deadlines.iter();
                let due = due.any(|(at, what)| *what == e.deadline && *at <= entry.tick);
                must(due, || format!("{:?} came before its time", e.deadline))
            }
            Event::CommandRequested(e) => self.requested(e),
            Event::CommandStarted(e) => self.started(e.id),
            Event::CommandPerformed(e) => {
                let begun = [Stage::Started, Stage::Performed];
                self.moves(e.id, &begun, Stage::Performed)
            }
            Event::CommandSettled(e) => self.settled(e, world),
            _ => Ok(()),
        }
    }

    fn requested(&mut self, e: &CommandRequested) -> Result<(), Broken> {
        must(self.has_cause(&e.command), || {
            format!("{} has no cause in the log", e.id)
        })?;
        self.may_remove(&e.command)?;
        if let Command::PressEnter(typed) = &e.command {
            let inbound = &typed.instruction.inbound;
            must(self.entered.insert(inbound.clone()), || {
                format!("Enter is pressed again and again for {inbound}")
            })?;
        }
        self.asked(&e.command);
        let life = Life {
            command: e.command.clone(),
            stage: Stage::Requested,
        };
        must(self.commands.insert(e.id, life).is_none(), || {
            format!("{} was requested twice", e.id)
        })
    }

    /// The next place in the order of the owner's messages.
    const fn next_nth(&mut self) -> usize {
        self.order += 1;
        self.order
    }

    fn received(&mut self, e: &InboundReceived, world: &World) -> Result<(), Broken> {
        let (nth, guid) = (self.next_nth(), e.guid.clone());
        self.says(&guid, e.text.reveal());
        let row = world.messages.once_named(&e.guid);
        let owners = row.is_some_and(|r| !r.foreign || self.stands_for_another(r, world));
        must(owners, || {
            format!("row {} is not the owner's word and was taken", e.rowid)
        })?;
        let fresh = self.inbound.insert(guid, Inbound::new(nth)).is_none();
        must(fresh, || format!("row {} was taken twice", e.rowid))
    }

    /// The notice was queued, or the message was taken and decided on.
    fn has_cause(&self, command: &Command) -> bool {
        match command {
            Command::SendMessage(send) => self.notices.contains_key(&send.notice),
            Command::PressEnter(typed) => self.is_decided(&typed.instruction.inbound),
            Command::Look(look) => self.is_decided(&look.inbound),
            other => {
                let inbound = inbound_of(other).or_else(|| files::asked_by(other));
                inbound.is_some_and(|guid| self.is_decided(guid))
            }
        }
    }

    fn is_decided(&self, inbound: &Guid) -> bool {
        self.inbound.get(inbound).is_some_and(|known| known.decided)
    }

    /// A copy of words that the owner wrote and that were not taken themselves (said twice within
    /// a moment, or their row was gone before it was read) is as good as they are.
    fn stands_for_another(&self, row: &Row, world: &World) -> bool {
        let mut rows = world.messages.rows.iter().chain(&world.messages.gone);
        rows.any(|r| {
            r.word && world.messages.alike(r, row) && !self.inbound.contains_key(&r.row.guid)
        })
    }

    fn key(&mut self, key: &InputKey) -> Result<(), Broken> {
        must(self.keys.insert(key.clone()), || {
            format!("hand-over {key} counts twice")
        })
    }

    fn moves(&mut self, id: CommandId, from: &[Stage], to: Stage) -> Result<(), Broken> {
        let life = self.commands.get_mut(&id);
        let life = life.ok_or_else(|| format!("{id} was never requested"))?;
        must(from.contains(&life.stage), || {
            format!("{id} went from {:?} to {to:?}", life.stage)
        })?;
        life.stage = to;
        Ok(())
    }

    fn started(&mut self, id: CommandId) -> Result<(), Broken> {
        self.moves(id, &[Stage::Requested], Stage::Started)?;
        let lane = self.commands.get(&id).map(|l| l.command.lane());
        let beside = |(other, life): (&CommandId, &Life)| {
            *other != id && life.stage == Stage::Started && Some(life.command.lane()) == lane
        };
        must(!self.commands.iter().any(beside), || {
            format!("{id} began beside another in its lane")
        })
    }

    fn settled(&mut self, e: &CommandSettled, world: &World) -> Result<(), Broken> {
        let id = e.id;
        let all = [Stage::Requested, Stage::Started, Stage::Performed];
        let from = match &e.outcome {
            Outcome::Done(_) | Outcome::Unknown(_) => &all[1..],
            Outcome::Failed(_) => &all[..],
            Outcome::Expired => &all[..if self.copies(id) { 2 } else { 1 }],
        };
        self.files_settled(e, world)?;
        self.moves(id, from, Stage::Settled)?;
        if e.outcome == Outcome::Unknown(Doubt::NoWitness) {
            self.unwitnessed.insert(id);
        }
        let reached = world.effects.iter().any(|x| x.id == id && x.reached);
        match &e.outcome {
            Outcome::Failed(Failure::Row { guid, .. }) => {
                let row = world.messages.once_named(guid);
                let failed = row.is_some_and(|r| r.row.error != 0);
                must(failed, || format!("{id} failed by a row that did not"))
            }
            Outcome::Failed(_) => must(!reached, || format!("{id} failed, and it had happened")),
            Outcome::Done(evidence) => must(shown(evidence, world), || {
                format!("{id} is done by evidence that is not there")
            }),
            Outcome::Unknown(_) | Outcome::Expired => Ok(()),
        }
    }

    /// What the program did since the last look.
    fn effects(&mut self, world: &World) -> Result<(), Broken> {
        for (at, effect) in world.effects.iter().enumerate().skip(self.effects) {
            let id = effect.id;
            let stage = self.commands.get(&id).map(|life| life.stage);
            must(stage.is_some_and(|s| s != Stage::Requested), || {
                format!("{id} was carried out and its start is not on disk")
            })?;
            let before = world.effects.get(..at).unwrap_or_default();
            must(before.iter().all(|x| x.id != id), || {
                format!("{id} was carried out twice")
            })?;
            self.with_files(effect, before, world)?;
            match &effect.command {
                Command::SendMessage(send) => self.sends(send, effect, before)?,
                Command::PressEnter(_) => {}
                Command::InterruptTurn(_) => times::stops(effect, world)?,
                Command::AnswerPrompt(_) => approvals::decides(effect, world)?,
                other => self.goes_in(other, effect, before)?,
            }
        }
        self.effects = world.effects.len();
        Ok(())
    }

    fn goes_in(
        &mut self,
        command: &Command,
        effect: &Effect,
        before: &[Effect],
    ) -> Result<(), Broken> {
        let Some(inbound) = inbound_of(command) else {
            return Ok(());
        };
        if !effect.reached {
            return Ok(());
        }
        must(!before.iter().any(|x| puts(x, inbound)), || {
            format!("{inbound} was put in twice")
        })?;
        let known = self
            .inbound
            .get(inbound)
            .ok_or("an effect without a cause")?;
        must(known.end != Some(InstructionEnd::Refused), || {
            format!("{inbound} was refused and is put in")
        })?;
        let Lane::Session(session) = command.lane() else {
            return Ok(());
        };
        // What is for the running turn waits for nothing else.
        let at_once = self.steers.contains(inbound);
        let last = self.put.insert((session, at_once), known.nth);
        must(last.is_none_or(|last| last < known.nth), || {
            format!("{inbound} was put in behind a later message")
        })
    }

    /// The owner's messages in the order they were taken, but for those of which the owner
    /// was told that nobody knows: they may come late.
    pub(super) fn order_of(&self, guid: &Guid) -> Option<usize> {
        let known = |i: &&Inbound| i.end != Some(InstructionEnd::Unknown);
        self.inbound.get(guid).filter(known).map(|i| i.nth)
    }
}

/// Words that stand in the owner's and the model's texts, and addresses: no log line may have them.
const PRIVATE: [&str; 4] = [names::OWNER, "555550199", names::MAC, "zebra"];

/// What is said by its `Debug`, as all log lines and traces are, has nothing of what is private.
fn shows_nothing(said: &impl std::fmt::Debug) -> Result<(), Broken> {
    let line = format!("{said:?}");
    let shown = PRIVATE.iter().find(|word| line.contains(*word));
    shown.map_or(Ok(()), |word| {
        Err(format!("\"{word}\" shows in a log line"))
    })
}

/// The message whose words a command puts into a session.
pub(super) fn inbound_of(command: &Command) -> Option<&Guid> {
    match command {
        Command::TypeInstruction(c) => Some(&c.instruction.inbound),
        Command::ChooseOptions(c) => Some(&c.inbound),
        Command::AnswerWithNotes(c) => Some(&c.choose.inbound),
        Command::QueueInstruction(c) | Command::ResumeSession(c) => Some(&c.inbound),
        Command::StartSession(c) => Some(&c.inbound),
        Command::OpenSession(c) => Some(&c.inbound),
        Command::AnswerPrompt(c) => Some(&c.inbound),
        Command::StartTurn(c) => Some(&c.instruction.inbound),
        Command::SteerTurn(c) => Some(&c.instruction.inbound),
        Command::InterruptTurn(c) => Some(&c.inbound),
        Command::GivePictures(c) => Some(&c.instruction.inbound),
        Command::Look(_)
        | Command::CopyOut(_)
        | Command::Manage(_)
        | Command::SendFile(_)
        | Command::PressEnter(_)
        | Command::SendMessage(_)
        | Command::FetchFiles(_)
        | Command::RemoveFiles(_) => None,
    }
}
