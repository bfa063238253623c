//! The frame in which everything goes over the control socket: what is handed
//! over, what is asked, what is answered. Magic, version u8, length u32, crc32
//! u32 (big endian), then the content.
//!
//! The reader trusts nothing: what does not pass is refused with a sentence that
//! holds none of its content.

/// Bytes before the content.
pub const HEADER: usize = 12;

/// Largest payload of a notify or attention; longer ones are cut by who hands over.
pub const MAX_TEXT: usize = 4 << 20;
/// Largest frame: the payload and what is known of its origin.
pub const MAX_FRAME: usize = MAX_TEXT + (256 << 10);

const VERSION: u8 = 1;

/// Why a frame is not a hand-over, or cannot become one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandOverError {
    #[error("the hand-over is larger than {MAX_FRAME} bytes")]
    TooLarge,
    #[error("the hand-over is damaged: {0}")]
    Damaged(&'static str),
    #[error("the hand-over was made by another version of this program (version {0})")]
    Version(u8),
}

/// What a frame holds, by its magic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something that is handed over; bincode.
    HandOver,
    /// A question; JSON.
    Question,
    /// The answer to a question; JSON.
    Answer,
}

impl Kind {
    const ALL: [Self; 3] = [Self::HandOver, Self::Question, Self::Answer];

    const fn magic(self) -> [u8; 3] {
        match self {
            Self::HandOver => *b"CXH",
            Self::Question => *b"CXQ",
            Self::Answer => *b"CXA",
        }
    }

    /// Largest frame of this kind.
    pub const fn most(self) -> usize {
        match self {
            Self::HandOver => MAX_FRAME,
            Self::Question => 4 << 10,
            Self::Answer => 256 << 10,
        }
    }
}

/// The frame around a content.
pub fn wrap(kind: Kind, content: &[u8]) -> Result<Vec<u8>, HandOverError> {
    let length = u32::try_from(content.len()).map_err(|_| HandOverError::TooLarge)?;
    if HEADER + content.len() > kind.most() {
        return Err(HandOverError::TooLarge);
    }
    let mut frame = Vec::with_capacity(HEADER + content.len());
    frame.extend(kind.magic());
    frame.push(VERSION);
    frame.extend(length.to_be_bytes());
    frame.extend(crc32fast::hash(content).to_be_bytes());
    frame.extend(content);
    Ok(frame)
}

/// What a header announces, and how many bytes follow it.
pub fn announced(header: &[u8; HEADER]) -> Result<(Kind, usize), HandOverError> {
    let [m0, m1, m2, version, l0, l1, l2, l3, ..] = *header;
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| kind.magic() == [m0, m1, m2])
        .ok_or(HandOverError::Damaged("it does not begin like one"))?;
    if version != VERSION {
        return Err(HandOverError::Version(version));
    }
    let length = usize::try_from(u32::from_be_bytes([l0, l1, l2, l3]));
    length
        .ok()
        .filter(|length| *length <= kind.most() - HEADER)
        .map(|length| (kind, length))
        .ok_or(HandOverError::TooLarge)
}

/// The content of a whole frame.
pub fn unwrap(frame: &[u8]) -> Result<(Kind, &[u8]), HandOverError> {
    let (header, content) = frame
        .split_first_chunk()
        .ok_or(HandOverError::Damaged("it is too short"))?;
    let (kind, following) = announced(header)?;
    if following != content.len() {
        return Err(HandOverError::Damaged("it has not the length it says"));
    }
    if !header.ends_with(&crc32fast::hash(content).to_be_bytes()) {
        return Err(HandOverError::Damaged("its checksum does not match"));
    }
    Ok((kind, content))
}
