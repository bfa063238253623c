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
    Ok(())
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
