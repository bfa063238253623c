//! Where the real programs are, and what to say when they are not.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The real programs a test needs.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(crate) tmux: PathBuf,
    /// Codex as found: npm's script, or the native program.
    pub(crate) codex: PathBuf,
    /// The native program; the same as `codex` if that is native.
    pub(crate) native: PathBuf,
}

impl Programs {
    /// None, with the reason printed, if a program is missing.
    pub(crate) fn find() -> Option<Self> {
        match Self::look() {
            Ok(found) => Some(found),
            Err(missing) if env::var("CI").as_deref() == Ok("true") => {
                panic!("{missing} is missing, and in CI nothing may be skipped")
            }
            Err(missing) => {
                eprintln!("skipped: {missing} is missing");
                None
            }
        }
    }

    fn look() -> Result<Self, &'static str> {
        let tmux = named("CODEX_IMESSAGE_TMUX_BIN", "tmux").ok_or("tmux")?;
        let cached = Path::new(env!("CARGO_TARGET_TMPDIR")).join("codex/node_modules/.bin/codex");
        let codex = named("CODEX_IMESSAGE_CODEX_BIN", "codex")
            .or_else(|| cached.exists().then_some(cached))
            .ok_or("codex")?;
        let native = native(&codex).ok_or("the native program of npm's codex")?;
        Ok(Self {
            tmux,
            codex,
            native,
        })
    }
}

/// An older Codex, which still has the policy to ask for everything; None, with the reason
/// printed, if it is missing. `.ci/run` brings it where it can.
pub(crate) fn older() -> Option<PathBuf> {
    let cached = Path::new(env!("CARGO_TARGET_TMPDIR")).join("codex-0.145/node_modules/.bin/codex");
    let named = env::var_os("CODEX_IMESSAGE_OLDER_CODEX_BIN").map(PathBuf::from);
    let found = named.unwrap_or(cached);
    let found = found.exists().then(|| native(&found)).flatten();
    if found.is_none() {
        eprintln!("skipped: codex 0.145 is missing");
    }
    found
}

fn named(variable: &str, name: &str) -> Option<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        return Some(PathBuf::from(path)).filter(|path| path.exists());
    }
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|candidate| candidate.is_file())
}

/// npm's `codex` is a script in `@openai/codex/bin`; the program it starts is
/// in the sibling package of the platform.
fn native(codex: &Path) -> Option<PathBuf> {
    let script = fs::canonicalize(codex).ok()?;
    if script.extension().is_none_or(|extension| extension != "js") {
        return Some(script);
    }
    let packages = script.ancestors().nth(3)?;
    entries(packages)
        .filter(|package| package.join("vendor").is_dir())
        .flat_map(|package| entries(&package.join("vendor")))
        .flat_map(|platform| [platform.join("bin/codex"), platform.join("codex/codex")])
        .find(|candidate| candidate.is_file())
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
}
