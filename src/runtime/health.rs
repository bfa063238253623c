//! The answer to "how are you?". The loop says what the log means, which costs
//! it next to nothing; what is read from disk or seen by a source is added by the
//! task that answers, so that a question never holds the loop up.

use crate::clock::wall;
use crate::config::Config;
use crate::ingress::health::{Access, Health, Ignored, Log, Outbox, PROTOCOL, Trouble, Unknown};
use crate::store::{self, StoreFault};
use events::event::InstructionEnd;
use events::outcome::{Doubt, Performed};
use events::{Envelope, Outcome, Report, Tick, Wall};
use projections::outbox::End;
use projections::{Machine, State, endings, holding, ignored};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tokio::sync::{oneshot, watch};

/// What this process knows of itself.
#[derive(Clone, Debug)]
pub(super) struct Vitals {
    binary: String,
    job: Option<String>,
    started: Wall,
    automation: Access,
}

impl Vitals {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            // Where the system cannot say it, an empty path says that.
            binary: std::env::current_exe()
                .map_or_else(|_| String::new(), |path| path.display().to_string()),
            job: config.job.clone(),
            started: wall(),
            automation: Access {
                step: "send".into(),
                message: "no text was sent since the agent started".into(),
                ..Access::default()
            },
        }
    }

    /// Notes what osascript said about a text.
    pub(super) fn sent(&mut self, report: &Report) {
        let (ok, errno, message) = match report {
            Report::Performed(Performed { doubt: None, .. })
            | Report::Settled(Outcome::Done(_)) => (true, None, String::new()),
            Report::Performed(Performed {
                doubt: Some(doubt), ..
            })
            | Report::Settled(Outcome::Unknown(doubt)) => {
                (false, code(doubt), endings::doubt(doubt))
            }
            Report::Settled(Outcome::Failed(failure)) => {
                (false, failure.system_code(), endings::failure(failure))
            }
            Report::Settled(Outcome::Expired) => return,
        };
        self.automation = Access {
            ok,
            step: "send".into(),
            errno,
            message,
            at: Some(wall()),
        };
    }

    /// How things are, as far as the loop knows.
    pub(super) fn health(&self, state: &State) -> Health {
        Health {
            binary: self.binary.clone(),
            job: self.job.clone(),
            pid: std::process::id(),
            version: crate::VERSION.into(),
            started: self.started,
            automation: self.automation.clone(),
            ..of_log(state)
        }
    }
}

const fn code(doubt: &Doubt) -> Option<i32> {
    match doubt {
        Doubt::BrokeOff { code, .. } => Some(*code),
        Doubt::TimedOut { .. } | Doubt::Interrupted | Doubt::NoProof | Doubt::NoWitness => None,
    }
}

/// What the log on disk says about health, read beside whoever holds it.
pub fn look(config: &Config) -> Result<(State, Health), StoreFault> {
    let mut machine = Machine::default();
    let each = |entry: Envelope, _: &[u8]| {
        machine.commit(std::slice::from_ref(&entry));
        ControlFlow::Continue(())
    };
    store::look(&config.state_dir, each)?;
    let state = machine.state().clone();
    let mut health = of_log(&state);
    health.log.bytes = size(&config.state_dir.join("log"));
    Ok((state, health))
}

/// What a log says about health, whoever reads it.
fn of_log(state: &State) -> Health {
    let sessions = &state.sessions.by_id;
    let panes: BTreeSet<_> = sessions.values().filter_map(|s| s.panes.last()).collect();
    let open = &state.outbox.open;
    Health {
        protocol: PROTOCOL,
        now: wall(),
        last_inbound: state.inbox.taken.last().map(|taken| taken.at),
        last_outbound: state.ledger.sent.newest_proven().map(|sent| sent.at),
        ignored: ignored(state),
        outbox: Outbox {
            depth: open.len() as u64,
            // What waits because the owner wants it so is not stuck.
            oldest: open
                .values()
                .find(|notice| holding::held(state, notice, wall()).is_none())
                .map(|notice| back(state, notice.at)),
        },
        unknown: unknown(state),
        last_error: last_error(state),
        failed_sources: state
            .failed_sources
            .iter()
            .map(|(source, fault)| (format!("{source:?}"), fault.clone()))
            .collect(),
        log: Log {
            entries: state.last.0,
            bytes: 0,
            anomalies: state.anomalies.len() as u64,
        },
        panes: panes.len() as u64,
        sessions: sessions.len() as u64,
        ..Health::default()
    }
}

fn ignored(state: &State) -> BTreeMap<String, Ignored> {
    let rows = state.inbox.ignored.iter().map(|(reason, rows)| {
        let rows = Ignored {
            count: rows.count,
            last: rows.last,
            rowid: rows.rowid,
            of_owner: ignored::owners(reason),
        };
        (format!("{reason:?}"), rows)
    });
    rows.collect()
}

fn unknown(state: &State) -> Unknown {
    let closed = state.outbox.closed.iter();
    let instructions = state.dispatches.ended.iter();
    let mut troubles = state.ledger.troubles.iter().rev();
    Unknown {
        notices: closed.filter(|c| c.end == End::Unknown).count() as u64,
        instructions: instructions
            .filter(|e| e.end == InstructionEnd::Unknown)
            .count() as u64,
        last: troubles
            .find(|trouble| matches!(trouble.outcome, Outcome::Unknown(_)))
            .map(|trouble| back(state, trouble.at)),
    }
}

fn last_error(state: &State) -> Option<Trouble> {
    let mut troubles = state.ledger.troubles.iter().rev();
    let trouble = troubles.find(|trouble| trouble.outcome != Outcome::Expired)?;
    Some(Trouble {
        command: trouble.command.clone(),
        what: endings::outcome(&trouble.outcome),
        at: back(state, trouble.at),
    })
}

/// The wall time of a moment in the log's own time.
fn back(state: &State, at: Tick) -> Wall {
    let ago = state.tick.0.saturating_sub(at.0);
    Wall(
        state
            .wall
            .0
            .saturating_sub(i64::try_from(ago).unwrap_or(i64::MAX)),
    )
}

/// How the answering task comes by what the loop does not know.
#[derive(Clone)]
pub(super) struct Seen {
    /// How chat.db was when it was last looked at.
    pub(super) chat_db: watch::Receiver<Access>,
    pub(super) state_dir: PathBuf,
}

impl Seen {
    /// Waits for the loop's part, adds to it, and answers.
    pub(super) async fn answer(
        self,
        from_loop: oneshot::Receiver<Health>,
        to: oneshot::Sender<Health>,
    ) {
        // A loop that has ended answers nobody; the client finds the door closed.
        let Ok(mut health) = from_loop.await else {
            return;
        };
        health.chat_db = self.chat_db.borrow().clone();
        health.log.bytes = size(&self.state_dir.join("log"));
        // Whoever asked may have gone.
        let _ = to.send(health);
    }
}

/// The size of all files below a directory.
pub fn size(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let of = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(data) if data.is_dir() => size(&entry.path()),
        Ok(data) => data.len(),
        Err(_) => 0,
    };
    entries.map(of).sum()
}
