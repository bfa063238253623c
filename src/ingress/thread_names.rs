//! Codex's names of threads. It appends each new one to `session_index.jsonl`, beside its
//! sessions; the rollout does not hold them. The file is read again whenever it changed, and
//! a name is passed on again when its session appears, which may be later than its name.

use events::event::ThreadNamed;
use events::id::SessionId;
use events::input::{Input, RolloutFact};
use events::private::Text;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

/// So much of the file is read, from its end: some ten thousand names.
const MOST: u64 = 2 << 20;
/// Longest name that is passed on, in characters.
const LONGEST: usize = 500;

/// A line of the file.
#[derive(Deserialize)]
struct Line {
    id: String,
    thread_name: String,
}

/// The names, as far as they were read.
#[derive(Debug)]
pub struct ThreadNames {
    path: PathBuf,
    /// Which file it was, how long, and when it was written.
    seen: Option<(u64, u64, i64, i64)>,
    names: BTreeMap<SessionId, String>,
}

impl ThreadNames {
    /// The names in this file, which need not exist yet.
    pub const fn new(path: PathBuf) -> Self {
        Self {
            path,
            seen: None,
            names: BTreeMap::new(),
        }
    }

    /// Names that are new, and those of sessions that appear in `news`.
    pub fn look(&mut self, news: &[Input]) -> Vec<Input> {
        let mut tell: BTreeSet<SessionId> = news.iter().filter_map(appears).collect();
        for (session, name) in self.changed() {
            if self.names.get(&session) != Some(&name) {
                tell.insert(session.clone());
                self.names.insert(session, name);
            }
        }
        let named = tell.into_iter().filter_map(|session| {
            let name = Text::from(self.names.get(&session)?.as_str());
            Some(Input::ThreadNamed(ThreadNamed { session, name }))
        });
        named.collect()
    }

    /// What the file says, the newest name of each thread, if it changed since the last look.
    /// The first name of a thread is made by Codex out of the first prompt (0.169): it is no
    /// name that a person gave, and may hold anything.
    fn changed(&mut self) -> BTreeMap<SessionId, String> {
        let Ok(about) = std::fs::metadata(&self.path) else {
            return BTreeMap::new();
        };
        let seen = (about.ino(), about.len(), about.mtime(), about.mtime_nsec());
        // To open a pipe would wait for its other end.
        if self.seen == Some(seen) || !about.is_file() {
            return BTreeMap::new();
        }
        let Ok(text) = self.read(about.len()) else {
            return BTreeMap::new();
        };
        self.seen = Some(seen);
        // A line that is not whole yet, or not understood, names nothing.
        let lines = text.split(|byte| *byte == b'\n');
        let lines = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok());
        let named = lines.filter_map(|line| {
            let name: String = line.thread_name.chars().take(LONGEST).collect();
            Some((SessionId::parse(&line.id)?, name))
        });
        let (mut first, mut newest) = (BTreeMap::new(), BTreeMap::new());
        for (session, name) in named {
            let made = first.entry(session.clone()).or_insert_with(|| name.clone());
            // A person may give the first name back.
            if *made != name || newest.contains_key(&session) {
                newest.insert(session, name);
            }
        }
        newest
    }

    fn read(&self, length: u64) -> std::io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(length.saturating_sub(MOST)))?;
        let mut text = Vec::new();
        file.take(MOST).read_to_end(&mut text)?;
        Ok(text)
    }
}

/// The session whose head was just read.
fn appears(input: &Input) -> Option<SessionId> {
    if let Input::Rollout(rollout) = input
        && let RolloutFact::Meta(_) = rollout.fact
    {
        return Some(rollout.session.clone());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use events::input::Rollout;
    use events::{Wall, samples};
    use std::io::Write as _;

    const ID: &str = "01a203b7-f8a9-7302-b877-7a46264702ea";
    const OTHER: &str = "01a22369-9c5f-7052-b748-d331f2f3003e";

    fn append(path: &std::path::Path, text: &str) {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path);
        file.unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn line(id: &str, name: &str) -> String {
        format!("{{\"id\":\"{id}\",\"thread_name\":\"{name}\",\"updated_at\":\"x\"}}\n")
    }

    fn told(names: &mut ThreadNames, news: &[Input]) -> Vec<(String, String)> {
        let told = names.look(news).into_iter().map(|input| {
            let Input::ThreadNamed(thread) = input else {
                panic!("{input:?}")
            };
            (thread.session.to_string(), thread.name.reveal().clone())
        });
        told.collect()
    }

    #[test]
    fn a_name_is_told_when_it_is_new_and_when_its_session_appears() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("session_index.jsonl");
        let mut names = ThreadNames::new(path.clone());
        assert!(told(&mut names, &[]).is_empty(), "no file");
        append(
            &path,
            &(line(ID, "first") + &line(OTHER, "made of the first prompt")),
        );
        assert!(told(&mut names, &[]).is_empty(), "nobody gave these");
        append(&path, &(line(OTHER, "other") + &line(ID, "second")));
        let pair = |id: &str, name: &str| (id.to_owned(), name.to_owned());
        assert_eq!(
            told(&mut names, &[]),
            [pair(ID, "second"), pair(OTHER, "other")]
        );
        assert!(told(&mut names, &[]).is_empty(), "told once");
        append(&path, &(line(ID, "third") + "not one\n{\"id\":\"half"));
        assert_eq!(told(&mut names, &[]), [pair(ID, "third")]);
        append(&path, &("\n".to_owned() + &line(ID, "first")));
        assert_eq!(told(&mut names, &[]), [pair(ID, "first")], "given back");
        let head = Input::Rollout(Rollout {
            session: SessionId::parse(OTHER).unwrap(),
            path: String::new(),
            offset: 1,
            at: Wall(0),
            fact: RolloutFact::Meta(samples::session_meta("/srv", "/s.jsonl")),
        });
        assert_eq!(told(&mut names, &[head]), [pair(OTHER, "other")]);
    }

    #[test]
    fn of_a_long_file_the_end_counts_and_another_file_is_read_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("session_index.jsonl");
        append(&path, &line(OTHER, "gone"));
        append(&path, &line(ID, &"x".repeat(1000)).repeat(3000));
        append(&path, &line(ID, &"y".repeat(1000)));
        let mut names = ThreadNames::new(path.clone());
        let all = told(&mut names, &[]);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].1.chars().count(), LONGEST);
        std::fs::remove_file(&path).unwrap();
        assert!(told(&mut names, &[]).is_empty());
        append(&path, &(line(ID, "made") + &line(ID, "anew")));
        assert_eq!(told(&mut names, &[]).len(), 1);
    }
}
