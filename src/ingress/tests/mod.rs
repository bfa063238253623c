//! Hand-overs arrive whole, once their sender was told so, or stay where they were.

mod inbox;
mod socket;

use super::hand_over_frame::{self, HandOver, HandOverError, MAX_TEXT};
use events::event::Origin;
use events::input::{Attention, Notify};
use events::{InputKey, Pane, Wall};
use proptest::prelude::*;

pub(crate) fn notify(key: &str, raw: &str) -> HandOver {
    HandOver::Notify(Notify {
        key: InputKey::parse(key).unwrap(),
        raw: raw.into(),
        origin: Origin {
            cwd: "/srv/api-server".into(),
            pane: Some(Pane {
                socket: "/tmp/tmux-501/default".into(),
                id: "%7".into(),
            }),
            parent: "codex".into(),
        },
        at: Wall(1_795_000_000_000),
    })
}

fn attention(key: &str) -> HandOver {
    HandOver::Attention(Attention {
        key: InputKey::parse(key).unwrap(),
        cwd: "/srv".into(),
        need: "a decision".into(),
        to: Some("+15555550123".into()),
    })
}

#[test]
fn a_hand_over_is_read_as_it_was_written() {
    for hand_over in [
        notify("1-a", "{}"),
        notify("2", &"ü".repeat(MAX_TEXT / 2)),
        attention("3"),
    ] {
        let frame = hand_over_frame::encode(&hand_over).unwrap();
        assert!(hand_over_frame::decode(&frame).unwrap() == hand_over);
    }
}

#[test]
fn no_damage_passes() {
    let frame = hand_over_frame::encode(&notify("1", "{\"type\":\"x\"}")).unwrap();
    for bit in 0..frame.len() * 8 {
        let mut flipped = frame.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(hand_over_frame::decode(&flipped).is_err(), "bit {bit}");
    }
    for end in 0..frame.len() {
        assert!(
            hand_over_frame::decode(&frame[..end]).is_err(),
            "cut at {end}"
        );
    }
}

#[test]
fn another_version_and_a_size_beyond_reason_are_named() {
    let mut frame = hand_over_frame::encode(&notify("1", "{}")).unwrap();
    frame[3] = 2;
    assert_eq!(
        hand_over_frame::decode(&frame),
        Err(HandOverError::Version(2))
    );
    frame[3] = 1;
    frame[4] = 0x7f;
    assert_eq!(
        hand_over_frame::decode(&frame),
        Err(HandOverError::TooLarge)
    );
    let large = notify("1", &"x".repeat(MAX_TEXT * 2));
    assert_eq!(
        hand_over_frame::encode(&large),
        Err(HandOverError::TooLarge)
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(content in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(hand_over_frame::decode(&content).is_err());
        let mut frame = b"CXH\x01".to_vec();
        frame.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        frame.extend(crc32fast::hash(&content).to_be_bytes());
        frame.extend(&content);
        // A right checksum over nonsense: an error, or by luck a hand-over with a proper key.
        if let Ok(hand_over) = hand_over_frame::decode(&frame) {
            prop_assert!(InputKey::parse(hand_over.key().as_str()).is_some());
        }
    }
}
