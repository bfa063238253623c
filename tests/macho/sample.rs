//! Made-up Mach-O images, with just what the checks read and any one fault.

use sha2::{Digest as _, Sha256};

/// One image; the default has no fault.
pub(crate) struct Sample {
    pub(crate) intel: bool,
    pub(crate) platform: u32,
    pub(crate) minimum: (u32, u32),
    pub(crate) library: &'static str,
    pub(crate) rpath: Option<&'static str>,
    /// What stands in its data.
    pub(crate) text: &'static str,
    pub(crate) signed: bool,
    /// Of the signature.
    pub(crate) flags: u32,
    /// A byte was changed after signing.
    pub(crate) flipped: bool,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            intel: false,
            platform: 1,
            minimum: (13, 0),
            library: "/usr/lib/libSystem.B.dylib",
            rpath: None,
            text: "some text",
            signed: true,
            flags: 0x2_0002,
            flipped: false,
        }
    }
}

const LC_LOAD_DYLIB: u32 = 0xc;
const LC_RPATH: u32 = 0x8000_001c;
const LC_CODE_SIGNATURE: u32 = 0x1d;
const LC_BUILD_VERSION: u32 = 0x32;
/// Where the commands end and the data begins, and where that ends.
const DATA: usize = 0x1000;
const END: usize = 0x1800;

impl Sample {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let minimum = self.minimum.0 << 16 | self.minimum.1 << 8;
        let mut commands = vec![
            little(&[LC_BUILD_VERSION, 24, self.platform, minimum, minimum, 0]),
            named(LC_LOAD_DYLIB, &[24, 0, 0, 0], self.library),
        ];
        commands.extend(self.rpath.map(|path| named(LC_RPATH, &[12], path)));
        if self.signed {
            let (place, size) = (0x1800, u32::try_from(SIGNATURE).expect("small"));
            commands.push(little(&[LC_CODE_SIGNATURE, 16, place, size]));
        }
        let (cpu, kind) = if self.intel {
            (0x100_0007, 3)
        } else {
            (0x100_000c, 0)
        };
        let count = u32::try_from(commands.len()).expect("few");
        let commands = commands.concat();
        let size = u32::try_from(commands.len()).expect("small");
        let mut bytes = little(&[0xfeed_facf, cpu, kind, 2, count, size, 0, 0]);
        bytes.extend(commands);
        bytes.resize(DATA, 0);
        bytes.extend(self.text.as_bytes());
        bytes.resize(END, 0);
        if self.signed {
            bytes.extend(self.signature(&bytes));
        }
        if self.flipped {
            // In the padding after the load commands.
            bytes[DATA - 1] ^= 1;
        }
        bytes
    }

    /// One code directory with a hash for each page.
    fn signature(&self, signed: &[u8]) -> Vec<u8> {
        let hashes: Vec<u8> = signed.chunks(0x1000).flat_map(Sha256::digest).collect();
        let length = u32::try_from(SIGNATURE).expect("small");
        let limit = u32::try_from(signed.len()).expect("small");
        let mut bytes = big(&[0xfade_0cc0, length, 1, 0, 20]);
        bytes.extend(big(&[
            0xfade_0c02,
            length - 20,
            0x2_0000,
            self.flags,
            HEADER + 2,
            HEADER,
            0,
            2,
            limit,
        ]));
        // Size and kind of a hash, platform, the page's power of two; then a word that is not used.
        bytes.extend([32, 2, 0, 12, 0, 0, 0, 0]);
        bytes.extend(b"x\0");
        bytes.extend(hashes);
        assert_eq!(bytes.len(), SIGNATURE);
        bytes
    }
}

/// Bytes of a code directory before the name, and of the whole signature.
const HEADER: u32 = 44;
const SIGNATURE: usize = 20 + 44 + 2 + 2 * 32;

/// The images as one file.
pub(crate) fn universal(images: &[Vec<u8>]) -> Vec<u8> {
    let mut header = vec![0xcafe_babe, u32::try_from(images.len()).expect("few")];
    let mut body = Vec::new();
    for image in images {
        let read = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|next| image[at + next]));
        let place = u32::try_from(0x4000 + body.len()).expect("small");
        let size = u32::try_from(image.len()).expect("small");
        header.extend([read(4), read(8), place, size, 14]);
        body.extend(image);
        body.resize(body.len().next_multiple_of(0x4000), 0);
    }
    let mut bytes = big(&header);
    bytes.resize(0x4000, 0);
    bytes.extend(body);
    bytes
}

/// A load command that ends in a string.
fn named(command: u32, words: &[u32], name: &str) -> Vec<u8> {
    let text = 8 + words.len() * 4;
    let size = (text + name.len() + 1).next_multiple_of(8);
    let mut bytes = little(&[command, u32::try_from(size).expect("small")]);
    bytes.extend(little(words));
    bytes.extend(name.as_bytes());
    bytes.resize(size, 0);
    bytes
}

fn little(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn big(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}
