//! Voice messages, with Apple's transcript where Messages has put it.

use super::{NOW, OWNER, START, Setup, setup};
use crate::demo::messages::{Attachment, Form, Row};
use crate::ingress::chat_db::typedstream::encode_spoken;
use events::Guid;
use events::input::Voice;
use plist::{Dictionary, Value};
use std::time::Duration;

/// A voice message as it stands there with its sound file.
fn voice(s: &mut Setup, form: Form, note: Option<(&str, &str)>) -> Guid {
    let row = Row::from(OWNER, "", NOW).with_files(1);
    let guid = s.insert(&Row { form, ..row });
    let note = note.map(|(key, words)| {
        let notes = Dictionary::from_iter([(key, Value::from(words)), ("other", Value::from(1))]);
        let mut bytes = Vec::new();
        Value::from(notes).to_writer_binary(&mut bytes).unwrap();
        bytes
    });
    let file = Attachment {
        name: "Audio Message.caf".into(),
        ..Attachment::default()
    };
    s.messages.attach(guid.as_str(), &file).unwrap();
    s.messages.spoken(guid.as_str(), note.as_deref()).unwrap();
    guid
}

#[test]
fn a_transcript_is_found_in_each_place_where_it_may_be() {
    let words = "Run the tests.";
    for (form, note) in [
        (Form::Raw(encode_spoken(words)), None),
        (Form::Attributed, Some(("audio-transcription", words))),
        (Form::Attributed, Some(("IMAudioTranscription", words))),
        (Form::Plain, Some(("audio-transcription", words))),
    ] {
        let mut s = setup();
        voice(&mut s, form.clone(), note);
        let row = s.rows().remove(0);
        assert_eq!(row.voice, Voice::Said(words.into()), "{form:?} {note:?}");
        assert_eq!(s.cursor.held().count(), 0);
    }
}

#[test]
fn a_late_transcript_is_waited_for_and_a_missing_one_given_up() {
    let mut s = setup();
    let guid = voice(&mut s, Form::Attributed, None);
    assert_eq!(s.rows()[0].voice, Voice::Untold);
    assert_eq!(s.cursor.held().count(), 1);
    let told = "UPDATE message SET attributedBody = ?2 WHERE guid = ?1";
    let body = encode_spoken("stop");
    s.messages
        .db()
        .execute(told, rusqlite::params![guid.as_str(), body])
        .unwrap();
    assert_eq!(s.rows()[0].voice, Voice::Said("stop".into()));
    voice(
        &mut s,
        Form::Attributed,
        Some(("audio-transcription", "  ")),
    );
    assert_eq!(s.rows()[0].voice, Voice::Untold);
    assert!(s.rows_at(START + Duration::from_secs(59)).is_empty());
    let row = s.rows_at(START + Duration::from_secs(60)).remove(0);
    assert_eq!((row.voice, row.given_up), (Voice::Untold, true));
}

#[test]
fn a_sound_that_was_not_spoken_and_a_table_without_the_columns_are_no_voice() {
    let mut s = setup();
    let guid = s.insert(&Row::from(OWNER, "listen", NOW).with_files(1));
    let file = Attachment {
        name: "song.mp3".into(),
        ..Attachment::default()
    };
    s.messages.attach(guid.as_str(), &file).unwrap();
    assert_eq!(s.rows()[0].voice, Voice::No);
    let mut s = setup();
    s.sql("ALTER TABLE attachment DROP COLUMN user_info; ALTER TABLE message DROP COLUMN is_audio_message");
    let row = Row::from(OWNER, "", NOW).with_files(1);
    s.insert(&Row {
        form: Form::Raw(encode_spoken("go on")),
        ..row
    });
    let path = s.path.clone();
    let mut reader = crate::ingress::chat_db::ChatDb::open(&path).unwrap();
    std::mem::swap(&mut s.reader, &mut reader);
    assert_eq!(s.rows()[0].voice, Voice::Said("go on".into()));
}
