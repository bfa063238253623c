//! What follows the text: runs and their attributes, of any type. They decide
//! nothing here; reading them shows whether the archive is whole. The depth of
//! nesting lives on a heap stack, whose size the archive's own length bounds.

use super::Undecodable;
use super::stream::{CUT, END, NEW, NIL, Stream};

/// An encoding that messages are not known to have.
const FOREIGN: &str = "a type that messages do not have";

/// What is left to be read of something begun.
enum Open<'a> {
    /// Groups of an object until its end mark.
    Object,
    /// The values of a group, by their encoding.
    Group(&'a [u8]),
}

impl<'a> Stream<'a> {
    /// Asks whether what follows the text is all there. Attributes decide nothing
    /// here, so one that cannot be followed ends the question; a cut is damage.
    pub(super) fn whole(&mut self) -> Result<(), Undecodable> {
        match self.attributes() {
            Err(error) if error.why == CUT => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The bytes of all strings from here on, in their order, as far as they can be followed.
    /// The name of an attribute stands before its value.
    pub(super) fn strings_inside(&mut self) -> Vec<&'a [u8]> {
        self.inside = Some(Vec::new());
        let _as_far_as_it_goes = self.attributes();
        self.inside.take().unwrap_or_default()
    }

    fn attributes(&mut self) -> Result<(), Undecodable> {
        let mut open = vec![Open::Object];
        while let Some(top) = open.pop() {
            match top {
                Open::Object if self.eat(END) => {}
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
            b'+' => {
                let text = self.counted()?;
                if let Some(inside) = &mut self.inside {
                    inside.push(text);
                }
            }
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
        if self.eat(NEW) {
            self.class_of_new()?;
            open.push(Open::Object);
        } else if !self.eat(NIL) {
            self.known()?;
        }
        Ok(())
    }

    fn c_string(&mut self) -> Result<(), Undecodable> {
        if self.eat(NEW) {
            self.enter();
            self.string()?;
        } else if !self.eat(NIL) {
            self.known()?;
        }
        Ok(())
    }
}
