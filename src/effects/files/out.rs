//! A file of a session's directory, copied for the owner. The path is the owner's words, and
//! what stands in the directory may be anybody's: so every step of the way is opened from the
//! directory down, no link is followed while that is done, and what is checked is what is open.

use super::super::{EffectsConfig, settled};
use super::fresh;
use events::command::CopyOut;
use events::outcome::{Evidence, Failure};
use events::{CommandId, Outcome, Report, Text};
use rustix::fs::{Mode, OFlags, open, openat};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf};

/// Most entries that are looked at for a file of the same name.
const LOOKED: usize = 5_000;
/// Most files that are named to the owner.
const NAMED: usize = 3;
/// Directories in which nobody looks for a file of theirs.
const SKIPPED: [&str; 4] = [".git", "node_modules", "target", ".venv"];

/// The directory of a copy.
pub(super) fn place(config: &EffectsConfig, id: CommandId) -> PathBuf {
    config.files_out.join(id.to_string())
}

/// Copies the file to where Messages can read it.
pub(in crate::effects) async fn copy_out(
    config: &EffectsConfig,
    id: CommandId,
    command: &CopyOut,
) -> Report {
    let (config, command) = (config.clone(), command.clone());
    let copied = tokio::task::spawn_blocking(move || copy(&config, id, &command));
    let copied = copied
        .await
        .unwrap_or_else(|_| unsupported("it could not be copied."));
    match copied {
        Ok(evidence) => Report::Settled(Outcome::Done(evidence)),
        Err(failure) => settled(failure),
    }
}

fn unsupported<T>(what: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Unsupported { what: what.into() })
}

fn unreadable<T>(error: &io::Error) -> Result<T, Failure> {
    unsupported(format!("it cannot be read: {}.", error.kind()))
}

fn copy(config: &EffectsConfig, id: CommandId, command: &CopyOut) -> Result<Evidence, Failure> {
    let below = Path::new(&command.cwd).canonicalize();
    let Ok(below) = below else {
        return unsupported("the session's folder is not there any more.");
    };
    let words = command.path.reveal();
    let asked = below.join(words);
    let inside = match asked.canonicalize() {
        Ok(real) => within(config, &below, &real)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return unsupported(not_found(&below, words));
        }
        Err(error) => return unreadable(&error),
    };
    let file = match walk(&below, &inside) {
        Ok(file) => file,
        Err(error) => return unreadable(&error),
    };
    let name = file_name(&inside);
    let place = place(config, id);
    let made = fresh(&config.files_out, &place);
    if let Err(error) = made {
        return unsupported(format!(
            "the folder for copies cannot be made: {}.",
            error.kind()
        ));
    }
    let to = place.join(&name);
    let bytes = write(file, &to, command.max_bytes)?;
    Ok(Evidence::CopiedOut {
        file: to.display().to_string(),
        name: Text::from(name),
        bytes,
    })
}

/// The way from the directory to the file, if it is in there and not something that nobody
/// may send.
fn within(config: &EffectsConfig, below: &Path, real: &Path) -> Result<PathBuf, Failure> {
    let Ok(inside) = real.strip_prefix(below) else {
        return unsupported("it is outside of the session's folder, and such files are not sent.");
    };
    let state = config.files.parent().unwrap_or(&config.files);
    let messages = config.chat_db.parent().unwrap_or(&config.chat_db);
    for private in [state, config.codex_home.as_path(), messages] {
        let private = private.canonicalize();
        if private.is_ok_and(|private| real.starts_with(private)) {
            return unsupported(
                "it belongs to Codex, to Messages or to this program, and is not sent.",
            );
        }
    }
    Ok(inside.to_owned())
}

/// Opens it step by step. The names were taken from a path without links; one that is a link
/// now was put there meanwhile.
fn walk(below: &Path, inside: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut at = open(below, flags | OFlags::DIRECTORY, Mode::empty())?;
    let names: Vec<_> = inside.components().collect();
    for (nth, name) in names.iter().enumerate() {
        let Component::Normal(name) = name else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let last = nth + 1 == names.len();
        let kind = if last {
            OFlags::empty()
        } else {
            OFlags::DIRECTORY
        };
        at = openat(&at, *name, flags | kind, Mode::empty())?;
    }
    Ok(File::from(at))
}

/// Copies what is open, if it is a plain file of an allowed size that does not grow.
fn write(file: File, to: &Path, max: u64) -> Result<u64, Failure> {
    let about = match file.metadata() {
        Ok(about) => about,
        Err(error) => return unreadable(&error),
    };
    let bytes = about.len();
    if about.is_dir() {
        return unsupported("it is a folder; only single files are sent.");
    }
    if !about.is_file() {
        return unsupported("it is not a plain file.");
    }
    if bytes == 0 {
        return unsupported("it is empty.");
    }
    if bytes > max {
        return Err(Failure::TooLarge { bytes, max });
    }
    let copied = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .and_then(|mut to| {
            // One byte more than is there shows that it grows.
            let copied = io::copy(&mut file.take(bytes + 1), &mut to)?;
            to.sync_all()?;
            Ok(copied)
        });
    match copied {
        Ok(copied) if copied == bytes => Ok(bytes),
        Ok(_) => unsupported("it is being written right now; ask again."),
        Err(error) => unreadable(&error),
    }
}

/// A name for the copy that no phone and no script stumbles over.
fn file_name(inside: &Path) -> String {
    let name = inside.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| {
        if c.is_alphanumeric() || " ._-()+".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim_start_matches('.').trim();
    let (stem, end) = match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && end.len() <= 16 => (stem, format!(".{end}")),
        _ => (name, String::new()),
    };
    let stem: String = stem.chars().take(60).collect();
    if stem.chars().any(char::is_alphanumeric) {
        format!("{stem}{end}")
    } else {
        format!("file{end}")
    }
}

/// Says what there is instead: files of that name elsewhere in the directory, written a
/// little differently perhaps.
fn not_found(below: &Path, words: &str) -> String {
    let wanted = Path::new(words).file_name().unwrap_or_default();
    let wanted = alike(&wanted.to_string_lossy());
    let mut found = Vec::new();
    let mut open = VecDeque::from([below.to_owned()]);
    let mut looked = 0;
    while let Some(directory) = open.pop_front() {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        for entry in entries {
            looked += 1;
            if looked > LOOKED || found.len() == NAMED {
                open.clear();
                break;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            // This does not follow links.
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
                open.push_back(entry.path());
            }
            if kind.is_file() && !wanted.is_empty() && alike(&name) == wanted {
                let path = entry.path();
                let inside = path.strip_prefix(below).unwrap_or(&path);
                found.push(format!("\"{}\"", inside.display()));
            }
        }
    }
    if found.is_empty() {
        return "there is no such file in the session's folder.".to_owned();
    }
    format!("there is no such file, but {}.", found.join(", "))
}

/// A name without what phones change in it.
fn alike(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::config::blank;
    use events::{Guid, Seq, SessionId};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    const ID: CommandId = CommandId {
        cause: Seq(9),
        nth: 0,
    };

    struct Rig {
        dir: tempfile::TempDir,
        config: EffectsConfig,
    }

    impl Rig {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let at = |name: &str| dir.path().join(name);
            let config = EffectsConfig {
                files: at("state/files"),
                files_out: at("Messages/Attachments/out"),
                chat_db: at("Messages/chat.db"),
                codex_home: at("work/.codex"),
                ..blank()
            };
            for made in ["work/docs", "work/.codex", "work/.git", "outside", "state"] {
                std::fs::create_dir_all(at(made)).unwrap();
            }
            std::fs::write(at("outside/secret.txt"), "secret").unwrap();
            Self { dir, config }
        }

        fn at(&self, name: &str) -> PathBuf {
            self.dir.path().join(name)
        }

        fn copy(&self, path: &str) -> Result<(PathBuf, String, u64), String> {
            let command = CopyOut {
                inbound: Guid::parse("g-1").unwrap(),
                session: SessionId::parse("01a20300-0000-7000-8000-000000000000").unwrap(),
                cwd: self.at("work").display().to_string(),
                path: path.into(),
                max_bytes: 1000,
                again: false,
            };
            match copy(&self.config, ID, &command) {
                Ok(Evidence::CopiedOut { file, name, bytes }) => {
                    Ok((file.into(), name.reveal().clone(), bytes))
                }
                Err(Failure::Unsupported { what }) => Err(what),
                other => Err(format!("{other:?}")),
            }
        }
    }

    #[test]
    fn a_file_of_the_folder_is_copied_where_nobody_else_can_change_it() {
        let rig = Rig::new();
        std::fs::write(rig.at("work/docs/a report.pdf"), b"%PDF-1.7").unwrap();
        let whole = rig.at("work/docs/a report.pdf").display().to_string();
        for path in ["docs/a report.pdf", "./docs/../docs/a report.pdf", &whole] {
            let (file, name, bytes) = rig.copy(path).unwrap();
            assert_eq!((name.as_str(), bytes), ("a report.pdf", 8));
            assert!(file.starts_with(rig.at("Messages/Attachments/out/9.0")));
            std::fs::write(rig.at("work/docs/a report.pdf"), b"%PDF-2.0").unwrap();
            assert_eq!(std::fs::read(&file).unwrap(), b"%PDF-1.7");
            let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
            std::fs::write(rig.at("work/docs/a report.pdf"), b"%PDF-1.7").unwrap();
        }
        for _ in 0..2 {
            super::super::remove(&rig.config, ID);
            assert!(!rig.at("Messages/Attachments/out").exists());
        }
    }

    #[test]
    fn a_link_inside_is_followed_and_none_that_leads_out() {
        let rig = Rig::new();
        std::fs::write(rig.at("work/docs/new.txt"), "new").unwrap();
        symlink("docs/new.txt", rig.at("work/latest.txt")).unwrap();
        assert_eq!(rig.copy("latest.txt").unwrap().1, "new.txt");
        symlink(rig.at("outside/secret.txt"), rig.at("work/out.txt")).unwrap();
        symlink(rig.at("outside"), rig.at("work/dir")).unwrap();
        let outside = rig.at("outside/secret.txt").display().to_string();
        for path in [
            "out.txt",
            "dir/secret.txt",
            "../outside/secret.txt",
            "docs/../../outside/secret.txt",
            "/etc/hostname",
            &outside,
        ] {
            let why = rig.copy(path).unwrap_err();
            assert!(
                why.contains("outside of the session's folder"),
                "{path}: {why}"
            );
        }
        let copies = std::fs::read_dir(rig.at("Messages/Attachments/out/9.0")).unwrap();
        assert_eq!(copies.count(), 1, "only the one of the first file");
    }

    #[test]
    fn a_link_that_is_put_there_meanwhile_is_not_followed() {
        let rig = Rig::new();
        let below = rig.at("work").canonicalize().unwrap();
        symlink(rig.at("outside/secret.txt"), rig.at("work/docs/a.txt")).unwrap();
        assert!(walk(&below, Path::new("docs/a.txt")).is_err());
        symlink(rig.at("outside"), rig.at("work/sub")).unwrap();
        assert!(walk(&below, Path::new("sub/secret.txt")).is_err());
        assert!(walk(&below, Path::new("../outside/secret.txt")).is_err());
    }

    #[test]
    fn what_is_no_plain_file_of_an_allowed_size_is_refused() {
        let rig = Rig::new();
        std::fs::write(rig.at("work/empty"), "").unwrap();
        std::fs::write(rig.at("work/big.bin"), [7; 1001]).unwrap();
        std::fs::write(rig.at("work/.codex/auth.json"), "{}").unwrap();
        let pipe = std::process::Command::new("mkfifo")
            .arg(rig.at("work/pipe"))
            .status();
        assert!(pipe.unwrap().success());
        for (path, why) in [
            ("empty", "empty"),
            ("docs", "folder"),
            (".", "folder"),
            ("pipe", "plain"),
            ("big.bin", "TooLarge { bytes: 1001, max: 1000 }"),
            (".codex/auth.json", "belongs to Codex"),
            ("docs/none.txt", "no such file"),
            ("a\0b", "cannot be read"),
        ] {
            let said = rig.copy(path).unwrap_err();
            assert!(said.contains(why), "{path}: {said}");
        }
    }

    #[test]
    fn a_name_that_is_nearly_right_is_answered_with_the_right_one() {
        let rig = Rig::new();
        std::fs::write(rig.at("work/docs/Final-Report.md"), "x").unwrap();
        std::fs::write(rig.at("work/.git/final-report.md"), "x").unwrap();
        for path in ["final-report.md", "docs/final—report.md", "Final Report.md"] {
            let why = rig.copy(path).unwrap_err();
            assert_eq!(
                why, "there is no such file, but \"docs/Final-Report.md\".",
                "{path}"
            );
        }
    }

    #[test]
    fn the_copy_has_a_name_that_is_safe_everywhere() {
        for (name, safe) in [
            ("report.pdf", "report.pdf"),
            (".env", "env"),
            ("a:b\u{202e}fdp.exe", "a_b_fdp.exe"),
            ("\n\"$(x)", "___(x)"),
            ("...", "file"),
            ("日本語.txt", "日本語.txt"),
        ] {
            assert_eq!(file_name(Path::new(name)), safe, "{name:?}");
        }
        assert!(file_name(Path::new(&format!("{}.tar.gz", "x".repeat(300)))).len() < 80);
    }
}
