//! When the owner is texted: what waits, by which rule, and how it comes.

use crate::prompts::{command, raised};
use crate::support::{World, settings};
use events::event::{Action, HoldRule, NoticeDeferred, QuestionKind, Topic};
use events::{Event, Input, SessionId, Settings};

const HOUR: u64 = 3_600_000;

/// What is sent now.
fn sent(world: &mut World) -> Vec<String> {
    world.notices();
    let sent = world.send_all();
    sent.into_iter().map(|(_, text)| text).collect()
}

fn says(world: &mut World, text: &str) -> String {
    world.says(text);
    let sent = sent(world);
    assert_eq!(sent.len(), 1, "{text}: {sent:#?}");
    sent[0].clone()
}

fn ends(world: &mut World, session: &SessionId, turn: &str) -> Vec<Event> {
    world.turn(session, turn);
    world.ends(session, turn, &format!("Did {turn}."))
}

fn deferred(events: &[Event]) -> Vec<&NoticeDeferred> {
    let deferred = events.iter().filter_map(|event| match event {
        Event::NoticeDeferred(e) => Some(e),
        _ => None,
    });
    deferred.collect()
}

/// A world whose wall clock shows this time of the day, in UTC.
fn at(hour: u64, minute: u64, settings: Settings) -> World {
    let mut world = World::with(settings);
    let day = 86_400_000;
    let now = u64::try_from(world.now.wall.0).unwrap() % day;
    world.pass((hour * HOUR + minute * 60_000 + 2 * day - now) % day);
    world
}

#[test]
fn a_muted_session_waits_and_the_others_do_not() {
    let mut world = World::new();
    let one = world.session(1, "/srv/api");
    let two = world.session(2, "/srv/web");
    let name = world.reference(&one);
    let answer = says(&mut world, &format!("mute @{name} 2h"));
    assert!(answer.contains("muted"), "{answer}");
    let events = ends(&mut world, &one, "t1");
    let waits = deferred(&events);
    assert_eq!(waits.len(), 1, "{events:#?}");
    assert_eq!(waits[0].rule, HoldRule::Muted);
    assert!(waits[0].until.is_some());
    ends(&mut world, &two, "t2");
    let now = sent(&mut world);
    assert_eq!(now.len(), 1, "{now:#?}");
    assert!(now[0].contains("Did t2."));
    // It comes when its time is over, as it was.
    world.pass(2 * HOUR - 60_000);
    assert!(sent(&mut world).is_empty());
    world.pass(120_000);
    let late = sent(&mut world);
    assert_eq!(late.len(), 1, "{late:#?}");
    assert!(late[0].contains("Did t1."));
}

#[test]
fn what_waited_comes_as_one_text_and_prompts_by_themselves() {
    let mut world = World::new();
    let sessions: Vec<_> = (1..4)
        .map(|n| world.session(n, &format!("/srv/s{n}")))
        .collect();
    says(&mut world, "mute all");
    for (nth, session) in sessions.iter().enumerate() {
        ends(&mut world, session, &format!("t{nth}"));
    }
    ends(&mut world, &sessions[0], "t9");
    world.asks(&sessions[1], "call_1", QuestionKind::Async, &["a", "b"]);
    assert!(sent(&mut world).is_empty());
    world.says("unmute");
    let texts = sent(&mut world);
    let digest: Vec<_> = texts
        .iter()
        .filter(|t| t.contains("4 texts waited"))
        .collect();
    assert_eq!(digest.len(), 1, "{texts:#?}");
    for words in ["Did t9.", "Did t1.", "Did t2.", "(and 1 before)"] {
        assert!(digest[0].contains(words), "{words}: {}", digest[0]);
    }
    let asked = texts.iter().filter(|t| t.contains("Which one?"));
    assert_eq!(asked.count(), 1, "{texts:#?}");
    // The digest, the question, and the answer to `unmute`.
    assert_eq!(texts.len(), 3, "{texts:#?}");
}

#[test]
fn answers_to_what_the_owner_writes_are_never_held() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    let name = world.reference(&session);
    for hold in ["mute all", "here", "quiet 0:00-23:59"] {
        says(&mut world, hold);
        let list = says(&mut world, "list");
        assert!(list.contains(&name), "{hold}: {list}");
        world.says(&format!("status @{name}"));
        world.looked("12:00 a turn began");
        let status = sent(&mut world);
        assert!(status[0].contains("/srv/api"), "{hold}: {status:?}");
    }
}

#[test]
fn quiet_hours_are_local_and_follow_the_zone() {
    let mut world = at(21, 0, settings());
    let session = world.session(1, "/srv/api");
    // 23:00 here.
    world.feed(Input::LocalTime(120));
    assert!(says(&mut world, "quiet 23-7").contains("23:00 to 07:00"));
    let events = ends(&mut world, &session, "t1");
    assert_eq!(deferred(&events)[0].rule, HoldRule::Quiet);
    assert!(sent(&mut world).is_empty());
    // The same night in another zone, where it is not 23:00 yet.
    world.feed(Input::LocalTime(60));
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    world.pass(HOUR);
    ends(&mut world, &session, "t2");
    assert!(sent(&mut world).is_empty());
    world.pass(8 * HOUR - 120_000);
    assert!(sent(&mut world).is_empty());
    world.pass(180_000);
    assert_eq!(sent(&mut world).len(), 1);
}

#[test]
fn approvals_pass_quiet_hours_where_the_owner_wants_them() {
    for (set, order, passes) in [
        (false, "quiet 23-7", false),
        (false, "quiet 23-7 but approvals", true),
        (false, "quiet 23-7 except @REF", true),
        (true, "quiet 23-7", true),
        (true, "quiet 23-7 no approvals", false),
    ] {
        let settings = Settings {
            quiet_approvals: set,
            ..settings()
        };
        let mut world = at(23, 30, settings);
        let session = world.session(1, "/srv/api");
        let order = order.replace("REF", &world.reference(&session));
        says(&mut world, &order);
        world.turn(&session, "t1");
        let asked = raised(&session, 1, command("make"));
        world.feed(Input::Prompt(Box::new(asked)));
        let texts = sent(&mut world);
        assert_eq!(texts.len(), usize::from(passes), "{order}: {texts:#?}");
    }
}

#[test]
fn quiet_hours_of_the_settings_hold_and_resume_lifts_them_for_tonight() {
    let settings = Settings {
        quiet: Some((23 * 60, 7 * 60)),
        ..settings()
    };
    let mut world = at(23, 30, settings);
    let session = world.session(1, "/srv/api");
    ends(&mut world, &session, "t1");
    assert!(sent(&mut world).is_empty());
    world.says("resume");
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 2, "{texts:#?}");
    assert!(
        texts
            .iter()
            .any(|t| t.contains("off until Tue 07:00") || t.contains("07:00"))
    );
    ends(&mut world, &session, "t2");
    assert_eq!(sent(&mut world).len(), 1);
    // The next night they hold again.
    world.pass(24 * HOUR);
    ends(&mut world, &session, "t3");
    assert!(sent(&mut world).is_empty());
}

#[test]
fn who_talks_to_a_session_from_the_phone_hears_it_in_quiet_hours() {
    let mut world = at(23, 30, settings());
    let session = world.session(1, "/srv/api");
    let name = world.reference(&session);
    says(&mut world, "quiet 23-7");
    world.says(&format!("@{name} run the tests"));
    let (id, _, words) = world.next_words().unwrap();
    assert_eq!(words, "run the tests");
    world.performed(id, events::outcome::How::Accepted);
    world.turn(&session, "t1");
    world.user(&session, "run the tests");
    sent(&mut world);
    world.ends(&session, "t1", "All pass.");
    let texts = sent(&mut world);
    assert!(texts.iter().any(|t| t.contains("All pass.")), "{texts:#?}");
    world.pass(2 * HOUR);
    ends(&mut world, &session, "t2");
    assert!(sent(&mut world).is_empty());
}

#[test]
fn nothing_expires_while_it_waits_and_a_restart_forgets_nothing() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    says(&mut world, "mute all 5d");
    ends(&mut world, &session, "t1");
    for _ in 0..4 {
        world.pass(24 * HOUR + 1000);
        world.boot(settings());
        assert!(sent(&mut world).is_empty());
    }
    world.pass(24 * HOUR);
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    assert!(texts[0].contains("Did t1."));
}

#[test]
fn who_goes_on_at_the_desk_is_not_told_what_waited() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    says(&mut world, "here");
    ends(&mut world, &session, "t1");
    world.pass(60_000);
    world.turn(&session, "t2");
    world.user(&session, "and now the docs");
    world.pass(5 * HOUR);
    assert!(sent(&mut world).is_empty());
}

#[test]
fn here_gives_way_to_a_question_that_nobody_answers() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    says(&mut world, "here 8h");
    world.turn(&session, "t1");
    world.asks(&session, "call_1", QuestionKind::Modal, &["a", "b"]);
    world.pass(29 * 60_000);
    assert!(sent(&mut world).is_empty());
    world.pass(2 * 60_000);
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    assert!(texts[0].contains("Which one?"));
}

#[test]
fn words_in_reply_to_a_session_stay_words() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    ends(&mut world, &session, "t1");
    let (guid, _) = world.send_all().remove(0);
    for words in ["resume", "here", "away"] {
        let events = world.replies(&guid, words);
        let goes = |event: &Event| {
            matches!(event, Event::RoutingDecided(e)
                if matches!(&e.action, Action::Instruct { text } if text.reveal() == words))
        };
        assert!(events.iter().any(goes), "{words}: {events:#?}");
    }
    // A mute in a thread is for its session.
    world.replies(&guid, "mute 1h");
    let holds = &world.machine.state().holds;
    assert!(holds.muted.contains_key(&session) && holds.everything.is_none());
}

#[test]
fn list_and_quiet_say_what_holds() {
    let mut world = at(22, 0, settings());
    let session = world.session(1, "/srv/api");
    let name = world.reference(&session);
    says(&mut world, &format!("mute @{name} until 23:30"));
    says(&mut world, "quiet 23-7");
    let list = says(&mut world, "list");
    assert!(list.contains("muted until 23:30"), "{list}");
    assert!(list.contains("Quiet hours 23:00 to 07:00."), "{list}");
    ends(&mut world, &session, "t1");
    let list = says(&mut world, "list");
    assert!(list.contains("1 text waits."), "{list}");
    world.says("resume");
    let texts = sent(&mut world);
    assert_eq!(texts.len(), 2, "{texts:#?}");
    let list = says(&mut world, "list");
    assert!(!list.contains("uiet") && !list.contains("muted"), "{list}");
}

#[test]
fn help_leads_to_its_topics_within_one_text() {
    let mut world = World::new();
    for word in ["help", "help quiet", "Help approvals", "help mute."] {
        let text = says(&mut world, word);
        assert!(
            text.chars().count() <= 1800 && !text.contains("(1/"),
            "{text}"
        );
    }
    assert!(says(&mut world, "help").contains("help quiet"));
    assert!(says(&mut world, "help quiet").contains("quiet 23-7"));
}

#[test]
fn a_text_that_waits_is_told_by_its_rule() {
    let mut world = World::new();
    let session = world.session(1, "/srv/api");
    says(&mut world, "mute all");
    let events = ends(&mut world, &session, "t1");
    let queued = events.iter().any(
        |event| matches!(event, Event::NoticeQueued(e) if matches!(e.topic, Topic::TurnEnd(_))),
    );
    assert!(queued);
    let state = world.machine.state();
    let told: Vec<_> = events
        .iter()
        .map(|event| projections::describe::describe(event, state))
        .collect();
    assert!(
        told.iter()
            .any(|t| t.contains("waits: you muted everything")),
        "{told:#?}"
    );
}
