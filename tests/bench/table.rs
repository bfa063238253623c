//! Results as people read them: each beside its floor, measured in the same run.

use std::time::Duration;

/// One result.
pub(crate) struct Row {
    what: String,
    figure: String,
    note: String,
}

impl Row {
    /// A measurement and what the same work costs at least.
    pub(crate) fn new(what: &str, ours: Duration, floor: Duration) -> Self {
        let ratio = ours.as_secs_f64() / floor.as_secs_f64().max(1e-9);
        let figure = format!(
            "{:>10.2} ms  floor {:>9.2} ms  x{ratio:<7.2}",
            ms(ours),
            ms(floor)
        );
        Self::text(what, figure)
    }

    /// A measurement whose floor is nothing.
    #[cfg(target_os = "linux")]
    pub(crate) fn alone(what: &str, ours: Duration) -> Self {
        Self::text(what, format!("{:>10.2} ms", ms(ours)))
    }

    /// A result that is no time.
    pub(crate) fn text(what: &str, figure: String) -> Self {
        Self {
            what: what.to_owned(),
            figure,
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
        println!("{:<40} {:<46} {}", self.what, self.figure, self.note);
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The time that so many of a hundred measurements do not exceed.
pub(crate) fn at(mut times: Vec<Duration>, part: usize) -> Duration {
    times.sort_unstable();
    let place = (times.len() * part / 100).min(times.len().saturating_sub(1));
    times.get(place).copied().unwrap_or_default()
}

/// The middle of some measurements.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
