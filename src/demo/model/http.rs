//! The little HTTP/1.1 the scripted model needs: one request per connection, a
//! body with a length, an answer that ends when the connection does.

use std::io;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Codex resends the whole conversation; nothing honest comes near this.
const MAX_BODY: usize = 64 << 20;
const MAX_HEAD: usize = 256 << 10;

pub(super) struct Request {
    line: String,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn is_post_to(&self, end: &str) -> bool {
        let mut words = self.line.split(' ');
        words.next() == Some("POST")
            && words
                .next()
                .and_then(|target| target.split('?').next())
                .is_some_and(|path| path.ends_with(end))
    }
}

pub(super) async fn read(socket: &mut TcpStream) -> io::Result<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|at| at == b"\r\n\r\n") {
            break end + 4;
        }
        if bytes.len() > MAX_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if socket.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let mut body = bytes.split_off(head);
    let head = String::from_utf8_lossy(&bytes);
    let length = content_length(&head).ok_or(io::ErrorKind::InvalidData)?;
    while body.len() < length {
        if socket.read_buf(&mut body).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    body.truncate(length);
    let line = head.lines().next().unwrap_or_default().to_owned();
    Ok(Request { line, body })
}

fn content_length(head: &str) -> Option<usize> {
    let header = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    let length = header.map_or(Some(0), |value| value.trim().parse().ok())?;
    (length <= MAX_BODY).then_some(length)
}

pub(super) async fn refuse(socket: &mut TcpStream, status: &str, why: &str) -> io::Result<()> {
    let body = json!({"error": {"message": why, "type": "scripted"}}).to_string();
    say(socket, status, "", &body).await
}

/// Says, as Codex's own server does, that the 5-hour limit is used up for so long.
pub(super) async fn limited(socket: &mut TcpStream, seconds: u32) -> io::Result<()> {
    let resets = crate::clock::since_epoch().as_secs() + u64::from(seconds);
    let body = json!({"error": {
        "type": "usage_limit_reached",
        "message": "The usage limit has been reached",
        "plan_type": "plus",
        "resets_at": resets,
    }});
    let limits = format!(
        "x-codex-primary-used-percent: 100\r\nx-codex-primary-window-minutes: 300\r\nx-codex-primary-reset-at: {resets}\r\n"
    );
    say(socket, "429 Too Many Requests", &limits, &body.to_string()).await
}

async fn say(socket: &mut TcpStream, status: &str, more: &str, body: &str) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\n{more}content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(body.as_bytes()).await?;
    socket.shutdown().await
}

pub(super) async fn begin_stream(socket: &mut TcpStream) -> io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\nconnection: close\r\n\r\n";
    socket.write_all(head.as_bytes()).await
}
