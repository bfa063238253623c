//! What is read of Codex and Messages, and whether all of it is understood.

use super::check::Check;
use super::facts::Facts;
use crate::ingress::rollouts::discover;
use events::event::{ShapeEffect, Source};
use projections::shapes::Shape;

/// Most kinds that are listed.
const LISTED: usize = 8;

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    vec![session_files(facts), understood(facts)]
}

fn session_files(facts: &Facts<'_>) -> Check {
    let folder = facts.config.codex_home.join("sessions");
    let (files, copies) = discover::all(&folder);
    let evidence = format!("{} in {}", files.len(), folder.display());
    let Some(copy) = copies.first() else {
        return Check::ok("session_files", evidence);
    };
    let evidence = format!(
        "{evidence}; {} more are copies by their names and are ignored, such as {}",
        copies.len(),
        copy.display()
    );
    Check::ok("session_files", evidence)
        .then("optional: take the folder out of the tool that makes the copies")
}

/// Forms that this program does not know, with where each was found first.
fn understood(facts: &Facts<'_>) -> Check {
    const NAME: &str = "understood";
    let Ok((state, _)) = &facts.log else {
        return Check::unknown(NAME, "the log cannot be read");
    };
    let mut found: Vec<_> = state.shapes.iter().collect();
    found.sort_by_key(|(.., shape)| (std::cmp::Reverse(shape.effect), shape.first));
    let Some(worst) = found.first().map(|(.., shape)| shape.effect) else {
        return Check::ok(NAME, "everything that was read had a known form");
    };
    let lines: Vec<_> = found.iter().take(LISTED).map(line).collect();
    let more = match found.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!("; {more} more kinds"),
    };
    let evidence = lines.join("; ") + &more;
    if worst == ShapeEffect::Lost {
        let next = "look for a newer version of this program, or report this";
        return Check::warn(NAME, evidence, next);
    }
    Check::ok(NAME, format!("nothing is lost, but unknown: {evidence}"))
}

fn line((source, kind, shape): &(Source, &str, &Shape)) -> String {
    let from = match source {
        Source::ChatDb => "Messages",
        Source::Rollouts => "Codex's session files",
        Source::Notify => "Codex's notify",
        Source::AppServer => "Codex's app-server",
        Source::Panes => "a pane",
        Source::Inbox | Source::QueueFile | Source::Disk => "the state directory",
    };
    let effect = match shape.effect {
        ShapeEffect::Counted => "harmless",
        ShapeEffect::Replaced => "replaced by what else is known",
        ShapeEffect::Lost => "something is lost",
    };
    let by = match shape.version.as_str() {
        "" => String::new(),
        version => format!(", {version}"),
    };
    let Shape { count, place, .. } = shape;
    format!("{kind} in {from} ({count} times, first at {place}{by}: {effect})")
}
