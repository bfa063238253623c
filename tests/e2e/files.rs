//! Pictures and files from the phone, into the real Codex.

use crate::desk::{Desk, NO_APP_SERVER, count};
use crate::lab::Agent;
use crate::waiting::patiently;

/// A red square of four pixels.
const PNG: &[u8] = &[
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 4, 0, 0, 0, 4, 8, 2, 0,
    0, 0, 38, 147, 9, 41, 0, 0, 0, 16, 73, 68, 65, 84, 120, 156, 99, 248, 207, 192, 0, 71, 12, 196,
    113, 0, 174, 147, 15, 241, 208, 95, 35, 158, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
];
const HEIC: &[u8] = b"\0\0\0\x24ftypheic\0\0\0\0 a picture of a telephone";

#[test]
fn pictures_go_through_the_server_and_the_model_sees_them() {
    let Some(mut desk) = Desk::new() else { return };
    let codex = desk.lab.programs.codex.clone();
    let pane = desk.codex(&codex, Agent::Daemon);
    let (thread, notice) = desk.prompted(&pane, "by hand");
    desk.runtime().wait_for_event("AppServerLinkChanged", 1);
    let words = format!("{} what is this", notice.reference());
    desk.phone.send_files(
        &words,
        &[("a.png", PNG), ("../../b.png", PNG), ("IMG_1.HEIC", HEIC)],
    );
    let ended = desk.phone.wait_for("done", "saw 2 pictures");
    assert!(ended.body().contains("what is this"), "{}", ended.body());
    let receipt = desk.phone.wait_for("received", "With 2 pictures.");
    let body = receipt.body();
    assert!(body.contains("Not passed on: \"IMG_1.HEIC\""), "{body}");
    // And one without a word.
    desk.phone.send_files("", &[("c.png", PNG)]);
    desk.phone.wait_for("done", "saw 1 picture");
    drop(pane);
    let log = desk.stop();
    assert_eq!(count(&log, "InstructionEnded"), 2);
    let given = log
        .iter()
        .filter(|entry| entry.to_string().contains("GivePictures"));
    assert_eq!(given.count(), 2);
    let told = desk.lab.rollout(&thread);
    let told = serde_json::to_string(&told).unwrap();
    assert!(!told.contains("../../b.png") && !told.contains("IMG_1"));
}

#[test]
fn into_a_pane_go_words_that_name_the_copies() {
    let Some(mut desk) = Desk::with(|_| {}, &[NO_APP_SERVER]) else {
        return;
    };
    let pane = desk.embedded();
    let (thread, _) = desk.prompted(&pane, "by hand");
    desk.phone.send_files(
        "read these",
        &[("x.jpg", PNG), ("notes.txt", b"remember the milk\n")],
    );
    let ended = desk.phone.wait_for("done", "echo: read these");
    assert!(ended.body().contains("/1.png"), "{}", ended.body());
    // The session can read what it was named.
    let told = patiently(|| {
        let texts = desk.lab.rollout(&thread);
        let texts = crate::codex::user_texts(&texts).join("\n");
        texts.contains("File: ").then_some(texts)
    });
    let told = told.unwrap();
    let file = told
        .lines()
        .find_map(|line| line.strip_prefix("File: "))
        .unwrap();
    assert_eq!(std::fs::read(file).unwrap(), b"remember the milk\n");
    desk.phone.say(&format!("try: cat {file}"));
    desk.phone.wait_for("done", "remember the milk");
    drop(pane);
    let log = desk.stop();
    assert_eq!(count(&log, "InstructionEnded"), 2);
}

#[test]
fn the_path_of_a_picture_that_is_pasted_stays_words() {
    let Some(desk) = Desk::with(|_| {}, &[NO_APP_SERVER]) else {
        return;
    };
    let picture = desk.lab.place("picture.png");
    std::fs::write(&picture, PNG).unwrap();
    let pane = desk.embedded();
    let path = picture.display().to_string();
    pane.prompt(&path);
    desk.phone.wait_for("done", &format!("echo: {path}"));
    desk.assert_told(&desk.lab.thread_of(&path), &[&path]);
}

#[test]
fn a_file_of_the_folder_comes_to_the_phone_once() {
    let Some(mut desk) = Desk::with(|_| {}, &[NO_APP_SERVER]) else {
        return;
    };
    let work = desk.lab.work();
    std::fs::create_dir_all(work.join("docs")).unwrap();
    std::fs::write(work.join("docs/Report 1.pdf"), b"%PDF-1.7 a report").unwrap();
    let outside = desk.lab.place("secret.txt");
    std::fs::write(&outside, "a secret").unwrap();
    std::os::unix::fs::symlink(&outside, work.join("link.txt")).unwrap();
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "hello");
    let reference = notice.reference().to_owned();
    desk.phone.say(&format!("send {reference} link.txt"));
    let refused = desk.phone.wait_for("not sent", "link.txt");
    assert!(refused.body().contains("outside of the session's folder"));
    desk.phone.say(&format!("send {reference} report-1.pdf"));
    let near = desk.phone.wait_for("not sent", "report-1.pdf");
    assert!(
        near.body().contains("\"docs/Report 1.pdf\""),
        "{}",
        near.body()
    );
    // Sent, though osascript then says otherwise: the row is what counts.
    desk.phone.behave("sent-then-error:-609");
    desk.phone
        .say(&format!("send {reference} “docs/Report 1.pdf”"));
    let file = patiently(|| desk.phone.files().into_iter().next()).unwrap();
    assert_eq!(file.1, "Report 1.pdf");
    assert_eq!(std::fs::read(&file.2).unwrap(), b"%PDF-1.7 a report");
    // A reply to the file goes to its session.
    desk.phone.behave("ok");
    let sent = crate::phone::Notice {
        guid: file.0,
        text: String::new(),
    };
    desk.phone.reply(&sent, "what is on page 2");
    desk.phone.wait_for("done", "echo: what is on page 2");
    drop(pane);
    let log = desk.stop();
    assert_eq!(desk.phone.files().len(), 1);
    assert_eq!(
        desk.phone.calls("/Report 1.pdf"),
        2,
        "the hint and the file"
    );
    let sends = log
        .iter()
        .filter(|e| e["event"].to_string().contains("\"SendFile\""));
    assert_eq!(sends.count(), 1);
    desk.assert_told(&thread, &["hello", "what is on page 2"]);
}
