//! A log that an older version of this program wrote still opens; `tests/it/older_log.rs` asks what it means.
//!
//! `tests/fixtures/log/vN` is what the program left behind when it was killed while a
//! demo ran: both copies and the mark. A fixture is never changed; a release whose log
//! is another gets one of its own.

use super::recovery::copied;
use super::{SledLog, append, read, said};
use crate::store::{Checked, verify};
use std::fs;
use std::path::Path;

fn fixture(version: &str) -> tempfile::TempDir {
    copied(&Path::new("tests/fixtures/log").join(version))
}

#[test]
fn the_log_of_version_1_opens_and_goes_on() {
    for lost in [None, Some("log"), Some("journal")] {
        let state = fixture("v1");
        let found = verify(state.path()).unwrap();
        assert!(found.is_whole(), "{found:?}");
        let size = |copy: &Checked| (copy.entries, copy.files, copy.bytes);
        assert_eq!(size(&found.sled), (125, 2, 67_459));
        assert_eq!(size(&found.journal), (125, 1, 23_117));
        if let Some(copy) = lost {
            fs::remove_dir_all(state.path().join(copy)).unwrap();
        }
        let mut log = SledLog::open(state.path()).unwrap();
        assert_eq!(read(&log, 1).unwrap().len(), 125, "without {lost:?}");
        append(&mut log, vec![said("it goes on".into())]);
        drop(log);
        let verified = verify(state.path()).unwrap();
        assert!(verified.is_whole(), "{verified:?}");
        assert_eq!(verified.sled.entries, 126);
    }
}
