//! Documentation generated from the program: `docs/cli.md` and `docs/settings.md`.
//! A test compares both with the files in the tree.

use crate::config::variables::{self, Kind, Variable};
use std::fmt::Write as _;

/// The whole of `docs/cli.md`.
pub fn commands() -> String {
    let mut page = String::from(
        "# The command line\n\n\
         Generated from the program; `UPDATE=1 cargo test --test it docs` writes it again.\n",
    );
    for program in [super::definition(), super::helper::definition()] {
        let name = program.get_name().to_owned();
        section(&mut page, 2, &name, program);
    }
    page
}

fn section(page: &mut String, depth: usize, title: &str, mut command: clap::Command) {
    command = command.bin_name(title.to_owned());
    command.build();
    let hashes = "#".repeat(depth);
    let help = command.render_long_help().to_string();
    let _ = write!(page, "\n{hashes} {title}\n\n```text\n");
    for line in help.trim_end().lines() {
        let _ = writeln!(page, "{}", line.trim_end());
    }
    page.push_str("```\n");
    for below in command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
    {
        section(
            page,
            3,
            &format!("{title} {}", below.get_name()),
            below.clone(),
        );
    }
}

/// The whole of `docs/settings.md`.
pub fn settings() -> String {
    let mut table = String::from(
        "# Settings\n\n\
         Generated from the program; `UPDATE=1 cargo test --test it docs` writes it again.\n\n\
         A setting comes from a command-line option, else from an environment variable, else from\n\
         `config.toml` in the state directory, else from its default. In the file, a key is the\n\
         variable's name without `CODEX_IMESSAGE_`, in lower case: `max_len = 1800`. launchd passes\n\
         no variables of your shell to the agent, so put settings for the agent into the file.\n\n\
         Switches take `0`, `false`, `no`, `off` and `1`, `true`, `yes`, `on`, in any case. An empty\n\
         variable counts as not set. An invalid value stops the program with an error that names it.\n\n\
         [A week of texts](week.md) shows what the settings about the time of texts come to.\n\n\
         | variable | values | default | meaning |\n| --- | --- | --- | --- |\n",
    );
    for Variable {
        name,
        kind,
        default,
        about,
    } in variables::all()
    {
        let values = values(kind);
        let default = if default.is_empty() {
            String::new()
        } else {
            format!("`{default}`")
        };
        let _ = writeln!(table, "| `{name}` | {values} | {default} | {about} |");
    }
    table
}

fn values(kind: Kind) -> String {
    match kind {
        Kind::Switch => "on, off".to_owned(),
        Kind::Count(low, high) => format!("{low} to {high}"),
        Kind::Seconds(low, high) => format!("{low} to {high} s"),
        Kind::Path => "path".to_owned(),
        Kind::Word => "name or path".to_owned(),
        Kind::Name(_) => "name".to_owned(),
        Kind::OneOf(words) => words.join(", "),
        Kind::Handles => "addresses".to_owned(),
        Kind::Hours => "two times of the day".to_owned(),
    }
}
