//! Approvals and plans of the real Codex in a pane, answered from the phone.

use crate::desk::{Desk, count};
use crate::lab::wait_for;
use crate::pane::Pane;
use crate::phone::Notice;

/// A desk with a session that has said hello, and its pane.
fn hello(desk: &Desk) -> (Pane<'_>, String, Notice) {
    let pane = desk.embedded();
    let (thread, notice) = desk.prompted(&pane, "hello");
    (pane, thread, notice)
}

fn made(desk: &Desk, file: &str) -> bool {
    desk.lab.work().join(file).exists()
}

/// The command that a prompt wants is asked for on the phone.
fn asked(desk: &Desk, pane: &Pane<'_>, command: &str) -> Notice {
    pane.prompt(&format!("run: {command}"));
    desk.phone
        .wait_for_prompt(&format!("wants to run: {command}"))
}

#[test]
fn one_word_approves_exactly_what_was_told() {
    let Some(mut desk) = Desk::new() else { return };
    {
        let (pane, thread, _) = hello(&desk);
        let notice = asked(&desk, &pane, "touch made && echo ok");
        let first = notice.text.lines().next().unwrap();
        assert!(
            first.starts_with("work wants to run: touch made && echo ok. Yes or no? [Codex] @"),
            "{first}"
        );
        assert!(!made(&desk, "made"));
        desk.phone.say("yes");
        desk.phone.wait_for("approved, it runs", "touch made");
        desk.lab.wait_for_answer(&thread, "done: ok");
        assert!(made(&desk, "made"));
        // A second prompt in a later turn is another prompt: the old text says nothing about it.
        let second = asked(&desk, &pane, "touch second && echo two");
        desk.phone.reply(&notice, "yes");
        desk.phone.wait_for("too late", "answered it already");
        assert!(!made(&desk, "second"));
        desk.phone.reply(&second, "no");
        desk.phone
            .wait_for("refused, the turn ends", "touch second");
        desk.phone.wait_for("interrupted", notice.reference());
        assert!(!made(&desk, "second"));
        assert_eq!(desk.phone.calls("wants to run: touch made"), 1);
    }
    let log = desk.stop();
    assert_eq!(count(&log, "PromptAsked"), 2);
    assert_eq!(count(&log, "PromptAnswered"), 2);
    assert_eq!(count(&log, "PromptClosed"), 2);
}

#[test]
fn a_reason_reaches_codex_behind_the_refusal() {
    let Some(desk) = Desk::new() else { return };
    let (pane, thread, _) = hello(&desk);
    let notice = asked(&desk, &pane, "touch made");
    desk.phone.reply(&notice, "no, because it is late");
    desk.phone.wait_for("refused, the turn ends", "touch made");
    desk.lab
        .wait_for_answer(&thread, "echo: because it is late");
    assert!(!made(&desk, "made"));
    desk.assert_told(&thread, &["hello", "run: touch made", "because it is late"]);
}

#[test]
fn always_is_its_own_word_and_names_its_scope() {
    let Some(desk) = Desk::new() else { return };
    let (pane, thread, _) = hello(&desk);
    let notice = asked(&desk, &pane, "touch made");
    assert!(
        notice
            .text
            .contains("always: yes, and never asked again for"),
        "{}",
        notice.text
    );
    desk.phone.reply(&notice, "always");
    desk.phone.wait_for_text("always: commands that start with");
    desk.lab.wait_for_record(&thread, "the end", |record| {
        record["payload"]["type"] == "task_complete"
            && record["payload"]["last_agent_message"]
                .as_str()
                .is_some_and(|said| said.starts_with("done"))
    });
    assert!(made(&desk, "made"));
}

#[test]
fn a_patch_shows_its_files_and_is_approved() {
    let Some(desk) = Desk::new() else { return };
    let (pane, _, _) = hello(&desk);
    let approved = |patch: &str, about: &str, shown: &[&str]| {
        let heard = desk.phone.notices().len();
        pane.prompt(&format!("patch: {patch}"));
        let notice = desk.phone.wait_after(heard, "waits", about);
        for line in shown {
            assert!(notice.text.contains(line), "{line}: {}", notice.text);
        }
        desk.phone.reply(&notice, "yes");
        desk.phone.wait_after(heard, "approved, it runs", "");
        pane.wait_for("the composer", |screen| screen.contains("› Ask Codex"));
    };
    let holds = |file: &str, text: &str| {
        wait_for(
            || format!("{text:?} in {file}"),
            || {
                let read = std::fs::read_to_string(desk.lab.work().join(file)).ok()?;
                (read == text).then_some(())
            },
        );
    };
    let work = desk.lab.work().display().to_string();
    let first = format!("{work}/one.txt (+1 -0)");
    approved("one.txt", "wants to change", &[&first, "> +one line"]);
    holds("one.txt", "one line\n");
    approved(
        "~one.txt two.txt",
        "wants to change 2 files",
        &[
            "one.txt (+1 -1)\n> -one line\n> +another line",
            "two.txt (+1 -0)",
        ],
    );
    holds("one.txt", "another line\n");
    holds("two.txt", "one line\n");
    approved("-two.txt", "two.txt (+0 -1)", &["deleted: ", "> -one line"]);
    wait_for(
        || "the end of two.txt".into(),
        || (!made(&desk, "two.txt")).then_some(()),
    );
}

#[test]
fn the_desk_is_first_and_the_phone_is_told() {
    let Some(desk) = Desk::new() else { return };
    let (pane, thread, _) = hello(&desk);
    let notice = asked(&desk, &pane, "touch made && echo ok");
    pane.key("y");
    desk.lab.wait_for_answer(&thread, "done: ok");
    desk.runtime().wait_for_event("PromptClosed", 1);
    desk.phone.reply(&notice, "no");
    desk.phone.wait_for("too late", "nothing was done");
    desk.assert_told(&thread, &["hello", "run: touch made && echo ok"]);
}

#[test]
fn an_answer_for_a_codex_that_has_gone_presses_nothing() {
    let Some(desk) = Desk::new() else { return };
    let (pane, _, _) = hello(&desk);
    let notice = asked(&desk, &pane, "touch made");
    desk.lab.tmux(&["kill-pane", "-t", &pane.id]);
    desk.phone.reply(&notice, "yes");
    wait_for(
        || "a receipt that nothing was done".into(),
        || {
            let notices = desk.phone.notices();
            notices.into_iter().find(|n| {
                n.text.contains("Nothing was answered") || n.text.contains("nothing was done")
            })
        },
    );
    assert!(!made(&desk, "made"));
}

#[test]
fn a_prompt_replaced_behind_the_text_takes_no_answer() {
    let Some(desk) = Desk::new() else { return };
    let (pane, _, _) = hello(&desk);
    let notice = asked(&desk, &pane, "touch first");
    // At the desk it is refused, and something else is asked at once.
    pane.key("Escape");
    desk.phone.wait_for("interrupted", notice.reference());
    let second = asked(&desk, &pane, "touch second");
    desk.phone.reply(&notice, "yes");
    desk.phone.wait_for("too late", "nothing was done");
    assert!(!made(&desk, "first") && !made(&desk, "second"));
    desk.phone.reply(&second, "yes");
    desk.phone.wait_for("approved, it runs", "touch second");
    wait_for(
        || "the second".into(),
        || made(&desk, "second").then_some(()),
    );
    assert!(!made(&desk, "first"));
}

#[test]
fn a_plan_is_refused_and_carried_out() {
    let Some(desk) = Desk::new() else { return };
    let pane = desk.embedded();
    pane.press_until("BTab", "plan mode", |screen| screen.contains("Plan mode"));
    pane.prompt("plan: paint it red");
    let notice = desk.phone.wait_for_prompt("has a plan");
    assert!(notice.text.contains("paint it red"), "{}", notice.text);
    desk.phone.reply(&notice, "no");
    desk.phone.wait_for("refused, Codex goes on", "plan");
    pane.prompt("plan: paint it blue");
    let notice = wait_for(
        || "the second plan".into(),
        || {
            desk.phone
                .notices()
                .into_iter()
                .find(|n| n.text.contains("has a plan") && n.text.contains("paint it blue"))
        },
    );
    desk.phone.reply(&notice, "yes");
    desk.phone.wait_for("approved, it runs", "plan");
    pane.wait_for("its work", |screen| screen.contains("Implement the plan"));
}

#[test]
fn a_running_turn_is_stopped_and_codex_stays() {
    let Some(desk) = Desk::new() else { return };
    let (pane, thread, notice) = hello(&desk);
    pane.prompt("slow: 60");
    desk.runtime().wait_for_event("TurnStarted", 2);
    pane.wait_for("work", |screen| {
        screen.contains("esc to interrupt") || screen.contains("tick")
    });
    desk.phone.say(&format!("stop {}", notice.reference()));
    desk.phone.wait_for("stopped", notice.reference());
    desk.lab
        .wait_for_record(&thread, "the interruption", |record| {
            record["payload"]["type"] == "turn_aborted"
        });
    desk.phone.say(&format!("stop {}", notice.reference()));
    desk.phone.wait_for("nothing runs", "No turn is running");
}
