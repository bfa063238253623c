//! The launcher app in `~/Applications`. macOS compares what it granted with the
//! bytes of this app, so a healthy one is never touched, whatever version of this
//! program comes after it. A new one is made beside it, signed and checked there,
//! and takes its place by renaming.

use super::launcher::PROTOCOL;
use super::place::{BUNDLE, LAUNCHER};
use super::{Place, tools};
use crate::config::Program;
use crate::error::CommandError;
use crate::store::files::sync_dir;
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// The app while it is being made, and the one that it replaces. Hidden, so that nobody grants them anything.
const STAGED: &str = ".codex-imessage-new.app";
const REPLACED: &str = ".codex-imessage-old.app";

/// `Info.plist`. The names are Apple's, but for the last.
#[derive(Debug, Serialize, Deserialize)]
struct Info {
    #[serde(rename = "CFBundleIdentifier")]
    identifier: String,
    #[serde(rename = "CFBundleExecutable")]
    executable: String,
    #[serde(rename = "CFBundlePackageType")]
    package_type: String,
    #[serde(rename = "CFBundleName")]
    name: String,
    #[serde(rename = "CFBundleDisplayName")]
    display_name: String,
    #[serde(rename = "CFBundleInfoDictionaryVersion")]
    dictionary: String,
    #[serde(rename = "CFBundleShortVersionString")]
    short_version: String,
    #[serde(rename = "CFBundleVersion")]
    version: String,
    #[serde(rename = "LSMinimumSystemVersion")]
    minimum_system: String,
    /// No icon in the Dock, but dialogs may appear.
    #[serde(rename = "LSUIElement")]
    ui_element: bool,
    /// Without it macOS refuses to ask for Automation.
    #[serde(rename = "NSAppleEventsUsageDescription")]
    why_automation: String,
    #[serde(rename = "CodexLauncherProtocol")]
    protocol: u64,
}

impl Info {
    fn new() -> Self {
        Self {
            identifier: BUNDLE.to_owned(),
            executable: LAUNCHER.to_owned(),
            package_type: "APPL".to_owned(),
            name: "Codex iMessage".to_owned(),
            display_name: "Codex iMessage".to_owned(),
            dictionary: "6.0".to_owned(),
            short_version: PROTOCOL.to_string(),
            version: PROTOCOL.to_string(),
            minimum_system: "13.0".to_owned(),
            ui_element: true,
            why_automation: "Codex iMessage sends you texts through Messages when Codex needs you."
                .to_owned(),
            protocol: PROTOCOL,
        }
    }
}

/// How the app is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is there, and as it was signed.
    Healthy,
    /// There is none.
    Missing,
    /// It has to be made again; the sentence says why.
    Broken(String),
}

/// Looks at the installed app.
pub fn look(place: &Place) -> Result<Found, CommandError> {
    let found = made(place);
    if found != Found::Healthy {
        return Ok(found);
    }
    Ok(signed(place)?.map_or_else(Found::Broken, |()| Found::Healthy))
}

/// Looks at the installed app, but not at its signature.
pub fn made(place: &Place) -> Found {
    let app = place.app();
    if app.symlink_metadata().is_err() {
        return Found::Missing;
    }
    let broken = |why: &str| Found::Broken(why.to_owned());
    let Ok(info) = ::plist::from_file::<_, Info>(app.join("Contents/Info.plist")) else {
        return broken("its Info.plist is not readable");
    };
    if info.identifier != BUNDLE || info.executable != LAUNCHER {
        return broken("its Info.plist belongs to another app");
    }
    if info.protocol != PROTOCOL {
        return broken("its launcher is from another version");
    }
    let Ok(launcher) = place.installed_launcher().symlink_metadata() else {
        return broken("its launcher is missing");
    };
    let mode = launcher.mode();
    if !launcher.is_file() || mode & 0o100 == 0 || mode & 0o022 != 0 {
        return broken("other users can write its launcher");
    }
    Found::Healthy
}

/// Whether the installed app is as it was signed, under our name; the sentence says why not.
pub fn signed(place: &Place) -> Result<Result<(), String>, CommandError> {
    signature(place, &place.app())
}

/// Whether the app at `path` is as it was signed, under our name.
fn signature(place: &Place, path: &Path) -> Result<Result<(), String>, CommandError> {
    let verified = tools::run(
        place,
        Program::Codesign,
        args(&["--verify", "--strict"], path),
    )?;
    if !verified.well() {
        return Ok(Err(format!(
            "its signature is invalid ({})",
            verified.why()
        )));
    }
    let shown = tools::run(
        place,
        Program::Codesign,
        args(&["--display", "--verbose=2"], path),
    )?;
    let line = format!("Identifier={BUNDLE}");
    let named = shown
        .err
        .lines()
        .chain(shown.out.lines())
        .any(|found| found == line);
    Ok(named
        .then_some(())
        .ok_or_else(|| "it is signed with another identifier".to_owned()))
}

fn args(options: &[&str], path: &Path) -> Vec<std::ffi::OsString> {
    let options = options.iter().map(Into::into);
    options.chain([path.into()]).collect()
}

/// Makes the app and puts it in its place. The agent must not be running: its
/// children would lose the permissions that they have through the old one.
pub fn install(place: &Place) -> Result<(), CommandError> {
    let failed = |error: io::Error| {
        CommandError::failure(format!("cannot create {}", place.app().display()))
            .because(error)
            .hint("check that you own ~/Applications, then run this again")
    };
    remove_leftovers(place).map_err(failed)?;
    let staged = stage(place).map_err(failed)?;
    let sign = args(&["--force", "--sign", "-", "--identifier", BUNDLE], &staged);
    let signed = tools::run(place, Program::Codesign, sign)?;
    let fault = if signed.well() {
        signature(place, &staged)?.err()
    } else {
        Some(signed.why())
    };
    if let Some(why) = fault {
        return Err(CommandError::failure("cannot sign the launcher app")
            .because(why)
            .hint("if codesign asks for developer tools, run `xcode-select --install`")
            .hint("the previous installation was not changed"));
    }
    swap(place, &staged).map_err(failed)
}

fn stage(place: &Place) -> io::Result<PathBuf> {
    let staged = beside(place, STAGED);
    fs::create_dir_all(staged.join("Contents/MacOS"))?;
    let mut info = Vec::new();
    ::plist::to_writer_xml(&mut info, &Info::new()).map_err(io::Error::other)?;
    replace(&staged.join("Contents/Info.plist"), &info, 0o644)?;
    let launcher = fs::read(&place.launcher)?;
    replace(
        &staged.join("Contents/MacOS").join(LAUNCHER),
        &launcher,
        0o755,
    )?;
    Ok(staged)
}

fn swap(place: &Place, staged: &Path) -> io::Result<()> {
    let (app, replaced) = (place.app(), beside(place, REPLACED));
    if app.symlink_metadata().is_ok() {
        fs::rename(&app, &replaced)?;
    }
    fs::rename(staged, &app)?;
    sync_dir(app.parent().unwrap_or(&app))?;
    remove_leftovers(place)
}

/// Removes the app and whatever a killed set-up left beside it.
pub fn remove(place: &Place) -> io::Result<()> {
    remove_all(&place.app())?;
    remove_leftovers(place)
}

fn remove_leftovers(place: &Place) -> io::Result<()> {
    remove_all(&beside(place, STAGED))?;
    remove_all(&beside(place, REPLACED))
}

/// What a killed set-up left beside the app.
pub fn leftovers(place: &Place) -> Vec<PathBuf> {
    let all = [STAGED, REPLACED].map(|name| beside(place, name));
    all.into_iter()
        .filter(|path| path.symlink_metadata().is_ok())
        .collect()
}

fn beside(place: &Place, name: &str) -> PathBuf {
    place.app().with_file_name(name)
}

/// Removes a file, a link or a directory with all in it; one that is not there is removed already.
pub(super) fn remove_all(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file whole or not at all. A program that is overwritten in place is
/// killed by macOS at its next start; one that is renamed there is not.
pub(super) fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let dir = path.parent().unwrap_or(path);
    fs::create_dir_all(dir)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let temporary = path.with_file_name(name);
    remove_all(&temporary)?;
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&temporary)?;
    file.write_all(bytes)?;
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary, path)?;
    sync_dir(dir)
}
