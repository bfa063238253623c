//! Runs the system's own programs, one after another, each with a time budget.
//! What they print may hold the environment of a job, so it is handed to the
//! caller and never printed from here.

use super::Place;
use crate::config::Program;
use crate::effects::child::{Child, Ended};
use crate::error::CommandError;
use std::ffi::OsString;

/// How a program ended that could be run.
pub(super) struct Said {
    /// Its exit code; `None` when a signal or the budget ended it.
    pub(super) code: Option<i32>,
    /// Standard output.
    pub(super) out: String,
    /// Standard error.
    pub(super) err: String,
}

impl Said {
    pub(super) fn well(&self) -> bool {
        self.code == Some(0)
    }

    /// The last line of what went wrong, for people.
    pub(super) fn why(&self) -> String {
        let line = self.err.lines().rev().find(|line| !line.trim().is_empty());
        match (self.code, line) {
            (None, _) => "it timed out".to_owned(),
            (Some(code), None) => format!("exit code {code}"),
            (Some(code), Some(line)) => format!("exit code {code}: {}", line.trim()),
        }
    }
}

/// Runs `program` to its end.
pub(super) fn run<I, S>(place: &Place, program: Program, args: I) -> Result<Said, CommandError>
where
    I: IntoIterator<Item = S>,
    S: Into<OsString>,
{
    let name = program.name();
    let file = place.programs.find(program).ok_or_else(|| {
        CommandError::failure(format!("{name} not found")).hint(format!(
            "it comes with macOS; {} can set its path",
            program.variable()
        ))
    })?;
    let child = Child {
        program: file,
        args: args.into_iter().map(Into::into).collect(),
        stdin: Vec::new(),
        cwd: None,
        environment: Vec::new(),
        budget: place.pace.program,
    };
    let tasks = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::failure(format!("cannot wait for {name}")).because(error))?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let silent = Said {
        code: None,
        out: String::new(),
        err: String::new(),
    };
    match tasks.block_on(child.run()) {
        Ended::Exited { code, out, err } => Ok(Said {
            code: Some(code),
            out: text(out),
            err: text(err),
        }),
        Ended::Signalled { .. } | Ended::TimedOut => Ok(silent),
        Ended::NotStarted(error) => {
            Err(CommandError::failure(format!("cannot start {name}")).because(error))
        }
    }
}
