//! How events are printed for people.

/// How entries are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// What happened, in a sentence, and the changes that mean something.
    #[default]
    People,
    /// Every field and every change, by paths.
    Full,
    /// One JSON object a line.
    Json,
}
