//! The control socket: takes hand-overs from processes of the same user and
//! answers each with its position in the log, after the flush; and takes
//! questions, which it answers as soon as it is given an answer.
//!
//! It is bound only by the process that holds the log, so a file left by a dead
//! one may be replaced; drop it before the log. No client can hold it up: each
//! has its own task, a time limit and a size limit, and what is wrong with one
//! connection ends that connection.

use super::client::address;
use super::frame::{self, HEADER, Kind};
use super::hand_over_frame::{self, HandOver, HandOverError};
use super::health::{self, Health, Question};
use events::Seq;
use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::timeout;

/// Connections at a time; further ones wait in the listener's queue.
const CLIENTS: usize = 128;
/// How long a client may take to say what it has.
const TO_SPEAK: Duration = Duration::from_secs(1);
/// How long an answer to a question is waited for; whoever asked has gone by then.
const TO_ANSWER: Duration = Duration::from_secs(30);
/// Most bytes of a frame that are made room for before they arrive.
const ROOM: usize = 16 << 10;
/// Pause after a refused accept: the process is out of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// What a client wants, and where its answer goes.
#[derive(Debug)]
pub enum Request {
    /// A hand-over. `Answer` takes the position of its event, once that is flushed.
    /// Dropped: no answer, the client keeps it.
    HandOver(HandOver, Answer),
    /// How the holder of the log is. Dropped: no answer.
    Health(oneshot::Sender<Health>),
}

/// The client that waits. The thread that flushed answers it directly: between the flush
/// and the answer no other thread has to wake up.
#[derive(Debug)]
pub struct Answer {
    client: std::os::unix::net::UnixStream,
    _place: OwnedSemaphorePermit,
}

impl Answer {
    /// Says where its input stands in the log. A few bytes into an empty socket
    /// never wait for the client.
    pub fn send(mut self, at: Seq) -> io::Result<()> {
        self.client.write_all(&at.0.to_be_bytes())
    }
}

/// The bound socket.
#[derive(Debug)]
pub struct Server {
    listener: UnixListener,
    path: PathBuf,
}

/// Why a connection ended without an answer.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    HandOver(#[from] HandOverError),
    #[error("it belongs to another user")]
    Stranger,
    #[error("it was too slow")]
    Slow,
    #[error("nobody takes its input any more")]
    Over,
}

impl Server {
    /// Binds the socket of `state`. Needs a tokio runtime, and the log of `state`.
    pub fn bind(state: &Path) -> io::Result<Self> {
        let path = address(state)?;
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Takes hand-overs until the receiver is gone.
    pub async fn serve(self, requests: mpsc::Sender<Request>) {
        let clients = Arc::new(Semaphore::new(CLIENTS));
        while let Ok(permit) = Arc::clone(&clients).acquire_owned().await {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = requests.closed() => return,
            };
            match accepted {
                Ok((stream, _)) => {
                    let requests = requests.clone();
                    tokio::spawn(async move {
                        if let Err(why) = converse(stream, permit, &requests).await {
                            tracing::debug!(%why, "a connection to the control socket ended unanswered");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the control socket could not accept a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, "the control socket's file was gone already");
        }
    }
}

async fn converse(
    mut stream: UnixStream,
    place: OwnedSemaphorePermit,
    requests: &mpsc::Sender<Request>,
) -> Result<(), Ended> {
    if stream.peer_cred()?.uid() != rustix::process::geteuid().as_raw() {
        return Err(Ended::Stranger);
    }
    let heard = timeout(TO_SPEAK, listen(&mut stream))
        .await
        .map_err(|_| Ended::Slow)??;
    match heard {
        Heard::HandOver(hand_over) => {
            let ack = Answer {
                client: stream.into_std()?,
                _place: place,
            };
            let request = Request::HandOver(hand_over, ack);
            requests.send(request).await.map_err(|_| Ended::Over)
        }
        Heard::Question(Question::Health) => {
            let (answer, answered) = oneshot::channel();
            let request = Request::Health(answer);
            requests.send(request).await.map_err(|_| Ended::Over)?;
            let health = timeout(TO_ANSWER, answered)
                .await
                .map_err(|_| Ended::Slow)?
                .map_err(|_| Ended::Over)?;
            let said = stream.write_all(&health::answer(&health)?).await;
            Ok(said?)
        }
    }
}

/// What a client said.
enum Heard {
    HandOver(HandOver),
    Question(Question),
}

async fn listen(stream: &mut UnixStream) -> Result<Heard, Ended> {
    let mut header = [0; HEADER];
    stream.read_exact(&mut header).await?;
    let (kind, following) = frame::announced(&header)?;
    // Memory grows with what arrives, not with what the header promises.
    let mut frame = Vec::with_capacity(HEADER + following.min(ROOM));
    frame.extend(header);
    let mut content = stream.take(following as u64);
    content.read_to_end(&mut frame).await?;
    match kind {
        Kind::HandOver => Ok(Heard::HandOver(hand_over_frame::decode(&frame)?)),
        Kind::Question => {
            let (_, content) = frame::unwrap(&frame)?;
            Ok(Heard::Question(health::asked(content)?))
        }
        Kind::Answer => Err(HandOverError::Damaged("nothing was asked").into()),
    }
}
