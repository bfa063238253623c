//! What set-up installs on a Mac: the app that holds the permissions, the launchd
//! plist, and the job. Uses set-up's own checks, so the two never disagree. Other
//! systems have none of it, and the checks say so.

use super::check::Check;
use super::facts::{BUDGET, Facts};
use crate::config::Program;
use crate::error::CommandError;
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
        return untold("not a Mac: launchctl not found");
    }
    let Ok(place) = &facts.place else {
        return untold("cannot find HOME or this program's own file");
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

/// A system program that could not be queried.
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
        Found::Missing => Check::fail(NAME, format!("{app} does not exist"), SET_UP),
        Found::Broken(why) => Check::fail(
            NAME,
            format!("{app} is broken: {why}"),
            "run `setup-launchd` to rebuild it, then grant its permissions again",
        ),
    }
}

/// The file that names the program for the launcher to start.
fn target(place: &Place) -> Check {
    const NAME: &str = NAMES[0];
    let file = place.target();
    let Ok(text) = std::fs::read_to_string(&file) else {
        let evidence = format!("the app exists, but {} does not", file.display());
        return Check::fail(NAME, evidence, SET_UP);
    };
    let agent = text.trim_end();
    if Path::new(agent).is_file() {
        return Check::ok(NAME, format!("{} starts {agent}", place.app().display()));
    }
    Check::fail(
        NAME,
        format!("the app is set to start {agent}, which no longer exists"),
        "run `setup-launchd` with the installed program; its permissions stay valid",
    )
}

fn signature(place: &Place) -> Check {
    const NAME: &str = NAMES[1];
    if app::made(place) == Found::Missing {
        return Check::unknown(NAME, "the app is not installed");
    }
    match app::signed(place) {
        Ok(Ok(())) => Check::ok(NAME, "the app's signature is valid"),
        Ok(Err(why)) => Check::fail(
            NAME,
            format!("the app was modified after signing: {why}"),
            "run `setup-launchd` to rebuild it, then grant its permissions again",
        ),
        Err(error) => untellable(NAME, &error),
    }
}

fn plist(place: &Place) -> Check {
    const NAME: &str = NAMES[2];
    let file = place.plist();
    let shown = file.display();
    if !file.exists() {
        return Check::fail(NAME, format!("{shown} does not exist"), SET_UP);
    }
    if !is_closed(&file) {
        let evidence = format!("other users can write {shown}, so launchd refuses it");
        return Check::fail(NAME, evidence, "run `setup-launchd` to write it again");
    }
    let Some(job) = Job::read(&file) else {
        let evidence = format!("{shown} was not written by this version");
        return Check::fail(NAME, evidence, "run `setup-launchd` to write it again");
    };
    if !Path::new(job.program()).is_file() {
        let evidence = format!("{shown} starts {}, which does not exist", job.program());
        return Check::fail(NAME, evidence, "run `setup-launchd` to write it again");
    }
    let Ok(wanted) = Job::of(place) else {
        return Check::unknown(
            NAME,
            "a path is not UTF-8, so a launchd plist cannot contain it",
        );
    };
    let differ = wanted.differs(&job);
    if differ.is_empty() {
        return Check::ok(NAME, format!("{shown} is correct"));
    }
    Check::warn(
        NAME,
        format!(
            "{shown} differs from what set-up writes: {}",
            differ.join(", ")
        ),
        "run `setup-launchd` to write it again",
    )
}

/// What launchd reports about the job: the exit code decides, its words are only a hint.
fn state(place: &Place, asked: &Answer) -> Check {
    const NAME: &str = NAMES[3];
    let label = &place.label;
    match asked.meaning {
        Meaning::Done => loaded(label, asked),
        Meaning::NotLoaded => Check::fail(
            NAME,
            format!("the job {label} is not loaded in launchd"),
            SET_UP,
        ),
        Meaning::NoSession => Check::fail(
            NAME,
            "nobody is logged in at the Mac, which Messages requires",
            "log in at this Mac's own screen",
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
        "the app was replaced while loaded; run `setup-launchd` to load it again"
    } else if of("last exit code").starts_with("78") {
        "the program or a path in the plist does not exist; run `setup-launchd` to write it again"
    } else if of("runs") == "0" {
        "macOS may not let it run: see System Settings > General > Login Items & Extensions; then run `setup-launchd`"
    } else {
        SET_UP
    };
    Check::fail(NAME, evidence, next)
}

/// A Homebrew service would run the same program a second time.
fn duplicates(place: &Place) -> Check {
    const NAME: &str = NAMES[4];
    match service::duplicates(place) {
        Err(error) => untellable(NAME, &error),
        Ok(found) if found.is_empty() => Check::ok(NAME, "no other service runs this program"),
        Ok(found) => Check::fail(
            NAME,
            format!("{} also runs this program", found.join(", ")),
            "brew services stop codex-imessage-control-plane",
        ),
    }
}
