//! What is reported of each kind of row.

use super::{NOW, OWNER, said, setup};
use crate::demo::messages::{Form, Place, Row, SelfChat};
use events::input::Body;
use events::{Guid, Wall};

#[test]
fn a_row_of_the_owner_comes_with_all_that_decides() {
    let mut s = setup();
    let row = Row {
        destination: Some("me@example.com".into()),
        ..Row::from(OWNER, "yes", NOW)
    };
    let guid = s.insert(&row.reply_to("ROOT-GUID"));
    let row = s.rows().remove(0);
    assert_eq!((row.rowid, &row.guid, said(&row)), (1, &guid, "yes"));
    assert_eq!(row.date, Some(NOW));
    assert_eq!(
        (
            row.service.as_str(),
            row.from_me,
            row.item_type,
            row.associated_type
        ),
        ("iMessage", false, 0, 0)
    );
    assert_eq!(row.handle.unwrap().reveal(), OWNER);
    assert_eq!(row.destination.unwrap().reveal(), "me@example.com");
    assert_eq!(row.reply_to, Guid::parse("ROOT-GUID"));
    let chat = row.chat.unwrap();
    assert_eq!(
        (chat.style, chat.identifier.reveal().as_str()),
        (Some(45), OWNER)
    );
    assert_eq!(chat.participants.len(), 1);
    assert!(!row.attachments && !row.edited && !row.given_up);
    assert!(s.rows().is_empty());
}

#[test]
fn what_must_not_act_is_told_apart() {
    let mut s = setup();
    s.insert(&Row::from(OWNER, "sms", NOW).sms());
    s.insert(&Row::from(OWNER, "group", NOW).in_group("chat99", &["+15555550199"]));
    s.insert(&Row::from(OWNER, "Liked “x”", NOW).tapback("SOME-GUID"));
    s.insert(&Row {
        item_type: 1,
        balloon: Some("b".into()),
        ..Row::from(OWNER, "joined", NOW)
    });
    s.insert(&Row {
        form: Form::Raw(b"rubbish".to_vec()),
        ..Row::from(OWNER, "", NOW)
    });
    s.insert(&Row::from(OWNER, "look \u{fffc}", NOW));
    let edited = s.say("first");
    s.messages.edit(edited.as_str(), "second", NOW).unwrap();
    let rows = s.rows();
    assert_eq!(rows[0].service, "SMS");
    let group = rows[1].chat.as_ref().unwrap();
    assert_eq!((group.style, group.participants.len()), (Some(43), 2));
    assert_eq!(rows[2].associated_type, 2001);
    assert_eq!(
        (rows[3].item_type, rows[3].balloon.as_deref()),
        (1, Some("b"))
    );
    assert_eq!(rows[4].body, Body::Undecodable);
    assert!(rows[5].attachments);
    assert!(rows[6].edited);
}

#[test]
fn self_chat_rows_come_as_they_stand() {
    use SelfChat::{A, B, C, D, E, F};
    let both = vec![true, false];
    for (pattern, from_me) in [
        (A, both.clone()),
        (B, both.clone()),
        (C, vec![true]),
        (D, vec![false]),
        (E, vec![true]),
        (F, both),
    ] {
        let mut s = setup();
        let guids = s.messages.self_chat(pattern, OWNER, "yes", NOW).unwrap();
        let rows = s.rows();
        assert_eq!(
            rows.iter().map(|r| r.from_me).collect::<Vec<_>>(),
            from_me,
            "{pattern:?}"
        );
        assert_eq!(
            rows.iter().map(|r| r.guid.as_str()).collect::<Vec<_>>(),
            guids,
            "{pattern:?}"
        );
        assert_eq!(rows[0].body == Body::Empty, pattern == B);
        assert_eq!(said(rows.last().unwrap()), "yes");
    }
}

#[test]
fn broken_values_cost_no_other_row() {
    let mut s = setup();
    s.sql(
        "INSERT INTO message (guid, text, attributedBody, date, service, handle_id, error, item_type) VALUES
         (X'FFFE', CAST(X'FF41' AS TEXT), NULL, 'soon', NULL, 'x', 'y', X'00'),
         ('', NULL, 5, 1.5e300, X'FF', NULL, NULL, NULL),
         (7, X'6869', 'text', -9223372036854775808, 8, 9, 1.5, '3'),
         ('G', NULL, CAST('rubbish' AS TEXT), 9223372036854775807, '', 0, 0, 0)",
    );
    s.say("fine");
    let rows = s.rows();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[0].body, Body::Undecodable);
    assert_eq!(
        (rows[0].guid.as_str().is_empty(), rows[1].guid.as_str()),
        (false, "row-2")
    );
    assert_eq!(rows[1].body, Body::Undecodable);
    assert_eq!(
        (said(&rows[2]), rows[2].item_type, rows[2].guid.as_str()),
        ("hi", 3, "7")
    );
    assert_eq!(rows[3].body, Body::Undecodable);
    assert_eq!(said(&rows[4]), "fine");
}

#[test]
fn dates_in_seconds_and_unset_dates_are_understood() {
    let mut s = setup();
    s.sql("INSERT INTO message (guid, text, date) VALUES ('a', 'x', 500000000), ('b', 'x', 0), ('c', 'x', NULL)");
    let dates: Vec<_> = s.rows().iter().map(|row| row.date).collect();
    assert_eq!(dates, [Some(Wall(1_478_307_200_000)), None, None]);
}

#[test]
fn a_row_in_two_chats_is_in_the_company_of_both() {
    let mut s = setup();
    let guid = s.say("x");
    let group = Place::Group("chat7".into(), vec![OWNER.into(), "+15555550199".into()]);
    s.messages.join(guid.as_str(), &group, "iMessage").unwrap();
    let chat = s.rows().remove(0).chat.unwrap();
    assert_eq!((chat.style, chat.participants.len()), (Some(43), 2));
}

#[test]
fn a_row_in_two_chats_is_in_the_company_of_whoever_the_second_one_is_with() {
    let mut s = setup();
    let guid = s.say("x");
    let stranger = Place::Direct("+15555550199".into());
    s.messages
        .join(guid.as_str(), &stranger, "iMessage")
        .unwrap();
    // Its people may be missing.
    s.sql("DELETE FROM chat_handle_join WHERE chat_id = 2");
    let chat = s.rows().remove(0).chat.unwrap();
    let there = |person: &events::Text| person.reveal() == "+15555550199";
    assert!(chat.participants.iter().any(there), "{chat:?}");
}

#[test]
fn a_subject_comes_beside_the_body() {
    let mut s = setup();
    s.insert(&Row {
        subject: Some("Urgent".into()),
        ..Row::from(OWNER, "look", NOW)
    });
    let row = s.rows().remove(0);
    assert_eq!(row.subject.as_ref().unwrap().reveal(), "Urgent");
    assert_eq!(said(&row), "look");
}

#[test]
fn a_reaction_names_what_it_is_about_and_needs_no_body() {
    let of = |kind: i64, about: &str, emoji: Option<&str>| {
        let mut s = setup();
        s.insert(&Row {
            form: Form::Nothing,
            associated_type: kind,
            associated_guid: Some(about.into()),
            emoji: emoji.map(str::to_owned),
            ..Row::from(OWNER, "", NOW)
        });
        let row = s.rows().remove(0);
        assert_eq!(s.cursor.held().count(), 0);
        let target = row.target.clone();
        let target = target.map(|t| (t.guid.as_str().to_owned(), t.part));
        (row.associated_type, target, row.emoji)
    };
    let about = |guid: &str, part| Some((guid.to_owned(), part));
    assert_eq!(
        of(2001, "p:0/GUID-1", None),
        (2001, about("GUID-1", Some(0)), None)
    );
    assert_eq!(
        of(3002, "p:12/GUID-1", None),
        (3002, about("GUID-1", Some(12)), None)
    );
    assert_eq!(
        of(2000, "bp:GUID-1", None),
        (2000, about("GUID-1", None), None)
    );
    assert_eq!(
        of(2005, "GUID-1", None),
        (2005, about("GUID-1", None), None)
    );
    assert_eq!(
        of(2005, "p:/GUID-1", None),
        (2005, about("GUID-1", None), None)
    );
    assert_eq!(
        of(2006, "p:0/G", Some("🎉")),
        (2006, about("G", Some(0)), Some("🎉".into()))
    );
    assert_eq!(of(2001, "", None).1, None);
}

#[test]
fn a_link_whose_body_is_only_in_its_preview_is_read_there() {
    let mut s = setup();
    let archive = |url: &str| {
        let objects = ["$null", "NSURL", url, "https://example.com/icon.png"];
        let objects = objects.map(|o| plist::Value::String(o.to_owned())).to_vec();
        let mut root = plist::Dictionary::new();
        root.insert("$objects".into(), plist::Value::Array(objects));
        let mut bytes = Vec::new();
        plist::Value::Dictionary(root)
            .to_writer_binary(&mut bytes)
            .unwrap();
        bytes
    };
    let link = Some("https://example.com/a");
    for (body, payload, expected) in [
        (Form::Nothing, archive("https://example.com/a"), link),
        (Form::Nothing, b"rubbish".to_vec(), None),
        (Form::Attributed, archive("https://example.com/a"), link),
        (Form::Plain, b"rubbish".to_vec(), None),
    ] {
        // A placeholder and blanks say no more than nothing.
        let guid = s.insert(&Row {
            form: body,
            ..Row::from(OWNER, " \u{fffc}\n", NOW).link()
        });
        s.messages
            .db()
            .execute(
                "UPDATE message SET payload_data = ?1 WHERE guid = ?2",
                rusqlite::params![payload, guid.as_str()],
            )
            .unwrap();
        let row = s.rows().remove(0);
        if let Some(link) = expected {
            assert_eq!(said(&row), link);
        } else {
            assert_eq!(row.body, Body::Empty);
            assert!(s.cursor.held().any(|held| held == row.rowid));
        }
    }
}

#[test]
fn an_edit_of_a_row_that_came_brings_it_once_more() {
    let mut s = setup();
    let guid = s.say("yes");
    assert!(!s.rows()[0].edited);
    for text in ["no", "maybe"] {
        let later = Wall(NOW.0 + i64::try_from(text.len()).unwrap());
        s.messages.edit(guid.as_str(), text, later).unwrap();
        let rows = s.rows();
        assert_eq!(
            (rows.len(), said(&rows[0]), rows[0].edited),
            (1, text, true)
        );
        assert!(s.rows().is_empty(), "each edit comes once");
    }
    s.messages
        .unsend(guid.as_str(), Wall(NOW.0 + 60_000))
        .unwrap();
    let rows = s.rows();
    assert_eq!((rows.len(), rows[0].unsent), (1, true));
    assert!(s.rows().is_empty());
}

#[test]
fn a_row_edited_or_unsent_before_it_was_read_comes_once() {
    let mut s = setup();
    let edited = s.say("first");
    s.messages.edit(edited.as_str(), "second", NOW).unwrap();
    let unsent = s.say("gone");
    s.messages.unsend(unsent.as_str(), NOW).unwrap();
    let rows = s.rows();
    assert_eq!((said(&rows[0]), rows[0].edited), ("second", true));
    assert_eq!((rows[1].unsent, rows[1].body == Body::Empty), (true, true));
    assert_eq!(s.cursor.held().count(), 0);
    assert!(s.rows().is_empty());
}

/// Some systems keep the newest words of an edited message only among its history.
#[test]
fn the_history_of_edits_is_read_where_the_body_is_gone() {
    use plist::{Dictionary, Value};
    let version_of = |stream: Vec<u8>| {
        let mut version = Dictionary::new();
        version.insert("d".into(), Value::Real(1.0));
        version.insert("t".into(), Value::Data(stream));
        Value::Dictionary(version)
    };
    let version = |text: &str| version_of(crate::ingress::chat_db::typedstream::encode(text));
    let mut parts = Dictionary::new();
    parts.insert("1".into(), Value::Array(vec![version("b1"), version("b2")]));
    parts.insert("0".into(), Value::Array(vec![version("a1"), version("a2")]));
    let mut broken = parts.clone();
    broken.insert(
        "0".into(),
        Value::Array(vec![version_of(b"rubbish".to_vec())]),
    );
    let mut unread = Dictionary::new();
    unread.insert("ec".into(), Value::Dictionary(broken));
    let mut edited = Dictionary::new();
    edited.insert("ec".into(), Value::Dictionary(parts));
    let mut unsent = Dictionary::new();
    unsent.insert("rp".into(), Value::Array(vec![Value::Integer(0.into())]));
    let cases = [
        (edited, Some("a2\nb2"), false),
        (unsent, None, true),
        // Half of the words are none.
        (unread, None, false),
    ];
    for (summary, words, gone) in cases {
        let mut s = setup();
        let mut bytes = Vec::new();
        Value::Dictionary(summary)
            .to_writer_binary(&mut bytes)
            .unwrap();
        s.insert(&Row {
            form: Form::Nothing,
            ..Row::from(OWNER, "", NOW)
        });
        s.messages
            .db()
            .execute(
                "UPDATE message SET message_summary_info = ?1, date_edited = 5, is_empty = 0",
                [bytes],
            )
            .unwrap();
        let row = s.rows().remove(0);
        assert_eq!(row.unsent, gone);
        match words {
            Some(words) => assert_eq!(said(&row), words),
            None if gone => {}
            None => assert_eq!(row.body, Body::Undecodable),
        }
    }
}
