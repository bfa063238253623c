//! What else Codex can show: in front of each view a text waits, and the owner hears which it is.

use std::cell::RefCell;
use std::ffi::OsStr;

use crate::desk::Desk;
use crate::lab::Lab;
use crate::pane::Pane;
use crate::phone::Notice;

/// A text is refused with this name, and the view stays as it is.
fn nothing_goes_in(desk: &Desk, pane: &Pane<'_>, notice: &Notice, name: &str) {
    let view = settled(pane);
    // Equal texts would be taken for a loop.
    for text in [format!("2 {name}"), format!("y\n!touch made {name}")] {
        let heard = desk.phone.notices().len();
        desk.phone.reply(notice, &text);
        desk.phone.wait_after(heard, "not delivered", name);
        assert_eq!(pane.screen(), view, "{name} after {text:?}");
    }
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
fn in_front_of_every_view_a_text_waits() {
    let Some(desk) = Desk::new() else { return };
    let pane = with_an_editor(&desk.lab);
    let (thread, notice) = desk.prompted(&pane, "hello");
    for (command, cue, name, close) in [
        ("/model", "enter select", "Select Model", "Escape"),
        ("/theme", "enter select", "a list to choose from", "Escape"),
        (
            "/keymap",
            "enter edit shortcut",
            "the list of shortcuts",
            "Escape",
        ),
        ("/rename", "Suggested from", "a field for a name", "Escape"),
        (
            "/resume",
            "enter resume",
            "the list of conversations",
            "Escape",
        ),
        ("/diff", "q close", "a page of text", "q"),
    ] {
        pane.prompt(command);
        pane.wait_for(command, |screen| screen.contains(cue));
        nothing_goes_in(&desk, &pane, &notice, name);
        pane.key(close);
        idle(&pane);
    }
    for (key, cue, name, close) in [
        ("?", "Keyboard shortcuts", "the list of shortcuts", "Escape"),
        ("!", "Shell mode", "shell mode", "BSpace"),
        ("@", "esc close", "a mention in the composer", "BSpace"),
    ] {
        pane.press_until(key, name, |screen| screen.contains(cue));
        nothing_goes_in(&desk, &pane, &notice, name);
        pane.key(close);
        idle(&pane);
    }
    pane.key("Escape");
    pane.press_until("Escape", "the transcript", |screen| {
        screen.contains("Browsing transcript")
    });
    nothing_goes_in(&desk, &pane, &notice, "the transcript");
    pane.key("Escape");
    idle(&pane);

    pane.press_until("C-g", "the editor", |screen| screen.contains("editing"));
    nothing_goes_in(&desk, &pane, &notice, "the external editor");
    std::fs::write(desk.lab.place("done"), "").unwrap();
    idle(&pane);

    desk.phone.reply(&notice, "and on");
    desk.lab.wait_for_answer(&thread, "echo: and on");
    desk.assert_told(&thread, &["hello", "and on"]);
    assert!(!desk.lab.work().join("made").exists());
}

/// Makes the pane another size, and waits until Codex has drawn its last line, or none.
fn resize(desk: &Desk, pane: &Pane<'_>, width: &str, height: &str, last_line: bool) {
    let size = ["-x", width, "-y", height];
    let mut resize = vec!["resize-window", "-t", &pane.id];
    resize.extend(size);
    desk.lab.tmux(&resize);
    pane.wait_for("the new size", |screen| {
        screen.contains("› Ask Codex") && screen.contains("← for agents") == last_line
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
        desk.phone.reply(&notice, &format!("no {text}"));
        let why = "not recognised";
        desk.phone.wait_after(heard, "not delivered", why);
        resize(&desk, &pane, width, height, true);
        desk.phone.reply(&notice, &text);
        let answer = format!("echo: {text}");
        desk.lab.wait_for_answer(&thread, &answer);
        desk.phone.wait_after(heard, "received", "");
        desk.phone.wait_after(heard, "done", &answer);
    }
}
