//! The parts of the stand-in that need no terminal; the whole is driven end to end.

use std::ffi::OsString;
use std::path::PathBuf;

use super::Options;
use super::keys::{Key, take_keys};
use super::spool::Spool;
use super::stamp::{utc, uuid7};

fn text(text: &str) -> Key {
    Key::Text(text.into())
}

fn options(args: &[&str]) -> Result<Options, String> {
    let args: Vec<_> = args.iter().map(OsString::from).collect();
    Options::parse(&args)
}

#[test]
fn a_paste_is_one_text_even_in_pieces() {
    let mut pending = b"a\x1b[200~two\rlines \x1b[A!".to_vec();
    assert_eq!(take_keys(&mut pending), [text("a")]);
    pending.extend_from_slice(b"\x1b[201~\r");
    assert_eq!(
        take_keys(&mut pending),
        [text("two\nlines [A!"), Key::Enter]
    );
    assert!(pending.is_empty());
}

#[test]
fn keys_that_mean_nothing_are_skipped() {
    let mut pending = b"\x1b[A\x1b[1;5Cx\t\x03\x7f\x1b".to_vec();
    assert_eq!(
        take_keys(&mut pending),
        [text("x"), Key::Interrupt, Key::Backspace, Key::Escape]
    );
}

#[test]
fn a_letter_may_arrive_in_two_reads_and_a_broken_one_is_replaced() {
    let mut pending = vec![0xc3];
    assert_eq!(take_keys(&mut pending), []);
    pending.push(0xa9);
    assert_eq!(take_keys(&mut pending), [text("é")]);
    pending.extend_from_slice(b"\xffz");
    assert_eq!(take_keys(&mut pending), [text("\u{fffd}"), text("z")]);
}

#[test]
fn a_prompt_may_look_like_an_option_or_a_command() {
    let parsed = options(&["--no-daemon", "-c", "a=1", "-C", "/w", "--", "-x\nqueue"]).unwrap();
    assert_eq!(parsed.dir, Some(PathBuf::from("/w")));
    assert_eq!(parsed.prompt.as_deref(), Some("-x\nqueue"));
    assert!(options(&["queue", "--thread", "x"]).is_err());
    assert!(options(&["--remote"]).is_err());
}

#[test]
fn times_and_ids_are_spelled_as_codex_spells_them() {
    assert_eq!(utc(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(utc(1_709_164_799_999), "2024-02-28T23:59:59.999Z");
    assert_eq!(utc(1_709_164_800_000), "2024-02-29T00:00:00.000Z");
    assert_eq!(utc(1_795_358_158_916), "2026-11-22T14:35:58.916Z");
    let id = uuid7().unwrap();
    let parts: Vec<_> = id.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
    assert_eq!(&id[14..15], "7");
    assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
}

#[test]
fn what_is_queued_arrives_whole_and_in_order() {
    let home = tempfile::tempdir().unwrap();
    let queue = |message: &str| {
        let args = ["--thread=t", &format!("--message={message}")].map(OsString::from);
        super::spool::queue(home.path(), &args)
    };
    let refused = queue("to nobody").unwrap_err();
    assert!(refused.contains("No active session found"), "{refused}");
    let spool = Spool::open(home.path(), "t").unwrap();
    queue("first\nin two lines").unwrap();
    std::fs::write(home.path().join("stand-in-queue/t/0.part"), "half").unwrap();
    assert_eq!(
        spool.take().unwrap(),
        [text("first\nin two lines"), Key::Enter]
    );
    assert_eq!(spool.take().unwrap(), []);
    queue("second").unwrap();
    assert_eq!(spool.take().unwrap(), [text("second"), Key::Enter]);
    drop(spool);
    assert!(queue("too late").is_err());
}
