//! The bytes of the log: golden fixtures, identity, and that nothing damaged,
//! foreign or newer ever passes for an entry.
//!
//! `fixtures/vN/<Kind>.bin` holds linked frames of that kind in schema N, `.json`
//! what they say today. For the schema that is written these are the kind's samples;
//! those of older schemas stay as they are. With `UPDATE_FIXTURES=1` missing `.bin`
//! files are written and all `.json` files are; a `.bin` that exists is never
//! touched. A kind that is not released yet may change: delete its file first. What
//! is released stands in `fixtures/released.sha256`.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads its fixtures and may fail; the crate itself is pure"
)]

use events::codec::{self, DecodeError, Link};
use events::upcast::{KINDS, Kind, MAX_PAYLOAD, kind};
use events::{Envelope, Event, Seq, Tick, Wall, samples};
use proptest::prelude::*;
use sha2::Digest as _;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Where the bytes of a kind in a schema stand, and where what they say.
fn file(kind: Kind, schema: u16, end: &str) -> PathBuf {
    fixtures().join(format!("v{schema}/{}.{end}", kind.name))
}

fn schemas(kind: Kind) -> impl Iterator<Item = u16> {
    kind.older.iter().copied().chain([kind.schema])
}

/// One kind's samples as they stand in its fixture.
fn envelopes(kind_of: Kind) -> Vec<Envelope> {
    let of_kind = |event: &Event| kind(event) == kind_of;
    let place = |(nth, event): (u32, Event)| Envelope {
        seq: Seq(100 + u64::from(nth)),
        wall: Wall(1_795_000_000_000 - i64::from(nth)),
        tick: Tick(5_000 + u64::from(nth)),
        cause: (nth > 0).then_some(Seq(100)),
        event,
    };
    let events = samples::events().into_iter().filter(of_kind);
    (0..).zip(events).map(place).collect()
}

fn frames(envelopes: &[Envelope]) -> Vec<Vec<u8>> {
    let mut link = Link::START;
    let mut frame = |envelope| {
        let (frame, next) = codec::encode(link, envelope).unwrap();
        link = next;
        frame
    };
    envelopes.iter().map(&mut frame).collect()
}

/// Cuts a fixture into its frames.
fn cut(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let (frame, rest) = bytes.split_at(codec::length(bytes).unwrap());
        frames.push(frame.to_vec());
        bytes = rest;
    }
    frames
}

fn decode_all(frames: &[Vec<u8>]) -> Vec<Envelope> {
    let mut link = Link::START;
    let mut decode = |frame: &Vec<u8>| {
        let (envelope, next) = codec::decode(Some(link), frame).unwrap();
        link = next;
        envelope
    };
    frames.iter().map(&mut decode).collect()
}

fn json(envelopes: &[Envelope]) -> serde_json::Value {
    let entry = |e: &Envelope| {
        serde_json::json!({
            "seq": e.seq, "wall": e.wall, "tick": e.tick, "cause": e.cause, "event": e.event,
        })
    };
    envelopes.iter().map(entry).collect()
}

fn update() {
    for kind in KINDS {
        for schema in schemas(*kind) {
            let bin = file(*kind, schema, "bin");
            if !bin.exists() {
                assert_eq!(schema, kind.schema, "{} is no longer there", bin.display());
                std::fs::create_dir_all(bin.parent().unwrap()).unwrap();
                std::fs::write(&bin, frames(&envelopes(*kind)).concat()).unwrap();
            }
            let today = json(&decode_all(&cut(&std::fs::read(bin).unwrap())));
            let text = serde_json::to_string_pretty(&today).unwrap() + "\n";
            std::fs::write(file(*kind, schema, "json"), text).unwrap();
        }
    }
}

/// The frames of a fixture, once it is known that they mean what they meant.
fn golden(kind: Kind, schema: u16) -> (Vec<Vec<u8>>, serde_json::Value) {
    let bin = file(kind, schema, "bin");
    let bytes = std::fs::read(&bin)
        .unwrap_or_else(|error| panic!("{}: {error}; see the head of this file", bin.display()));
    let text = std::fs::read_to_string(file(kind, schema, "json")).unwrap();
    let meant: serde_json::Value = serde_json::from_str(&text).unwrap();
    let frames = cut(&bytes);
    for frame in &frames {
        assert_eq!(frame[4..6], schema.to_be_bytes(), "{}", bin.display());
    }
    let read = json(&decode_all(&frames));
    assert_eq!(read, meant, "{} is read differently", bin.display());
    (frames, meant)
}

#[test]
fn every_schema_has_its_golden_bytes_and_they_mean_the_same_today() {
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        update();
    }
    let mut expected = BTreeSet::new();
    for kind in KINDS {
        let name = kind.name;
        let all: Vec<_> = (1..=kind.schema).collect();
        assert_eq!(
            schemas(*kind).collect::<Vec<_>>(),
            all,
            "{name} lost a schema"
        );
        for schema in all {
            let (written, meant) = golden(*kind, schema);
            expected.extend(["bin", "json"].map(|end| file(*kind, schema, end)));
            if schema == kind.schema {
                let samples = envelopes(*kind);
                assert!(!samples.is_empty(), "{name} has no sample");
                assert_eq!(
                    json(&samples),
                    meant,
                    "{name} has other samples than its fixture"
                );
                assert_eq!(frames(&samples), written, "{name} is written differently");
            }
        }
    }
    let below = |folder: PathBuf| {
        std::fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().path())
    };
    let folders = below(fixtures()).filter(|path| path.is_dir());
    assert_eq!(folders.flat_map(below).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn what_is_released_is_as_it_was_released() {
    let list = std::fs::read_to_string(fixtures().join("released.sha256")).unwrap();
    assert!(list.lines().count() >= 31, "a release is never taken back");
    for line in list.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        let bytes = std::fs::read(fixtures().join(name)).unwrap();
        let found = format!("{:x}", sha2::Sha256::digest(bytes));
        assert_eq!(found, sum, "{name} is released: raise the schema instead");
    }
}

/// Settings became a list with schema 2 of `RuntimeStarted`; what the same settings
/// were in schema 1 they are today.
#[test]
fn the_settings_of_schema_1_are_what_they_were() {
    let kind = KINDS.iter().find(|k| k.name == "RuntimeStarted").unwrap();
    let (old, _) = golden(*kind, 1);
    // A setting that came later is not recorded there, and reads as before it.
    let settings = |all: Vec<Envelope>| -> Vec<_> {
        let each = all.into_iter().filter_map(|entry| match entry.event {
            Event::RuntimeStarted(started) => Some(started.settings.settings()),
            _ => None,
        });
        each.collect()
    };
    assert_eq!(settings(decode_all(&old)), settings(envelopes(*kind)));
}

#[test]
fn numbers_of_kinds_are_used_once() {
    let numbers: BTreeSet<u16> = KINDS.iter().map(|k| k.id).collect();
    assert_eq!(numbers.len(), KINDS.len());
}

#[test]
fn every_flipped_bit_and_every_truncation_is_refused() {
    for kind in KINDS {
        let frame = frames(&envelopes(*kind)).swap_remove(0);
        for bit in 0..frame.len() * 8 {
            let mut flipped = frame.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(
                codec::decode(None, &flipped).is_err(),
                "{} bit {bit}",
                kind.name
            );
        }
        for end in 0..frame.len() {
            assert!(
                codec::decode(None, &frame[..end]).is_err(),
                "{} cut at {end}",
                kind.name
            );
        }
        let longer = [frame.as_slice(), &[0]].concat();
        assert!(codec::decode(None, &longer).is_err());
    }
}

/// `frame` with `bytes` at `at` and a checksum that fits again.
fn forged(frame: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut frame = frame.to_vec();
    frame[at..at + bytes.len()].copy_from_slice(bytes);
    let mut crc = crc32fast::Hasher::new();
    crc.update(&frame[..48]);
    crc.update(&frame[52..]);
    frame[48..52].copy_from_slice(&crc.finalize().to_be_bytes());
    frame
}

#[test]
fn what_a_newer_version_wrote_is_named_and_refused() {
    let frame = frames(&envelopes(KINDS[0])).swap_remove(0);
    let newer =
        |at: usize, bytes: &[u8]| codec::decode(None, &forged(&frame, at, bytes)).unwrap_err();
    let expected = |part, found| DecodeError::Newer {
        seq: Seq(100),
        part,
        found,
    };
    assert_eq!(newer(1, &[2]), expected("format", 2));
    assert_eq!(newer(2, &[0x7f, 0xff]), expected("kind", 0x7fff));
    assert_eq!(newer(4, &[0, 9]), expected("schema", 9));
    assert_eq!(newer(6, &[0, 1]), expected("flag", 1));
    assert_eq!(
        newer(1, &[2]).to_string(),
        "entry 100 was written by a newer version of this program (format 2 is not known here)"
    );
}

#[test]
fn only_a_start_of_an_entry_has_a_length() {
    let frame = frames(&envelopes(KINDS[0])).swap_remove(0);
    assert_eq!(codec::length(&frame), Some(frame.len()));
    let foreign = [&[0], &frame[1..]].concat();
    assert_eq!(codec::length(&foreign), None, "another first byte");
    let most = u32::try_from(MAX_PAYLOAD).unwrap();
    let says = |payload: u32| {
        let mut frame = frame.clone();
        frame[44..48].copy_from_slice(&payload.to_be_bytes());
        codec::length(&frame)
    };
    assert_eq!(says(most), Some(52 + 16 * 1024 * 1024));
    assert_eq!(says(most + 1), None, "more than an entry holds");
}

#[test]
fn a_frame_stands_only_behind_its_own_predecessor() {
    let kind = KINDS.iter().find(|k| k.name == "RoutingDecided").unwrap();
    let frames = frames(&envelopes(*kind));
    let (_, first) = codec::decode(Some(Link::START), &frames[0]).unwrap();
    assert!(codec::decode(Some(first), &frames[1]).is_ok());
    assert_eq!(
        codec::decode(Some(first), &frames[2]),
        Err(DecodeError::Unlinked { seq: Seq(102) })
    );
    assert!(codec::decode(None, &frames[2]).is_ok());
}

#[test]
fn a_position_that_cannot_be_is_refused() {
    let frame = frames(&envelopes(KINDS[0])).swap_remove(0);
    for forged in [
        forged(&frame, 8, &0_u64.to_be_bytes()),
        forged(&frame, 32, &100_u64.to_be_bytes()),
    ] {
        assert!(matches!(
            codec::decode(None, &forged),
            Err(DecodeError::Damaged { .. })
        ));
    }
}

#[test]
fn an_event_beyond_the_limit_is_refused_when_written() {
    let mut envelope = envelopes(KINDS[17]).swap_remove(0);
    let Event::SourceFailed(failed) = &mut envelope.event else {
        panic!("the kinds have moved")
    };
    failed.fault = "x".repeat(4 << 20);
    assert!(codec::encode(Link::START, &envelope).is_ok());
    if let Event::SourceFailed(failed) = &mut envelope.event {
        failed.fault = "x".repeat(17 << 20);
    }
    assert!(codec::encode(Link::START, &envelope).is_err());
}

fn placed() -> impl Strategy<Value = Envelope> {
    let event = proptest::sample::select(samples::events());
    (
        1..u64::MAX,
        any::<i64>(),
        any::<u64>(),
        any::<u64>(),
        event,
        ".{0,200}",
    )
        .prop_map(|(seq, wall, tick, cause, mut event, text)| {
            if let Event::AssistantReplied(replied) = &mut event {
                replied.text = text.into();
            }
            let cause = Some(cause % seq).filter(|cause| *cause > 0).map(Seq);
            Envelope {
                seq: Seq(seq),
                wall: Wall(wall),
                tick: Tick(tick),
                cause,
                event,
            }
        })
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(link: u32, envelope in placed()) {
        let (frame, next) = codec::encode(Link(link), &envelope).unwrap();
        let (read, read_next) = codec::decode(Some(Link(link)), &frame).unwrap();
        prop_assert_eq!(read, envelope);
        prop_assert_eq!(read_next, next);
    }

    #[test]
    fn arbitrary_bytes_are_an_error_and_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(codec::decode(None, &bytes).is_err());
    }

    /// Behind a right checksum a payload can still be anything.
    #[test]
    fn arbitrary_payloads_never_panic(which in 0..KINDS.len(), payload in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut frame = vec![0xE5, 1];
        frame.extend(KINDS[which].id.to_be_bytes());
        frame.extend(KINDS[which].schema.to_be_bytes());
        frame.extend([0, 0]);
        frame.extend(7_u64.to_be_bytes());
        frame.extend([0; 28]);
        frame.extend(u32::try_from(payload.len()).unwrap().to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(payload);
        let frame = forged(&frame, 0, &[0xE5]);
        match codec::decode(None, &frame) {
            Ok((envelope, _)) => prop_assert_eq!(envelope.seq, Seq(7)),
            Err(error) => prop_assert!(matches!(error, DecodeError::Damaged { .. }), "{}", error),
        }
    }
}
