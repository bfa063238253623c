//! The environment of the process, taken once. Everything that depends on it
//! takes this value as an argument, so that a test can say what the environment
//! is and no two readings can differ. It must never be printed: it holds the
//! owner's address and other people's secrets.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// A snapshot of environment variables.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

/// Whether text on a terminal gets colours: unless `NO_COLOR` is set, or the terminal is dumb.
pub fn colours() -> bool {
    let environment = Environment::of_this_process();
    let dumb = environment.get("TERM").is_none_or(|term| term == "dumb");
    environment.get("NO_COLOR").is_none() && !dumb
}

impl Environment {
    /// The environment of this process.
    pub fn of_this_process() -> Self {
        Self {
            variables: std::env::vars_os().collect(),
        }
    }

    /// Exactly these variables.
    pub fn of<K: Into<OsString>, V: Into<OsString>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let variables = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Self { variables }
    }

    /// The value of a variable. One that is set to nothing counts as not set,
    /// as shells and launchd leave such ones behind.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// The owner's home directory.
    pub fn home(&self) -> Option<PathBuf> {
        self.get("HOME").map(PathBuf::from)
    }

    /// Names of all variables that begin with `prefix`.
    pub fn names<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.variables
            .keys()
            .filter_map(|name| name.to_str())
            .filter(move |name| name.starts_with(prefix))
    }
}
