//! The notifier that was there before ours and runs after it. Whether it is due is
//! asked anew each time, because others write Codex's configuration too: one that
//! has put itself before us meanwhile is not called a second time.

use super::command::Argv;
use super::install::due;
use super::place::Place;
use super::record::Record;

/// What is to run after us now, or why that is not known.
pub fn after_us(place: &Place) -> Result<Option<Argv>, String> {
    let record = Record::load(&place.state_dir).map_err(|error| {
        format!("cannot read the record of the notifier that runs after ours: {error}")
    })?;
    let Some(chain) = record.and_then(|record| record.chain) else {
        return Ok(None);
    };
    // A file that cannot be read now says nothing against what set-up found.
    let text = std::fs::read_to_string(place.config()).unwrap_or_default();
    Ok(due(&text, &chain).then_some(chain))
}

/// Something is recorded, or the record cannot be read, which whoever runs it will say.
pub fn is_recorded(place: &Place) -> bool {
    match Record::load(&place.state_dir) {
        Ok(record) => record.is_some_and(|record| record.chain.is_some()),
        Err(_) => true,
    }
}
