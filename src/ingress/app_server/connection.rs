//! One connection: what the server was asked, what it said, what follows.

use super::news;
use crate::app_server::asked::{self, Patches};
use crate::app_server::wire::{Incoming, Rejected};
use crate::app_server::{Link, Open};
use events::event::{ShapeEffect, ShapeUnknown, Source};
use events::prompt::{
    PromptEnd, PromptResolved, PromptSource, RateLimitsChanged, ThreadState, ThreadStatusChanged,
};
use events::{CallId, Input, SessionId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Patches and hidden threads that are remembered.
const REMEMBERED: usize = 128;
/// Sessions that are asked for at the start.
const SEEDS: usize = 256;

/// What a call of ours was for.
enum Purpose {
    Loaded,
    Read(SessionId),
    Subscribe(SessionId),
    Other,
}

/// What is known over one connection.
pub(super) struct Connection {
    link: Link,
    generation: u64,
    purposes: BTreeMap<u64, Purpose>,
    threads: BTreeMap<SessionId, ThreadState>,
    /// Threads that Codex made for itself.
    hidden: BTreeSet<SessionId>,
    subscribed: BTreeSet<SessionId>,
    patches: Patches,
    limits: Option<RateLimitsChanged>,
    /// Sessions of an earlier connection that were not heard of yet.
    known: BTreeSet<SessionId>,
    seeded: bool,
    /// How often each method came that is not understood, and how often when it was last reported.
    unknown: BTreeMap<String, (u64, u64)>,
    /// A prompt that was closed after our answer, while it may still turn out whose it was.
    unsettled: Option<Unsettled>,
    inputs: Vec<Input>,
}

/// A prompt that we answered and that is closed.
struct Unsettled {
    resolved: PromptResolved,
    call: Option<CallId>,
    allowed: bool,
}

impl Connection {
    pub(super) fn new(link: Link, generation: u64, known: Vec<SessionId>) -> Self {
        Self {
            link,
            generation,
            purposes: BTreeMap::new(),
            threads: BTreeMap::new(),
            hidden: BTreeSet::new(),
            subscribed: BTreeSet::new(),
            patches: Patches::new(),
            limits: None,
            known: known.into_iter().collect(),
            seeded: false,
            unknown: BTreeMap::new(),
            unsettled: None,
            inputs: Vec::new(),
        }
    }

    /// News since the last time.
    pub(super) fn news(&mut self) -> Vec<Input> {
        std::mem::take(&mut self.inputs)
    }

    /// Sessions that the server has loaded.
    pub(super) fn sessions(&self) -> Vec<SessionId> {
        let loaded = self.threads.iter();
        let loaded = loaded.filter(|(_, state)| **state != ThreadState::NotLoaded);
        loaded.map(|(session, _)| session.clone()).collect()
    }

    /// All that was there at the start is known, prompts included.
    pub(super) fn is_seeded(&self) -> bool {
        self.seeded && self.purposes.is_empty()
    }

    /// Asks for what was there before this connection.
    pub(super) fn seed(&mut self) {
        let params = json!({"limit": SEEDS});
        self.call("thread/loaded/list", &params, Purpose::Loaded);
    }

    /// The connection broke in the middle of a message.
    pub(super) fn broke(&mut self) {
        tracing::warn!(
            waiting = self.purposes.len(),
            "the background server's message is not readable"
        );
    }

    fn call(&mut self, method: &str, params: &Value, purpose: Purpose) {
        if let Some(id) = self.link.send_call(self.generation, method, params) {
            self.purposes.insert(id, purpose);
        }
    }

    /// Takes in one frame.
    pub(super) fn take(&mut self, frame: Incoming) {
        if let Incoming::News { method, params } = &frame {
            self.settle(method, params);
        }
        match frame {
            Incoming::Answer { id, result } => match self.purposes.remove(&id) {
                Some(purpose) => self.answered(purpose, result),
                None => {
                    // One that came too late is not waited for any more.
                    self.link.answered(id, result);
                }
            },
            Incoming::Request { id, method, params } => self.asked(&id, &method, &params),
            Incoming::News { method, params } => self.told(&method, &params),
            Incoming::Unknown => self.count("a frame without a meaning", ShapeEffect::Counted),
        }
    }

    /// Something is not understood: the first of a kind is reported, and further ones each time
    /// that their number has grown tenfold.
    fn count(&mut self, what: &str, effect: ShapeEffect) {
        // A name is shown to people; it must not be anything else.
        let plain = |c: char| c.is_ascii_alphanumeric() || "/_- ".contains(c);
        let kind: String = what.chars().filter(|c| plain(*c)).take(80).collect();
        if self.unknown.len() >= REMEMBERED && !self.unknown.contains_key(&kind) {
            return;
        }
        let (all, told) = self.unknown.entry(kind.clone()).or_default();
        *all += 1;
        if *all != 1 && *all < told.saturating_mul(10) {
            return;
        }
        let count = *all - *told;
        *told = *all;
        self.inputs.push(Input::Shape(ShapeUnknown {
            source: Source::AppServer,
            kind,
            place: format!("connection {}", self.generation),
            version: String::new(),
            effect,
            count,
        }));
    }

    fn answered(&mut self, purpose: Purpose, result: Result<Value, Rejected>) {
        let result = result.inspect_err(|refused| {
            tracing::debug!(code = refused.code, "the background server refused a call");
        });
        match (purpose, result) {
            (Purpose::Loaded, Ok(said)) => self.loaded(&said),
            (Purpose::Loaded, Err(_)) => self.seeded = true,
            (Purpose::Read(session), Ok(said)) => self.thread(&session, &said["thread"]),
            (Purpose::Read(session), Err(_)) => self.status(&session, ThreadState::NotLoaded),
            // The turn that runs holds the patch that a request is about.
            (Purpose::Subscribe(_), Ok(said)) => {
                let turns = said["initialTurnsPage"]["data"].as_array();
                let items = turns.into_iter().flatten();
                let items = items.filter_map(|turn| turn["items"].as_array()).flatten();
                for item in items {
                    self.remember(item);
                }
            }
            (Purpose::Subscribe(session), Err(_)) => {
                self.subscribed.remove(&session);
            }
            (Purpose::Other, _) => {}
        }
    }

    fn loaded(&mut self, said: &Value) {
        let ids = said["data"].as_array().map_or(&[][..], Vec::as_slice);
        let ids: Vec<SessionId> = ids
            .iter()
            .filter_map(Value::as_str)
            .filter_map(SessionId::parse)
            .collect();
        for session in self.known.clone() {
            if !ids.contains(&session) {
                self.status(&session, ThreadState::NotLoaded);
            }
        }
        for session in ids {
            let params = json!({"threadId": session.as_str()});
            self.call("thread/read", &params, Purpose::Read(session));
        }
        self.seeded = true;
    }

    /// A thread as the server describes it.
    fn thread(&mut self, session: &SessionId, thread: &Value) {
        if thread["ephemeral"] == true {
            if self.hidden.len() >= REMEMBERED {
                self.hidden.pop_first();
            }
            self.hidden.insert(session.clone());
            return;
        }
        if let Some(state) = news::state(&thread["status"]) {
            self.status(session, state);
        }
    }

    fn told(&mut self, method: &str, params: &Value) {
        let session = asked::session(params);
        match (method, session) {
            ("thread/status/changed", Some(session)) => match news::state(&params["status"]) {
                Some(state) => self.status(&session, state),
                None => self.count("a status that is not known", ShapeEffect::Lost),
            },
            ("thread/closed" | "thread/deleted", Some(session)) => {
                self.status(&session, ThreadState::NotLoaded);
            }
            ("thread/started", _) => {
                let id = params["thread"]["id"].as_str();
                if let Some(session) = id.and_then(SessionId::parse) {
                    self.thread(&session, &params["thread"]);
                }
            }
            ("serverRequest/resolved", Some(_)) => {
                let request = params["requestId"].to_string();
                self.resolved(&request, PromptEnd::Elsewhere);
            }
            ("item/started", _) => self.remember(&params["item"]),
            ("account/rateLimits/updated", _) => {
                let limits = news::limits(&params["rateLimits"]);
                if let Some(limits) = limits
                    && self.limits.as_ref() != Some(&limits)
                {
                    self.limits = Some(limits.clone());
                    self.inputs.push(Input::RateLimits(limits));
                }
            }
            // A subscribed session tells more than is wanted.
            ("item/completed" | "turn/started" | "turn/completed" | "warning", _) => {}
            (method, _) => self.count(method, ShapeEffect::Counted),
        }
    }

    fn remember(&mut self, item: &Value) {
        if let Some((id, files)) = asked::files(item) {
            if self.patches.len() >= REMEMBERED {
                self.patches.pop_first();
            }
            self.patches.insert(id, files);
        }
    }

    /// What a session does now, and whether it must be listened to.
    fn status(&mut self, session: &SessionId, state: ThreadState) {
        if self.hidden.contains(session) {
            return;
        }
        self.known.remove(session);
        let waits = matches!(
            state,
            ThreadState::Active { approval, input } if approval || input
        );
        // First report what ended, then that nothing is waited for.
        if !waits {
            self.leave(session, state);
        }
        if self.threads.insert(session.clone(), state) != Some(state) {
            let status = ThreadStatusChanged {
                generation: self.generation,
                session: session.clone(),
                status: state,
            };
            self.inputs.push(Input::ThreadStatus(status));
        }
        if waits {
            self.subscribe(session);
        }
        if state == ThreadState::NotLoaded {
            self.threads.remove(session);
        }
    }

    /// Whoever subscribes is given the requests that are open.
    fn subscribe(&mut self, session: &SessionId) {
        if !self.subscribed.insert(session.clone()) {
            return;
        }
        let params = json!({
            "threadId": session.as_str(),
            "excludeTurns": true,
            "initialTurnsPage": {"limit": 1, "sortDirection": "desc", "itemsView": "full"},
        });
        let purpose = Purpose::Subscribe(session.clone());
        self.call("thread/resume", &params, purpose);
    }

    /// The session waits for nothing: what is still open was ended without a word.
    fn leave(&mut self, session: &SessionId, state: ThreadState) {
        let how = match state {
            ThreadState::Idle | ThreadState::Failed => PromptEnd::TurnEnded,
            ThreadState::Active { .. } => PromptEnd::Elsewhere,
            ThreadState::NotLoaded => PromptEnd::Gone,
        };
        for request in self.link.open_in(session) {
            self.resolved(&request, how.clone());
        }
        if self.subscribed.remove(session) {
            let params = json!({"threadId": session.as_str()});
            self.call("thread/unsubscribe", &params, Purpose::Other);
        }
    }

    /// The first answer counts, whoever gave it.
    fn resolved(&mut self, request: &str, otherwise: PromptEnd) {
        let Some(open) = self.link.closed(request) else {
            return;
        };
        self.end_doubt();
        let resolved = PromptResolved {
            session: open.raised.session,
            source: PromptSource::AppServer {
                generation: self.generation,
                request: request.to_owned(),
            },
            how: match open.answered {
                Some(_) => PromptEnd::ByUs,
                None => otherwise,
            },
        };
        match open.answered {
            None => self.inputs.push(Input::PromptResolved(resolved)),
            Some(allowed) => {
                self.unsettled = Some(Unsettled {
                    resolved,
                    call: open.raised.call,
                    allowed,
                });
            }
        }
    }

    /// It may still turn out that somebody else was quicker than our answer.
    pub(super) const fn is_in_doubt(&self) -> bool {
        self.unsettled.is_some()
    }

    /// Nothing speaks against our answer.
    pub(super) fn end_doubt(&mut self) {
        if let Some(unsettled) = self.unsettled.take() {
            self.inputs.push(Input::PromptResolved(unsettled.resolved));
        }
    }

    /// What comes right behind the end of a prompt tells what became of the call: if it was
    /// refused and we allowed it, or the other way round, the answer was not ours.
    fn settle(&mut self, method: &str, params: &Value) {
        let Some(unsettled) = &mut self.unsettled else {
            return;
        };
        let item = &params["item"];
        let call = unsettled.call.as_ref().map(CallId::as_str);
        if method == "item/completed" && call.is_some() && item["id"].as_str() == call {
            let refused = item["status"] == "declined";
            if refused == unsettled.allowed {
                unsettled.resolved.how = PromptEnd::Elsewhere;
            }
        }
        self.end_doubt();
    }

    fn asked(&mut self, request: &str, method: &str, params: &Value) {
        let understood = asked::understand(self.generation, request, method, params, &self.patches);
        let Some((raised, replies)) = understood else {
            // Nothing is said: whatever this program answered would count for everybody.
            tracing::warn!(
                method,
                "Codex asks for something that this version does not understand"
            );
            // What a session waits for cannot be shown, and the owner has to know that.
            let effect = match asked::session(params) {
                Some(_) => ShapeEffect::Lost,
                None => ShapeEffect::Counted,
            };
            return self.count(&format!("request {method}"), effect);
        };
        let open = Open {
            raised: raised.clone(),
            replies,
            answered: None,
        };
        // A new subscription is sent again what is open.
        if self.link.asked(request, open) {
            self.inputs.push(Input::Prompt(Box::new(raised)));
        }
    }
}
