//! The stream below the text: integers, shared strings, classes, objects.
//!
//! Two tables grow while reading: strings (type encodings and class names) and
//! objects (objects, classes, C strings), each in the order first met; a byte
//! from 0x92 up refers back into the one that fits the place. The depth of
//! nesting lives on a heap stack, whose size the archive's own length bounds.

use super::Undecodable;

/// A two-byte integer follows.
const SHORT: u8 = 0x81;
/// A four-byte integer follows.
const LONG: u8 = 0x82;
/// A float or a double follows.
const REAL: u8 = 0x83;
/// Something not met before follows.
const NEW: u8 = 0x84;
/// Nothing stands here; also the end of a class chain.
const NIL: u8 = 0x85;
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
const CUT: &str = "it ends too early";
/// An encoding that messages are not known to have.
const FOREIGN: &str = "a type that messages do not have";

/// How far into an archive its reader has come.
pub(super) struct Stream<'a> {
    bytes: &'a [u8],
    at: usize,
    strings: Vec<&'a [u8]>,
    objects: Vec<Entry<'a>>,
}

/// An entry of the object table.
#[derive(Clone, Copy)]
enum Entry<'a> {
    /// A class and the entry of its superclass.
    Class(&'a [u8], Option<usize>),
    /// An object or a C string; nobody asks which.
    Other,
}

/// What is left to be read of something begun.
enum Open<'a> {
    /// Groups of an object until its end mark.
    Object,
    /// The values of a group, by their encoding.
    Group(&'a [u8]),
}

impl<'a> Stream<'a> {
    /// Begins behind the header.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Undecodable> {
        let mut stream = Self {
            bytes,
            at: 0,
            strings: Vec::new(),
            objects: Vec::new(),
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

    fn fail<T>(&self, why: &'static str) -> Result<T, Undecodable> {
        Err(Undecodable { why, at: self.at })
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Undecodable> {
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

    fn byte(&mut self) -> Result<u8, Undecodable> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over one byte that must stand here.
    pub(super) fn mark(&mut self, mark: u8, why: &'static str) -> Result<(), Undecodable> {
        if self.byte()? != mark {
            self.at -= 1;
            return self.fail(why);
        }
        Ok(())
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
    fn integer(&mut self) -> Result<(), Undecodable> {
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
    fn real(&mut self, width: usize) -> Result<(), Undecodable> {
        if self.peek() == Some(REAL) {
            self.at += 1;
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
    fn string(&mut self) -> Result<&'a [u8], Undecodable> {
        if self.peek() == Some(NEW) {
            self.at += 1;
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
    fn class_of_new(&mut self) -> Result<Option<usize>, Undecodable> {
        self.objects.push(Entry::Other);
        let first = self.objects.len();
        while self.peek() == Some(NEW) {
            self.at += 1;
            let name = self.string()?;
            self.integer()?;
            let parent = self.objects.len() + 1;
            self.objects.push(Entry::Class(name, Some(parent)));
        }
        let end = if self.peek() == Some(NIL) {
            self.at += 1;
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

    /// A class met before the entry `first`, so that no chain can bite its tail.
    fn class_reference(&mut self, first: usize) -> Result<usize, Undecodable> {
        let index = self.reference(first)?;
        match self.objects[index] {
            Entry::Class(..) => Ok(index),
            Entry::Other => self.fail("a class that is none"),
        }
    }

    /// Asks whether what follows the text is all there. Attributes decide nothing
    /// here, so one that cannot be followed ends the question; a cut is damage.
    pub(super) fn whole(&mut self) -> Result<(), Undecodable> {
        match self.attributes() {
            Err(error) if error.why == CUT => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn attributes(&mut self) -> Result<(), Undecodable> {
        let mut open = vec![Open::Object];
        while let Some(top) = open.pop() {
            match top {
                Open::Object if self.peek() == Some(END) => self.at += 1,
                Open::Object => {
                    open.push(Open::Object);
                    open.push(Open::Group(self.string()?));
                }
                Open::Group(encoding) => self.value(encoding, &mut open)?,
            }
        }
        Ok(())
    }

    /// Reads the first value of a group and leaves the rest of it open.
    fn value(&mut self, encoding: &'a [u8], open: &mut Vec<Open<'a>>) -> Result<(), Undecodable> {
        let Some((kind, mut rest)) = encoding.split_first() else {
            return Ok(());
        };
        if *kind == b'[' {
            rest = self.elements(rest)?;
        }
        open.push(Open::Group(rest));
        match kind {
            b'@' => self.child(open)?,
            b'*' => self.c_string()?,
            b'%' => self.string().map(drop)?,
            b'+' => self.counted().map(drop)?,
            b'c' | b'C' | b'B' => self.byte().map(drop)?,
            b's' | b'S' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q' => self.integer()?,
            b'f' => self.real(4)?,
            b'd' => self.real(8)?,
            b'[' => {}
            _ => return self.fail(FOREIGN),
        }
        Ok(())
    }

    /// A fixed array of bytes, as data objects have it, from behind its bracket;
    /// the result is the rest of the encoding.
    fn elements(&mut self, encoding: &'a [u8]) -> Result<&'a [u8], Undecodable> {
        let digits = encoding.iter().take_while(|b| b.is_ascii_digit()).count();
        let (count, rest) = encoding.split_at(digits);
        let count = std::str::from_utf8(count).ok().and_then(|n| n.parse().ok());
        let rest = rest
            .strip_prefix(b"c]")
            .or_else(|| rest.strip_prefix(b"C]"));
        let (Some(count), Some(rest)) = (count, rest) else {
            return self.fail(FOREIGN);
        };
        self.take(count)?;
        Ok(rest)
    }

    fn child(&mut self, open: &mut Vec<Open<'a>>) -> Result<(), Undecodable> {
        match self.peek() {
            Some(NEW) => {
                self.at += 1;
                self.class_of_new()?;
                open.push(Open::Object);
            }
            Some(NIL) => self.at += 1,
            _ => drop(self.reference(self.objects.len())?),
        }
        Ok(())
    }

    fn c_string(&mut self) -> Result<(), Undecodable> {
        match self.peek() {
            Some(NEW) => {
                self.at += 1;
                self.objects.push(Entry::Other);
                self.string().map(drop)
            }
            Some(NIL) => self.mark(NIL, "no C string"),
            _ => self.reference(self.objects.len()).map(drop),
        }
    }
}
