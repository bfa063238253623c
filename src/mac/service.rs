//! The job's life in launchd: stopping it until it is really gone, starting it
//! until it really runs. launchd answers before it has done what it says, so every
//! step looks again, within a limit.

use super::launchctl::{self, Answer, Meaning, Verb, field};
use super::{Place, tools};
use crate::clock::Stopwatch;
use crate::error::CommandError;

/// Is the job loaded? A login session that is not there is an error.
pub fn loaded(place: &Place) -> Result<bool, CommandError> {
    let answer = launchctl::ask(place, Verb::Print)?;
    if !matches!(answer.meaning, Meaning::Done | Meaning::NotLoaded) {
        return Err(refused("cannot query launchd about the agent", &answer));
    }
    Ok(answer.meaning == Meaning::Done)
}

/// What launchd says about the job in a few words, for hints.
pub fn described(place: &Place) -> Result<String, CommandError> {
    let answer = launchctl::ask(place, Verb::Print)?;
    if answer.meaning == Meaning::Done {
        return Ok(format!("launchd says: {}", fields(&answer)));
    }
    Ok(answer.because())
}

/// What `print` printed about the job, in a few words.
pub fn fields(printed: &Answer) -> String {
    let names = [
        "state",
        "pid",
        "runs",
        "last exit code",
        "last terminating signal",
        "last exit reason",
    ];
    let told = names
        .iter()
        .filter_map(|name| Some((name, field(&printed.out, name)?)));
    let told: Vec<_> = told
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    told.join(", ")
}

/// Stops the job and waits until launchd has let go of it.
pub fn stop(place: &Place) -> Result<(), CommandError> {
    stop_job(place, &place.label)
}

/// Stops the job called `label` and waits until launchd has let go of it.
pub fn stop_job(place: &Place, label: &str) -> Result<(), CommandError> {
    let watch = Stopwatch::start();
    let mut asked: Option<Answer> = None;
    loop {
        // Once it is under way, asking again says nothing new.
        if !asked
            .as_ref()
            .is_some_and(|answer| under_way(answer.meaning))
        {
            asked = Some(launchctl::ask_about(place, Verb::Bootout, label)?);
        }
        let seen = launchctl::ask_about(place, Verb::Print, label)?;
        // Without a login session nothing of it runs.
        if matches!(seen.meaning, Meaning::NotLoaded | Meaning::NoSession) {
            return Ok(());
        }
        if watch.elapsed() >= place.pace.launchd {
            let answer = asked.unwrap_or(seen);
            return Err(refused("cannot stop the agent", &answer)
                .hint("nothing was changed; the agent may still be running"));
        }
        std::thread::sleep(place.pace.look);
    }
}

fn under_way(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Done | Meaning::Stopping | Meaning::NotLoaded
    )
}

/// Loads the job if launchd does not have it, and starts it.
pub fn start(place: &Place) -> Result<(), CommandError> {
    // `disable` outlives an uninstall. Where enabling fails, loading says why.
    let _enabled = launchctl::ask(place, Verb::Enable)?;
    if !loaded(place)? {
        bootstrap(place)?;
    }
    // Being loaded does not prove that it was started; without -k a running one is left alone.
    let watch = Stopwatch::start();
    loop {
        let answer = launchctl::ask(place, Verb::Kickstart)?;
        if matches!(answer.meaning, Meaning::Done | Meaning::Already) {
            return Ok(());
        }
        if answer.meaning != Meaning::Busy || watch.elapsed() >= place.pace.launchd {
            return Err(down("cannot start the agent", &answer));
        }
        std::thread::sleep(place.pace.look);
    }
}

fn bootstrap(place: &Place) -> Result<(), CommandError> {
    let watch = Stopwatch::start();
    let mut enabled_again = false;
    loop {
        let answer = launchctl::ask(place, Verb::Bootstrap)?;
        let again = match answer.meaning {
            Meaning::Done => return Ok(()),
            Meaning::Already | Meaning::Busy => {
                if loaded(place)? {
                    return Ok(());
                }
                watch.elapsed() < place.pace.launchd
            }
            Meaning::Disabled if !enabled_again => {
                enabled_again = true;
                let _enabled = launchctl::ask(place, Verb::Enable)?;
                true
            }
            Meaning::NotLoaded
            | Meaning::Stopping
            | Meaning::Disabled
            | Meaning::NoSession
            | Meaning::WrongSession
            | Meaning::Blocked
            | Meaning::Unusable
            | Meaning::Unknown => false,
        };
        if !again {
            return Err(down("launchd did not accept the agent", &answer));
        }
        std::thread::sleep(place.pace.look);
    }
}

/// Ends the running agent and starts it anew, with the same definition.
pub fn restart(place: &Place) -> Result<(), CommandError> {
    let answer = launchctl::ask(place, Verb::Restart)?;
    if matches!(
        answer.meaning,
        Meaning::Done | Meaning::Already | Meaning::Busy
    ) {
        return Ok(());
    }
    Err(down("cannot restart the agent", &answer))
}

fn refused(what: &str, answer: &Answer) -> CommandError {
    CommandError::failure(what).because(answer.because())
}

fn down(what: &str, answer: &Answer) -> CommandError {
    refused(what, answer).hint(
        "the agent is not running now; run the same command again to continue where it stopped",
    )
}

/// The end of launchd's logs down for the job, for hints.
pub fn last_words(place: &Place) -> Option<String> {
    let text = std::fs::read(place.logs().join("launchd.log")).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let lines: Vec<_> = text.lines().rev().take(20).collect();
    let lines: Vec<_> = lines.into_iter().rev().collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Services of Homebrew that would run the same program a second time.
pub fn duplicates(place: &Place) -> Result<Vec<String>, CommandError> {
    let mut found = Vec::new();
    for prefix in ["homebrew.mxcl", "sh.brew"] {
        let label = format!("{prefix}.codex-imessage-control-plane");
        if launchctl::ask_about(place, Verb::Print, &label)?.meaning == Meaning::Done {
            found.push(label);
        }
    }
    Ok(found)
}

/// What `log` has about `words` in the last minutes; empty where it cannot be asked.
pub(super) fn system_log(place: &Place, predicate: &str) -> String {
    let asked = tools::run(
        place,
        crate::config::Program::Log,
        [
            "show",
            "--style",
            "syslog",
            "--last",
            "15m",
            "--info",
            "--predicate",
            predicate,
        ],
    );
    asked.map(|said| said.out).unwrap_or_default()
}

/// A job that was installed under another name is found by what it starts.
pub fn find_label(place: &mut Place) {
    if !place.plist().exists()
        && let Some(label) = labels(place).pop()
    {
        place.label = label;
    }
}

/// Labels of all jobs that start our launcher, and the configured one in any case.
pub fn labels(place: &Place) -> Vec<String> {
    let mut labels = vec![place.label.clone()];
    let entries = std::fs::read_dir(place.agents()).into_iter().flatten();
    for path in entries.flatten().map(|entry| entry.path()) {
        let label = path.file_stem().and_then(|stem| stem.to_str());
        let Some(label) = label.filter(|_| path.extension() == Some("plist".as_ref())) else {
            continue;
        };
        if label != place.label && super::plist::is_ours(&path) {
            labels.push(label.to_owned());
        }
    }
    labels
}
