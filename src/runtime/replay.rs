//! A log read again. Nothing here can execute anything: there is no executor, no
//! source and no way to append.

use super::entries::{Bound, each_entry, report_end};
use super::trace::Printer;
use crate::config::{Config, Form};
use crate::error::{Answer, CommandError, Outcome};
use crate::terminal_text::TerminalText;
use crate::ui;
use events::{Envelope, Seq, SessionId, Wall};
use projections::explain::OfSession;
use projections::refs::{self, Named};
use projections::{Machine, State, check, view};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What is to be shown of which log.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Replay {
    /// A file; the log itself if not given.
    pub file: Option<PathBuf>,
    /// First event to show.
    pub from: Option<Bound>,
    /// Last event to read.
    pub to: Option<Bound>,
    /// Only what has to do with this session.
    pub session: Option<String>,
    /// Only how things stood at this time.
    pub at: Option<Wall>,
    /// Wait after each event.
    pub step: bool,
    /// Show no events.
    pub check: bool,
    /// Fold it in pieces as well.
    pub verify: bool,
    /// Show the whole state.
    pub state: bool,
    /// How events are shown.
    pub form: Form,
}

/// Shows a log again. The answer is no where something does not hold.
pub fn replay(config: &Config, replay: &Replay) -> Outcome {
    let file = replay.file.as_deref();
    if let Some(at) = replay.at {
        return at_time(config, file, at);
    }
    let mut wanted = replay
        .session
        .as_deref()
        .map(|name| session(config, file, name).map(OfSession::new))
        .transpose()?;
    let mut fold = Fold::default();
    let mut printer = Printer::new(replay.form);
    let silent = replay.check || (replay.verify && replay.from.is_none());
    each_entry(config, file, &mut |entry| {
        if replay.to.is_some_and(|to| to.is_before(&entry)) {
            return false;
        }
        let belongs = wanted.as_mut().is_none_or(|wanted| wanted.takes(&entry));
        let early = replay.from.is_some_and(|from| from.is_after(&entry));
        let before = (!silent).then(|| fold.state().clone());
        fold.take(&entry);
        let Some(before) = before else { return true };
        // Commands that were begun earlier are known to the printer, shown or not.
        let text = printer.text(&before, &entry, fold.state());
        if early || !belongs {
            return true;
        }
        // Whoever closed standard output does not want to read on.
        printer.print(&text).is_ok() && (!replay.step || further())
    })?;
    let same = !replay.verify || in_pieces(config, replay, fold.state())?;
    if replay.state {
        let lines = view::lines(fold.state());
        let lines = lines
            .into_iter()
            .map(|(path, value)| format!("{path}: {value}\n"));
        print(&lines.collect::<String>())?;
    }
    summary(&fold, replay, same)
}

/// A log in the folding. A part of a log begins with what is not known before it.
#[derive(Default)]
struct Fold {
    machine: Machine,
    part: bool,
}

impl Fold {
    fn state(&self) -> &State {
        self.machine.state()
    }

    fn take(&mut self, entry: &Envelope) {
        if self.state().last == Seq(0) && entry.seq > Seq(1) {
            self.machine = Machine::from(State {
                last: Seq(entry.seq.0 - 1),
                ..State::default()
            });
            self.part = true;
        }
        self.machine.commit(std::slice::from_ref(entry));
    }
}

/// Waits for Enter; `q` or the end of input says no.
fn further() -> bool {
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    read.is_ok_and(|bytes| bytes > 0) && !line.trim().eq_ignore_ascii_case("q")
}

/// The session of this name at the end of the log.
fn session(config: &Config, file: Option<&Path>, name: &str) -> Result<SessionId, CommandError> {
    let mut fold = Fold::default();
    each_entry(config, file, &mut |entry| {
        fold.take(&entry);
        true
    })?;
    let name = name.trim_start_matches('@');
    let state = fold.state();
    match refs::resolve(&state.sessions, name, state.settings.ref_min) {
        Named::One(id) => Ok(id),
        Named::Several(_) => Err(CommandError::usage(format!(
            "several sessions are called {name:?}"
        ))
        .hint("name it by its ref")),
        Named::Nobody => Err(
            CommandError::usage(format!("no session is called {name:?}"))
                .hint("`replay --at now` lists them"),
        ),
    }
}

/// How things stood at a time.
fn at_time(config: &Config, file: Option<&Path>, at: Wall) -> Outcome {
    let mut fold = Fold::default();
    each_entry(config, file, &mut |entry| {
        let then = entry.wall <= at;
        if then {
            fold.take(&entry);
        }
        then
    })?;
    let (state, terminal) = (fold.state(), TerminalText::new());
    if state.last == Seq(0) {
        ui::talk("the log begins later");
        return Ok(Answer::No);
    }
    let mut out = format!("{} (event {})\n", terminal.zone().full(at), state.last);
    let _ = writeln!(out, "{}", view::list(state));
    let count = |count: usize, what: &str| {
        if count == 0 {
            String::new()
        } else {
            format!("{what}: {count}\n")
        }
    };
    out += &count(state.outbox.open.len(), "texts on their way to you");
    let instructions = state
        .dispatches
        .lanes
        .values()
        .map(std::collections::VecDeque::len);
    out += &count(
        instructions.sum(),
        "instructions on their way into sessions",
    );
    for (source, fault) in &state.failed_sources {
        let name = projections::describe::words::source(*source);
        let _ = writeln!(out, "{name} fails: {fault}");
    }
    print(&out)?;
    Ok(Answer::Yes)
}

/// Whether a log that is read in pieces, with a state kept between them, means the same.
fn in_pieces(config: &Config, replay: &Replay, whole: &State) -> Result<bool, CommandError> {
    let piece = (whole.last.0 / 7).max(1);
    let (mut fold, mut left) = (Fold::default(), piece);
    let mut kept = true;
    each_entry(config, replay.file.as_deref(), &mut |entry| {
        if replay.to.is_some_and(|to| to.is_before(&entry)) {
            return false;
        }
        fold.take(&entry);
        left -= 1;
        if left == 0 {
            left = piece;
            let bytes = bincode::serialize(fold.state()).unwrap_or_default();
            match bincode::deserialize(&bytes) {
                Ok(state) => fold.machine = Machine::from(state),
                Err(_) => kept = false,
            }
        }
        kept
    })?;
    Ok(kept && fold.state() == whole && fold.state().digest() == whole.digest())
}

/// What holds at the end. A part of a log is not judged: what it builds on is missing.
fn summary(fold: &Fold, replay: &Replay, same: bool) -> Outcome {
    let state = fold.state();
    let mut violations = if fold.part {
        Vec::new()
    } else {
        check::violations(state)
    };
    if !same {
        violations.push("the log gives another state when it is read in pieces".into());
    }
    let digest = state.digest();
    let report = replay.file.as_deref().map(report_end);
    let report = report.and_then(|ends| ends.ok().flatten());
    let whole = report.filter(|ends| ends.entries == state.last.0);
    if let Some(ends) = whole.as_ref().filter(|ends| ends.digest_here != digest) {
        violations.push(format!(
            "the report says that its log gives {}",
            ends.digest_here
        ));
    }
    let mut out = String::new();
    if replay.form == Form::Json {
        let json = serde_json::json!({
            "events": state.last.0, "digest": digest, "part": fold.part, "violations": violations,
        });
        let _ = writeln!(out, "{json}");
    } else {
        let _ = writeln!(out, "events: {}\ndigest: {digest}", state.last);
        for what in &violations {
            let _ = writeln!(out, "violated: {what}");
        }
        if violations.is_empty() {
            let judged = if fold.part {
                "not checked (this is only part of a log)"
            } else {
                "all ok"
            };
            let _ = writeln!(out, "invariants: {judged}");
        }
        if let Some(ends) = whole {
            let _ = writeln!(out, "digest where the log comes from: {}", ends.digest);
        }
        if replay.verify && same {
            out += "verified: every entry is linked to the one before, and the log gives the same state when it is read in pieces\n";
        }
    }
    print(&out)?;
    Ok(if violations.is_empty() {
        Answer::Yes
    } else {
        Answer::No
    })
}

fn print(text: &str) -> Result<(), CommandError> {
    ui::data(text).map_err(|error| CommandError::failure("cannot write to stdout").because(error))
}
