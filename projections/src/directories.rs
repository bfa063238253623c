//! The directory that the owner means by a few words: one in which Codex worked before.
//! Whether it is still there knows only the executor.

use crate::state::State;
use unicode_normalization::UnicodeNormalization as _;

/// What words for a directory resolve to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directory {
    /// Exactly one.
    One(String),
    /// Several fit.
    Several(Vec<String>),
    /// None fits.
    Nobody,
}

/// Finds the directory by its whole path, by the end of it (`site`, `work/site`), or by how
/// its name begins, in any case. What fits better comes first.
pub fn find(state: &State, words: &str) -> Directory {
    let known = known(state);
    let wanted = expanded(words.trim(), &state.settings.home);
    let wanted = match wanted.trim_end_matches('/') {
        "" => "/",
        rest => rest,
    };
    let folded = folded(wanted);
    let ways: [&dyn Fn(&str) -> bool; 4] = [
        &|path| path == wanted,
        &|path| self::folded(path) == folded,
        &|path| ends_with(&self::folded(path), &folded),
        &|path| is_begun_by(&self::folded(path), &folded),
    ];
    for fits in ways {
        let found: Vec<String> = known.iter().filter(|path| fits(path)).cloned().collect();
        match found.as_slice() {
            [] => {}
            [one] => return Directory::One(one.clone()),
            _ => return Directory::Several(found),
        }
    }
    Directory::Nobody
}

/// The directories of the owner's sessions, the most recently used first, and the default.
pub fn known(state: &State) -> Vec<String> {
    let owners = state.sessions.owners().into_iter();
    let used = owners.map(|(_, session)| session.meta.cwd.as_str());
    let mut known: Vec<String> = Vec::new();
    for path in used.chain([state.settings.default_cwd.as_str()]) {
        let path = match path.trim_end_matches('/') {
            "" if path.is_empty() => continue,
            "" => "/",
            rest => rest,
        };
        // A path that is none says nothing about where it is.
        if path.starts_with('/') && !known.iter().any(|other| other == path) {
            known.push(path.to_owned());
        }
    }
    known
}

/// A directory as the owner writes it.
pub fn shown(path: &str, home: &str) -> String {
    match path.strip_prefix(home) {
        Some("") if !home.is_empty() => "~".to_owned(),
        Some(rest) if !home.is_empty() && rest.starts_with('/') => format!("~{rest}"),
        _ => path.to_owned(),
    }
}

fn expanded(words: &str, home: &str) -> String {
    match words.strip_prefix('~') {
        Some(rest) if !home.is_empty() && (rest.is_empty() || rest.starts_with('/')) => {
            format!("{}{rest}", home.trim_end_matches('/'))
        }
        _ => words.to_owned(),
    }
}

/// Phones change capitals, and a disk may keep letters with their marks in two ways.
fn folded(path: &str) -> String {
    path.nfc().flat_map(char::to_lowercase).collect()
}

/// `work/site` is the end of `/srv/work/site`.
fn ends_with(path: &str, end: &str) -> bool {
    let before = path.strip_suffix(end);
    !end.starts_with('/') && before.is_some_and(|before| before.ends_with('/'))
}

/// `work/si` begins the last name of `/srv/work/site`; a whole path does so from its start.
fn is_begun_by(path: &str, begun: &str) -> bool {
    let Some((above, name)) = path.rsplit_once('/') else {
        return false;
    };
    let (wanted_above, wanted) = begun.rsplit_once('/').unwrap_or(("", begun));
    let rooted = begun.starts_with('/');
    let place = if rooted {
        above == wanted_above
    } else {
        wanted_above.is_empty() || above == wanted_above || ends_with(above, wanted_above)
    };
    place && !wanted.is_empty() && name.starts_with(wanted)
}
