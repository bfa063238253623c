//! Results as people read them: each beside its floor, measured in the same run.

use std::time::Duration;

/// One result.
pub(crate) struct Row {
    what: String,
    ours: Duration,
    floor: Duration,
    note: String,
}

impl Row {
    /// A measurement and what the same work costs at least.
    pub(crate) fn new(what: &str, ours: Duration, floor: Duration) -> Self {
        Self {
            what: what.to_owned(),
            ours,
            floor,
            note: String::new(),
        }
    }

    /// Says what was aimed at.
    pub(crate) fn note(mut self, note: String) -> Self {
        self.note = note;
        self
    }

    /// Prints the row.
    #[expect(clippy::print_stdout, reason = "a benchmark's results are its output")]
    pub(crate) fn print(&self) {
        let ratio = self.ours.as_secs_f64() / self.floor.as_secs_f64().max(1e-9);
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!(
            "{:<44} {:>10.2} ms  floor {:>9.2} ms  x{ratio:<7.2} {}",
            self.what,
            ms(self.ours),
            ms(self.floor),
            self.note
        );
    }
}

/// The middle of some measurements.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
