//! Codex's app-server: the background server in which most sessions live.
//!
//! There is one connection for each `CODEX_HOME`. The source
//! (`ingress/app_server`) holds it and reads it; executors
//! (`effects/app_server`) speak through the same [`Link`], because an answer must
//! go over the connection that got the request. The server numbers its requests
//! from 0 again after a restart, so a request is named by the connection's
//! generation and its id together.

pub mod asked;
mod link;
pub mod socket;
pub mod wire;

pub use link::{Call, Ends, Fault, Link, Open};
