//! Our own configuration file: the owner's address, put there so that the launchd
//! job and `notify` find it without an environment. The rest of the file stays.

use super::error::HookError;
use super::file;
use super::text::{self, About};
use crate::store::files;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Whether the file names `to` already.
pub fn is_there(state_dir: &Path, to: &str) -> Result<bool, HookError> {
    let found = file::read(&state_dir.join("config.toml"))?;
    let source = found.text.clone().unwrap_or_default();
    let after = with(&source, to).map_err(|fault| HookError::Fault {
        path: found.path,
        fault,
    })?;
    Ok(found.text.as_ref() == Some(&after))
}

/// Writes `to`; says whether anything changed.
pub fn write(state_dir: &Path, to: &str) -> Result<bool, HookError> {
    let path = state_dir.join("config.toml");
    let unwritten = |source| HookError::Unwritten {
        path: path.clone(),
        source,
    };
    let found = file::read(&path)?;
    let source = found.text.clone().unwrap_or_default();
    let after = with(&source, to).map_err(|fault| HookError::Fault {
        path: found.path.clone(),
        fault,
    })?;
    let changed = found.text.as_ref() != Some(&after);
    if changed {
        files::private_dir(state_dir).map_err(unwritten)?;
        found.writable("to = \"…\"")?;
        found.replace(Some(&after))?;
    }
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&found.path, private).map_err(unwritten)?;
    Ok(changed)
}

/// The text with this address in it.
pub(super) fn with(source: &str, to: &str) -> Result<String, text::Fault> {
    let document = text::parse(source)?;
    let ours = text::quoted(to);
    let statements = text::statements(document.as_table());
    let edit = match statements.iter().find(|statement| statement.path == ["to"]) {
        Some(there) if there.value.as_str() == Some(to) => return Ok(source.to_owned()),
        Some(there) => text::replace(source, there.span.clone(), About::Notify, ours),
        None => {
            let end = text::last_at_top(document.as_table());
            let at = end.map_or(text::body(source), |end| text::line_end(source, end));
            text::insert_line(source, at, About::Notify, &format!("to = {ours}"))
        }
    };
    Ok(text::apply(source, vec![edit]).0)
}
