//! Pictures and files as Messages has them: what goes with the owner's messages, when it is
//! whole, and what the owner does with such a message afterwards.

use super::messages::{Messages, Row};
use super::story::{Arrives, Copying, Piece, Sort};
use super::world::{Happening, World};
use events::input::{Body, MessageRow};
use events::{CommandId, Guid, Text};
use std::collections::VecDeque;

/// How much later than a row it is known what its late files are called.
const NAMED: u64 = 700;

/// A file of one of the owner's rows.
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    /// What it is called; no session may hear of it.
    pub(crate) name: String,
    /// What it is.
    pub(crate) sort: Sort,
    /// When it is whole, if ever.
    pub(crate) whole: Option<u64>,
    /// Messages gave up.
    pub(crate) failed: bool,
    /// chat.db has its name.
    pub(crate) named: bool,
}

/// What is given to Messages.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    /// A text.
    Words(Text),
    /// A file of this name.
    File(Text),
}

/// A copy for a session.
#[derive(Clone, Debug)]
pub(crate) struct Copied {
    /// The command that made it.
    pub(crate) fetch: CommandId,
    /// Its file.
    pub(crate) path: String,
    /// The row that has the original.
    pub(crate) of: Guid,
    /// The original was whole.
    pub(crate) whole: bool,
}

/// A copy for the owner.
#[derive(Clone, Debug)]
pub(crate) struct CopiedOut {
    /// The command that made it.
    pub(crate) copy: CommandId,
    /// Its file.
    pub(crate) file: String,
    /// The original lies in the session's directory.
    pub(crate) inside: bool,
}

/// The program's private directories, and what copies meet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    /// What goes with the owner's next message.
    attached: Vec<Piece>,
    /// How many files the owner sent.
    count: usize,
    /// What the next copies meet.
    pub(crate) copying: VecDeque<Copying>,
    /// Copies for sessions that are there.
    pub(crate) copies: Vec<Copied>,
    /// Copies for the owner that are there.
    pub(crate) outs: Vec<CopiedOut>,
}

/// Words with so many files before them, as Messages writes them.
pub(super) fn places(files: usize, words: &str) -> String {
    format!("{}{words}", "\u{fffc}".repeat(files))
}

impl Said {
    /// The body of its row.
    pub(super) fn body(&self) -> String {
        match self {
            Self::Words(words) => words.reveal().clone(),
            Self::File(_) => places(1, ""),
        }
    }

    /// Gives its row the file's name.
    pub(super) fn named(&self, row: &mut MessageRow) {
        if let Self::File(name) = self {
            row.attachments = true;
            row.files = vec![name.clone()];
        }
    }
}

impl Messages {
    /// Puts files into a row that is being written.
    pub(super) fn attach(&mut self, row: &mut MessageRow, files: Vec<Attachment>) {
        if files.is_empty() {
            return;
        }
        row.attachments = true;
        let named = files.iter().filter(|file| file.named);
        row.files = named.map(|file| Text::from(file.name.as_str())).collect();
        self.attached.insert(row.guid.clone(), files);
    }

    /// chat.db has the names of all files of a row.
    pub(super) fn name_files(&mut self, guid: &Guid) {
        let files = self.attached.get_mut(guid);
        let mut names = Vec::new();
        for file in files.into_iter().flatten() {
            file.named = true;
            names.push(Text::from(file.name.as_str()));
        }
        if let Some(row) = self.named_mut(guid).filter(|row| row.row.attachments) {
            row.row.files = names;
        }
    }

    /// The owner's newest message with files, and its copy in a chat with oneself.
    fn newest_with_files(&self) -> Vec<Guid> {
        let newest = self.rows.iter().rev();
        let mut newest = newest.filter(|r| r.word && r.row.attachments);
        let Some(row) = newest.next() else {
            return Vec::new();
        };
        let names = self.file_names(row);
        let twin = |r: &&Row| self.file_names(r) == names;
        let all = self.rows.iter().filter(twin);
        all.map(|r| r.row.guid.clone()).collect()
    }

    /// The owner changes their newest message with files. Whether there is one.
    pub(super) fn change(&mut self, words: Option<&str>) -> bool {
        let changed = self.newest_with_files();
        for guid in &changed {
            let files = self.attached.get(guid).map_or(0, Vec::len);
            let Some(row) = self.named_mut(guid) else {
                continue;
            };
            row.row.edited = true;
            if let Some(words) = words {
                row.row.body = Body::Text(Text::from(places(files, words)));
            } else {
                row.row.unsent = true;
                row.row.body = Body::Empty;
                (row.row.attachments, row.row.files) = (false, Vec::new());
                row.word = false;
                self.attached.remove(guid);
            }
            self.edits.push(guid.clone());
        }
        !changed.is_empty()
    }
}

impl World {
    /// This goes with what the owner writes next.
    pub(super) fn attaches(&mut self, piece: Piece) {
        self.files.attached.push(piece);
    }

    /// What the owner attached, as their next row has it.
    pub(super) fn attached(&mut self) -> Vec<Attachment> {
        let pieces = std::mem::take(&mut self.files.attached);
        let now = self.now;
        let files = pieces.into_iter().map(|piece| {
            self.files.count += 1;
            let (mark, whole) = match piece.arrives {
                Arrives::AtOnce => (None, Some(now)),
                Arrives::After(ms) => (Some("file late"), Some(now + ms)),
                Arrives::Never => (Some("file never whole"), None),
                Arrives::Fails => (Some("file not downloaded"), None),
            };
            mark.inspect(|mark| self.marks.hit(mark));
            Attachment {
                name: format!("IMG_{}_zebra.heic", self.files.count),
                sort: piece.sort,
                whole,
                failed: piece.arrives == Arrives::Fails,
                named: !matches!(piece.arrives, Arrives::After(_)),
            }
        });
        files.collect()
    }

    /// The names of a row's late files come a little later.
    pub(super) fn names_follow(&mut self, row: &Guid) {
        let files = self.messages.attached.get(row);
        if files.is_some_and(|files| files.iter().any(|file| !file.named)) {
            self.marks.hit("file's name late");
            self.plan(self.now + NAMED, Happening::FilesNamed(row.clone()));
        }
    }

    /// The owner unsends or edits their newest message with files.
    pub(super) fn changes(&mut self, words: Option<&str>) {
        if self.messages.change(words) {
            self.marks.hit(if words.is_some() {
                "edited, with files"
            } else {
                "unsent, with files"
            });
        }
    }
}
