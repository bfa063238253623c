//! Where the owner's words go, and when they go nowhere.

use crate::support::{World, settings};
use events::event::{Action, QuestionKind, RoutingDecided, Rule};
use events::{Command, Event, Guid, Lane, SessionId, Settings};

fn decision(events: &[Event]) -> RoutingDecided {
    let mut found = events.iter().filter_map(|e| match e {
        Event::RoutingDecided(decided) => Some(decided.clone()),
        _ => None,
    });
    let one = found
        .next()
        .unwrap_or_else(|| panic!("no decision in {events:#?}"));
    assert!(found.next().is_none(), "one message, one decision");
    one
}

fn says(world: &mut World, text: &str) -> (Rule, Option<SessionId>) {
    let events = world.says(text);
    let decided = decision(&events);
    (decided.rule, decided.target)
}

/// Two sessions in folders api and web.
fn two(world: &mut World) -> (SessionId, SessionId) {
    (world.session(1, "/srv/api"), world.session(2, "/srv/web"))
}

#[test]
fn words_go_where_their_name_says() {
    let mut world = World::new();
    let (api, web) = two(&mut world);
    let reference = world.reference(&api).to_uppercase();
    for name in [reference, api.to_string(), "API".into()] {
        assert_eq!(
            says(&mut world, &format!("@{name}: go on")),
            (Rule::Named, Some(api.clone()))
        );
    }
    assert_eq!(says(&mut world, "@web go on"), (Rule::Named, Some(web)));
    let (_, command) = world.next_work().unwrap();
    assert!(
        matches!(command, Command::TypeInstruction(c) if c.instruction.text.reveal() == "go on")
    );
}

#[test]
fn a_mistyped_name_starts_nothing_and_is_told_with_the_list() {
    for sessions in [0, 2] {
        let mut world = World::new();
        if sessions > 0 {
            two(&mut world);
        }
        assert_eq!(says(&mut world, "@aip do x"), (Rule::NoMatch, None));
        assert_eq!(says(&mut world, "status aip"), (Rule::NoMatch, None));
        assert!(world.next_work().is_none());
        let told = world.notices();
        assert!(
            told.iter()
                .all(|t| t.contains("No session is called \"aip\"")),
            "{told:?}"
        );
    }
}

#[test]
fn a_reply_goes_to_the_session_of_its_notice() {
    let mut world = World::new();
    let (api, web) = two(&mut world);
    world.turn(&api, "t1");
    world.ends(&api, "t1", "api is done");
    world.turn(&web, "t1");
    world.ends(&web, "t1", "web is done");
    let sent = world.send_all();
    for (guid, text) in sent {
        let target = if text.contains("api") { &api } else { &web };
        let decided = decision(&world.replies(&guid, "go on"));
        assert_eq!(
            (decided.rule, decided.target.as_ref()),
            (Rule::ReplyThread, Some(target))
        );
        world.pass(10_000);
    }
    let stranger = Guid::parse("of-nobody").unwrap();
    let decided = decision(&world.replies(&stranger, "and then"));
    assert_eq!(decided.target, None, "both are being spoken to");
}

#[test]
fn the_only_one_that_asks_is_meant() {
    let mut world = World::new();
    let (api, web) = two(&mut world);
    world.finished(&web, "t1");
    world.asks(&api, "call", QuestionKind::Async, &["red", "blue"]);
    assert_eq!(
        says(&mut world, "neither"),
        (Rule::OnlyAsking, Some(api.clone()))
    );
    let (_, command) = world.next_work().unwrap();
    assert_eq!(command.lane(), Lane::Session(api));
}

#[test]
fn the_only_one_that_finished_is_meant_until_it_is_spoken_to() {
    let mut world = World::new();
    let (api, web) = two(&mut world);
    world.finished(&api, "t1");
    world.turn(&web, "t1");
    assert_eq!(
        says(&mut world, "help me fix the parser"),
        (Rule::OnlyFinished, Some(api.clone()))
    );
    assert_eq!(says(&mut world, "and the lexer"), (Rule::NoMatch, None));
    let told = world.notice();
    assert!(
        told.contains("Start your message with the session's ref")
            && told.contains("api")
            && told.contains("web"),
        "{told}"
    );
}

#[test]
fn what_several_could_mean_is_asked_back_with_them() {
    let mut world = World::new();
    let (api, web) = two(&mut world);
    world.finished(&api, "t1");
    world.finished(&web, "t1");
    let decided = decision(&world.says("go on"));
    assert_eq!((decided.rule, decided.target), (Rule::Ambiguous, None));
    assert_eq!(decided.candidates.len(), 2);
    assert!(matches!(decided.action, Action::Reply));
    let told = world.notice();
    for session in [&api, &web] {
        let reference = world.reference(session);
        assert!(told.contains(&format!("@{reference} ")), "{told}");
    }
    assert!(world.next_work().is_none());
}

#[test]
fn where_the_settings_allow_it_the_latest_is_guessed() {
    let mut world = World::with(Settings {
        require_ref: false,
        ..settings()
    });
    let (api, web) = two(&mut world);
    world.finished(&api, "t1");
    world.pass(1000);
    world.finished(&web, "t1");
    assert_eq!(says(&mut world, "go on"), (Rule::MostRecent, Some(web)));
}

#[test]
fn a_session_is_started_by_words_alone_only_when_there_is_none_and_it_is_allowed() {
    let mut world = World::new();
    assert_eq!(says(&mut world, "write a parser").0, Rule::AutoCreate);
    let (_, command) = world.next_work().unwrap();
    assert!(
        matches!(command, Command::StartSession(s) if s.cwd == "/srv/default" && s.text.reveal() == "write a parser")
    );

    for refused in [
        Settings {
            auto_create: false,
            ..settings()
        },
        Settings {
            enable_new: false,
            ..settings()
        },
    ] {
        let mut world = World::with(refused);
        assert_eq!(says(&mut world, "write a parser").0, Rule::NoMatch);
        assert!(world.next_work().is_none());
    }
    let mut world = World::new();
    world.session(1, "/srv/api");
    assert_eq!(says(&mut world, "write a parser").0, Rule::NoMatch);
    let mut world = World::new();
    for near in ["status", "list?", "stop", "new x", "@api", "help", "list"] {
        world.says(near);
        assert!(world.next_work().is_none(), "{near}");
    }
}

#[test]
fn who_only_writes_stop_hears_how_a_turn_is_stopped() {
    let mut world = World::new();
    two(&mut world);
    world.says("abort");
    let hint = world.notice();
    assert!(hint.contains("Write \"stop @ref\" to interrupt"), "{hint}");
    assert!(world.next_work().is_none());
}

#[test]
fn new_starts_where_the_owner_was_last_or_says_that_it_may_not() {
    let mut world = World::new();
    let (api, _) = two(&mut world);
    world.says("@api go");
    let (id, _) = world.next_work().unwrap();
    world.performed(id, events::outcome::How::Typed(crate::support::pane()));
    assert_eq!(says(&mut world, "new docs: write them").0, Rule::NewSession);
    let (_, command) = world.next_work().unwrap();
    assert!(
        matches!(command, Command::StartSession(s) if s.cwd == "/srv/api" && s.label == "docs")
    );
    assert!(
        world
            .machine
            .state()
            .sessions
            .get(&api)
            .unwrap()
            .spoken
            .is_some()
    );

    let mut world = World::with(Settings {
        enable_new: false,
        ..settings()
    });
    world.says("new docs: write them");
    assert!(world.notice().contains("disabled"));
    assert!(world.next_work().is_none());
}

#[test]
fn a_number_in_the_thread_of_a_question_is_for_that_question() {
    let mut world = World::new();
    let (api, web) = two(&mut world);
    world.asks(&api, "call-a", QuestionKind::Modal, &["red", "blue"]);
    world.asks(
        &web,
        "call-w",
        QuestionKind::Modal,
        &["one", "two", "three"],
    );
    let sent = world.send_all();
    let about_web = &sent
        .iter()
        .find(|(_, text)| text.contains("web"))
        .unwrap()
        .0;
    let decided = decision(&world.replies(about_web, "3"));
    assert!(
        matches!(&decided.action, Action::Choose { call, choices } if call.as_str() == "call-w" && choices[0].option == 3)
    );
    assert_eq!(decided.target, Some(web.clone()));
    world.pass(10_000);
    world.notices();
    assert_eq!(says(&mut world, "1"), (Rule::Ambiguous, None), "two ask");
    let about_api = &sent
        .iter()
        .find(|(_, text)| text.contains("api"))
        .unwrap()
        .0;
    world.notices();
    world.replies(about_api, "3");
    assert!(
        world
            .notice()
            .contains("There is no option 3. Reply with a number from 1 to 2.")
    );
}

#[test]
fn a_number_for_a_question_that_is_over_chooses_nothing() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    world.asks(&api, "call", QuestionKind::Modal, &["red", "blue"]);
    let (guid, _) = world.send_all().remove(0);
    world.ends(&api, "t1", "never mind");
    world.notices();
    world.replies(&guid, "2");
    assert!(world.notice().contains("no longer open"));
    assert!(world.next_work().is_none());
}

#[test]
fn words_never_reach_a_modal() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    world.asks(&api, "call", QuestionKind::Modal, &["red", "blue"]);
    world.notices();
    for words in [
        "why? explain first, please",
        "no please stop",
        "yes?",
        "/quit",
        "!ls",
        "@api why?",
        "1-2",
        "a\nb",
    ] {
        world.says(words);
        assert!(world.next_work().is_none(), "{words}");
        let told = world.notice();
        assert!(
            told.contains("Nothing was typed") && told.contains("1. red"),
            "{told}"
        );
    }
    world.says("4");
    assert!(world.notice().contains("Reply with a number from 1 to 2."));
}

#[test]
fn a_word_of_ours_that_is_an_option_is_the_answer() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    world.asks(&api, "call", QuestionKind::Modal, &["Go on", "Stop"]);
    let decided = decision(&world.says("stop"));
    assert!(
        matches!(&decided.action, Action::Choose { choices, .. } if choices[0].option == 2),
        "{decided:?}"
    );
}

#[test]
fn an_async_question_is_answered_in_words_and_by_number() {
    for (said, words) in [
        ("2", "blue"),
        ("Blue", "blue"),
        ("rather green", "rather green"),
    ] {
        let mut world = World::new();
        let api = world.session(1, "/srv/api");
        world.asks(&api, "call", QuestionKind::Async, &["red", "blue"]);
        world.says(said);
        let (_, _, text) = world.next_words().unwrap();
        assert_eq!(text, words);
    }
}

#[test]
fn what_this_program_answers_itself() {
    let mut world = World::new();
    world.says("help");
    let help = world.notice();
    for word in ["@ref", "list", "status @ref", "new label:"] {
        assert!(help.contains(word), "{help}");
    }
    let api = world.session(1, "/srv/api");
    world.finished(&api, "t1");
    world.says("list");
    let reference = world.reference(&api);
    assert_eq!(
        world.notice(),
        format!("[Codex] sessions\n@{reference} api has finished (since 11:06, pane or queue)")
    );
    world.says("Status API?");
    world.looked("12:00 a turn began");
    let status = world.notice();
    assert!(
        status.starts_with(&format!(
            "[Codex] @{reference} api · status\nIt has finished (since 11:06).\n"
        )),
        "{status}"
    );
    assert!(status.contains("Last said: I am done."));
    world.says("status");
    assert_eq!(
        world.notice(),
        "[Codex] not understood\nWrite \"status @ref\"; \"list\" shows the refs."
    );
}

#[test]
fn a_number_meant_for_another_question_chooses_nothing() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    world.asks(&api, "first", QuestionKind::Modal, &["red", "blue"]);
    let (first, _) = world.send_all().remove(0);
    let written = world.row("2");
    world.ends(&api, "t1", "answered at the desk");
    world.pass(60_000);
    world.asks(&api, "second", QuestionKind::Modal, &["keep", "drop"]);
    world.notices();

    world.take(written);
    assert!(world.notice().contains("A different question"));
    world.replies(&first, "2");
    assert!(world.notice().contains("no longer open"));
    assert!(world.next_work().is_none());

    world.pass(5_000);
    world.says("2");
    assert!(world.next_work().is_some(), "meant for the one that is up");
}

#[test]
fn a_reply_to_what_is_not_remembered_is_asked_back() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    world.finished(&api, "t1");
    world.notices();
    world.replies(&Guid::parse("long-ago").unwrap(), "yes, delete it");
    assert!(world.notice().contains("Nothing was done"));
    assert!(world.next_work().is_none());
}

#[test]
fn equal_words_in_two_threads_are_two_messages() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    let web = world.session(2, "/srv/web");
    world.asks(&api, "a", QuestionKind::Modal, &["red", "blue"]);
    world.asks(&web, "w", QuestionKind::Modal, &["red", "blue"]);
    let sent = world.send_all();
    world.replies(&sent[0].0, "1");
    world.pass(800);
    world.replies(&sent[1].0, "1");
    assert!(world.next_work().is_some() && world.next_work().is_some());
}

#[test]
fn one_that_works_again_is_not_the_one_that_finished() {
    let mut world = World::new();
    let (api, web) = two(&mut world);
    world.finished(&api, "t1");
    world.finished(&web, "t1");
    world.turn(&web, "t2");
    assert_eq!(
        says(&mut world, "go on"),
        (Rule::OnlyFinished, Some(api.clone()))
    );
    // Words at the desk begin a turn, even before the rollout says so.
    let mut world = World::new();
    let (api, web) = two(&mut world);
    world.finished(&api, "t1");
    world.finished(&web, "t1");
    world.user(&web, "typed at the desk");
    assert_eq!(says(&mut world, "go on"), (Rule::OnlyFinished, Some(api)));
}

#[test]
fn a_decision_names_who_was_chosen_and_who_was_not() {
    let mut world = World::with(Settings {
        require_ref: false,
        ..settings()
    });
    let (api, web) = two(&mut world);
    let considered = |decided: RoutingDecided| -> Vec<(SessionId, bool)> {
        let candidates = decided.candidates.into_iter();
        candidates.map(|c| (c.session, c.chosen)).collect()
    };
    world.finished(&web, "t1");
    world.pass(1000);
    world.asks(&api, "call", QuestionKind::Async, &["red", "blue"]);
    let decided = decision(&world.says("neither"));
    assert_eq!(decided.rule, Rule::OnlyAsking);
    assert_eq!(
        considered(decided),
        [(api.clone(), true), (web.clone(), false)]
    );

    let mut world = World::with(Settings {
        require_ref: false,
        ..settings()
    });
    let (api, web) = two(&mut world);
    world.finished(&api, "t1");
    world.pass(1000);
    world.finished(&web, "t1");
    let decided = decision(&world.says("go on"));
    assert_eq!(decided.rule, Rule::MostRecent);
    assert_eq!(considered(decided), [(web, true), (api, false)]);
}

#[test]
fn a_list_shows_twenty_and_counts_the_rest() {
    for (sessions, rest) in [(20, None), (21, Some("… and 1 older sessions"))] {
        let mut world = World::new();
        for nth in 0..sessions {
            world.session(nth, "/srv/api");
        }
        world.says("list");
        let told = world.notice();
        let mut lines = told.lines().skip(1 + 20);
        assert_eq!(lines.next(), rest, "{told}");
    }
}

#[test]
fn a_status_counts_what_is_on_its_way() {
    let mut world = World::new();
    two(&mut world);
    assert!(!world.status("@api").contains("waiting to go in"));
    world.says("@api go on");
    let told = world.status("@api");
    assert!(told.contains("1 of your messages are waiting"), "{told}");
}
