//! What runs in a pane: the process tree under it, and which of it is the Codex that reads
//! the terminal.
//!
//! tmux names a pane after the leader of the group in front, which may be anything that
//! started Codex: `caffeinate`, `mise`, a shell with one command line. So the processes
//! decide. Codex counts if it belongs to the group that its terminal listens to, if that
//! terminal is the pane's own, and if nothing else in that group reads it, such as an editor.
//!
//! All of this is a picture that is already old: it is taken anew for every command and
//! never kept. It comes from `ps`, which says the same on Linux and on macOS.

use super::super::EffectsConfig;
use super::super::child::{Child, Ended};
use super::super::screen::is_codex_name;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

const BUDGET: Duration = Duration::from_secs(3);
/// What runs Codex when it was installed by npm, or as a script.
const RUNTIMES: [&str; 9] = [
    "node", "bun", "deno", "sh", "bash", "zsh", "dash", "python", "python3",
];
/// What passes keys on, unchanged, to a terminal of its own.
const RELAYS: [&str; 9] = [
    "script",
    "sudo",
    "doas",
    "op",
    "ttyrec",
    "asciinema",
    "unbuffer",
    "rlwrap",
    "expect",
];
/// What reads the terminal for itself while it runs.
const READERS: [&str; 21] = [
    "vi",
    "vim",
    "nvim",
    "view",
    "vimdiff",
    "nano",
    "pico",
    "micro",
    "emacs",
    "emacsclient",
    "hx",
    "helix",
    "kak",
    "ed",
    "less",
    "more",
    "most",
    "man",
    "fzf",
    "top",
    "htop",
];
/// Subcommands under which Codex has no screen to type into.
const SCREENLESS: [&str; 6] = ["app-server", "exec", "e", "mcp-server", "queue", "proto"];

/// The processes of this machine.
pub(crate) struct Table {
    all: BTreeMap<u32, Process>,
    /// The name of the Codex that is configured, which may be any.
    configured: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Process {
    parent: u32,
    group: i64,
    /// The process group that its terminal listens to.
    front: i64,
    /// Its terminal; `?` or `??` where it has none.
    terminal: String,
    /// The program: a whole path on macOS, a name of at most 15 characters on Linux.
    program: String,
    /// Its command line, joined by blanks as `ps` does it.
    line: String,
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
        let tree = ["-axww", "-o", "pid=,ppid=,pgid=,tpgid=,tty=,comm="];
        let lines = ["-axww", "-o", "pid=,args="];
        let (tree, lines) = tokio::join!(run(config, "ps", &tree), run(config, "ps", &lines));
        let configured = base(&config.codex.to_string_lossy()).to_owned();
        Ok(Self::of(&tree?, &lines?, configured))
    }

    /// Joins the two answers of `ps`, each of which ends with what may hold blanks.
    fn of(tree: &str, lines: &str, configured: String) -> Self {
        let mut all: BTreeMap<u32, Process> = tree.lines().filter_map(from_tree).collect();
        for line in lines.lines() {
            let line = line.trim_start();
            let (pid, rest) = line.split_once(' ').unwrap_or((line, ""));
            if let Some(process) = pid.parse().ok().and_then(|pid: u32| all.get_mut(&pid)) {
                rest.trim().clone_into(&mut process.line);
            }
        }
        Self { all, configured }
    }

    /// Every Codex there is, with a screen or without.
    pub(crate) fn all_codex(&self) -> Vec<u32> {
        let codex = |(pid, process): (&u32, &Process)| self.codex(process).map(|_| *pid);
        self.all.iter().filter_map(codex).collect()
    }

    /// Every tmux server under which a Codex runs.
    pub(crate) fn servers_of_codex(&self) -> Vec<u32> {
        let above = self
            .all_codex()
            .into_iter()
            .flat_map(|pid| self.ancestors(pid));
        let servers = above.filter(|pid| self.all.get(pid).is_some_and(Process::is_tmux));
        let servers: BTreeSet<u32> = servers.collect();
        servers.into_iter().collect()
    }

    /// The Codex that reads the terminal whose first process is `root`: itself
    /// and, for an npm installation, the wrapper around it. A Codex that runs
    /// inside another, or is stopped in the background, is none of these.
    pub(crate) fn codex_in_front(&self, root: u32) -> Vec<u32> {
        let mut found = Vec::new();
        for pid in self.reading(root) {
            let codex = self.all.get(&pid).and_then(|process| self.codex(process));
            let inside = || self.ancestors(pid).any(|above| self.is_native(above));
            if codex.is_some_and(|codex| codex.screen) && !inside() {
                found.push(pid);
            }
        }
        found
    }

    /// Everything that may read the terminal whose first process is `root`; nothing where an
    /// editor or a pager is in front. It may wait for a Codex that it has started, but that
    /// cannot be seen.
    pub(crate) fn reading(&self, root: u32) -> Vec<u32> {
        let front = self.front(root);
        let reads = |pid: &u32| {
            let process = self.all.get(pid);
            process.is_some_and(|process| READERS.contains(&process.name()))
        };
        if front.iter().any(reads) {
            return Vec::new();
        }
        front
    }

    /// The processes under `root` that belong to the group in front of its terminal, or of
    /// one that a program in front has made and passes all keys on to.
    fn front(&self, root: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut waiting = vec![root];
        let mut seen = BTreeSet::new();
        while let Some(pid) = waiting.pop() {
            // A table that was read while processes ended may have a circle in it.
            let Some(process) = self.all.get(&pid).filter(|_| seen.insert(pid)) else {
                continue;
            };
            let in_front = process.front > 0 && process.group == process.front;
            if in_front {
                found.push(pid);
            }
            let relays = in_front && RELAYS.contains(&process.name());
            let below = self.all.iter().filter(|(child, below)| {
                below.parent == pid
                    && **child != pid
                    && (below.terminal == process.terminal || relays)
            });
            waiting.extend(below.map(|(child, _)| *child));
        }
        found.sort_unstable();
        found
    }

    fn ancestors(&self, pid: u32) -> impl Iterator<Item = u32> + '_ {
        let parent = |pid: &u32| self.all.get(pid).map(|process| process.parent);
        // As many steps as a circle can have.
        std::iter::successors(parent(&pid), move |pid| parent(pid)).take(64)
    }

    fn is_native(&self, pid: u32) -> bool {
        let codex = self.all.get(&pid).and_then(|process| self.codex(process));
        codex.is_some_and(|codex| codex.native)
    }

    /// Whether a process is Codex. Names alone decide; they make a pane a candidate, never
    /// the proof.
    fn codex(&self, process: &Process) -> Option<Codex> {
        let is_codex = |name: &str| {
            is_codex_name(name) || (!self.configured.is_empty() && name == self.configured)
        };
        let (first, rest) = process.split();
        // A script has its own name as its program's on Linux, and its runtime's in front.
        let (first, program) = (base(first), base(&process.program));
        let native = is_codex(first) || (!is_runtime(first) && is_codex(program));
        let rest = if native {
            rest
        } else if is_runtime(first) || is_runtime(program) {
            after_script(rest.trim_start(), is_codex)?
        } else {
            return None;
        };
        let sub = rest.split_whitespace().next().unwrap_or_default();
        let screen = !SCREENLESS.contains(&sub);
        Some(Codex { native, screen })
    }
}

impl Process {
    /// The program's name.
    fn name(&self) -> &str {
        base(&self.program)
    }

    /// On Linux a server has a name of its own.
    fn is_tmux(&self) -> bool {
        self.name() == "tmux" || self.program.starts_with("tmux:")
    }

    /// The command line as the program and the rest. A path may hold blanks; then the
    /// program's own name shows where it ends.
    fn split(&self) -> (&str, &str) {
        if self.program.starts_with('/') && self.line.starts_with(&self.program) {
            return self.line.split_at(self.program.len());
        }
        let word = self.line.find(' ').unwrap_or(self.line.len());
        let end = format!("/{}", self.name());
        let path = self
            .line
            .starts_with('/')
            .then(|| ends_of(&self.line, &end).next())
            .flatten();
        self.line
            .split_at(path.filter(|at| *at > word).unwrap_or(word))
    }
}

/// What follows the script that a runtime runs, if that is Codex.
fn after_script(mut rest: &str, is_codex: impl Fn(&str) -> bool) -> Option<&str> {
    while rest.starts_with('-') {
        let (option, more) = rest.split_once(' ')?;
        // `sh -c codex`, `node -e …`: what follows is no script but a command.
        if !option.starts_with("--") && option.contains(['c', 'e', 'p']) {
            return None;
        }
        rest = more.trim_start();
    }
    let (word, after) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
    if is_codex(base(word)) {
        return Some(after);
    }
    // `/Users/me/Library/Application Support/…/codex`: of the places where it may end, one
    // is a file.
    let ends = ["/codex", "/codex.js"]
        .into_iter()
        .flat_map(|end| ends_of(rest, end));
    let mut whole = ends.filter(|at| rest.starts_with('/') && Path::new(&rest[..*at]).is_file());
    whole.next().map(|at| &rest[at..])
}

/// Where a text has these words, followed by a blank or its end.
fn ends_of<'a>(text: &'a str, end: &'a str) -> impl Iterator<Item = usize> + 'a {
    let ends = text.match_indices(end).map(move |(at, _)| at + end.len());
    ends.filter(|at| text[*at..].is_empty() || text[*at..].starts_with(' '))
}

/// `pid ppid pgid tpgid tty comm`; the last may hold blanks.
fn from_tree(line: &str) -> Option<(u32, Process)> {
    let mut rest = line;
    let mut word = || {
        let (word, more) = rest.trim_start().split_once(' ')?;
        rest = more;
        Some(word)
    };
    let pid = word()?.parse().ok()?;
    let process = Process {
        parent: word()?.parse().ok()?,
        group: word()?.parse().ok()?,
        front: word()?.parse().ok()?,
        terminal: word()?.to_owned(),
        program: rest.trim().to_owned(),
        line: String::new(),
    };
    Some((pid, process))
}

/// The name at the end of a path; a login shell's begins with a dash.
fn base(path: &str) -> &str {
    path.rsplit('/')
        .next()
        .unwrap_or(path)
        .trim_start_matches('-')
}

fn is_runtime(name: &str) -> bool {
    RUNTIMES.contains(&name) || name.starts_with("python3.")
}

pub(super) async fn run(
    config: &EffectsConfig,
    program: &str,
    args: &[&str],
) -> Result<String, String> {
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
pub(super) mod tests;
