//! Other words in the place of people's. The same word becomes the same other word
//! everywhere in one report, of the same length, so decisions come out the same; the
//! key of a report is thrown away with it. Words that decisions are made by stay.

use events::masked::{Mask, masked};
use events::{Digest, Event};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

/// Words of the grammar, of answers and of our own heads: without them a message means
/// something else.
const KEPT: &[&str] = &[
    "help",
    "list",
    "status",
    "retry",
    "new",
    "in",
    "codex",
    "imessage",
    "yes",
    "y",
    "no",
    "n",
    "ok",
    "allow",
    "approve",
    "accept",
    "deny",
    "decline",
    "cancel",
    "reject",
    "always",
    "session",
    "stop",
    "interrupt",
    "queue",
    "steer",
    "later",
    "now",
    "undo",
    "mute",
    "unmute",
    "quiet",
    "away",
    "here",
    "resume",
    "pending",
    "show",
    "but",
    "except",
    "approvals",
    "off",
    "until",
    "for",
    "prompts",
    "answer",
    "option",
    "all",
    "screen",
    "diff",
    "last",
    "log",
    "open",
    "send",
    "rename",
    "more",
    "note",
    "other",
    "because",
    "at",
    "reset",
    "compact",
    "model",
    "effort",
    "minimal",
    "low",
    "medium",
    "high",
    "xhigh",
    "sessions",
    "review",
    "look",
    "files",
    "abort",
    "never",
    "fresh",
];

/// Masks words.
pub(super) struct Words {
    key: [u8; 16],
    keep: BTreeSet<String>,
    /// Fingerprints of texts, as the masked texts have them.
    digests: BTreeMap<Digest, Digest>,
}

impl Words {
    pub(super) fn new() -> std::io::Result<Self> {
        let mut key = [0; 16];
        std::fs::File::open("/dev/urandom")?.read_exact(&mut key)?;
        Ok(Self {
            key,
            keep: KEPT.iter().map(|word| (*word).to_owned()).collect(),
            digests: BTreeMap::new(),
        })
    }

    /// Learns what an event holds: names that messages are matched by, and texts whose
    /// fingerprints other events hold.
    pub(super) fn learn(&mut self, event: &Event) {
        if let Event::SessionSeen(e) = event {
            self.keep.insert(e.reference.to_string());
            self.keep_all(projections::sessions::folder(&e.meta.cwd));
        }
        let heard = Heard(RefCell::new(Vec::new()));
        // What cannot be shown as JSON is refused where it is written.
        let _ = masked(event, &heard);
        for text in heard.0.into_inner() {
            let (old, new) = (Digest::of(&text), Digest::of(&self.text(&text)));
            self.digests.insert(old, new);
        }
    }

    fn keep_all(&mut self, name: &str) {
        let words = name.split(|c: char| !c.is_alphanumeric());
        self.keep.extend(words.map(str::to_lowercase));
    }

    fn word(&self, word: &str) -> String {
        // `2h` says for how long.
        let span = word.len() < 5 && word.starts_with(|c: char| c.is_ascii_digit());
        if span || self.keep.contains(&word.to_lowercase()) {
            return word.to_owned();
        }
        let mut hash = Sha256::new_with_prefix(self.key);
        hash.update(word.to_lowercase().as_bytes());
        let bytes = hash.finalize();
        let chars = word.chars().zip(bytes.iter().cycle()).enumerate();
        let other = chars.map(|(nth, (c, byte))| {
            if c.is_numeric() && nth == 0 && c != '0' {
                // A number that begins with 0 is no address any more.
                char::from(b'1' + byte % 9)
            } else if c.is_numeric() {
                char::from(b'0' + byte % 10)
            } else if c.is_uppercase() {
                char::from(b'A' + byte % 26)
            } else {
                char::from(b'a' + byte % 26)
            }
        });
        other.collect()
    }
}

/// The value with `/Users/me` in the place of home directories.
pub(super) fn paths(value: &Value) -> Value {
    match value {
        Value::String(text) => without_home(text).into(),
        Value::Array(items) => items.iter().map(paths).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (name.clone(), paths(field)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// The name behind `/Users/` or `/home/` becomes `me`, wherever it stands.
fn without_home(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let homes = ["/Users/", concat!("/ho", "me/")];
    while let Some((at, home)) = homes
        .iter()
        .filter_map(|home| Some((rest.find(home)?, *home)))
        .min()
    {
        let (before, behind) = rest.split_at(at + home.len());
        out.push_str(before);
        let end = behind
            .find(|c: char| "/ \"':;,)\n".contains(c))
            .unwrap_or(behind.len());
        out.push_str(if end == 0 { "" } else { "me" });
        rest = behind.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

impl Mask for Words {
    fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut word = String::new();
        for c in text.chars() {
            if c.is_alphanumeric() {
                word.push(c);
                continue;
            }
            out += &self.word(&word);
            word.clear();
            out.push(c);
        }
        out + &self.word(&word)
    }

    fn digest(&self, digest: Digest) -> Digest {
        self.digests.get(&digest).copied().unwrap_or_else(|| {
            let mut hash = Sha256::new_with_prefix(self.key);
            hash.update(digest.0);
            let mut other = [0; 16];
            other.copy_from_slice(&hash.finalize()[..16]);
            Digest(other)
        })
    }
}

/// Collects texts.
struct Heard(RefCell<Vec<String>>);

impl Mask for Heard {
    fn text(&self, text: &str) -> String {
        self.0.borrow_mut().push(text.to_owned());
        String::new()
    }

    fn digest(&self, digest: Digest) -> Digest {
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::{Words, without_home};
    use events::masked::Mask as _;
    use projections::grammar;
    use projections::orders::{Order, order};
    use projections::prompt_answers::bare;

    /// What a message is read as, without the words in it.
    fn read(message: &str) -> String {
        let read = match order(message) {
            Some(Order::When(when)) => format!("when {when:?}"),
            Some(Order::Look(look)) => format!("look {:?}", look.show),
            Some(order) => format!("{order:?}"),
            None => match bare(message) {
                Some(answer) => format!("answer {answer:?}"),
                None => format!("{:?}", grammar::parse(message)),
            },
        };
        let end = read.find(|c: char| !c.is_alphanumeric() && c != ' ');
        read.split_at(end.unwrap_or(read.len())).0.to_owned()
    }

    #[test]
    fn every_command_of_the_reference_is_still_that_command() {
        let words = Words::new().unwrap();
        let page = include_str!("../../docs/phone-reference.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
        let cells = rows.filter_map(|row| row.split(" |").next());
        let shown = cells.flat_map(|cell| cell.split('`').step_by(2));
        let changed: Vec<_> = shown
            .filter(|shown| read(&words.text(shown)) != read(shown))
            .collect();
        assert!(changed.is_empty(), "they mean something else: {changed:?}");
    }

    #[test]
    fn words_become_others_of_the_same_shape_and_commands_stay() {
        let words = Words::new().unwrap();
        let text = "@k3f9 Run the Tests, then call +15555550123\n2";
        let other = words.text(text);
        assert_eq!(other.chars().count(), text.chars().count());
        for gone in ["Run", "Tests", "call", "15555550123"] {
            assert!(!other.contains(gone), "{other}");
        }
        assert!(other.starts_with('@') && other.ends_with("\n2"), "{other}");
        assert_eq!(words.text("status api").split(' ').next(), Some("status"));
        assert_eq!(words.text("tests"), words.text("Tests").to_lowercase());
        assert_ne!(words.text("tests"), Words::new().unwrap().text("tests"));
        assert_eq!(words.text(""), "");
    }

    #[test]
    fn an_address_stays_an_address_whatever_the_key() {
        for _ in 0..300 {
            let masked = Words::new().unwrap().text("+15555550123");
            let complete = projections::handle::complete(&masked);
            assert_eq!(complete.as_deref(), Some(masked.as_str()));
        }
    }

    #[test]
    fn a_home_directory_does_not_name_its_owner() {
        for (path, shown) in [
            ("/Users/jane/api", "/Users/me/api"),
            (
                "cannot open \"/Users/jane\": gone",
                "cannot open \"/Users/me\": gone",
            ),
            (
                "a /Users/jane/b and /Users/joe/c",
                "a /Users/me/b and /Users/me/c",
            ),
            ("/srv/api", "/srv/api"),
            ("/Users/", "/Users/"),
        ] {
            assert_eq!(without_home(path), shown);
        }
    }
}
