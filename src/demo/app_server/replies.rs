//! What it answers to calls, in Codex's shapes.

use super::world::{Asking, Fault, World};
use serde_json::{Value, json};

impl World {
    pub(super) fn fault_at(&self, method: &str) -> bool {
        matches!(self.fault, Fault::ClosesAt(at) if at == method)
    }

    /// Answers a call.
    pub(super) fn called(&mut self, client: u64, id: &Value, method: &str, params: &Value) {
        let refuses = matches!(self.fault, Fault::Refuses(refused) if refused == method);
        let said = if refuses {
            refusal("refused by the script")
        } else {
            self.answer(client, method, params)
        };
        let frame = match said {
            Ok(result) => json!({"id": id, "result": result}),
            Err(message) => {
                json!({"id": id, "error": {"code": -32600, "message": message}})
            }
        };
        self.clients.one(client, &frame.to_string());
        // A new subscription is sent what is open.
        if method == "thread/resume" {
            let thread = params["threadId"].as_str().unwrap_or_default();
            for (id, asking) in &self.open {
                if asking.thread == thread {
                    self.clients.one(client, &request(*id, asking));
                }
            }
        }
    }

    fn answer(&mut self, client: u64, method: &str, params: &Value) -> Result<Value, String> {
        let thread = params["threadId"].as_str().unwrap_or_default().to_owned();
        let known = self.threads.contains_key(&thread);
        match method {
            "initialize" => {
                self.clients.introduced(client);
                Ok(json!({
                    "userAgent": "codex-tui/0.0.0 (stand-in)",
                    "platformFamily": "unix",
                }))
            }
            "thread/loaded/list" => {
                let ids: Vec<_> = self.threads.keys().collect();
                Ok(json!({"data": ids, "nextCursor": null}))
            }
            "thread/read" => Ok(json!({"thread": self.describe(&thread)})),
            _ if !known => refusal(&format!("thread not found: {thread}")),
            "thread/resume" => {
                self.clients.subscribe(client, &thread, true);
                let items = &self.threads[&thread].items;
                Ok(json!({
                    "thread": self.describe(&thread),
                    "initialTurnsPage": {"data": [{"items": items}]},
                }))
            }
            "thread/unsubscribe" => {
                self.clients.subscribe(client, &thread, false);
                Ok(json!({"status": "unsubscribed"}))
            }
            "turn/start" => {
                let turn = self.threads[&thread].turn.clone();
                let turn = turn.unwrap_or_else(|| {
                    self.turns += 1;
                    format!("turn-{}", self.turns)
                });
                self.turn(&thread, Some(turn.clone()));
                Ok(json!({"turn": {"id": turn, "status": "inProgress"}}))
            }
            "turn/steer" => match &self.threads[&thread].turn {
                None => refusal("no active turn to steer"),
                Some(turn) if params["expectedTurnId"] == turn.as_str() => {
                    Ok(json!({"turnId": turn}))
                }
                Some(turn) => refusal(&format!("expected active turn id but found `{turn}`")),
            },
            "turn/interrupt" => match self.threads[&thread].turn.clone() {
                Some(turn) if params["turnId"] == turn.as_str() => {
                    self.turn(&thread, None);
                    Ok(json!({}))
                }
                Some(_) | None => refusal("no active turn to interrupt"),
            },
            "thread/turns/list" => {
                let turn = self.threads[&thread].turn.as_ref();
                let turns: Vec<_> = turn
                    .map(|turn| json!({"id": turn, "status": "inProgress"}))
                    .into_iter()
                    .collect();
                Ok(json!({"data": turns}))
            }
            method => refusal(&format!("Invalid request: unknown variant `{method}`")),
        }
    }

    /// A thread as the protocol describes it.
    pub(super) fn describe(&self, thread: &str) -> Value {
        let known = self.threads.get(thread);
        json!({
            "id": thread,
            "ephemeral": known.is_some_and(|known| known.ephemeral),
            "status": self.status(thread),
        })
    }

    fn status(&self, thread: &str) -> Value {
        let Some(known) = self.threads.get(thread) else {
            return json!({"type": "notLoaded"});
        };
        if known.turn.is_none() {
            return json!({"type": "idle"});
        }
        let open = self.open.values().filter(|asking| asking.thread == thread);
        let mut flags: Vec<_> = open
            .map(|asking| {
                if asking.method == "item/tool/requestUserInput" {
                    "waitingOnUserInput"
                } else {
                    "waitingOnApproval"
                }
            })
            .collect();
        flags.dedup();
        json!({"type": "active", "activeFlags": flags})
    }

    pub(super) fn tell_all(&self, method: &str, params: &Value) {
        self.clients.all(&news(method, params));
    }

    pub(super) fn tell(&self, thread: &str, method: &str, params: &Value) {
        self.clients.subscribers(thread, &news(method, params));
    }

    pub(super) fn tell_status(&self, thread: &str) {
        let status = json!({"threadId": thread, "status": self.status(thread)});
        self.tell_all("thread/status/changed", &status);
    }

    pub(super) fn request(&self, thread: &str, id: u64, asking: &Asking) {
        self.clients.subscribers(thread, &request(id, asking));
    }

    /// A turn begins or ends; what was asked ends with it.
    pub(super) fn turn(&mut self, thread: &str, turn: Option<String>) {
        if turn.is_none() {
            let open = self.open.iter();
            let open = open.filter(|(_, asking)| asking.thread == thread);
            let open: Vec<u64> = open.map(|(id, _)| *id).collect();
            for id in open {
                self.resolved(id);
            }
        }
        if let Some(known) = self.threads.get_mut(thread) {
            if turn.is_none() {
                known.items.clear();
            }
            known.turn = turn;
        }
        self.tell_status(thread);
    }

    /// A request is answered, by whomever.
    pub(super) fn resolved(&mut self, id: u64) {
        let Some(asking) = self.open.remove(&id) else {
            return;
        };
        let resolved = json!({"threadId": asking.thread, "requestId": id});
        self.tell(&asking.thread, "serverRequest/resolved", &resolved);
        self.tell_status(&asking.thread);
    }
}

fn refusal(message: &str) -> Result<Value, String> {
    Err(message.to_owned())
}

fn news(method: &str, params: &Value) -> String {
    json!({"method": method, "params": params, "emittedAtMs": 0}).to_string()
}

fn request(id: u64, asking: &Asking) -> String {
    json!({"method": asking.method, "id": id, "params": asking.params}).to_string()
}
