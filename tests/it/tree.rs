//! The files of this repository, as the other tests look at them.

use std::fs;
use std::path::{Path, PathBuf};

/// Directories that hold nothing written by hand.
const MADE: [&str; 4] = ["target", "dist", "artifacts", "node_modules"];

/// One text file: its path from the root, and what is in it.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn has_extension(&self, wanted: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|extension| extension == wanted)
    }

    pub(crate) fn is_below(&self, directories: &[&str]) -> bool {
        directories
            .iter()
            .any(|directory| self.path.starts_with(directory))
    }

    /// Lines of code with their numbers; comments of whole lines are left out.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self
            .text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All text files, sorted by path.
pub(crate) fn files() -> Vec<File> {
    let mut found = Vec::new();
    walk(&root(), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "the tree was not found");
    found
}

pub(crate) fn rust() -> Vec<File> {
    files()
        .into_iter()
        .filter(|file| file.has_extension("rs"))
        .collect()
}

fn walk(directory: &Path, found: &mut Vec<File>) {
    for entry in fs::read_dir(directory).expect("a readable directory") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let hidden = name == ".git" || (path.is_dir() && name.starts_with('.') && name != ".ci");
        if hidden || MADE.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            walk(&path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path
                .strip_prefix(root())
                .expect("below the root")
                .display()
                .to_string();
            found.push(File { path, text });
        }
    }
}
