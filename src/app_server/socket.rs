//! Where the server listens, and whether that is ours. Anybody who can answer on
//! this socket could show the owner a false prompt, so it must belong to the
//! same user, in directories that nobody else can write to.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::wire::MESSAGE_MAX;

/// How long the server may take to accept a connection. A stopped one never does.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// A connection that speaks WebSocket.
pub type Stream = WebSocketStream<UnixStream>;

/// The socket of the server that belongs to this `CODEX_HOME`.
pub fn path(codex_home: &Path) -> PathBuf {
    codex_home.join("app-server-control/app-server-control.sock")
}

/// What stands at the path now, to notice another server; `None`: nothing.
pub fn identity(path: &Path) -> Option<(u64, u64, i64)> {
    let found = fs::metadata(path).ok()?;
    Some((found.dev(), found.ino(), found.ctime_nsec() ^ found.ctime()))
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoConnection {
    /// Nothing is there: no server was started.
    #[error("no background server of Codex runs")]
    Absent,
    /// A file is there, and nobody listens.
    #[error("nobody listens on {0}: the background server has ended")]
    Stale(PathBuf),
    /// It does not belong to this user alone.
    #[error("{0} is not used: {1}")]
    Foreign(PathBuf, &'static str),
    /// It accepts connections and does not speak.
    #[error("the background server does not answer on {0}")]
    Silent(PathBuf),
    /// It speaks something else.
    #[error("the background server on {0} does not speak as expected: {1}")]
    Strange(PathBuf, String),
}

/// Connects, once the socket is known to be ours.
pub async fn connect(path: &Path, patience: Duration) -> Result<Stream, NoConnection> {
    let real = ours(path)?;
    let stream = match timeout(patience, UnixStream::connect(&real)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(_)) => return Err(NoConnection::Stale(real)),
        Err(_) => return Err(NoConnection::Silent(real)),
    };
    let peer = stream.peer_cred().map(|peer| peer.uid());
    if peer.ok() != Some(me()) {
        return Err(NoConnection::Foreign(real, "another user listens there"));
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_MAX))
        .max_frame_size(Some(MESSAGE_MAX));
    let shake = client_async_with_config("ws://localhost/", stream, Some(config));
    match timeout(patience, shake).await {
        Ok(Ok((stream, _))) => Ok(stream),
        Ok(Err(error)) => Err(NoConnection::Strange(real, error.to_string())),
        Err(_) => Err(NoConnection::Silent(real)),
    }
}

fn me() -> u32 {
    rustix::process::getuid().as_raw()
}

/// The socket behind the link, which is also short enough to connect to.
fn ours(path: &Path) -> Result<PathBuf, NoConnection> {
    if let Some(dir) = path.parent() {
        private(dir)?;
    }
    let real = match fs::canonicalize(path) {
        Ok(real) => real,
        // A link to nothing is what a server leaves that has ended.
        Err(_) if fs::symlink_metadata(path).is_ok() => {
            return Err(NoConnection::Stale(path.to_owned()));
        }
        Err(_) => return Err(NoConnection::Absent),
    };
    let found = fs::metadata(&real).map_err(|_| NoConnection::Absent)?;
    if !found.file_type().is_socket() {
        return Err(NoConnection::Foreign(real, "it is no socket"));
    }
    if found.uid() != me() {
        return Err(NoConnection::Foreign(real, "it belongs to another user"));
    }
    if let Some(dir) = real.parent() {
        private(dir)?;
    }
    Ok(real)
}

/// A directory of ours that nobody else can write to.
fn private(dir: &Path) -> Result<(), NoConnection> {
    let found = fs::metadata(dir).map_err(|_| NoConnection::Absent)?;
    if found.uid() != me() {
        let why = "its directory belongs to another user";
        return Err(NoConnection::Foreign(dir.to_owned(), why));
    }
    if found.mode() & 0o022 != 0 {
        let why = "others can write to its directory";
        return Err(NoConnection::Foreign(dir.to_owned(), why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn home() -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let socket = path(home.path());
        fs::create_dir_all(socket.parent().unwrap()).unwrap();
        (home, socket)
    }

    #[tokio::test]
    async fn what_is_missing_or_left_behind_is_named() {
        let (home, socket) = home();
        assert_eq!(
            connect(&socket, PATIENCE).await.err(),
            Some(NoConnection::Absent)
        );
        let target = home.path().join("s");
        std::os::unix::fs::symlink(&target, &socket).unwrap();
        assert!(matches!(
            connect(&socket, PATIENCE).await,
            Err(NoConnection::Stale(_))
        ));
        drop(std::os::unix::net::UnixListener::bind(&target).unwrap());
        assert!(matches!(
            connect(&socket, PATIENCE).await,
            Err(NoConnection::Stale(_))
        ));
        fs::remove_file(&target).unwrap();
        fs::write(&target, "").unwrap();
        assert!(matches!(
            connect(&socket, PATIENCE).await,
            Err(NoConnection::Foreign(..))
        ));
    }

    #[tokio::test]
    async fn a_directory_that_others_can_write_to_is_not_trusted() {
        let (_home, socket) = home();
        let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let open = fs::Permissions::from_mode(0o777);
        fs::set_permissions(socket.parent().unwrap(), open).unwrap();
        assert!(matches!(
            connect(&socket, PATIENCE).await,
            Err(NoConnection::Foreign(..))
        ));
        drop(listener);
    }

    #[tokio::test]
    async fn a_server_that_hangs_is_given_up() {
        let (_home, socket) = home();
        // It listens and never accepts, like a process that was stopped.
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert!(matches!(
            connect(&socket, Duration::from_millis(20)).await,
            Err(NoConnection::Silent(_))
        ));
    }
}
