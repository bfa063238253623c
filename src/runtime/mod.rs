//! What each command asks for, put to work: opening the log, starting sources
//! and lanes, and the loop between them.

mod awake;
mod desk_watch;
mod dry;
mod entries;
mod explain;
mod health;
mod html;
mod lanes;
mod life_watch;
mod log_files;
mod log_upkeep;
mod log_views;
mod log_writer;
mod open;
mod pane_watch;
mod pumps;
mod replay;
mod sleep;
mod sources;
mod standalone;
mod telemetry;
#[cfg(test)]
mod tests;
mod trace;
mod upgrade;
mod wake;
mod what_if;
mod work;

pub use entries::{Bound, ReportEnd, each_entry, each_entry_of};
pub use explain::explain;
pub use health::{look, size};
pub use html::html;
pub use log_files::{export_line, log_compact, log_export, log_import, log_verify};
pub use log_views::{log_stats, log_tail};
pub use replay::{Replay, replay};
pub use standalone::{AppendError, append, empty_inbox};
pub use what_if::{WhatIf, what_if};
use work::Until;

use crate::app_server::Link;
use crate::clock::{Clock, SystemClock, wall};
use crate::config::{Config, KeepAwake, Program};
use crate::driver::Driver;
use crate::effects::{Awake, Desk, EffectsConfig, LocalExecutor};
use crate::error::{Answer, CommandError, Outcome};
use crate::ingress::health::Access;
use crate::ingress::socket::{self, Request, Server};
use crate::store::{SledLog, Snapshots};
use events::Input;
use events::input::Started;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use wake::{Ack, Wake, Wakes};

/// A snapshot is kept each time the log has grown by this many entries.
const SNAPSHOT_EVERY: u64 = 10_000;

/// Works until told to stop.
pub fn run(config: &Config, dry_run: bool) -> Outcome {
    if dry_run {
        return dry::once(config);
    }
    work(config, false, None)
}

/// Works until told to stop: by a signal, or by the other end, which may also just be dropped.
pub fn run_until(config: &Config, stopped: Stopped) -> Outcome {
    work(config, false, Some(stopped))
}

/// Ends the loop that waits for it.
pub type Stopped = tokio::sync::oneshot::Receiver<()>;

/// One round.
pub fn once(config: &Config, dry_run: bool) -> Outcome {
    if dry_run {
        return dry::once(config);
    }
    work(config, true, None)
}

fn work(config: &Config, once: bool, stopped: Option<Stopped>) -> Outcome {
    telemetry::start(config);
    let (mut driver, snapshots, mut upkeep) = opened(config, once)?;
    let state = driver.machine().state();
    let mut clock = SystemClock::resume(state.tick, state.wall);
    driver
        .take(Input::Started(started(config, once)), clock.now())
        .map_err(open::fault)?;
    let tasks = tasks()?;
    let (wakes, woken) = wake::wakes();
    let entered = tasks.enter();
    let stopping = Arc::new(AtomicBool::new(false));
    listen(&wakes, &stopping, stopped)?;
    if config.is_job() && !once {
        upgrade::watch(wakes.clone(), Arc::clone(&stopping));
    }
    let (chat_db, seen) = tokio::sync::watch::channel(Access::default());
    serve(config, &wakes, seen)?;
    let server = Link::default();
    let sources = sources::start_all(config, driver.machine().state(), &wakes, chat_db, &server)
        .map_err(|error| CommandError::failure("the sources cannot be started").because(error))?;
    drop(entered);
    let (watched, watching) = tokio::sync::watch::channel(Vec::new());
    tasks.spawn(pane_watch::run(effects(config), watching, wakes.clone()));
    let keep_awake = awake::start(&tasks, leases(config));
    let silent = life_watch::start(&tasks, wakes.clone());
    let wanted = desk_watch::start(&tasks, desk(config), wakes.clone());
    let executor = LocalExecutor::new(effects(config), server);
    let mut saved = driver.machine().state().last;
    let mut keep = |driver: &Driver<SledLog>, last: events::Seq| {
        let state = driver.machine().state();
        pane_watch::publish(&watched, state);
        desk_watch::publish(&wanted, state);
        life_watch::publish(&silent, state);
        awake::publish(&keep_awake, state);
        if last.0.saturating_sub(saved.0) >= SNAPSHOT_EVERY {
            saved = last;
            open::keep_snapshot(&snapshots, driver);
        }
    };
    let mut rested = |driver: &mut _, now| upkeep.if_due(driver, now);
    let mut work = work::Work {
        driver: &mut driver,
        lanes: lanes::Lanes::new(executor, tasks.handle().clone(), wakes),
        clock: &mut clock,
        wakes: &woken,
        stopping,
        vitals: health::Vitals::new(config),
        sleep: sleep::Sleep::default(),
        appended: &mut keep,
        rested: &mut rested,
    };
    tracing::info!(pid = std::process::id(), "started (log locked)");
    let quiet = once.then_some(Until::Quiet(sources));
    let ended = work.run(quiet.unwrap_or(Until::Stopped));
    drop(work);
    let why = ended.map_err(open::fault)?;
    driver
        .take(Input::Stopping, clock.now())
        .map_err(open::fault)?;
    open::keep_snapshot(&snapshots, &driver);
    tracing::info!(why, "stopped (log released)");
    tasks.shutdown_timeout(Duration::from_millis(200));
    drop(driver);
    Ok(Answer::Yes)
}

/// The log, and what is kept of it beside it. One round does not look after the log's size.
fn opened(
    config: &Config,
    once: bool,
) -> Result<(Driver<SledLog>, Snapshots, log_upkeep::Upkeep), CommandError> {
    let (mut driver, snapshots) = open::patiently(config, !once)?;
    let mut upkeep = log_upkeep::Upkeep::new(config, &snapshots, !once);
    upkeep.if_due(&mut driver, wall()).map_err(open::fault)?;
    if config.trace {
        driver = driver.watched(trace::printer(config.trace_form));
    }
    Ok((driver, snapshots, upkeep))
}

/// What waits: sockets, timers, children.
fn tasks() -> Result<tokio::runtime::Runtime, CommandError> {
    let tasks = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    tasks.map_err(|error| CommandError::failure("cannot start the async runtime").because(error))
}

/// Executors with this configuration.
pub fn effects(config: &Config) -> EffectsConfig {
    // What is missing keeps the name that it was given, so that starting it says so.
    let program = |program: Program| {
        let programs = &config.programs;
        let missing = || PathBuf::from(programs.named(program));
        programs.find(program).unwrap_or_else(missing)
    };
    EffectsConfig {
        osascript: program(Program::Osascript),
        tmux: program(Program::Tmux),
        codex: program(Program::Codex),
        git: program(Program::Git),
        codex_home: config.codex_home.clone(),
        tmux_socket: config
            .tmux_socket
            .as_deref()
            .map(|named| socket(config, named)),
        tmux_tmpdir: config.tmux_tmpdir.clone(),
        new_session_name: config.tmux_session.clone(),
        window_prefix: config.tmux_window_prefix.clone(),
        // On a Mac a server that we start would inherit our Full Disk Access, and so would Codex.
        start_tmux_server: !cfg!(target_os = "macos"),
        full_access: config.full_access,
        chat_db: config.chat_db.clone(),
        files: config.files(),
        files_out: config.files_out(),
        sips: config.programs.find(Program::Sips),
        sips_budget: Duration::from_secs(20),
        osascript_budget: Duration::from_secs(30),
        start_budget: Duration::from_secs(20),
        environment: vec![(
            "CODEX_HOME".into(),
            config.codex_home.clone().into_os_string(),
        )],
    }
}

/// What keeps the Mac awake, and what tells whether it may.
fn leases(config: &Config) -> Awake {
    let find = |program, wanted: bool| config.programs.find(program).filter(|_| wanted);
    Awake {
        caffeinate: find(Program::Caffeinate, config.keep_awake != KeepAwake::Never),
        pmset: find(Program::Pmset, config.keep_awake == KeepAwake::OnPower),
    }
}

/// What the log records of this start.
fn started(config: &Config, once: bool) -> Started {
    let mut settings = config.settings();
    // One round does not wait to see who comes back to the Mac.
    settings.desk = !once;
    Started {
        version: crate::VERSION.to_owned(),
        pid: std::process::id(),
        settings,
    }
}

/// What looks whether somebody is at the Mac.
fn desk(config: &Config) -> Desk {
    Desk {
        ioreg: config.programs.find(Program::Ioreg),
        effects: effects(config),
    }
}

/// A tmux socket is named as tmux itself does: by a path, or by a name in its directory.
fn socket(config: &Config, named: &str) -> PathBuf {
    if named.contains('/') {
        return PathBuf::from(named);
    }
    let user = rustix::process::getuid().as_raw();
    config.tmux_tmpdir.join(format!("tmux-{user}")).join(named)
}

/// Whoever may stop us is listened to.
fn listen(
    wakes: &Wakes,
    stopping: &Arc<AtomicBool>,
    stopped: Option<Stopped>,
) -> Result<(), CommandError> {
    signals(wakes, stopping)?;
    if let Some(stopped) = stopped {
        stop_with(stopped, wakes.clone(), Arc::clone(stopping));
    }
    Ok(())
}

/// SIGTERM and SIGINT end the loop in good order.
fn signals(wakes: &Wakes, stopping: &Arc<AtomicBool>) -> Result<(), CommandError> {
    use tokio::signal::unix::{SignalKind, signal};
    for (kind, name) in [
        (SignalKind::terminate(), "SIGTERM"),
        (SignalKind::interrupt(), "SIGINT"),
        (SignalKind::hangup(), "SIGHUP"),
    ] {
        let mut signal = signal(kind).map_err(|error| {
            CommandError::failure(format!("{name} cannot be listened for")).because(error)
        })?;
        let (wakes, stopping) = (wakes.clone(), Arc::clone(stopping));
        tokio::spawn(async move {
            signal.recv().await;
            stopping.store(true, Ordering::Release);
            // A loop that has ended needs no stopping.
            let _ = wakes.send(Wake::Stop(name));
        });
    }
    Ok(())
}

/// Whoever started the loop in its own process ends it in good order.
fn stop_with(stopped: Stopped, wakes: Wakes, stopping: Arc<AtomicBool>) {
    tokio::spawn(async move {
        // That the other end is gone says the same as its word.
        let _ = stopped.await;
        stopping.store(true, Ordering::Release);
        // A loop that has ended needs no stopping.
        let _ = wakes.send(Wake::Stop("its starter"));
    });
}

/// Takes hand-overs from other processes of this user.
fn serve(
    config: &Config,
    wakes: &Wakes,
    chat_db: tokio::sync::watch::Receiver<Access>,
) -> Result<(), CommandError> {
    let server = Server::bind(&config.state_dir).map_err(|error| {
        CommandError::failure("the control socket cannot be made")
            .because(error)
            .hint("check that the state directory is yours")
    })?;
    let (sender, mut requests) = tokio::sync::mpsc::channel::<Request>(256);
    tokio::spawn(server.serve(sender));
    let wakes = wakes.clone();
    let seen = health::Seen {
        chat_db,
        state_dir: config.state_dir.clone(),
    };
    tokio::spawn(async move {
        while let Some(request) = requests.recv().await {
            let wake = match request {
                Request::HandOver(handed, answer) => Wake::HandedOver(handed, acknowledge(answer)),
                Request::Health(answer) => {
                    let (says, said) = tokio::sync::oneshot::channel();
                    tokio::spawn(seen.clone().answer(said, answer));
                    Wake::Asked(says)
                }
            };
            if wakes.send(wake).is_err() {
                return;
            }
        }
    });
    Ok(())
}

fn acknowledge(answer: socket::Answer) -> Ack {
    Box::new(move |seq| {
        if let Err(why) = answer.send(seq) {
            // A client that did not wait finds its hand-over known by its key.
            tracing::debug!(%why, "a hand-over was not waited for");
        }
    })
}
