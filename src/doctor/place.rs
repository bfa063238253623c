//! Our own directory: closed to everybody else, and its settings too.

use super::{Check, Facts};
use crate::store::{close_to_others, private_dir};
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    vec![permissions(facts), settings(facts)]
}

fn permissions(facts: &Facts<'_>) -> Check {
    const NAME: &str = "permissions";
    let dir = &facts.config.state_dir;
    let shown = dir.display();
    if !dir.exists() {
        return Check::ok(NAME, format!("{shown} is not there yet"));
    }
    let mut open = Vec::new();
    if let Err(error) = look(dir, &mut open) {
        return Check::unknown(NAME, format!("{shown} cannot be looked through: {error}"));
    }
    let Some(first) = open.first() else {
        return Check::ok(NAME, format!("{shown} and all in it are yours alone"));
    };
    let evidence = format!(
        "{} of the files in {shown} are open to others, such as {}",
        open.len(),
        first.display()
    );
    if !facts.fix {
        return Check::fail(NAME, evidence, "run `doctor --fix`, which closes them");
    }
    match private_dir(dir).and_then(|()| close_to_others(dir)) {
        Ok(()) => Check::ok(NAME, format!("{evidence}; closed now")),
        Err(error) => Check::fail(
            NAME,
            format!("{evidence}; closing them failed: {error}"),
            format!("chmod -R go-rwx {shown}"),
        ),
    }
}

/// Everything at and below `path` that others may reach. Links are not followed.
fn look(path: &Path, open: &mut Vec<PathBuf>) -> io::Result<()> {
    let data = match path.symlink_metadata() {
        // The agent takes files away while it works.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        data => data?,
    };
    if !data.is_symlink() && !closed(&data) {
        open.push(path.to_owned());
    }
    if data.is_dir() {
        for entry in path.read_dir()? {
            look(&entry?.path(), open)?;
        }
    }
    Ok(())
}

fn closed(data: &Metadata) -> bool {
    data.permissions().mode().trailing_zeros() >= 6
}

/// Whoever may write our settings may name another owner.
fn settings(facts: &Facts<'_>) -> Check {
    const NAME: &str = "settings";
    let file = facts.config.state_dir.join("config.toml");
    let shown = file.display();
    let warnings = facts.config.warnings.join("; ");
    let Ok(data) = file.metadata() else {
        return told(
            NAME,
            format!("{shown} is not there; the environment decides"),
            &warnings,
        );
    };
    if data.uid() != rustix::process::geteuid().as_raw() {
        return Check::fail(
            NAME,
            format!("{shown} belongs to another user, who may name another owner"),
            format!("make it yours: chown {shown}"),
        );
    }
    if data.mode() & 0o022 != 0 && !facts.fix {
        return Check::fail(
            NAME,
            format!("{shown} may be written by others, who may name another owner"),
            "run `doctor --fix`, which closes it",
        );
    }
    told(NAME, format!("{shown} is yours"), &warnings)
}

fn told(name: &'static str, evidence: String, warnings: &str) -> Check {
    if warnings.is_empty() {
        return Check::ok(name, evidence);
    }
    Check::warn(
        name,
        format!("{evidence}; {warnings}"),
        "correct its name, or unset it",
    )
}
