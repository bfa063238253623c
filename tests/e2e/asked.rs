//! Prompts of sessions in Codex's background server, on the phone: the real Codex asks, the
//! owner answers by message, and what Codex then does is what was said, once.

use std::path::Path;

use rustix::process::{Signal, kill_process};
use serde_json::Value;

use crate::desk::{Desk, count};
use crate::lab::{Agent, wait_for};
use crate::pane::Pane;
use crate::phone::Notice;
use crate::served::{MODAL, server_of};

/// A desk whose sessions live in the background server.
pub(crate) struct Asked {
    pub(crate) desk: Desk,
}

impl Asked {
    pub(crate) fn new() -> Option<Self> {
        Some(Self { desk: Desk::new()? })
    }

    /// A session that has said hello, and that the server has told of.
    pub(crate) fn session(&self, hello: &str) -> (Pane<'_>, String) {
        let codex = self.desk.lab.programs.codex.clone();
        let pane = self.desk.codex(&codex, Agent::Daemon);
        let (thread, _) = self.desk.prompted(&pane, hello);
        self.desk
            .runtime()
            .wait_for_event("AppServerLinkChanged", 1);
        (pane, thread)
    }

    /// A command is asked for on the phone, and at the desk.
    pub(crate) fn asked(&self, pane: &Pane<'_>, command: &str) -> Notice {
        let heard = self.desk.phone.notices().len();
        pane.prompt(&format!("run: {command}"));
        let about = format!("wants to run: {command}");
        let notice = self.desk.phone.wait_after(heard, "waits", &about);
        pane.wait_for("the modal", |screen| screen.contains(MODAL));
        notice
    }

    /// The next text of this kind after what was heard so far, when `act` has been done.
    pub(crate) fn hears(&self, kind: &str, part: &str, act: impl FnOnce()) -> Notice {
        let heard = self.desk.phone.notices().len();
        act();
        self.desk.phone.wait_after(heard, kind, part)
    }

    pub(crate) fn made(&self, file: &str) -> bool {
        self.desk.lab.work().join(file).exists()
    }

    /// How many texts of the phone have this kind.
    pub(crate) fn receipts(&self, kind: &str) -> usize {
        let notices = self.desk.phone.notices();
        notices
            .iter()
            .filter(|notice| notice.kind() == kind)
            .count()
    }
}

pub(crate) fn idle(pane: &Pane<'_>) {
    pane.wait_for("the composer", |screen| {
        screen.contains("› Ask Codex") && !screen.contains(MODAL)
    });
}

fn of_kind<'a>(log: &'a [Value], kind: &str) -> Vec<&'a Value> {
    log.iter().filter(|entry| entry["kind"] == kind).collect()
}

#[test]
fn each_word_does_what_it_says_once() {
    let Some(mut asked) = Asked::new() else {
        return;
    };
    {
        let (pane, thread) = asked.session("hello");
        let phone = &asked.desk.phone;
        // Yes, alone: one thing waits, and it was there before the word.
        let first = asked.asked(&pane, "touch one && echo fine");
        assert!(!asked.made("one"));
        phone.say("yes");
        phone.wait_for("approved, it runs", "touch one");
        asked.desk.lab.wait_for_answer(&thread, "done: fine");
        assert!(asked.made("one"));
        idle(&pane);
        // The modal at the desk closed by itself, and a second yes finds nothing.
        asked.hears("too late", "answered it already", || {
            phone.reply(&first, "yes");
        });
        // No: the turn goes on or ends, and the command does not run.
        let second = asked.asked(&pane, "touch two");
        asked.hears("refused, Codex goes on", "touch two", || {
            phone.reply(&second, "no");
        });
        idle(&pane);
        // A reason reaches Codex in the same turn, once.
        let third = asked.asked(&pane, "touch three");
        phone.reply(&third, "no, because it is late");
        let records = asked
            .desk
            .lab
            .wait_for_record(&thread, "the reason", |record| {
                let item = &record["payload"]["item"];
                item["content"][0]["text"] == "because it is late"
            });
        let turns = |kind: &str| {
            let started = records.iter().filter(|r| r["payload"]["type"] == kind);
            started.count()
        };
        assert_eq!(turns("task_started"), turns("task_complete") + 1);
        phone.wait_for("refused, Codex goes on", "touch three");
        assert_eq!(asked.receipts("received; it steers the running turn"), 0);
        idle(&pane);
        // Prose is no answer, and neither is a letter.
        let fourth = asked.asked(&pane, "touch four");
        for text in [
            "yes but only if it is safe",
            "y?",
            "I say no to that idea",
            "1",
        ] {
            asked.hears("not answered", "it waits to", || {
                phone.reply(&fourth, text);
            });
        }
        assert!(!asked.made("four"));
        asked.hears("always: touch four", "run touch four", || {
            phone.reply(&fourth, "always");
        });
        wait_for(
            || "what was always allowed".into(),
            || asked.made("four").then_some(()),
        );
        idle(&pane);
        assert!(!asked.made("two") && !asked.made("three"));
        assert_eq!(asked.receipts("approved, it runs"), 1);
    }
    let log = asked.desk.stop();
    assert_eq!(count(&log, "PromptAsked"), 4);
    assert_eq!(count(&log, "PromptAnswered"), 4);
    let closed = of_kind(&log, "PromptClosed");
    assert_eq!(closed.len(), 4);
}

#[test]
fn two_sessions_wait_and_each_reply_goes_where_it_belongs() {
    let Some(asked) = Asked::new() else { return };
    let (first, _) = asked.session("hello first");
    let (second, _) = asked.session("hello second");
    let phone = &asked.desk.phone;
    let of_first = asked.asked(&first, "touch left");
    let of_second = asked.asked(&second, "touch right");
    // Neither is named: nothing is answered.
    asked.hears("waiting for you", "1. ", || {
        phone.say("yes");
    });
    assert!(!asked.made("left") && !asked.made("right"));
    // The older one is answered last, and the other way round.
    asked.hears("approved, it runs", "touch right", || {
        phone.reply(&of_second, "yes");
    });
    asked.hears("refused, Codex goes on", "touch left", || {
        phone.reply(&of_first, "no");
    });
    idle(&first);
    idle(&second);
    wait_for(
        || "the one that was allowed".into(),
        || asked.made("right").then_some(()),
    );
    assert!(!asked.made("left"));
    // By the numbers of a list, which counts for what it showed.
    asked.asked(&first, "touch up");
    asked.asked(&second, "touch down");
    asked.hears("waiting for you", "2. ", || {
        phone.say("pending");
    });
    let heard = phone.notices().len();
    phone.say("1 no, 2 yes");
    phone.wait_after(heard, "refused, Codex goes on", "touch up");
    phone.wait_after(heard, "approved, it runs", "touch down");
    wait_for(
        || "the second of the list".into(),
        || asked.made("down").then_some(()),
    );
    assert!(!asked.made("up"));
    // The desk is first, the phone comes too late.
    idle(&first);
    let of_first = asked.asked(&first, "touch desk");
    first.key("y");
    wait_for(
        || "what the desk allowed".into(),
        || asked.made("desk").then_some(()),
    );
    asked.desk.runtime().wait_for_event("PromptClosed", 5);
    asked.hears("too late", "at the desk", || {
        phone.reply(&of_first, "no");
    });
    // The phone is first, and the desk's key finds no modal.
    idle(&first);
    let of_first = asked.asked(&first, "touch phone");
    asked.hears("refused, Codex goes on", "touch phone", || {
        phone.reply(&of_first, "no");
    });
    idle(&first);
    first.key("y");
    first.wait_for("a letter in the composer", |screen| screen.contains("› y"));
    assert!(!asked.made("phone"));
}

#[test]
fn two_prompts_in_one_turn_are_two() {
    let Some(asked) = Asked::new() else { return };
    let (pane, thread) = asked.session("hello");
    let phone = &asked.desk.phone;
    let first = asked.asked(&pane, "touch one");
    let heard = phone.notices().len();
    // The reason is the next thing the model hears in this turn, and it asks again.
    phone.reply(&first, "no, run: touch two && echo second");
    let second = phone.wait_after(heard, "waits", "touch two");
    asked.hears("too late", "answered it already", || {
        phone.reply(&first, "yes");
    });
    assert!(!asked.made("one") && !asked.made("two"));
    phone.reply(&second, "yes");
    asked.desk.lab.wait_for_answer(&thread, "done: second");
    assert!(asked.made("two") && !asked.made("one"));
    let records = asked.desk.lab.rollout(&thread);
    let turns = records
        .iter()
        .filter(|record| record["payload"]["type"] == "task_started");
    assert_eq!(turns.count(), 2);
}

#[test]
fn a_question_is_answered_by_number_label_and_words() {
    let Some(desk) = Desk::with(|home| home.ask_in_default_mode = true, &[]) else {
        return;
    };
    let asked = Asked { desk };
    let (pane, thread) = asked.session("hello");
    let phone = &asked.desk.phone;
    for (nth, (question, words, answer)) in [
        ("Which of the 2 databases?", "2", "done: postgres"),
        ("Which one for the tests?", "sqlite", "done: sqlite"),
        (
            "And for 3 nodes?",
            "other: neither of them",
            "neither of them",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let heard = phone.notices().len();
        pane.prompt(&format!("ask: {question}"));
        // Told by the record or by the server, whichever is first, and once.
        let notice = wait_for(
            || question.into(),
            || {
                let mut heard = phone.notices().into_iter().skip(heard);
                heard.find(|notice| notice.text.contains(question))
            },
        );
        asked.desk.runtime().wait_for_event("PromptAsked", nth + 1);
        phone.reply(&notice, words);
        asked.desk.lab.wait_for_record(&thread, answer, |record| {
            record["payload"]["type"] == "task_complete"
                && record["payload"]["last_agent_message"]
                    .as_str()
                    .is_some_and(|said| said.contains(answer))
        });
        phone.wait_after(heard, "answered", question);
        idle(&pane);
    }
}

#[test]
fn a_server_that_dies_takes_its_prompt_along_and_an_old_yes_allows_nothing() {
    let Some(asked) = Asked::new() else { return };
    let (pane, thread) = asked.session("hello");
    let phone = &asked.desk.phone;
    let notice = asked.asked(&pane, "touch one");
    kill_process(server_of(&asked.desk.lab), Signal::KILL).unwrap();
    asked
        .desk
        .runtime()
        .wait_for_event("AppServerLinkChanged", 2);
    asked.hears("not answered", "nothing was done", || {
        phone.reply(&notice, "yes");
    });
    // The next server counts its requests from the start again.
    let codex: &Path = &asked.desk.lab.programs.codex;
    let again = asked
        .desk
        .lab
        .codex_pane(codex, Agent::Daemon, &["resume", &thread]);
    again.wait_for("the thread", |screen| {
        screen.contains("Ask Codex to do anything")
    });
    let second = asked.asked(&again, "touch two");
    asked.hears("too late", "nothing was done", || {
        phone.reply(&notice, "yes");
    });
    assert!(!asked.made("one") && !asked.made("two"));
    asked.hears("approved, it runs", "touch two", || {
        phone.reply(&second, "yes");
    });
    wait_for(|| "the second".into(), || asked.made("two").then_some(()));
    assert!(!asked.made("one"));
}

#[test]
fn this_program_restarts_while_a_prompt_is_up_and_asks_it_once() {
    let Some(mut asked) = Asked::new() else {
        return;
    };
    let notice = {
        let (pane, _) = asked.session("hello");
        asked.asked(&pane, "touch one")
    };
    asked.desk.stop();
    asked.desk.start(&[]);
    asked.desk.runtime().wait_for_event("PromptWitnessed", 1);
    let phone = &asked.desk.phone;
    phone.reply(&notice, "yes");
    phone.wait_for("approved, it runs", "touch one");
    wait_for(|| "the command".into(), || asked.made("one").then_some(()));
    assert_eq!(phone.calls("wants to run: touch one"), 1);
    assert_eq!(asked.receipts("approved, it runs"), 1);
}

#[test]
fn a_turn_is_stopped_steered_and_queued_to_and_words_are_taken_back() {
    let Some(asked) = Asked::new() else { return };
    let (pane, thread) = asked.session("hello");
    let phone = &asked.desk.phone;
    let name = phone.notices()[0].reference().to_owned();
    // A prompt is up: `stop` ends its turn, and nothing runs.
    let notice = asked.asked(&pane, "touch one");
    asked.hears("stopped", "", || {
        phone.say(&format!("stop {name}"));
    });
    idle(&pane);
    asked.hears("too late", "nothing was done", || {
        phone.reply(&notice, "yes");
    });
    assert!(!asked.made("one"));
    // Words for the running turn, and words for the next one.
    pane.prompt("quiet: 4");
    pane.wait_for("work", |screen| screen.contains("esc to interrupt"));
    asked.hears("received; it steers the running turn", "", || {
        phone.say(&format!("steer {name} and this too"));
    });
    phone.say(&format!("queue {name} afterwards this"));
    asked
        .desk
        .lab
        .wait_for_answer(&thread, "echo: afterwards this");
    asked.desk.assert_told(
        &thread,
        &[
            "hello",
            "run: touch one",
            "quiet: 4",
            "and this too",
            "afterwards this",
        ],
    );
    // Nothing runs, and it says so.
    asked.hears("nothing runs", "", || {
        phone.say(&format!("stop {name}"));
    });
}
