//! What `osascript - RECIPIENT TEXT` does when Messages is simulated, its ways
//! of failing included; with the script for files the second argument is a path. Every call is written to a file before anything else,
//! so that a test can count them whatever became of them.

use super::{Attachment, Messages, Row, State};
use events::Wall;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

/// What a call does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Sends, after this time.
    Ok(Duration),
    /// Never ends, and sends nothing.
    Hang,
    /// Says that it sent, and writes no row.
    Nothing,
    /// Fails with this error before anything was sent.
    Error(i32),
    /// Sends, then fails with this error.
    SentThenError(i32),
    /// Sends; the row gets this error of Messages.
    RowError(i64),
    /// Sends a green bubble.
    Sms,
}

impl Behaviour {
    /// Reads the behaviour of call `nth` (from 0) from a list with commas, whose
    /// last entry goes on for ever: `ok`, `ok:MILLISECONDS`, `hang`, `nothing`,
    /// `error:-1728`, `sent-then-error:-609`, `row-error:22`, `sms`.
    pub fn parse(list: &str, nth: usize) -> Option<Self> {
        let entry = list.split(',').take(nth.saturating_add(1)).last()?.trim();
        let (name, value) = entry
            .split_once(':')
            .map_or((entry, None), |(name, value)| (name, Some(value)));
        match (name, value) {
            ("ok" | "", None) => Some(Self::Ok(Duration::ZERO)),
            ("ok", Some(pause)) => pause.parse().ok().map(Duration::from_millis).map(Self::Ok),
            ("hang", None) => Some(Self::Hang),
            ("nothing", None) => Some(Self::Nothing),
            ("error", Some(code)) => code.parse().ok().map(Self::Error),
            ("sent-then-error", Some(code)) => code.parse().ok().map(Self::SentThenError),
            ("row-error", Some(code)) => code.parse().ok().map(Self::RowError),
            ("sms", None) => Some(Self::Sms),
            _ => None,
        }
    }
}

/// The surroundings of a call.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The simulated chat.db.
    pub db: &'a Path,
    /// The file that gets one JSON line `{"ts","to","text"}` per call.
    pub calls: &'a Path,
    /// What the calls do, as [`Behaviour::parse`] reads it.
    pub behaviour: &'a str,
    /// When this call happens.
    pub now: Wall,
}

/// Runs one call: `args` as osascript gets them, `script` what stands on its
/// standard input. The result is the exit code.
pub fn osascript_main(
    args: &[String],
    script: &str,
    world: World<'_>,
    stderr: &mut dyn Write,
) -> io::Result<u8> {
    let [dash, to, text, ..] = args else {
        writeln!(stderr, "osascript: expected: - RECIPIENT TEXT")?;
        return Ok(2);
    };
    if dash != "-" || script.trim().is_empty() {
        writeln!(stderr, "osascript: expected the script on standard input")?;
        return Ok(2);
    }
    let nth = record(world, to, text)?;
    let Some(behaviour) = Behaviour::parse(world.behaviour, nth) else {
        writeln!(stderr, "osascript: no such behaviour: {}", world.behaviour)?;
        return Ok(2);
    };
    let file = script.contains("POSIX file").then(|| Path::new(text));
    if file.is_some_and(|file| !file.is_file()) {
        return refuse(-1700, stderr);
    }
    let row = if file.is_some() {
        Row::to(to, "", world.now).with_files(1)
    } else {
        Row::to(to, text, world.now)
    };
    act(&behaviour, world, (&row, file), script, stderr)
}

fn act(
    behaviour: &Behaviour,
    world: World<'_>,
    (row, file): (&Row, Option<&Path>),
    script: &str,
    stderr: &mut dyn Write,
) -> io::Result<u8> {
    let sent = State {
        sent: true,
        ..State::default()
    };
    let delivered = State {
        delivered: true,
        ..sent
    };
    if let Behaviour::Error(code) = behaviour {
        return refuse(*code, stderr);
    }
    markers(script, stderr)?;
    match behaviour {
        Behaviour::Hang => loop {
            std::thread::park();
        },
        Behaviour::Nothing => return Ok(0),
        Behaviour::Ok(pause) => {
            std::thread::sleep(*pause);
            send(world.db, row, file, &[sent, delivered])?;
        }
        Behaviour::RowError(error) => send(
            world.db,
            row,
            file,
            &[State {
                error: *error,
                ..State::default()
            }],
        )?,
        Behaviour::Sms => send(world.db, &row.clone().sms(), file, &[sent])?,
        Behaviour::SentThenError(code) => {
            send(world.db, row, file, &[sent, delivered])?;
            return refuse(*code, stderr);
        }
        Behaviour::Error(_) => {}
    }
    Ok(0)
}

fn refuse(code: i32, stderr: &mut dyn Write) -> io::Result<u8> {
    let message = match code {
        -1728 => "Can’t get participant id of account.",
        -1743 => "Not authorized to send Apple events to Messages.",
        -1712 => "AppleEvent timed out.",
        -609 => "Connection is invalid.",
        -600 => "Application isn’t running.",
        _ => "An error has occurred.",
    };
    writeln!(
        stderr,
        "-:0:0: execution error: Messages got an error: {message} ({code})"
    )?;
    Ok(1)
}

/// The script's own `log "…"` lines, which osascript prints as it passes them.
fn markers(script: &str, stderr: &mut dyn Write) -> io::Result<()> {
    let quoted = |line: &'_ str| -> Option<String> {
        let rest = line.trim().strip_prefix("log \"")?;
        rest.strip_suffix('"').map(str::to_owned)
    };
    for marker in script.lines().filter_map(quoted) {
        writeln!(stderr, "{marker}")?;
    }
    Ok(())
}

/// Writes the row, then each state as a later change of it, as Messages does.
fn send(db: &Path, row: &Row, file: Option<&Path>, states: &[State]) -> io::Result<()> {
    let kept = file.map(|file| keep(db, file)).transpose()?;
    let write = || {
        let mut messages = Messages::open(db)?;
        let guid = messages.insert(row)?;
        if let Some(kept) = &kept {
            messages.attach(&guid, kept)?;
        }
        states
            .iter()
            .try_for_each(|state| messages.set_state(&guid, *state))
    };
    write().map_err(io::Error::other)
}

/// Messages sends a copy of its own, beside its database.
fn keep(db: &Path, file: &Path) -> io::Result<Attachment> {
    let name = file.file_name().unwrap_or_default();
    let place = db.with_file_name("Attachments").join("sent");
    std::fs::create_dir_all(&place)?;
    let kept = place.join(name);
    let bytes = std::fs::copy(file, &kept)?;
    Ok(Attachment {
        path: Some(kept.display().to_string()),
        name: name.to_string_lossy().into_owned(),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        transfer: 5,
        hidden: false,
    })
}

/// Notes the call and says how many there were before it.
fn record(world: World<'_>, to: &str, text: &str) -> io::Result<usize> {
    let call = serde_json::json!({ "ts": world.now.0, "to": to, "text": text });
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(world.calls)?;
    file.write_all(format!("{call}\n").as_bytes())?;
    let calls = std::fs::read_to_string(world.calls)?;
    Ok(calls.lines().count().saturating_sub(1))
}
