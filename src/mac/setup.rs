//! `setup-launchd` and `setup`: from a program that was just installed to an agent
//! that is proven to work. It finds out what differs, stops the agent only if
//! something does, writes while nothing runs, starts, and asks the agent itself.
//! Run again, it goes on where it was broken off.

use super::app::{self, Found};
use super::permissions::{self, Granted, Patience};
use super::place::BUNDLE;
use super::plist::{self, Job};
use super::trial::{self, Sent};
use super::{Place, hook, service, tcc};
use crate::clock::Stopwatch;
use crate::error::{Answer, CommandError, Outcome};
use crate::ingress::health::Health;
use crate::store::files::private_dir;
use std::path::Path;

/// What the owner asked for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Who is spoken to, where it has to be written down.
    pub recipient: Option<String>,
    /// Permissions are not waited for.
    pub skip_permissions: bool,
    /// macOS is made to forget what it granted.
    pub repair: bool,
    /// How long is waited.
    pub patience: Patience,
}

/// `setup-launchd`.
pub fn launchd(place: &Place, wish: &Wish) -> Outcome {
    let health = agent(place, wish)?;
    if wish.skip_permissions {
        (place.say)("Permissions were not checked (--skip-permissions).");
        return Ok(Answer::Yes);
    }
    Ok(if permitted(place, wish, &health)? {
        Answer::Yes
    } else {
        Answer::No
    })
}

/// `setup`, after the notify hook: everything, and a text to the owner with their answer.
pub fn all(place: &Place, wish: &Wish) -> Outcome {
    let health = agent(place, wish)?;
    if permissions::full_disk_access(place, wish.patience)? != Granted::Yes {
        (place.say)(
            "Set-up is not complete: a permission is missing (see above). Run setup again.",
        );
        return Ok(Answer::No);
    }
    let health = place.health().unwrap_or(health);
    if !health.automation.ok {
        permissions::announce(place);
    }
    // The text that makes macOS ask is the one that is to be answered.
    let asked = trial::ask(place)?;
    (place.say)("Sending you a text. Reply to it on your phone with the word: help");
    let seen = trial::watch(place, &asked, wish.patience.timeout, |seen| {
        seen.replied || matches!(seen.sent, Some(Sent::NotPermitted | Sent::Otherwise))
    })?;
    let missing = match seen {
        trial::Seen { replied: true, .. } => {
            (place.say)(
                "Set-up is complete: your reply arrived. Codex can reach you, and you can reach Codex.",
            );
            return Ok(Answer::Yes);
        }
        trial::Seen {
            sent: Some(Sent::Done),
            ..
        } => {
            "your answer. The text was sent; if it is on your phone, answer it from the address \
             that it was sent to"
        }
        trial::Seen {
            sent: Some(Sent::NotPermitted),
            ..
        } => {
            permissions::show_automation(place, wish.patience);
            "the permission to control Messages: switch it on below \"Codex iMessage\" in System \
             Settings > Privacy & Security > Automation"
        }
        trial::Seen { .. } => {
            "the text itself: Messages did not show it as sent. If macOS asks on the screen \
             whether it may be controlled, click OK; check that Messages is signed in and that \
             your address is right"
        }
    };
    (place.say)(&format!(
        "Set-up is not complete. Missing: {missing}. Then run setup again."
    ));
    Ok(Answer::No)
}

/// Brings the agent up as it should be.
fn agent(place: &Place, wish: &Wish) -> Result<Health, CommandError> {
    place.check()?;
    if place.label == BUNDLE {
        return Err(CommandError::usage(format!(
            "{BUNDLE} is the app's own name; macOS would mix them up"
        ))
        .hint("nothing was changed; choose another name with --label"));
    }
    delivered(&place.agent)?;
    delivered(&place.launcher)?;
    if let Some(label) = service::duplicates(place)?.first() {
        return Err(CommandError::failure(format!("{label} also runs this program"))
            .hint("stop it with `brew services stop codex-imessage-control-plane`, then run this again"));
    }
    let loaded = service::loaded(place)?;
    let changes = Changes::find(place, wish)?;
    if !loaded
        && changes.others.is_empty()
        && let Ok(health) = place.health()
    {
        return Err(CommandError::failure(format!(
            "this program already runs outside launchd (process {})",
            health.pid
        ))
        .hint("stop that `run` (Ctrl-C in its terminal), then run this again"));
    }
    let mut outdated = false;
    if loaded && !changes.any() {
        outdated = place
            .health()
            .is_ok_and(|health| health.version != crate::VERSION);
    }
    directories(place)?;
    if changes.any() || outdated {
        for line in &changes.told {
            (place.say)(line);
        }
        if outdated {
            (place.say)("Restarting the agent: it runs another version.");
        }
        for label in &changes.others {
            service::stop_job(place, label)?;
        }
        if loaded {
            service::stop(place)?;
        }
        changes.carry_out(place, wish)?;
    }
    let anew = !loaded || changes.any() || outdated;
    service::start(place)?;
    handshake(place, anew)
}

/// What launchd opens before it starts anything has to be there.
fn directories(place: &Place) -> Result<(), CommandError> {
    for dir in [place.state_dir.clone(), place.support(), place.logs()] {
        private_dir(&dir).map_err(|error| {
            CommandError::failure(format!("cannot create {}", dir.display())).because(error)
        })?;
    }
    Ok(())
}

fn delivered(program: &Path) -> Result<(), CommandError> {
    if program.is_file() {
        return Ok(());
    }
    Err(
        CommandError::failure(format!("{} is missing", program.display()))
            .hint("both programs are installed together; reinstall them, then run this again"),
    )
}

/// What is not as it should be.
struct Changes {
    app: bool,
    /// The app is there and will be replaced, so what was granted to it is lost.
    regrant: bool,
    job: Option<Job>,
    target: Option<String>,
    recipient: Option<String>,
    /// Jobs of ours under other names; two agents would be one too many.
    others: Vec<String>,
    told: Vec<String>,
}

impl Changes {
    fn find(place: &Place, wish: &Wish) -> Result<Self, CommandError> {
        let mut told = Vec::new();
        let found = app::look(place)?;
        match &found {
            Found::Healthy => {}
            Found::Missing => told.push(format!("Creating {}", place.app().display())),
            Found::Broken(why) => told.push(format!(
                "Rebuilding {}, because {why}. Please grant its permissions again.",
                place.app().display()
            )),
        }
        let job = Job::of(place).map_err(|error| {
            CommandError::failure("cannot create the launchd plist").because(error)
        })?;
        let file = place.plist();
        let holds = Job::read(&file).as_ref() == Some(&job) && plist::is_closed(&file);
        let job = (!holds).then_some(job);
        if job.is_some() {
            told.push(format!("Writing {}", place.plist().display()));
        }
        let target = format!("{}\n", place.agent.display());
        let there = std::fs::read_to_string(place.target());
        let target = (there.ok().as_ref() != Some(&target)).then_some(target);
        let mut recipient = wish.recipient.clone();
        if let Some(to) = &recipient
            && hook::recipient::is_there(&place.state_dir, to).map_err(CommandError::from)?
        {
            recipient = None;
        }
        let mut others = service::labels(place);
        others.retain(|label| *label != place.label);
        told.extend(
            others
                .iter()
                .map(|label| format!("Moving the agent from {label}")),
        );
        Ok(Self {
            others,
            app: found != Found::Healthy,
            regrant: matches!(found, Found::Broken(_)) || wish.repair,
            job,
            target,
            recipient,
            told,
        })
    }

    fn any(&self) -> bool {
        self.app
            || self.regrant
            || self.job.is_some()
            || self.target.is_some()
            || self.recipient.is_some()
            || !self.others.is_empty()
    }

    /// Writes what differs. The agent does not run, so it can have read nothing of it.
    fn carry_out(&self, place: &Place, wish: &Wish) -> Result<(), CommandError> {
        let failed = |what: &Path, error: std::io::Error| {
            CommandError::failure(format!("cannot write {}", what.display()))
                .because(error)
                .hint("the agent is not running now; fix this and run the same command again")
        };
        for label in &self.others {
            let file = place.agents().join(format!("{label}.plist"));
            app::remove_all(&file).map_err(|error| failed(&file, error))?;
        }
        if self.regrant {
            // Before the app changes: tccutil finds it by its name.
            for fault in tcc::reset(place) {
                (place.say)(&format!("warning: {fault}"));
            }
        }
        if self.app {
            app::install(place)?;
            tcc::register(place, "-f");
        }
        if let Some(target) = &self.target {
            let file = place.target();
            app::replace(&file, target.as_bytes(), 0o600).map_err(|error| failed(&file, error))?;
        }
        if let Some(recipient) = &self.recipient {
            hook::recipient::write(&place.state_dir, recipient).map_err(CommandError::from)?;
        }
        if let Some(job) = &self.job {
            let file = place.plist();
            job.write(&file).map_err(|error| failed(&file, error))?;
        }
        if wish.repair {
            (place.say)("The app's permissions were reset in macOS; grant them again.");
        }
        Ok(())
    }
}

/// Waits until the agent answers, and watches that it stays up when it was just started.
fn handshake(place: &Place, anew: bool) -> Result<Health, CommandError> {
    let mut health = permissions::answers(place).map_err(|error| dead(place, error.to_string()))?;
    (place.say)(&format!(
        "The agent is running: process {}, version {}.",
        health.pid, health.version
    ));
    if let Some(job) = health.job.as_ref().filter(|job| **job != place.label) {
        return Err(dead(place, format!("the job {job} answered instead")));
    }
    let watch = Stopwatch::start();
    while anew && watch.elapsed() < place.pace.stays {
        std::thread::sleep(place.pace.look);
        let now = place
            .health()
            .map_err(|error| dead(place, error.to_string()))?;
        if now.pid != health.pid {
            let why = format!("it exited and was restarted (process {})", now.pid);
            return Err(dead(place, why));
        }
        health = now;
    }
    Ok(health)
}

fn dead(place: &Place, why: String) -> CommandError {
    let mut error =
        CommandError::failure("the agent started but does not keep running").because(why);
    if let Ok(told) = service::described(place) {
        let codesigning = told.contains("OS_REASON_CODESIGNING");
        error = error.hint(told);
        if codesigning {
            error = error.hint("macOS refused the launcher's signature; run this again with the app removed from ~/Applications");
        }
    }
    if let Some(words) = service::last_words(place) {
        error = error.hint(format!("its last output:\n{words}"));
    }
    error.hint("docs/troubleshooting.md explains the possible causes")
}

fn permitted(place: &Place, wish: &Wish, health: &Health) -> Result<bool, CommandError> {
    if permissions::full_disk_access(place, wish.patience)? != Granted::Yes {
        return Ok(false);
    }
    let health = place.health().unwrap_or_else(|_| health.clone());
    let automation = permissions::automation(place, &health, wish.patience)?;
    Ok(automation == Granted::Yes)
}
