//! Set-up and its undoing as a plan that is made first, may be shown, and is then
//! carried out. The record is kept before the file changes, so that whoever is
//! killed in between loses nothing and the next run finishes.

use super::command::PROGRAM;
use super::error::HookError;
use super::file::{self, Found};
use super::install::{self, Wish};
use super::record::{self, Record};
use super::text::{self, About, Edit, Fault};
use super::undo;
use std::path::{Path, PathBuf};

/// What the backup's name ends in.
const BACKUP: &str = ".before-imessage";

/// Where things are.
#[derive(Clone, Debug)]
pub struct Place {
    /// Codex's directory.
    pub codex_home: PathBuf,
    /// Our directory.
    pub state_dir: PathBuf,
}

impl Place {
    /// Codex's configuration.
    pub fn config(&self) -> PathBuf {
        self.codex_home.join("config.toml")
    }

    /// What config.toml said before set-up changed it; beside the file itself, where links lead to.
    pub fn backup(&self) -> PathBuf {
        let config = self.config();
        let mut name = config.canonicalize().unwrap_or(config).into_os_string();
        name.push(BACKUP);
        name.into()
    }

    /// config.toml has our name in it, whatever else it is.
    pub fn names_us(&self) -> bool {
        let text = std::fs::read(self.config()).unwrap_or_default();
        String::from_utf8_lossy(&text).contains(PROGRAM)
    }

    /// Something of ours may stand in config.toml, or what stood there before is recorded.
    pub fn may_hold_ours(&self) -> bool {
        self.names_us() || self.state_dir.join(record::FILE).exists()
    }

    fn record(&self) -> Result<Option<Record>, HookError> {
        Record::load(&self.state_dir).map_err(|source| self.unusable(source))
    }

    fn unusable(&self, source: std::io::Error) -> HookError {
        HookError::Record {
            path: self.state_dir.join(record::FILE),
            source,
        }
    }
}

/// The thread's id in panes' titles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Titles {
    /// As it is.
    Keep,
    /// There.
    Show,
    /// Not there, as far as set-up put it there.
    Hide,
}

/// What becomes of the record.
enum Memory {
    Keep,
    Save(Record),
    Forget,
}

/// What would be done, and then is.
pub struct Plan {
    place: Place,
    found: Found,
    after: Option<String>,
    memory: Memory,
    backup: PathBuf,
    says: Vec<String>,
}

/// Plans that Codex runs `program`, by the path that stays.
pub fn set_up(place: &Place, program: &str, titles: Titles) -> Result<Plan, HookError> {
    let path = PathBuf::from(program);
    if path.file_name() != Some(PROGRAM.as_ref()) {
        return Err(HookError::Renamed { path });
    }
    let found = file::read(&place.config())?;
    let record = place.record()?;
    let source = found.text.clone().unwrap_or_default();
    let fault = |fault: Fault| HookError::Fault {
        path: found.path.clone(),
        fault,
    };
    let is_title = |edit: &Edit| edit.about == About::Title;
    let has_titles = record
        .as_ref()
        .is_some_and(|record| record.edits.iter().any(is_title));
    let wish = Wish {
        program: program.to_owned(),
        titles: titles == Titles::Show || (titles == Titles::Keep && has_titles),
    };
    let wanting = install::changes(&source, &wish).map_err(fault)?;
    let hide = titles == Titles::Hide && has_titles;
    if wanting.edits.is_empty() && !hide {
        let (memory, says) = unchanged(record, &source, wanting.says);
        return Ok(Plan::new(place, found.text.clone(), found, memory, says));
    }
    let before = match &record {
        Some(record) => undo::recorded(&source, record).map_err(fault)?,
        None => source.clone(),
    };
    let changes = install::changes(&before, &wish).map_err(fault)?;
    let (after, edits) = text::apply(&before, changes.edits);
    if !install::changes(&after, &wish)
        .map_err(fault)?
        .edits
        .is_empty()
    {
        let what = "this value cannot be changed safely; add our line yourself";
        return Err(fault(text::fault(&source, 0, what)));
    }
    // Said is what changes now, not what was changed before.
    let mut says = wanting.says;
    if hide {
        says.push("restored [tui] terminal_title".into());
    }
    let created = found.text.is_none()
        || (before.is_empty() && record.as_ref().is_some_and(|record| record.created));
    let then = changes.chain.or(record.and_then(|record| record.chain));
    let then = then.filter(|then| install::due(&after, then));
    let mut record = Record::of(&before, &after, edits);
    (record.created, record.chain) = (created, then);
    let memory = Memory::Save(record);
    Ok(Plan::new(place, Some(after), found, memory, says))
}

/// The file stays. A notifier that has put itself before us is not called by us any more.
fn unchanged(record: Option<Record>, source: &str, mut says: Vec<String>) -> (Memory, Vec<String>) {
    let stale = |then: &[String]| !install::due(source, then);
    match record {
        Some(record) if record.chain.as_deref().is_some_and(stale) => {
            says.push("removed the chained notifier, because it calls this program".into());
            (Memory::Save(record.unchained()), says)
        }
        Some(_) | None => (Memory::Keep, says),
    }
}

/// Plans that nothing of ours is left in Codex's configuration.
pub fn remove(place: &Place) -> Result<Plan, HookError> {
    let found = file::read(&place.config())?;
    let record = place.record()?;
    let memory = || match &record {
        Some(_) => Memory::Forget,
        None => Memory::Keep,
    };
    let Some(source) = &found.text else {
        return Ok(Plan::new(place, None, found, memory(), Vec::new()));
    };
    let fault = |fault| HookError::Fault {
        path: found.path.clone(),
        fault,
    };
    let (after, mut says) = undo::everything(source, record.as_ref()).map_err(fault)?;
    if after.is_empty() && record.as_ref().is_some_and(|record| record.created) {
        says.push("removed config.toml, which set-up had created".into());
        return Ok(Plan::new(place, None, found, memory(), says));
    }
    Ok(Plan::new(place, Some(after), found, memory(), says))
}

impl Plan {
    fn new(
        place: &Place,
        after: Option<String>,
        found: Found,
        memory: Memory,
        says: Vec<String>,
    ) -> Self {
        Self {
            place: place.clone(),
            backup: found.beside(BACKUP),
            found,
            after,
            memory,
            says,
        }
    }

    /// The file itself, where links led to.
    pub fn file(&self) -> &Path {
        &self.found.path
    }

    /// What would be done, one sentence each.
    pub fn says(&self) -> &[String] {
        &self.says
    }

    /// The file would change.
    pub fn changes(&self) -> bool {
        self.after != self.found.text
    }

    /// Whether panes' titles show the thread once it is carried out.
    pub fn shows_thread(&self) -> bool {
        self.after
            .as_deref()
            .is_some_and(super::title::shows_thread)
    }

    /// What runs after us, as it stands in the record.
    pub fn chained(&self) -> bool {
        matches!(&self.memory, Memory::Save(record) if record.chain.is_some())
    }

    /// The backup, if there is one or will be one.
    pub fn backup(&self) -> &Path {
        &self.backup
    }

    /// Does it. `line` is what the owner may write by hand if it cannot be done.
    pub fn carry_out(&self, line: &str) -> Result<(), HookError> {
        let recorded =
            |done: std::io::Result<()>| done.map_err(|source| self.place.unusable(source));
        if self.changes() {
            self.found.writable(line)?;
        }
        if let Memory::Save(record) = &self.memory {
            // A file that set-up made holds nothing of the owner's.
            let owners = self.found.text.is_some() && !record.created;
            if self.changes() && owners && !self.backup.exists() {
                self.found.back_up(&self.backup)?;
            }
            recorded(record.save(&self.place.state_dir))?;
        }
        if self.changes() {
            self.found.replace(self.after.as_deref())?;
        }
        if let Memory::Forget = &self.memory {
            recorded(Record::forget(&self.place.state_dir))?;
        }
        Ok(())
    }

    /// After undoing: the backup says only what the file says.
    pub fn backup_repeats(&self) -> bool {
        let backup = std::fs::read_to_string(&self.backup).ok();
        backup.is_some() && backup == self.after
    }
}
