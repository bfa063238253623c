//! Which pane holds a session, beyond doubt, or why none is known to.
//!
//! Keys that reach the wrong pane can run commands, so a guess is no proof: not
//! a directory, not a program's name, not what worked last time. In order: the
//! pane's Codex holds the thread's lock or rollout open; its title names the
//! thread; notify once saw the session in it, and nothing speaks against it.

use super::files::{open_files, tmux_sockets};
use super::processes::Table;
use super::threads::{Held, Titled, titled};
use super::tmux::{Listed, Tmux, Trouble, real, sockets};
use crate::effects::EffectsConfig;
use events::{Pane, SessionId};
use std::fmt;
use std::path::Path;
use tokio::task::JoinSet;

/// More tmux servers than anybody runs.
const MOST_SERVERS: usize = 64;

/// A pane that holds the session.
pub(super) struct Proven {
    /// Where.
    pub(super) pane: Pane,
    /// Its first process when the proof was made.
    pub(super) root: u32,
    /// The Codex that reads its terminal.
    pub(super) codex: Vec<u32>,
}

/// What is known of a pane in which Codex is in front.
struct Candidate {
    listed: Listed,
    codex: Vec<u32>,
    held: Held,
    titled: Titled,
    hinted: bool,
}

/// What speaks for a candidate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ground {
    Lock,
    Title,
    Hint,
}

/// Looks at every pane there is.
pub(super) async fn find(
    config: &EffectsConfig,
    session: &SessionId,
    hints: &[Pane],
) -> Result<Proven, String> {
    let mut servers = Servers::new(config);
    servers.ask(&sockets(config, hints));
    // The processes are read while the servers answer.
    let table = Table::read(config).await?;
    servers.ask(&tmux_sockets(config, &table.servers_of_codex()).await);
    let (panes, looked) = servers.answers().await;
    let candidates = candidates(config, &table, panes, session, hints).await?;
    let locks = has_lock_file(&config.codex_home, session);
    choose(candidates, session, locks).map_err(|why| format!("{looked}; {why}"))
}

/// The tmux servers that are asked, all at once.
struct Servers<'a> {
    config: &'a EffectsConfig,
    asked: Vec<String>,
    answers: JoinSet<Result<Vec<Listed>, Trouble>>,
}

impl<'a> Servers<'a> {
    fn new(config: &'a EffectsConfig) -> Self {
        Self {
            config,
            asked: Vec::new(),
            answers: JoinSet::new(),
        }
    }

    /// Asks each of these servers, once.
    fn ask(&mut self, sockets: &[String]) {
        for socket in sockets.iter().map(|socket| real(socket)) {
            if self.asked.contains(&socket) || self.asked.len() >= MOST_SERVERS {
                continue;
            }
            let tmux = Tmux::at(self.config, &socket);
            self.answers.spawn(async move { tmux.panes().await });
            self.asked.push(socket);
        }
    }

    /// All panes, and in words where they were looked for.
    async fn answers(mut self) -> (Vec<Listed>, String) {
        let mut panes = Vec::new();
        let mut silent = Vec::new();
        while let Some(answer) = self.answers.join_next().await {
            match answer {
                Ok(Ok(listed)) => panes.extend(listed),
                Ok(Err(trouble)) => silent.push(trouble.to_string()),
                Err(error) => silent.push(error.to_string()),
            }
        }
        let mut looked = format!("{} tmux panes were looked at", panes.len());
        if panes.is_empty() {
            let places = if self.asked.is_empty() {
                format!("no socket in {}", self.config.tmux_directory().display())
            } else {
                format!("on {}", self.asked.join(", "))
            };
            looked = format!("{looked}, {places}, and no other tmux server runs");
        }
        if panes.is_empty() && !silent.is_empty() {
            looked = format!("{looked} (tmux: {})", silent.join("; "));
        }
        (panes, looked)
    }
}

/// The panes with Codex in front, and what is known of each.
async fn candidates(
    config: &EffectsConfig,
    table: &Table,
    panes: Vec<Listed>,
    session: &SessionId,
    hints: &[Pane],
) -> Result<Vec<Candidate>, String> {
    // Where no name is Codex's, whatever reads the terminal may be: its files will tell.
    let panes = panes.into_iter().map(|pane| {
        let named = table.codex_in_front(pane.root);
        let nameless = named.is_empty();
        let pids = if nameless {
            table.reading(pane.root)
        } else {
            named
        };
        (pids, nameless, pane)
    });
    let panes: Vec<(Vec<u32>, bool, Listed)> = panes.collect();
    let all: Vec<u32> = panes.iter().flat_map(|(pids, ..)| pids.clone()).collect();
    let files = open_files(config, &all).await?;
    let is = |hint: &Pane, pane: &Pane| hint.id == pane.id && real(&hint.socket) == pane.socket;
    let candidates = panes.into_iter().filter_map(|(pids, nameless, listed)| {
        let files = pids.iter().filter_map(|pid| files.get(pid)).flatten();
        let held = Held::among(&config.codex_home, files);
        if pids.is_empty() || (nameless && !held.holds(session)) {
            return None;
        }
        Some(Candidate {
            held,
            titled: titled(listed.title(), session),
            hinted: hints.iter().any(|hint| is(hint, &listed.pane)),
            codex: pids,
            listed,
        })
    });
    Ok(candidates.collect())
}

/// The one candidate on the firmest ground.
fn choose(candidates: Vec<Candidate>, session: &SessionId, locks: bool) -> Result<Proven, Reasons> {
    let mut reasons = Reasons(Vec::new());
    let mut proven: Vec<(Ground, Candidate)> = Vec::new();
    for candidate in candidates {
        match candidate.ground(session, locks) {
            Ok(ground) => proven.push((ground, candidate)),
            Err(why) => reasons.0.push(format!("{} {why}", candidate.listed.pane)),
        }
    }
    proven.sort_by_key(|(ground, _)| *ground);
    let firmest = proven.first().map(|(ground, _)| *ground);
    proven.retain(|(ground, _)| Some(*ground) == firmest);
    if proven.len() > 1 {
        let all = proven.iter().map(|(_, candidate)| &candidate.listed.pane);
        reasons.0 = all
            .map(|pane| format!("{pane} is one of several that fit"))
            .collect();
        return Err(reasons);
    }
    proven.pop().map_or(Err(reasons), |(_, candidate)| {
        Ok(Proven {
            root: candidate.listed.root,
            codex: candidate.codex,
            pane: candidate.listed.pane,
        })
    })
}

/// Whether a proven pane is the session's still, by its title and by what its Codex has
/// open now. This is cheaper than looking for it again.
pub(super) async fn still(
    config: &EffectsConfig,
    session: &SessionId,
    proven: &Proven,
    title: &str,
) -> Result<bool, String> {
    let files = open_files(config, &proven.codex).await?;
    let files: Vec<_> = files.into_values().flatten().collect();
    let held = Held::among(&config.codex_home, &files);
    let locks = has_lock_file(&config.codex_home, session);
    // A hint that counted before the look counts after it; a Codex that has ended has no files.
    let ground = ground(&held, titled(title, session), true, session, locks);
    Ok(!files.is_empty() && ground.is_ok())
}

impl Candidate {
    /// What speaks for this pane, or what is missing or against it.
    fn ground(&self, session: &SessionId, locks: bool) -> Result<Ground, &'static str> {
        ground(&self.held, self.titled, self.hinted, session, locks)
    }
}

fn ground(
    held: &Held,
    titled: Titled,
    hinted: bool,
    session: &SessionId,
    locks: bool,
) -> Result<Ground, &'static str> {
    let others = held.visible().any(|(thread, _)| thread != session.as_str());
    match titled {
        Titled::Another => Err("says in its title that it shows another thread"),
        Titled::This if held.holds(session) => Ok(Ground::Lock),
        Titled::This if others => Err("has the title of this thread, but holds another one"),
        Titled::This => Ok(Ground::Title),
        Titled::None if others && held.holds(session) => {
            Err("holds this thread and others, and its title does not say which it shows")
        }
        Titled::None if others => Err("holds another thread"),
        Titled::None if held.holds(session) => Ok(Ground::Lock),
        // A Codex that locks its threads would hold this one's lock if it had the
        // thread itself; without it, it is a client of the daemon and may show any.
        Titled::None if hinted && locks => Err("had this session once, but does not hold it now"),
        Titled::None if hinted => Ok(Ground::Hint),
        Titled::None => Err("runs Codex, but nothing says for which thread"),
    }
}

/// Whether any Codex of this user, on a screen or not, has the session open.
pub(crate) async fn is_held(config: &EffectsConfig, session: &SessionId) -> Result<bool, String> {
    let codex = Table::read(config).await?.all_codex();
    let files = open_files(config, &codex).await?;
    Ok(Held::among(&config.codex_home, files.values().flatten()).holds(session))
}

/// The pane that shows the session, or why none is known to.
pub(crate) async fn pane_of(
    config: &EffectsConfig,
    session: &SessionId,
    hints: &[Pane],
) -> Result<Pane, String> {
    find(config, session, hints).await.map(|proven| proven.pane)
}

/// The pane whose own Codex has the session open. A pane that only names it in its title may show
/// what another Codex has.
pub(crate) async fn holder(config: &EffectsConfig, session: &SessionId) -> Option<Pane> {
    let proven = find(config, session, &[]).await.ok()?;
    let files = open_files(config, &proven.codex).await.ok()?;
    let held = Held::among(&config.codex_home, files.values().flatten());
    held.holds(session).then_some(proven.pane)
}

fn has_lock_file(codex_home: &Path, session: &SessionId) -> bool {
    let id = session.as_str();
    !id.contains('/')
        && codex_home
            .join("thread-writer-locks")
            .join(format!("{id}.lock"))
            .exists()
}

/// Why each candidate was passed over.
struct Reasons(Vec<String>);

impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("in none of them Codex reads the terminal");
        }
        let shown = self
            .0
            .iter()
            .take(4)
            .cloned()
            .collect::<Vec<_>>()
            .join("; ");
        let more = self.0.len().saturating_sub(4);
        f.write_str(&shown)?;
        if more > 0 {
            write!(f, "; and {more} more")?;
        }
        Ok(())
    }
}
