//! `new label in ~/dir: words`: which directory is meant, and that nothing starts where that
//! is not certain.

use crate::support::{World, settings};
use events::event::Rule;
use events::{Command, Event, Settings};
use projections::directories::{Directory, find, shown};
use projections::grammar::{Parsed, parse};

fn world() -> World {
    let mut world = World::with(Settings {
        home: "/Users/me".into(),
        default_cwd: "/Users/me".into(),
        ..settings()
    });
    for (nth, cwd) in [
        "/Users/me/work/site",
        "/Users/me/private/site",
        "/Users/me/My Projects/Café",
        "/srv/api-server",
        "/srv/api-tools/",
        "/srv/api-server",
    ]
    .into_iter()
    .enumerate()
    {
        world.session(u16::try_from(nth).unwrap() + 1, cwd);
    }
    world.notices();
    world
}

/// The command that starts, as label and directory.
fn starts(world: &mut World, text: &str) -> Option<(String, String)> {
    world.says(text);
    match world.next_work() {
        Some((_, Command::StartSession(start))) => Some((start.label, start.cwd)),
        Some(other) => panic!("{other:?}"),
        None => None,
    }
}

#[test]
fn a_label_and_a_directory_are_told_apart() {
    for (text, label, place) in [
        ("new fix in ~/site: go", "fix", Some("~/site")),
        ("New Fix In ~/site: go", "Fix", Some("~/site")),
        (
            "new my big fix in /srv/api: go",
            "my big fix",
            Some("/srv/api"),
        ),
        (
            "new fix in “My Projects/x”: go",
            "fix",
            Some("My Projects/x"),
        ),
        (
            "new fix in ~/stuff in here: go",
            "fix",
            Some("~/stuff in here"),
        ),
        ("new log in page in site: go", "log in page", Some("site")),
        ("new “log in page”: go", "log in page", None),
        (
            "new “log in page” in ~/site: go",
            "log in page",
            Some("~/site"),
        ),
        ("new sign in: go", "sign in", None),
        ("new in: go", "in", None),
        ("new inner loop: go", "inner loop", None),
    ] {
        let Parsed::New {
            label: l, place: p, ..
        } = parse(text)
        else {
            panic!("{text}: {:?}", parse(text));
        };
        assert_eq!((l.as_str(), p.as_deref()), (label, place), "{text}");
    }
    for text in [
        "new in ~/site: go",
        "new in site: go",
        "new fix in “”: go",
        "new one two three four in site: go",
        "new fix in ~/site",
        "new fix in ~/site:",
    ] {
        assert!(matches!(parse(text), Parsed::NearMiss(_)), "{text}");
    }
}

#[test]
fn a_directory_is_found_by_its_end_or_its_beginning_only_if_it_is_the_only_one() {
    let world = world();
    let state = world.machine.state();
    let one = |path: &str| Directory::One(path.to_owned());
    for (words, found) in [
        ("~/work/site", one("/Users/me/work/site")),
        ("/Users/me/work/site/", one("/Users/me/work/site")),
        ("work/site", one("/Users/me/work/site")),
        ("Work/Site", one("/Users/me/work/site")),
        ("wo/site", Directory::Nobody),
        ("work/si", one("/Users/me/work/site")),
        ("~/work/si", one("/Users/me/work/site")),
        ("cafe\u{301}", one("/Users/me/My Projects/Café")),
        ("api-server", one("/srv/api-server")),
        ("api-t", one("/srv/api-tools")),
        ("~", one("/Users/me")),
        // A name in full comes before names that begin so.
        ("me", one("/Users/me")),
        ("~/work", Directory::Nobody),
        ("/elsewhere/site", Directory::Nobody),
        ("ite", Directory::Nobody),
        ("..", Directory::Nobody),
        ("~/work/../work/site", Directory::Nobody),
        ("~other/site", Directory::Nobody),
        ("/", Directory::Nobody),
    ] {
        assert_eq!(find(state, words), found, "{words}");
    }
    for (words, number) in [("site", 2), ("api", 2), ("/srv/api", 2)] {
        let Directory::Several(found) = find(state, words) else {
            panic!("{words}: {:?}", find(state, words));
        };
        assert_eq!(found.len(), number, "{words}: {found:?}");
    }
    assert_eq!(shown("/Users/me/x", "/Users/me"), "~/x");
    assert_eq!(shown("/srv/more", "/srv/mo"), "/srv/more");
    assert_eq!(shown("/srv", ""), "/srv");
}

#[test]
fn a_session_starts_in_the_directory_that_is_named() {
    let mut world = world();
    let started = starts(&mut world, "new fix in work/site: mend it").unwrap();
    assert_eq!(started, ("fix".into(), "/Users/me/work/site".into()));
    assert!(world.notices().is_empty());
}

#[test]
fn nothing_starts_where_the_directory_is_not_certain() {
    let mut world = world();
    assert_eq!(starts(&mut world, "new fix in site: mend it"), None);
    let text = world.notice();
    assert!(text.contains("fits several folders"), "{text}");
    assert!(
        text.contains("~/work/site\n~/private/site")
            || text.contains("~/private/site\n~/work/site")
    );
    assert!(!text.contains("api-server"), "{text}");

    assert_eq!(starts(&mut world, "new fix in nowhere: mend it"), None);
    let text = world.notice();
    assert!(text.contains("No session has worked in"), "{text}");
    // Each directory once.
    assert_eq!(text.matches("/srv/api-server").count(), 1, "{text}");

    // A directory of one of Codex's own threads is nobody's.
    let mut quiet = World::new();
    quiet.thread(1, "/srv/hidden", events::event::ThreadKind::Subagent);
    assert_eq!(starts(&mut quiet, "new fix in hidden: mend it"), None);
}

#[test]
fn the_decision_names_the_directory() {
    let mut world = world();
    let events = world.says("new fix in api-server: mend it");
    let decided = events.iter().find_map(|event| match event {
        Event::RoutingDecided(decided) => Some(decided.clone()),
        _ => None,
    });
    let decided = decided.unwrap();
    assert_eq!(decided.rule, Rule::NewSession);
    assert!(format!("{:?}", decided.action).contains("/srv/api-server"));
}
