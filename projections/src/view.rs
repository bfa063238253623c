//! State for people: as lines, and as what changed between two of them.
//!
//! Lines come from `Debug`, in which private values do not show themselves; a
//! view can be pasted into a bug report.

use crate::state::State;
use std::collections::BTreeMap;
use std::fmt::{Debug, Write};

/// A value as `path: leaf` lines, in order.
pub fn lines(value: &impl Debug) -> Vec<(String, String)> {
    let mut path: Vec<String> = Vec::new();
    let mut counts: Vec<usize> = vec![0];
    let mut out = Vec::new();
    let pretty = format!("{value:#?}");
    for line in pretty.lines() {
        let text = line.trim().trim_end_matches(',');
        if matches!(text, "}" | "]" | ")") {
            path.pop();
            counts.pop();
            continue;
        }
        let (key, rest) = split_key(text, &mut counts);
        match rest.strip_suffix(['{', '[', '(']) {
            Some(kind) => {
                let kind = kind.trim();
                let shown = if key.is_empty() {
                    String::from(kind)
                } else {
                    key
                };
                path.push(shown);
                // What is in `Some` stands under the field's own name.
                counts.push(if kind == "Some" { SOLE } else { 0 });
            }
            None => out.push((join(&path, &key), rest)),
        }
    }
    out
}

/// Stands for a count where there is only one.
const SOLE: usize = usize::MAX;

/// The name of a field, or its place in a list.
fn split_key(text: &str, counts: &mut [usize]) -> (String, String) {
    if let Some((key, rest)) = text.split_once(": ")
        && !key.contains(['"', ' '])
    {
        return (key.to_owned(), rest.to_owned());
    }
    if counts.last() == Some(&SOLE) {
        return (String::new(), text.to_owned());
    }
    let nth = counts.last_mut().map_or(0, |count| {
        *count += 1;
        *count - 1
    });
    (
        if counts.len() > 1 {
            nth.to_string()
        } else {
            String::new()
        },
        text.to_owned(),
    )
}

fn join(path: &[String], key: &str) -> String {
    let parts = path.iter().map(String::as_str).chain(std::iter::once(key));
    parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(".")
}

/// What changed, a line each: `+` came, `-` went, `~` changed.
pub fn changes(before: &State, after: &State) -> Vec<String> {
    let map = |state: &State| lines(state).into_iter().collect::<BTreeMap<_, _>>();
    let (old, new) = (map(before), map(after));
    let mut out = Vec::new();
    for (path, value) in &new {
        match old.get(path) {
            None => out.push(format!("+ {path}: {value}")),
            Some(was) if was != value => out.push(format!("~ {path}: {was} -> {value}")),
            Some(_) => {}
        }
    }
    out.extend(
        old.iter()
            .filter(|(path, _)| !new.contains_key(*path))
            .map(|(path, was)| format!("- {path}: {was}")),
    );
    out
}

/// What the owner gets who writes `list`.
pub fn list(state: &State) -> String {
    crate::react::list(state)
}

/// One event as a readable block: its head line, its fields, and what it changed.
pub fn block(before: &State, envelope: &events::Envelope, after: &State) -> String {
    let mut out = String::new();
    let (kind, fields) = event_lines(&envelope.event);
    let cause = envelope
        .cause
        .map_or_else(String::new, |cause| format!(" because of {cause}"));
    let _ = writeln!(
        out,
        "event {} {kind} at tick {}{cause}",
        envelope.seq, envelope.tick.0
    );
    for (path, value) in fields {
        let _ = writeln!(out, "    {path}: {value}");
    }
    for change in changes(before, after) {
        let _ = writeln!(out, "  {change}");
    }
    out
}

/// An event's kind and its fields.
pub fn event_lines(event: &events::Event) -> (String, Vec<(String, String)>) {
    let text = format!("{event:?}");
    let kind = text.split(['(', ' ']).next().unwrap_or_default().to_owned();
    let strip = |path: String| {
        let mut parts = path.splitn(3, '.');
        let rest = (parts.next(), parts.next(), parts.next());
        rest.2.map_or(path.clone(), ToOwned::to_owned)
    };
    (
        kind,
        lines(event)
            .into_iter()
            .map(|(path, value)| (strip(path), value))
            .collect(),
    )
}
