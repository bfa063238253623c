//! What a session's pane shows, for its owner's eyes. No key is pressed.

use super::super::EffectsConfig;
use super::proof;
use super::tmux::Tmux;
use events::{Pane, SessionId};

/// The rows of the pane, if it was the session's before the look and is after it.
pub(crate) async fn show(
    config: &EffectsConfig,
    session: &SessionId,
    hints: &[Pane],
) -> Result<Vec<String>, String> {
    let before = proof::find(config, session, hints).await?;
    let tmux = Tmux::at(config, &before.pane.socket);
    let look = tmux.look(&before.pane.id).await;
    let look = look.map_err(|trouble| format!("tmux did not show {}: {trouble}", before.pane))?;
    let still = proof::still(config, session, &before, &look.capture.title).await?;
    if look.root != before.root || !still {
        return Err("the pane changed hands while it was looked at; you can ask again.".to_owned());
    }
    Ok(look.capture.lines)
}
