//! Entries on standard output, one after another: for `--trace`, `replay`, `--dry-run`
//! and `log tail`.

use crate::config::Form;
use crate::driver::Watch;
use crate::terminal_text::TerminalText;
use crate::ui;
use events::Envelope;
use projections::State;
use projections::trace::Trace;
use projections::view;

/// Makes the text of entries in order.
pub(super) struct Printer {
    form: Form,
    trace: Trace,
    text: TerminalText,
}

impl Printer {
    pub(super) fn new(form: Form) -> Self {
        Self {
            form,
            trace: Trace::default(),
            text: TerminalText::new(),
        }
    }

    /// The text of one entry.
    pub(super) fn text(&mut self, before: &State, entry: &Envelope, after: &State) -> String {
        let block = self.trace.block(before, entry, after);
        match self.form {
            Form::People => self.text.block(&block),
            Form::Full => view::block(before, entry, after),
            Form::Json => {
                let mut value = serde_json::to_value(&block).unwrap_or_default();
                if let Some(fields) = value.as_object_mut() {
                    let time = self.text.zone().exact(block.wall);
                    fields.insert("time".into(), time.into());
                }
                format!("{value}\n")
            }
        }
    }

    /// Prints what was made.
    pub(super) fn print(&self, text: &str) -> std::io::Result<()> {
        match self.form {
            Form::People => self.text.print(text),
            Form::Full | Form::Json => ui::data(text),
        }
    }
}

/// Prints each entry as it is appended.
pub(super) fn printer(form: Form) -> Watch {
    let mut printer = Printer::new(form);
    Box::new(move |before, envelope, after| {
        let text = printer.text(before, envelope, after);
        // Whoever closed standard output does not want to read on.
        let _ = printer.print(&text);
    })
}
