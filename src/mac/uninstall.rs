//! `uninstall`: everything that set-up did, undone in the order in which nothing
//! can hold on to what goes: the job, its definition, the permissions while macOS
//! can still find the app, the app. The log stays unless it is to go. Then the
//! checklist of docs/cleanup.md, run and shown.

use super::launchctl::{self, Meaning, Verb};
use super::{Place, app, hook, service, tcc};
use crate::error::{Answer, CommandError, Outcome};
use crate::store::{SledLog, StoreFault};
use crate::ui;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// What the owner asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The log, the settings and the logs go too.
    pub purge: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// Carries it out.
pub fn run(place: &Place, wish: Wish) -> Outcome {
    place.check()?;
    let undo = Undo { place, wish };
    let labels = service::labels(place);
    for label in &labels {
        undo.job(label)?;
    }
    undo.app()?;
    // A configuration that is left alone holds nothing else up.
    let hook = undo.hook();
    let support = place.support();
    undo.remove(&support, "the record of the program's path")?;
    for copies in &place.copies {
        undo.remove(copies, "copies of files")?;
    }
    if wish.purge && hook.is_ok() {
        undo.purge()?;
    } else if wish.purge {
        (place.say)(
            "keeping the state directory: it records what config.toml contained before set-up",
        );
    }
    if wish.dry_run {
        (place.say)("dry run: nothing was changed. Current state:");
    }
    let (list, clean) = checklist(place, wish.purge);
    if ui::data(&list).is_err() {
        (place.say)(&list);
    }
    hook?;
    Ok(if clean || wish.dry_run {
        Answer::Yes
    } else {
        Answer::No
    })
}

struct Undo<'a> {
    place: &'a Place,
    wish: Wish,
}

impl Undo<'_> {
    /// Says a step and does it, or says what it would be.
    fn step(
        &self,
        what: &str,
        act: impl FnOnce() -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        if self.wish.dry_run {
            (self.place.say)(&format!("would {what}"));
            return Ok(());
        }
        act()?;
        (self.place.say)(&format!("done: {what}"));
        Ok(())
    }

    fn job(&self, label: &str) -> Result<(), CommandError> {
        let place = self.place;
        let seen = launchctl::ask_about(place, Verb::Print, label)?;
        if !matches!(seen.meaning, Meaning::NotLoaded | Meaning::NoSession) {
            self.step(&format!("stop the agent {label}"), || {
                service::stop_job(place, label)
            })?;
        }
        let plist = place.agents().join(format!("{label}.plist"));
        self.remove(&plist.with_extension("plist.tmp"), "an unfinished file")?;
        self.remove(&plist, "the launchd plist")
    }

    fn app(&self) -> Result<(), CommandError> {
        let place = self.place;
        if place.app().symlink_metadata().is_err() && app::leftovers(place).is_empty() {
            return Ok(());
        }
        self.step("reset the app's permissions in macOS", || {
            for fault in tcc::reset(place) {
                (place.say)(&format!("warning: {fault}"));
            }
            Ok(())
        })?;
        self.step(&format!("remove {}", place.app().display()), || {
            app::remove(place).map_err(|error| kept(&place.app(), error))?;
            tcc::register(place, "-u");
            Ok(())
        })
    }

    /// The notifier that was there before is put back.
    fn hook(&self) -> Result<(), CommandError> {
        let hook = hook_place(self.place);
        let plan = match hook::remove(&hook) {
            Err(error) if !hook.may_hold_ours() => {
                (self.place.say)(&format!("{error}; it contains nothing of this program"));
                return Ok(());
            }
            plan => plan.map_err(CommandError::from)?,
        };
        let what = format!("remove this program from {}", plan.file().display());
        if plan.changes() {
            for sentence in plan.says() {
                (self.place.say)(sentence);
            }
            self.step(&what, || plan.carry_out("").map_err(CommandError::from))?;
        } else if !self.wish.dry_run {
            plan.carry_out("").map_err(CommandError::from)?;
        }
        if self.wish.purge || plan.backup_repeats() {
            self.remove(plan.backup(), "the backup from before set-up")?;
        }
        Ok(())
    }

    fn remove(&self, path: &Path, what: &str) -> Result<(), CommandError> {
        if path.symlink_metadata().is_err() {
            return Ok(());
        }
        self.step(&format!("remove {} ({what})", path.display()), || {
            app::remove_all(path).map_err(|error| kept(path, error))
        })
    }

    fn purge(&self) -> Result<(), CommandError> {
        let place = self.place;
        let state = &place.state_dir;
        let holds = |other: &Path| other.starts_with(state);
        if holds(&place.home) || holds(&place.codex_home) {
            return Err(CommandError::usage(format!(
                "{} contains other files and was kept",
                state.display()
            ))
            .hint("delete the log in it yourself"));
        }
        if !self.wish.dry_run {
            let_go(state)?;
        }
        self.remove(state, "the log and the settings")?;
        self.remove(&place.logs(), "launchd's logs")
    }
}

/// Nobody may be writing into what is removed.
fn let_go(state: &Path) -> Result<(), CommandError> {
    if state.exists()
        && let Err(StoreFault::Locked { pid }) = SledLog::open(state)
    {
        let who = pid.map_or_else(String::new, |pid| format!(" (process {pid})"));
        return Err(
            CommandError::failure(format!("the log is in use{who}, so it was kept"))
                .hint("stop that process, then run uninstall --purge again"),
        );
    }
    Ok(())
}

fn kept(path: &Path, error: io::Error) -> CommandError {
    CommandError::failure(format!("cannot remove {}", path.display()))
        .because(error)
        .hint("fix this and run uninstall again; it continues where it stopped")
}

fn hook_place(place: &Place) -> hook::Place {
    hook::Place {
        codex_home: place.codex_home.clone(),
        state_dir: place.state_dir.clone(),
    }
}

/// The checklist, and whether all of it is as it should be.
pub fn checklist(place: &Place, purged: bool) -> (String, bool) {
    let mut list = List::default();
    let labels = service::labels(place);
    let loaded = |label: &String| {
        let seen = launchctl::ask_about(place, Verb::Print, label);
        seen.is_ok_and(|answer| !matches!(answer.meaning, Meaning::NotLoaded | Meaning::NoSession))
    };
    list.check("launchd has no job of ours", !labels.iter().any(loaded));
    let definitions = labels
        .iter()
        .map(|label| place.agents().join(format!("{label}.plist")));
    list.check(
        "no launchd plist of ours",
        !definitions.into_iter().any(|plist| there(&plist)),
    );
    list.check("no agent is running", place.health().is_err());
    list.check("no launcher app", !there(&place.app()));
    list.check(
        "no unfinished files beside it",
        app::leftovers(place).is_empty(),
    );
    list.check(
        "Codex's config.toml does not name this program",
        !hook_place(place).names_us(),
    );
    list.check("no record of the program's path", !there(&place.support()));
    list.check(
        "no copies of files",
        !place.copies.iter().any(|copies| there(copies)),
    );
    let backup = hook_place(place).backup();
    if purged {
        list.check("no copy of config.toml", !there(&backup));
        list.check("no state", !there(&place.state_dir));
        list.check("no logs", !there(&place.logs()));
    } else {
        list.tell(
            "kept",
            &format!("backup of config.toml in {}", backup.display()),
            there(&backup),
        );
        list.tell(
            "kept",
            &format!("state in {}", place.state_dir.display()),
            there(&place.state_dir),
        );
        list.tell(
            "kept",
            &format!("logs in {}", place.logs().display()),
            there(&place.logs()),
        );
    }
    list.tell(
        "look",
        "check: System Settings > Privacy & Security may still list \"Codex iMessage\"; remove it with -",
        true,
    );
    (list.text, list.clean)
}

fn there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

struct List {
    text: String,
    clean: bool,
}

impl Default for List {
    fn default() -> Self {
        Self {
            text: String::new(),
            clean: true,
        }
    }
}

impl List {
    fn check(&mut self, what: &str, holds: bool) {
        self.clean &= holds;
        self.tell(if holds { "ok" } else { "LEFT" }, what, true);
    }

    fn tell(&mut self, how: &str, what: &str, applies: bool) {
        if applies {
            let _ = writeln!(self.text, "{how:<5} {what}");
        }
    }
}
