//! A snapshot is only good for the reducers that made it; this names them.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let mut hash = DefaultHasher::new();
    for folder in ["events/src", "projections/src"] {
        println!("cargo::rerun-if-changed={folder}");
        digest(Path::new(folder), &mut hash)?;
    }
    println!("cargo::rustc-env=REDUCERS={:016x}", hash.finish());
    load_at_once();
    Ok(())
}

/// A program that can be loaded anywhere has its tables rewritten page by page at
/// each start, which is a good part of what `notify` takes. On Linux that can be
/// left out; macOS knows no other programs.
#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its target by the environment"
)]
fn load_at_once() {
    let is = |what: &str, value: &str| std::env::var(what).is_ok_and(|is| is == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

fn digest(folder: &Path, hash: &mut DefaultHasher) -> io::Result<()> {
    let mut paths: Vec<_> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            digest(&path, hash)?;
        } else {
            fs::read(&path)?.hash(hash);
        }
    }
    Ok(())
}
