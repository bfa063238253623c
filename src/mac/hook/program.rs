//! The path by which this program is found after an upgrade too. Homebrew keeps
//! each version in a directory of its own and a link to the newest; whoever writes
//! down the directory is left with nothing at the next upgrade.

use std::path::{Component, Path, PathBuf};

/// The link that stays, where there is one that leads to `file`; else `file` itself.
pub fn stable(file: &Path) -> PathBuf {
    let mut parts = file.components();
    let mut prefix = PathBuf::new();
    let is_cellar = |part: &Component<'_>| part.as_os_str() == "Cellar";
    loop {
        match parts.next() {
            None => return file.to_path_buf(),
            Some(part) if is_cellar(&part) => break,
            Some(part) => prefix.push(part),
        }
    }
    let (Some(name), Some(formula)) = (file.file_name(), parts.next()) else {
        return file.to_path_buf();
    };
    let links = [
        prefix.join("bin").join(name),
        prefix.join("opt").join(formula).join("bin").join(name),
    ];
    let real = file.canonicalize().ok();
    let leads_here = |link: &PathBuf| real.is_some() && link.canonicalize().ok() == real;
    links
        .into_iter()
        .find(leads_here)
        .unwrap_or_else(|| file.to_path_buf())
}
