//! Each way in turn, none too long, and no payload lost while one is open.

use super::origin::{cut, pane};
use super::{AppendError, Deadlines, Handed, hand_over, key, notify, read_bounded};
use crate::ingress::hand_over_frame::{HandOver, MAX_TEXT};
use crate::ingress::inbox::Inbox;
use crate::ingress::socket::{Request, Server};
use events::Seq;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

fn sample() -> HandOver {
    HandOver::Notify(notify(b"{\"type\":\"agent-turn-complete\"}").unwrap())
}

fn never(_: &HandOver) -> Result<Seq, AppendError> {
    panic!("the log must not be opened")
}

fn left(state: &Path) -> Vec<HandOver> {
    let waiting = Inbox::new(state).waiting().unwrap();
    waiting.map(|found| found.unwrap().hand_over).collect()
}

#[tokio::test]
async fn the_holder_of_the_log_comes_first() {
    let dir = tempfile::tempdir().unwrap();
    let (requests, mut inputs) = tokio::sync::mpsc::channel::<Request>(1);
    let server = tokio::spawn(Server::bind(dir.path()).unwrap().serve(requests));
    let state = dir.path().to_owned();
    let patient = Deadlines {
        answer: Duration::from_secs(20),
        ..Deadlines::default()
    };
    let client = tokio::task::spawn_blocking(move || hand_over(&state, &sample(), patient, never));
    let Some(Request::HandOver(_, answer)) = inputs.recv().await else {
        panic!("nothing was handed over");
    };
    answer.send(Seq(7)).unwrap();
    assert_eq!(client.await.unwrap(), Handed::Acknowledged(Seq(7)));
    assert_eq!(left(dir.path()), []);
    server.abort();
}

#[test]
fn without_a_holder_this_process_appends() {
    let dir = tempfile::tempdir().unwrap();
    let ours = sample();
    let expected = ours.clone();
    let append = move |given: &HandOver| {
        assert_eq!(*given, expected);
        Ok(Seq(3))
    };
    let handed = hand_over(dir.path(), &ours, Deadlines::default(), append);
    assert_eq!(handed, Handed::Appended(Seq(3)));
    assert_eq!(left(dir.path()), []);
}

#[test]
fn a_held_damaged_or_stuck_log_leaves_it_in_the_inbox() {
    type Append = fn(&HandOver) -> Result<Seq, AppendError>;
    let cases: [(Append, &str); 3] = [
        (
            |_| Err(AppendError::Locked),
            "another process has locked the log",
        ),
        (
            |_| Err(AppendError::Failed("the log is damaged".into())),
            "the log is damaged",
        ),
        (
            |_| loop {
                std::thread::park();
            },
            "timed out while opening the log",
        ),
    ];
    for (append, why) in cases {
        let dir = tempfile::tempdir().unwrap();
        let ours = sample();
        let limits = Deadlines {
            append: Duration::from_millis(100),
            inbox: Duration::from_secs(20),
            ..Deadlines::default()
        };
        assert_eq!(
            hand_over(dir.path(), &ours, limits, append),
            Handed::Spooled(why.into())
        );
        assert_eq!(left(dir.path()), [ours]);
    }
}

#[test]
fn a_silent_holder_is_not_waited_for_and_its_log_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let _silent = UnixListener::bind(dir.path().join("control.sock")).unwrap();
    let ours = sample();
    let limits = Deadlines {
        answer: Duration::from_millis(50),
        ..Deadlines::default()
    };
    let handed = hand_over(dir.path(), &ours, limits, never);
    assert!(matches!(handed, Handed::Spooled(_)), "{handed:?}");
    assert_eq!(left(dir.path()), [ours]);
}

#[test]
fn if_nothing_works_it_says_what_was_tried() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("inbox"), "in the way").unwrap();
    let append = |_: &HandOver| Err(AppendError::Failed("the disk is full".into()));
    let handed = hand_over(dir.path(), &sample(), Deadlines::default(), append);
    assert!(
        matches!(&handed, Handed::Failed(why) if why.starts_with("the disk is full, and writing it to the inbox failed: ")),
        "{handed:?}"
    );
}

#[test]
fn all_limits_together_stay_within_two_seconds() {
    let Deadlines {
        connect,
        answer,
        append,
        inbox,
    } = Deadlines::default();
    assert!(connect + answer + append + inbox + super::STDIN <= Duration::from_secs(2));
}

#[test]
fn keys_are_unique_and_sort_by_time() {
    let keys: Vec<_> = (0..1000).map(|_| key().unwrap()).collect();
    let places: BTreeSet<_> = keys.iter().collect();
    assert_eq!(places.len(), keys.len());
    let times: Vec<_> = keys.iter().map(|key| &key.as_str()[..20]).collect();
    assert!(times.is_sorted());
}

#[test]
fn a_payload_of_any_bytes_is_kept() {
    let notify_of = |payload: &[u8]| notify(payload).unwrap().raw.reveal().clone();
    assert_eq!(notify_of(b""), "");
    assert_eq!(notify_of(b"a\xff\xfeb"), "a\u{fffd}\u{fffd}b");
    let huge = notify_of(&vec![0xff; MAX_TEXT]);
    assert!(huge.len() <= MAX_TEXT && huge.len() > MAX_TEXT - 3);
    let whole = HandOver::Notify(notify(&vec![0xff; MAX_TEXT]).unwrap());
    assert!(crate::ingress::hand_over_frame::encode(&whole).is_ok());
}

#[test]
fn the_origin_is_what_the_process_sees() {
    let origin = notify(b"{}").unwrap().origin;
    assert_eq!(Path::new(&origin.cwd), std::env::current_dir().unwrap());
    assert!(!origin.parent.is_empty());
    assert_eq!(cut("aüb".into(), 2), "a");
    assert_eq!(cut("aüb".into(), 9), "aüb");
}

#[test]
fn a_pane_needs_both_variables_in_their_form() {
    let of = |tmux: &str, id: &str| pane(Some(tmux.into()), Some(id.into()));
    let found = of("/tmp/a,b/default,1234,0", "%17").unwrap();
    assert_eq!(
        (found.socket.as_str(), found.id.as_str()),
        ("/tmp/a,b/default", "%17")
    );
    for (tmux, id) in [
        ("", "%1"),
        ("x,1,2", "%1"),
        ("/tmp/s,1,2", "1"),
        ("/tmp/s,1,2", "%"),
        ("/tmp/s,1,2", "%1;kill-server"),
    ] {
        assert_eq!(of(tmux, id), None, "{tmux} {id}");
    }
    assert_eq!(pane(None, Some("%1".into())), None);
    assert_eq!(pane(Some("/tmp/s,1,2".into()), None), None);
}

#[test]
fn standard_input_is_read_to_its_end_but_not_for_ever() {
    let pipe = || UnixStream::pair().unwrap();
    let (ended, mut writer) = pipe();
    writer.write_all(b"{}").unwrap();
    drop(writer);
    assert_eq!(read_bounded(ended, Duration::from_secs(20)), b"{}");

    let (open, mut writer) = pipe();
    writer.write_all(b"{").unwrap();
    assert_eq!(read_bounded(&open, Duration::from_millis(50)), b"{");

    let (endless, mut writer) = pipe();
    let feeder = std::thread::spawn(move || while writer.write_all(&[b'x'; 8_192]).is_ok() {});
    let read = read_bounded(&endless, Duration::from_secs(20));
    assert!((MAX_TEXT..MAX_TEXT + 65_537).contains(&read.len()));
    drop(endless);
    feeder.join().unwrap();
}
