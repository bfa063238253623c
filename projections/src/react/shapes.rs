//! What is not understood is counted, and told to the owner once per kind where it
//! costs them something.

use super::draft::Draft;
use super::notices;
use crate::heading::Heading;
use events::Event;
use events::event::{ShapeEffect, ShapeUnknown, Source, Topic};
use events::input::{Body, MessageRow};

/// Many of a kind have an event of their own only from this number on.
const MANY: u64 = 9;

/// Something was read whose form is not known.
pub(super) fn found(draft: &mut Draft, shape: ShapeUnknown) {
    let shapes = &draft.state().shapes;
    let known = shapes.get(shape.source, &shape.kind);
    let worse = known.is_none_or(|known| known.effect < shape.effect);
    let new = worse && (known.is_some() || !shapes.is_full(shape.source));
    if !new && shape.count < MANY {
        return;
    }
    let told = new && shape.effect == ShapeEffect::Lost;
    let body = told.then(|| worded(&shape));
    draft.record(Event::ShapeUnknown(shape));
    if let Some(body) = body {
        notices::queue(draft, None, Topic::Health, &Heading::NotUnderstood, &body);
    }
}

/// A row of chat.db is of a kind that is not known here. What it costs the owner is
/// told with the row itself, where it was theirs.
pub(super) fn row(draft: &mut Draft, row: &MessageRow) {
    for kind in strange(row) {
        found(
            draft,
            ShapeUnknown {
                source: Source::ChatDb,
                kind,
                place: format!("row {}", row.rowid),
                version: String::new(),
                effect: ShapeEffect::Counted,
                count: 1,
            },
        );
    }
}

/// What is not known about a row: numbers and names of Apple's, never what it says.
fn strange(row: &MessageRow) -> Vec<String> {
    let mut kinds = Vec::new();
    if !(0..=6).contains(&row.item_type) {
        kinds.push(format!("item_type {}", row.item_type));
    }
    if !matches!(row.associated_type, 0 | 2 | 3 | 1000 | 2000..=2007 | 3000..=3007 | 4000) {
        kinds.push(format!("associated_message_type {}", row.associated_type));
    }
    if row.body == Body::Undecodable {
        kinds.push("attributedBody".to_owned());
    }
    let known = ["", "iMessage", "SMS", "RCS", "iMessageLite"];
    let plain = row.service.chars().all(|c| c.is_ascii_alphanumeric()) && row.service.len() <= 32;
    if !known.contains(&row.service.as_str()) {
        let name = if plain {
            &row.service
        } else {
            "of another form"
        };
        kinds.push(format!("service {name}"));
    }
    kinds
}

fn worded(shape: &ShapeUnknown) -> String {
    let ShapeUnknown {
        source,
        kind,
        version,
        ..
    } = shape;
    let by = if version.is_empty() {
        String::new()
    } else {
        format!(", written by {version}")
    };
    let (what, cost) = match source {
        Source::Rollouts => (
            "a session file of Codex",
            "Texts about such sessions may be missing or incomplete.",
        ),
        Source::Notify => (
            "a message of Codex at the end of a turn",
            "Texts may come some seconds later than usual.",
        ),
        Source::ChatDb => (
            "the database of Messages",
            "Some of what you write may not be seen.",
        ),
        Source::AppServer => (
            "what Codex's app-server says",
            "Approvals and questions may come later than usual, or not at all.",
        ),
        Source::Panes => (
            "the screen of a session",
            "Approvals and questions of such sessions may be missing.",
        ),
        Source::Inbox | Source::QueueFile | Source::Disk => {
            ("its own files", "Some of what was handed over may be lost.")
        }
    };
    format!(
        "This program does not understand something in {what} ({kind}{by}). {cost} Look for a \
         newer version of this program; `doctor` on the Mac shows where it was found."
    )
}
