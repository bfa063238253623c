//! Rows that are not whole yet, and rows whose fate is followed.

use super::{NOW, OWNER, START, Setup, setup, texts};
use crate::demo::messages::{Form, Place, Row, State};
use crate::ingress::chat_db::{Cursor, FOLLOW, HOLD};
use events::input::{Body, Schedule};
use events::{Guid, Input, Wall};
use proptest::prelude::*;

#[test]
fn a_late_chat_holds_up_nobody_and_the_row_comes_again() {
    let mut s = setup();
    let late = s.insert(&Row {
        place: Place::Nowhere,
        ..Row::from(OWNER, "late", NOW)
    });
    s.say("behind");
    let rows = s.rows();
    assert_eq!(texts(&rows), ["late", "behind"]);
    assert_eq!((rows[0].chat.is_some(), rows[0].given_up), (false, false));
    assert_eq!(s.cursor.held().collect::<Vec<_>>(), [1]);
    s.say("more");
    assert_eq!(
        texts(&s.rows()),
        ["more"],
        "an unfinished row comes only once as such"
    );
    s.messages
        .join(late.as_str(), &Place::Direct(OWNER.into()), "iMessage")
        .unwrap();
    let rows = s.rows();
    assert_eq!(
        (texts(&rows), rows[0].given_up, rows[0].chat.is_some()),
        (vec!["late"], false, true)
    );
    assert_eq!(s.cursor.held().count(), 0);
    assert!(s.rows().is_empty());
}

#[test]
fn a_late_body_comes_once_it_is_there() {
    let mut s = setup();
    let late = s.insert(&Row {
        form: Form::Nothing,
        ..Row::from(OWNER, "", NOW)
    });
    assert_eq!(s.rows()[0].body, Body::Empty);
    s.messages.fill(late.as_str(), "there").unwrap();
    assert_eq!(texts(&s.rows()), ["there"]);
}

#[test]
fn a_row_that_stays_unfinished_is_given_up_in_time() {
    let mut s = setup();
    s.insert(&Row {
        place: Place::Nowhere,
        ..Row::from(OWNER, "never", NOW)
    });
    s.rows();
    assert_eq!(s.cursor.next_deadline(), Some(HOLD));
    assert!(s.rows_at(HOLD * 9 / 10).is_empty());
    let rows = s.rows_at(HOLD);
    assert_eq!((rows.len(), rows[0].given_up), (1, true));
    assert_eq!(s.cursor.next_deadline(), None);
    assert!(s.rows_at(HOLD * 2).is_empty());
}

#[test]
fn a_held_row_that_is_deleted_is_not_forgotten() {
    let mut s = setup();
    let guid = s.insert(&Row {
        form: Form::Nothing,
        ..Row::from(OWNER, "", NOW)
    });
    s.rows();
    s.sql("DELETE FROM message");
    let rows = s.rows();
    assert_eq!(
        (rows.len(), &rows[0].guid, rows[0].given_up),
        (1, &guid, true)
    );
    let mut resumed = Cursor::resume(s.cursor.identity().unwrap().into(), 1, vec![1]);
    let rows = s.reader.poll(&mut resumed, START).unwrap();
    assert!(matches!(&rows[..], [Input::Message(row)] if row.rowid == 1 && row.given_up));
}

#[test]
fn a_crowd_of_unfinished_rows_is_bounded() {
    let mut s = setup();
    for _ in 0..250 {
        s.insert(&Row {
            place: Place::Nowhere,
            ..Row::from(OWNER, "x", NOW)
        });
    }
    assert_eq!(s.rows().len(), 250);
    let early = s.rows();
    assert_eq!((early.len(), early.iter().all(|r| r.given_up)), (50, true));
    assert_eq!(s.cursor.held().count(), 200);
}

#[test]
fn the_fate_of_a_tracked_row_comes_until_it_is_final() {
    let mut s = setup();
    let guid = Guid::parse(&s.messages.deliver(OWNER, "notice", NOW).unwrap()).unwrap();
    assert!(!s.rows()[0].sent);
    s.cursor.track([guid.clone()], START);
    assert!(s.rows().is_empty(), "nothing changed since it came");
    let set = |s: &mut Setup, state| s.messages.set_state(guid.as_str(), state).unwrap();
    set(
        &mut s,
        State {
            sent: true,
            ..State::default()
        },
    );
    let rows = s.rows();
    assert_eq!(
        (rows.len(), rows[0].sent, rows[0].delivered),
        (1, true, false)
    );
    s.say("something else");
    assert_eq!(texts(&s.rows()), ["something else"]);
    set(
        &mut s,
        State {
            sent: true,
            delivered: true,
            error: 0,
        },
    );
    assert!(s.rows()[0].delivered);
    set(
        &mut s,
        State {
            error: 22,
            ..State::default()
        },
    );
    assert!(s.rows().is_empty(), "delivered is final");
}

#[test]
fn tracking_ends_and_begins_with_what_is_not_known() {
    let mut s = setup();
    let guid = Guid::parse(&s.messages.deliver(OWNER, "notice", NOW).unwrap()).unwrap();
    s.cursor = Cursor::resume(s.reader.identity().unwrap(), 1, vec![]);
    s.cursor.track([guid.clone()], START);
    assert_eq!(s.rows().len(), 1, "this cursor never saw it");
    s.messages
        .set_state(
            guid.as_str(),
            State {
                error: 22,
                ..State::default()
            },
        )
        .unwrap();
    assert!(s.rows_at(FOLLOW).is_empty());
    s.cursor.track([guid], FOLLOW);
    assert_eq!(s.rows_at(FOLLOW)[0].error, 22);
}

/// Send Later writes its row when it is asked for, and changes it in place.
#[test]
fn what_is_sent_later_comes_when_it_is_sent() {
    let mut s = setup();
    let later = Wall(NOW.0 + 900_000);
    let guid = s.insert(&Row::to(OWNER, "later", NOW));
    s.messages.schedule(guid.as_str(), 2, later).unwrap();
    let rows = s.rows();
    assert_eq!((rows.len(), rows[0].schedule), (1, Schedule::Waiting));
    // However long it takes, also after a restart, and when the owner moves it.
    let mut now = HOLD * 30;
    assert!(s.rows_at(now).is_empty());
    s.messages.schedule(guid.as_str(), 1, NOW).unwrap();
    assert!(s.rows_at(now).is_empty());
    s.cursor = Cursor::resume(s.cursor.identity().unwrap().into(), 1, vec![1]);
    for _ in 0..3 {
        now += HOLD;
        assert!(s.rows_at(now).is_empty());
    }
    assert!(
        s.cursor.next_deadline().unwrap() > now,
        "it is not asked for all the time"
    );
    s.messages.schedule(guid.as_str(), 3, later).unwrap();
    let rows = s.rows_at(now);
    assert_eq!((rows.len(), rows[0].schedule), (1, Schedule::Sent));
    assert!(s.rows_at(now + HOLD).is_empty());
}

#[test]
fn blanks_are_waited_with_like_nothing_and_given_up() {
    let mut s = setup();
    s.say(" \n\u{a0}");
    assert_eq!(s.rows().len(), 1);
    assert_eq!(s.cursor.held().collect::<Vec<_>>(), [1]);
    let rows = s.rows_at(HOLD);
    assert_eq!((rows.len(), rows[0].given_up), (1, true));
    assert_eq!(s.cursor.held().count(), 0);
}

#[test]
fn what_messages_could_not_send_later_still_waits() {
    let mut s = setup();
    let guid = s.insert(&Row::to(OWNER, "later", NOW));
    s.messages.schedule(guid.as_str(), 2, NOW).unwrap();
    s.rows();
    for state in [3, 4] {
        s.messages.schedule(guid.as_str(), state, NOW).unwrap();
        s.sql("UPDATE message SET error = 22, is_sent = 0");
        assert!(s.rows().is_empty(), "{state}");
    }
    s.messages.schedule(guid.as_str(), 3, NOW).unwrap();
    s.sql("UPDATE message SET error = 0");
    let rows = s.rows();
    assert_eq!((rows.len(), rows[0].schedule), (1, Schedule::Sent));
}

#[test]
fn what_is_taken_back_before_it_is_sent_is_gone() {
    let mut s = setup();
    let guid = s.insert(&Row::to(OWNER, "later", NOW));
    s.messages
        .schedule(guid.as_str(), 2, Wall(NOW.0 + 900_000))
        .unwrap();
    s.rows();
    s.sql("DELETE FROM message");
    let rows = s.rows();
    assert_eq!((rows.len(), rows[0].given_up), (1, true));
    assert_eq!(rows[0].body, Body::Empty);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever order writes and polls have, each row comes whole exactly once, in order.
    #[test]
    fn every_row_comes_whole_exactly_once(steps in prop::collection::vec(0_u8..5, 1..60)) {
        let mut s = setup();
        let (mut late, mut whole, mut count) = (Vec::new(), Vec::new(), 0_usize);
        for step in steps.into_iter().chain([3, 3, 4]) {
            match step {
                0 => { s.say("x"); count += 1; }
                1 => {
                    late.push(s.insert(&Row { place: Place::Nowhere, ..Row::from(OWNER, "x", NOW) }));
                    count += 1;
                }
                2 => s.cursor = Cursor::resume(s.cursor.identity().unwrap().into(), s.cursor.rowid(), s.cursor.held().collect()),
                3 => if let Some(guid) = late.pop() {
                    s.messages.join(guid.as_str(), &Place::Direct(OWNER.into()), "iMessage").unwrap();
                },
                _ => whole.extend(s.rows().into_iter().filter(|row| row.chat.is_some()).map(|row| row.rowid)),
            }
        }
        for guid in late {
            s.messages.join(guid.as_str(), &Place::Direct(OWNER.into()), "iMessage").unwrap();
        }
        whole.extend(s.rows().into_iter().map(|row| row.rowid));
        whole.sort_unstable();
        prop_assert_eq!(whole, (1..=i64::try_from(count).unwrap()).collect::<Vec<_>>());
    }
}
