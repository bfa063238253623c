//! Codex runs `notify` at the end of every turn and waits for it, so that one
//! command goes round the parsing of all others.

use control_plane::cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let asks_for_help = |argument: std::ffi::OsString| argument == "--help" || argument == "-h";
    let is_notify = arguments.next().is_some_and(|command| command == "notify");
    if is_notify && !std::env::args_os().skip(2).any(asks_for_help) {
        return cli::notify::main(arguments);
    }
    cli::main(std::env::args_os())
}
