//! What tmux servers and which Codex there are, for people: nothing is proven
//! here and nothing may be typed because of it.

use super::files::tmux_sockets;
use super::processes::Table;
use super::tmux::{Tmux, real, sockets};
use crate::effects::EffectsConfig;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Servers that answered.
    pub servers: usize,
    /// Their living panes.
    pub panes: usize,
    /// Panes in which Codex is in front.
    pub codex: usize,
    /// Sockets that did not answer, and what was said.
    pub silent: Vec<String>,
}

/// Looks at every server that sessions are looked for on.
pub async fn survey(config: &EffectsConfig) -> Result<Survey, String> {
    let table = Table::read(config).await?;
    let mut found = Survey::default();
    let mut all = sockets(config, &[]);
    for socket in tmux_sockets(config, &table.servers_of_codex()).await {
        let socket = real(&socket);
        if !all.contains(&socket) {
            all.push(socket);
        }
    }
    for socket in all {
        match Tmux::at(config, &socket).panes().await {
            Ok(panes) => {
                found.servers += 1;
                found.panes += panes.len();
                let codex =
                    |pane: &&super::tmux::Listed| !table.codex_in_front(pane.root).is_empty();
                found.codex += panes.iter().filter(codex).count();
            }
            Err(trouble) => found.silent.push(format!("{socket}: {trouble}")),
        }
    }
    Ok(found)
}
