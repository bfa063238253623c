//! An entry of the log as bytes: a fixed header, then the event's payload.
//!
//! bincode neither describes nor checks itself: 71 % of single flipped bits
//! decode to something. So every frame is checksummed, names its kind and
//! schema by number, and carries the checksum of the frame before it. A frame
//! that is not understood is refused, never skipped and never guessed at.
//!
//! Big endian: magic u8, format u8, kind u16, schema u16, flags u16, seq u64,
//! wall i64, tick u64, cause u64, link u32, payload length u32, crc32 u32.
//! Every later format keeps magic, format, length and checksum in their places.

use crate::envelope::Envelope;
use crate::event::Event;
use crate::id::Seq;
use crate::time::{Tick, Wall};
use crate::upcast::{self, MAX_PAYLOAD};

/// The format this version writes.
pub const FORMAT: u8 = 1;

const MAGIC: u8 = 0xE5;
const LENGTH_AT: usize = 44;
const CRC_AT: usize = 48;
const HEADER: usize = 52;

/// What ties a frame to the one before it: that frame's checksum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link(pub u32);

impl Link {
    /// Stands before the first frame.
    pub const START: Self = Self(0);
}

/// Why an entry cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Nothing was written.
    #[error("a {kind} event is larger than the {MAX_PAYLOAD} bytes that an entry of the log holds")]
    TooLarge { kind: &'static str },
}

/// Why a frame is not an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are not what was written.
    #[error("the entry is damaged: {what}")]
    Damaged { what: &'static str },
    /// The bytes are whole, but stand in the wrong place.
    #[error("entry {seq} does not follow the entry before it")]
    Unlinked { seq: Seq },
    /// The bytes are whole, but this version does not know what they mean.
    #[error(
        "entry {seq} was written by a newer version of this program ({part} {found} is not known here)"
    )]
    Newer {
        seq: Seq,
        part: &'static str,
        found: u16,
    },
}

/// The frame of `envelope`, standing behind the frame that `previous` names.
pub fn encode(previous: Link, envelope: &Envelope) -> Result<(Vec<u8>, Link), EncodeError> {
    let kind = upcast::kind(&envelope.event);
    let too_large = EncodeError::TooLarge { kind: kind.name };
    let payload = upcast::payload(&envelope.event).map_err(|_| too_large.clone())?;
    let length = u32::try_from(payload.len()).map_err(|_| too_large)?;

    let mut frame = Vec::with_capacity(HEADER + payload.len());
    frame.extend([MAGIC, FORMAT]);
    frame.extend(kind.id.to_be_bytes());
    frame.extend(kind.schema.to_be_bytes());
    frame.extend(0_u16.to_be_bytes());
    frame.extend(envelope.seq.0.to_be_bytes());
    frame.extend(envelope.wall.0.to_be_bytes());
    frame.extend(envelope.tick.0.to_be_bytes());
    frame.extend(envelope.cause.map_or(0, |cause| cause.0).to_be_bytes());
    frame.extend(previous.0.to_be_bytes());
    frame.extend(length.to_be_bytes());
    let crc = checksum(&frame, &payload);
    frame.extend(crc.to_be_bytes());
    frame.extend(payload);
    Ok((frame, Link(crc)))
}

/// The entry in `frame`. With `previous`, the frame must stand behind that one.
pub fn decode(previous: Option<Link>, frame: &[u8]) -> Result<(Envelope, Link), DecodeError> {
    let crc = verified(frame)?;
    let header = Header::read(frame).ok_or(damaged("it is too short"))?;
    let seq = Seq(header.seq);
    let newer = |part, found| DecodeError::Newer { seq, part, found };
    if header.format != FORMAT {
        return Err(newer("format", u16::from(header.format)));
    }
    if header.flags != 0 {
        return Err(newer("flag", header.flags));
    }
    if previous.is_some_and(|previous| previous.0 != header.link) {
        return Err(DecodeError::Unlinked { seq });
    }
    if seq.0 == 0 || header.cause >= seq.0 {
        return Err(damaged("its position makes no sense"));
    }
    let payload = frame.get(HEADER..).unwrap_or_default();
    let event = event(&header, payload)?;
    let envelope = Envelope {
        seq,
        wall: Wall(header.wall),
        tick: Tick(header.tick),
        cause: (header.cause != 0).then_some(Seq(header.cause)),
        event,
    };
    Ok((envelope, Link(crc)))
}

/// The length of the frame whose first bytes are `start`, as its header says;
/// `None` if that is not the start of a frame.
pub fn length(start: &[u8]) -> Option<usize> {
    let payload = u32::from_be_bytes(take(start, LENGTH_AT)?);
    let fits = start.first() == Some(&MAGIC) && u64::from(payload) <= MAX_PAYLOAD;
    fits.then(|| usize::try_from(payload).ok()?.checked_add(HEADER))?
}

/// The frame's checksum, once it is known to be right.
fn verified(frame: &[u8]) -> Result<u32, DecodeError> {
    let length = length(frame).ok_or(damaged("it does not begin like an entry"))?;
    if frame.len() != length {
        return Err(damaged("it has not the length it says"));
    }
    let (head, rest) = frame.split_at(CRC_AT);
    let crc = u32::from_be_bytes(take(rest, 0).ok_or(damaged("it is too short"))?);
    if crc != checksum(head, rest.get(4..).unwrap_or_default()) {
        return Err(damaged("its checksum does not match"));
    }
    Ok(crc)
}

fn event(header: &Header, payload: &[u8]) -> Result<Event, DecodeError> {
    match upcast::event(header.kind, header.schema, payload) {
        Ok(event) => Ok(event),
        Err(upcast::Strange::Payload) => Err(damaged("its content is not of its kind")),
        Err(upcast::Strange::Kind) => Err(DecodeError::Newer {
            seq: Seq(header.seq),
            part: "kind",
            found: header.kind,
        }),
        Err(upcast::Strange::Schema) => Err(DecodeError::Newer {
            seq: Seq(header.seq),
            part: "schema",
            found: header.schema,
        }),
    }
}

struct Header {
    format: u8,
    kind: u16,
    schema: u16,
    flags: u16,
    seq: u64,
    wall: i64,
    tick: u64,
    cause: u64,
    link: u32,
}

impl Header {
    fn read(frame: &[u8]) -> Option<Self> {
        Some(Self {
            format: *frame.get(1)?,
            kind: u16::from_be_bytes(take(frame, 2)?),
            schema: u16::from_be_bytes(take(frame, 4)?),
            flags: u16::from_be_bytes(take(frame, 6)?),
            seq: u64::from_be_bytes(take(frame, 8)?),
            wall: i64::from_be_bytes(take(frame, 16)?),
            tick: u64::from_be_bytes(take(frame, 24)?),
            cause: u64::from_be_bytes(take(frame, 32)?),
            link: u32::from_be_bytes(take(frame, 40)?),
        })
    }
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn checksum(head: &[u8], payload: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(head);
    crc.update(payload);
    crc.finalize()
}

const fn damaged(what: &'static str) -> DecodeError {
    DecodeError::Damaged { what }
}
