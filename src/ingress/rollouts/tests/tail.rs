//! One file as it grows, and what may happen to it.

use super::{THREAD, asked, ended, line, meta, output, rollout, sample, session, shown, user};
use crate::ingress::rollouts::reported::Reported;
use crate::ingress::rollouts::{Output, Progress, Start, Tail};
use events::input::{Rollout, RolloutFact};
use events::time::Wall;
use proptest::prelude::{any, prop, proptest};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// 2026-11-22T15:00:00Z
const MINUTE: i64 = 1_795_359_600_000;
const ALL: Start = Start::Fresh { since: Wall(0) };

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    fn new(content: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = rollout(folder.path(), THREAD);
        fs::write(&path, content).unwrap();
        Self {
            _folder: folder,
            path,
        }
    }

    fn append(&self, bytes: impl AsRef<[u8]>) {
        append(&self.path, bytes.as_ref());
    }

    fn tail(&self, start: Start) -> Reader {
        Reader {
            tail: Tail::new(session(THREAD), self.path.clone(), start),
            reported: Reported::default(),
        }
    }

    fn length(&self) -> u64 {
        fs::metadata(&self.path).unwrap().len()
    }

    /// Another file takes this one's place, as a rewriting program does it.
    fn replace(&self, content: &[u8]) {
        let new = self.path.with_extension("new");
        fs::write(&new, content).unwrap();
        fs::rename(&new, &self.path).unwrap();
    }
}

fn append(path: &Path, bytes: &[u8]) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(bytes).unwrap();
}

struct Reader {
    tail: Tail,
    reported: Reported,
}

impl Reader {
    fn read(&mut self, facts: &mut Vec<Rollout>) -> std::io::Result<Progress> {
        self.tail.read(&mut Output {
            reported: &mut self.reported,
            facts,
            strange: &mut Vec::new(),
        })
    }
}

fn read(tail: &mut Reader) -> Vec<Rollout> {
    let mut told = Vec::new();
    while tail.read(&mut told).unwrap() == Progress::Behind {}
    told
}

fn fresh(second: i64) -> Start {
    let since = Wall(MINUTE + second * 1000);
    Start::Fresh { since }
}

#[test]
fn told_as_it_grows_with_the_place_behind_each_record() {
    let file = File::new(meta(0).as_bytes());
    let mut tail = file.tail(ALL);
    assert_eq!(shown(&read(&mut tail)), ["meta Owner 0.169.0 /w"]);
    file.append(user(1, "one"));
    let told = read(&mut tail);
    assert_eq!(shown(&told), ["user one"]);
    assert_eq!(told[0].offset, file.length());
    assert_eq!(told[0].at, Wall(MINUTE + 1000));
    assert!(read(&mut tail).is_empty());
}

#[test]
fn a_partial_last_line_waits() {
    let file = File::new(b"");
    let mut tail = file.tail(ALL);
    let text = meta(0) + &user(1, "déjà");
    let mut told = Vec::new();
    for byte in text.as_bytes() {
        assert!(told.len() < 2);
        file.append([*byte]);
        told.extend(shown(&read(&mut tail)));
    }
    assert_eq!(told, ["meta Owner 0.169.0 /w", "user déjà"]);
}

#[test]
fn a_cursor_goes_on_where_it_was() {
    let file = File::new((meta(0) + &user(1, "one")).as_bytes());
    let offset = file.length();
    file.append(user(2, "two"));
    let since = Wall(MINUTE + 30_000);
    let mut tail = file.tail(Start::At { offset, since });
    assert_eq!(shown(&read(&mut tail)), ["user two"]);
}

#[test]
fn a_cursor_that_is_no_line_end_or_past_the_end_makes_the_file_history() {
    let file = File::new((meta(0) + &user(1, "one") + &user(9, "new")).as_bytes());
    let since = Wall(MINUTE + 5000);
    for offset in [30, 1_000_000] {
        let mut tail = file.tail(Start::At { offset, since });
        assert_eq!(
            shown(&read(&mut tail)),
            ["meta Owner 0.169.0 /w", "user new"]
        );
    }
}

#[test]
fn history_is_not_told_and_a_restart_does_not_tell_it_either() {
    let file = File::new((meta(0) + &user(1, "old") + &ended(2)).as_bytes());
    let told = read(&mut file.tail(fresh(10)));
    assert_eq!(shown(&told), ["meta Owner 0.169.0 /w"]);
    let offset = told[0].offset;
    assert_eq!(offset, file.length());
    file.append(user(11, "new"));
    let mut tail = file.tail(Start::At {
        offset,
        since: Wall(MINUTE + 60_000),
    });
    assert_eq!(shown(&read(&mut tail)), ["user new"]);
}

#[test]
fn what_is_not_older_than_the_start_is_told_though_it_was_there() {
    let text = meta(0) + &user(1, "old") + &user(10, "now") + &user(3, "clock set back");
    let told = read(&mut File::new(text.as_bytes()).tail(fresh(10)));
    assert_eq!(
        shown(&told),
        ["meta Owner 0.169.0 /w", "user now", "user clock set back"]
    );
}

#[test]
fn an_open_question_survives_the_start_and_a_crash_in_it() {
    let before = meta(0) + &user(1, "old");
    let file = File::new((before.clone() + &asked(2, "request_user_input", "c")).as_bytes());
    let told = read(&mut file.tail(fresh(10)));
    assert_eq!(
        shown(&told),
        ["meta Owner 0.169.0 /w", "asked c Modal 1=Which? a()"]
    );
    assert_eq!(told[0].offset, before.len() as u64);
    assert_eq!(told[1].offset, file.length());
    let since = Wall(MINUTE + 60_000);
    let offset = told[0].offset;
    let again = read(&mut file.tail(Start::At { offset, since }));
    assert_eq!(shown(&again), ["asked c Modal 1=Which? a()"]);
}

#[test]
fn a_question_that_is_over_is_history() {
    let modal = asked(2, "request_user_input", "c");
    let later = asked(2, "request_user_input_async", "c");
    let receipt = output(2, "c", r#""{\"accepted\":true}""#);
    let open = |rest: String| {
        let file = File::new((meta(0) + &rest).as_bytes());
        read(&mut file.tail(fresh(10))).len() > 1
    };
    assert!(open(modal.clone()));
    assert!(!open(
        modal.clone() + &output(3, "c", r#""aborted by user""#)
    ));
    assert!(!open(modal + &ended(3)));
    assert!(open(later.clone() + &receipt + &ended(3)));
    assert!(!open(later + &receipt + &ended(3) + &user(4, "b")));
}

#[test]
fn an_asynchronous_question_is_told_once() {
    let shown_as = line(
        2,
        "event_msg",
        r#"{"type":"item_completed","item":{"type":"AgentMessage","id":"m","content":[],"delivery":"async","questions":[{"title":"Which?","options":["a"]}]}}"#,
    );
    let text = meta(0) + &asked(2, "request_user_input_async", "c") + &shown_as;
    for start in [ALL, fresh(10)] {
        let told = read(&mut File::new(text.as_bytes()).tail(start));
        assert_eq!(
            shown(&told),
            ["meta Owner 0.169.0 /w", "asked c Async 1=Which? a()"]
        );
    }
}

#[test]
fn a_message_in_both_forms_is_told_once_and_a_repeated_one_twice() {
    let legacy = |second, text: &str| {
        let payload = format!(r#"{{"type":"user_message","message":"{text}"}}"#);
        line(second, "event_msg", &payload)
    };
    let started = line(3, "event_msg", r#"{"type":"task_started","turn_id":"t2"}"#);
    let text = meta(0)
        + &user(1, "yes")
        + &legacy(1, "yes")
        + &user(2, "yes")
        + &legacy(2, "yes")
        + &user(2, "yes")
        + &started
        + &legacy(3, "yes");
    let told = shown(&read(&mut File::new(text.as_bytes()).tail(ALL)));
    let yes = told.iter().filter(|told| *told == "user yes").count();
    assert_eq!(yes, 4, "{told:?}");
}

#[test]
fn unreadable_lines_are_counted_once_a_reading() {
    let file = File::new(meta(0).as_bytes());
    let mut tail = file.tail(ALL);
    read(&mut tail);
    let mut bad = user(1, "X").into_bytes();
    let at = bad.iter().position(|byte| *byte == b'X').unwrap();
    bad[at] = 0xff;
    file.append(&bad);
    file.append("no record\n\n \r\n");
    file.append(line(1, "novelty", "7"));
    file.append(user(2, "two"));
    let told = read(&mut tail);
    assert_eq!(shown(&told), ["user two", "skipped 2"]);
    assert_eq!(told[1].offset, file.length());
    assert_eq!(tail.tail.passed_over(), 3);
}

#[test]
fn a_line_longer_than_any_record_is_passed_over_whatever_its_pieces() {
    let file = File::new(meta(0).as_bytes());
    let mut tail = file.tail(ALL);
    read(&mut tail);
    let piece = vec![b'x'; 5 << 20];
    for _ in 0..5 {
        file.append(&piece);
        assert!(read(&mut tail).is_empty());
    }
    file.append("\n");
    file.append(user(2, "two"));
    assert_eq!(shown(&read(&mut tail)), ["user two", "skipped 1"]);
    file.append(user(3, &"y".repeat(7 << 20)));
    assert_eq!(read(&mut tail).len(), 1);
}

#[test]
fn history_before_a_huge_file_is_not_read_but_what_is_new_in_it_is() {
    let noise = line(
        1,
        "response_item",
        &format!(r#"{{"type":"x","y":"{}"}}"#, "z".repeat(1 << 20)),
    );
    let late = line(
        12,
        "response_item",
        &format!(r#"{{"type":"x","y":"{}"}}"#, "z".repeat(1 << 20)),
    );
    let text = meta(0)
        + &asked(1, "request_user_input_async", "lost")
        + &noise.repeat(6)
        + &asked(2, "request_user_input_async", "near");
    let file = File::new(text.as_bytes());
    assert_eq!(
        shown(&read(&mut file.tail(fresh(10)))),
        ["meta Owner 0.169.0 /w", "asked near Async 1=Which? a()"]
    );
    file.append(user(11, "new") + &late.repeat(6) + &user(13, "newer"));
    assert_eq!(
        shown(&read(&mut file.tail(fresh(10)))),
        [
            "meta Owner 0.169.0 /w",
            "asked near Async 1=Which? a()",
            "user new",
            "user newer"
        ]
    );
}

#[test]
fn a_file_without_a_head_is_nobodys_until_one_stands_near_its_beginning() {
    let file = File::new(user(1, "one").as_bytes());
    let mut tail = file.tail(ALL);
    assert!(read(&mut tail).is_empty());
    file.append(meta(2) + &user(3, "two"));
    assert_eq!(
        shown(&read(&mut tail)),
        ["meta Owner 0.169.0 /w", "user two"]
    );
    let file = File::new((user(1, "one").repeat(40) + &meta(2) + &user(3, "two")).as_bytes());
    let mut tail = file.tail(ALL);
    assert!(read(&mut tail).is_empty());
    file.append(meta(4));
    assert!(read(&mut tail).is_empty());
}

#[test]
fn a_head_of_another_thread_further_down_is_not_this_files() {
    let file = File::new((meta(0) + &meta(1) + &user(2, "two")).as_bytes());
    assert_eq!(
        shown(&read(&mut file.tail(ALL))),
        ["meta Owner 0.169.0 /w", "user two"]
    );
}

#[test]
fn a_replaced_file_tells_only_what_is_new_in_it() {
    let text = meta(0) + &user(1, "one") + &user(2, "two");
    let file = File::new(text.as_bytes());
    let mut tail = file.tail(ALL);
    read(&mut tail);
    file.replace((text.clone() + &user(2, "same second") + &user(3, "three")).as_bytes());
    let told = read(&mut tail);
    assert_eq!(shown(&told), ["user same second", "user three"]);
    assert_eq!(told[1].offset, file.length());
    file.replace(text.as_bytes());
    assert!(read(&mut tail).is_empty());
    file.append(user(4, "four"));
    assert_eq!(shown(&read(&mut tail)), ["user four"]);
}

#[test]
fn a_replaced_history_stays_history() {
    let text = meta(0) + &user(1, "one") + &user(2, "two");
    let file = File::new(text.as_bytes());
    let mut tail = file.tail(fresh(10));
    read(&mut tail);
    file.replace((text + &user(11, "new")).as_bytes());
    assert_eq!(shown(&read(&mut tail)), ["user new"]);
}

#[test]
fn a_file_cut_and_written_again_tells_only_what_is_new_in_it() {
    let text = meta(0) + &user(1, "one") + &user(2, "two");
    let file = File::new(text.as_bytes());
    let mut tail = file.tail(ALL);
    read(&mut tail);
    fs::write(&file.path, meta(0)).unwrap();
    assert!(read(&mut tail).is_empty());
    file.append(user(1, "one") + &user(2, "two") + &user(3, "three"));
    assert_eq!(shown(&read(&mut tail)), ["user three"]);
}

#[test]
fn a_file_rewritten_longer_in_place_is_noticed() {
    let file = File::new((meta(0) + &user(1, "one")).as_bytes());
    let mut tail = file.tail(ALL);
    read(&mut tail);
    let rewritten = meta(0).replace("0.169.0", "0.169.0-and-more") + &user(1, "one");
    fs::write(&file.path, rewritten + &user(5, "five")).unwrap();
    assert_eq!(shown(&read(&mut tail)), ["user five"]);
}

#[test]
fn a_file_may_vanish_and_come_back() {
    let file = File::new((meta(0) + &user(1, "one")).as_bytes());
    let mut tail = file.tail(ALL);
    read(&mut tail);
    let away = file.path.with_extension("away");
    fs::rename(&file.path, &away).unwrap();
    let gone = tail.read(&mut Vec::new()).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    append(&away, user(2, "two").as_bytes());
    fs::rename(&away, &file.path).unwrap();
    assert_eq!(shown(&read(&mut tail)), ["user two"]);
}

/// The facts with their places; the reports of unreadable lines summed up, for
/// these come once a reading.
fn summed(told: &[Rollout]) -> (Vec<&Rollout>, u32) {
    let mut skipped = 0;
    let mut facts = Vec::new();
    for told in told {
        if let RolloutFact::Skipped { records } = told.fact {
            skipped += records;
        } else {
            facts.push(told);
        }
    }
    (facts, skipped)
}

proptest! {
    #[test]
    fn any_split_into_writes_tells_the_same(
        cuts in prop::collection::vec(0_usize..16_000, 0..12),
        (damage_at, damage) in (0_usize..16_000, any::<u8>()),
    ) {
        let mut bytes = sample("0.169-sync-question-answered.jsonl");
        let head = meta(0).into_bytes();
        bytes.splice(0..0, head.iter().copied());
        let damage_at = head.len() + damage_at % (bytes.len() - head.len());
        bytes[damage_at] = damage;
        let whole = read(&mut File::new(&bytes).tail(ALL));

        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.push(bytes.len());
        cuts.sort_unstable();
        let file = File::new(b"");
        let mut tail = file.tail(ALL);
        let (mut told, mut from) = (Vec::new(), 0);
        for cut in cuts {
            file.append(&bytes[from..cut]);
            told.extend(read(&mut tail).into_iter().map(|mut told| {
                told.path = String::new();
                if let RolloutFact::Meta(meta) = &mut told.fact {
                    meta.path = String::new();
                }
                told
            }));
            from = cut;
        }
        let mut whole = whole;
        for told in &mut whole {
            told.path = String::new();
        }
        if let Some(RolloutFact::Meta(meta)) = whole.first_mut().map(|told| &mut told.fact) {
            meta.path = String::new();
        }
        assert_eq!(summed(&told), summed(&whole));
    }

    #[test]
    fn arbitrary_files_never_panic(bytes in any::<Vec<u8>>(), offset in 0_u64..200) {
        let text = [meta(0).as_bytes(), &bytes[..], b"\n"].concat();
        let file = File::new(&text);
        read(&mut file.tail(ALL));
        read(&mut file.tail(Start::At { offset, since: Wall(0) }));
    }
}
