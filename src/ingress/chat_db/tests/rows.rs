//! What is told of each kind of row.

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
fn an_edit_of_a_row_that_came_is_not_a_new_row() {
    let mut s = setup();
    let guid = s.say("yes");
    assert!(!s.rows()[0].edited);
    s.messages.edit(guid.as_str(), "no", NOW).unwrap();
    assert!(s.rows().is_empty());
}
