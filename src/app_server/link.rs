//! The connection as executors see it. They name the connection they mean; on
//! another one nothing is sent. No lock is held while anything is waited for.

use super::asked::Replies;
use super::wire::{self, Rejected};
use events::SessionId;
use events::prompt::PromptRaised;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;

/// Frames that may wait to be written.
const WAITING: usize = 64;

/// A handle on whatever connection there is.
#[derive(Clone, Debug, Default)]
pub struct Link {
    shared: Arc<Mutex<Shared>>,
    /// Somebody thinks that there may be something to connect to.
    nudged: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Shared {
    up: Option<Connected>,
    calls: u64,
}

#[derive(Debug)]
struct Connected {
    generation: u64,
    frames: mpsc::Sender<String>,
    waiting: BTreeMap<u64, oneshot::Sender<Result<Value, Rejected>>>,
    open: BTreeMap<String, Open>,
    given_up: Arc<Notify>,
}

/// A request of the server that nobody has answered yet.
#[derive(Clone, Debug)]
pub struct Open {
    /// The prompt it makes.
    pub raised: PromptRaised,
    /// How each answer is put.
    pub replies: Replies,
    /// We have answered it: whether we allowed what it asks.
    pub answered: Option<bool>,
}

/// The ends that the holder of the connection keeps.
#[derive(Debug)]
pub struct Ends {
    /// What is to be written.
    pub frames: mpsc::Receiver<String>,
    /// Somebody found that the server does not answer.
    pub given_up: Arc<Notify>,
}

/// A call that a connection carries.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// What is asked for.
    pub method: &'a str,
    /// With what.
    pub params: &'a Value,
    /// How long the answer may take.
    pub within: Duration,
}

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It was not sent.
    NotSent(String),
    /// It was sent, and the connection was lost before the answer came.
    Lost,
    /// It was sent, and no answer came in time.
    TimedOut,
    /// The server refused it.
    Rejected(Rejected),
}

impl Link {
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that is up.
    pub fn generation(&self) -> Option<u64> {
        self.lock().up.as_ref().map(|up| up.generation)
    }

    /// A connection was made; gives the ends that its holder keeps.
    pub fn begin(&self, generation: u64) -> Ends {
        let (sender, frames) = mpsc::channel(WAITING);
        let given_up = Arc::new(Notify::new());
        self.lock().up = Some(Connected {
            generation,
            frames: sender,
            waiting: BTreeMap::new(),
            open: BTreeMap::new(),
            given_up: Arc::clone(&given_up),
        });
        Ends { frames, given_up }
    }

    /// The connection is gone: whoever waits for an answer hears that it was lost.
    pub fn end(&self) {
        self.lock().up = None;
    }

    /// Looks whether there is something to connect to, where nothing is connected.
    pub fn nudge(&self, socket: &Path) {
        if self.lock().up.is_none() && super::socket::identity(socket).is_some() {
            self.nudged.notify_one();
        }
    }

    /// Waits for a nudge.
    pub async fn nudged(&self) {
        self.nudged.notified().await;
    }

    /// Calls the server on the connection that is meant.
    pub async fn call(&self, generation: u64, call: Call<'_>) -> Result<Value, Fault> {
        let (answered, answer) = oneshot::channel();
        self.send(generation, |up, id| {
            up.waiting.insert(id, answered);
            wire::call(id, call.method, call.params)
        })?;
        match timeout(call.within, answer).await {
            Ok(Ok(Ok(result))) => Ok(result),
            Ok(Ok(Err(rejected))) => Err(Fault::Rejected(rejected)),
            Ok(Err(_)) => Err(Fault::Lost),
            Err(_) => {
                self.silent(generation);
                Err(Fault::TimedOut)
            }
        }
    }

    /// Sends a call whose answer the holder of the connection reads later; gives its number.
    pub fn send_call(&self, generation: u64, method: &str, params: &Value) -> Option<u64> {
        self.send(generation, |_, id| wire::call(id, method, params))
            .ok()
    }

    fn send(
        &self,
        generation: u64,
        frame: impl FnOnce(&mut Connected, u64) -> String,
    ) -> Result<u64, Fault> {
        let mut shared = self.lock();
        shared.calls += 1;
        let id = shared.calls;
        let up = current(&mut shared, generation)?;
        let room = up.frames.clone();
        let room = room
            .try_reserve()
            .map_err(|_| Fault::NotSent("the background server takes nothing in".into()))?;
        room.send(frame(up, id));
        Ok(id)
    }

    /// Answers a request of the server once, with what `reply` makes of it.
    pub fn answer(
        &self,
        generation: u64,
        request: &str,
        allows: bool,
        reply: impl FnOnce(&Open) -> Result<Value, String>,
    ) -> Result<(), Fault> {
        let mut shared = self.lock();
        let up = current(&mut shared, generation)?;
        let frames = up.frames.clone();
        let Some(open) = up.open.get_mut(request) else {
            return Err(Fault::NotSent("it is not asked any more".into()));
        };
        if open.answered.is_some() {
            return Err(Fault::NotSent("it was answered already".into()));
        }
        let result = reply(open).map_err(Fault::NotSent)?;
        let room = frames
            .try_reserve()
            .map_err(|_| Fault::NotSent("the background server takes nothing in".into()))?;
        open.answered = Some(allows);
        room.send(wire::answer(request, &result));
        Ok(())
    }

    /// A request that is open.
    pub fn open(&self, generation: u64, request: &str) -> Option<Open> {
        current(&mut self.lock(), generation)
            .ok()?
            .open
            .get(request)
            .cloned()
    }

    /// The server asks something. False: it is asked already.
    pub fn asked(&self, request: &str, open: Open) -> bool {
        let mut shared = self.lock();
        let Some(up) = &mut shared.up else {
            return false;
        };
        if up.open.contains_key(request) {
            return false;
        }
        up.open.insert(request.to_owned(), open);
        true
    }

    /// A request is closed; gives what it was.
    pub fn closed(&self, request: &str) -> Option<Open> {
        self.lock().up.as_mut()?.open.remove(request)
    }

    /// What is open in a session.
    pub fn open_in(&self, session: &SessionId) -> Vec<String> {
        let shared = self.lock();
        let open = shared.up.iter().flat_map(|up| &up.open);
        open.filter(|(_, open)| open.raised.session == *session)
            .map(|(request, _)| request.clone())
            .collect()
    }

    /// An answer came from the server. False: nobody waits for it here.
    pub fn answered(&self, id: u64, result: Result<Value, Rejected>) -> bool {
        let waiting = self
            .lock()
            .up
            .as_mut()
            .and_then(|up| up.waiting.remove(&id));
        // Whoever called may have stopped waiting.
        waiting.is_some_and(|waiting| waiting.send(result).is_ok())
    }

    /// The server does not answer on this connection: it is given up.
    pub fn silent(&self, generation: u64) {
        if let Ok(up) = current(&mut self.lock(), generation) {
            up.given_up.notify_one();
        }
    }
}

fn current(shared: &mut Shared, generation: u64) -> Result<&mut Connected, Fault> {
    match &mut shared.up {
        Some(up) if up.generation == generation => Ok(up),
        Some(_) => Err(Fault::NotSent(
            "the connection to the background server was replaced".into(),
        )),
        None => Err(Fault::NotSent(
            "there is no connection to the background server".into(),
        )),
    }
}
