//! What is changed in a session's directory, by git. A repository's settings may name
//! programs, and Codex may have written them: none of those is run. Nothing is locked,
//! fetched or written, and nothing outside the directory is shown.

use super::super::EffectsConfig;
use super::super::child::{Child, Ended};
use super::changes;
use super::nothing::nothing;
use crate::ingress::cut::whole_words;
use events::Text;
use events::outcome::Failure;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// One run of git, within the time for the whole look.
const BUDGET: Duration = Duration::from_millis(1_800);
/// A new file that is larger is named, not shown.
const LARGEST: u64 = 256 * 1024;

/// Settings that are in force for every run, whatever the repository says.
const SETTINGS: [&str; 10] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.quotePath=false",
    "core.untrackedCache=false",
    "diff.external=",
    "diff.renames=true",
    "protocol.allow=never",
    "submodule.recurse=false",
    "color.ui=false",
];

/// What is changed since the last commit, and which files git does not have.
pub(super) async fn show(
    config: &EffectsConfig,
    cwd: &str,
    path: Option<&Text>,
) -> Result<String, Failure> {
    let inside = match path {
        Some(path) => Some(within(cwd, path.reveal())?),
        None => None,
    };
    if !tokio::fs::metadata(cwd).await.is_ok_and(|m| m.is_dir()) {
        return Err(nothing(format!("Its folder {cwd} is not there any more.")));
    }
    let git = Git::new(config, cwd).await?;
    let place = inside
        .as_ref()
        .map_or(Path::new("."), |path| path.as_path());
    let (changed, others) = tokio::join!(git.changed(place), git.others(place));
    // Outside of a repository `git diff` compares files, and only this says so.
    let others = others?;
    let changed = changed?;
    if let (Some(path), true, [only]) = (&inside, changed.is_empty(), others.as_slice())
        && Path::new(only) == path
    {
        return Ok(changes::told(&git.new_file(path).await?, &[]));
    }
    if changed.is_empty() && others.is_empty() {
        return match &inside {
            Some(path) if !there(cwd, path).await => Err(nothing(format!(
                "There is no {} in its folder, and git knows of none.",
                path.display()
            ))),
            Some(path) => Ok(format!("Nothing is changed in {}.", path.display())),
            None => Ok("Nothing is changed since the last commit.".to_owned()),
        };
    }
    Ok(changes::told(&changed, &others))
}

async fn there(cwd: &str, path: &Path) -> bool {
    let file = Path::new(cwd).join(path);
    tokio::fs::symlink_metadata(file).await.is_ok()
}

/// The path as seen from the directory; one that leads out of it is refused.
fn within(cwd: &str, path: &str) -> Result<PathBuf, Failure> {
    let outside = || nothing(format!("{path:?} is not in the session's folder."));
    if path.chars().any(char::is_control) {
        return Err(outside());
    }
    let given = Path::new(path);
    let given = if given.is_absolute() {
        given.strip_prefix(cwd).map_err(|_| outside())?
    } else {
        given
    };
    let mut inside = PathBuf::new();
    for part in given.components() {
        match part {
            Component::Normal(name) => inside.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(outside());
            }
        }
    }
    if inside.as_os_str().is_empty() {
        inside.push(".");
    }
    Ok(inside)
}

/// Git in one directory.
struct Git<'a> {
    config: &'a EffectsConfig,
    cwd: PathBuf,
    /// Settings that keep filters of the repository from being run.
    filters: Vec<String>,
}

impl<'a> Git<'a> {
    async fn new(config: &'a EffectsConfig, cwd: &str) -> Result<Self, Failure> {
        let mut git = Self {
            config,
            cwd: PathBuf::from(cwd),
            filters: Vec::new(),
        };
        let list = ["config", "--name-only", "-z", "--get-regexp", r"^filter\."];
        let (_, out, _) = git.run(&list.map(OsString::from)).await?;
        for name in out.split('\0').filter(|name| !name.is_empty()) {
            let Some((driver, _)) = name.rsplit_once('.') else {
                continue;
            };
            // Such a name cannot be given on the command line.
            if driver.contains('=') {
                return Err(nothing(
                    "Its repository has a filter whose name is not understood, so git is not run.",
                ));
            }
            for setting in ["clean=", "smudge=", "process=", "required=false"] {
                git.filters.push(format!("{driver}.{setting}"));
            }
        }
        Ok(git)
    }

    /// Counts and patch of what git has, against the last commit.
    async fn changed(&self, place: &Path) -> Result<String, Failure> {
        let (code, out, err) = self.run(&diff(Some("HEAD"), place)).await?;
        if code == 0 {
            return Ok(out);
        }
        let unborn = err.contains("ambiguous argument 'HEAD'") || err.contains("bad revision");
        if !unborn {
            return Err(refused(&err));
        }
        let (code, out, err) = self.run(&diff(None, place)).await?;
        if code == 0 {
            Ok(out)
        } else {
            Err(refused(&err))
        }
    }

    /// Files that git does not have and is not told to pass over.
    async fn others(&self, place: &Path) -> Result<Vec<String>, Failure> {
        let mut args = ["ls-files", "--others", "--exclude-standard", "-z", "--"]
            .map(OsString::from)
            .to_vec();
        args.push(place.into());
        let (code, out, err) = self.run(&args).await?;
        if code != 0 {
            return Err(refused(&err));
        }
        let names = out.split('\0').filter(|name| !name.is_empty());
        Ok(names.map(str::to_owned).collect())
    }

    /// A file that git does not have, as if it were added now.
    async fn new_file(&self, path: &Path) -> Result<String, Failure> {
        let about = tokio::fs::symlink_metadata(self.cwd.join(path)).await;
        let plain = about.is_ok_and(|about| about.is_file() && about.len() <= LARGEST);
        if !plain {
            return Err(nothing(format!(
                "{} is new; it is too large to be shown, or no plain file.",
                path.display()
            )));
        }
        let mut args = diff(None, Path::new("/dev/null"));
        args.retain(|arg| arg != "--cached");
        args.insert(1, "--no-index".into());
        args.push(Path::new(".").join(path).into());
        // 1 says that the two differ.
        match self.run(&args).await? {
            (0 | 1, out, _) => Ok(out),
            (_, _, err) => Err(refused(&err)),
        }
    }

    /// Runs git; gives its exit code and what it prints.
    async fn run(&self, command: &[OsString]) -> Result<(i32, String, String), Failure> {
        let mut args: Vec<OsString> = ["--no-pager", "--no-optional-locks", "--literal-pathspecs"]
            .map(OsString::from)
            .to_vec();
        let settings = SETTINGS.iter().copied();
        for setting in settings.chain(self.filters.iter().map(String::as_str)) {
            args.extend(["-c".into(), setting.into()]);
        }
        args.extend(command.iter().cloned());
        let mut environment = self.config.environment.clone();
        environment.extend(
            [
                ("LC_ALL", "C"),
                ("GIT_TERMINAL_PROMPT", "0"),
                ("GIT_NO_LAZY_FETCH", "1"),
                ("GIT_OPTIONAL_LOCKS", "0"),
            ]
            .map(|(name, value)| (name.into(), value.into())),
        );
        let child = Child {
            program: self.config.git.clone(),
            args,
            stdin: Vec::new(),
            cwd: Some(self.cwd.clone()),
            environment,
            budget: BUDGET,
        };
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        match child.run().await {
            Ended::Exited { code, out, err } => Ok((code, text(out), text(err))),
            Ended::TimedOut => Err(nothing(
                "git did not answer in time. Nothing was changed; you can ask again.",
            )),
            Ended::Signalled { signal } => {
                Err(nothing(format!("git was ended by signal {signal}.")))
            }
            Ended::NotStarted(error) => Err(Failure::NotStarted {
                program: "git".to_owned(),
                message: error.to_string(),
            }),
        }
    }
}

/// `git diff` that runs no program of the repository's.
fn diff(against: Option<&str>, place: &Path) -> Vec<OsString> {
    let mut args: Vec<OsString> = [
        "diff",
        "--numstat",
        "--patch",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--no-prefix",
        "--relative",
        "--ignore-submodules=dirty",
        "--submodule=short",
    ]
    .map(OsString::from)
    .to_vec();
    args.push(against.unwrap_or("--cached").into());
    args.push("--".into());
    args.push(place.into());
    args
}

fn refused(err: &str) -> Failure {
    let said = err.to_lowercase();
    if said.contains("not a git repository") || said.contains("must be run in a work tree") {
        return nothing("Its folder is not in a git repository, so changes are not known.");
    }
    let first = err.lines().next().unwrap_or_default();
    nothing(format!("git refused: {}", whole_words(first, 200)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_in_the_directory() {
        let inside = |path| within("/srv/api", path).map(|p| p.display().to_string());
        assert_eq!(inside("src/main.rs").unwrap(), "src/main.rs");
        assert_eq!(inside("./src//main.rs").unwrap(), "src/main.rs");
        assert_eq!(inside("/srv/api/src").unwrap(), "src");
        assert_eq!(inside(".").unwrap(), ".");
        assert_eq!(inside("/srv/api").unwrap(), ".");
        assert_eq!(inside(":(top)x").unwrap(), ":(top)x");
        assert_eq!(inside("-x").unwrap(), "-x");
        for out in [
            "..",
            "../x",
            "src/../../x",
            "/etc/passwd",
            "/srv/api-other/x",
            "/srv/api/../x",
            "a\0b",
            "a\nb",
        ] {
            assert!(inside(out).is_err(), "{out:?}");
        }
    }
}
