//! Connections: who listens to what.

use super::{Done, Fault, Shared};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

/// Everybody who is connected.
#[derive(Debug, Default)]
pub(super) struct Clients {
    next: u64,
    list: Vec<Client>,
}

#[derive(Debug)]
struct Client {
    id: u64,
    frames: mpsc::UnboundedSender<String>,
    subscribed: BTreeSet<String>,
    ready: bool,
}

impl Clients {
    fn add(&mut self) -> (u64, mpsc::UnboundedReceiver<String>) {
        let (frames, written) = mpsc::unbounded_channel();
        self.next += 1;
        self.list.push(Client {
            id: self.next,
            frames,
            subscribed: BTreeSet::new(),
            ready: false,
        });
        (self.next, written)
    }

    fn get(&mut self, id: u64) -> Option<&mut Client> {
        self.list.iter_mut().find(|client| client.id == id)
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    pub(super) fn drop_one(&mut self, id: u64) {
        self.list.retain(|client| client.id != id);
    }

    pub(super) fn introduced(&mut self, id: u64) {
        if let Some(client) = self.get(id) {
            client.ready = true;
        }
    }

    pub(super) fn subscribe(&mut self, id: u64, thread: &str, on: bool) {
        let Some(client) = self.get(id) else { return };
        if on {
            client.subscribed.insert(thread.to_owned());
        } else {
            client.subscribed.remove(thread);
        }
    }

    pub(super) fn one(&mut self, id: u64, text: &str) {
        if let Some(client) = self.get(id) {
            // One that has gone is removed where it is read.
            let _gone = client.frames.send(text.to_owned());
        }
    }

    pub(super) fn all(&self, text: &str) {
        for client in self.list.iter().filter(|client| client.ready) {
            let _gone = client.frames.send(text.to_owned());
        }
    }

    pub(super) fn subscribers(&self, thread: &str, text: &str) {
        let listens = |client: &&Client| client.subscribed.contains(thread);
        for client in self.list.iter().filter(listens) {
            let _gone = client.frames.send(text.to_owned());
        }
    }
}

pub(super) async fn accept(listener: UnixListener, shared: Arc<Shared>) {
    let mut open = tokio::task::JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        // The owned set ends every connection with this task.
        while open.try_join_next().is_some() {}
        open.spawn(serve(socket, Arc::clone(&shared)));
    }
}

async fn serve(socket: UnixStream, shared: Arc<Shared>) {
    let hangs = shared.world().fault == Fault::Hangs;
    if hangs {
        return std::future::pending().await;
    }
    let Ok(mut stream) = tokio_tungstenite::accept_async(socket).await else {
        return;
    };
    let (id, mut frames) = {
        let mut world = shared.world();
        world.connections += 1;
        world.clients.add()
    };
    loop {
        tokio::select! {
            frame = frames.recv() => {
                // It was hung up on.
                let Some(frame) = frame else { break };
                if stream.send(Message::text(frame)).await.is_err() { break }
            }
            message = stream.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    let fault = shared.world().fault.clone();
                    if let Fault::Slow(late) = fault {
                        tokio::time::sleep(late).await;
                    }
                    if fault != Fault::Hangs && !take(&shared, id, &text) { break }
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            }
        }
    }
    shared.world().clients.drop_one(id);
}

/// Takes one frame in; false: the connection is closed on it.
fn take(shared: &Shared, client: u64, text: &str) -> bool {
    let Ok(frame) = serde_json::from_str::<Value>(text) else {
        return true;
    };
    let mut world = shared.world();
    let goes_on = match (frame["method"].as_str(), &frame["id"]) {
        (Some("initialized"), _) => true,
        (Some(method), id) => {
            let done = Done::Called(method.to_owned(), frame["params"].clone());
            world.done.push(done);
            if world.fault_at(method) {
                false
            } else {
                world.called(client, id, method, &frame["params"]);
                true
            }
        }
        (None, id) => match id.as_u64() {
            Some(id) if world.open.contains_key(&id) => {
                world.done.push(Done::Answered(id, frame["result"].clone()));
                let closes = world.fault == Fault::ClosesAtAnswer;
                if !closes {
                    world.resolved(id);
                }
                !closes
            }
            // Late answers are for nobody.
            Some(_) | None => true,
        },
    };
    shared.note();
    goes_on
}
