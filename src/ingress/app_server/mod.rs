//! What Codex's background server tells: which sessions work, which wait, and for
//! what exactly.
//!
//! The states of all sessions come without asking. The text of a prompt comes
//! only to clients that are subscribed to its session, so a session is subscribed
//! to while it waits and not a moment longer: a subscribed session is never
//! unloaded. Nothing is answered here and nothing is held back.

mod connection;
mod news;
#[cfg(test)]
mod tests;

use crate::app_server::socket::{self, NoConnection, PATIENCE, Stream};
use crate::app_server::{Ends, Link, wire};
use crate::clock::Stopwatch;
use connection::Connection;
use events::event::Source;
use events::input::SourceState;
use events::prompt::{AppServerLinkChanged, LinkState};
use events::{Input, SessionId};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// The first pause after a failed try with the same socket; it doubles.
const PAUSE: Duration = Duration::from_secs(2);
/// The longest.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// How long the first look may take before others stop waiting for it.
const SEEDING: Duration = Duration::from_secs(3);

/// How long after the end of a prompt it may turn out that it was not our answer.
const DOUBT: Duration = Duration::from_millis(50);

/// What the source hands on.
#[derive(Debug)]
pub enum Told {
    /// News, oldest first.
    Inputs(Vec<Input>),
    /// Everything was looked at once.
    Looked,
}

/// Where to look, and from where on.
#[derive(Clone, Debug)]
pub struct AppServer {
    /// The server's socket.
    pub socket: PathBuf,
    /// Connections are numbered from here: higher than any that the log knows.
    pub generation: u64,
    /// Sessions that the log has as living in the server.
    pub known: Vec<SessionId>,
}

impl AppServer {
    /// Connects, reads and connects again, until nobody wants to hear of it.
    pub async fn run(mut self, link: Link, mut tell: impl FnMut(Told) -> bool + Send) {
        let mut health = Health::default();
        let mut pauses = Pauses::default();
        let mut looked = false;
        loop {
            let found = socket::identity(&self.socket);
            match self.connect().await {
                Ok((stream, server)) => {
                    self.generation += 1;
                    let ends = link.begin(self.generation);
                    let mut inputs = health.now(None);
                    inputs.push(self.link(LinkState::Up { server }));
                    let known = std::mem::take(&mut self.known);
                    let mut connection = Connection::new(link.clone(), self.generation, known);
                    let why = if tell(Told::Inputs(inputs)) {
                        follow(stream, ends, &mut connection, &mut tell, &mut looked).await
                    } else {
                        None
                    };
                    link.end();
                    let Some(why) = why else { return };
                    self.known = connection.sessions();
                    pauses.lost(found, &why);
                    let down = self.link(LinkState::Down { why });
                    if !tell(Told::Inputs(vec![down])) {
                        return;
                    }
                }
                Err(no) => {
                    pauses.failed(found);
                    if !tell(Told::Inputs(health.now(Some(&no)))) {
                        return;
                    }
                }
            }
            if !std::mem::replace(&mut looked, true) && !tell(Told::Looked) {
                return;
            }
            loop {
                link.nudged().await;
                if pauses.over(socket::identity(&self.socket)) {
                    break;
                }
            }
        }
    }

    fn link(&self, state: LinkState) -> Input {
        Input::AppServer(AppServerLinkChanged {
            generation: self.generation,
            socket: self.socket.display().to_string(),
            state,
        })
    }

    /// A connection over which the server has introduced itself.
    async fn connect(&self) -> Result<(Stream, String), NoConnection> {
        let mut stream = socket::connect(&self.socket, PATIENCE).await?;
        match timeout(PATIENCE, introduce(&mut stream)).await {
            Ok(Ok(server)) => Ok((stream, server)),
            Ok(Err(why)) => Err(NoConnection::Strange(self.socket.clone(), why)),
            Err(_) => Err(NoConnection::Silent(self.socket.clone())),
        }
    }
}

/// The first exchange; gives what the server calls itself.
async fn introduce(stream: &mut Stream) -> Result<String, String> {
    let hello = wire::call(0, "initialize", &wire::initialize());
    let lost = |error: tokio_tungstenite::tungstenite::Error| error.to_string();
    stream.send(Message::text(hello)).await.map_err(lost)?;
    loop {
        let Some(message) = stream.next().await else {
            return Err("it closed the connection".into());
        };
        let Message::Text(text) = message.map_err(lost)? else {
            continue;
        };
        // Some news may come first.
        let wire::Incoming::Answer { id: 0, result } = wire::read(&text) else {
            continue;
        };
        let said = result.map_err(|refused| refused.message)?;
        let initialized = Message::text(wire::tell("initialized"));
        stream.send(initialized).await.map_err(lost)?;
        return Ok(server(&said));
    }
}

fn server(said: &Value) -> String {
    let agent = said["userAgent"].as_str().unwrap_or("unknown");
    // The rest describes the system and us.
    agent.split_whitespace().next().unwrap_or(agent).to_owned()
}

/// Reads and writes until the connection ends, which gives why; `None`: nobody listens any more.
async fn follow(
    mut stream: Stream,
    mut ends: Ends,
    connection: &mut Connection,
    tell: &mut (impl FnMut(Told) -> bool + Send),
    looked: &mut bool,
) -> Option<String> {
    connection.seed();
    let seeding = tokio::time::sleep(SEEDING);
    tokio::pin!(seeding);
    loop {
        let inputs = connection.news();
        if !inputs.is_empty() && !tell(Told::Inputs(inputs)) {
            return None;
        }
        if !*looked && (connection.is_seeded() || seeding.is_elapsed()) {
            *looked = true;
            if !tell(Told::Looked) {
                return None;
            }
        }
        tokio::select! {
            () = &mut seeding, if !*looked => {}
            () = tokio::time::sleep(DOUBT), if connection.is_in_doubt() => connection.end_doubt(),
            () = ends.given_up.notified() => {
                return Some("the background server does not answer".into());
            }
            frame = ends.frames.recv() => {
                let frame = Message::text(frame?);
                match timeout(PATIENCE, stream.send(frame)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return Some(error.to_string()),
                    Err(_) => return Some("the background server takes nothing in".into()),
                }
            }
            message = stream.next() => match message {
                Some(Ok(Message::Text(text))) => connection.take(wire::read(&text)),
                Some(Ok(Message::Close(_))) | None => {
                    return Some("the background server has closed the connection".into());
                }
                // Pings are answered below; nothing else is expected.
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    connection.broke();
                    return Some(format!("the connection to the background server broke: {error}"));
                }
            }
        }
    }
}

/// Turns what stands in the way of a connection into a fact, once. That no server
/// runs is no fault.
#[derive(Default)]
struct Health {
    said: Option<SourceState>,
}

impl Health {
    fn now(&mut self, no: Option<&NoConnection>) -> Vec<Input> {
        let state = match no {
            None | Some(NoConnection::Absent | NoConnection::Stale(_)) => SourceState::Works,
            Some(no) => SourceState::Failed(no.to_string()),
        };
        let before = self.said.replace(state.clone());
        let news = before.as_ref() != Some(&state);
        let silent = before.is_none() && state == SourceState::Works;
        if news && !silent {
            vec![Input::Source(Source::AppServer, state)]
        } else {
            Vec::new()
        }
    }
}

/// When the next try may come.
#[derive(Default)]
struct Pauses {
    tried: Option<(Option<Identity>, Stopwatch)>,
    pause: Duration,
}

type Identity = (u64, u64, i64);

impl Pauses {
    fn failed(&mut self, found: Option<Identity>) {
        let same = self.tried.as_ref().is_some_and(|(at, _)| *at == found);
        self.pause = if same {
            (self.pause * 2).clamp(PAUSE, PAUSE_MAX)
        } else {
            PAUSE
        };
        self.tried = Some((found, Stopwatch::start()));
    }

    /// What worked and then hung is not tried again at once.
    fn lost(&mut self, found: Option<Identity>, _why: &str) {
        self.pause = PAUSE;
        self.tried = Some((found, Stopwatch::start()));
    }

    fn over(&self, found: Option<Identity>) -> bool {
        let Some((at, since)) = &self.tried else {
            return true;
        };
        *at != found || since.elapsed() >= self.pause
    }
}
