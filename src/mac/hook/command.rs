//! What a `notify` command is: ours in any spelling, the Python program that this
//! one replaces, Codex Computer Use with what it calls in turn, or somebody
//! else's. Two tools that each wrap what they find grow a file without end, so
//! whatever leads to us is never wrapped again. It only looks; it runs nothing.

use toml_edit::Value;

/// The name of our program's file.
pub const PROGRAM: &str = "codex-imessage-control-plane";
/// The name of our helper's file, which takes payloads too.
const HELPER: &str = "codex-imessage-notify";
/// The files of the Python program that this one replaces.
const PREDECESSOR: [&str; 2] = [
    "codex_imessage_control_plane.py",
    "codex_imessage_notify.py",
];
/// The programs of Codex Computer Use that put themselves into the file.
const COMPUTER_USE: [&str; 2] = ["SkyComputerUseClient", "codex-computer-use"];
/// How Computer Use names the command it found, as JSON in the next argument.
pub const PREVIOUS: &str = "--previous-notify";
/// Programs that are distinguished by what they are given to run.
const INTERPRETERS: [&str; 16] = [
    "sh",
    "bash",
    "zsh",
    "dash",
    "fish",
    "env",
    "node",
    "python",
    "python3",
    "ruby",
    "perl",
    "osascript",
    "bun",
    "deno",
    "npx",
    "uv",
];
/// Programs that only ever notify.
const NOTIFIERS: [&str; 4] = ["terminal-notifier", "notify-send", "afplay", "say"];

/// A command as Codex would run it: the program and its arguments.
pub type Argv = Vec<String>;

/// Whose command it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ours alone.
    Ours,
    /// The Python program that this one replaces.
    Predecessor,
    /// Computer Use, and where in its arguments the command stands that it calls.
    ComputerUse {
        /// Index of the JSON; `None` if there is none.
        previous: Option<usize>,
    },
    /// Somebody else's that calls us.
    ReachesUs,
    /// Somebody else's.
    Foreign,
}

/// What a value says: the command, none where it is switched off, or nothing that can be run.
pub(super) fn argv(value: &Value) -> Option<Argv> {
    match value {
        Value::String(text) => words(text.value()),
        Value::Array(list) => list
            .iter()
            .map(|one| Some(one.as_str()?.to_owned()))
            .collect(),
        Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::InlineTable(_) => None,
    }
}

/// The words of a command that is written as one text, as very old versions of Codex
/// took it. No shell is involved; `None` if quotes do not match.
pub(super) fn words(text: &str) -> Option<Argv> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().push(characters.next()?),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// Whose it is.
pub fn kind(argv: &[String]) -> Kind {
    let Some(program) = argv.first() else {
        return Kind::Foreign;
    };
    let given = argv.get(1).map(String::as_str);
    let ours = (name(program) == PROGRAM && given == Some("notify"))
        || (name(program) == HELPER && given == Some("route"));
    if ours {
        return Kind::Ours;
    }
    if argv
        .iter()
        .any(|word| PREDECESSOR.iter().any(|file| word.contains(file)))
    {
        return Kind::Predecessor;
    }
    if COMPUTER_USE.contains(&name(program)) {
        let flag = argv.iter().position(|word| word == PREVIOUS);
        let previous = flag.map(|at| at + 1).filter(|at| *at < argv.len());
        return Kind::ComputerUse { previous };
    }
    if reaches_us(argv) {
        return Kind::ReachesUs;
    }
    Kind::Foreign
}

/// What Computer Use calls: `None` if its JSON makes no sense.
pub fn previous(argv: &[String], at: Option<usize>) -> Option<Argv> {
    match at {
        None => Some(Vec::new()),
        Some(at) => serde_json::from_str(argv.get(at)?).ok(),
    }
}

/// We are named in it, with our command, at any depth of quoting.
pub fn reaches_us(argv: &[String]) -> bool {
    let whole = argv.join(" ");
    [(PROGRAM, "notify"), (HELPER, "route")]
        .iter()
        .any(|(program, command)| {
            whole.match_indices(program).any(|(at, _)| {
                let rest = &whole[at + program.len()..];
                let next = rest.trim_start_matches([' ', ',', '"', '\'', '\\']);
                next.len() < rest.len() && next.starts_with(command)
            })
        })
}

/// What can be run after us without coming back to us.
pub fn to_chain(argv: &[String]) -> Option<Argv> {
    let mut argv = argv.to_vec();
    let flag = argv.iter().position(|word| word == PREVIOUS);
    if let (true, Some(flag)) = (reaches_us(&argv), flag) {
        argv.drain(flag..(flag + 2).min(argv.len()));
    }
    let wanted = !argv.is_empty() && !reaches_us(&argv) && kind(&argv) != Kind::Predecessor;
    wanted.then_some(argv)
}

/// Two commands that are the same notifier, perhaps of two versions.
pub fn same(one: &[String], other: &[String]) -> bool {
    let (Some(first), Some(second)) = (one.first(), other.first()) else {
        return false;
    };
    let interpreter = INTERPRETERS.contains(&name(first));
    name(first) == name(second) && (!interpreter || one.get(1) == other.get(1))
}

/// It begins with something that can hardly be anything but a program.
pub(super) fn is_clearly_a_program(argv: &[String]) -> bool {
    argv.first().is_some_and(|program| {
        let name = name(program);
        program.starts_with('/') || INTERPRETERS.contains(&name) || NOTIFIERS.contains(&name)
    })
}

/// The last part of a path.
fn name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}
