//! The disk: links, permissions, files that cannot be understood or written, and
//! what is kept beside them.

use super::{Home, LINE, OURS};
use crate::mac::hook::{HookError, Titles, recipient, remove, set_up, shows_thread};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

fn mode(path: &std::path::Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_link_stays_a_link_and_modes_stay() {
    let home = Home::empty();
    fs::create_dir(&home.place.codex_home).unwrap();
    let dotfiles = home.link("dotfiles");
    fs::create_dir(&dotfiles).unwrap();
    let real = dotfiles.join("codex.toml");
    fs::write(&real, "model = \"x\"\n").unwrap();
    fs::set_permissions(&real, Permissions::from_mode(0o640)).unwrap();
    let middle = home.link("middle");
    symlink(&real, &middle).unwrap();
    symlink(&middle, home.place.config()).unwrap();
    home.set_up(Titles::Show);
    assert_eq!(fs::read_link(home.place.config()).unwrap(), middle);
    assert_eq!(mode(&real), 0o640);
    let kept = dotfiles.join("codex.toml.before-imessage");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "model = \"x\"\n");
    assert_eq!(mode(&kept), 0o640);
    home.remove();
    assert_eq!(home.text(), "model = \"x\"\n");
    assert_eq!(mode(&real), 0o640);
    assert_eq!(fs::read_link(home.place.config()).unwrap(), middle);
    assert_eq!(
        fs::read_dir(&dotfiles).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn where_nothing_was_nothing_is_left() {
    let home = Home::empty();
    home.set_up(Titles::Show);
    assert!(home.text().starts_with(LINE) && shows_thread(&home.text()));
    assert_eq!(mode(&home.place.config()), 0o600);
    assert_eq!(mode(&home.place.state_dir), 0o700);
    home.set_up(Titles::Show);
    assert_eq!(home.names(), ["config.toml"]);
    home.remove();
    assert_eq!(home.names(), Vec::<String>::new());
    assert_eq!(fs::read_dir(&home.place.state_dir).unwrap().count(), 0);
    home.remove();
}

#[test]
fn what_may_not_be_written_is_not_written() {
    let home = Home::of("model = \"x\"\n");
    for closed in [home.place.config(), home.place.codex_home.clone()] {
        let before = mode(&closed);
        fs::set_permissions(&closed, Permissions::from_mode(before & !0o222)).unwrap();
        let plan = set_up(&home.place, OURS, Titles::Keep).unwrap();
        let error = plan.carry_out(LINE).unwrap_err();
        fs::set_permissions(&closed, Permissions::from_mode(before)).unwrap();
        assert!(matches!(error, HookError::ReadOnly { .. }), "{error}");
        assert!(
            error.to_string().contains(&closed.display().to_string()),
            "{error}"
        );
        assert!(
            error.hint().contains("chmod u+w") && error.hint().contains(LINE),
            "{}",
            error.hint()
        );
        assert_eq!(home.text(), "model = \"x\"\n");
        assert_eq!(home.names(), ["config.toml"]);
        assert!(!home.place.state_dir.exists());
    }
}

#[test]
fn what_cannot_be_understood_is_left_alone_with_its_place() {
    for (text, place) in [
        ("model = \"x\"\n[tui\n", "line 2, column 5"),
        ("a = [\n  1,\n", "line 2, column 5"),
        ("ä = 1\n", "line 1, column 1"),
        ("\u{feff}a = 1\na = 2\n", "line 2, column 1"),
        (
            "[tui]\nnotify = [\"x\"]\nnotify = [\"y\"]\n",
            "line 3, column 1",
        ),
        ("x = 1\n[notify]\na = 1\n", "line 2, column 1"),
        ("tui = 5\n", "line 1, column 7"),
        (
            "[tui]\nterminal_title = \"thread-id\"\n",
            "line 2, column 18",
        ),
        ("[[tui]]\nx = 1\n", "line 1, column 1"),
    ] {
        let home = Home::of(text);
        let error = set_up(&home.place, OURS, Titles::Show).err().expect(text);
        assert!(matches!(error, HookError::Fault { .. }), "{error}");
        assert!(error.to_string().contains(place), "{text:?}: {error}");
        assert_eq!(home.names(), ["config.toml"]);
        assert_eq!(home.text(), text);
    }
}

#[test]
fn what_is_no_text_or_leads_nowhere_is_said() {
    let home = Home::of("");
    fs::write(home.place.config(), b"a = \"\xff\"\n").unwrap();
    let error = set_up(&home.place, OURS, Titles::Keep).err().unwrap();
    assert!(matches!(error, HookError::Unreadable { .. }), "{error}");
    fs::remove_file(home.place.config()).unwrap();
    symlink(home.link("nowhere"), home.place.config()).unwrap();
    let error = set_up(&home.place, OURS, Titles::Keep).err().unwrap();
    assert!(matches!(error, HookError::Unreadable { .. }), "{error}");
    assert!(error.hint().contains("link"), "{}", error.hint());
}

#[test]
fn a_plan_is_not_carried_out_on_another_text_than_it_was_made_for() {
    let home = Home::of("model = \"x\"\n");
    let plan = set_up(&home.place, OURS, Titles::Keep).unwrap();
    home.write("model = \"y\"\n");
    let error = plan.carry_out(LINE).unwrap_err();
    assert!(matches!(error, HookError::Changed { .. }), "{error}");
    assert_eq!(home.text(), "model = \"y\"\n");
    home.set_up(Titles::Keep);
    home.remove();
    assert_eq!(home.text(), "model = \"y\"\n");
}

#[test]
fn a_record_of_another_version_stops_everything() {
    let home = Home::of("");
    fs::create_dir(&home.place.state_dir).unwrap();
    let record = home.place.state_dir.join("notify-hook.json");
    for text in [
        "{\"version\":2,\"written\":\"\",\"created\":false,\"edits\":[],\"chain\":null}",
        "{",
    ] {
        fs::write(&record, text).unwrap();
        let faults = [
            set_up(&home.place, OURS, Titles::Keep).err(),
            remove(&home.place).err(),
        ];
        for error in faults {
            assert!(matches!(error, Some(HookError::Record { .. })), "{error:?}");
        }
        assert_eq!(fs::read_to_string(&record).unwrap(), text);
        assert_eq!(home.text(), "");
    }
}

#[test]
fn a_record_that_may_not_be_written_is_no_other_versions() {
    let hint = |kind: std::io::ErrorKind| {
        let error = HookError::Record {
            path: "/srv/ours/notify-hook.json".into(),
            source: kind.into(),
        };
        error.hint()
    };
    let denied = hint(std::io::ErrorKind::PermissionDenied);
    assert_eq!(
        denied,
        "make '/srv/ours' writable for you, then run the command again"
    );
    assert!(hint(std::io::ErrorKind::InvalidData).contains("move "));
}

#[test]
fn the_recipient_joins_our_own_settings() {
    let home = Home::empty();
    let file = home.place.state_dir.join("config.toml");
    assert!(recipient::write(&home.place.state_dir, "+15555550123").unwrap());
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "to = \"+15555550123\"\n"
    );
    assert_eq!(mode(&file), 0o600);
    fs::write(
        &file,
        "# mine\r\nmax_len = 900 # short\r\nto = '+15555550199' # me\r\n",
    )
    .unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    assert!(recipient::write(&home.place.state_dir, "+15555550123").unwrap());
    let expected = "# mine\r\nmax_len = 900 # short\r\nto = \"+15555550123\" # me\r\n";
    assert_eq!(fs::read_to_string(&file).unwrap(), expected);
    assert_eq!(mode(&file), 0o600);
    assert!(!recipient::write(&home.place.state_dir, "+15555550123").unwrap());
    fs::write(&file, "to = [\n").unwrap();
    let error = recipient::write(&home.place.state_dir, "+15555550123").unwrap_err();
    assert!(
        error.to_string().contains("line 1") && !error.to_string().contains("5555"),
        "{error}"
    );
}

#[test]
fn what_a_killed_process_left_half_written_goes_and_what_another_is_writing_stays() {
    let home = Home::of("model = \"x\"\n");
    let beside = |name: &str| home.place.codex_home.join(name);
    // No process has so high a number, and one has the first.
    let left = beside(&format!(".config.toml.{}.tmp", i32::MAX));
    let (first, others) = (beside(".config.toml.1.tmp"), beside(".config.toml.x.tmp"));
    for path in [&left, &first, &others] {
        fs::write(path, "model").unwrap();
    }
    home.set_up(Titles::Keep);
    assert!(!left.exists());
    assert!(first.exists() && others.exists());
}
