//! A stand-in for Codex's background server: the same socket, the same frames,
//! the same order of news, and on demand its worst days. It knows threads, asks
//! what it is told to ask, and takes down what clients call and answer. Like
//! Codex it numbers its requests from 0, tells states to everybody and requests
//! only to those who subscribed, and takes the first answer from anybody.

mod client;
mod clients;
mod replies;
mod world;

pub use world::{Done, Fault};

use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::UnixListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use world::{Asking, Shared, Thread, World};

/// A running server. Dropping it closes everything, and leaves its socket behind.
#[derive(Debug)]
pub struct Server {
    socket: PathBuf,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
    // Its directory goes with it.
    _place: tempfile::TempDir,
}

impl Server {
    /// Listens where the server of this `CODEX_HOME` would. Needs a tokio runtime.
    pub fn start(codex_home: &Path) -> io::Result<Self> {
        Self::start_in(codex_home, tempfile::Builder::new().prefix("as").tempdir()?)
    }

    /// The same with its socket in this directory.
    pub fn start_in(codex_home: &Path, place: tempfile::TempDir) -> io::Result<Self> {
        let listener = UnixListener::bind(place.path().join("s"))?;
        let socket = crate::app_server::socket::path(codex_home);
        if let Some(control) = socket.parent() {
            fs::create_dir_all(control)?;
        }
        // What an earlier server left.
        let _absent = fs::remove_file(&socket);
        std::os::unix::fs::symlink(place.path().join("s"), &socket)?;
        let shared = Arc::new(Shared {
            world: Mutex::default(),
            changed: watch::Sender::new(0),
        });
        let task = tokio::spawn(client::accept(listener, Arc::clone(&shared)));
        Ok(Self {
            socket,
            shared,
            task,
            _place: place,
        })
    }

    /// The link that clients look for.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world()
    }

    /// Loads a thread.
    pub fn thread(&self, thread: &str, ephemeral: bool) {
        let loaded = Thread {
            ephemeral,
            ..Thread::default()
        };
        let mut world = self.world();
        world.threads.insert(thread.to_owned(), loaded);
        let described = world.describe(thread);
        world.tell_all("thread/started", &json!({"thread": described}));
    }

    /// Lets go of a thread.
    pub fn unload(&self, thread: &str) {
        let mut world = self.world();
        world.threads.remove(thread);
        let status = json!({"threadId": thread, "status": {"type": "notLoaded"}});
        world.tell_all("thread/status/changed", &status);
        world.tell_all("thread/closed", &json!({"threadId": thread}));
    }

    /// Begins a turn, or ends it with everything that it asked.
    pub fn work(&self, thread: &str, turn: Option<&str>) {
        let mut world = self.world();
        world.turn(thread, turn.map(str::to_owned));
        self.shared.note();
    }

    /// Remembers an item of the running turn, and tells those who listen.
    pub fn item(&self, thread: &str, item: &Value) {
        let mut world = self.world();
        if let Some(known) = world.threads.get_mut(thread) {
            known.items.push(item.clone());
        }
        let told = json!({"threadId": thread, "item": item});
        world.tell(thread, "item/started", &told);
    }

    /// Asks; gives the number of the request.
    pub fn ask(&self, thread: &str, method: &str, mut params: Value) -> u64 {
        let mut world = self.world();
        let id = world.next;
        world.next += 1;
        params["threadId"] = json!(thread);
        let asking = Asking {
            thread: thread.to_owned(),
            method: method.to_owned(),
            params,
        };
        world.open.insert(id, asking.clone());
        world.tell_status(thread);
        world.request(thread, id, &asking);
        id
    }

    /// Somebody else answers.
    pub fn resolve(&self, id: u64) {
        self.world().resolved(id);
        self.shared.note();
    }

    /// Somebody else refuses: the end of the call is reported before the new state is.
    pub fn refused(&self, id: u64, item: &Value) {
        let mut world = self.world();
        let Some(asking) = world.open.remove(&id) else {
            return;
        };
        let thread = asking.thread;
        let resolved = json!({"threadId": thread, "requestId": id});
        world.tell(&thread, "serverRequest/resolved", &resolved);
        let completed = json!({"threadId": thread, "item": item});
        world.tell(&thread, "item/completed", &completed);
        world.tell_status(&thread);
    }

    /// Sends these bytes to everybody, whatever they mean.
    pub fn say(&self, text: &str) {
        self.world().clients.all(text);
    }

    /// Misbehaves from now on.
    pub fn fail(&self, fault: Fault) {
        self.world().fault = fault;
    }

    /// Closes all connections.
    pub fn hang_up(&self) {
        self.world().clients.clear();
    }

    /// What clients did so far.
    pub fn done(&self) -> Vec<Done> {
        self.world().done.clone()
    }

    /// How many connections there were.
    pub fn connections(&self) -> u64 {
        self.world().connections
    }

    /// Waits until clients did something like this; gives the first.
    pub async fn wait<T>(&self, wanted: impl Fn(&Done) -> Option<T>) -> T {
        let mut changed = self.shared.changed.subscribe();
        loop {
            if let Some(found) = self.done().iter().find_map(&wanted) {
                return found;
            }
            // The sender lives as long as this server.
            let _ = changed.changed().await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
        self.hang_up();
    }
}
