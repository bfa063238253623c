//! Pictures and files that the owner sends along: how far they are, what a session is
//! given of them, and what the owner is told. A session gets the names of our copies
//! only: what a file was called is somebody's text, and the model must not read it.

use crate::render::tidy;
use events::Guid;
use events::outcome::{FetchedFile, FileCopy, NoCopy};
use events::settings::FilesIn;
use serde::{Deserialize, Serialize};

/// Most files of one message.
pub const MOST: usize = 10;
/// Longest name of a file in a text to the owner.
const NAME: usize = 40;

/// The files of one instruction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Files {
    /// It has none.
    #[default]
    None,
    /// These rows have some, which are not copied yet.
    Wanted(Vec<Guid>),
    /// What became of each.
    Fetched(Vec<FetchedFile>),
}

impl Files {
    /// Those that these rows have, where the settings let them through.
    pub(crate) fn wanted(rows: &[Guid], setting: FilesIn) -> Self {
        if rows.is_empty() || setting == FilesIn::Off {
            return Self::None;
        }
        Self::Wanted(rows.to_vec())
    }

    fn fetched(&self) -> &[FetchedFile] {
        match self {
            Self::Fetched(files) => files,
            Self::None | Self::Wanted(_) => &[],
        }
    }

    /// The copies.
    fn copies(&self) -> impl Iterator<Item = &FileCopy> {
        self.fetched()
            .iter()
            .filter_map(|file| file.copy.as_ref().ok())
    }

    /// The pictures' files.
    pub fn pictures(&self) -> Vec<String> {
        let pictures = self.copies().filter(|copy| copy.picture);
        pictures.map(|copy| copy.path.clone()).collect()
    }

    /// Some were wanted, and none could be copied.
    pub fn all_failed(&self) -> bool {
        !self.fetched().is_empty() && self.copies().next().is_none()
    }

    /// The words with the copies' files below them. Pictures are left out where they are
    /// given as such.
    pub fn with_words(&self, words: &str, pictures_too: bool) -> String {
        let line = |copy: &FileCopy| {
            let what = if copy.picture { "Picture" } else { "File" };
            (pictures_too || !copy.picture).then(|| format!("{what}: {}", copy.path))
        };
        let lines: Vec<_> = self.copies().filter_map(line).collect();
        match (words.trim().is_empty(), lines.is_empty()) {
            (_, true) => words.to_owned(),
            (true, false) => lines.join("\n"),
            (false, false) => format!("{words}\n\n{}", lines.join("\n")),
        }
    }

    /// What the owner is told about them: how many went along, and which did not and why.
    pub fn text(&self) -> String {
        let count = |picture: bool| self.copies().filter(|copy| copy.picture == picture).count();
        let some = |count: usize, what: &str| match count {
            0 => None,
            1 => Some(format!("1 {what}")),
            many => Some(format!("{many} {what}s")),
        };
        let with: Vec<_> = [some(count(true), "picture"), some(count(false), "file")]
            .into_iter()
            .flatten()
            .collect();
        let mut said = Vec::new();
        if !with.is_empty() {
            said.push(format!("With {}.", with.join(" and ")));
        }
        said.extend(self.not_passed_on());
        said.join("\n")
    }

    /// One line about those that could not be copied.
    pub fn not_passed_on(&self) -> Option<String> {
        let failed = self.fetched().iter();
        let failed = failed.filter_map(|file| Some((file, file.copy.as_ref().err()?)));
        let failed: Vec<_> = failed
            .map(|(file, why)| format!("\"{}\" ({})", tidy(file.name.reveal(), NAME), reason(why)))
            .collect();
        (!failed.is_empty()).then(|| format!("Not passed on: {}.", failed.join(", ")))
    }
}

/// Why there is no copy, in a few words.
pub fn reason(why: &NoCopy) -> String {
    match why {
        NoCopy::NotWhole => "it had not arrived on the Mac in time".into(),
        NoCopy::NotDownloaded => "Messages could not download it".into(),
        NoCopy::TooLarge { bytes, max } => format!(
            "it has {}, and {} are allowed",
            megabytes(*bytes),
            megabytes(*max)
        ),
        NoCopy::NoPicture => "only pictures are passed on".into(),
        NoCopy::NotConverted { why } => format!("it could not be converted to JPEG: {why}"),
        NoCopy::Unreadable { why } => format!("it could not be read: {why}"),
        NoCopy::TooMany => format!("only {MOST} files go with one message"),
    }
}

pub(crate) fn megabytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1 << 20);
    if tenths.is_multiple_of(10) {
        format!("{} MB", tenths / 10)
    } else {
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}
