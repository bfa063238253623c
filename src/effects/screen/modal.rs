//! Modals, lists and views in which nothing is typed. Their hints must be the last thing on the
//! screen, and a modal with a name of its own must also have its first option and its heading.

use super::cues::{CUT, CUT_QUESTION, Kind, MODALS, Modal, PICKERS, UNANSWERED};
use super::{Capture, Seen, bottom};
use events::outcome::Screen;
use events::private::Text;

/// The modal at the bottom of the screen, if there is one.
pub(super) fn read(capture: &Capture) -> Option<Seen> {
    let lines = capture.lines.as_slice();
    let (start, foot) = bottom::foot(lines)?;
    let named = MODALS.iter().find_map(|modal| named(modal, lines, &foot));
    named.or_else(|| picker(lines, start, &foot))
}

fn named(modal: &Modal, lines: &[String], foot: &str) -> Option<Seen> {
    if !modal.feet.iter().any(|end| foot.ends_with(end)) {
        return None;
    }
    let end = match modal.first {
        Some(first) => {
            let row = bottom::first_row(lines, lines.len())?;
            row.label.starts_with(first).then_some(row.line)?
        }
        None => lines.len(),
    };
    let region = &lines[bottom::region_start(lines, end)..end];
    let shown = bottom::squeeze(region);
    // In a very small pane the list alone is shown, and a mark where the rest is.
    let cut = modal.kind == Kind::Approval && modal.first.is_some() && shown.contains(CUT);
    if !cut && !shown.contains(modal.heading) {
        return None;
    }
    let screen = match modal.kind {
        Kind::Approval => Screen::Approval {
            what: what(region, modal.heading),
        },
        Kind::Plan => Screen::PlanPrompt,
        Kind::Trust => Screen::Trust,
        Kind::Update => Screen::Update,
        Kind::Login => Screen::Login,
    };
    let why = [
        "its hints end the screen",
        "its first option",
        "its heading",
    ];
    Some(Seen::plain(screen, &why))
}

/// All that stands from the heading on. The topmost heading counts, so that a command which
/// repeats it cannot hide its own beginning.
fn what(region: &[String], heading: &str) -> Text {
    let begins = |line: &String| {
        let line = line.trim();
        line.contains(heading) || (line.len() > 20 && heading.starts_with(line))
    };
    let from = region.iter().position(begins).unwrap_or(0);
    let lines = region[from..].iter().map(|line| line.trim());
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n").into()
}

fn picker(lines: &[String], start: usize, foot: &str) -> Option<Seen> {
    let (_, name) = PICKERS.iter().find(|(hints, _)| foot.contains(hints))?;
    let title = match name {
        Some(name) => (*name).to_owned(),
        None => heading(lines, start).unwrap_or_else(|| "a list to choose from".to_owned()),
    };
    let screen = if title == CUT_QUESTION || title == UNANSWERED {
        // It waits for an answer, though not one that could be given by a number from here.
        Screen::Question {
            text: title.into(),
            options: 0,
            notes: false,
        }
    } else {
        Screen::Picker {
            title: title.into(),
        }
    };
    Some(Seen::plain(screen, &["its hints end the screen"]))
}

/// The first line of the paragraph above a list.
fn heading(lines: &[String], start: usize) -> Option<String> {
    let first = bottom::first_row(lines, start)?.line;
    let last = lines[..first].iter().rposition(|l| !bottom::blank(l))?;
    let block = bottom::last_block(&lines[..=last])?;
    Some(lines[block.start].trim().to_owned())
}
