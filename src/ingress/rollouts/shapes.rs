//! Counts what is not understood: the first of a kind is reported at once, further
//! ones each time that their number has grown tenfold.

use events::event::{ShapeEffect, ShapeUnknown, Source};
use std::collections::BTreeMap;
use std::path::Path;

/// Most kinds that are counted one by one.
const KINDS: usize = 128;

/// What was found, by kind.
#[derive(Debug, Default)]
pub(super) struct Shapes(BTreeMap<(String, ShapeEffect), Count>);

#[derive(Debug, Default)]
struct Count {
    all: u64,
    reported: u64,
}

/// Something that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Strange {
    pub(super) kind: String,
    pub(super) effect: ShapeEffect,
    /// Which Codex wrote the file.
    pub(super) version: String,
    /// Where it begins.
    pub(super) offset: u64,
}

impl Shapes {
    /// Counts one, and gives the report if one is due.
    pub(super) fn found(&mut self, path: &Path, strange: Strange) -> Option<ShapeUnknown> {
        let Strange {
            kind,
            effect,
            version,
            offset,
        } = strange;
        let known = self.0.contains_key(&(kind.clone(), effect));
        if !known && self.0.len() >= KINDS {
            return None;
        }
        let count = self.0.entry((kind.clone(), effect)).or_default();
        count.all += 1;
        if count.all != 1 && count.all < count.reported.saturating_mul(10) {
            return None;
        }
        let new = count.all - count.reported;
        count.reported = count.all;
        Some(ShapeUnknown {
            source: Source::Rollouts,
            kind,
            place: format!("{}, byte {offset}", path.display()),
            version: if version.is_empty() {
                String::new()
            } else {
                format!("Codex {version}")
            },
            effect,
            count: new,
        })
    }
}
