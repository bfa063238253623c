//! Notifications of what was touched. Each wait is for an event; the long limit is
//! only for a watch that does not work at all.

use super::{THREAD, meta, rollout, user};
use crate::ingress::rollouts::watch::{Scope, Watch};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

fn watch(folder: &Path, scope: Scope) -> (Watch, Receiver<PathBuf>) {
    let (touched, told) = channel();
    let touch = move |path| {
        let _ = touched.send(path);
    };
    let watch = Watch::new(folder.to_owned(), scope, touch).unwrap();
    (watch, told)
}

fn wait_for(told: &Receiver<PathBuf>, path: &Path) {
    while told.recv_timeout(Duration::from_secs(20)).unwrap() != path {}
}

fn append(path: &Path) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(user(1, "x").as_bytes()).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn folders_tell_of_new_days_new_files_and_new_lines() {
    let home = tempfile::tempdir().unwrap();
    let sessions = home.path().join("sessions");
    let (watch, told) = watch(&sessions, Scope::Folders);
    fs::create_dir(&sessions).unwrap();
    watch.follow(&[]).unwrap();

    let year = sessions.join("2026");
    fs::create_dir(&year).unwrap();
    wait_for(&told, &year);
    fs::create_dir_all(home.path().join("day")).unwrap();
    let path = rollout(&home.path().join("day"), THREAD);
    fs::write(&path, meta(0)).unwrap();
    let day = year.join("11");
    // Moved in with its file: a notification about the folder leads to the file.
    fs::rename(home.path().join("day"), &day).unwrap();
    wait_for(&told, &day);

    watch.follow(&[]).unwrap();
    let other = sessions.join("rollout-2026-11-22T14-45-18-other.jsonl");
    fs::write(&other, meta(0)).unwrap();
    wait_for(&told, &other);
    append(&other);
    wait_for(&told, &other);
}

#[test]
fn active_files_tell_of_new_lines_also_when_made_anew() {
    let home = tempfile::tempdir().unwrap();
    let path = rollout(home.path(), THREAD);
    fs::write(&path, meta(0)).unwrap();
    let (watch, told) = watch(home.path(), Scope::Files);
    let active = [path.clone()];
    watch.follow(&active).unwrap();
    append(&path);
    wait_for(&told, &path);

    let new = home.path().join("new");
    fs::write(&new, meta(0)).unwrap();
    fs::rename(&new, &path).unwrap();
    watch.follow(&active).unwrap();
    while told.try_recv().is_ok() {}
    append(&path);
    wait_for(&told, &path);

    fs::remove_file(&path).unwrap();
    watch.follow(&active).unwrap();
    watch.follow(&[]).unwrap();
}

#[test]
fn reading_is_not_touching() {
    let home = tempfile::tempdir().unwrap();
    let path = rollout(home.path(), THREAD);
    fs::write(&path, meta(0)).unwrap();
    let (watch, told) = watch(home.path(), Scope::HERE);
    watch.follow(std::slice::from_ref(&path)).unwrap();
    fs::read(&path).unwrap();
    let second = rollout(home.path(), "second");
    fs::write(&second, meta(0)).unwrap();
    watch.follow(&[path.clone(), second.clone()]).unwrap();
    append(&second);
    let first_told = told.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(first_told, second);
}
