//! Blocks of the log and explanations as text for a terminal or a pipe: local times, and
//! colours where a person reads.

use crate::time_zone::Zone;
use crate::ui;
use events::{Wall, forgotten};
use projections::explain::{Explanation, Line};
use projections::trace::Block;
use std::fmt::Write as _;

/// How something is to be shown.
#[derive(Clone, Copy, Debug)]
enum Look {
    Plain,
    Faint,
    Strong,
    Good,
    Bad,
}

/// Prints entries one after another, and the day where it changes.
#[derive(Clone, Debug)]
pub struct TerminalText {
    zone: Zone,
    colour: bool,
    day: Option<String>,
}

impl TerminalText {
    /// For standard output as it is.
    pub fn new() -> Self {
        Self {
            zone: Zone::of_this_computer(),
            colour: ui::on_terminal() && crate::config::environment::colours(),
            day: None,
        }
    }

    /// In this zone, without colours.
    pub const fn plain(zone: Zone) -> Self {
        let (colour, day) = (false, None);
        Self { zone, colour, day }
    }

    fn paint(&self, look: Look, text: &str) -> String {
        let code = match look {
            _ if !self.colour => return text.to_owned(),
            Look::Plain => return ui::harmless(text).into_owned(),
            Look::Faint => "2",
            Look::Strong => "1",
            Look::Good => "32",
            Look::Bad => "31",
        };
        format!("\u{1b}[{code}m{}\u{1b}[0m", ui::harmless(text))
    }

    /// Prints what this teller has made.
    pub fn print(&self, text: &str) -> std::io::Result<()> {
        if self.colour {
            ui::painted(text)
        } else {
            ui::data(text)
        }
    }

    /// The line of a new day, where there is one.
    fn new_day(&mut self, wall: Wall) -> String {
        let day = self.zone.day(wall);
        if self.day.as_ref() == Some(&day) {
            return String::new();
        }
        let line = format!("{}\n", self.paint(Look::Strong, &day));
        self.day = Some(day);
        line
    }

    /// One entry: its time and number, what happened, and what that changed.
    pub fn block(&mut self, block: &Block) -> String {
        let mut out = self.new_day(block.wall);
        let head = format!("{} {:>6} ", self.zone.clock(block.wall), block.seq.0);
        out += &self.paint(Look::Faint, &head);
        out += &self.paint(tone(&block.sentence), &block.sentence);
        if let Some(cause) = block.cause {
            out += &self.paint(Look::Faint, &format!(" [because of {cause}]"));
        }
        out.push('\n');
        for change in &block.changes {
            let text = match (&change.was, &change.is) {
                (None, Some(is)) => format!("{}: {is}", change.what),
                (Some(was), Some(is)) => format!("{}: {was} → {is}", change.what),
                (Some(was), None) => format!("{}: {was} → gone", change.what),
                (None, None) => change.what.clone(),
            };
            let _ = writeln!(out, "{:16}{}", "", self.paint(Look::Faint, &text));
        }
        out
    }

    /// A story, with the words in it if they are asked for.
    pub fn story(&mut self, explanation: &Explanation, with_words: bool) -> String {
        let mut out = String::new();
        for line in &explanation.summary {
            let _ = writeln!(out, "{}", self.paint(Look::Strong, line));
        }
        if !explanation.summary.is_empty() {
            out.push('\n');
        }
        for line in &explanation.lines {
            out += &self.line(line, with_words);
        }
        out
    }

    fn line(&mut self, line: &Line, with_words: bool) -> String {
        let mut out = self.new_day(line.wall);
        let head = format!("{} {:>6} ", self.zone.clock(line.wall), line.seq.0);
        out += &self.paint(Look::Faint, &head);
        out += &self.paint(tone(&line.text), &line.text);
        out.push('\n');
        for detail in &line.details {
            let _ = writeln!(out, "{:16}{}", "", self.paint(Look::Plain, detail));
        }
        if with_words {
            for (what, text) in &line.words {
                let shown = forgotten::shown(text.reveal()).replace('\n', "\n                  ");
                let _ = writeln!(out, "{:16}{what}: {}", "", self.paint(Look::Plain, &shown));
            }
        }
        out
    }

    /// One line of a list of places.
    pub fn place(&self, wall: Wall, seq: u64, sentence: &str) -> String {
        let head = format!("{} {seq:>6} ", self.zone.full(wall));
        format!(
            "{}{}\n",
            self.paint(Look::Faint, &head),
            self.paint(Look::Plain, sentence)
        )
    }

    /// One line below another.
    pub fn detail(&self, what: &str, text: &str) -> String {
        format!(
            "{:16}{} {}\n",
            "",
            self.paint(Look::Faint, what),
            self.paint(tone(text), text)
        )
    }

    /// The zone that times are shown in.
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }
}

impl Default for TerminalText {
    fn default() -> Self {
        Self::new()
    }
}

/// Ends that need a look are red, ends that need none are green.
fn tone(sentence: &str) -> Look {
    let bad = [
        "definitely did not",
        "may have happened",
        " fails: ",
        "too long and is not",
        "reports error",
    ];
    if bad.iter().any(|sign| sentence.contains(sign)) {
        Look::Bad
    } else if sentence.contains("; done: ") || sentence.contains(": delivered to the session") {
        Look::Good
    } else {
        Look::Plain
    }
}
