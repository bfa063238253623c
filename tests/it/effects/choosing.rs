//! Questions answered by a digit, and only the ones that were meant.

use super::rig::{ID, Rig, session};
use events::command::{AnswerWithNotes, ChooseOptions, Chosen};
use events::outcome::{Doubt, Failure, How, Performed, Screen};
use events::{CallId, Command, Digest, Guid, Outcome, Report};

const LONG: &str = "Which of the 2 databases should the new billing service use, \
                    given that 1 of them is already running here?";

fn choose(choices: &[(&str, u16, u16)]) -> Command {
    let chosen = |(question, options, option): &(&str, u16, u16)| Chosen {
        question: (*question).into(),
        digest: None,
        options: *options,
        option: *option,
    };
    Command::ChooseOptions(ChooseOptions {
        inbound: Guid::parse("guid").expect("guid"),
        session: session(ID),
        call: CallId::parse("call").expect("call"),
        cwd: "/".to_owned(),
        hints: Vec::new(),
        choices: choices.iter().map(chosen).collect(),
    })
}

#[tokio::test]
async fn one_digit_answers_one_question() {
    let Some(rig) = Rig::with_tmux() else { return };
    let question = format!("{LONG}:sqlite,postgres");
    let codex = rig
        .codex(&["--lock", &rig.lock(ID), "--question", &question])
        .await;
    let report = rig.execute(choose(&[(LONG, 2, 2)])).await;
    let how = How::Chosen(codex.pane.clone());
    assert_eq!(report, Report::Performed(Performed { how, doubt: None }));
    codex.until("\"2\"").await;
    assert_eq!(codex.keys(), ["2"]);
    // It is answered: the same command finds nothing to answer.
    let report = rig.execute(choose(&[(LONG, 2, 1)])).await;
    assert!(matches!(
        report,
        Report::Settled(Outcome::Failed(Failure::NotReady {
            screen: Screen::Composer { .. },
            ..
        }))
    ));
    assert_eq!(codex.keys(), ["2"]);
}

#[tokio::test]
async fn a_question_that_is_not_up_yet_is_waited_for() {
    let Some(rig) = Rig::with_tmux() else { return };
    let codex = rig
        .codex(&[
            "--lock",
            &rig.lock(ID),
            "--question",
            "Which?:a,b",
            "--soon",
            "0.5",
        ])
        .await;
    let report = rig.execute(choose(&[("Which?", 2, 2)])).await;
    let how = How::Chosen(codex.pane.clone());
    assert_eq!(report, Report::Performed(Performed { how, doubt: None }));
    codex.until("\"2\"").await;
}

#[tokio::test]
async fn another_question_or_another_list_gets_no_digit() {
    let Some(rig) = Rig::with_tmux() else { return };
    let question = format!("{LONG}:sqlite,postgres");
    let codex = rig
        .codex(&["--lock", &rig.lock(ID), "--question", &question])
        .await;
    for choices in [
        [("Which language?", 2, 1)],
        [(LONG, 3, 1)],
        [(LONG, 2, 3)],
        [(LONG, 2, 0)],
    ] {
        let report = rig.execute(choose(&choices)).await;
        assert!(
            matches!(report, Report::Settled(Outcome::Failed(_))),
            "{report:?}"
        );
    }
    let both = [(LONG, 2, 1), ("and then?", 2, 1)];
    let report = rig.execute(choose(&both)).await;
    assert!(
        matches!(report, Report::Settled(Outcome::Failed(_))),
        "one of one is not one of two"
    );
    assert_eq!(codex.log().lines().count(), 1);
}

#[tokio::test]
async fn several_questions_are_answered_one_by_one() {
    let Some(rig) = Rig::with_tmux() else { return };
    let lock = rig.lock(ID);
    let options = [
        "--lock",
        &lock,
        "--question",
        "Which database?:a,b",
        "--question",
    ];
    let codex = rig
        .codex(&[&options[..], &["Which language?:rust,go,zig"]].concat())
        .await;
    let choices = [("Which database?", 2, 1), ("Which language?", 3, 3)];
    let report = rig.execute(choose(&choices)).await;
    assert!(
        matches!(report, Report::Performed(Performed { doubt: None, .. })),
        "{report:?}"
    );
    codex.until("\"3\"").await;
    assert_eq!(codex.keys(), ["1", "3"]);
}

#[tokio::test]
async fn a_second_question_that_is_another_stays_unanswered() {
    let Some(rig) = Rig::with_tmux() else { return };
    let lock = rig.lock(ID);
    let options = [
        "--lock",
        &lock,
        "--question",
        "Which database?:a,b",
        "--question",
    ];
    let codex = rig
        .codex(&[&options[..], &["Delete everything?:yes,no"]].concat())
        .await;
    let choices = [("Which database?", 2, 1), ("Which language?", 2, 1)];
    let report = rig.execute(choose(&choices)).await;
    let doubt = Some(Doubt::NoProof);
    assert!(matches!(report, Report::Performed(Performed { doubt: d, .. }) if d == doubt));
    assert_eq!(codex.keys(), ["1"]);
}

/// The same with words for some of the questions.
fn in_words(choices: &[(&str, u16, u16)], notes: &[Option<&str>]) -> Command {
    let Command::ChooseOptions(choose) = choose(choices) else {
        unreachable!()
    };
    let notes = notes.iter().map(|note| note.map(Into::into)).collect();
    Command::AnswerWithNotes(AnswerWithNotes { choose, notes })
}

#[tokio::test]
async fn words_go_into_the_notes_of_their_option() {
    let Some(rig) = Rig::with_tmux() else { return };
    let lock = rig.lock(ID);
    let mut options = vec!["--lock", &lock];
    for question in ["Which?:a,b", "How many?:1,2", "Where?:here,there"] {
        options.extend(["--question", question]);
    }
    let codex = rig.codex(&options).await;
    let choices = [("Which?", 2, 3), ("How many?", 2, 2), ("Where?", 2, 1)];
    let report = rig
        .execute(in_words(&choices, &[Some("c, 1\nof 2"), None, Some("9")]))
        .await;
    assert!(
        matches!(report, Report::Performed(Performed { doubt: None, .. })),
        "{report:?}"
    );
    codex.until("\"noted\": \"9\"").await;
    let log = codex.log();
    assert!(
        log.contains(r#""noted": "c, 1\nof 2", "option": 3"#),
        "{log}"
    );
    assert!(log.contains(r#""noted": "9", "option": 1"#), "{log}");
    assert_eq!(codex.keys(), ["↓", "↓", "\t", "\r", "2", "\t", "\r"]);
}

#[tokio::test]
async fn words_that_do_not_stand_in_the_right_notes_are_not_submitted() {
    let Some(rig) = Rig::with_tmux() else { return };
    let long = "x ".repeat(1_000);
    for (notes, words, keys) in [
        ("deaf", "more", &["↓", "\t"][..]),
        ("swapped", "more", &["↓", "\t"]),
        ("cut", "more of it", &["↓", "\t", "\t"]),
        ("", long.as_str(), &[]),
    ] {
        let lock = rig.lock(ID);
        let mut options = vec!["--lock", &lock, "--notes", notes];
        for question in ["Which?:a,b", "Delete all?:yes,no"] {
            options.extend(["--question", question]);
        }
        let codex = rig.codex(&options).await;
        let choices = [("Which?", 2, 2), ("Delete all?", 2, 1)];
        let report = rig.execute(in_words(&choices, &[Some(words), None])).await;
        assert!(
            matches!(report, Report::Settled(Outcome::Failed(_))),
            "{notes}: {report:?}"
        );
        // The last key may be on its way still.
        codex.until_keys(keys.len()).await;
        assert_eq!(codex.keys(), keys, "{notes}");
        rig.tmux(&["kill-pane", "-t", &codex.pane.id]).await;
    }
}

/// Words that tmux may still put somewhere are not called lost, and lie in a buffer of their own.
#[tokio::test]
async fn notes_that_tmux_does_not_confirm_are_in_doubt() {
    let Some(mut rig) = Rig::with_tmux() else {
        return;
    };
    let (lock, log) = (rig.lock(ID), rig.path("orders"));
    let codex = rig
        .codex(&["--lock", &lock, "--question", "Which?:a,b"])
        .await;
    rig.script(
        "tmux-wrapper",
        &format!(
            "#!/bin/sh\ncase \"$*\" in *paste-buffer*) \
             echo \"$*\" >>'{}'; kill -9 $$;; esac\nexec tmux \"$@\"\n",
            log.display()
        ),
    );
    rig.config.tmux = rig.path("tmux-wrapper");
    let command = in_words(&[("Which?", 2, 1)], &[Some("more")]);
    let report = rig.execute(command).await;
    assert!(
        matches!(
            &report,
            Report::Settled(Outcome::Unknown(Doubt::TimedOut { .. }))
        ),
        "{report:?}"
    );
    let orders = std::fs::read_to_string(log).expect("the order to paste");
    assert!(orders.contains("-b codex-imessage-7."), "{orders}");
    codex.until_keys(1).await;
    assert_eq!(codex.keys(), ["\t"]);
}

#[tokio::test]
async fn a_question_is_known_by_what_it_asked_although_its_words_are_redacted() {
    let Some(rig) = Rig::with_tmux() else { return };
    let asked = "Use postgres://app:hunter2xyz@db for the tests?";
    let codex = rig
        .codex(&[
            "--lock",
            &rig.lock(ID),
            "--question",
            &format!("{asked}:yes,no"),
        ])
        .await;
    let of = |question: &str| {
        let mut command = choose(&[("Use postgres://app:[redacted]@db for the tests?", 2, 2)]);
        if let Command::ChooseOptions(choose) = &mut command {
            choose.choices[0].digest = Some(Digest::of(question));
        }
        command
    };
    let other = rig
        .execute(of("Use postgres://app:another@db for the tests?"))
        .await;
    assert!(
        matches!(other, Report::Settled(Outcome::Failed(_))),
        "{other:?}"
    );
    assert_eq!(codex.keys(), Vec::<String>::new());
    let report = rig.execute(of(asked)).await;
    assert!(matches!(report, Report::Performed(_)), "{report:?}");
    codex.until("\"2\"").await;
}
