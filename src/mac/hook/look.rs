//! What Codex's configuration says about us, for whoever wants to know and changes
//! nothing.

use super::command::{self, Kind};
use super::install;
use super::text::{self, Fault};
use super::title;

/// Whether Codex runs us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hook {
    /// Nothing is run.
    Absent,
    /// We are run.
    Ours {
        /// By this path.
        program: String,
    },
    /// Another program is run and calls us.
    Through {
        /// That program.
        program: String,
    },
    /// Another program is run.
    Other {
        /// That program.
        program: String,
    },
    /// What is there cannot be run by Codex.
    Unusable,
}

/// What the text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whether Codex runs us.
    pub hook: Hook,
    /// Lines of entries that have no effect where they are, or stop Codex from starting.
    pub misplaced: Vec<usize>,
    /// Panes' titles show the thread.
    pub pane_titles: bool,
}

/// Looks at the text of Codex's configuration.
pub fn look(source: &str) -> Result<Seen, Fault> {
    let entries = install::entries(source)?;
    let misplaced = entries.below.iter().filter(|entry| entry.is_misplaced());
    let misplaced = misplaced.chain(&entries.repeated);
    let line = |at: usize| text::fault(source, at, "").line;
    let hook = match &entries.top {
        None => Hook::Absent,
        Some(top) => match top.argv.as_deref() {
            Some([]) => Hook::Absent,
            Some([program, ..]) if !top.elements.is_empty() => {
                whose(top.kind(), program, top.argv.as_deref())
            }
            Some(_) | None => Hook::Unusable,
        },
    };
    Ok(Seen {
        hook,
        misplaced: misplaced.map(|entry| line(entry.lines.start)).collect(),
        pane_titles: title::shows_thread(&entries.plain),
    })
}

fn whose(kind: Kind, program: &str, argv: Option<&[String]>) -> Hook {
    let program = program.to_owned();
    match kind {
        Kind::Ours => Hook::Ours { program },
        Kind::ReachesUs => Hook::Through { program },
        Kind::ComputerUse { .. } if argv.is_some_and(command::reaches_us) => {
            Hook::Through { program }
        }
        Kind::ComputerUse { .. } | Kind::Predecessor | Kind::Foreign => Hook::Other { program },
    }
}
