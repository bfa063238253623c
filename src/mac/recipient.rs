//! Who is spoken to, written into `config.toml` of the state directory: launchd
//! passes none of the shell's variables on. Everything else in that file stays as
//! it is, byte for byte.

use super::Place;
use super::app::replace;
use crate::cli::error::CommandError;
use std::path::PathBuf;
use toml_edit::{DocumentMut, value};

/// What the file would have to say, if it does not.
pub(super) struct Change {
    file: PathBuf,
    text: String,
}

/// Finds out whether the file names `recipient` already.
pub(super) fn change(place: &Place, recipient: &str) -> Result<Option<Change>, CommandError> {
    let file = place.state_dir.join("config.toml");
    let text = match std::fs::read_to_string(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.map_err(|error| {
            CommandError::failure(format!("{} cannot be read", file.display())).because(error)
        })?,
    };
    let mut document: DocumentMut = text.parse().map_err(|_| {
        CommandError::usage(format!(
            "{} is not TOML; it was left as it is",
            file.display()
        ))
    })?;
    let there = document.get("to").and_then(|item| item.as_str());
    if there == Some(recipient) {
        return Ok(None);
    }
    document["to"] = value(recipient);
    Ok(Some(Change {
        file,
        text: document.to_string(),
    }))
}

impl Change {
    pub(super) fn write(&self) -> Result<(), CommandError> {
        replace(&self.file, self.text.as_bytes(), 0o600).map_err(|error| {
            CommandError::failure(format!("{} cannot be written", self.file.display()))
                .because(error)
        })
    }
}
