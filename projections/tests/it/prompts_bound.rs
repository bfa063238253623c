//! What an answer is bound to, and how a prompt ends.

use crate::prompts::*;
use crate::support::{World, turn_id};
use events::event::Choice;
use events::input::RolloutFact;
use events::outcome::{Doubt, Evidence, Failure, How};
use events::prompt::{
    AnswerWay, AppServerLinkChanged, LinkState, Meaning, PromptAnswer, PromptBody, PromptEnd,
    PromptQuestion, PromptSource, ThreadState, ThreadStatusChanged,
};
use events::{Command, Input, Outcome, Pane, SessionId};
use projections::explain::{Subject, explain};

#[test]
fn a_command_cannot_look_like_another() {
    for (hidden, shown) in [
        ("echo \u{202e}fr mr", "\\u{202e}"),
        ("rm\u{200b} x", "\\u{200b}"),
        ("l\u{0455} -la", "\\u{455}"),
        ("echo \u{1b}[2K ok", "\\x1b"),
        ("ls\u{a0}-la", "\\xa0"),
        ("echo a\rrm b", "\\x0d"),
        ("ls \u{e0061}", "\\u{e0061}"),
        (
            "echo ok                                                            ; rm -rf x",
            "[60 blanks]",
        ),
        ("\u{ff52}\u{ff4d} x", "\\u{ff52}"),
    ] {
        let mut world = World::new();
        let session = working(&mut world, 1);
        ask(&mut world, raised(&session, 1, command(hidden)));
        let text = world.notice();
        assert!(text.contains(shown), "{hidden:?}: {text}");
    }
    // What a command says cannot pass for what we say.
    let mut world = World::new();
    let session = working(&mut world, 1);
    ask(
        &mut world,
        raised(&session, 1, command("true\nIn /tmp\nyes: nothing happens")),
    );
    let text = world.notice();
    assert!(text.contains("\n> yes: nothing happens\n"), "{text}");
}

#[test]
fn secrets_are_not_stored_and_the_answer_is_bound_to_what_was_there() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let secret = "curl -H 'Authorization: Bearer abcdefghij0123456789abcdefghij' https://x.example";
    let prompt = raised(&session, 1, command(secret));
    let digest = prompt.digest();
    let events = ask(&mut world, prompt);
    let bytes = format!("{:?}", serde_json::to_string(&events).unwrap());
    assert!(!bytes.contains("abcdefghij0123456789"), "{bytes}");
    world.send_all();
    world.pass(2_000);
    world.says("yes");
    assert_eq!(begun(&mut world).unwrap().1.digest, digest);
    let other = raised(
        &session,
        1,
        command("curl -H 'Authorization: Bearer zyxwvutsrq0123456789abcdefghij' https://x.example"),
    );
    assert_ne!(other.digest(), digest);
}

#[test]
fn a_prompt_that_the_screen_shows_is_the_one_that_the_server_tells() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let mut screen = raised(&session, 1, command("rm -rf build"));
    screen.call = None;
    screen.turn = None;
    screen.source = PromptSource::Screen {
        pane: Pane {
            socket: "/tmp/s".into(),
            id: "%1".into(),
        },
    };
    ask(&mut world, screen.clone());
    ask(&mut world, raised(&session, 5, command("rm -rf build")));
    ask(&mut world, screen);
    assert_eq!(world.notices().len(), 1);
    assert_eq!(world.machine.state().prompts.open.len(), 1);
    world.send_all();
    world.pass(2_000);
    world.says("yes");
    // A protocol comes before keys.
    let (_, answer) = begun(&mut world).unwrap();
    assert!(matches!(answer.way, AnswerWay::AppServer { .. }));
}

#[test]
fn questions_are_answered_by_number_label_or_words() {
    let option = |label: &str| Choice {
        label: label.into(),
        detail: "".into(),
    };
    let question = |id: &str, options: &[&str]| PromptQuestion {
        id: id.into(),
        text: format!("Which {id} 2?").as_str().into(),
        options: options.iter().map(|label| option(label)).collect(),
        free: true,
        secret: false,
    };
    let three = || {
        PromptBody::Questions(vec![
            question("db", &["sqlite", "postgres"]),
            question("lang", &["rust", "go", "zig"]),
            question("os", &["1 linux", "2 mac"]),
        ])
    };
    for (words, wanted) in [
        (
            "1.2 2.1 3.2",
            [(Some(1), None), (Some(0), None), (Some(1), None)],
        ),
        ("2 1 2", [(Some(1), None), (Some(0), None), (Some(1), None)]),
        (
            "1: postgres\n2: other: odin, or C3\n3: 2 mac",
            [
                (Some(1), None),
                (None, Some("odin, or C3")),
                (Some(1), None),
            ],
        ),
        (
            "1.2 note: version 15\n2: go\n3: 1",
            [
                (Some(1), Some("version 15")),
                (Some(1), None),
                (Some(0), None),
            ],
        ),
    ] {
        let mut world = World::new();
        let session = working(&mut world, 1);
        let mut asked = raised(&session, 1, three());
        asked.choices = Vec::new();
        let (row, text) = told(&mut world, asked);
        assert!(text.starts_with("api-server asks 3 questions."), "{text}");
        world.replies(&row, words);
        let (_, answer) = begun(&mut world).unwrap();
        let PromptAnswer::Questions(answers) = answer.answer else {
            panic!()
        };
        let got: Vec<_> = answers
            .iter()
            .map(|a| {
                (
                    a.option.as_ref().map(|(nth, _)| *nth),
                    a.note.as_ref().map(|n| n.reveal().as_str()),
                )
            })
            .collect();
        assert_eq!(got, wanted, "{words}");
    }
}

#[test]
fn the_end_of_the_turn_ends_what_waited_in_it_and_expiry_answers_nothing() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    told(&mut world, raised(&session, 1, command("touch 1")));
    world.grow(
        &session,
        RolloutFact::TurnAborted {
            turn: Some(turn_id("t1")),
            reason: "interrupted".into(),
        },
    );
    assert!(world.machine.state().prompts.open.is_empty());
    world.turn(&session, "t2");
    world.send_all();
    world.notices();
    let mut second = raised(&session, 2, command("touch 2"));
    second.turn = Some(turn_id("t2"));
    told(&mut world, second);
    world.pass(25 * 3_600_000);
    let text = world.notice();
    assert!(
        text.contains("Nothing was allowed and nothing was refused"),
        "{text}"
    );
    world.send_all();
    world.says("yes");
    assert!(world.notice().contains("too old to count"));
    assert!(begun(&mut world).is_none());
    assert_eq!(world.machine.state().prompts.open.len(), 1);
}

#[test]
fn a_session_that_waits_for_nothing_on_its_server_has_no_prompt() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    world.feed(Input::AppServer(AppServerLinkChanged {
        generation: LINK,
        socket: "/s".into(),
        state: LinkState::Up {
            server: "codex".into(),
        },
    }));
    told(&mut world, raised(&session, 1, command("touch 1")));
    world.feed(Input::ThreadStatus(ThreadStatusChanged {
        generation: LINK,
        session: session.clone(),
        status: ThreadState::Active {
            approval: false,
            input: false,
        },
    }));
    assert!(world.machine.state().prompts.open.is_empty());
}

#[test]
fn a_turn_is_stopped_and_words_are_taken_back() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let reference = world.reference(&session);
    // A phone may put marks around it that nobody sees.
    world.says(&format!("\u{2060}stop @{reference}\u{200f}"));
    let (id, command) = world.next_work().unwrap();
    assert_eq!(command.name(), "InterruptTurn");
    world.performed(id, How::InterruptAsked);
    world.grow(
        &session,
        RolloutFact::TurnAborted {
            turn: Some(turn_id("t1")),
            reason: "interrupted".into(),
        },
    );
    assert!(world.notices().iter().any(|text| text.contains("stopped")));
    world.says(&format!("stop @{reference}"));
    assert!(world.notice().contains("No turn is running"));
    // Two messages: the first is being typed, the second can be taken back.
    world.says(&format!("@{reference} one"));
    assert_eq!(world.next_words().unwrap().2, "one");
    world.says(&format!("@{reference} two"));
    world.says(&format!("cancel @{reference}"));
    assert!(world.notice().contains("taken back"));
    world.says(&format!("cancel @{reference}"));
    assert!(world.notice().contains("nothing to take back"));
}

#[test]
fn explain_tells_the_whole_life_of_a_prompt() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let (row, _) = told(&mut world, raised(&session, 1, command("touch 1")));
    let prompt = *world.machine.state().prompts.open.keys().next().unwrap();
    world.replies(&row, "yes");
    let (id, _) = begun(&mut world).unwrap();
    world.performed(id, How::Replied { words: false });
    resolved(&mut world, &session, 1, PromptEnd::ByUs);
    let story = explain(world.log(), &Subject::Event(prompt)).unwrap();
    let told: Vec<_> = story.lines.iter().map(|line| line.text.as_str()).collect();
    let told = told.join("\n");
    let mut rest = told.as_str();
    for part in [
        "waits for your word on a command",
        "shows all of",
        "is in chat.db as sent",
        "Your message answers",
        "allowed once",
        "it replies to its notice",
        "the app-server took the answer",
        "by our answer",
    ] {
        let at = rest.find(part);
        assert!(at.is_some(), "{part}:\n{told}");
        rest = &rest[at.unwrap_or_default()..];
    }
    assert!(!told.contains("touch"), "{told}");
}

#[test]
fn words_for_the_next_turn_and_for_this_one_go_where_they_are_sent() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let reference = world.reference(&session);
    world.says(&format!("queue @{reference} then the docs"));
    let (_, name, words) = world.next_words().unwrap();
    assert_eq!(
        (name, words.as_str()),
        ("QueueInstruction", "then the docs")
    );
    let mut world = World::new();
    let session = working(&mut world, 1);
    world.says(&format!("steer @{reference} skip the slow tests"));
    let (id, command) = world.next_work().unwrap();
    assert!(
        matches!(&command, Command::TypeInstruction(c) if c.steer),
        "{}",
        command.name()
    );
    world.settled(
        id,
        Outcome::Failed(Failure::NoPane {
            why: "it is gone".into(),
        }),
    );
    assert!(world.notice().contains("not delivered"));
    let _ = session;
}

#[test]
fn a_thumb_on_the_text_itself_answers_and_no_other_does() {
    use events::event::Target;
    for (kind, wanted) in [
        (2001, Some(Meaning::Accept)),
        (2002, Some(Meaning::Decline)),
        (2000, None),
        (2005, None),
    ] {
        let mut world = World::new();
        let session = working(&mut world, 1);
        let (row, _) = told(&mut world, raised(&session, 1, command("touch 1")));
        for (kind, counts) in [(kind + 1000, false), (kind, true)] {
            let mut tapback = world.row("Liked “…”");
            tapback.associated_type = kind;
            tapback.target = Some(Target {
                guid: row.clone(),
                part: Some(0),
            });
            world.take(tapback);
            let given = begun(&mut world).map(|(_, answer)| meaning(&answer));
            assert_eq!(given, wanted.clone().filter(|_| counts), "{kind}");
        }
    }
    let mut off = crate::support::settings();
    off.tapbacks = false;
    let mut world = World::with(off);
    let session = working(&mut world, 1);
    let (row, _) = told(&mut world, raised(&session, 1, command("touch 1")));
    let mut tapback = world.row("Liked “…”");
    tapback.associated_type = 2001;
    tapback.target = Some(Target {
        guid: row,
        part: Some(0),
    });
    world.take(tapback);
    assert!(begun(&mut world).is_none());
}

/// The turn's end is read from its file, and may be read before the executor tells.
#[test]
fn a_refusal_that_ends_the_turn_is_not_doubted_by_that_end() {
    let aborted = |world: &mut World, session: &SessionId| {
        let fact = RolloutFact::TurnAborted {
            turn: Some(turn_id("t1")),
            reason: "interrupted".into(),
        };
        world.grow(session, fact);
    };
    let mut world = World::new();
    let session = working(&mut world, 1);
    let (row, _) = told(&mut world, raised(&session, 1, command("touch 1")));
    world.replies(&row, "cancel");
    let (id, answer) = begun(&mut world).unwrap();
    aborted(&mut world, &session);
    world.notices();
    let prompt = answer.prompt;
    world.settled(id, Outcome::Done(Evidence::Resolved { prompt }));
    assert!(world.notice().contains("refused, the turn ends"));
    assert!(world.machine.state().prompts.open.is_empty());

    // What is not known to have arrived is told as that, and nothing stays open.
    let mut world = World::new();
    let session = working(&mut world, 1);
    let (row, _) = told(&mut world, raised(&session, 1, command("touch 1")));
    world.replies(&row, "cancel");
    let (id, _) = begun(&mut world).unwrap();
    aborted(&mut world, &session);
    world.notices();
    world.settled(id, Outcome::Unknown(Doubt::NoProof));
    assert!(world.notice().contains("not confirmed"));
    assert!(world.machine.state().prompts.open.is_empty());
}

/// The server tells of the end before the executor knows what became of the words.
#[test]
fn a_reason_is_said_once_also_where_the_end_is_told_first() {
    for (words, owed) in [(true, false), (false, true)] {
        let mut world = World::new();
        let session = working(&mut world, 1);
        told(&mut world, raised(&session, 1, command("rm -rf build")));
        world.says("no, use the cache");
        let (id, _) = begun(&mut world).unwrap();
        resolved(&mut world, &session, 1, PromptEnd::ByUs);
        assert!(world.next_work().is_none());
        world.performed(id, How::Replied { words });
        assert!(world.notice().contains("refused, Codex goes on"));
        assert_eq!(world.next_words().is_some(), owed);
    }
    // The process dies between the two: what may have been said is not said again.
    let mut world = World::new();
    let session = working(&mut world, 1);
    told(&mut world, raised(&session, 1, command("rm -rf build")));
    world.says("no, use the cache");
    begun(&mut world).unwrap();
    let settings = crate::support::settings();
    world.boot(settings);
    resolved(&mut world, &session, 1, PromptEnd::ByUs);
    assert!(world.next_words().is_none());
}
