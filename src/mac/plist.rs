//! The definition of the launchd job. Written by the plist crate, read back and
//! compared, because launchd says only "5" about one that it cannot read. It never
//! holds a secret or an address: `launchctl print` shows all of it to everybody.

use super::Place;
use super::place::{BUNDLE, EXIT_TIME_OUT, LAUNCHER, THROTTLE};
use crate::config::variables::LABEL;
use crate::config::{Program, programs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// The job as launchd reads it. The names are launchd's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Job {
    label: String,
    program_arguments: Vec<String>,
    run_at_load: bool,
    /// Always: whoever wants it stopped boots it out.
    keep_alive: bool,
    throttle_interval: u64,
    exit_time_out: u64,
    process_type: String,
    /// Decimal; 63 is 077.
    umask: u32,
    working_directory: String,
    standard_out_path: String,
    standard_error_path: String,
    associated_bundle_identifiers: Vec<String>,
    environment_variables: BTreeMap<String, String>,
}

impl Job {
    /// The job of `place`. launchd passes on no variable of the shell, so the two
    /// that everything is found from are written down; by its label the agent knows
    /// that it is a job.
    pub fn of(place: &Place) -> io::Result<Self> {
        let log = place.logs().join("launchd.log");
        let variables = [
            ("CODEX_HOME", text(&place.codex_home)?),
            (LABEL, place.label.clone()),
            ("CODEX_IMESSAGE_STATE_DIR", text(&place.state_dir)?),
            ("LANG", "en_US.UTF-8".to_owned()),
            ("PATH", search_path(place)?),
        ];
        Ok(Self {
            label: place.label.clone(),
            program_arguments: vec![text(&place.installed_launcher())?],
            run_at_load: true,
            keep_alive: true,
            throttle_interval: THROTTLE,
            exit_time_out: EXIT_TIME_OUT,
            process_type: "Interactive".to_owned(),
            umask: 0o077,
            working_directory: text(&place.state_dir)?,
            standard_out_path: text(&log)?,
            standard_error_path: text(&log)?,
            associated_bundle_identifiers: vec![BUNDLE.to_owned()],
            environment_variables: variables
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
        })
    }

    /// The definition at `path`; `None` when there is none or it is not one of ours as they are now.
    pub fn read(path: &Path) -> Option<Self> {
        ::plist::from_file(path).ok()
    }

    /// Keys in which it differs from `other`. `PATH` does not count: it is what the
    /// shell had that wrote it.
    pub fn differs(&self, other: &Self) -> Vec<String> {
        let keys = |job: &Self| {
            let mut job = job.clone();
            job.environment_variables.remove("PATH");
            let value = ::plist::to_value(&job).ok();
            value.and_then(::plist::Value::into_dictionary)
        };
        let (Some(mine), Some(theirs)) = (keys(self), keys(other)) else {
            return vec!["cannot compare".to_owned()];
        };
        let differ = mine
            .iter()
            .filter(|(key, value)| theirs.get(key) != Some(value));
        differ.map(|(key, _)| key.clone()).collect()
    }

    /// What it starts.
    pub fn program(&self) -> &str {
        self.program_arguments.first().map_or("", String::as_str)
    }

    /// Writes it to `path`, whole or not at all, and reads it back.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut bytes = Vec::new();
        ::plist::to_writer_xml(&mut bytes, self).map_err(io::Error::other)?;
        super::app::replace(path, &bytes, 0o644)?;
        if Self::read(path).as_ref() == Some(self) {
            return Ok(());
        }
        Err(io::Error::other("it does not read back as written"))
    }
}

/// launchd takes no definition that is another's, or that others may write.
pub fn is_closed(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| {
        found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o022 == 0
    })
}

/// Is the definition at `path` one that starts our launcher, whatever else it says?
pub fn is_ours(path: &Path) -> bool {
    let read = ::plist::Value::from_file(path).ok();
    let first = read.as_ref().and_then(|value| {
        let arguments = value.as_dictionary()?.get("ProgramArguments")?;
        arguments.as_array()?.first()?.as_string()
    });
    first.is_some_and(|program| Path::new(program).file_name() == Some(LAUNCHER.as_ref()))
}

/// The system's directories, and those in which Codex and tmux are now: what Codex
/// itself starts, such as node, is beside it.
fn search_path(place: &Place) -> io::Result<String> {
    let mut dirs: Vec<String> = programs::SYSTEM.map(str::to_owned).into();
    for program in [Program::Codex, Program::Tmux] {
        let file = place.programs.find(program);
        let Some(dir) = file.as_deref().and_then(Path::parent) else {
            continue;
        };
        let dir = text(dir)?;
        // A colon would make two directories of it.
        if !dirs.contains(&dir) && !dir.contains(':') {
            dirs.push(dir);
        }
    }
    Ok(dirs.join(":"))
}

fn text(path: &Path) -> io::Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        io::Error::other(format!(
            "{} is not UTF-8, so a launchd plist cannot contain it",
            path.display()
        ))
    })
}
