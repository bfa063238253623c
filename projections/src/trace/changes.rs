//! What is different between two states, as far as it means something to people.

use crate::describe::{session_name, span, words};
use crate::dispatch::Dispatch;
use crate::ledger::{Entry, Stage};
use crate::outbox::{End, Notice};
use crate::sessions::Session;
use crate::state::State;
use events::event::Deadline;
use events::{Span, Tick};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Something that is different now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Of what.
    pub what: String,
    /// How it was; `None`: it was not there.
    pub was: Option<String>,
    /// How it is; `None`: it is not there any more.
    pub is: Option<String>,
}

/// All of it. `took`: how long the command took that ended.
pub(super) fn between(before: &State, after: &State, took: Option<Span>) -> Vec<Change> {
    let mut out = Vec::new();
    if before.running != after.running {
        let word = |running: bool| Some(if running { "runs" } else { "stopped" }.to_owned());
        change(
            &mut out,
            "the program",
            word(before.running),
            word(after.running),
        );
    }
    if before.settings != after.settings {
        settings(before, after, &mut out);
    }
    sources(before, after, &mut out);
    if !Arc::ptr_eq(&before.sessions, &after.sessions) {
        sessions(before, after, &mut out);
    }
    if !Arc::ptr_eq(&before.dispatches, &after.dispatches) {
        instructions(before, after, &mut out);
    }
    if !Arc::ptr_eq(&before.outbox, &after.outbox) {
        notices(before, after, &mut out);
    }
    if !Arc::ptr_eq(&before.ledger, &after.ledger) {
        commands(before, after, took, &mut out);
    }
    let waiting = |state: &State| Some(state.prompts.open.len().to_string());
    change(
        &mut out,
        "prompts that wait for you",
        waiting(before),
        waiting(after),
    );
    if !Arc::ptr_eq(&before.deadlines, &after.deadlines) {
        waits(before, after, &mut out);
    }
    let (old, new) = (before.anomalies.last(), after.anomalies.last());
    if old != new {
        let what = new.map(|anomaly| anomaly.what.clone());
        change(&mut out, "anomaly", None, what);
    }
    out
}

fn change(out: &mut Vec<Change>, what: &str, was: Option<String>, is: Option<String>) {
    if was != is {
        let what = what.to_owned();
        out.push(Change { what, was, is });
    }
}

/// Settings by their names; addresses are counted, not shown.
fn settings(before: &State, after: &State, out: &mut Vec<Change>) {
    let map = |state: &State| -> BTreeMap<String, String> {
        let value = serde_json::to_value(&*state.settings).unwrap_or_default();
        let fields = value.as_object().cloned().unwrap_or_default();
        let shown = |(name, value): (String, serde_json::Value)| {
            let addresses = value.as_array().map(|list| format!("{} set", list.len()));
            (name, addresses.unwrap_or_else(|| value.to_string()))
        };
        fields.into_iter().map(shown).collect()
    };
    let (old, new) = (map(before), map(after));
    for (name, value) in new {
        let was = old.get(&name).cloned();
        change(out, &format!("setting {name}"), was, Some(value));
    }
}

fn sources(before: &State, after: &State, out: &mut Vec<Change>) {
    let (old, new) = (&before.failed_sources, &after.failed_sources);
    let fails = |failed: bool| Some(if failed { "fails" } else { "works" }.to_owned());
    for source in old
        .keys()
        .chain(new.keys().filter(|s| !old.contains_key(s)))
    {
        let name = words::source(*source);
        change(
            out,
            name,
            fails(old.contains_key(source)),
            fails(new.contains_key(source)),
        );
    }
}

fn sessions(before: &State, after: &State, out: &mut Vec<Change>) {
    let (old, new) = (&before.sessions.by_id, &after.sessions.by_id);
    for (id, session) in new {
        let name = session_name(after, id);
        match old.get(id) {
            None => change(out, &format!("session {name}"), None, Some("known".into())),
            Some(was) if was != session => one_session(&name, was, session, out),
            Some(_) => {}
        }
    }
    for id in old.keys().filter(|id| !new.contains_key(id)) {
        let name = session_name(before, id);
        change(out, &format!("session {name}"), Some("known".into()), None);
    }
}

fn one_session(name: &str, was: &Session, is: &Session, out: &mut Vec<Change>) {
    let turn = |s: &Session| {
        let word = match (&s.turn, s.finished) {
            (Some(_), _) => "runs",
            (None, true) => "ended, and nobody has spoken since",
            (None, false) => "none",
        };
        Some(word.to_owned())
    };
    change(out, &format!("turn of {name}"), turn(was), turn(is));
    let label = |s: &Session| s.label.clone();
    change(
        out,
        &format!("label of @{}", is.reference),
        label(was),
        label(is),
    );
    let open = |s: &Session| Some(s.questions.len().to_string());
    change(
        out,
        &format!("open questions of {name}"),
        open(was),
        open(is),
    );
    let pane = |s: &Session| s.panes.last().map(ToString::to_string);
    change(out, &format!("pane of {name}"), pane(was), pane(is));
}

fn instructions(before: &State, after: &State, out: &mut Vec<Change>) {
    let ended = |of: &Dispatch| {
        let mut newest = after.dispatches.ended.iter().rev();
        let end = newest.find(|ended| ended.inbound == of.inbound);
        end.map(|ended| words::ended(ended.end).to_owned())
    };
    let stage = |dispatch: &Dispatch| {
        if dispatch.left.is_some() {
            "handed over".to_owned()
        } else if let Some(id) = dispatch.trying {
            format!("tried by command {id}")
        } else {
            "waits".to_owned()
        }
    };
    for (id, lane) in &after.dispatches.lanes {
        let name = format!("instruction for {}", session_name(after, id));
        for dispatch in lane {
            let was = before.dispatches.get(id, &dispatch.inbound).map(stage);
            change(out, &name, was, Some(stage(dispatch)));
        }
    }
    for (id, lane) in &before.dispatches.lanes {
        let name = format!("instruction for {}", session_name(after, id));
        let gone = |d: &&Dispatch| after.dispatches.get(id, &d.inbound).is_none();
        for dispatch in lane.iter().filter(gone) {
            change(out, &name, Some(stage(dispatch)), ended(dispatch));
        }
    }
}

const fn end(end: End) -> &'static str {
    match end {
        End::Sent => "sent",
        End::Unknown => "sent, at least one part without proof",
        End::Failed => "given up",
        End::Withdrawn => "withdrawn",
        End::Expired => "too old",
        End::Replaced => "replaced by another",
    }
}

fn notices(before: &State, after: &State, out: &mut Vec<Change>) {
    let stage = |notice: &Notice, tick: Tick| {
        let part = format!("part {} of {}", notice.next + 1, notice.parts.len());
        match (notice.sending, notice.not_before) {
            (Some(id), _) => format!("{part} is with command {id}"),
            (None, Some(at)) if at > tick => format!("{part} is tried again in {}", gap(tick, at)),
            _ if notice.untouched() => "waits".into(),
            _ => format!("{part} is next"),
        }
    };
    for (seq, notice) in &after.outbox.open {
        let was = before.outbox.open.get(seq);
        if was.is_none_or(|was| !Arc::ptr_eq(was, notice)) {
            let was = was.map(|was| stage(was, before.tick));
            let is = Some(stage(notice, after.tick));
            change(out, &format!("notice {seq}"), was, is);
        }
    }
    for (seq, notice) in &before.outbox.open {
        if !after.outbox.open.contains_key(seq) {
            let mut newest = after.outbox.closed.iter().rev();
            let ended = newest.find(|closed| closed.notice == *seq);
            let is = ended.map(|closed| end(closed.end).to_owned());
            change(
                out,
                &format!("notice {seq}"),
                Some(stage(notice, before.tick)),
                is,
            );
        }
    }
    let missing = |state: &State| Some(state.outbox.missing.iter().count().to_string());
    change(
        out,
        "texts you may not have",
        missing(before),
        missing(after),
    );
}

fn gap(from: Tick, to: Tick) -> String {
    span(Span(to.0.saturating_sub(from.0)))
}

fn commands(before: &State, after: &State, took: Option<Span>, out: &mut Vec<Change>) {
    let stage = |entry: &Entry| {
        let word = match entry.stage {
            Stage::Requested => "requested",
            Stage::Started => "started",
            Stage::Performed(_) => "performed",
        };
        Some(word.to_owned())
    };
    for (id, entry) in &after.ledger.open {
        let was = before.ledger.open.get(id).and_then(stage);
        change(out, &format!("command {id}"), was, stage(entry));
    }
    let after_time = took.map_or_else(String::new, |took| format!(" after {}", span(took)));
    for (id, entry) in &before.ledger.open {
        if !after.ledger.open.contains_key(id) {
            let trouble = after.ledger.troubles.iter().rev().find(|t| t.id == *id);
            let word = match trouble.map(|trouble| &trouble.outcome) {
                None | Some(events::Outcome::Done(_)) => "done",
                Some(events::Outcome::Failed(_)) => "failed",
                Some(events::Outcome::Unknown(_)) => "unknown",
                Some(events::Outcome::Expired) => "expired",
            };
            let is = Some(format!("{word}{after_time}"));
            change(out, &format!("command {id}"), stage(entry), is);
        }
    }
}

/// Waits that were set or moved; what has ended is shown by what it was for.
fn waits(before: &State, after: &State, out: &mut Vec<Change>) {
    let old: BTreeMap<_, _> = before.deadlines.iter().map(|(at, d)| (d, *at)).collect();
    for (at, deadline) in after.deadlines.iter() {
        let was = old.get(deadline);
        if was == Some(at) {
            continue;
        }
        let what = match deadline {
            Deadline::Proof(id) => format!("proof of command {id} is awaited"),
            Deadline::Rollout(id) => {
                format!("the rollout of {} is awaited", session_name(after, id))
            }
            Deadline::Allowance => "the next text waits for the limit".into(),
            Deadline::SourceDown(source) => format!("{} is waited for", words::source(*source)),
            Deadline::Goal(id) => {
                format!("the next turn of {} is waited for", session_name(after, id))
            }
            Deadline::Loop => "waiting for a minute without messages".into(),
            Deadline::SelfTest => "the next self-test is".into(),
            Deadline::Pace(_)
            | Deadline::Retry(_)
            | Deadline::Receipt(_)
            | Deadline::Expiry(_)
            | Deadline::Gather(_)
            | Deadline::Unanswered
            | Deadline::Held(_)
            | Deadline::Nudge(_)
            | Deadline::Awake
            | Deadline::Limits
            | Deadline::Stall(_)
            | Deadline::Promise(_)
            | Deadline::Files(_)
            | Deadline::ServerPrompts
            | Deadline::Prompt(_) => {
                continue;
            }
        };
        change(
            out,
            &what,
            None,
            Some(format!("at most {}", gap(after.tick, *at))),
        );
    }
}
