//! What runs in a pane: the process tree under it, which of it is Codex, and
//! which threads that Codex holds open.
//!
//! Read from `/proc` on Linux and from `ps` and `lsof` elsewhere. All of this is
//! a picture that is already old: it is taken anew for every command and never
//! kept. Only names and paths are read, never what a process was told.

use super::super::EffectsConfig;
use super::super::child::{Child, Ended};
use std::collections::BTreeMap;
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
            return from_proc().map_err(|error| format!("/proc could not be read: {error}"));
        }
        let columns = "pid=,ppid=,pgid=,tpgid=,command=";
        let listing = run(config, "ps", &["-axww", "-o", columns]).await?;
        Ok(Self(listing.lines().filter_map(from_ps).collect()))
    }

    /// The Codex that has the terminal whose first process is `root`: itself
    /// and, for an npm installation, the wrapper around it. A Codex that runs
    /// inside another, or is stopped in the background, is none of these.
    pub(crate) fn codex_in_front(&self, root: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut waiting = vec![root];
        while let Some(pid) = waiting.pop() {
            let Some(process) = self.0.get(&pid) else {
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
            // A table that was read while processes ended may have a circle in it.
            if found.len() > 16 || waiting.len() > self.0.len() {
                return Vec::new();
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

/// Every file that the processes have open for writing. A Codex that starts reads
/// in the rollouts of others, and has to do with none of them.
pub(crate) async fn open_files(
    config: &EffectsConfig,
    pids: &[u32],
) -> Result<Vec<PathBuf>, String> {
    if pids.is_empty() {
        return Ok(Vec::new());
    }
    if cfg!(target_os = "linux") {
        return Ok(pids.iter().flat_map(|pid| links(*pid)).collect());
    }
    let list = pids
        .iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(",");
    let listing = run(config, "lsof", &["-nPw", "-p", &list, "-Fan"]).await?;
    Ok(from_lsof(&listing).collect())
}

fn links(pid: u32) -> Vec<PathBuf> {
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

/// Of each open file a line `f` and its number, `a` and how it is opened, `n` and its name.
fn from_lsof(listing: &str) -> impl Iterator<Item = PathBuf> + '_ {
    let mut only_read = false;
    listing.lines().filter_map(move |line| {
        match line.split_at_checked(1)? {
            ("f", _) => only_read = false,
            ("a", access) => only_read = access == "r",
            ("n", name) if name.starts_with('/') && !only_read => return Some(name.into()),
            _ => {}
        }
        None
    })
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

fn from_ps(line: &str) -> Option<(u32, Process)> {
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
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_only_read_is_nobodys() {
        let dir = tempfile::tempdir().expect("dir");
        let [read, written] = ["read", "written"].map(|name| dir.path().join(name));
        std::fs::write(&read, "").expect("file");
        let _reader = std::fs::File::open(&read).expect("open");
        let _writer = std::fs::File::create(&written).expect("open");
        if cfg!(target_os = "linux") {
            let open = links(std::process::id());
            let real = |path: &Path| path.canonicalize().expect("there");
            assert!(open.contains(&real(&written)) && !open.contains(&real(&read)));
        }
        let listing =
            "p12\nfcwd\na \nn/dir\nf4\nar\nn/read\nf5\nau\nn/both\nf6\naw\nn/w\nf7\nnpipe\n";
        let open: Vec<_> = from_lsof(listing).collect();
        assert_eq!(open, ["/dir", "/both", "/w"].map(PathBuf::from));
    }
}
