//! What the name of a rollout says: `rollout-<local time>-<thread>.jsonl`, and
//! `rollout-<local time>-<thread>_<segment>.jsonl` after a rewind. Whose file it
//! really is says its head; a name is only looked at to find it, and to leave out
//! the copies that sync tools, backups and people make.

use events::id::SessionId;
use std::path::Path;

/// Length of `YYYY-MM-DDTHH-MM-SS-`.
const STAMP: usize = 20;
/// Length of a UUID.
const UUID: usize = 36;
/// What only names of copies hold.
const COPIED: [&str; 9] = [
    " ",
    "(",
    "~",
    "conflict",
    "copy",
    "backup",
    "duplicate",
    ".bak",
    ".orig",
];

/// What a file is by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A rollout, with the thread that its name tells, if it does.
    Rollout(Option<SessionId>),
    /// A copy of one, which tells nothing that the original does not.
    Copy,
}

/// What a path is by its name; `None` if it is neither a rollout nor a copy of one.
pub fn named(path: &Path) -> Option<Named> {
    let name = path.file_name()?.to_str()?;
    let Some(stem) = name
        .strip_prefix("rollout-")
        .and_then(|name| name.strip_suffix(".jsonl"))
    else {
        let inside = name.contains("rollout-") && name.contains(".jsonl");
        // Codex itself packs old ones.
        let packed = path.extension().is_some_and(|end| end == "zst");
        return (inside && !packed).then_some(Named::Copy);
    };
    let stamped = stem
        .split_at_checked(STAMP)
        .filter(|(stamp, _)| is_stamp(stamp));
    let (id, dated) = stamped.map_or((stem, false), |(_, id)| (id, true));
    Some(of_id(id, dated))
}

/// The thread that a rollout's name tells.
pub fn thread_of(path: &Path) -> Option<SessionId> {
    match named(path)? {
        Named::Rollout(thread) => thread,
        Named::Copy => None,
    }
}

/// Behind a thread's id stands nothing, or a segment's. Ids of another form than
/// today's are taken as they are, unless they look like a copy's.
fn of_id(id: &str, dated: bool) -> Named {
    if let Some((thread, rest)) = id.split_at_checked(UUID).filter(|(t, _)| is_uuid(t)) {
        let whole = rest.is_empty() || rest.strip_prefix('_').is_some_and(is_uuid);
        return if whole {
            Named::Rollout(SessionId::parse(thread))
        } else {
            Named::Copy
        };
    }
    let lower = id.to_lowercase();
    if COPIED.iter().any(|word| lower.contains(word)) {
        return Named::Copy;
    }
    // A name that begins in another way may still end with the thread.
    let end = id.len().checked_sub(UUID).and_then(|at| id.get(at..));
    let thread = end.filter(|end| is_uuid(end));
    let thread = thread.or_else(|| dated.then_some(id));
    Named::Rollout(thread.and_then(SessionId::parse))
}

fn is_stamp(stamp: &str) -> bool {
    let marks = stamp.bytes().zip(b"dddd-dd-ddTdd-dd-dd-");
    { marks }.all(|(is, should)| match should {
        b'd' => is.is_ascii_digit(),
        mark => is == *mark,
    })
}

/// Whether a text is a UUID, as Codex writes them.
pub fn is_uuid(text: &str) -> bool {
    text.len() == UUID && is_uuid_start(text)
}

/// Whether a text is a UUID or the beginning of one.
pub fn is_uuid_start(text: &str) -> bool {
    text.len() <= UUID
        && text.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

/// When an id of version 7 was made, in milliseconds since 1970. They begin with it.
pub(super) fn made(id: &str) -> Option<i64> {
    let version7 = is_uuid(id) && id.as_bytes().get(14) == Some(&b'7');
    let digits = id.get(..8)?.to_owned() + id.get(9..13)?;
    version7
        .then(|| i64::from_str_radix(&digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREAD: &str = "01a203b7-f8a9-7302-b877-7a46264702ea";
    const SEGMENT: &str = "01a22369-9c5f-7052-b748-d331f2f3003e";

    fn at(name: &str) -> Option<Named> {
        named(Path::new(&format!("/h/sessions/2026/11/22/{name}")))
    }

    #[test]
    fn a_rollout_names_its_thread_and_perhaps_a_segment() {
        let thread = || Some(Named::Rollout(SessionId::parse(THREAD)));
        for id in [THREAD.to_owned(), format!("{THREAD}_{SEGMENT}")] {
            assert_eq!(
                at(&format!("rollout-2026-11-22T14-45-18-{id}.jsonl")),
                thread()
            );
        }
        // Another way of writing the time, or another kind of id, is no reason to ignore the file.
        assert_eq!(at(&format!("rollout-1795358719-{THREAD}.jsonl")), thread());
        assert_eq!(
            at("rollout-2026-11-22T14-45-18-01jd7x.jsonl"),
            Some(Named::Rollout(SessionId::parse("01jd7x")))
        );
    }

    #[test]
    fn what_sync_tools_and_people_make_of_it_is_a_copy() {
        let base = format!("rollout-2026-11-22T14-45-18-{THREAD}");
        let behind = [
            "-conflict",
            " 2",
            " copy",
            " copy 2",
            " (1)",
            "(1)",
            " - Copy",
            "_1",
            "-1",
            ".1",
            ".sync-conflict-20261122-144518-ABCDEFG",
            "-MacBook-Pro",
            "~",
            ".bak",
            "_conf(1)",
            " (conflicted copy 2026-11-22)",
            " (Jane's conflicted copy 2026-11-22 144518)",
            "_2026_11_22 14_45_18 UTC",
            "-Konflikt",
            "_conflict-20261122",
            " (SFConflict)",
        ];
        for end in behind {
            assert_eq!(
                at(&format!("{base}{end}.jsonl")),
                Some(Named::Copy),
                "{end}"
            );
        }
        let segment = format!("{base}_{SEGMENT} 2.jsonl");
        let around = [
            "{}.jsonl~",
            "{}.jsonl.bak",
            "{} 2.jsonl",
            "._{}.jsonl",
            "Copy of {}.jsonl",
            ".{}.jsonl.swp",
            "{}.jsonl.sync-conflict-1",
            ".#{}.jsonl",
            "~$ {}.jsonl",
            "{}.jsonl (1)",
            ".syncthing.{}.jsonl.tmp",
            "{}.jsonl.icloud",
        ];
        for form in around {
            assert_eq!(at(&form.replace("{}", &base)), Some(Named::Copy), "{form}");
        }
        assert_eq!(at(&segment), Some(Named::Copy));
        assert_eq!(
            at("rollout-2026-11-22T14-45-18-x 2.jsonl"),
            Some(Named::Copy)
        );
    }

    #[test]
    fn other_files_are_neither() {
        for name in [
            "notes.jsonl",
            "rollout.jsonl",
            "session_index.jsonl",
            ".DS_Store",
        ] {
            assert_eq!(at(name), None, "{name}");
        }
        assert_eq!(
            at(&format!("rollout-2026-11-22T14-45-18-{THREAD}.jsonl.zst")),
            None
        );
    }

    #[test]
    fn an_id_of_version_seven_tells_when_it_was_made() {
        assert_eq!(made(THREAD), Some(0x01a2_03b7_f8a9));
        assert_eq!(made("01a203b7-f8a9-4302-b877-7a46264702ea"), None);
        assert_eq!(made("t1"), None);
    }
}
