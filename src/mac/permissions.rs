//! Getting the two permissions: Full Disk Access, which macOS never asks for and
//! the owner must switch on, and Automation, which macOS asks for once and only
//! while something wants it. Both are judged by what the agent can do: this
//! shell's own permissions say nothing about it.

use super::trial::{self, Sent};
use super::{Place, service, tcc, tools};
use crate::clock::Stopwatch;
use crate::config::Program;
use crate::error::{Answer, CommandError, Outcome};
use crate::ingress::health::{Access, AskError, Health};
use std::ffi::OsString;
use std::time::Duration;

/// How long is waited, and whether System Settings is opened.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// In all.
    pub timeout: Duration,
    /// Between two looks.
    pub poll: Duration,
    /// Open System Settings.
    pub open: bool,
}

/// A pane of System Settings; a system that does not know the anchor opens the pane above.
const PANES: &str = "x-apple.systempreferences:com.apple.settings.PrivacySecurity.extension?";
/// Lines of progress while waiting come this far apart.
const TELL: Duration = Duration::from_secs(15);
/// How long macOS's own question, and then Messages, may take.
const DIALOG: Duration = Duration::from_secs(90);

/// `setup-permissions`.
pub fn run(place: &Place, patience: Patience) -> Outcome {
    place.check()?;
    if let Err(error) = place.health() {
        return Err(CommandError::failure("the agent is not running")
            .because(error)
            .hint("only the agent's own permissions count; run setup-launchd to start it"));
    }
    Ok(match full_disk_access(place, patience)? {
        Granted::Yes => Answer::Yes,
        Granted::No | Granted::Stale => Answer::No,
    })
}

/// How waiting for a permission ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// It is there.
    Yes,
    /// It is not.
    No,
    /// It was given to an app that is not this one any more.
    Stale,
}

/// Waits for Full Disk Access, telling the owner what to do.
pub fn full_disk_access(place: &Place, patience: Patience) -> Result<Granted, CommandError> {
    let watch = Stopwatch::start();
    // The first question comes before System Settings: by refusing it macOS lists the app there.
    let mut denied = match place.health() {
        Ok(health) if health.chat_db.ok => return Ok(confirmed(place)),
        Ok(health) => why(&health.chat_db),
        Err(error) => error.to_string(),
    };
    instruct(place, patience);
    let (mut told, mut again) = (Stopwatch::start(), Stopwatch::start());
    while watch.elapsed() < patience.timeout {
        std::thread::sleep(patience.poll);
        match place.health() {
            Ok(health) if health.chat_db.ok => return Ok(confirmed(place)),
            Ok(health) => denied = why(&health.chat_db),
            Err(error) => denied = error.to_string(),
        }
        if told.elapsed() >= TELL.min(patience.timeout / 4) {
            told = Stopwatch::start();
            let (past, all) = (watch.elapsed().as_secs(), patience.timeout.as_secs());
            (place.say)(&format!("Still waiting ({past} s of {all} s): {denied}"));
        }
        // macOS may show a grant only to a process that started after it.
        if again.elapsed() >= place.pace.again {
            again = Stopwatch::start();
            service::restart(place)?;
        }
    }
    (place.say)(&format!("Full Disk Access is still missing: {denied}"));
    if tcc::mismatch(place) {
        (place.say)(
            "macOS granted it to an earlier copy of the app: the switch is on and means nothing. \
             Run setup-launchd --repair-tcc, or remove the app from the list with - and add it again.",
        );
        return Ok(Granted::Stale);
    }
    Ok(Granted::No)
}

fn confirmed(place: &Place) -> Granted {
    (place.say)("Full Disk Access confirmed: chat.db is now readable.");
    Granted::Yes
}

fn why(access: &Access) -> String {
    let number = access
        .errno
        .map_or_else(String::new, |errno| format!(", error {errno}"));
    format!("{} ({}{number})", access.message, access.step)
}

fn instruct(place: &Place, patience: Patience) {
    let app = place.app();
    (place.say)(
        "Permission to grant: Full Disk Access (System Settings > Privacy & Security > Full Disk Access).",
    );
    (place.say)(&format!(
        "Grant Full Disk Access to this app: {}",
        app.display()
    ));
    (place.say)(
        "Switch it on in the list; if it is not there, press + or drag it in from the Finder. \
         This command notices by itself.",
    );
    if patience.open {
        show(place, vec![format!("{PANES}Privacy_AllFiles").into()]);
        show(place, vec!["-R".into(), app.into_os_string()]);
    }
}

/// Opens something for the owner to see. The words above say the same, so a failure is only printed.
fn show(place: &Place, args: Vec<OsString>) {
    let opened = tools::run(place, Program::Open, args);
    if !opened.is_ok_and(|said| said.well()) {
        (place.say)("Could not open System Settings; please open it yourself.");
    }
}

/// Opens the list in which a refused Automation is switched on.
pub fn show_automation(place: &Place, patience: Patience) {
    if patience.open {
        show(place, vec![format!("{PANES}Privacy_Automation").into()]);
    }
}

/// Says which question of macOS comes when the first text is sent.
pub fn announce(place: &Place) {
    (place.say)(
        "Permission to grant: Automation. A text to you is being sent; when macOS asks whether \
         \"Codex iMessage\" may control \"Messages\", click OK.",
    );
}

/// Makes the agent send a text while the owner looks, so that macOS asks its question.
pub fn automation(
    place: &Place,
    health: &Health,
    patience: Patience,
) -> Result<Granted, CommandError> {
    if health.automation.ok {
        (place.say)("Automation confirmed: the app may control Messages.");
        return Ok(Granted::Yes);
    }
    announce(place);
    let asked = trial::ask(place)?;
    let seen = trial::watch(place, &asked, DIALOG.min(patience.timeout), |seen| {
        seen.sent.is_some()
    })?;
    match seen.sent {
        Some(Sent::Done) => {
            (place.say)("Automation confirmed: the app may control Messages.");
            Ok(Granted::Yes)
        }
        Some(Sent::NotPermitted) => {
            (place.say)(
                "Automation is refused. Switch Messages on below \"Codex iMessage\" in System \
                 Settings > Privacy & Security > Automation, then run this again.",
            );
            show_automation(place, patience);
            Ok(Granted::No)
        }
        Some(Sent::Otherwise) | None => {
            (place.say)(
                "It is not yet certain that the text was sent. Open Messages, check that it is \
                 signed in, look for a question on the screen, then run this again.",
            );
            Ok(Granted::No)
        }
    }
}

/// Waits until a started agent answers.
pub fn answers(place: &Place) -> Result<Health, AskError> {
    let watch = Stopwatch::start();
    loop {
        match place.health() {
            Err(error) if watch.elapsed() >= place.pace.answer => return Err(error),
            Err(_) => std::thread::sleep(place.pace.look),
            Ok(health) => return Ok(health),
        }
    }
}
