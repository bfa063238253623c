//! Which sources there are, and how each is looked at.

use super::pumps::{Hint, Hints, Look, hints, start};
use super::wake::{Ack, Wake, Wakes};
use crate::app_server::{Link, socket};
use crate::clock::Stopwatch;
use crate::config::Config;
use crate::ingress::app_server::{AppServer, Told};
use crate::ingress::chat_db::{self, ChatDb};
use crate::ingress::health::Access;
use crate::ingress::inbox::{Inbox, Refused, Waiting};
use crate::ingress::queue_file::QueueFile;
use crate::ingress::rollouts::{self, Rollouts};
use crate::ingress::thread_names::ThreadNames;
use events::event::Source;
use events::input::SourceState;
use events::{Guid, Input, InputKey, SessionId, Tick, Wall};
use projections::State;
use projections::sessions::Session;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::Duration;
use tokio::sync::watch;

/// All files' metadata are looked at this often, for what no watch tells.
const SCAN: Duration = Duration::from_secs(60);
/// The newest files are looked at this often.
const RECENT: Duration = Duration::from_secs(2);
/// A folder that is not there cannot be watched; its coming is looked for this often.
const ABSENT: Duration = Duration::from_millis(250);
/// The inbox is only written to when nobody answers.
const INBOX: Duration = Duration::from_secs(2);

/// Starts every source from where the log left off; gives their names.
pub(super) fn start_all(
    config: &Config,
    state: &State,
    wakes: &Wakes,
    chat_seen: watch::Sender<Access>,
    server: &Link,
) -> io::Result<BTreeSet<&'static str>> {
    inbox(config, wakes.clone())?;
    let mut names = BTreeSet::from(["inbox", "rollouts", "chat.db", "queue file"]);
    if config.app_server {
        names.insert("app-server");
        app_server(config, state, wakes.clone(), server.clone());
    }
    rollouts(config, state, wakes.clone(), server.clone())?;
    chat_db(config, state, wakes.clone(), chat_seen)?;
    queue_file(config, state, wakes.clone())?;
    Ok(names)
}

/// Turns a fault, or its absence, into a fact once per change.
#[derive(Default)]
struct Health {
    said: Option<SourceState>,
}

impl Health {
    fn now(&mut self, source: Source, fault: Option<String>) -> Option<Input> {
        let state = fault.map_or(SourceState::Works, SourceState::Failed);
        let news = self.said.as_ref() != Some(&state);
        self.said = Some(state.clone());
        news.then_some(Input::Source(source, state))
    }
}

fn poll(config: &Config) -> Duration {
    Duration::from_millis(config.poll.0)
}

/// The cursor of chat.db, where the log left off.
pub(super) fn chat_cursor(state: &State) -> chat_db::Cursor {
    let Some(placed) = &state.inbox.chat_db else {
        return chat_db::Cursor::new();
    };
    let held = state.inbox.held.keys().copied().collect();
    let read = state.inbox.rows.iter().cloned();
    chat_db::Cursor::resume(placed.identity.clone(), placed.rowid, held).knowing(read)
}

fn chat_db(
    config: &Config,
    state: &State,
    wakes: Wakes,
    seen: watch::Sender<Access>,
) -> io::Result<()> {
    let (hint, hinted) = hints();
    let (path, period) = (config.chat_db.clone(), poll(config));
    let mut cursor = chat_cursor(state);
    let clock = Stopwatch::start();
    cursor.track(own_rows(state), clock.elapsed());
    let mut health = Health::default();
    let mut reader: Option<ChatDb> = None;
    let mut watch: Option<chat_db::Watch> = None;
    start("chat.db", wakes, hinted, move |_| {
        if watch.is_none() {
            watch = chat_watch(&path, hint.clone());
        }
        let mut inputs = Vec::new();
        let fault = loop {
            match read_chat(&mut reader, &path, &mut cursor, clock.elapsed()) {
                Ok(rows) if rows.is_empty() => break None,
                Ok(rows) => inputs.extend(rows),
                Err(fault) if fault.passing() => break None,
                Err(fault) => break Some(fault),
            }
        };
        let own = inputs.iter().filter_map(own_row).collect::<Vec<_>>();
        cursor.track(own, clock.elapsed());
        // What is wrong is said before what was read, what is right again before what is new.
        seen.send_replace(chat_db::told(&path, fault.as_ref()));
        let fault = fault.map(|fault| fault.to_string());
        inputs.splice(0..0, health.now(Source::ChatDb, fault));
        let due = cursor
            .next_deadline()
            .map(|at| at.saturating_sub(clock.elapsed()));
        Look {
            inputs,
            again: due
                .map_or(period, |due| due.min(period))
                .max(Duration::from_millis(5)),
        }
    })
}

fn read_chat(
    reader: &mut Option<ChatDb>,
    path: &PathBuf,
    cursor: &mut chat_db::Cursor,
    now: Duration,
) -> Result<Vec<Input>, chat_db::Fault> {
    let open = match reader.take() {
        Some(open) => open,
        None => ChatDb::open(path)?,
    };
    reader.insert(open).poll(cursor, now)
}

fn chat_watch(path: &PathBuf, hint: Hints) -> Option<chat_db::Watch> {
    let wake = move || {
        // A thread that has ended needs no hint.
        let _ = hint.try_send(Hint::Look);
    };
    chat_db::Watch::new(path, wake)
        .inspect_err(|error| tracing::debug!(%error, "chat.db is polled, not watched"))
        .ok()
}

/// Our own rows whose fate may still change, which Messages does in place: those of texts
/// that wait for their proof, and those that were seen shortly before the log ends.
fn own_rows(state: &State) -> Vec<Guid> {
    let follow = u64::try_from(chat_db::FOLLOW.as_millis()).unwrap_or(u64::MAX);
    let lately = Tick(state.tick.0.saturating_sub(follow));
    let lately = state.ledger.sent.rows_since(lately).cloned();
    let open = state.ledger.open.values();
    let open = open.filter_map(|entry| match &entry.row {
        Some(events::outcome::Evidence::Row { guid, .. }) => Some(guid.clone()),
        _ => None,
    });
    lately.chain(open).collect()
}

fn own_row(input: &Input) -> Option<Guid> {
    let Input::Message(row) = input else {
        return None;
    };
    row.from_me.then(|| row.guid.clone())
}

/// The rollouts, from where the log left off.
pub(super) fn rollouts_left(config: &Config, state: &State) -> Rollouts {
    let since = state.began.unwrap_or(Wall(0));
    let cursors = state.sessions.by_id.iter().flat_map(cursors).collect();
    Rollouts::new(config.codex_home.join("sessions"), since, cursors)
}

/// How far each file of a session was read.
fn cursors((id, session): (&SessionId, &Session)) -> Vec<rollouts::Cursor> {
    let newest = (&session.meta.path, &session.offset);
    let files = session.files.iter().chain([newest]);
    let cursor = |(path, offset): (&String, &u64)| rollouts::Cursor {
        session: id.clone(),
        path: PathBuf::from(path),
        offset: *offset,
        heard: session.active,
    };
    files.map(cursor).collect()
}

/// Codex's background server, as long as there is one.
fn app_server(config: &Config, state: &State, wakes: Wakes, link: Link) {
    let source = AppServer {
        socket: socket::path(&config.codex_home),
        // Every start adds to the log, so that no number comes twice.
        generation: state.last.0.saturating_mul(1 << 16),
        known: state.server.threads.keys().cloned().collect(),
    };
    let tell = move |told| match told {
        Told::Inputs(inputs) => wakes.send(Wake::Inputs(inputs)).is_ok(),
        Told::Looked => wakes.send(Wake::Looked("app-server")).is_ok(),
    };
    tokio::spawn(source.run(link, tell));
}

fn rollouts(config: &Config, state: &State, wakes: Wakes, server: Link) -> io::Result<()> {
    let (hint, hinted) = hints();
    let socket = socket::path(&config.codex_home);
    let folder = config.codex_home.join("sessions");
    let mut rollouts = rollouts_left(config, state);
    let mut index = ThreadNames::new(config.codex_home.join("session_index.jsonl"));
    let mut watch: Option<rollouts::Watch> = None;
    let mut scanned: Option<Stopwatch> = None;
    start("rollouts", wakes, hinted, move |hints| {
        // This thread is awake anyway: a server that was started is found without a timer more.
        server.nudge(&socket);
        // A new name counts for the text about the end that is read now.
        let mut inputs = index.look(&[]);
        if scanned.is_none_or(|at| at.elapsed() >= SCAN) {
            // Where Codex was never used there is no folder: it is watched as soon as there is one.
            scanned = folder.exists().then(Stopwatch::start);
            inputs.extend(rollouts.scan());
            watch = watch
                .take()
                .or_else(|| rollout_watch(&folder, hint.clone()));
            follow(watch.as_ref(), &rollouts);
        }
        let touched: Vec<_> = hints
            .into_iter()
            .filter_map(|hint| {
                if let Hint::Touched(path) = hint {
                    Some(path)
                } else {
                    None
                }
            })
            .collect();
        if touched.is_empty() {
            let found = rollouts.recent();
            // What the watch did not tell of stands where it does not watch yet; where
            // files are watched one by one, a new one is watched from now on.
            let by_file = rollouts::watch::Scope::HERE == rollouts::watch::Scope::Files;
            if by_file || !found.is_empty() {
                follow(watch.as_ref(), &rollouts);
            }
            inputs.extend(found);
        }
        for path in touched {
            inputs.extend(rollouts.touched(&path));
        }
        let named = index.look(&inputs);
        inputs.extend(named);
        let again = if rollouts.is_behind() {
            Duration::from_millis(1)
        } else if folder.is_dir() {
            RECENT
        } else {
            ABSENT
        };
        Look { inputs, again }
    })
}

fn rollout_watch(folder: &std::path::Path, hint: Hints) -> Option<rollouts::Watch> {
    let touched = move |path| {
        // A thread that has ended needs no hint.
        let _ = hint.try_send(Hint::Touched(path));
    };
    let watch = rollouts::Watch::new(folder.to_owned(), rollouts::watch::Scope::HERE, touched);
    watch
        .inspect_err(|error| tracing::debug!(%error, "rollouts are polled, not watched"))
        .ok()
}

fn follow(watch: Option<&rollouts::Watch>, rollouts: &Rollouts) {
    let followed = watch.map_or(Ok(()), |watch| watch.follow(rollouts.active()));
    if let Err(error) = followed {
        tracing::debug!(%error, "some rollouts are polled, not watched");
    }
}

fn queue_file(config: &Config, state: &State, wakes: Wakes) -> io::Result<()> {
    let (hint, hinted) = hints();
    let limit = usize::try_from(config.queue_drain_limit).unwrap_or(usize::MAX);
    let mut queue = QueueFile::new(config.queue.clone(), limit, state.inbox.queue.clone());
    let mut health = Health::default();
    let period = poll(config).max(Duration::from_secs(1));
    start("queue file", wakes, hinted, move |_| {
        // The hint's sender lives as long as the thread: only the period wakes it.
        let _ = &hint;
        let (mut inputs, fault) = match queue.poll() {
            Ok(lines) => (lines, None),
            Err(error) => (
                Vec::new(),
                Some(format!("cannot read the queue file: {error}")),
            ),
        };
        inputs.splice(0..0, health.now(Source::QueueFile, fault));
        Look {
            inputs,
            again: period,
        }
    })
}

fn inbox(config: &Config, wakes: Wakes) -> io::Result<()> {
    let (hint, hinted) = hints();
    let inbox = Inbox::new(&config.state_dir);
    let mut health = Health::default();
    let handed = wakes.clone();
    let (done, finished) = std::sync::mpsc::channel::<Waiting>();
    let mut asked: BTreeSet<InputKey> = BTreeSet::new();
    start("inbox", wakes, hinted, move |_| {
        let _ = &hint;
        let fault = match inbox.waiting() {
            Ok(waiting) => hand_in(waiting, &mut asked, &handed, &done),
            Err(error) => Some(format!("cannot read the inbox: {error}")),
        };
        for waiting in finished.try_iter() {
            asked.remove(waiting.hand_over.key());
            // Left behind, it is taken again and known by its key.
            let _ = waiting.done();
        }
        Look {
            inputs: health.now(Source::Inbox, fault).into_iter().collect(),
            again: INBOX,
        }
    })
}

/// Hands in what waits and was not handed in before; gives what is wrong with the rest.
fn hand_in(
    waiting: impl Iterator<Item = Result<Waiting, Refused>>,
    asked: &mut BTreeSet<InputKey>,
    wakes: &Wakes,
    done: &Sender<Waiting>,
) -> Option<String> {
    let mut fault = None;
    for found in waiting {
        match found {
            Err(refused) => fault = Some(refused.to_string()),
            Ok(waiting) if asked.insert(waiting.hand_over.key().clone()) => {
                let (hand_over, done) = (waiting.hand_over.clone(), done.clone());
                let ack: Ack = Box::new(move |_| {
                    // The thread that unlinks ends with the program; the file is known by its key.
                    let _ = done.send(waiting);
                });
                // The thread ends with the loop it sends to.
                let _ = wakes.send(Wake::HandedOver(hand_over, ack));
            }
            Ok(_) => {}
        }
    }
    fault
}
