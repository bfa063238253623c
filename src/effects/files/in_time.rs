//! Work on a disk that may hang, as that of a network volume.

use std::time::Duration;
use tokio::task::{JoinError, spawn_blocking};
use tokio::time::timeout;

/// Longest time for one file: a volume that does not answer must hold nothing up for good.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// Does such work; `None`: it took too long, and is left to itself.
pub(super) async fn in_time<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<Result<T, JoinError>> {
    timeout(limit, spawn_blocking(work)).await.ok()
}
