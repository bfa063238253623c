//! `report`: one file for a bug report.

use crate::error::{Answer, CommandError, Outcome};
use crate::report;
use crate::{doctor, ui};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

/// Write one file for a bug report: log, settings, doctor's result, versions
///
/// Words of messages, texts and addresses are replaced by others, the same word
/// always by the same, so `replay` shows anybody the same decisions. Works beside a
/// running agent. Nothing is sent: look at the file before you pass it on.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The file to write; it must not be there yet
    #[arg(default_value = "codex-imessage-report.jsonl")]
    file: PathBuf,
    /// Leave all words as they are; asks first
    #[arg(long)]
    with_text: bool,
}

/// Carries it out.
pub fn run(args: &Args) -> Outcome {
    if args.with_text && !agreed()? {
        ui::talk("nothing was written");
        return Ok(Answer::No);
    }
    let config = super::common::settings(&[])?;
    let doctor = doctor::examine(&config, super::setup::place(&config), false)?;
    let unwritten = |error| {
        CommandError::failure(format!("{} cannot be written", args.file.display()))
            .because(error)
            .hint("name another file: `report FILE`")
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let file = options.open(&args.file).map_err(unwritten)?;
    let ends = report::write(&config, &doctor, args.with_text, &mut BufWriter::new(file))?;
    let words = if args.with_text {
        "It holds the words of your messages."
    } else {
        "Words, addresses and the name of your home directory are replaced; names of projects and paths are not."
    };
    ui::talk(&format!(
        "wrote {} entries to {}\n{words} Look at it before you pass it on.",
        ends.entries,
        args.file.display()
    ));
    Ok(Answer::Yes)
}

/// Asks on the terminal whether words may be in it.
fn agreed() -> Result<bool, CommandError> {
    if !ui::on_terminal() {
        return Err(CommandError::usage(
            "--with-text asks before it includes words, so it works on a terminal only",
        ));
    }
    ui::talk("The file will hold everything you and Codex wrote. Include the words? [y/N]");
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .map_err(|error| CommandError::failure("stdin cannot be read").because(error))?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}
