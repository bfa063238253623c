//! What was read and not understood: which forms, where first, how often. A newer
//! Codex or macOS is the usual cause.

use events::event::{ShapeEffect, ShapeUnknown, Source};
use events::{Seq, Wall};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most kinds kept for one source; further ones are counted together.
const KINDS_MAX: usize = 64;
/// The name under which these are counted.
const FURTHER: &str = "further kinds";

/// One form that is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Where it was found first.
    pub place: String,
    /// Which version of which program wrote it first.
    pub version: String,
    /// The worst that followed from it.
    pub effect: ShapeEffect,
    /// At least so many were found.
    pub count: u64,
    /// Position of its first event.
    pub first: Seq,
    /// When it was found last.
    pub last: Wall,
}

/// All of them, by source and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shapes(BTreeMap<Source, BTreeMap<String, Shape>>);

impl Shapes {
    /// Takes one over.
    pub(crate) fn add(&mut self, seq: Seq, at: Wall, e: &ShapeUnknown) {
        let kinds = self.0.entry(e.source).or_default();
        let full = kinds.len() >= KINDS_MAX && !kinds.contains_key(&e.kind);
        let kind = if full { FURTHER } else { &e.kind };
        let shape = kinds.entry(kind.to_owned()).or_insert_with(|| Shape {
            place: e.place.clone(),
            version: e.version.clone(),
            effect: e.effect,
            count: 0,
            first: seq,
            last: at,
        });
        shape.count = shape.count.saturating_add(e.count);
        shape.effect = shape.effect.max(e.effect);
        shape.last = at;
    }

    /// What is known of a kind.
    pub fn get(&self, source: Source, kind: &str) -> Option<&Shape> {
        self.0.get(&source)?.get(kind)
    }

    /// Whether the kinds of a source are counted together by now.
    pub(crate) fn is_full(&self, source: Source) -> bool {
        let kinds = self.0.get(&source);
        kinds.is_some_and(|kinds| kinds.len() >= KINDS_MAX)
    }

    /// All, by source and kind.
    pub fn iter(&self) -> impl Iterator<Item = (Source, &str, &Shape)> {
        self.0.iter().flat_map(|(source, kinds)| {
            let named = |(kind, shape)| (*source, String::as_str(kind), shape);
            kinds.iter().map(named)
        })
    }
}
