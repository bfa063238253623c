//! A model that says what the last prompt tells it to: just enough of the
//! Responses API, streamed, for Codex 0.104 to 0.169. It exists so that
//! the real Codex runs without an account or a network. It listens on loopback
//! only and must never forward anything. The script language is in [`script`].

mod http;
pub mod script;
mod stream;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A running model. Dropping it closes the port and every open answer.
#[derive(Debug)]
pub struct Model {
    addr: SocketAddr,
    requests: Arc<AtomicU64>,
    server: JoinHandle<()>,
}

impl Model {
    /// Listens on a free loopback port. Needs a tokio runtime.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let addr = listener.local_addr()?;
        let requests = Arc::new(AtomicU64::new(0));
        let server = tokio::spawn(accept(listener, Arc::clone(&requests)));
        Ok(Self {
            addr,
            requests,
            server,
        })
    }

    /// The `base_url` for Codex' provider table.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.addr)
    }

    /// How many answers were asked for, titles and recaps included.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, requests: Arc<AtomicU64>) {
    let mut open = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        // The owned set makes an abort of this task end every answer too.
        while open.try_join_next().is_some() {}
        open.spawn(serve(socket, Arc::clone(&requests)));
    }
}

async fn serve(mut socket: TcpStream, requests: Arc<AtomicU64>) {
    // A client that goes away in mid-answer is an interrupted turn, not an error.
    let _gone = answer(&mut socket, &requests).await;
}

async fn answer(socket: &mut TcpStream, requests: &AtomicU64) -> io::Result<()> {
    let request = http::read(socket).await?;
    if !request.is_post_to("/responses") {
        return http::refuse(
            socket,
            "404 Not Found",
            "The scripted model has no such page.",
        )
        .await;
    }
    let nth = requests.fetch_add(1, Ordering::Relaxed) + 1;
    let Ok(body) = serde_json::from_slice(&request.body) else {
        return http::refuse(socket, "400 Bad Request", "The request is not JSON.").await;
    };
    let said = script::answer(&body);
    if said == script::Answer::Fail {
        let status = "500 Internal Server Error";
        return http::refuse(socket, status, "The script says to fail.").await;
    }
    if let script::Answer::Limit(seconds) = said {
        return http::limited(socket, seconds).await;
    }
    http::begin_stream(socket).await?;
    stream::write(socket, nth, said).await
}

#[cfg(test)]
mod tests;
