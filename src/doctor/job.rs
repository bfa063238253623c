//! What set-up left on this Mac: the app that holds the permissions, the definition
//! of the launchd job, and the job. Looked at with set-up's own eyes, so that the two
//! never disagree. On another system there is none of it, and that is said.

use super::{BUDGET, Check, Facts};
use crate::cli::error::CommandError;
use crate::config::Program;
use crate::mac::app::{self, Found};
use crate::mac::launchctl::{self, Answer, Meaning, Verb, field};
use crate::mac::plist::{Job, is_closed};
use crate::mac::{Place, service};
use std::path::Path;

const NAMES: [&str; 5] = ["launcher", "signature", "plist", "launchd", "duplicates"];
const SET_UP: &str = "run `setup-launchd`";

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    let untold = |why: &str| NAMES.map(|name| Check::unknown(name, why)).into();
    if facts.config.programs.find(Program::Launchctl).is_none() {
        return untold("not a Mac: launchctl is not here");
    }
    let Ok(place) = &facts.place else {
        return untold("HOME or this program's own file is not known");
    };
    let mut place = place.clone();
    place.pace.program = BUDGET;
    service::find_label(&mut place);
    vec![
        launcher(&place),
        signature(&place),
        plist(&place),
        launchctl::ask(&place, Verb::Print).map_or_else(
            |error| untellable(NAMES[3], &error),
            |answer| state(&place, &answer),
        ),
        duplicates(&place),
    ]
}

/// A program of the system that could not be asked.
fn untellable(name: &'static str, error: &CommandError) -> Check {
    let report = error.report();
    let first = report.lines().next().unwrap_or_default();
    Check::unknown(name, first.trim_start_matches("error: "))
}

fn launcher(place: &Place) -> Check {
    const NAME: &str = NAMES[0];
    let app = place.app();
    let app = app.display();
    match app::made(place) {
        Found::Healthy => target(place),
        Found::Missing => Check::fail(NAME, format!("{app} is not there"), SET_UP),
        Found::Broken(why) => Check::fail(
            NAME,
            format!("{app} is broken: {why}"),
            "run `setup-launchd`, which makes it again; then its permissions are granted again",
        ),
    }
}

/// The file that tells the launcher what to start.
fn target(place: &Place) -> Check {
    const NAME: &str = NAMES[0];
    let file = place.target();
    let Ok(text) = std::fs::read_to_string(&file) else {
        let evidence = format!("the app is there, but {} is not", file.display());
        return Check::fail(NAME, evidence, SET_UP);
    };
    let agent = text.trim_end();
    if Path::new(agent).is_file() {
        return Check::ok(NAME, format!("{} starts {agent}", place.app().display()));
    }
    Check::fail(
        NAME,
        format!("the app would start {agent}, which is not there any more"),
        "run `setup-launchd` of the program that is installed now; nothing has to be granted again",
    )
}

fn signature(place: &Place) -> Check {
    const NAME: &str = NAMES[1];
    if app::made(place) == Found::Missing {
        return Check::unknown(NAME, "there is no app");
    }
    match app::signed(place) {
        Ok(Ok(())) => Check::ok(NAME, "the app is as it was signed"),
        Ok(Err(why)) => Check::fail(
            NAME,
            format!("the app was changed since it was signed: {why}"),
            "run `setup-launchd`, which makes it again; then its permissions are granted again",
        ),
        Err(error) => untellable(NAME, &error),
    }
}

fn plist(place: &Place) -> Check {
    const NAME: &str = NAMES[2];
    let file = place.plist();
    let shown = file.display();
    if !file.exists() {
        return Check::fail(NAME, format!("{shown} is not there"), SET_UP);
    }
    if !is_closed(&file) {
        let evidence = format!("{shown} is not yours alone to write, and launchd refuses it");
        return Check::fail(NAME, evidence, "run `setup-launchd`, which writes it again");
    }
    let Some(job) = Job::read(&file) else {
        let evidence = format!("{shown} is not as this version writes it");
        return Check::fail(NAME, evidence, "run `setup-launchd`, which writes it again");
    };
    if !Path::new(job.program()).is_file() {
        let evidence = format!("{shown} starts {}, which is not there", job.program());
        return Check::fail(NAME, evidence, "run `setup-launchd`, which writes it again");
    }
    let Ok(wanted) = Job::of(place) else {
        return Check::unknown(NAME, "a path is not UTF-8, which a launchd job cannot hold");
    };
    let differ = wanted.differs(&job);
    if differ.is_empty() {
        return Check::ok(NAME, format!("{shown} is as set-up writes it"));
    }
    Check::warn(
        NAME,
        format!(
            "{shown} differs from what set-up would write: {}",
            differ.join(", ")
        ),
        "run `setup-launchd`, which writes it again",
    )
}

/// What launchd says of the job: its exit code tells, its words only hint.
fn state(place: &Place, asked: &Answer) -> Check {
    const NAME: &str = NAMES[3];
    let label = &place.label;
    match asked.meaning {
        Meaning::Done => loaded(label, asked),
        Meaning::NotLoaded => Check::fail(NAME, format!("launchd does not know {label}"), SET_UP),
        Meaning::NoSession => Check::fail(
            NAME,
            "there is no login session at the screen, which Messages needs",
            "log in at the screen of this Mac once",
        ),
        Meaning::Already
        | Meaning::Stopping
        | Meaning::Busy
        | Meaning::Disabled
        | Meaning::WrongSession
        | Meaning::Blocked
        | Meaning::Unusable
        | Meaning::Unknown => Check::unknown(NAME, asked.because()),
    }
}

fn loaded(label: &str, asked: &Answer) -> Check {
    const NAME: &str = NAMES[3];
    let evidence = format!("{label}: {}", service::fields(asked));
    let of = |name| field(&asked.out, name).unwrap_or_default();
    if of("state") == "running" {
        return Check::ok(NAME, evidence);
    }
    let next = if of("last exit reason").contains("CODESIGNING") {
        "the app was replaced while it was loaded; run `setup-launchd`, which loads it anew"
    } else if of("last exit code").starts_with("78") {
        "the program or a path in the plist is not there; run `setup-launchd`, which writes it again"
    } else if of("runs") == "0" {
        "macOS may not let it run: see System Settings > General > Login Items & Extensions; then run `setup-launchd`"
    } else {
        SET_UP
    };
    Check::fail(NAME, evidence, next)
}

/// A service of Homebrew would run the same program a second time.
fn duplicates(place: &Place) -> Check {
    const NAME: &str = NAMES[4];
    match service::duplicates(place) {
        Err(error) => untellable(NAME, &error),
        Ok(found) if found.is_empty() => Check::ok(NAME, "no second service runs this program"),
        Ok(found) => Check::fail(
            NAME,
            format!("{} would run this program a second time", found.join(", ")),
            "brew services stop codex-imessage-control-plane",
        ),
    }
}
