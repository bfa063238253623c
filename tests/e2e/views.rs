//! What else Codex can show: no key goes into any view, and a text goes past it by the queue.

use std::cell::RefCell;
use std::ffi::OsStr;

use crate::desk::Desk;
use crate::lab::Lab;
use crate::pane::Pane;
use crate::phone::Notice;

/// A text goes by the queue, past what is open in the pane, and that stays open.
fn goes_past(desk: &Desk, pane: &Pane<'_>, notice: &Notice, cue: &str, told: &mut Vec<String>) {
    settled(pane);
    // An embedded Codex looks into its queue every ten seconds.
    let text = format!("2 y\n!touch made {cue} {}", told.len());
    desk.phone.reply(notice, &text);
    let thread = desk.lab.thread_of("hello");
    desk.lab.wait_for_answer(&thread, &format!("echo: {text}"));
    pane.wait_for("what was open", |screen| screen.contains(cue));
    told.push(text);
}

/// The screen once two looks agree: Codex draws some views bit by bit.
fn settled(pane: &Pane<'_>) -> String {
    let last = RefCell::new(String::new());
    pane.wait_for("a screen at rest", |screen| {
        last.replace(screen.to_owned()) == screen
    })
}

fn idle(pane: &Pane<'_>) {
    pane.wait_for("an empty composer", |screen| {
        screen.contains("› Ask Codex") && screen.contains("? for shortcuts")
    });
}

/// Codex whose editor shows a line and waits for the file `done`.
fn with_an_editor(lab: &Lab) -> Pane<'_> {
    let (editor, done) = (lab.place("editor"), lab.place("done"));
    let script = format!(
        "#!/bin/sh\necho editing\nuntil test -e '{}'; do sleep 0.05; done\n",
        done.display()
    );
    lab.script(&editor, &script);
    let editor = format!("EDITOR={}", editor.display());
    let native = lab.programs.native.as_os_str();
    let command = [
        "env".as_ref(),
        OsStr::new(&editor),
        native,
        "--no-daemon".as_ref(),
    ];
    lab.pane(&command).ready()
}

#[test]
fn a_text_goes_past_every_view_by_the_queue() {
    let Some(desk) = Desk::new() else { return };
    let pane = with_an_editor(&desk.lab);
    let (thread, notice) = desk.prompted(&pane, "hello");
    let mut told = vec!["hello".to_owned()];
    for (command, cue, close) in [
        ("/model", "enter select", "Escape"),
        ("/theme", "enter select", "Escape"),
        ("/keymap", "enter edit shortcut", "Escape"),
        ("/rename", "Suggested from", "Escape"),
        ("/resume", "enter resume", "Escape"),
        ("/diff", "q close", "q"),
    ] {
        pane.prompt(command);
        pane.wait_for(command, |screen| screen.contains(cue));
        goes_past(&desk, &pane, &notice, cue, &mut told);
        pane.key(close);
        idle(&pane);
    }
    for (key, cue, name, close) in [
        ("?", "Keyboard shortcuts", "the list of shortcuts", "Escape"),
        ("!", "Shell mode", "shell mode", "BSpace"),
        ("@", "esc close", "a mention in the composer", "BSpace"),
    ] {
        pane.press_until(key, name, |screen| screen.contains(cue));
        goes_past(&desk, &pane, &notice, cue, &mut told);
        pane.key(close);
        idle(&pane);
    }
    pane.key("Escape");
    pane.press_until("Escape", "the transcript", |screen| {
        screen.contains("Browsing transcript")
    });
    goes_past(&desk, &pane, &notice, "Browsing transcript", &mut told);
    pane.key("Escape");
    idle(&pane);

    pane.press_until("C-g", "the editor", |screen| screen.contains("editing"));
    goes_past(&desk, &pane, &notice, "editing", &mut told);
    std::fs::write(desk.lab.place("done"), "").unwrap();
    idle(&pane);

    desk.phone.reply(&notice, "and on");
    desk.lab.wait_for_answer(&thread, "echo: and on");
    told.push("and on".to_owned());
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    desk.assert_told(&thread, &told);
    assert!(!desk.lab.work().join("made").exists());
}

/// Makes the pane another size, and waits until Codex has drawn its status line, or none.
fn resize(desk: &Desk, pane: &Pane<'_>, width: &str, height: &str, last_line: bool) {
    let size = ["-x", width, "-y", height];
    let mut resize = vec!["resize-window", "-t", &pane.id];
    resize.extend(size);
    desk.lab.tmux(&resize);
    pane.wait_for("the new size", |screen| {
        screen.contains("› Ask Codex") && screen.contains("scripted-model") == last_line
    });
}

#[test]
fn a_text_goes_in_where_the_pane_is_large_enough_to_be_read() {
    let Some(desk) = Desk::new() else { return };
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "a first text with a title that is not short");
    for (width, height) in [("60", "20"), ("40", "12"), ("36", "30")] {
        resize(&desk, &pane, "120", "3", false);
        let heard = desk.phone.notices().len();
        let text = format!("text for {width} columns");
        let queued = format!("queued before {text}");
        desk.phone.reply(&notice, &queued);
        desk.lab
            .wait_for_answer(&thread, &format!("echo: {queued}"));
        resize(&desk, &pane, width, height, true);
        desk.phone.reply(&notice, &text);
        let answer = format!("echo: {text}");
        desk.lab.wait_for_answer(&thread, &answer);
        desk.phone.wait_after(heard, "received", "");
        desk.phone.wait_after(heard, "done", &answer);
    }
}
