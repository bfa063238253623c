//! What runs in a pane: the process tree under it, which of it is Codex, and
//! which threads that Codex holds open.
//!
//! Read from `/proc` on Linux and from `ps` and `lsof` elsewhere. All of this is
//! a picture that is already old: it is taken anew for every command and never
//! kept. Only names and paths are read, never what a process was told.

use super::super::EffectsConfig;
use super::super::child::{Child, Ended};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

const BUDGET: Duration = Duration::from_secs(3);
/// What runs Codex when it was installed by npm, or as a script.
const RUNTIMES: [&str; 8] = [
    "node", "bun", "deno", "sh", "bash", "zsh", "python", "python3",
];
/// Subcommands under which Codex has no screen to type into.
const SCREENLESS: [&str; 6] = ["app-server", "exec", "e", "mcp-server", "queue", "proto"];

/// The processes of this machine.
pub(crate) struct Table(BTreeMap<u32, Process>);

struct Process {
    parent: u32,
    group: i64,
    /// The process group that its terminal listens to.
    front: i64,
    /// `None`: not read yet.
    args: Option<Vec<String>>,
}

/// A command line that is Codex.
struct Codex {
    /// The program itself, not what wraps it.
    native: bool,
    /// It has a screen: none of the subcommands that run without one.
    screen: bool,
}

impl Table {
    /// All processes, now.
    pub(crate) async fn read(config: &EffectsConfig) -> Result<Self, String> {
        if cfg!(target_os = "linux") {
            from_proc().map_err(|error| format!("/proc could not be read: {error}"))
        } else {
            from_ps(config).await
        }
    }

    /// Every Codex there is, with a screen or without.
    pub(crate) fn all_codex(&self) -> Vec<u32> {
        let codex = |(pid, process): (&u32, &Process)| codex(&process.args(*pid)).map(|_| *pid);
        self.0.iter().filter_map(codex).collect()
    }

    /// The Codex that has the terminal whose first process is `root`: itself
    /// and, for an npm installation, the wrapper around it. A Codex that runs
    /// inside another, or is stopped in the background, is none of these.
    pub(crate) fn codex_in_front(&self, root: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut waiting = vec![root];
        let mut seen = BTreeSet::new();
        while let Some(pid) = waiting.pop() {
            // A table that was read while processes ended may have a circle in it.
            let Some(process) = self.0.get(&pid).filter(|_| seen.insert(pid)) else {
                continue;
            };
            let codex = codex(&process.args(pid));
            let in_front = process.front > 0 && process.group == process.front;
            if codex.as_ref().is_some_and(|codex| codex.screen) && in_front {
                found.push(pid);
            }
            if !codex.is_some_and(|codex| codex.native) {
                waiting.extend(self.children(pid));
            }
        }
        found
    }

    fn children(&self, parent: u32) -> impl Iterator<Item = u32> + '_ {
        self.0
            .iter()
            .filter(move |(pid, process)| process.parent == parent && **pid != parent)
            .map(|(pid, _)| *pid)
    }
}

impl Process {
    fn args(&self, pid: u32) -> Vec<String> {
        self.args.clone().unwrap_or_else(|| {
            // A process that has gone meanwhile has no arguments, and is no Codex.
            let raw = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            raw.split(|byte| *byte == 0)
                .take(8)
                .map(|arg| String::from_utf8_lossy(arg).into_owned())
                .collect()
        })
    }
}

/// The files that each of the processes has open for writing. A Codex that starts
/// reads in the rollouts of others, and has to do with none of them.
pub(crate) async fn open_files(
    config: &EffectsConfig,
    pids: &[u32],
) -> Result<BTreeMap<u32, Vec<PathBuf>>, String> {
    if pids.is_empty() {
        Ok(BTreeMap::new())
    } else if cfg!(target_os = "linux") {
        Ok(pids.iter().map(|pid| (*pid, links(*pid))).collect())
    } else {
        from_lsof(config, pids).await
    }
}

fn links(pid: u32) -> Vec<PathBuf> {
    // A process that has gone meanwhile has nothing open.
    let Ok(entries) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        return Vec::new();
    };
    let written = |entry: std::io::Result<std::fs::DirEntry>| {
        let link = entry.ok()?.path();
        // The link's own permissions say how the file was opened.
        let mode = link.symlink_metadata().ok()?.permissions().mode();
        (mode & 0o200 != 0).then(|| std::fs::read_link(link).ok())?
    };
    entries.filter_map(written).collect()
}

/// One run for all, since a run takes long: `p` lines are processes, `f` lines begin
/// one of their files, `a` lines say how it is opened, `n` lines name it.
async fn from_lsof(
    config: &EffectsConfig,
    pids: &[u32],
) -> Result<BTreeMap<u32, Vec<PathBuf>>, String> {
    let list: Vec<String> = pids.iter().map(u32::to_string).collect();
    let listing = run(config, "lsof", &["-nPw", "-p", &list.join(","), "-Fan"]).await?;
    let mut files: BTreeMap<u32, Vec<PathBuf>> = BTreeMap::new();
    let mut current = None;
    let mut only_read = false;
    for line in listing.lines() {
        match (line.split_at_checked(1), current) {
            (Some(("p", pid)), _) => current = pid.parse().ok(),
            (Some(("f", _)), _) => only_read = false,
            (Some(("a", access)), _) => only_read = access == "r",
            (Some(("n", name)), Some(pid)) if !only_read => {
                files.entry(pid).or_default().push(PathBuf::from(name));
            }
            _ => {}
        }
    }
    Ok(files)
}

async fn from_ps(config: &EffectsConfig) -> Result<Table, String> {
    let columns = "pid=,ppid=,pgid=,tpgid=,command=";
    let listing = run(config, "ps", &["-axww", "-o", columns]).await?;
    Ok(Table(listing.lines().filter_map(from_ps_line).collect()))
}

fn from_proc() -> std::io::Result<Table> {
    let mut processes = BTreeMap::new();
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // Processes end while the directory is read.
        let Ok(stat) = std::fs::read(format!("/proc/{pid}/stat")) else {
            continue;
        };
        if let Some(process) = from_stat(&String::from_utf8_lossy(&stat)) {
            processes.insert(pid, process);
        }
    }
    Ok(Table(processes))
}

/// `pid (name) state ppid pgrp session tty_nr tpgid …`; the name may hold anything.
fn from_stat(stat: &str) -> Option<Process> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(1);
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    let front = fields.nth(2)?.parse().ok()?;
    Some(Process {
        parent,
        group,
        front,
        args: None,
    })
}

fn from_ps_line(line: &str) -> Option<(u32, Process)> {
    let mut words = line.split_ascii_whitespace();
    let pid = words.next()?.parse().ok()?;
    let process = Process {
        parent: words.next()?.parse().ok()?,
        group: words.next()?.parse().ok()?,
        front: words.next()?.parse().ok()?,
        args: Some(words.take(8).map(str::to_owned).collect()),
    };
    Some((pid, process))
}

/// Whether a command line is Codex. Names alone decide; they make a pane a
/// candidate, never the proof.
fn codex(args: &[String]) -> Option<Codex> {
    let (first, mut rest) = args.split_first()?;
    let native = is_codex(first);
    if !native {
        let script = rest.iter().position(|arg| !arg.starts_with('-'))?;
        if !is_runtime(first) || !is_codex(&rest[script]) {
            return None;
        }
        rest = &rest[script + 1..];
    }
    let screen = rest
        .first()
        .is_none_or(|sub| !SCREENLESS.contains(&sub.as_str()));
    Some(Codex { native, screen })
}

fn base(arg: &str) -> &str {
    let name = Path::new(arg).file_name().and_then(|name| name.to_str());
    name.unwrap_or(arg).trim_start_matches('-')
}

/// `codex`, or the name of a release binary such as `codex-aarch64-apple-darwin`.
fn is_codex(arg: &str) -> bool {
    let name = base(arg);
    name == "codex"
        || name == "codex.js"
        || name.starts_with("codex-x86_64-")
        || name.starts_with("codex-aarch64-")
}

fn is_runtime(arg: &str) -> bool {
    let name = base(arg);
    RUNTIMES.contains(&name) || name.starts_with("python3.")
}

async fn run(config: &EffectsConfig, program: &str, args: &[&str]) -> Result<String, String> {
    let child = Child {
        program: PathBuf::from(program),
        args: args.iter().map(Into::into).collect(),
        stdin: Vec::new(),
        cwd: None,
        environment: config.environment.clone(),
        budget: BUDGET,
    };
    match child.run().await {
        // lsof exits with 1 when one of several processes has gone.
        Ended::Exited { out, .. } if !out.is_empty() => {
            Ok(String::from_utf8_lossy(&out).into_owned())
        }
        Ended::Exited { code, .. } => Err(format!("{program} said nothing and exited with {code}")),
        Ended::Signalled { signal } => Err(format!("{program} was ended by signal {signal}")),
        Ended::TimedOut => Err(format!("{program} did not end in time")),
        Ended::NotStarted(error) => Err(format!("{program} could not be started: {error}")),
    }
}

#[cfg(test)]
mod tests;
