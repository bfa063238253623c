//! One check and how it came out.

use serde::Serialize;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It is not known.
    Unknown,
    /// It works, and something wants attention.
    Warn,
    /// It does not work.
    Fail,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name; it never changes its meaning.
    pub name: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// What was seen.
    pub evidence: String,
    /// What to do next, where something is to be done.
    pub next: Option<String>,
    /// Without it nobody can say whether the whole is healthy.
    pub decides: bool,
}

impl Check {
    pub(super) fn new(name: &'static str, verdict: Verdict, evidence: impl Into<String>) -> Self {
        Self {
            name,
            verdict,
            evidence: evidence.into(),
            next: None,
            decides: false,
        }
    }

    pub(super) fn ok(name: &'static str, evidence: impl Into<String>) -> Self {
        Self::new(name, Verdict::Ok, evidence)
    }

    pub(super) fn unknown(name: &'static str, evidence: impl Into<String>) -> Self {
        Self::new(name, Verdict::Unknown, evidence)
    }

    pub(super) fn warn(
        name: &'static str,
        evidence: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self::new(name, Verdict::Warn, evidence).then(next)
    }

    pub(super) fn fail(
        name: &'static str,
        evidence: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self::new(name, Verdict::Fail, evidence).then(next)
    }

    pub(super) fn then(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    pub(super) fn decides(mut self) -> Self {
        self.decides = true;
        self
    }
}
