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
fn a_path_pasted_alone_is_taken_for_the_picture_and_one_among_words_is_not() {
    let Some(desk) = Desk::with(|_| {}, &[NO_APP_SERVER]) else {
        return;
    };
    let picture = desk.lab.place("picture.png");
    std::fs::write(&picture, PNG).unwrap();
    let pane = desk.embedded();
    pane.paste(&format!("Picture: {}", picture.display()));
    pane.wait_for("the words", |screen| screen.contains("Picture: /"));
    pane.paste(&picture.display().to_string());
    pane.wait_for("a picture", |screen| screen.contains("[Image #1]"));
}
