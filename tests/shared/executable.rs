//! Programs that a test writes and then runs.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests drive real processes and may panic"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes an executable file with these bytes; one of that name that runs is not disturbed.
///
/// Another process writes it. A file that anybody holds open for writing cannot be
/// executed ("Text file busy"), and a test beside this one may be starting a child
/// just then, which holds whatever this process has open until it is itself started.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    let mut writer = Command::new("/bin/sh")
        .args([
            "-c",
            r#"cat >"$0.new" && chmod 755 "$0.new" && mv -f "$0.new" "$0""#,
        ])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut input = writer.stdin.take().expect("its input");
    input.write_all(bytes.as_ref()).expect("it reads");
    drop(input);
    let wrote = writer.wait().expect("it ends").success();
    assert!(wrote, "{} is written", path.display());
}
