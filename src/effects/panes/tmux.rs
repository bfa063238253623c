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
use events::Pane;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

const BUDGET: Duration = Duration::from_secs(2);
/// Numbers first, what others can write last, one blank between: a title may hold anything.
const PANE: &str = "#{pane_id} #{pane_pid} #{pane_in_mode} #{alternate_on} #{cursor_flag} \
                    #{cursor_x} #{cursor_y} #{pane_width} #{pane_height} #{pane_dead} #{pane_title}";

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
    /// All but what it shows.
    outline: Capture,
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
        let out = self.run(&[&["list-panes", "-a", "-F", PANE]], &[]).await?;
        let panes = out.lines().filter_map(|line| self.listed(line));
        Ok(panes.filter(|pane| !pane.dead).collect())
    }

    /// What a pane shows, and its first process.
    pub(crate) async fn look(&self, pane: &str) -> Result<(u32, Capture), Trouble> {
        let commands: [&[&str]; 4] = [
            &["display-message", "-p", "-t", pane, PANE],
            &[
                "display-message",
                "-p",
                "-t",
                pane,
                "#{pane_current_command}",
            ],
            &["capture-pane", "-p", "-t", pane],
            &["capture-pane", "-p", "-e", "-t", pane],
        ];
        let out = self.run(&commands, &[]).await?;
        self.seen(pane, &out)
            .ok_or_else(|| Trouble::Refused(format!("{pane} could not be captured")))
    }

    /// Pastes `text` as one bracketed paste. The buffer is named for the command and gone afterwards.
    pub(super) async fn paste(&self, pane: &str, name: &str, text: &str) -> Result<(), Trouble> {
        let commands: [&[&str]; 2] = [
            &["load-buffer", "-b", name, "-"],
            &["paste-buffer", "-p", "-r", "-d", "-b", name, "-t", pane],
        ];
        let pasted = self.run(&commands, text.as_bytes()).await;
        if pasted.is_err() {
            // What was not pasted must not lie about; an answer that there is no such buffer is fine.
            let _gone = self.run(&[&["delete-buffer", "-b", name]], &[]).await;
        }
        pasted.map(drop)
    }

    /// Presses one key: `Enter`, or a digit.
    pub(super) async fn press(&self, pane: &str, key: &str) -> Result<(), Trouble> {
        let out = self.run(&[&["send-keys", "-t", pane, key]], &[]).await;
        out.map(drop)
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
            Ended::Exited { err, .. } => Err(Trouble::Refused(
                String::from_utf8_lossy(&err)
                    .trim()
                    .chars()
                    .take(200)
                    .collect(),
            )),
            Ended::Signalled { signal } => Err(Trouble::Silent(format!("signal {signal}"))),
            Ended::TimedOut => Err(Trouble::Silent("no answer in time".to_owned())),
            Ended::NotStarted(error) => Err(Trouble::NotStarted(error.to_string())),
        }
    }

    fn listed(&self, line: &str) -> Option<Listed> {
        let mut fields = line.splitn(11, ' ');
        let id = fields.next().filter(|id| id.starts_with('%'))?.to_owned();
        let root = fields.next()?.parse().ok()?;
        let mut flag = || Some(fields.next()? != "0");
        let (in_mode, alternate, cursor_visible) = (flag()?, flag()?, flag()?);
        let mut number = || fields.next()?.parse().ok();
        let cursor = (number()?, number()?);
        let (width, height) = (number()?, number()?);
        let dead = fields.next()? != "0";
        let socket = self.socket.clone();
        Some(Listed {
            pane: Pane { socket, id },
            root,
            dead,
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

    /// Takes apart what [`Self::look`] asked for; `None` when a line is missing or too many.
    fn seen(&self, pane: &str, out: &str) -> Option<(u32, Capture)> {
        let mut rows = out.lines();
        let listed = self.listed(rows.next()?)?;
        let command = rows.next()?.to_owned();
        let rows: Vec<String> = rows.map(str::to_owned).collect();
        let height = usize::from(listed.outline.height);
        if listed.pane.id != pane || listed.dead || rows.len() != height * 2 {
            return None;
        }
        let (lines, styled) = rows.split_at(height);
        let capture = Capture {
            lines: lines.to_vec(),
            styled: Some(styled.to_vec()),
            command,
            ..listed.outline
        };
        Some((listed.root, capture))
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
