//! How long a prompt and its answer take by Codex's background server, beside keys.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test waits for one kind of input among many"
)]

use std::time::{Duration, Instant};

use events::Report;
use events::prompt::Meaning;

use crate::lab::{Agent, Lab, wait_for};

use crate::served::{MODAL, Served};

/// Twenty rounds; the figures are in docs/testing.md.
#[test]
#[ignore = "it measures, and proves nothing that others do not"]
fn how_long_a_prompt_and_its_answer_take() {
    let Some(lab) = Lab::new() else { return };
    let pane = lab
        .codex_pane(&lab.programs.codex, Agent::Daemon, &[])
        .ready();
    let thread = pane.thread();
    pane.prompt("first");
    lab.wait_for_answer(&thread, "echo: first");
    let served = Served::new(&lab);
    let (mut raised_after, mut called_after) = (Vec::new(), Vec::new());
    let (mut ours, mut keys) = (Vec::new(), Vec::new());
    for round in 0..20_u16 {
        let (name, by_key) = (format!("f{round}"), round % 2 == 1);
        let before = lab.rollout(&thread).len();
        let begun = Instant::now();
        // The record of a turn's end is written a moment before the server says so.
        let words = format!("run: touch {name} && echo {name}");
        let taken = || matches!(served.say(round, &thread, &words), Report::Performed(_));
        wait_for(|| "an idle session".into(), || taken().then_some(()));
        let called = || {
            let records = lab.rollout(&thread);
            let mut new = records.iter().skip(before);
            new.any(|r| r["payload"]["type"] == "function_call")
                .then_some(())
        };
        wait_for(|| "the call".into(), called);
        called_after.push(begun.elapsed());
        let (at, raised) = served.prompt();
        raised_after.push(at - begun);
        pane.wait_for("the modal", |screen| screen.contains(MODAL));
        let answered = Instant::now();
        if by_key {
            pane.key("y");
        } else {
            served.answer(100 + round, &raised, &Meaning::Accept, None);
        }
        let made = lab.work().join(&name);
        while !made.exists() && answered.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(1));
        }
        if by_key { &mut keys } else { &mut ours }.push(answered.elapsed());
        lab.wait_for_answer(&thread, &format!("done: {name}"));
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    println!(
        "words to the call in the rollout: {:?}",
        median(&mut called_after)
    );
    println!(
        "words to the prompt as an input:  {:?}",
        median(&mut raised_after)
    );
    println!("answer to running command:        {:?}", median(&mut ours));
    println!("the key in the pane instead:      {:?}", median(&mut keys));
}
