//! `explain`: what became of one message, and why.

use crate::clock::wall;
use crate::error::{CommandError, Outcome};
use crate::runtime;
use crate::time_zone::Zone;
use crate::ui;
use events::{CommandId, Seq};
use projections::explain::Subject;

/// Tell why a message went where it went, or what became of a text to you
///
/// Who was taken to have written it, which rule found the session and why the
/// others lost, what was tried, how each try ended and what proves it. Read from
/// the log, beside a running agent too. The exit code is 1 where the log knows
/// nothing of it. TARGET is one of:
///
///   last             your newest message (this is the default)
///   linter           a phrase of any text; several places are listed
///   @k3f9            a session, by its ref, label or id
///   14:05            a time; also "yesterday 18:00" and 2026-11-28
///   4711             a row of chat.db, or else the event of this number
///   row:4711 event:41 notice:41 41.0    a row, event, notice or command
///
/// A row's guid is understood as well.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// What is asked about
    #[arg(default_value = "last")]
    target: String,
    /// Show the words of messages and texts too: only on a terminal
    #[arg(long)]
    with_text: bool,
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    if args.with_text && !ui::on_terminal() {
        return Err(CommandError::usage(
            "--with-text shows what you and Codex wrote, so it works on a terminal only",
        )
        .hint("leave it out for text that you pass on"));
    }
    let subject = subject(&args.target, &Zone::of_this_computer());
    runtime::explain(&super::common::settings(&[])?, &subject, args.with_text)
}

fn subject(written: &str, zone: &Zone) -> Subject {
    let written = written.trim();
    if written == "last" {
        return Subject::Last;
    }
    if let Some(name) = written.strip_prefix('@') {
        return Subject::Session(name.to_owned());
    }
    if let Some(named) = prefixed(written).or_else(|| command(written)) {
        return named;
    }
    if let Ok(number) = written.parse() {
        return Subject::Number(number);
    }
    match zone.read(written, wall()) {
        Some((from, to)) => Subject::Between(from, to),
        None => Subject::Words(written.to_owned()),
    }
}

/// `row:4711`, `event:41`, `notice:41`.
fn prefixed(written: &str) -> Option<Subject> {
    let (kind, number) = written.split_once(':')?;
    match kind {
        "row" => number.parse().ok().map(Subject::Row),
        "event" => number.parse().ok().map(|n| Subject::Event(Seq(n))),
        "notice" => number.parse().ok().map(|n| Subject::Notice(Seq(n))),
        _ => None,
    }
}

/// `41.0`
fn command(written: &str) -> Option<Subject> {
    let (cause, nth) = written.split_once('.')?;
    Some(Subject::Command(CommandId {
        cause: Seq(cause.parse().ok()?),
        nth: nth.parse().ok()?,
    }))
}

#[cfg(test)]
mod tests {
    use super::{Subject, Zone, subject};
    use events::{CommandId, Seq};

    #[test]
    fn every_form_of_a_target_is_understood() {
        let zone = Zone::ruled("UTC0");
        let id = CommandId {
            cause: Seq(41),
            nth: 2,
        };
        for (written, expected) in [
            ("last", Subject::Last),
            ("4711", Subject::Number(4711)),
            ("row:-3", Subject::Row(-3)),
            ("event:41", Subject::Event(Seq(41))),
            ("notice:41", Subject::Notice(Seq(41))),
            ("41.2", Subject::Command(id)),
            ("@k3f9", Subject::Session("k3f9".into())),
            ("linter", Subject::Words("linter".into())),
            ("row:x", Subject::Words("row:x".into())),
            ("fix 1.5 things", Subject::Words("fix 1.5 things".into())),
        ] {
            assert_eq!(subject(written, &zone), expected, "{written}");
        }
        for time in ["14:05", "yesterday 18:00", "2026-11-28"] {
            assert!(
                matches!(subject(time, &zone), Subject::Between(..)),
                "{time}"
            );
        }
    }
}
