//! The keyboard: raw mode, bracketed paste, and nothing more.

use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

const PASTE: &[u8] = b"\x1b[200~";
const PASTED: &[u8] = b"\x1b[201~";

/// What was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Typed or pasted.
    Text(String),
    Enter,
    Escape,
    Backspace,
    /// Ctrl-C.
    Interrupt,
}

/// The terminal in raw mode; dropping it gives it back as it was.
pub(super) struct Keys {
    before: Termios,
    pending: Vec<u8>,
}

impl Keys {
    pub(super) fn open() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        Ok(Self {
            before,
            pending: Vec::new(),
        })
    }

    /// The keys pressed meanwhile; none if the time ran out first.
    pub(super) fn wait(&mut self, patience: Duration) -> io::Result<Vec<Key>> {
        let stdin = io::stdin();
        let timeout = Timespec::try_from(patience).map_err(io::Error::other)?;
        let mut ready = [PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::IN)];
        match poll(&mut ready, Some(&timeout)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(Vec::new()),
            Ok(_) => {}
            Err(errno) => return Err(errno.into()),
        }
        let mut bytes = [0; 4096];
        let read = stdin.lock().read(&mut bytes)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.pending.extend_from_slice(&bytes[..read]);
        Ok(take_keys(&mut self.pending))
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // The terminal may be gone already, and then nothing needs restoring.
        let _gone = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}

/// Takes whole keys off the front; an unfinished paste or letter stays.
pub(super) fn take_keys(pending: &mut Vec<u8>) -> Vec<Key> {
    let mut keys = Vec::new();
    while let Some((key, used)) = first_key(pending) {
        pending.drain(..used);
        keys.extend(key);
    }
    keys
}

fn first_key(bytes: &[u8]) -> Option<(Option<Key>, usize)> {
    if let Some(rest) = bytes.strip_prefix(PASTE) {
        let end = rest.windows(PASTED.len()).position(|at| at == PASTED)?;
        // Codex drops control characters too.
        let text = String::from_utf8_lossy(&rest[..end]).replace('\r', "\n");
        let text = text.replace(|c: char| c.is_control() && c != '\n' && c != '\t', "");
        return Some((Some(Key::Text(text)), PASTE.len() + end + PASTED.len()));
    }
    let key = match *bytes.first()? {
        b'\r' => Key::Enter,
        3 => Key::Interrupt,
        8 | 127 => Key::Backspace,
        0x1b if bytes.len() > 1 => return Some((None, sequence(bytes))),
        0x1b => Key::Escape,
        byte if byte < b' ' => return Some((None, 1)),
        _ => return letters(bytes),
    };
    Some((Some(key), 1))
}

/// The length of an escape sequence such as an arrow key's.
fn sequence(bytes: &[u8]) -> usize {
    if bytes[1] != b'[' {
        return 2;
    }
    let end = bytes[2..]
        .iter()
        .position(|byte| (0x40..=0x7e).contains(byte));
    end.map_or(bytes.len(), |end| end + 3)
}

/// The text up to the next control character.
fn letters(bytes: &[u8]) -> Option<(Option<Key>, usize)> {
    let end = bytes.iter().position(|byte| *byte < b' ' || *byte == 127);
    let end = end.unwrap_or(bytes.len());
    let (text, used) = match std::str::from_utf8(&bytes[..end]) {
        Ok(text) => (text.to_owned(), end),
        // The rest of a letter may still be on its way.
        Err(cut) if cut.valid_up_to() == 0 && cut.error_len().is_none() => return None,
        Err(cut) => {
            let used = cut.valid_up_to().max(1);
            (String::from_utf8_lossy(&bytes[..used]).into_owned(), used)
        }
    };
    Some((Some(Key::Text(text)), used))
}
