//! Files as people and other tools leave them, through set-up twice and undoing:
//! what is promised byte for byte is compared byte for byte.

mod changed;
mod commands;
mod corpus;
mod files;

use super::command::{self, Argv};
use super::record::Record;
use super::{Place, Titles, install, remove, set_up};
use std::fs;
use std::path::PathBuf;

/// Where our program is in these tests.
const OURS: &str = "/opt/homebrew/bin/codex-imessage-control-plane";
/// What is put at the top where nothing was.
const LINE: &str = "notify = [\"/opt/homebrew/bin/codex-imessage-control-plane\", \"notify\"]";

/// A home of Codex with one configuration.
struct Home {
    dir: tempfile::TempDir,
    place: Place,
}

impl Home {
    fn of(text: &str) -> Self {
        let home = Self::empty();
        fs::create_dir(&home.place.codex_home).unwrap();
        fs::write(home.place.config(), text).unwrap();
        home
    }

    fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let place = Place {
            codex_home: dir.path().join("codex"),
            state_dir: dir.path().join("state"),
        };
        Self { dir, place }
    }

    fn text(&self) -> String {
        fs::read_to_string(self.place.config()).unwrap()
    }

    fn write(&self, text: &str) {
        fs::write(self.place.config(), text).unwrap();
    }

    fn chain(&self) -> Option<Argv> {
        Record::load(&self.place.state_dir).unwrap()?.chain
    }

    /// Sets up and says what was said.
    fn set_up(&self, titles: Titles) -> Vec<String> {
        let plan = set_up(&self.place, OURS, titles).unwrap();
        plan.carry_out(LINE).unwrap();
        plan.says().to_vec()
    }

    fn remove(&self) -> Vec<String> {
        let plan = remove(&self.place).unwrap();
        plan.carry_out(LINE).unwrap();
        assert_eq!(plan.backup(), self.place.backup());
        if plan.backup_repeats() {
            fs::remove_file(plan.backup()).unwrap();
        }
        plan.says().to_vec()
    }

    /// Names of all files in Codex's directory.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.place.codex_home).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn link(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

/// What Codex would run, as the text says.
fn runs(text: &str) -> Argv {
    let top = install::entries(text)
        .unwrap()
        .top
        .expect("an entry at the top");
    top.argv.expect("a command")
}

/// The text has us run by Codex, directly or by another.
fn reaches_us(text: &str) -> bool {
    command::reaches_us(&runs(text))
}
