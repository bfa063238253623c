//! The state directory: private to the owner, and so are its settings.

use super::check::Check;
use super::facts::Facts;
use crate::config::{KeepAwake, Program};
use crate::store::{close_to_others, private_dir};
use events::settings::FilesIn;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    vec![
        permissions(facts),
        settings(facts),
        presence(facts),
        awake(facts),
        pictures(facts),
    ]
}

fn permissions(facts: &Facts<'_>) -> Check {
    const NAME: &str = "permissions";
    let dir = &facts.config.state_dir;
    let shown = dir.display();
    if !dir.exists() {
        return Check::ok(NAME, format!("{shown} does not exist yet"));
    }
    let mut open = Vec::new();
    if let Err(error) = look(dir, &mut open) {
        return Check::unknown(NAME, format!("cannot read {shown}: {error}"));
    }
    let Some(first) = open.first() else {
        return Check::ok(NAME, format!("{shown} and its content are private to you"));
    };
    let evidence = format!(
        "other users can access {} files in {shown}, such as {}",
        open.len(),
        first.display()
    );
    if !facts.fix {
        return Check::fail(NAME, evidence, "run `doctor --fix` to make them private");
    }
    match private_dir(dir).and_then(|()| close_to_others(dir)) {
        Ok(()) => Check::ok(NAME, format!("{evidence}; fixed: they are private now")),
        Err(error) => Check::fail(
            NAME,
            format!("{evidence}; the fix failed: {error}"),
            format!("chmod -R go-rwx {shown}"),
        ),
    }
}

/// Everything at or below `path` that other users can access. Links are not followed.
fn look(path: &Path, open: &mut Vec<PathBuf>) -> io::Result<()> {
    let data = match path.symlink_metadata() {
        // The agent may delete files meanwhile.
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

/// Whoever can write our settings could name another owner.
fn settings(facts: &Facts<'_>) -> Check {
    const NAME: &str = "settings";
    let file = facts.config.state_dir.join("config.toml");
    let shown = file.display();
    let warnings = facts.config.warnings.join("; ");
    let Ok(data) = file.metadata() else {
        return told(
            NAME,
            format!("{shown} does not exist; only the environment is used"),
            &warnings,
        );
    };
    if data.uid() != rustix::process::geteuid().as_raw() {
        return Check::fail(
            NAME,
            format!("{shown} belongs to another user, who could name another owner"),
            format!("take ownership: chown {shown}"),
        );
    }
    if data.mode() & 0o022 != 0 && !facts.fix {
        return Check::fail(
            NAME,
            format!("other users can write {shown} and could name another owner"),
            "run `doctor --fix` to make it private",
        );
    }
    told(NAME, format!("{shown} belongs to you"), &warnings)
}

/// Whether it can be seen that somebody is at the desk; where it cannot, texts just go.
fn presence(facts: &Facts<'_>) -> Check {
    const NAME: &str = "presence";
    let config = facts.config;
    let evidence = if config.settings().grace.0 == 0 {
        "texts do not wait for you to see them at the Mac (CODEX_IMESSAGE_GRACE_S is 0)"
    } else if config.programs.find(Program::Ioreg).is_some() {
        "ioreg says when the Mac was last used, tmux when a terminal was"
    } else {
        "this computer does not say when it was last used (no ioreg); only terminals in tmux count"
    };
    Check::ok(NAME, evidence)
}

/// Whether the Mac stays awake while something is owed.
fn awake(facts: &Facts<'_>) -> Check {
    const NAME: &str = "awake";
    let config = facts.config;
    let evidence = if config.keep_awake == KeepAwake::Never {
        "this Mac sleeps as it likes, also while Codex works (CODEX_IMESSAGE_KEEP_AWAKE is never)"
    } else if config.programs.find(Program::Caffeinate).is_none() {
        "this computer is not kept awake (no caffeinate, which only macOS has)"
    } else if config.keep_awake == KeepAwake::Always {
        "caffeinate keeps this Mac awake while Codex works or a text is owed, also on its battery"
    } else if config.programs.find(Program::Pmset).is_none() {
        "caffeinate keeps this Mac awake while Codex works or a text is owed; no pmset says whether it is on its battery"
    } else {
        "caffeinate keeps this Mac awake while Codex works or a text is owed, but on its battery"
    };
    Check::ok(NAME, evidence)
}

/// What becomes of pictures from the phone.
fn pictures(facts: &Facts<'_>) -> Check {
    const NAME: &str = "pictures";
    let config = facts.config;
    if config.settings().files == FilesIn::Off {
        return Check::ok(
            NAME,
            "pictures and files are not passed on (CODEX_IMESSAGE_FILES is off)",
        );
    }
    if config.programs.find(Program::Sips).is_some() {
        return Check::ok(
            NAME,
            "pictures are passed on; sips converts those that Codex does not read",
        );
    }
    Check::ok(
        NAME,
        "pictures are passed on, but not HEIC: this computer has no sips",
    )
}

fn told(name: &'static str, evidence: String, warnings: &str) -> Check {
    if warnings.is_empty() {
        return Check::ok(name, evidence);
    }
    Check::warn(
        name,
        format!("{evidence}; {warnings}"),
        "correct the name or remove the setting",
    )
}
