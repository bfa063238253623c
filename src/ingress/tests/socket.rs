//! The control socket: an answer means it is in the log, and no client can hold up another.

use super::notify;
use crate::ingress::client::ask_health;
use crate::ingress::client::{Delivery, address, deliver};
use crate::ingress::frame::HEADER;
use crate::ingress::hand_over_frame;
use crate::ingress::health::{self, AskError, Health, Ignored, PROTOCOL};
use crate::ingress::socket::{Request, Server};
use events::Seq;
use std::collections::BTreeSet;
use std::fs;
use std::future::Future;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

const LONG: Duration = Duration::from_secs(20);

/// A server of `state` and a log that numbers what arrives.
async fn served<T>(state: &Path, clients: impl Future<Output = T>) -> (T, Vec<String>) {
    let (requests, mut inputs) = mpsc::channel::<Request>(16);
    let server = tokio::spawn(Server::bind(state).unwrap().serve(requests));
    let log = tokio::spawn(async move {
        let mut keys = Vec::new();
        while let Some(request) = inputs.recv().await {
            match request {
                Request::HandOver(handed, answer) => {
                    keys.push(handed.key().to_string());
                    let _ = answer.send(Seq(keys.len() as u64));
                }
                Request::Health(answer) => {
                    let _ = answer.send(healthy());
                }
            }
        }
        keys
    });
    let result = clients.await;
    server.abort();
    (result, log.await.unwrap())
}

fn healthy() -> Health {
    let ignored = Ignored {
        count: 3,
        ..Ignored::default()
    };
    Health {
        protocol: PROTOCOL,
        version: "1.2.3".into(),
        // More than a socket takes at once.
        failed_sources: [("ChatDb".to_owned(), "x".repeat(60_000))].into(),
        ignored: [("Stale".to_owned(), ignored)].into(),
        ..Health::default()
    }
}

async fn asks(state: &Path, limit: Duration) -> Result<Health, AskError> {
    let state = state.to_owned();
    spawn_blocking(move || ask_health(&state, limit))
        .await
        .unwrap()
}

fn frame(nth: usize) -> Vec<u8> {
    hand_over_frame::encode(&notify(&format!("key-{nth}"), &"{}".repeat(20_000))).unwrap()
}

async fn delivered(state: &Path, nth: usize) -> Delivery {
    let state = state.to_owned();
    spawn_blocking(move || deliver(&state, &frame(nth), LONG, LONG))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_hundred_clients_at_once_are_all_answered_with_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let clients = async {
        let tasks: Vec<_> = (0..100)
            .map(|nth| {
                let state = dir.path().to_owned();
                spawn_blocking(move || deliver(&state, &frame(nth), LONG, LONG))
            })
            .collect();
        let mut places = BTreeSet::new();
        for task in tasks {
            match task.await.unwrap() {
                Delivery::Acknowledged(seq) => places.insert(seq.0),
                other @ (Delivery::Nobody(_) | Delivery::Silent) => panic!("{other:?}"),
            };
        }
        places
    };
    let (places, keys) = served(dir.path(), clients).await;
    assert_eq!(places, (1..=100).collect());
    assert_eq!(keys.into_iter().collect::<BTreeSet<_>>().len(), 100);
}

#[tokio::test]
async fn silent_broken_and_oversized_clients_disturb_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let clients = async {
        let connect = || UnixStream::connect(address(dir.path()).unwrap()).unwrap();
        let _silent: Vec<_> = (0..20).map(|_| connect()).collect();
        let mut half = connect();
        half.write_all(&frame(1)[..200]).unwrap();
        drop(half);
        let mut damaged = frame(2);
        damaged[HEADER + 50] ^= 1;
        let mut oversized = frame(3)[..HEADER].to_vec();
        oversized[4] = 0xff;
        for bad in [damaged, oversized] {
            let mut client = connect();
            let closed = spawn_blocking(move || {
                client.write_all(&bad).unwrap();
                client.set_read_timeout(Some(LONG)).unwrap();
                client.read(&mut [0; 8])
            });
            // Closed without an answer; what was not read may make that a reset.
            assert!(!matches!(closed.await.unwrap(), Ok(1..)));
        }
        delivered(dir.path(), 4).await
    };
    let (delivery, keys) = served(dir.path(), clients).await;
    assert!(
        matches!(delivery, Delivery::Acknowledged(Seq(1))),
        "{delivery:?}"
    );
    assert_eq!(keys, ["key-4"]);
}

#[tokio::test]
async fn without_a_flush_there_is_no_answer() {
    let dir = tempfile::tempdir().unwrap();
    let (requests, mut inputs) = mpsc::channel::<Request>(16);
    let server = tokio::spawn(Server::bind(dir.path()).unwrap().serve(requests));
    let log = tokio::spawn(async move {
        drop(inputs.recv().await);
        inputs
    });
    let delivery = delivered(dir.path(), 1).await;
    assert!(matches!(delivery, Delivery::Nobody(_)), "{delivery:?}");
    let held = log.await.unwrap();
    let state = dir.path().to_owned();
    let brief = Duration::from_millis(50);
    let waiting = spawn_blocking(move || deliver(&state, &frame(2), LONG, brief));
    assert!(matches!(waiting.await.unwrap(), Delivery::Silent));
    drop(held);
    server.await.unwrap();
    assert!(matches!(
        delivered(dir.path(), 3).await,
        Delivery::Nobody(_)
    ));
}

#[tokio::test]
async fn the_socket_is_private_replaces_a_dead_one_and_goes_with_its_server() {
    let dir = tempfile::tempdir().unwrap();
    drop(std::os::unix::net::UnixListener::bind(dir.path().join("control.sock")).unwrap());
    assert!(matches!(
        delivered(dir.path(), 1).await,
        Delivery::Nobody(_)
    ));
    let server = Server::bind(dir.path()).unwrap();
    let path = address(dir.path()).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    drop(server);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_state_directory_with_a_long_path_has_a_socket_too() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("long".repeat(40));
    fs::create_dir(&state).unwrap();
    let path = address(&state).unwrap();
    assert!(path.as_os_str().len() < 104 && !path.starts_with(&state));
    assert_eq!(address(&state).unwrap(), path);
    let (delivery, _) = served(&state, delivered(&state, 1)).await;
    assert!(
        matches!(delivery, Delivery::Acknowledged(Seq(1))),
        "{delivery:?}"
    );
}

#[tokio::test]
async fn the_holder_of_the_log_is_asked_how_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let (answers, keys) = served(dir.path(), async {
        let many: Vec<_> = (0..20)
            .map(|_| tokio::spawn(asks_owned(dir.path().to_owned())))
            .collect();
        let mut answers = Vec::new();
        for one in many {
            answers.push(one.await.unwrap());
        }
        answers
    })
    .await;
    assert!(answers.into_iter().all(|answer| answer == Ok(healthy())));
    assert!(keys.is_empty());
}

async fn asks_owned(state: std::path::PathBuf) -> Result<Health, AskError> {
    asks(&state, LONG).await
}

#[tokio::test]
async fn nobody_silence_and_a_closed_door_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let nobody = asks(dir.path(), LONG).await;
    assert!(matches!(nobody, Err(AskError::Nobody(_))), "{nobody:?}");
    // It accepts and says nothing, as a process that hangs or is stopped does.
    let hung = std::os::unix::net::UnixListener::bind(address(dir.path()).unwrap()).unwrap();
    let silent = asks(dir.path(), Duration::from_millis(80)).await;
    assert_eq!(silent, Err(AskError::Silent));
    // It goes away without an answer, as an older version does.
    let (_left, _) = hung.accept().unwrap();
    let closing = std::thread::spawn(move || drop(hung.accept().unwrap()));
    assert_eq!(asks(dir.path(), LONG).await, Err(AskError::Closed));
    closing.join().unwrap();
}

#[test]
fn an_answer_of_another_version_is_named_and_nonsense_is_no_answer() {
    let other = Health {
        protocol: PROTOCOL + 1,
        ..healthy()
    };
    let frame = health::answer(&other).unwrap();
    assert_eq!(
        health::answered(&frame),
        Err(AskError::Protocol(PROTOCOL + 1))
    );
    // A later agent of the same version may say more, an earlier one less.
    let wider = br#"{"protocol":1,"pid":7,"weather":"fine"}"#;
    let wider = crate::ingress::frame::wrap(crate::ingress::frame::Kind::Answer, wider).unwrap();
    assert_eq!(health::answered(&wider).unwrap().pid, 7);
    for bad in [&b"{}"[..], b"[]", b"", b"{\"protocol\":\"x\"}"] {
        let bad = crate::ingress::frame::wrap(crate::ingress::frame::Kind::Answer, bad).unwrap();
        assert!(matches!(health::answered(&bad), Err(AskError::Strange(_))));
    }
    let handed = health::answered(&self::frame(1));
    assert!(matches!(handed, Err(AskError::Strange(_))));
}
