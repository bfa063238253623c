//! The launchd job and the app that starts the agent. On another system there is
//! neither, and that is said.

use super::{Check, Facts};
use crate::config::Program;
use crate::effects::child::Ended;

const NAMES: [&str; 2] = ["launchd", "duplicates"];
const SET_UP: &str = "run `setup-launchd`";

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    let label = &facts.config.launchd_label;
    let Some(asked) = print(facts, label) else {
        let why = "this is not a Mac: launchctl is not here";
        return NAMES.map(|name| Check::unknown(name, why)).into();
    };
    vec![state(label, &asked), duplicates(facts)]
}

/// What `launchctl print` answered: its exit code tells, its words only hint.
struct Printed {
    code: Option<i32>,
    out: String,
}

fn print(facts: &Facts<'_>, label: &str) -> Option<Printed> {
    let user = rustix::process::getuid().as_raw();
    let service = format!("gui/{user}/{label}");
    Some(match facts.run(Program::Launchctl, ["print", &service])? {
        Ended::Exited { code, out, .. } => Printed {
            code: Some(code),
            out: String::from_utf8_lossy(&out).into_owned(),
        },
        Ended::Signalled { .. } | Ended::TimedOut | Ended::NotStarted(_) => Printed {
            code: None,
            out: String::new(),
        },
    })
}

fn state(label: &str, asked: &Printed) -> Check {
    const NAME: &str = NAMES[0];
    match asked.code {
        Some(0) => loaded(label, &asked.out),
        Some(3 | 113) => Check::fail(NAME, format!("launchd does not know {label}"), SET_UP),
        Some(112 | 125) => Check::fail(
            NAME,
            "there is no login session at the screen, which Messages needs",
            "log in at the screen of this Mac once",
        ),
        Some(code) => Check::unknown(NAME, format!("launchctl answered {code}")),
        None => Check::unknown(NAME, "launchctl did not answer"),
    }
}

fn loaded(label: &str, out: &str) -> Check {
    const NAME: &str = NAMES[0];
    let told = [
        "state",
        "pid",
        "runs",
        "last exit code",
        "last terminating signal",
        "last exit reason",
    ];
    let told = told
        .iter()
        .filter_map(|name| Some((name, field(out, name)?)));
    let told: Vec<_> = told
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let evidence = format!("{label}: {}", told.join(", "));
    let reason = field(out, "last exit reason").unwrap_or_default();
    let code = field(out, "last exit code").unwrap_or_default();
    match field(out, "state") {
        Some("running") => Check::ok(NAME, evidence),
        _ if reason.contains("CODESIGNING") => Check::fail(
            NAME,
            evidence,
            "the app was replaced while it was loaded; run `setup-launchd`, which loads it anew",
        ),
        _ if code.starts_with("78") => Check::fail(
            NAME,
            evidence,
            "the program or a path in the plist is not there; run `setup-launchd`, which writes it again",
        ),
        _ => Check::fail(NAME, evidence, SET_UP),
    }
}

/// A field of the job itself: one tab in front. Blocks inside repeat names.
fn field<'a>(printed: &'a str, name: &str) -> Option<&'a str> {
    let own = printed.lines().filter_map(|line| line.strip_prefix('\t'));
    own.filter(|line| !line.starts_with('\t'))
        .filter_map(|line| line.split_once(" = "))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// A service of Homebrew would run the same program a second time.
fn duplicates(facts: &Facts<'_>) -> Check {
    const NAME: &str = NAMES[1];
    let labels =
        ["homebrew.mxcl", "sh.brew"].map(|prefix| format!("{prefix}.codex-imessage-control-plane"));
    let loaded = |label: &&String| print(facts, label).is_some_and(|asked| asked.code == Some(0));
    let found: Vec<_> = labels.iter().filter(loaded).map(String::as_str).collect();
    if found.is_empty() {
        return Check::ok(NAME, "no second service runs this program");
    }
    Check::fail(
        NAME,
        format!("{} would run this program a second time", found.join(", ")),
        "brew services stop codex-imessage-control-plane",
    )
}
