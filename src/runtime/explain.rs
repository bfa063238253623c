//! The story of one message, told from the log beside whoever holds it.

use super::open;
use crate::clock::wall;
use crate::config::Config;
use crate::error::{Answer, CommandError, Outcome};
use crate::store;
use crate::ui;
use projections::explain::{self, Subject};
use std::ops::ControlFlow;

/// Prints the story. The answer is no where the log knows nothing of it.
pub fn explain(config: &Config, subject: &Subject) -> Outcome {
    let mut log = Vec::new();
    let each = |entry, _: &[u8]| {
        log.push(entry);
        ControlFlow::Continue(())
    };
    store::look(&config.state_dir, each).map_err(open::fault)?;
    let Some(story) = explain::explain(&log, subject, wall()) else {
        ui::talk(
            "No such message in the log. (Messages from before the first start are not recorded.)",
        );
        return Ok(Answer::No);
    };
    ui::data(&story)
        .map_err(|error| CommandError::failure("cannot write to stdout").because(error))?;
    Ok(Answer::Yes)
}
