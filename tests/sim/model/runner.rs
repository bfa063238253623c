//! Plays a story with the real driver, kills it where the plan says so, starts
//! it again, lets everything come to rest and checks all the way.

mod bugs;
mod log;

pub(crate) use log::log;

use super::Broken;
use super::disk::{Bug, Death, SimLog};
use super::ingress::Readers;
use super::marks::Marks;
use super::oracle::Oracle;
use super::story::Story;
use super::world::{Seen, World};
use control_plane::driver::Driver;
use control_plane::store::memory::{Crash, Disk};
use control_plane::store::{EventLog, StoreFault};
use events::event::{HostSlept, Source};
use events::input::{SourceState, Started};
use events::{Command, CommandId, Input, Lane, Link, Now, Settings, Tick, Wall};
use projections::State;
use std::collections::BTreeMap;

/// Between two dear checks of a run that is only sampled.
const SAMPLE: u64 = 64;
/// Steps after which a run that has not come to rest never will.
const STEPS_MAX: u64 = 20_000;

/// What goes wrong with the program itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Where it dies, in order.
    pub(crate) deaths: Vec<Death>,
    /// A planted bug.
    pub(crate) bug: Option<Bug>,
    /// How much is checked.
    pub(crate) depth: Depth,
}

/// How much of a run is checked. What happens in it is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Everything, after every step.
    #[default]
    Full,
    /// What costs little after every step; that the log replayed is the live
    /// State, and that nothing private shows, at each start, at the end and now and then.
    Sampled,
    /// Nothing: for the second run, which only has to come out like the first.
    Bare,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Appends tried, over all processes.
    pub(crate) appends: u64,
    /// Steps taken.
    pub(crate) steps: u64,
    /// Checksum of the whole log.
    pub(crate) link: Option<Link>,
    /// Fingerprint of the State.
    pub(crate) digest: String,
    /// Texts and keys that reached somebody.
    pub(crate) reached: usize,
    /// Commands that ended done, failed, unknown, expired.
    pub(crate) settled: [u64; 4],
    /// The disk was torn, and the log refused to open.
    pub(crate) torn: bool,
}

/// Plays a story to its end. Gives what it came to, and the marks that it reached.
pub(crate) fn play(story: &Story, plan: &Plan) -> Result<(Summary, Marks), Broken> {
    let mut run = Run::new(story, plan);
    let summary = run.play()?;
    let mut marks = run.world.marks;
    marks.add(&run.oracle.marks);
    Ok((summary, marks))
}

/// Plays a story twice, the second time without looking: both must come to the same.
pub(crate) fn play_twice(story: &Story, plan: &Plan) -> Result<(Summary, Marks), Broken> {
    let first = play(story, plan)?;
    let bare = Plan {
        depth: Depth::Bare,
        ..plan.clone()
    };
    let (again, _) = play(story, &bare)?;
    if again == first.0 {
        Ok(first)
    } else {
        Err("two runs differ".into())
    }
}

/// Plays a story and gives every entry of its log in words, and what is wrong with it.
pub(crate) fn tell(story: &Story, plan: &Plan) -> Vec<String> {
    let mut run = Run::new(story, plan);
    run.oracle.transcript = Some(Vec::new());
    let end = run.play();
    let mut told = run.oracle.transcript.take().unwrap_or_default();
    for effect in &run.world.effects {
        let (id, name) = (effect.id, effect.command.name());
        told.push(format!("effect {id} {name} reached={}", effect.reached));
    }
    told.push(format!("{end:?}"));
    told
}
struct Run<'a> {
    plan: &'a Plan,
    world: World,
    oracle: Oracle,
    appends: u64,
    steps: u64,
    calm: bool,
    /// As the running version has them.
    settings: Settings,
    /// A State of some moments ago, as a snapshot keeps it.
    kept: State,
}

/// How a process ended.
enum End {
    Died(Disk),
    Torn,
    Rest(Box<Driver<SimLog>>),
}

/// One process.
struct Process {
    driver: Driver<SimLog>,
    readers: Readers,
    /// Executors that have not come back, and their lanes.
    busy: BTreeMap<CommandId, Lane>,
    /// Logical time and world time when it began.
    began: (Tick, u64),
}

/// What a step came to.
enum Step {
    Went,
    Rest,
    Dies(Death),
}

impl<'a> Run<'a> {
    fn new(story: &Story, plan: &'a Plan) -> Self {
        Self {
            plan,
            world: World::new(story, plan.bug),
            oracle: Oracle::default(),
            appends: 0,
            steps: 0,
            calm: false,
            settings: story.settings.clone(),
            kept: State::default(),
        }
    }

    fn play(&mut self) -> Result<Summary, Broken> {
        let mut disk = Disk::default();
        loop {
            match self.life(disk)? {
                End::Died(next) => disk = next,
                End::Torn => return self.summary(None),
                End::Rest(driver) => {
                    if self.plan.depth != Depth::Bare {
                        self.oracle.at_rest(&self.world)?;
                    }
                    let summary = self.summary(Some(&driver))?;
                    if self.plan.depth != Depth::Bare {
                        self.once_more(*driver)?;
                    }
                    return Ok(summary);
                }
            }
        }
    }

    /// Started again with nothing to do, it says that it started, and nothing else.
    fn once_more(&mut self, driver: Driver<SimLog>) -> Result<(), Broken> {
        let before = driver.machine().state().last;
        // No planned death comes behind this.
        self.appends = u64::MAX / 2;
        let mut process = self.boot(driver.into_log().crash(Crash::Drop))?;
        let started = self.started();
        let took = self.take(&mut process, started)?;
        let idle = self.begin(&mut process)?.is_none() && matches!(took, Step::Went);
        if idle && process.busy.is_empty() && process.driver.machine().state().last == before.next()
        {
            Ok(())
        } else {
            Err("started again with nothing to do, it does something".into())
        }
    }

    fn started(&self) -> Input {
        Input::Started(Started {
            version: "1".into(),
            pid: 1,
            settings: self.settings.clone(),
        })
    }

    fn life(&mut self, disk: Disk) -> Result<End, Broken> {
        let mut process = self.boot(disk)?;
        self.check(&process, true)?;
        let started = self.started();
        let mut step = self.take(&mut process, started);
        loop {
            match step? {
                Step::Dies(death) => return self.dies(process, death),
                Step::Rest => {
                    self.check(&process, true)?;
                    self.appends = process.driver.log().appends();
                    return Ok(End::Rest(Box::new(process.driver)));
                }
                Step::Went => {}
            }
            self.check(&process, false)?;
            if self.steps.is_multiple_of(SAMPLE) {
                self.kept = process.driver.machine().state().clone();
            }
            self.steps += 1;
            if self.steps > STEPS_MAX {
                return Err("it does not come to rest".into());
            }
            step = self.step(&mut process);
        }
    }

    /// Has the oracle look, as closely as the plan wants it.
    fn check(&mut self, process: &Process, closely: bool) -> Result<(), Broken> {
        let closely = match self.plan.depth {
            Depth::Full => true,
            Depth::Sampled => closely || self.steps.is_multiple_of(SAMPLE),
            Depth::Bare => return Ok(()),
        };
        self.oracle.check(&process.driver, &self.world, closely)?;
        if self.steps.is_multiple_of(SAMPLE) {
            self.oracle.state_shows_nothing()?;
        }
        Ok(())
    }

    /// Opens the log, from its beginning and from a snapshot, which must agree.
    fn boot(&mut self, disk: Disk) -> Result<Process, Broken> {
        let dies_at = self.death().map(|death| death.append);
        let open = |disk, dies_at| {
            let log = SimLog::open(disk, self.appends, dies_at, self.plan.bug);
            log.map_err(|fault| format!("the log does not open: {fault}"))
        };
        let fault = |fault: StoreFault| fault.to_string();
        self.oracle.begins_anew();
        let compares = self.plan.bug != Some(Bug::NoFlush) && self.plan.depth != Depth::Bare;
        let again = compares.then(|| disk.clone());
        let mut log = open(disk, dies_at)?;
        let held = self.waiting(&log);
        log.forget(held);
        let driver = Driver::open(log, State::default()).map_err(fault)?;
        let state = driver.machine().state();
        if let Some(disk) = again {
            let from = Driver::open(open(disk, None)?, self.kept.clone()).map_err(fault)?;
            if from.machine().state() != state {
                return Err("a snapshot and the whole log disagree".into());
            }
        }
        self.begins_again(state);
        Ok(Process {
            readers: Readers::resume(state, &self.world),
            busy: BTreeMap::new(),
            began: (state.tick, self.world.now),
            driver,
        })
    }

    fn death(&self) -> Option<Death> {
        let ahead = |death: &&Death| death.append > self.appends;
        self.plan.deaths.iter().find(ahead).copied()
    }

    fn dies(&mut self, process: Process, death: Death) -> Result<End, Broken> {
        let log = process.driver.into_log();
        self.appends = log.appends();
        if death.append > 0 {
            self.world.marks.hit(match death.how {
                Crash::Keep => "died appending, kept",
                Crash::Drop => "died appending, lost",
                Crash::Tear => "died appending, torn",
                Crash::Flip => "died appending, a bit wrong",
            });
        }
        let disk = log.crash(death.how);
        self.world.died(death.children_live);
        // What starts it again waits longer where it does not live long.
        let full = self.world.full_until > self.world.now;
        self.world.now += if full { 10_000 } else { 700 };
        if !matches!(death.how, Crash::Tear | Crash::Flip) {
            return Ok(End::Died(disk));
        }
        match SimLog::open(disk, 0, None, None) {
            Err(StoreFault::Corrupt { .. }) => Ok(End::Torn),
            Err(other) => Err(format!("a torn log was taken for something else: {other}")),
            Ok(_) => Err("a damaged log was opened".into()),
        }
    }

    fn step(&mut self, process: &mut Process) -> Result<Step, Broken> {
        if let Some(end) = self.begin(process)? {
            return Ok(end);
        }
        if let Some((_, input)) = self.world.inbox.front() {
            let input = self.named(input.clone());
            if self.plan.bug == Some(Bug::AcknowledgesFirst) {
                self.world.inbox.pop_front();
                return self.take(process, input);
            }
            let step = self.take(process, input)?;
            if matches!(step, Step::Went) {
                self.world.inbox.pop_front();
            }
            return Ok(step);
        }
        let state = process.driver.machine().state();
        if let Some(input) = process.readers.next(&self.world, state) {
            self.linked(&input);
            let input = self.named(input);
            return self.take(process, input);
        }
        if let Some(seen) = self.world.happen(process.driver.machine().state()) {
            return self.saw(process, seen);
        }
        self.wait(process)
    }

    /// Hands what is owed to the executors.
    fn begin(&mut self, process: &mut Process) -> Result<Option<Step>, Broken> {
        if self.plan.bug == Some(Bug::ActsFirst) {
            for (id, command) in process.driver.machine().owed() {
                self.world.carry_out(id, command);
            }
        }
        let now = self.now(process);
        self.disk(process);
        let busy = process.busy.values().cloned().collect();
        let begun = match process.driver.begin(&busy, now) {
            Ok(begun) => begun,
            Err(fault) => return self.fell(&fault).map(Some),
        };
        for (id, command) in begun {
            process.busy.insert(id, command.lane());
            if self.plan.bug == Some(Bug::ActsFirst) {
                continue;
            }
            let twice = self.plan.bug == Some(Bug::TypesTwice)
                && matches!(command, Command::TypeInstruction(_));
            if twice {
                self.world.carry_out(id, command.clone());
            }
            self.world.carry_out(id, command);
        }
        Ok(None)
    }

    fn saw(&mut self, process: &mut Process, seen: Seen) -> Result<Step, Broken> {
        let now = |children_live| Death {
            append: 0,
            how: Crash::Drop,
            children_live,
        };
        match seen {
            Seen::Nothing => Ok(Step::Went),
            Seen::Reported(id, report) => {
                let report = self.reported(report);
                process.busy.remove(&id);
                self.take(process, Input::Report(id, report))
            }
            Seen::Killed { children_live } => Ok(Step::Dies(now(children_live))),
            Seen::Restart => match self.take(process, Input::Stopping)? {
                Step::Went => Ok(Step::Dies(now(false))),
                died => Ok(died),
            },
            Seen::Upgrade(which) => {
                self.upgrade(which);
                self.saw(process, Seen::Restart)
            }
            Seen::Slept(missed) => {
                process.began.1 += missed;
                let until = self.world.wall();
                let from = Wall(until.0 - missed.cast_signed());
                if missed < 60_000 {
                    return Ok(Step::Went);
                }
                self.take(process, Input::Slept(HostSlept { from, until }))
            }
            Seen::Witness(readable) => {
                let state = if readable {
                    SourceState::Works
                } else {
                    SourceState::Failed("chat.db cannot be read".into())
                };
                self.take(process, Input::Source(Source::ChatDb, state))
            }
        }
    }

    /// Nothing happens now: time moves on to what happens next.
    fn wait(&mut self, process: &mut Process) -> Result<Step, Broken> {
        if !self.calm && self.world.story_is_over() {
            self.calm = true;
            self.world.calm_down();
            let failed = &process.driver.machine().state().failed_sources;
            if failed.contains_key(&Source::ChatDb) {
                return self.saw(process, Seen::Witness(true));
            }
            return Ok(Step::Went);
        }
        let (tick, world) = process.began;
        let deadline = process.driver.machine().next_deadline();
        let deadline = deadline.map(|(at, _)| world + at.0.saturating_sub(tick.0));
        if deadline.is_some_and(|at| at <= self.world.now) {
            return self.take(process, Input::Elapsed);
        }
        let next = [
            self.world.next_at(),
            deadline,
            process.readers.next_at(&self.world),
        ];
        let Some(next) = next.into_iter().flatten().min() else {
            return Ok(Step::Rest);
        };
        self.world.now = self.world.now.max(next);
        Ok(Step::Went)
    }

    fn take(&mut self, process: &mut Process, input: Input) -> Result<Step, Broken> {
        let now = self.now(process);
        self.disk(process);
        if self.plan.bug == Some(Bug::RetriesUnknown) && input == Input::Elapsed {
            self.retry(process);
        }
        match process.driver.take(input, now) {
            Ok(_) => Ok(Step::Went),
            Err(fault) => self.fell(&fault),
        }
    }

    /// Whether the disk has space now.
    fn disk(&self, process: &Process) {
        let full = self.world.full_until > self.world.now;
        process.driver.log().fill(full);
    }

    /// An append failed: by the plan, or by a fault of the program.
    fn fell(&mut self, fault: &StoreFault) -> Result<Step, Broken> {
        match (fault, self.death()) {
            (StoreFault::Full { .. }, _) => {
                self.world.marks.hit("disk full");
                // The file system may have taken the batch all the same.
                let kept = self.world.now.is_multiple_of(2);
                Ok(Step::Dies(Death {
                    append: 0,
                    how: if kept { Crash::Keep } else { Crash::Drop },
                    children_live: false,
                }))
            }
            (StoreFault::Io { .. }, Some(death)) => Ok(Step::Dies(death)),
            _ => Err(fault.to_string()),
        }
    }

    const fn now(&self, process: &Process) -> Now {
        let (tick, world) = process.began;
        Now {
            wall: self.world.wall(),
            tick: Tick(tick.0 + self.world.now - world),
        }
    }

    /// What it came to; without a driver, the log did not open.
    fn summary(&self, driver: Option<&Driver<SimLog>>) -> Result<Summary, Broken> {
        let state = driver.map(|driver| driver.machine().state());
        let link = |driver: &Driver<SimLog>| driver.log().link(driver.machine().state().last);
        let link = driver.map(link).transpose().map_err(|f| f.to_string())?;
        Ok(Summary {
            appends: self.appends,
            steps: self.steps,
            link: link.flatten(),
            digest: state.map(State::digest).unwrap_or_default(),
            reached: self.world.effects.iter().filter(|e| e.reached).count(),
            settled: state.map(|s| s.ledger.settled).unwrap_or_default(),
            torn: driver.is_none(),
        })
    }
}
