//! Codex: its version, and whether its configuration notifies this program. The
//! file is only read.

use super::check::{Check, Verdict};
use super::facts::Facts;
use crate::config::Program;
use crate::effects::child::Ended;
use crate::mac::hook::{Hook, Place, Seen, chain, look};
use std::path::Path;

/// Minor versions of Codex that this program was tested with; docs/compatibility.md has
/// what works with which.
const TESTED: std::ops::RangeInclusive<u64> = 104..=171;
/// What Codex lacks before a minor version.
const LACKS: [(u64, &str); 2] = [
    (145, "its pane's title does not say that it waits for you"),
    (
        150,
        "it has no queue, so words go in only while its composer is idle",
    ),
];
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
                Check::warn(
                    "notify_hook",
                    why.clone(),
                    "make the file readable for your user",
                ),
                Check::unknown("hooks", why.clone()),
                Check::unknown("pane_titles", why),
            ];
        }
    };
    let (mut hook, titles) = settings(&file, &text);
    if hook.verdict == Verdict::Ok {
        let place = Place {
            codex_home: facts.config.codex_home.clone(),
            state_dir: facts.config.state_dir.clone(),
        };
        hook = with_chained(hook, chain::after_us(&place));
    }
    let hooks = super::hooks::check(&file, &text);
    vec![version(facts), hook, hooks, titles]
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
        let lacks = LACKS.iter().filter(|(since, _)| minor < *since);
        let tested = format!("{said}, of the tested 0.{from} to 0.{to}");
        let facts = std::iter::once(tested.as_str()).chain(lacks.map(|(_, what)| *what));
        return Check::ok(NAME, facts.collect::<Vec<_>>().join("; "));
    }
    Check::warn(
        NAME,
        format!("{said}, which is outside the tested 0.{from} to 0.{to}"),
        "a screen that is not recognised gets no key; check for a newer version of this program",
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
    match look(text) {
        Err(fault) => {
            let why = format!("{}: {fault}", file.display());
            let next = "correct that line: Codex cannot read the file either";
            let titles = Check::unknown(TITLES, why.clone());
            (Check::fail(HOOK, why, next), titles)
        }
        Ok(seen) => (hook(HOOK, &seen), titles(TITLES, &seen)),
    }
}

/// Rollouts report turns too, so a missing hook only costs time.
fn hook(name: &'static str, seen: &Seen) -> Check {
    if let Some(line) = seen.misplaced.first() {
        let evidence =
            format!("Codex ignores `notify` in line {line}: it must be at the top level");
        return Check::warn(name, evidence, SET_UP);
    }
    match &seen.hook {
        Hook::Ours { program } => present(name, program),
        Hook::Through { program } => Check::ok(
            name,
            format!("Codex runs {program}, which calls this program"),
        ),
        Hook::Other { program } => Check::warn(
            name,
            format!("Codex runs {program} and does not notify this program"),
            "run `setup-notify-hook`; it keeps the other notifier and calls it too",
        ),
        Hook::Unusable => Check::warn(name, "`notify` is not a command that Codex can run", SET_UP),
        Hook::Absent => Check::warn(name, "`notify` is not set", SET_UP),
    }
}

/// Describes the notifier that was there before ours and runs after it.
fn with_chained(hook: Check, after_us: Result<Option<Vec<String>>, String>) -> Check {
    match after_us {
        Ok(None) => hook,
        Ok(Some(argv)) => {
            let program = argv.first().map_or("", String::as_str);
            let evidence = format!(
                "{}; then the previous notifier {program} runs with the same payload",
                hook.evidence
            );
            Check::ok("notify_hook", evidence)
        }
        Err(why) => Check::warn(
            "notify_hook",
            why,
            "move notify-hook.json out of the state directory, then run `setup-notify-hook`",
        ),
    }
}

fn present(name: &'static str, program: &str) -> Check {
    use std::os::unix::fs::PermissionsExt as _;
    let runs = Path::new(program)
        .metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0);
    if !program.contains('/') || runs {
        return Check::ok(name, format!("Codex runs {program} when a turn completes"));
    }
    let evidence = format!("`notify` names {program}, which does not exist or cannot be run");
    Check::fail(name, evidence, SET_UP)
}

fn titles(name: &'static str, seen: &Seen) -> Check {
    if seen.pane_titles {
        return Check::ok(name, "pane titles show the thread id");
    }
    Check::ok(
        name,
        "pane titles do not show the thread id; sessions in Codex's shared server cannot be typed into",
    )
    .then("optional: run `setup-notify-hook --pane-titles`")
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
                "when a turn completes",
            ),
            (
                "\u{feff}notify=[\"codex-imessage-control-plane\",\"notify\"]\r\n",
                Verdict::Ok,
                "when a turn completes",
            ),
            (
                "notify = [\"/nonexistent/codex-imessage-control-plane\", \"notify\"]",
                Verdict::Fail,
                "does not exist",
            ),
            (
                "[notice.model_migrations]\nnotify = [\"/x/codex-imessage-control-plane\", \"notify\"]",
                Verdict::Warn,
                "line 2",
            ),
            (
                "notify = [\"/usr/bin/other\"]",
                Verdict::Warn,
                "does not notify",
            ),
            (
                "notify = [\"/x/wrap\", \"[\\\"/x/codex-imessage-control-plane\\\",\\\"notify\\\"]\"]",
                Verdict::Ok,
                "calls this program",
            ),
            (
                "notify = \"codex-imessage-control-plane\"",
                Verdict::Warn,
                "not a command",
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
