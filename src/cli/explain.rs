//! `explain`: what became of one message, and why.

use crate::error::{CommandError, Outcome};
use crate::runtime;
use events::{Guid, Seq};
use projections::explain::Subject;

/// Tell what became of one message of yours, or of one text to you, and why.
///
/// Who was taken to have written it, which rule found the session and why the
/// others lost, what was tried and how each try ended. Read from the log, beside
/// a running agent too; no text is shown. The exit code is 1 where the log knows
/// nothing of it.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// `last`, a row of chat.db by its number or guid, or `notice:N` by the event's number
    #[arg(default_value = "last")]
    inbound: String,
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    let subject = subject(&args.inbound).ok_or_else(|| {
        CommandError::usage("this is neither `last`, a row's number or guid, nor `notice:N`")
    })?;
    runtime::explain(&super::common::settings(&[])?, &subject)
}

fn subject(written: &str) -> Option<Subject> {
    if written == "last" {
        return Some(Subject::Last);
    }
    if let Some(number) = written.strip_prefix("notice:") {
        return number
            .parse()
            .ok()
            .map(|number| Subject::Notice(Seq(number)));
    }
    match written.parse() {
        Ok(number) => Some(Subject::Row(number)),
        Err(_) => Guid::parse(written).map(Subject::Named),
    }
}
