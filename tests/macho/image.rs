//! What the bytes of a Mach-O program say, and what is wrong with it. A universal
//! one is looked at slice by slice, as macOS does.

use object::macho::{self, MachHeader64};
use object::read::macho::{
    CodeDirectory, FatArch as _, LoadCommandData, LoadCommandVariant, MachHeader as _,
    MachOFatFile32,
};
use object::{BigEndian, Endianness, FileKind};
use sha2::{Digest as _, Sha256};

/// What is wanted of a program.
pub(crate) struct Wanted {
    /// There has to be a slice for each of these.
    pub(crate) architectures: Vec<String>,
    /// The oldest macOS that it runs on.
    pub(crate) minimum: String,
    /// Beginnings of paths that may not be in it.
    pub(crate) foreign: Vec<String>,
}

/// One slice.
pub(crate) struct Image {
    pub(crate) architecture: String,
    macos: bool,
    minimum: String,
    pub(crate) libraries: Vec<String>,
    searched: Vec<String>,
    /// Whether it is signed, and if so, why that does not hold.
    signature: Option<Result<(), String>>,
}

impl Wanted {
    /// Everything that is wrong with a program.
    pub(crate) fn faults(&self, bytes: &[u8]) -> Vec<String> {
        let images: Vec<_> =
            match slices(bytes).and_then(|slices| slices.into_iter().map(Image::read).collect()) {
                Ok(images) => images,
                Err(error) => return vec![format!("it is no program for macOS: {error}")],
            };
        let mut faults = Vec::new();
        for wanted in &self.architectures {
            if !images.iter().any(|image| image.architecture == *wanted) {
                faults.push(format!("there is nothing for {wanted}"));
            }
        }
        for image in &images {
            let found = image.faults(&self.minimum);
            faults.extend(found.map(|fault| format!("{}: {fault}", image.architecture)));
        }
        let told = self
            .foreign
            .iter()
            .filter_map(|start| mention(bytes, start));
        faults.extend(
            told.map(|path| format!("it holds a path of the machine that built it: {path}")),
        );
        faults
    }
}

impl Image {
    /// Reads one slice.
    pub(crate) fn read(bytes: &[u8]) -> object::Result<Self> {
        let header = MachHeader64::<Endianness>::parse(bytes, 0)?;
        let endian = header.endian()?;
        let mut image = Self {
            architecture: match header.cputype(endian) {
                macho::CPU_TYPE_ARM64 => "arm64".to_owned(),
                macho::CPU_TYPE_X86_64 => "x86_64".to_owned(),
                other => format!("{other:?}"),
            },
            macos: false,
            minimum: "(not said)".to_owned(),
            libraries: Vec::new(),
            searched: Vec::new(),
            signature: None,
        };
        let mut commands = header.load_commands(endian, bytes, 0)?;
        while let Some(command) = commands.next()? {
            image.note(&command, endian, bytes)?;
        }
        Ok(image)
    }

    /// Takes in what one load command says.
    fn note(
        &mut self,
        command: &LoadCommandData<'_, Endianness>,
        endian: Endianness,
        bytes: &[u8],
    ) -> object::Result<()> {
        let version = |version: macho::Version| format!("{}.{}", version.major(), version.minor());
        let text = |place| -> object::Result<String> {
            let text = command.string(endian, place)?;
            Ok(String::from_utf8_lossy(text).into_owned())
        };
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "most load commands say nothing that is asked here"
        )]
        match command.variant()? {
            LoadCommandVariant::Dylib(found) => self.libraries.push(text(found.dylib.name)?),
            LoadCommandVariant::Rpath(found) => self.searched.push(text(found.path)?),
            LoadCommandVariant::BuildVersion(found, _) => {
                self.macos = found.platform.get(endian) == macho::PLATFORM_MACOS;
                self.minimum = version(found.minos.get(endian));
            }
            LoadCommandVariant::VersionMin(found) => {
                self.macos = found.cmd.get(endian) == macho::LC_VERSION_MIN_MACOSX;
                self.minimum = version(found.version.get(endian));
            }
            LoadCommandVariant::LinkeditData(found)
                if found.cmd.get(endian) == macho::LC_CODE_SIGNATURE =>
            {
                let place = u64::from(found.dataoff.get(endian));
                for blob in found.code_signature(endian, bytes)?.blobs() {
                    if let Some(directory) = blob?.code_directory()? {
                        self.signature = Some(holds(&directory, place, bytes));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn faults(&self, minimum: &str) -> impl Iterator<Item = String> {
        let mut faults = Vec::new();
        if !self.macos {
            faults.push("it is not for macOS".to_owned());
        }
        if self.minimum != minimum {
            faults.push(format!("it needs macOS {}, not {minimum}", self.minimum));
        }
        for library in &self.libraries {
            if !library.starts_with("/usr/lib/") && !library.starts_with("/System/") {
                faults.push(format!("it needs {library}, which is not a part of macOS"));
            }
        }
        for directory in &self.searched {
            faults.push(format!("it looks for libraries in {directory}"));
        }
        match &self.signature {
            // macOS starts nothing on Apple's processors that is not signed; on Intel's it does.
            None if self.architecture == "arm64" => faults.push("it is not signed".to_owned()),
            Some(Err(why)) => faults.push(format!("the signature does not hold: {why}")),
            None | Some(Ok(())) => {}
        }
        faults.into_iter()
    }
}

/// The images in a file.
fn slices(bytes: &[u8]) -> object::Result<Vec<&[u8]>> {
    if FileKind::parse(bytes)? != FileKind::MachOFat32 {
        return Ok(vec![bytes]);
    }
    let file = MachOFatFile32::parse(bytes)?;
    file.arches()
        .iter()
        .map(|slice| slice.data(bytes))
        .collect()
}

/// macOS kills a program at its first page that is not as it was signed, so every
/// page is compared: whatever strips or joins after the linker can break this.
fn holds(directory: &CodeDirectory<'_>, signature: u64, bytes: &[u8]) -> Result<(), String> {
    let header = directory.header();
    if header.flags.get(BigEndian).0 & macho::CS_ADHOC.0 == 0 {
        return Err("it is not ad hoc".to_owned());
    }
    if header.hash_type != macho::CS_HASHTYPE_SHA256 {
        return Err("its pages are not hashed with SHA-256".to_owned());
    }
    if directory.code_limit() != signature {
        return Err("it does not cover all that stands before it".to_owned());
    }
    let signed = usize::try_from(signature)
        .ok()
        .and_then(|end| bytes.get(..end));
    let signed = signed.ok_or("it lies outside of the file")?;
    let pages: Vec<_> = signed.chunks(1 << header.page_size).collect();
    if u32::try_from(pages.len()) != Ok(header.n_code_slots.get(BigEndian)) {
        return Err("it has another number of pages".to_owned());
    }
    for (index, page) in (0..).zip(pages) {
        let expected = directory
            .code_hash(index)
            .map_err(|error| error.to_string())?;
        if Sha256::digest(page).as_slice() != expected {
            return Err(format!("page {index} was changed after signing"));
        }
    }
    Ok(())
}

/// The first path in `bytes` that goes on from `start`, as far as it can be read.
fn mention(bytes: &[u8], start: &str) -> Option<String> {
    let at = bytes
        .windows(start.len())
        .position(|window| window == start.as_bytes())?;
    let path = bytes[at..].iter().take(120);
    let path = path.take_while(|byte| byte.is_ascii_graphic());
    Some(path.map(|byte| char::from(*byte)).collect())
}
