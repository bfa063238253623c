//! `doctor`: checks the installation.

use crate::config::{Config, Environment};
use crate::doctor::{self, Judgement, Report, Verdict};
use crate::error::{Answer, CommandError, Outcome};
use crate::ui;
use std::fmt::Write as _;

/// Check the installation and say how to fix what is wrong
///
/// Asks the running agent and reads the log; sends nothing. Exit codes: 0 healthy,
/// 1 degraded (a check warns or fails), 2 status unknown.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Print the report as JSON; docs/doctor.md describes it
    #[arg(long)]
    json: bool,
    /// Fix what is safe to fix: make the state directory private to you
    #[arg(long)]
    fix: bool,
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    let report = match Config::load(&Environment::of_this_process(), &[]) {
        Ok(config) => doctor::examine(&config, super::setup::place(&config), args.fix)?,
        Err(error) => Report::unset(&error.to_string()),
    };
    let text = if args.json {
        let json = serde_json::to_string_pretty(&report).map_err(|error| {
            CommandError::failure("cannot write the report as JSON").because(error)
        })?;
        format!("{json}\n")
    } else {
        told(&report)
    };
    ui::data(&text)
        .map_err(|error| CommandError::failure("cannot write to stdout").because(error))?;
    match report.health {
        Judgement::Healthy => Ok(Answer::Yes),
        Judgement::Degraded => Ok(Answer::No),
        Judgement::Unknown => Err(CommandError::failure(
            "status unknown: see the lines marked unknown",
        )),
    }
}

/// One line for each check, with the next step below it.
fn told(report: &Report) -> String {
    let mut out = String::new();
    for check in &report.checks {
        let mark = match check.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
            Verdict::Unknown => "unknown",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{mark:<8}{:<12} {}", check.name, check.evidence);
        if let Some(next) = &check.next {
            let _ = writeln!(out, "{:<21}next: {next}", "");
        }
    }
    let verdict = match report.health {
        Judgement::Healthy => "healthy",
        Judgement::Degraded => "degraded: see the lines marked warn and FAIL",
        Judgement::Unknown => "unknown",
    };
    let _ = writeln!(out, "{verdict}");
    out
}
