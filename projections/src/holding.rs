//! Which texts wait, and by which rule. A text is never lost by this: it waits in the
//! outbox, and what it tells may only be overtaken.

use crate::holds::is_there;
use crate::local_time;
use crate::outbox::Notice;
use crate::prompts::Prompt;
use crate::sessions::Session;
use crate::state::State;
use crate::waits;
use events::event::{HoldRule, QuietHours, Source, Topic};
use events::prompt::PromptSource;
use events::{Seq, Tick, Wall};

/// Why a notice waits, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The rule.
    pub rule: HoldRule,
    /// When the rule ends without a word of the owner's.
    pub until: Option<Wall>,
}

/// What holds this notice back at this moment.
pub fn held(state: &State, notice: &Notice, now: Wall) -> Option<Hold> {
    // What was begun goes on, and the owner waits for what they just asked for.
    if !notice.untouched() || matches!(notice.topic, Topic::Answer(_) | Topic::Receipt(_)) {
        return None;
    }
    muted(state, notice, now)
        .or_else(|| quiet(state, notice, now))
        .or_else(|| here(state, notice, now))
        .or_else(|| desk(state, notice, now))
        .or_else(|| record(state, notice, now))
        .or_else(|| together(state, notice, now))
}

/// Notify is faster than the session's record by a moment, and only the record says what was
/// done in the turn.
fn record(state: &State, notice: &Notice, now: Wall) -> Option<Hold> {
    let session = state.sessions.get(notice.session.as_ref()?)?;
    let turn = session.claimed.as_ref()?.turn.clone();
    let ended = notice.topic == Topic::TurnEnd(Some(turn));
    let unread = state.failed_sources.contains_key(&Source::Rollouts);
    if !ended || unread || is_followed(state, notice, |topic| *topic != notice.topic) {
        return None;
    }
    let left = waits::RECORD.0.saturating_sub(waited(state, notice.at));
    for_now(HoldRule::Record, left, now)
}

/// The end of a turn soon after another one that was told waits for what else ends by then.
fn together(state: &State, notice: &Notice, now: Wall) -> Option<Hold> {
    let window = state.settings.digest;
    let told = state.outbox.last_end?;
    if !joins(state, notice) || notice.at >= told.after(window) {
        return None;
    }
    // However many follow, none waits for longer than this.
    let until = told.min(notice.at).after(window);
    let left = until.0.saturating_sub(state.tick.0);
    for_now(HoldRule::Together, left, now)
}

/// The text about this end may be joined with others. One of which the owner waits to hear,
/// or that something else about the session follows, goes alone.
pub fn joins(state: &State, notice: &Notice) -> bool {
    let ended = matches!(notice.topic, Topic::TurnEnd(_)) && notice.untouched();
    let session = notice.session.as_ref();
    let Some(session) = session.and_then(|id| state.sessions.get(id)) else {
        return false;
    };
    let is_end = |topic: &Topic| matches!(topic, Topic::TurnEnd(_));
    let awaited = session.spoken > state.outbox.last_end;
    let set = state.settings.digest.0 > 0;
    set && ended && !awaited && !is_followed(state, notice, |topic| !is_end(topic))
}

/// Something of these topics about its session came after it: it is not to be overtaken.
fn is_followed(state: &State, notice: &Notice, by: impl Fn(&Topic) -> bool) -> bool {
    let later = |other: &Notice| {
        other.session == notice.session && other.at >= notice.at && by(&other.topic)
    };
    state.outbox.open.values().any(|other| later(other))
}

/// It waits for so long.
fn for_now(rule: HoldRule, left: u64, now: Wall) -> Option<Hold> {
    let until = now
        .0
        .saturating_add(i64::try_from(left).unwrap_or(i64::MAX));
    (left > 0).then_some(Hold {
        rule,
        until: Some(Wall(until)),
    })
}

fn muted(state: &State, notice: &Notice, now: Wall) -> Option<Hold> {
    let hold = |rule| move |until| Hold { rule, until };
    let holds = &state.holds;
    let session = notice.session.as_ref();
    session
        .and_then(|session| holds.muted(session, now))
        .map(hold(HoldRule::Muted))
        .or_else(|| holds.all_muted(now).map(hold(HoldRule::MutedAll)))
}

fn quiet(state: &State, notice: &Notice, now: Wall) -> Option<Hold> {
    let (hours, until) = state.holds.quiet_now(now, &state.settings)?;
    let passes = passes(&hours, notice) || talked(state, notice);
    (!passes).then_some(Hold {
        rule: HoldRule::Quiet,
        until: Some(until),
    })
}

/// Approvals and questions that the owner wants in quiet hours too.
fn passes(hours: &QuietHours, notice: &Notice) -> bool {
    let named = notice.session.as_ref();
    let named = named.is_some_and(|session| hours.sessions.contains(session));
    notice.asks() && (hours.approvals || named)
}

fn here(state: &State, notice: &Notice, now: Wall) -> Option<Hold> {
    let until = state.holds.here(now)?;
    // Who does not answer for so long is not there.
    let left = waits::HERE.0.saturating_sub(waited(state, notice.at));
    if talked(state, notice) || (notice.asks() && left == 0) {
        return None;
    }
    let left = Wall(
        now.0
            .saturating_add(i64::try_from(left).unwrap_or(i64::MAX)),
    );
    Some(Hold {
        rule: HoldRule::Here,
        until: Some(if notice.asks() {
            until.min(left)
        } else {
            until
        }),
    })
}

/// Where somebody is at the Mac, a text waits for them to see there what it tells.
fn desk(state: &State, notice: &Notice, now: Wall) -> Option<Hold> {
    let (settings, holds) = (&state.settings, &state.holds);
    let told_there = notice.session.is_some() && (notice.is_news() || notice.asks());
    let away = holds.place == Some(crate::holds::Place::Away);
    if !settings.desk || settings.grace.0 == 0 || !told_there || away || talked(state, notice) {
        return None;
    }
    let seen = holds.desk.as_ref();
    let seen = seen.filter(|(_, at)| at.after(waits::SEEN) >= notice.at);
    let (rule, wait) = match seen {
        None => (HoldRule::Looking, waits::LOOK),
        Some((seen, _)) if is_there(seen) => (HoldRule::AtDesk, settings.grace),
        Some(_) => return None,
    };
    let left = wait.0.saturating_sub(waited(state, notice.at));
    for_now(rule, left, now)
}

/// The newest text that waits for a look at the desk.
pub fn wants_look(state: &State) -> Option<Seq> {
    let looking = |n: &Notice| {
        n.deferred
            .is_some_and(|(rule, _)| rule == HoldRule::Looking)
    };
    let open = state.outbox.open.iter().rev();
    let mut open = open.filter(|(_, notice)| notice.untouched() && looking(notice));
    open.next().map(|(seq, _)| *seq)
}

fn waited(state: &State, since: Tick) -> u64 {
    state.tick.0.saturating_sub(since.0)
}

/// The owner talks to this session from the phone right now, so they wait for what it says.
fn talked(state: &State, notice: &Notice) -> bool {
    let session = notice.session.as_ref();
    let session = session.and_then(|id| state.sessions.get(id));
    let lately = |at: Tick| notice.at <= at.after(waits::TALK);
    session
        .and_then(|session: &Session| session.spoken)
        .is_some_and(lately)
}

/// How many texts wait for the owner's sake.
pub fn waiting(state: &State, now: Wall) -> usize {
    let open = state.outbox.open.values();
    open.filter(|notice| held(state, notice, now).is_some_and(|hold| hold.rule.is_wanted()))
        .count()
}

/// What holds, a line each, as `list` shows it.
pub fn lines(state: &State, now: Wall) -> Vec<String> {
    let holds = &state.holds;
    let time = |wall| local_time::at(now, wall, holds.offset);
    let end = |until: Option<Wall>| {
        until.map_or_else(
            || "until \"unmute\"".into(),
            |at| format!("until {}", time(at)),
        )
    };
    let mut lines = Vec::new();
    if let Some(until) = holds.all_muted(now) {
        lines.push(format!("Everything is muted {}.", end(until)));
    }
    if let Some(hours) = holds.hours(&state.settings) {
        let now = match (holds.quiet_now(now, &state.settings), holds.lifted) {
            (Some((_, until)), _) => format!(", now until {}", time(until)),
            (None, Some(until)) if now < until => format!(", not before {}", time(until)),
            _ => String::new(),
        };
        lines.push(format!("Quiet hours {}{now}.", hours_text(state, &hours)));
    }
    if let Some(until) = holds.here(now) {
        lines.push(format!(
            "You are at the Mac, texts wait until {}.",
            time(until)
        ));
    }
    if holds.place == Some(crate::holds::Place::Away) {
        lines.push("You are away, texts come at once.".into());
    }
    match waiting(state, now) {
        0 => {}
        1 => lines.push("1 text waits.".into()),
        many => lines.push(format!("{many} texts wait.")),
    }
    lines
}

/// `23:00 to 07:00, approvals come`
pub fn hours_text(state: &State, hours: &QuietHours) -> String {
    let (from, to) = (local_time::clock(hours.from), local_time::clock(hours.to));
    let named = hours.sessions.iter();
    let refs: Vec<_> = named
        .filter_map(|id| state.sessions.get(id))
        .map(|session| format!("@{}", session.reference))
        .collect();
    let but = match (hours.approvals, refs.is_empty()) {
        (true, _) => ", approvals and questions come".to_owned(),
        (false, false) => format!(", approvals and questions of {} come", refs.join(", ")),
        (false, true) => String::new(),
    };
    format!("{from} to {to}{but}")
}

/// Behind a session's line in `list`.
pub fn mark(state: &State, session: &events::SessionId, now: Wall) -> String {
    match state.holds.muted(session, now) {
        None => String::new(),
        Some(None) => " · muted".into(),
        Some(Some(until)) => format!(
            " · muted until {}",
            local_time::at(now, until, state.holds.offset)
        ),
    }
}

/// Whether a prompt is certainly still up: whoever shows it is being listened to.
pub fn is_up(state: &State, prompt: &Prompt) -> bool {
    let session = state.sessions.get(&prompt.session);
    prompt
        .witnesses
        .iter()
        .any(|witness| match &witness.source {
            PromptSource::AppServer { generation, .. } => {
                state.server.generation == Some(*generation)
            }
            PromptSource::Screen { .. } => !state.failed_sources.contains_key(&Source::Panes),
            PromptSource::Hook { .. } | PromptSource::Rollout { .. } => {
                let listened = !state.failed_sources.contains_key(&Source::Rollouts);
                listened && session.is_some_and(|session| session.turn == prompt.turn)
            }
        })
}
