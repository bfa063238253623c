//! `--trace`: every event as it is appended, with what it changed.

use crate::driver::Watch;
use crate::ui;
use projections::view;

/// Prints one readable block per event to standard output.
pub(super) fn printer() -> Watch {
    Box::new(|before, envelope, after| {
        // Whoever closed standard output does not want to read on.
        let _ = ui::data(&view::block(before, envelope, after));
    })
}
