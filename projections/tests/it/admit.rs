//! Who may speak: each hazard of chat.db as a row, and what becomes of it.

use crate::support::{MAC, OWNER, World, settings};
use events::event::IgnoreReason as Reason;
use events::input::{Body, MessageRow};
use events::{Event, Guid, Settings, Wall};
use projections::admit::{Verdict, judge};
use projections::handle::{normalise, same};
use proptest::prelude::*;

pub(crate) fn verdict(world: &World, row: &MessageRow) -> Verdict {
    judge(world.machine.state(), row, world.now)
}

fn judged(change: impl Fn(&mut MessageRow)) -> (Reason, Vec<String>) {
    let mut world = World::new();
    let mut row = world.row("@k3f9 do it");
    change(&mut row);
    let Verdict::Ignored(reason) = verdict(&world, &row) else {
        panic!("{:?}", verdict(&world, &row));
    };
    let events = world.take(row);
    assert!(
        matches!(&events[0], Event::InboundIgnored(e) if e.reason == reason),
        "{events:?}"
    );
    (reason, world.notices())
}

/// Strangers, accidents and what means nothing are never answered.
fn ignored(change: impl Fn(&mut MessageRow)) -> Reason {
    let (reason, notices) = judged(change);
    assert!(notices.is_empty(), "{notices:?}");
    reason
}

/// The owner, who meant something, gets one line.
fn told(change: impl Fn(&mut MessageRow)) -> Reason {
    let (reason, notices) = judged(change);
    assert!(
        matches!(&notices[..], [line] if line.contains("not acted on")),
        "{reason:?}: {notices:?}"
    );
    reason
}

fn is_owners(world: &World, row: &MessageRow) -> bool {
    matches!(verdict(world, row), Verdict::Owner { .. })
}

#[test]
fn the_owner_in_a_direct_imessage_chat_may() {
    let mut world = World::new();
    let row = world.row("  do it\r\nnow\u{fffc} ");
    let Verdict::Owner {
        text, self_chat, ..
    } = verdict(&world, &row)
    else {
        panic!("{:?}", verdict(&world, &row));
    };
    assert_eq!((text.as_str(), self_chat), ("do it\nnow", false));
}

#[test]
fn every_address_of_the_owner_counts_in_any_spelling() {
    for handle in [
        "+15555550123",
        "15555550123",
        "+1 (555) 555-0123",
        "OWNER@Example.com",
        "tel:+15555550123",
        "p:+15555550123",
        "E:owner@example.com",
    ] {
        let mut world = World::new();
        let mut row = world.row("x");
        row.handle = Some(handle.into());
        row.chat.as_mut().unwrap().identifier = handle.into();
        row.chat.as_mut().unwrap().participants = vec![handle.into()];
        assert!(is_owners(&world, &row), "{handle}");
    }
}

#[test]
fn nobody_else_may() {
    for handle in [
        "+15555550199",
        "5555550123",
        "+15555551123",
        "0123",
        "12345",
        "owner@example.org",
        "15555550123@example.com",
        "notowner@example.com",
        "+1555555012",
        "",
    ] {
        assert_eq!(
            ignored(|row| row.handle = Some(handle.into())),
            Reason::NotOwner,
            "{handle}"
        );
    }
    assert_eq!(ignored(|row| row.handle = None), Reason::NotOwner);
    let stranger =
        |row: &mut MessageRow| row.chat.as_mut().unwrap().identifier = "+15555550199".into();
    assert_eq!(ignored(stranger), Reason::NotOwner);
}

#[test]
fn a_number_with_and_without_its_plus_is_one_where_it_holds_the_country() {
    let one = |a, b| assert!(same(a, b) && same(b, a), "{a} {b}");
    let two = |a, b| assert!(!same(a, b) && !same(b, a), "{a} {b}");
    one("+15555550123", "15555550123");
    one("P:+1 (555) 555-0123", "tel:15555550123");
    two("+5550123", "5550123");
    two("+15555550123@example.com", "15555550123@example.com");
    for no_address in [
        "@example.com",
        "owner@localhost",
        "an owner@example.com",
        "12",
    ] {
        assert_eq!(normalise(no_address), None, "{no_address}");
    }
}

#[test]
fn digits_of_an_email_address_are_not_a_handle() {
    let mut world = World::with(Settings {
        owner: vec!["user12345@example.com".into()],
        ..settings()
    });
    for handle in ["12345", "+12345"] {
        let mut row = world.row("x");
        row.handle = Some(handle.into());
        assert_eq!(verdict(&world, &row), Verdict::Ignored(Reason::NotOwner));
    }
}

#[test]
fn only_imessage_counts_whatever_the_chat_is_called() {
    for service in ["SMS", "RCS", "rcs", "iMessageLite", "", "imessage", "any"] {
        assert_eq!(
            told(|row| row.service = service.into()),
            Reason::NotIMessage,
            "{service}"
        );
    }
}

#[test]
fn only_a_chat_of_two_counts() {
    for style in [Some(43), None, Some(0), Some(46)] {
        assert_eq!(
            ignored(|row| row.chat.as_mut().unwrap().style = style),
            Reason::Group,
            "{style:?}"
        );
    }
    let two = vec![OWNER.into(), "+15555550199".into()];
    assert_eq!(
        ignored(|row| row.chat.as_mut().unwrap().participants.clone_from(&two)),
        Reason::Group
    );
    let other = |row: &mut MessageRow| {
        row.chat.as_mut().unwrap().participants = vec!["+15555550199".into()];
    };
    assert_eq!(ignored(other), Reason::NotOwner);
}

#[test]
fn a_chat_of_several_addresses_of_the_owners_is_their_own() {
    let mut world = World::new();
    for style in [Some(45), Some(43)] {
        for from_me in [true, false] {
            let mut row = world.self_row(&format!("go {style:?} {from_me}"), from_me);
            let chat = row.chat.as_mut().unwrap();
            chat.style = style;
            chat.participants = vec![OWNER.into(), "Owner@Example.com".into()];
            assert!(is_owners(&world, &row), "{style:?} {from_me}");
            let chat = row.chat.as_mut().unwrap();
            chat.participants.push("+15555550199".into());
            assert_eq!(verdict(&world, &row), Verdict::Ignored(Reason::Group));
        }
    }
}

#[test]
fn what_the_owner_writes_to_others_is_not_for_us() {
    let to_other = |row: &mut MessageRow| {
        row.from_me = true;
        row.chat.as_mut().unwrap().identifier = "+15555550199".into();
        row.chat.as_mut().unwrap().participants = vec!["+15555550199".into()];
    };
    assert_eq!(ignored(to_other), Reason::ToOthers);
}

#[test]
fn with_an_apple_id_of_its_own_what_the_mac_sends_is_not_the_owners_word() {
    assert_eq!(ignored(|row| row.from_me = true), Reason::ToOthers);
}

#[test]
fn what_is_not_a_plain_text_does_nothing() {
    for kind in (2000..=2007).chain(3000..=3007).chain([1000, 4000]) {
        assert_eq!(
            ignored(|row| row.associated_type = kind),
            Reason::Tapback,
            "{kind}"
        );
    }
    for kind in [1, 2, 3, 4, 5, 6, -1] {
        assert_eq!(
            ignored(|row| row.item_type = kind),
            Reason::SystemItem,
            "{kind}"
        );
    }
    let unsent = |row: &mut MessageRow| (row.edited, row.unsent) = (true, true);
    assert_eq!(ignored(unsent), Reason::Unsent);
}

#[test]
fn what_was_meant_and_cannot_be_acted_on_is_answered() {
    for kind in [-1, 1, 4, 999, 5000] {
        assert_eq!(told(|row| row.associated_type = kind), Reason::Unknown);
    }
    for app in [
        "com.apple.messages.Polls",
        "com.apple.Handwriting.HandwritingProvider",
        "com.apple.messages.MSMessageExtensionBalloonPlugin:TEAM:app",
    ] {
        assert_eq!(
            told(|row| row.balloon = Some(app.into())),
            Reason::Balloon,
            "{app}"
        );
    }
    assert_eq!(
        told(|row| row.body = Body::Undecodable),
        Reason::Undecodable
    );
    // It was edited, so it said something; its words never came.
    let edited = |row: &mut MessageRow| {
        row.body = Body::Empty;
        (row.edited, row.given_up) = (true, true);
    };
    assert_eq!(told(edited), Reason::Undecodable);
    let stranger = |row: &mut MessageRow| row.handle = Some("+15555550199".into());
    let of_a_stranger = |row: &mut MessageRow| {
        stranger(row);
        row.body = Body::Undecodable;
    };
    assert_eq!(ignored(of_a_stranger), Reason::NotOwner);
}

#[test]
fn texts_that_sms_makes_of_reactions_do_nothing() {
    for text in [
        "Liked “y or n?”",
        "Loved \"do it\"",
        "Laughed at “x”",
        "Emphasized “x”",
        "Emphasised “x”",
        "Questioned “x”",
        "Disliked “x”",
        "Removed a like from “x”",
        "Removed an exclamation from “x”",
        "Liked an image",
        "Reacted 👍 to “[Codex] @k3f9 api · needs input”",
        "Reacted with a sticker to “x”",
        "Removed 👍 from “x”",
        "Liked\u{a0}“x”",
    ] {
        let by_sms = |row: &mut MessageRow| {
            row.body = Body::Text(text.into());
            row.service = "SMS".into();
        };
        assert_eq!(ignored(by_sms), Reason::TapbackText, "{text}");
        let mut world = World::new();
        let row = world.row(text);
        assert!(
            is_owners(&world, &row) || text.contains("[Codex]"),
            "by iMessage a reaction has a type, so these are words: {text}"
        );
    }
    let mut world = World::new();
    for text in [
        "Liked it, go on",
        "Loved how fast that was",
        "Reacted quickly to errors?",
        "Removed a test",
    ] {
        let row = world.row(text);
        assert!(is_owners(&world, &row), "{text}");
    }
}

#[test]
fn only_what_was_written_just_now_counts() {
    let hour = 3_600_000;
    // The log began just now: what is older than that is history, and no news.
    for age in [hour + 1, 21 * hour, 24 * hour + 1, 30 * 24 * hour, i64::MAX] {
        assert_eq!(
            ignored(|row| row.date = row.date.map(|d| Wall(d.0.saturating_sub(age)))),
            Reason::Stale,
            "{age}"
        );
    }
    assert_eq!(told(|row| row.date = None), Reason::Stale);
    assert_eq!(
        told(|row| row.date = row.date.map(|d| Wall(d.0 + 300_001))),
        Reason::Future
    );
    assert_eq!(told(|row| row.date = Some(Wall(i64::MAX))), Reason::Future);
    let mut world = World::new();
    for age in [0, hour, -300_000] {
        let mut row = world.row(&format!("aged {age}"));
        row.date = Some(Wall(world.now.wall.0 - age));
        assert!(is_owners(&world, &row), "{age}");
    }
}

#[test]
fn a_row_without_its_chat_is_held_and_taken_or_given_up_closed() {
    let mut world = World::new();
    let whole = world.row("list");
    let mut early = whole.clone();
    early.chat = None;
    assert!(matches!(
        world.take(early.clone()).as_slice(),
        [Event::InboundHeld(_)]
    ));
    assert!(world.take(early.clone()).is_empty(), "said once");
    let behind = world.row("help");
    assert!(
        !world.take(behind).is_empty(),
        "a held row holds nothing up"
    );
    let mut stranger = early.clone();
    early.given_up = true;
    let taken = world.take(whole.clone());
    assert!(matches!(taken[0], Event::InboundReceived(_)), "{taken:?}");
    assert!(
        world.take(whole).is_empty() && world.take(early).is_empty(),
        "once"
    );

    stranger.rowid = world.rowid + 1;
    stranger.guid = Guid::parse("never-joined").unwrap();
    world.take(stranger.clone());
    stranger.given_up = true;
    assert!(
        matches!(&world.take(stranger.clone())[0], Event::InboundIgnored(e) if e.reason == Reason::NoChat)
    );
    assert!(world.notices().last().unwrap().contains("not acted on"));
    assert!(world.take(stranger).is_empty());
}

#[test]
fn a_text_that_is_filled_in_late_is_waited_for() {
    let mut world = World::new();
    let whole = world.row("list");
    let mut early = whole.clone();
    early.body = Body::Empty;
    assert!(matches!(
        world.take(early.clone()).as_slice(),
        [Event::InboundHeld(_)]
    ));
    assert!(matches!(
        world.take(whole).as_slice(),
        [Event::InboundReceived(_), ..]
    ));
    let mut never = world.row("");
    never.body = Body::Text("\u{fffc} ".into());
    assert!(matches!(verdict(&world, &never), Verdict::Held(_)));
    never.given_up = true;
    assert_eq!(verdict(&world, &never), Verdict::Ignored(Reason::Empty));
}

pub(crate) fn reasons(
    world: &mut World,
    texts: impl Iterator<Item = String>,
    gap: u64,
) -> Vec<Reason> {
    let mut out = Vec::new();
    for text in texts {
        let row = world.row(&text);
        if let Some(Event::InboundIgnored(e)) = world.take(row).first() {
            out.push(e.reason);
        }
        world.pass(gap);
    }
    out
}

prop_compose! {
    fn any_row()(
        text in prop_oneof![Just("yes".to_owned()), Just("[Codex] x".to_owned()), any::<String>()],
        service in prop_oneof![4 => Just("iMessage"), 1 => Just("SMS"), 1 => Just("RCS")],
        from_me in any::<bool>(),
        handle in proptest::option::of(address()),
        destination in proptest::option::of(address()),
        chat in proptest::option::of((prop_oneof![Just(Some(45)), Just(Some(43)), Just(None)], address(), proptest::collection::vec(address(), 0..3))),
        item_type in prop_oneof![3 => Just(0), 1 => Just(1)],
        associated_type in prop_oneof![3 => Just(0), 1 => 1999i64..3010],
        date in proptest::option::of(prop_oneof![3 => -10_000i64..10_000, 1 => any::<i64>()]),
        edited in proptest::bool::weighted(0.1),
        given_up in any::<bool>(),
    ) -> MessageRow {
        let mut world = World::new();
        let mut row = world.row(&text);
        let chat = chat.map(|(style, identifier, participants)| events::input::Chat {
            style,
            identifier: identifier.into(),
            participants: participants.into_iter().map(Into::into).collect(),
        });
        row.date = date.map(|d| Wall(world.now.wall.0.saturating_add(d)));
        MessageRow {
            service: service.into(), from_me, chat, item_type, associated_type, edited, given_up,
            handle: handle.map(Into::into), destination: destination.map(Into::into), ..row
        }
    }
}

fn address() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just(OWNER), 1 => Just("owner@example.com"), 1 => Just("+15555550199"), 1 => Just(MAC), 1 => Just("")]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]
    #[test]
    fn the_owners_word_always_has_everything_that_makes_it_so(row in any_row()) {
        let world = World::new();
        if let Verdict::Owner { text, date, .. } = verdict(&world, &row) {
            let owner = |a: &str| [OWNER, "owner@example.com"].contains(&a);
            let chat = row.chat.as_ref().unwrap();
            prop_assert_eq!(row.service.as_str(), "iMessage");
            let several = chat.participants.len() > 1;
            prop_assert!(several || chat.style == Some(45));
            prop_assert!(several || owner(chat.identifier.reveal()));
            prop_assert!(chat.participants.iter().all(|p| owner(p.reveal())));
            prop_assert!(row.from_me || owner(row.handle.as_ref().unwrap().reveal()));
            prop_assert_eq!((row.associated_type, row.item_type), (0, 0));
            prop_assert!((world.now.wall.0 - date.0).abs() <= 3_600_000);
            prop_assert!(!text.contains("[Codex]") && text.trim() == text && !text.is_empty());
        }
    }
}
