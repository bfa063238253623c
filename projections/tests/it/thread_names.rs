//! What Codex calls a session: shown where the owner gave no name, and never a wrong route.

use crate::support::World;
use events::event::{Rule, ThreadKind, ThreadNamed};
use events::{Event, Input, SessionId};
use projections::{refs, routing};

fn named(world: &mut World, session: &SessionId, name: &str) -> Vec<Event> {
    world.feed(Input::ThreadNamed(ThreadNamed {
        session: session.clone(),
        name: name.into(),
    }))
}

fn head(world: &mut World, session: &SessionId, turn: &str) -> String {
    world.turn(session, turn);
    world.ends(session, turn, "I am done.");
    world.send_all();
    let text = world.notice();
    text.lines().next().unwrap().to_owned()
}

#[test]
fn the_owners_name_comes_first_then_codexs_then_the_folders() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    assert!(head(&mut world, &api, "t1").contains("api"));
    assert_eq!(named(&mut world, &api, "Repair the login").len(), 1);
    assert!(head(&mut world, &api, "t2").contains("Repair the login"));
    assert!(
        named(&mut world, &api, "Repair the login").is_empty(),
        "once"
    );
    let reference = world.reference(&api);
    world.says(&format!("rename @{reference} mine"));
    world.notices();
    assert!(head(&mut world, &api, "t3").contains("mine"));
    named(&mut world, &api, "Something else");
    assert!(head(&mut world, &api, "t4").contains("mine"));
}

#[test]
fn a_name_is_one_short_line_without_the_marks_of_our_texts() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    for (name, shown) in [
        ("two\nlines\tand\u{7}more", "two lines andmore"),
        (
            "@k3f9 x · approved, it runs [Codex]",
            "k3f9 x approved, it runs Codex",
        ),
        ("\u{202e}evil\u{200f}", "evil"),
        (
            "/stop • Write \"yes\" to `go` on",
            "stop Write yes to go on",
        ),
        (
            "clone https://owner:hunter2@example.com/x",
            "clone redacted password in URL example.com/x",
        ),
        ("sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH", ""),
    ] {
        named(&mut world, &api, name);
        let known = world.machine.state().sessions.get(&api).unwrap();
        if shown.is_empty() {
            assert!(!known.name().contains("abcdefghijkl"), "{}", known.name());
        } else {
            assert_eq!(known.name(), shown);
        }
    }
    named(&mut world, &api, &"long ".repeat(100));
    let known = world.machine.state().sessions.get(&api).unwrap();
    assert!(known.name().chars().count() <= 60);
    for nothing in ["", "  ", "·", "\u{200b}"] {
        assert!(named(&mut world, &api, nothing).is_empty(), "{nothing:?}");
    }
}

#[test]
fn only_the_owners_sessions_have_one() {
    let mut world = World::new();
    let sub = world.thread(1, "/srv/api", ThreadKind::Subagent);
    assert!(named(&mut world, &sub, "Its own").is_empty());
    let nobody = SessionId::parse("01a203b7-f8a9-7302-b877-7a46264702ea").unwrap();
    assert!(named(&mut world, &nobody, "Nobody").is_empty());
}

#[test]
fn a_name_leads_to_its_session_only_if_nothing_else_has_it() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    let web = world.session(2, "/srv/web");
    named(&mut world, &web, "Login page");
    let state = world.machine.state();
    assert_eq!(
        routing::named(state, "login-page").target,
        Some(web.clone())
    );
    // A folder's name, in the place of which the model has put another session's.
    named(&mut world, &web, "API");
    let route = routing::named(world.machine.state(), "api");
    assert_eq!((route.rule, route.target), (Rule::Ambiguous, None));
    // A ref or a label is never taken over.
    let reference = world.reference(&api);
    assert!(named(&mut world, &web, &reference).is_empty());
    let route = routing::named(world.machine.state(), &reference);
    assert_eq!(route.target, Some(api.clone()));
    world.says(&format!("rename @{reference} login"));
    named(&mut world, &web, "login");
    let found = refs::resolve(&world.machine.state().sessions, "login", 6);
    assert_eq!(found, refs::Named::One(api));
}
