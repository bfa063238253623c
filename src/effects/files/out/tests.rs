//! Files of a session's folder, and what somebody may have put in their place.

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
                Ok((file.reveal().into(), name.reveal().clone(), bytes))
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
    let _socket = std::os::unix::net::UnixListener::bind(rig.at("work/socket")).unwrap();
    for (path, why) in [
        ("empty", "empty"),
        ("docs", "folder"),
        (".", "folder"),
        ("socket", "cannot be read"),
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

// rustix makes no pipes on macOS.
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_is_refused_and_nobody_waits_for_it() {
    use rustix::fs::{CWD, FileType, mknodat};
    let rig = Rig::new();
    mknodat(CWD, rig.at("work/pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    assert!(rig.copy("pipe").unwrap_err().contains("not a plain file"));
}

#[tokio::test]
async fn a_disk_that_does_not_answer_holds_nothing_up() {
    let (answers, disk) = std::sync::mpsc::channel::<()>();
    let hangs = move || {
        let _gone = disk.recv();
        unsupported("the disk answered.")
    };
    let report = copied_within(Duration::ZERO, hangs).await;
    let Report::Settled(Outcome::Failed(Failure::Unsupported { what })) = report else {
        panic!("{report:?}");
    };
    assert!(what.contains("did not answer"), "{what}");
    drop(answers);
}
