//! Codex: its version, and whether its settings tell this program of turns. The
//! file is only read here.

use super::{Check, Facts};
use crate::config::Program;
use crate::effects::child::Ended;
use std::path::Path;
use toml_edit::{Document, Item, TableLike, Value};

/// Minor versions of Codex that this program was tested with.
const TESTED: std::ops::RangeInclusive<u64> = 104..=169;
const OURS: &str = "codex-imessage-control-plane";
const SET_UP: &str = "run `setup-notify-hook`, then restart running Codex sessions";

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    let file = facts.config.codex_home.join("config.toml");
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let why = format!("{} cannot be read: {error}", file.display());
            return vec![
                version(facts),
                Check::warn("notify_hook", why.clone(), "make the file readable for you"),
                Check::unknown("pane_titles", why),
            ];
        }
    };
    let (hook, titles) = settings(&file, &text);
    vec![version(facts), hook, titles]
}

fn version(facts: &Facts<'_>) -> Check {
    const NAME: &str = "codex";
    let Some(ended) = facts.run(Program::Codex, ["--version"]) else {
        return Check::warn(
            NAME,
            "codex was not found",
            "install Codex, or set CODEX_IMESSAGE_CODEX_BIN to its path",
        );
    };
    let Ended::Exited { code: 0, out, .. } = ended else {
        return Check::warn(NAME, "`codex --version` did not answer", "run it yourself");
    };
    let said = String::from_utf8_lossy(&out).trim().to_owned();
    let Some(minor) = minor(&said) else {
        return Check::unknown(NAME, "`codex --version` gave no version");
    };
    let (from, to) = (TESTED.start(), TESTED.end());
    if TESTED.contains(&minor) {
        return Check::ok(NAME, format!("{said}, of the tested 0.{from} to 0.{to}"));
    }
    Check::warn(
        NAME,
        format!("{said}, which is outside the tested 0.{from} to 0.{to}"),
        "what is not recognised gets no key; see whether a newer version of this program is there",
    )
}

/// `codex-cli 0.169.0`
fn minor(said: &str) -> Option<u64> {
    let version = said.split_whitespace().last()?;
    let mut numbers = version.split(['.', '-']);
    let major: u64 = numbers.next()?.parse().ok()?;
    let minor: u64 = numbers.next()?.parse().ok()?;
    // A major version that nobody has seen is none that was tested.
    if major == 0 {
        Some(minor)
    } else {
        Some(u64::MAX)
    }
}

fn settings(file: &Path, text: &str) -> (Check, Check) {
    const HOOK: &str = "notify_hook";
    const TITLES: &str = "pane_titles";
    match Document::parse(text.trim_start_matches('\u{feff}')) {
        Err(error) => {
            let line = error.span().and_then(|span| text.get(..span.start));
            let line = 1 + line.map_or(0, |before| before.matches('\n').count());
            let why = format!("line {line} of {} is not TOML", file.display());
            let next = "correct that line: Codex cannot read the file either";
            (
                Check::fail(HOOK, why.clone(), next),
                Check::unknown(TITLES, why),
            )
        }
        Ok(document) => {
            let table = document.as_table();
            (hook(HOOK, table), titles(TITLES, table))
        }
    }
}

/// The rollouts tell of turns without it, so a hook that is not there only costs time.
fn hook(name: &'static str, table: &dyn TableLike) -> Check {
    let misplaced = misplaced(table, "");
    match table.get("notify").and_then(Item::as_value) {
        Some(Value::Array(words)) => {
            let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
            match words.first() {
                Some(program) if is_ours(program) => present(name, program),
                _ if words.iter().any(|word| word.contains(OURS)) => {
                    Check::ok(name, "another notifier comes first and calls this program")
                }
                _ => Check::warn(
                    name,
                    "another notifier is set, and this program is not told",
                    "run `setup-notify-hook`: it keeps the other one and calls it too",
                ),
            }
        }
        Some(_) => Check::warn(name, "`notify` is no list of words", SET_UP),
        None => match misplaced {
            Some(place) => Check::warn(
                name,
                format!("`notify` stands under [{place}], where Codex does not look"),
                SET_UP,
            ),
            None => Check::warn(name, "`notify` is not set", SET_UP),
        },
    }
}

fn present(name: &'static str, program: &str) -> Check {
    use std::os::unix::fs::PermissionsExt as _;
    let runs = Path::new(program)
        .metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0);
    if !program.contains('/') || runs {
        return Check::ok(name, format!("Codex runs {program} at the end of turns"));
    }
    Check::fail(
        name,
        format!("`notify` names {program}, which is no program"),
        SET_UP,
    )
}

fn is_ours(program: &str) -> bool {
    Path::new(program)
        .file_name()
        .is_some_and(|name| name == OURS)
}

/// The table in which our hook stands by mistake: below a `[table]` line a key is that table's.
fn misplaced(table: &dyn TableLike, place: &str) -> Option<String> {
    table.iter().find_map(|(key, item)| {
        let here = if place.is_empty() {
            key.to_owned()
        } else {
            format!("{place}.{key}")
        };
        let below = item.as_table_like()?;
        let notify = below.get("notify").and_then(Item::as_array);
        let ours = |value: &Value| value.as_str().is_some_and(|word| word.contains(OURS));
        if notify.is_some_and(|words| words.iter().any(ours)) {
            return Some(here);
        }
        misplaced(below, &here)
    })
}

fn titles(name: &'static str, table: &dyn TableLike) -> Check {
    let items = table
        .get("tui")
        .and_then(Item::as_table_like)
        .and_then(|tui| tui.get("terminal_title"))
        .and_then(Item::as_array);
    let told =
        items.is_some_and(|items| items.iter().any(|item| item.as_str() == Some("thread-id")));
    if told {
        return Check::ok(
            name,
            "Codex writes the thread id into the title of its pane",
        );
    }
    Check::ok(
        name,
        "the thread id is not in pane titles; sessions of Codex's shared daemon cannot be typed into",
    )
    .then("optional: add \"thread-id\" to `terminal_title` under [tui] in Codex's config.toml")
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn the_hook_is_found_wherever_it_stands() {
        let cases = [
            ("", Verdict::Warn, "not set"),
            ("model = \"x\"\n[tui]\n", Verdict::Warn, "not set"),
            (
                "notify = [\"codex-imessage-control-plane\", \"notify\"]",
                Verdict::Ok,
                "end of turns",
            ),
            (
                "\u{feff}notify=[\"codex-imessage-control-plane\",\"notify\"]\r\n",
                Verdict::Ok,
                "end of turns",
            ),
            (
                "notify = [\"/nonexistent/codex-imessage-control-plane\", \"notify\"]",
                Verdict::Fail,
                "no program",
            ),
            (
                "[notice.model_migrations]\nnotify = [\"/x/codex-imessage-control-plane\", \"notify\"]",
                Verdict::Warn,
                "[notice.model_migrations]",
            ),
            (
                "notify = [\"/usr/bin/other\"]",
                Verdict::Warn,
                "another notifier",
            ),
            (
                "notify = [\"/x/wrap\", \"[\\\"/x/codex-imessage-control-plane\\\"]\"]",
                Verdict::Ok,
                "calls this program",
            ),
            (
                "notify = \"codex-imessage-control-plane\"",
                Verdict::Warn,
                "no list",
            ),
            ("a = 1\na = 2", Verdict::Fail, "line 2"),
        ];
        for (text, verdict, evidence) in cases {
            let (hook, _) = settings(Path::new("config.toml"), text);
            assert_eq!(hook.verdict, verdict, "{text}: {}", hook.evidence);
            assert!(
                hook.evidence.contains(evidence),
                "{text}: {}",
                hook.evidence
            );
        }
    }

    #[test]
    fn a_version_is_read_and_a_major_one_is_untested() {
        assert_eq!(minor("codex-cli 0.169.0"), Some(169));
        assert_eq!(minor("codex-cli 0.170.0-alpha.2"), Some(170));
        assert_eq!(minor("codex-cli 1.2.0"), Some(u64::MAX));
        assert_eq!(minor("what?"), None);
    }
}
