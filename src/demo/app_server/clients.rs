//! Connections: who listens to what.

use std::collections::BTreeSet;
use tokio::sync::mpsc;

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
    pub(super) fn add(&mut self) -> (u64, mpsc::UnboundedReceiver<String>) {
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
