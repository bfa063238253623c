//! Talking to one tmux server.
//!
//! Every call is one run of the `tmux` program with all its commands, so that
//! the server carries them out back to back and few processes are started. Text
//! goes in on standard input and into a private buffer; nothing that anybody
//! wrote is ever a key name, a format or a tmux command. Panes are addressed by
//! their bare `%N`.

use super::super::EffectsConfig;
use super::super::child::{Child, Ended};
use super::super::screen::Capture;
use super::keys;
use crate::clock::wall;
use crate::ingress::cut::whole_words;
use events::{Pane, Span, Wall};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

const BUDGET: Duration = Duration::from_secs(2);
/// Numbers first, what others can write last, one blank between: a title may hold anything.
const PANE: &str = "#{pane_id} #{pane_pid} #{pane_in_mode} #{alternate_on} #{cursor_flag} \
                    #{cursor_x} #{cursor_y} #{pane_width} #{pane_height} #{pane_dead}";

/// The format of a pane: [`PANE`], whether keys reach it alone, its title.
fn pane_format() -> String {
    format!("{PANE} {} #{{pane_title}}", keys::STATE)
}

/// One server, by its socket.
#[derive(Clone)]
pub(crate) struct Tmux {
    config: EffectsConfig,
    socket: String,
}

/// Why a tmux call did not work.
pub(crate) enum Trouble {
    /// tmux answered that it cannot: nothing was done.
    Refused(String),
    /// tmux did not answer: what was done is not known.
    Silent(String),
    /// tmux could not be started.
    NotStarted(String),
}

/// A pane as its server lists it.
pub(crate) struct Listed {
    /// Where it is.
    pub(crate) pane: Pane,
    /// Its first process.
    pub(crate) root: u32,
    dead: bool,
    /// Whether keys reach it alone, as [`keys::STATE`] says.
    keys: String,
    /// All but what it shows.
    outline: Capture,
}

/// A pane at one moment.
pub(crate) struct Look {
    /// Its first process.
    pub(crate) root: u32,
    /// What it shows.
    pub(crate) capture: Capture,
    /// Why no key may go there, whatever it shows.
    pub(crate) hindrance: Option<&'static str>,
}

impl Listed {
    /// Its title.
    pub(crate) fn title(&self) -> &str {
        &self.outline.title
    }
}

impl Tmux {
    pub(crate) fn at(config: &EffectsConfig, socket: &str) -> Self {
        Self {
            config: config.clone(),
            socket: socket.to_owned(),
        }
    }

    /// Every living pane of the server.
    pub(super) async fn panes(&self) -> Result<Vec<Listed>, Trouble> {
        let format = pane_format();
        let list = ["list-panes", "-a", "-F", &format];
        let out = self.run(&[&list], &[]).await?;
        let panes = out.lines().filter_map(|line| self.listed(line));
        // A pane is listed once for each session that its window is in.
        let mut ids = BTreeSet::new();
        let mut panes: Vec<Listed> = panes.filter(|pane| !pane.dead).collect();
        panes.retain(|pane| ids.insert(pane.pane.id.clone()));
        Ok(panes)
    }

    /// What a pane shows, and whether keys would reach it alone, at one moment.
    pub(crate) async fn look(&self, pane: &str) -> Result<Look, Trouble> {
        let format = pane_format();
        let commands: [&[&str]; 5] = [
            &["display-message", "-p", "-t", pane, &format],
            &[
                "display-message",
                "-p",
                "-t",
                pane,
                "#{pane_current_command}",
            ],
            &["capture-pane", "-p", "-t", pane],
            &["capture-pane", "-p", "-e", "-t", pane],
            &["list-clients", "-t", pane, "-F", "#{client_flags}"],
        ];
        let out = self.run(&commands, &[]).await?;
        self.seen(pane, &out)
            .ok_or_else(|| Trouble::Refused(format!("{pane} could not be captured")))
    }

    /// Pastes `text` as one bracketed paste, if it reaches this pane alone. The buffer is
    /// named for the command and gone afterwards.
    pub(super) async fn paste(
        &self,
        pane: &str,
        root: u32,
        name: &str,
        text: &str,
    ) -> Result<(), Trouble> {
        let paste = format!("paste-buffer -p -r -d -b {name} -t {pane}");
        let load = ["load-buffer", "-b", name, "-"];
        let pasted = self.guarded(&[&load], pane, root, &paste, text).await;
        if pasted.is_err() {
            // What was not pasted must not lie about; an answer that there is no such buffer is fine.
            let _gone = self.run(&[&["delete-buffer", "-b", name]], &[]).await;
        }
        pasted
    }

    /// Presses one key, `Enter` or a digit, if it reaches this pane alone.
    pub(super) async fn press(&self, pane: &str, root: u32, key: &str) -> Result<(), Trouble> {
        let press = format!("send-keys -t {pane} {key}");
        self.guarded(&[], pane, root, &press, "").await
    }

    /// Runs a command that puts something into a pane, if it reaches this pane alone.
    async fn guarded(
        &self,
        before: &[&[&str]],
        pane: &str,
        root: u32,
        command: &str,
        stdin: &str,
    ) -> Result<(), Trouble> {
        let probe = keys::probe(pane);
        let guarded = keys::only_if_alone(pane, root, command);
        let guarded = guarded.each_ref().map(String::as_str);
        let mut commands = before.to_vec();
        commands.extend([&probe[..], &guarded[..]]);
        let printed = self.run(&commands, stdin.as_bytes()).await?;
        match keys::refused(&printed) {
            Some(why) => Err(Trouble::Refused(why)),
            None => Ok(()),
        }
    }

    /// Runs commands in one go and returns what they print.
    pub(crate) async fn run(&self, commands: &[&[&str]], stdin: &[u8]) -> Result<String, Trouble> {
        // UTF-8 whatever the locale of this process: launchd sets none.
        let mut args: Vec<OsString> = vec!["-u".into(), "-S".into(), self.socket.clone().into()];
        for (nth, command) in commands.iter().enumerate() {
            if nth > 0 {
                args.push(";".into());
            }
            args.extend(command.iter().map(|arg| literal(arg)));
        }
        let child = Child {
            program: self.config.tmux.clone(),
            args,
            stdin: stdin.to_vec(),
            cwd: None,
            environment: self.config.environment.clone(),
            budget: BUDGET,
        };
        match child.run().await {
            Ended::Exited { code: 0, out, .. } => Ok(String::from_utf8_lossy(&out).into_owned()),
            Ended::Exited { err, .. } => {
                let said = String::from_utf8_lossy(&err);
                Err(Trouble::Refused(whole_words(said.trim(), 200).to_owned()))
            }
            Ended::Signalled { signal } => Err(Trouble::Silent(format!("signal {signal}"))),
            Ended::TimedOut => Err(Trouble::Silent("no answer in time".to_owned())),
            Ended::NotStarted(error) => Err(Trouble::NotStarted(error.to_string())),
        }
    }

    fn listed(&self, line: &str) -> Option<Listed> {
        let mut fields = line.splitn(12, ' ');
        let id = fields.next().filter(|id| id.starts_with('%'))?.to_owned();
        let root = fields.next()?.parse().ok()?;
        let mut flag = || Some(fields.next()? != "0");
        let (in_mode, alternate, cursor_visible) = (flag()?, flag()?, flag()?);
        let mut number = || fields.next()?.parse().ok();
        let cursor = (number()?, number()?);
        let (width, height) = (number()?, number()?);
        let dead = fields.next()? != "0";
        let keys = fields.next()?.to_owned();
        let socket = self.socket.clone();
        Some(Listed {
            pane: Pane { socket, id },
            root,
            dead,
            keys,
            outline: Capture {
                title: fields.next().unwrap_or_default().to_owned(),
                cursor,
                cursor_visible,
                alternate,
                in_mode,
                width,
                height,
                ..Capture::default()
            },
        })
    }

    /// Takes apart what [`Self::look`] asked for; `None` when a line is missing.
    fn seen(&self, pane: &str, out: &str) -> Option<Look> {
        let mut rows = out.lines();
        let listed = self.listed(rows.next()?)?;
        let command = rows.next()?.to_owned();
        let rows: Vec<String> = rows.map(str::to_owned).collect();
        let height = usize::from(listed.outline.height);
        if listed.pane.id != pane || listed.dead || rows.len() < height * 2 {
            return None;
        }
        let (screen, clients) = rows.split_at(height * 2);
        let (lines, styled) = screen.split_at(height);
        let capture = Capture {
            lines: lines.to_vec(),
            styled: Some(styled.to_vec()),
            command,
            ..listed.outline
        };
        let hindrance = keys::hindrance(&listed.keys).or_else(|| keys::locked(clients));
        Some(Look {
            root: listed.root,
            capture,
            hindrance,
        })
    }
}

/// tmux takes a `;` at the end of an argument for the end of a command.
fn literal(arg: &str) -> OsString {
    match arg.strip_suffix(';') {
        Some(head) => format!("{head}\\;").into(),
        None => arg.into(),
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(why) | Self::Silent(why) | Self::NotStarted(why) => f.write_str(why),
        }
    }
}

/// The sockets on which a server may listen: those named, then all of this
/// user's in tmux's own directory, which nobody else may write to.
pub(super) fn sockets(config: &EffectsConfig, named: &[Pane]) -> Vec<String> {
    let mut found: Vec<String> = named.iter().map(|pane| pane.socket.clone()).collect();
    found.extend(
        config
            .tmux_socket
            .iter()
            .map(|path| path.display().to_string()),
    );
    found.extend(in_directory(&config.tmux_directory()));
    let mut unique: Vec<String> = Vec::new();
    for socket in found.iter().map(|socket| real(socket)) {
        if !unique.contains(&socket) {
            unique.push(socket);
        }
    }
    unique.truncate(32);
    unique
}

/// How long ago a terminal that is attached to one of the servers was touched.
pub(crate) async fn clients(config: &EffectsConfig, budget: Duration) -> Option<Span> {
    let mut asked = JoinSet::new();
    for socket in sockets(config, &[]) {
        let tmux = Tmux::at(config, &socket);
        asked.spawn(async move {
            let list = ["list-clients", "-F", "#{client_activity}"];
            tmux.run(&[&list], &[]).await.unwrap_or_default()
        });
    }
    let mut newest = None;
    let read = async {
        while let Some(listing) = asked.join_next().await {
            let listing = listing.unwrap_or_default();
            newest = listing
                .lines()
                .filter_map(|at| at.trim().parse::<i64>().ok())
                .chain(newest)
                .max();
        }
    };
    // A server that hangs is none that somebody sits at.
    let _ = timeout(budget, read).await;
    let touched = newest?.saturating_mul(1000);
    Some(Wall(touched).until(wall()))
}

/// One name for one socket: on a Mac `/tmp` is `/private/tmp`, and both are used.
pub(super) fn real(socket: &str) -> String {
    std::fs::canonicalize(socket)
        .map_or_else(|_| socket.to_owned(), |path| path.display().to_string())
}

fn in_directory(directory: &Path) -> Vec<String> {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let user = rustix::process::getuid().as_raw();
    // The same that tmux itself demands of it.
    let closed = |mode: u32| mode.trailing_zeros() >= 3;
    let ours = |meta: &std::fs::Metadata| meta.uid() == user && closed(meta.mode());
    if !directory
        .symlink_metadata()
        .is_ok_and(|meta| meta.is_dir() && ours(&meta))
    {
        return Vec::new();
    }
    let Ok(entries) = directory.read_dir() else {
        return Vec::new();
    };
    let mut sockets: Vec<String> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let meta = entry.path().symlink_metadata().ok()?;
            (meta.file_type().is_socket() && meta.uid() == user)
                .then(|| entry.path().display().to_string())
        })
        .collect();
    sockets.sort();
    sockets
}
