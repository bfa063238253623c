//! Files as Messages really leaves them: late, partly, under odd names, or as something else.

use super::*;
use crate::demo::messages::{Attachment, Messages, Row};
use crate::effects::config::blank;
use events::command::FilesFor;
use events::{Guid, Seq, SessionId, Span, Wall};
use std::os::unix::fs::{PermissionsExt as _, symlink};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a picture, as far as anybody looks here";
const HEIC: &[u8] = b"\0\0\0\x24ftypheic\0\0\0\0 a picture of a telephone";
const ID: CommandId = CommandId {
    cause: Seq(7),
    nth: 0,
};

struct Rig {
    dir: tempfile::TempDir,
    messages: Messages,
    config: EffectsConfig,
    row: String,
}

impl Rig {
    /// A message with places for so many files.
    fn new(count: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let chat_db = dir.path().join("Messages/chat.db");
        std::fs::create_dir_all(dir.path().join("Messages/Attachments")).unwrap();
        let mut messages = Messages::create(&chat_db).unwrap();
        let row = Row::from("+15555550123", "look", Wall(1_795_000_000_000)).with_files(count);
        let row = messages.insert(&row).unwrap();
        let config = EffectsConfig {
            chat_db,
            files: dir.path().join("state/files"),
            sips: Some(dir.path().join("sips")),
            sips_budget: Duration::from_millis(700),
            ..blank()
        };
        Self {
            dir,
            messages,
            config,
            row,
        }
    }

    /// A file that Messages keeps.
    fn keep(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.dir.path().join("Messages/Attachments").join(name);
        std::fs::write(path, bytes).unwrap();
        format!("~/Library/Messages/Attachments/{name}")
    }

    /// A file of the message, as far as it has come.
    fn attach(&mut self, name: &str, path: Option<String>, bytes: usize, transfer: i64) {
        let file = Attachment {
            path,
            name: name.into(),
            bytes: bytes.try_into().unwrap(),
            transfer,
            hidden: false,
        };
        self.messages.attach(&self.row, &file).unwrap();
    }

    fn whole(&mut self, name: &str, bytes: &[u8]) {
        let path = self.keep(name, bytes);
        self.attach(name, Some(path), bytes.len(), 5);
    }

    fn sips(&self, script: &str) {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        let path = self.dir.path().join("sips");
        let mut file = std::fs::OpenOptions::new();
        let mut file = file
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o755)
            .open(path)
            .unwrap();
        file.write_all(script.as_bytes()).unwrap();
    }

    fn command(&self, wait: Span) -> FetchFiles {
        FetchFiles {
            inbound: Guid::parse(&self.row).unwrap(),
            rows: vec![Guid::parse(&self.row).unwrap()],
            purpose: FilesFor::Session(
                SessionId::parse("01a20300-0000-7000-8000-000000000000").unwrap(),
            ),
            all_kinds: true,
            max_bytes: 1000,
            wait,
        }
    }

    fn fetch(&self, command: &FetchFiles) -> Vec<FetchedFile> {
        let tasks = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let Report::Settled(Outcome::Done(Evidence::Fetched { files })) =
            tasks.block_on(fetch(&self.config, ID, command))
        else {
            panic!("it looked");
        };
        files
    }

    /// What became of the only file.
    fn only(&self) -> Result<FileCopy, NoCopy> {
        let files = self.fetch(&self.command(Span(300)));
        assert_eq!(files.len(), 1, "{files:?}");
        files.into_iter().next().unwrap().copy
    }

    fn copies(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(place(&self.config, ID))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

#[test]
fn whole_files_are_copied_under_names_of_ours() {
    let mut rig = Rig::new(3);
    rig.whole("IMG_1.png\u{202e}gpj", PNG);
    rig.whole("notes.rs", b"fn main() {}\n");
    rig.whole("really.jpg", b"%PDF-1.7 not a picture");
    let files = rig.fetch(&rig.command(Span::seconds(20)));
    let copies: Vec<_> = files
        .iter()
        .map(|file| file.copy.clone().unwrap())
        .collect();
    assert_eq!(rig.copies(), ["1.png", "2.txt", "3.pdf"]);
    assert_eq!(
        copies.iter().map(|c| c.picture).collect::<Vec<_>>(),
        [true, false, false]
    );
    assert_eq!(std::fs::read(&copies[0].path).unwrap(), PNG);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(Path::new(&copies[0].path)), 0o600);
    assert_eq!(mode(&rig.config.files), 0o700);
    assert_eq!(mode(&place(&rig.config, ID)), 0o700);
    // Again, as after a crash; then deleted, twice.
    assert_eq!(rig.fetch(&rig.command(Span::seconds(20))), files);
    for _ in 0..2 {
        assert_eq!(
            remove(&rig.config, ID),
            Report::Settled(Outcome::Done(Evidence::Removed))
        );
    }
    assert!(!place(&rig.config, ID).exists());
}

#[test]
fn a_file_that_comes_late_is_waited_for() {
    let mut rig = Rig::new(1);
    rig.attach("IMG_1.png", None, 0, 0);
    let (chat_db, path) = (rig.config.chat_db.clone(), rig.keep("late.png", &PNG[..9]));
    let file = rig.dir.path().join("Messages/Attachments/late.png");
    let messages = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(400));
        let mut messages = Messages::open(&chat_db).unwrap();
        let size = PNG.len().try_into().unwrap();
        messages.transferred("IMG_1.png", &path, size, 3).unwrap();
        std::thread::sleep(Duration::from_millis(400));
        std::fs::write(file, PNG).unwrap();
        messages.transferred("IMG_1.png", &path, size, 5).unwrap();
    });
    let files = rig.fetch(&rig.command(Span::seconds(30)));
    messages.join().unwrap();
    assert_eq!(
        std::fs::read(&files[0].copy.as_ref().unwrap().path).unwrap(),
        PNG
    );
}

#[test]
fn what_does_not_come_is_said() {
    let mut rig = Rig::new(2);
    let half = rig.keep("half.png", &PNG[..20]);
    rig.attach("half.png", Some(half), PNG.len(), 5);
    let files = rig.fetch(&rig.command(Span(300)));
    assert_eq!(files.len(), 2, "the other one's row never came: {files:?}");
    for file in &files {
        assert_eq!(file.copy, Err(NoCopy::NotWhole));
    }
    let mut rig = Rig::new(1);
    rig.attach("IMG.png", None, 50, 6);
    assert_eq!(rig.only(), Err(NoCopy::NotDownloaded));
    // Whole by its size, and Messages never says that it is through.
    let mut rig = Rig::new(1);
    let path = rig.keep("whole.png", PNG);
    rig.attach("whole.png", Some(path), PNG.len(), 0);
    assert!(rig.only().is_ok());
    assert_eq!(Rig::new(1).only(), Err(NoCopy::NotWhole), "no row at all");
}

#[test]
fn nothing_outside_and_nothing_special_is_read() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), PNG).unwrap();
    let refused = |rig: &Rig| match rig.only() {
        Err(NoCopy::Unreadable { why }) => why,
        other => panic!("{other:?}"),
    };
    let mut rig = Rig::new(1);
    let outside = Some(secret.path().display().to_string());
    rig.attach("a.png", outside, PNG.len(), 5);
    assert!(refused(&rig).contains("Messages keeps"));
    let mut rig = Rig::new(1);
    let link = rig.dir.path().join("Messages/Attachments/link.png");
    symlink(secret.path(), &link).unwrap();
    rig.attach("a.png", Some(link.display().to_string()), PNG.len(), 5);
    assert!(refused(&rig).contains("Messages keeps"));
    let mut rig = Rig::new(1);
    let up = "~/Library/Messages/Attachments/../../outside.png";
    std::fs::write(rig.dir.path().join("outside.png"), PNG).unwrap();
    rig.attach("a.png", Some(up.into()), PNG.len(), 5);
    assert!(refused(&rig).contains("Messages keeps"));
    assert!(copy::open_plain(&secret.path().with_extension("none")).is_err());
}

#[test]
fn what_was_copied_for_the_owner_is_deleted_with_the_directory() {
    let rig = Rig::new(0);
    let config = EffectsConfig {
        files_out: rig.dir.path().join("Messages/Attachments/out"),
        ..rig.config.clone()
    };
    std::fs::create_dir_all(config.files_out.join(ID.to_string())).unwrap();
    std::fs::write(config.files_out.join(format!("{ID}/a.txt")), "a").unwrap();
    for _ in 0..2 {
        let removed = Report::Settled(Outcome::Done(Evidence::Removed));
        assert_eq!(remove(&config, ID), removed);
        assert!(!config.files_out.exists());
    }
    assert!(rig.dir.path().join("Messages/Attachments").exists());
}

// rustix makes no pipes on macOS.
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_is_refused_and_nobody_waits_for_it() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR, 0).unwrap();
    assert!(matches!(
        copy::open_plain(&pipe),
        Err(NoCopy::Unreadable { why }) if why.contains("plain")
    ));
}

#[test]
fn limits_of_size_kind_and_number_hold() {
    let mut rig = Rig::new(1);
    rig.whole("big.png", &[PNG, &[0; 2000]].concat());
    assert!(matches!(
        rig.only(),
        Err(NoCopy::TooLarge { max: 1000, .. })
    ));
    assert!(rig.copies().is_empty());
    let mut rig = Rig::new(1);
    rig.whole("a.png", b"just text");
    let mut command = rig.command(Span(300));
    command.all_kinds = false;
    assert_eq!(rig.fetch(&command)[0].copy, Err(NoCopy::NoPicture));
    assert!(rig.copies().is_empty());
    let mut rig = Rig::new(12);
    for nth in 0..12 {
        rig.whole(&format!("{nth}.png"), PNG);
    }
    let files = rig.fetch(&rig.command(Span::seconds(20)));
    let copied = files.iter().filter(|file| file.copy.is_ok()).count();
    assert_eq!((copied, files[11].copy.clone()), (10, Err(NoCopy::TooMany)));
}

#[test]
fn a_picture_of_a_telephone_becomes_a_jpeg() {
    let mut rig = Rig::new(1);
    rig.whole("IMG_1.HEIC", HEIC);
    rig.sips("#!/bin/sh\n[ \"$1 $2 $3 $5\" = '-s format jpeg --out' ] && printf '\\377\\330\\377\\340 sixteen bytes and more' > \"$6\"\n");
    let copy = rig.only().unwrap();
    assert!(copy.picture && copy.path.ends_with("1.jpg"), "{copy:?}");
    assert_eq!(rig.copies(), ["1.jpg"]);
}

#[test]
fn a_converter_that_behaves_badly_costs_only_its_picture() {
    for (script, why) in [
        ("exit 0", "wrote nothing"),
        ("exit 3", "failed (3)"),
        ("kill -9 $$", "signal"),
        ("exec sleep 30", "in time"),
        ("cp \"$4\" \"$6\"", "no JPEG"),
        ("mkdir \"$6\"", "wrote nothing"),
        ("ln -s /etc/hostname \"$6\"", "wrote nothing"),
        ("printf '\\377\\330\\377' > \"$6\"", "no JPEG"),
    ] {
        let mut rig = Rig::new(2);
        rig.whole("IMG_1.HEIC", HEIC);
        rig.whole("IMG_2.png", PNG);
        rig.sips(&format!("#!/bin/sh\n{script}\n"));
        let files = rig.fetch(&rig.command(Span::seconds(20)));
        assert!(files[1].copy.is_ok(), "{script}: {files:?}");
        match &files[0].copy {
            Err(NoCopy::NotConverted { why: said }) => {
                assert!(said.contains(why), "{script}: {said}");
            }
            other => panic!("{script}: {other:?}"),
        }
    }
    let mut rig = Rig::new(1);
    rig.whole("IMG_1.HEIC", HEIC);
    rig.config.sips = None;
    assert!(matches!(rig.only(), Err(NoCopy::NotConverted { why }) if why.contains("no sips")));
    assert!(rig.copies().is_empty());
}
