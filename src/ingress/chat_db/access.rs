//! Whether chat.db may be read, found out by reading. Looking at a file's
//! attributes proves nothing on macOS, and what it answers where permission is
//! missing differs between its versions: so the steps are distinguished.

use super::{ChatDb, Cursor, Fault, Step};
use crate::clock::wall;
use crate::ingress::health::Access;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

/// What every `SQLite` file begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Opens the file and reads from it, as this process may.
pub fn access(path: &Path) -> Access {
    let read = ChatDb::open(path).and_then(|mut db| db.poll(&mut Cursor::new(), Duration::ZERO));
    told(path, read.err().filter(|fault| !fault.passing()).as_ref())
}

/// What reading came to; a fault is looked into. No connection to the file may
/// be held then: closing a second handle would drop its locks.
pub fn told(path: &Path, fault: Option<&Fault>) -> Access {
    let Some(fault) = fault else {
        return Access {
            ok: true,
            step: "read".into(),
            at: Some(wall()),
            ..Access::default()
        };
    };
    let (step, errno) = match (directory(path), header(path)) {
        (Err(error), _) => ("directory", error.raw_os_error()),
        (_, Err(error)) => ("header", error.raw_os_error()),
        _ => (name(fault.step), fault.errno),
    };
    Access {
        ok: false,
        step: step.into(),
        errno,
        message: fault.to_string(),
        at: Some(wall()),
    }
}

const fn name(step: Step) -> &'static str {
    match step {
        Step::Open => "open",
        Step::Probe => "probe",
        Step::Read => "read",
    }
}

/// Where permission is missing the folder is refused; some systems say of its files that there are none.
fn directory(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    match folder.read_dir()?.next() {
        Some(Err(error)) => Err(error),
        Some(Ok(_)) | None => Ok(()),
    }
}

fn header(path: &Path) -> io::Result<()> {
    let mut begin = [0; 16];
    File::open(path)?.read_exact(&mut begin)?;
    if begin == *MAGIC {
        Ok(())
    } else {
        Err(io::Error::other("it does not begin as an SQLite file"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("chat.db");
        let of = |path: &Path| {
            let access = access(path);
            (access.ok, access.step, access.errno)
        };
        let nowhere = dir.path().join("nothing/chat.db");
        assert_eq!(of(&nowhere), (false, "directory".into(), Some(2)));
        assert_eq!(of(&file), (false, "header".into(), Some(2)));
        std::fs::write(&file, b"random bytes that are no database").unwrap();
        assert_eq!(of(&file), (false, "header".into(), None));
        std::fs::write(&file, b"").unwrap();
        assert_eq!(of(&file), (false, "header".into(), None));
        std::fs::remove_file(&file).unwrap();
        rusqlite::Connection::open(&file)
            .unwrap()
            .execute_batch("create table t (a)")
            .unwrap();
        assert_eq!(of(&file), (false, "probe".into(), None));
        std::fs::remove_file(&file).unwrap();
        crate::demo::messages::Messages::create(&file).unwrap();
        assert_eq!(of(&file), (true, "read".into(), None));
    }
}
