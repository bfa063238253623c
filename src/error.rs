//! How a command ends when it does not end well: what happened, why, and what to
//! do next, as sentences. Exit codes: 0 done, 1 the answer is no, 2 it failed or
//! was asked wrongly. Message text and addresses must not get in here, as what
//! is in here is printed.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

/// How a command ended that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Done; exit code 0.
    Yes,
    /// Done, and the answer is no (a check that does not hold); exit code 1.
    No,
}

impl From<Answer> for ExitCode {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Yes => Self::SUCCESS,
            Answer::No => Self::from(1),
        }
    }
}

/// What every command returns.
pub type Outcome = Result<Answer, CommandError>;

/// What sort of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It was asked wrongly, or a setting is missing or makes no sense.
    Usage,
    /// The work failed.
    Failure,
}

/// A failure, its causes and what helps.
#[derive(Debug)]
pub struct CommandError {
    kind: Kind,
    what: String,
    source: Option<Box<dyn Error + Send + Sync>>,
    hints: Vec<String>,
}

impl CommandError {
    /// It was asked wrongly.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Kind::Usage, what.into())
    }

    /// The work failed.
    pub fn failure(what: impl Into<String>) -> Self {
        Self::new(Kind::Failure, what.into())
    }

    fn new(kind: Kind, what: String) -> Self {
        Self {
            kind,
            what,
            source: None,
            hints: Vec::new(),
        }
    }

    /// Names the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The exit code of every failure.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(2)
    }

    /// The whole of it for people: what, because of what, and what helps.
    pub fn report(&self) -> String {
        let mut report = format!("error: {}\n", self.what);
        let mut cause: Option<&dyn Error> =
            self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = cause {
            let _ = writeln!(report, "  because {error}");
            cause = error.source();
        }
        for hint in &self.hints {
            let _ = writeln!(report, "hint: {hint}");
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_tells_the_whole_chain_and_the_hints_in_order() {
        let inner = std::io::Error::other(std::fmt::Error);
        let error = CommandError::failure("the log cannot be opened")
            .because(inner)
            .hint("stop the other process")
            .hint("or wait");
        let cause = std::fmt::Error;
        assert_eq!(
            error.report(),
            format!(
                "error: the log cannot be opened\n  because {cause}\nhint: stop the other process\nhint: or wait\n"
            )
        );
        assert_eq!(error.kind(), Kind::Failure);
    }
}
