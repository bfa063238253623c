//! The stream below the text: integers, shared strings, classes, objects.
//!
//! Two tables grow while reading: strings (type encodings and class names) and
//! objects (objects, classes, C strings), each in the order first met; a byte
//! from 0x92 up refers back into the one that fits the place. No position is
//! read that the archive does not have.

use std::fmt;

/// Why a body is not understood. It says where, never what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecodable {
    /// What was expected or wrong.
    pub why: &'static str,
    /// How many bytes had been understood.
    pub at: usize,
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the attributed body is not understood: {} at byte {}",
            self.why, self.at
        )
    }
}

impl std::error::Error for Undecodable {}

/// A two-byte integer follows.
const SHORT: u8 = 0x81;
/// A four-byte integer follows.
const LONG: u8 = 0x82;
/// A float or a double follows.
const REAL: u8 = 0x83;
/// Something not met before follows.
pub(super) const NEW: u8 = 0x84;
/// Nothing stands here; also the end of a class chain.
pub(super) const NIL: u8 = 0x85;
/// An object ends.
pub(super) const END: u8 = 0x86;
/// An eight-byte integer follows.
const WIDE: u8 = 0x87;
/// The last byte that is a tag and no number.
const LAST_TAG: u8 = 0x91;
/// The first byte that is a reference: entry 0.
const FIRST_REFERENCE: u8 = 0x92;
/// Streamer version 4, little endian, system version 1000.
const HEADER: &[u8; 16] = b"\x04\x0Bstreamtyped\x81\xE8\x03";

/// The archive ends before what it announces.
pub(super) const CUT: &str = "it ends too early";

/// How far into an archive its reader has come.
pub(super) struct Stream<'a> {
    bytes: &'a [u8],
    at: usize,
    strings: Vec<&'a [u8]>,
    objects: Vec<Entry<'a>>,
    /// Strings that were passed, where somebody asks for them.
    pub(super) inside: Option<Vec<&'a [u8]>>,
}

/// An entry of the object table.
#[derive(Clone, Copy)]
enum Entry<'a> {
    /// A class and the entry of its superclass.
    Class(&'a [u8], Option<usize>),
    /// An object or a C string; nobody asks which.
    Other,
}

impl<'a> Stream<'a> {
    /// Begins behind the header.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Undecodable> {
        let mut stream = Self {
            bytes,
            at: 0,
            strings: Vec::new(),
            objects: Vec::new(),
            inside: None,
        };
        if !bytes.starts_with(HEADER) {
            return stream.fail("no typedstream header");
        }
        stream.at = HEADER.len();
        Ok(stream)
    }

    /// How many bytes are read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn fail<T>(&self, why: &'static str) -> Result<T, Undecodable> {
        Err(Undecodable { why, at: self.at })
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Undecodable> {
        let end = self.at.checked_add(count);
        let Some(taken) = end.and_then(|end| self.bytes.get(self.at..end)) else {
            return self.fail(CUT);
        };
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Undecodable> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Undecodable> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Passes over this byte if it stands here.
    pub(super) fn eat(&mut self, mark: u8) -> bool {
        let here = self.bytes.get(self.at) == Some(&mark);
        self.at += usize::from(here);
        here
    }

    /// Passes over one byte that must stand here.
    pub(super) fn mark(&mut self, mark: u8, why: &'static str) -> Result<(), Undecodable> {
        if self.eat(mark) {
            return Ok(());
        }
        self.byte()?;
        self.fail(why)
    }

    /// A length or count: never negative, whatever its width.
    fn unsigned(&mut self) -> Result<usize, Undecodable> {
        match self.byte()? {
            head @ 0..=0x7F => Ok(usize::from(head)),
            SHORT => Ok(usize::from(u16::from_le_bytes(self.array()?))),
            LONG => {
                let wide = u32::from_le_bytes(self.array()?);
                usize::try_from(wide).or_else(|_| self.fail("a length beyond this machine"))
            }
            _ => self.fail("not a length"),
        }
    }

    /// An integer whose value does not matter.
    pub(super) fn integer(&mut self) -> Result<(), Undecodable> {
        let width = match self.byte()? {
            SHORT => 2,
            LONG => 4,
            WIDE => 8,
            REAL..=LAST_TAG => return self.fail("not an integer"),
            _ => 0,
        };
        self.take(width).map(drop)
    }

    /// A float or double whose value does not matter; round ones are stored as integers.
    pub(super) fn real(&mut self, width: usize) -> Result<(), Undecodable> {
        if self.eat(REAL) {
            return self.take(width).map(drop);
        }
        self.integer()
    }

    /// Bytes behind their count.
    pub(super) fn counted(&mut self) -> Result<&'a [u8], Undecodable> {
        let count = self.unsigned()?;
        self.take(count)
    }

    /// A reference into a table of `len` entries.
    fn reference(&mut self, len: usize) -> Result<usize, Undecodable> {
        let number = match self.byte()? {
            SHORT => i32::from(i16::from_le_bytes(self.array()?)),
            LONG => i32::from_le_bytes(self.array()?),
            REAL..=LAST_TAG => return self.fail("not a reference"),
            head => i32::from(head.cast_signed()),
        };
        let first = i32::from(FIRST_REFERENCE.cast_signed());
        let index = number
            .checked_sub(first)
            .and_then(|n| usize::try_from(n).ok());
        match index {
            Some(index) if index < len => Ok(index),
            _ => self.fail("a reference to nothing"),
        }
    }

    /// A string of the shared table, new or met before.
    pub(super) fn string(&mut self) -> Result<&'a [u8], Undecodable> {
        if self.eat(NEW) {
            let new = self.counted()?;
            self.strings.push(new);
            return Ok(new);
        }
        let index = self.reference(self.strings.len())?;
        Ok(self.strings[index])
    }

    /// The head of a group, which must have this encoding.
    pub(super) fn group(&mut self, encoding: &str) -> Result<(), Undecodable> {
        if self.string()? != encoding.as_bytes() {
            return self.fail("another type than a message has here");
        }
        Ok(())
    }

    /// The head of a new object, which must be of this class or a subclass.
    pub(super) fn object(&mut self, ancestor: &str) -> Result<(), Undecodable> {
        self.mark(NEW, "no object where one belongs")?;
        let mut class = self.class_of_new()?;
        while let Some(Entry::Class(name, parent)) = class.map(|index| self.objects[index]) {
            if name == ancestor.as_bytes() {
                return Ok(());
            }
            class = parent;
        }
        self.fail("an object of another class")
    }

    /// Enters a new object into the table and reads its class chain; the
    /// result is the entry of its class.
    pub(super) fn class_of_new(&mut self) -> Result<Option<usize>, Undecodable> {
        self.enter();
        let first = self.objects.len();
        while self.eat(NEW) {
            let name = self.string()?;
            self.integer()?;
            let parent = self.objects.len() + 1;
            self.objects.push(Entry::Class(name, Some(parent)));
        }
        let end = if self.eat(NIL) {
            None
        } else {
            Some(self.class_reference(first)?)
        };
        // Each new class points at the next entry; the last one at the chain's end.
        if let Some(Entry::Class(_, parent)) =
            self.objects.get_mut(first..).and_then(<[_]>::last_mut)
        {
            *parent = end;
            return Ok(Some(first));
        }
        Ok(end)
    }

    /// Gives the next entry of the object table to something that is no class.
    pub(super) fn enter(&mut self) {
        self.objects.push(Entry::Other);
    }

    /// A reference to something in the object table.
    pub(super) fn known(&mut self) -> Result<(), Undecodable> {
        self.reference(self.objects.len()).map(drop)
    }

    /// A class met before the entry `first`, so that no chain can bite its tail.
    fn class_reference(&mut self, first: usize) -> Result<usize, Undecodable> {
        let index = self.reference(first)?;
        match self.objects[index] {
            Entry::Class(..) => Ok(index),
            Entry::Other => self.fail("a class that is none"),
        }
    }
}
