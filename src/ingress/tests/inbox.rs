//! The inbox: in order, by nobody but this user, and nothing is lost.

use super::{attention, notify};
use crate::ingress::hand_over_frame::{HandOver, MAX_FRAME};
use crate::ingress::inbox::{Inbox, Refused, Waiting};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

fn waiting(state: &Path) -> Vec<Result<Waiting, Refused>> {
    Inbox::new(state).waiting().unwrap().collect()
}

fn hand_overs(state: &Path) -> Vec<HandOver> {
    waiting(state)
        .into_iter()
        .map(|waiting| waiting.unwrap().hand_over)
        .collect()
}

/// What the inbox says about the one file that it refuses, and that the good one is still served.
fn refused(state: &Path) -> Refused {
    let (good, mut bad): (Vec<_>, Vec<_>) = waiting(state).into_iter().partition(Result::is_ok);
    assert_eq!((good.len(), bad.len()), (1, 1));
    bad.swap_remove(0).unwrap_err()
}

#[test]
fn what_was_left_waits_in_order_until_it_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = Inbox::new(dir.path());
    assert_eq!(hand_overs(dir.path()), []);
    let expected = [notify("001", "{}"), attention("002"), notify("003", "")];
    for nth in [2, 0, 1] {
        inbox.leave(&expected[nth]).unwrap();
    }
    assert_eq!(hand_overs(dir.path()), expected);
    assert_eq!(hand_overs(dir.path()), expected);
    waiting(dir.path()).remove(0).unwrap().done().unwrap();
    assert_eq!(hand_overs(dir.path()), expected[1..]);
    let again = waiting(dir.path()).remove(0).unwrap();
    inbox.leave(&expected[1]).unwrap();
    again.done().unwrap();
    assert_eq!(hand_overs(dir.path()), expected[2..]);
    assert_eq!(dir.path().join("inbox/tmp").read_dir().unwrap().count(), 0);
    let mode = |path: &str| {
        fs::metadata(dir.path().join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!([mode("inbox/new"), mode("inbox/new/003")], [0o700, 0o600]);
}

#[test]
fn a_key_cannot_name_a_place_outside() {
    let dir = tempfile::tempdir().unwrap();
    let hand_over = notify("../../escaped/..", "{}");
    Inbox::new(dir.path()).leave(&hand_over).unwrap();
    assert_eq!(hand_overs(dir.path()), [hand_over]);
    assert_eq!(dir.path().read_dir().unwrap().count(), 1);
}

#[test]
fn what_is_half_written_is_not_seen() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = Inbox::new(dir.path());
    inbox.leave(&notify("1", "{}")).unwrap();
    fs::write(dir.path().join("inbox/tmp/0"), "CXH").unwrap();
    assert_eq!(hand_overs(dir.path()).len(), 1);
}

#[test]
fn what_is_not_a_hand_over_is_set_aside_and_reported() {
    type Put = fn(&Path);
    let cases: [(Put, &str); 5] = [
        (|path| fs::write(path, "nonsense").unwrap(), "too short"),
        (
            |path| fs::write(path, vec![b'C'; MAX_FRAME + 9]).unwrap(),
            "begin like one",
        ),
        (
            |path| symlink("/etc/passwd", path).unwrap(),
            "symbolic link",
        ),
        (|path| fs::create_dir(path).unwrap(), "not a plain file"),
        (
            |path| drop(UnixListener::bind(path).unwrap()),
            "not a plain file",
        ),
    ];
    for (put, why) in cases {
        let dir = tempfile::tempdir().unwrap();
        Inbox::new(dir.path()).leave(&notify("2", "{}")).unwrap();
        put(&dir.path().join("inbox/new/1"));
        let refused = refused(dir.path());
        assert!(refused.why.contains(why), "{refused}");
        assert_eq!(
            (refused.name.as_str(), refused.kept.as_str()),
            ("1", "it was moved to `inbox/bad`")
        );
        assert!(dir.path().join("inbox/bad/1").symlink_metadata().is_ok());
        assert_eq!(hand_overs(dir.path()).len(), 1);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_does_not_make_the_reader_wait() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let dir = tempfile::tempdir().unwrap();
    Inbox::new(dir.path()).leave(&notify("2", "{}")).unwrap();
    let pipe = dir.path().join("inbox/new/1");
    mknodat(CWD, pipe, FileType::Fifo, Mode::RUSR, 0).unwrap();
    assert_eq!(refused(dir.path()).why, "it is not a plain file");
}

#[test]
fn a_file_of_another_user_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = Inbox::new(dir.path());
    inbox.leave(&notify("1", "{}")).unwrap();
    inbox.leave(&notify("2", "{}")).unwrap();
    if std::os::unix::fs::chown(dir.path().join("inbox/new/1"), Some(12_345), None).is_err() {
        println!("skipped: only root can give a file to another user");
        return;
    }
    assert_eq!(refused(dir.path()).why, "it belongs to another user");
}
