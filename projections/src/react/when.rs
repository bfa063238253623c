//! The owner says when they want to be texted. It counts at once, and the answer says
//! what holds from now on.

use super::draft::{Draft, decide};
use super::{notices, promises, replies};
use crate::heading::Heading;
use crate::holding;
use crate::local_time;
use crate::routing::{self, Route};
use crate::when_orders::{At, But, Until, WhenOrder, Whom};
use crate::{answers, waits};
use events::event::{Action, HoldChange, HoldChanged, InboundReceived, QuietHours, Rule};
use events::{Event, SessionId, Span, Wall};

/// Takes an order; false: the message is something else after all.
pub(super) fn ordered(draft: &mut Draft, event: &InboundReceived, order: &WhenOrder) -> bool {
    let thread = thread(draft, event);
    if is_option(draft, event) {
        return false;
    }
    match order {
        // In reply to a session these are words for it.
        WhenOrder::Away | WhenOrder::Here(_) | WhenOrder::Resume | WhenOrder::QuietAsk
            if thread.is_some() =>
        {
            false
        }
        WhenOrder::Away => changed(draft, event, HoldChange::Away, &Heading::Away),
        WhenOrder::Here(until) => {
            let until = end(draft, until.unwrap_or(Until::For(waits::HERE_LASTS)));
            changed(draft, event, HoldChange::Here { until }, &Heading::Here)
        }
        WhenOrder::Resume => changed(draft, event, HoldChange::Resume, &Heading::Resumed),
        WhenOrder::ResumeAt(whom, at) => resume_at(draft, event, thread, whom, *at),
        WhenOrder::Mute(whom, until) => mute(draft, event, thread, whom, *until),
        WhenOrder::Unmute(whom) => {
            let whom = match whom {
                Whom::Thread if thread.is_none() => &Whom::All,
                Whom::Thread | Whom::All | Whom::Named(_) | Whom::Perhaps(_) => whom,
            };
            match about(draft, event, thread, whom) {
                Ok(session) => changed(
                    draft,
                    event,
                    HoldChange::Unmute { session },
                    &Heading::NotMuted,
                ),
                Err(took) => took,
            }
        }
        WhenOrder::Quiet { from, to, but } => quiet(draft, event, (*from, *to), but),
        WhenOrder::QuietFor(until) => {
            let until = Some(end(draft, *until));
            let session = None;
            changed(
                draft,
                event,
                HoldChange::Mute { session, until },
                &Heading::Quiet,
            )
        }
        WhenOrder::QuietOff => changed(draft, event, HoldChange::QuietOff, &Heading::NoQuietHours),
        WhenOrder::QuietAsk => answer(draft, event, None, &Heading::Quiet, &holds(draft)),
        WhenOrder::NearMiss(hint) => near_miss(draft, event, hint),
    }
}

/// The session whose text is replied to.
fn thread(draft: &Draft, event: &InboundReceived) -> Option<SessionId> {
    let replied = event.reply_to.as_ref()?;
    routing::noticed(draft.state(), replied)?.0.cloned()
}

/// An option of the question that it would answer comes first.
fn is_option(draft: &Draft, event: &InboundReceived) -> bool {
    let state = draft.state();
    let target = routing::implied(state, event.reply_to.as_ref()).target;
    let session = target.and_then(|id| state.sessions.get(&id));
    session.is_some_and(|session| answers::is_option(session, event.text.reveal()))
}

/// The session that is meant, `None` for all; or whether the message was answered or is
/// none of ours.
fn about(
    draft: &mut Draft,
    event: &InboundReceived,
    thread: Option<SessionId>,
    whom: &Whom,
) -> Result<Option<SessionId>, bool> {
    let (name, sure) = match whom {
        Whom::All => return Ok(None),
        Whom::Thread => return Ok(thread),
        Whom::Named(name) => (name, true),
        Whom::Perhaps(name) => (name, false),
    };
    let route = routing::named(draft.state(), name);
    if route.target.is_some() {
        return Ok(route.target);
    }
    if !sure {
        return Err(false);
    }
    let body = replies::unknown(draft.state(), &route, name);
    decide(draft, &event.guid, route, Action::Reply);
    notices::answer(draft, &event.guid, None, &Heading::NoSuchSession, &body);
    Err(true)
}

fn mute(
    draft: &mut Draft,
    event: &InboundReceived,
    thread: Option<SessionId>,
    whom: &Whom,
    until: Option<Until>,
) -> bool {
    if *whom == Whom::Thread && thread.is_none() && until.is_none() {
        let hint = "Write \"mute @ref 2h\", or \"mute all 2h\". \"unmute\" ends it.";
        return near_miss(draft, event, hint);
    }
    match about(draft, event, thread, whom) {
        Ok(session) => {
            let until = until.map(|until| end(draft, until));
            changed(
                draft,
                event,
                HoldChange::Mute { session, until },
                &Heading::Muted,
            )
        }
        Err(took) => took,
    }
}

/// A session goes on at a time. Without a name and outside of a thread the words may be meant
/// for a session.
fn resume_at(
    draft: &mut Draft,
    event: &InboundReceived,
    thread: Option<SessionId>,
    whom: &Whom,
    at: At,
) -> bool {
    if *whom == Whom::Thread && thread.is_none() {
        let hint = "Write \"resume @ref at reset\"; \"list\" shows the refs.";
        return near_miss(draft, event, hint);
    }
    let session = match about(draft, event, thread, whom) {
        Ok(Some(session)) => session,
        Ok(None) => return false,
        Err(took) => return took,
    };
    let at = match at {
        At::Reset => None,
        At::Time(until) => Some(end(draft, until)),
    };
    let route = Route {
        target: Some(session.clone()),
        ..Route::nowhere(Rule::Control)
    };
    decide(draft, &event.guid, route, Action::Reply);
    promises::made(draft, event, &session, at);
    true
}

fn quiet(draft: &mut Draft, event: &InboundReceived, (from, to): (u16, u16), but: &But) -> bool {
    let mut sessions = Vec::new();
    for name in &but.names {
        match about(draft, event, None, &Whom::Named(name.clone())) {
            Ok(session) => sessions.extend(session),
            Err(took) => return took,
        }
    }
    let approvals = but
        .approvals
        .unwrap_or(draft.state().settings.quiet_approvals);
    let hours = QuietHours {
        from,
        to,
        approvals,
        sessions,
    };
    changed(
        draft,
        event,
        HoldChange::Quiet { hours },
        &Heading::QuietHours,
    )
}

/// When something ends that is meant to last so long.
fn end(draft: &Draft, until: Until) -> Wall {
    let now = draft.now().wall;
    match until {
        Until::For(Span(millis)) => Wall(
            now.0
                .saturating_add(i64::try_from(millis).unwrap_or(i64::MAX)),
        ),
        Until::At(minute) => local_time::next(now, draft.state().holds.offset, minute),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "what the owner said is given away"
)]
fn changed(draft: &mut Draft, event: &InboundReceived, change: HoldChange, kind: &Heading) -> bool {
    let session = match &change {
        HoldChange::Mute { session, .. } | HoldChange::Unmute { session } => session.clone(),
        HoldChange::Away
        | HoldChange::Here { .. }
        | HoldChange::Quiet { .. }
        | HoldChange::QuietOff
        | HoldChange::Resume => None,
    };
    decide(
        draft,
        &event.guid,
        Route::nowhere(Rule::Control),
        Action::Reply,
    );
    draft.record(Event::HoldChanged(HoldChanged {
        inbound: event.guid.clone(),
        change: change.clone(),
    }));
    let body = said(draft, &change);
    notices::answer(draft, &event.guid, session.as_ref(), kind, &body);
    true
}

/// What follows from it, in the owner's words.
fn said(draft: &Draft, change: &HoldChange) -> String {
    let state = draft.state();
    let time = |wall: Wall| local_time::at(draft.now().wall, wall, state.holds.offset);
    match change {
        HoldChange::Away => {
            "Texts come at once, also while somebody is at the Mac. \"here\" or \"resume\" ends it."
                .into()
        }
        HoldChange::Here { until } => format!(
            "Texts wait until {}, then they come as one. What you see at the Mac meanwhile is not told. \
             An approval or question that waits {} comes all the same. \"away\" or \"resume\" ends it.",
            time(*until),
            local_time::length(waits::HERE)
        ),
        HoldChange::Mute { session, until } => {
            let whose = if session.is_some() {
                "Nothing about this session"
            } else {
                "Nothing"
            };
            let end = if session.is_some() {
                "\"unmute\""
            } else {
                "\"resume\""
            };
            let until = until.map_or_else(
                || format!("{end} ends it"),
                |until| format!("until {}", time(until)),
            );
            format!(
                "{whose} is told, approvals and questions neither: {until}. What waits then comes as one text; \
                 {end} brings it sooner. \"pending\" lists what waits for you."
            )
        }
        HoldChange::Unmute { session: Some(_) } => "Texts about this session come again.".into(),
        HoldChange::Unmute { session: None } => format!("Nothing is muted.{}", rest(draft)),
        HoldChange::Quiet { hours } => {
            let but = if hours.approvals || !hours.sessions.is_empty() {
                ""
            } else {
                " Approvals wait too; add \"but approvals\" to get them."
            };
            format!(
                "Every day from {}. What happens then comes as one text at the end.{but} \"resume\" or \"quiet off\" ends it.",
                holding::hours_text(state, hours)
            )
        }
        HoldChange::QuietOff => format!("There are no quiet hours.{}", rest(draft)),
        HoldChange::Resume => match state.holds.lifted {
            Some(until) if draft.now().wall < until => format!(
                "Texts come again. The quiet hours of the settings are off until {}.",
                time(until)
            ),
            _ => "Texts come again.".into(),
        },
    }
}

/// What holds all the same.
fn rest(draft: &Draft) -> String {
    let lines = holding::lines(draft.state(), draft.now().wall);
    lines
        .iter()
        .fold(String::new(), |text, line| text + "\n" + line)
}

/// The answer to `quiet`.
fn holds(draft: &Draft) -> String {
    let lines = holding::lines(draft.state(), draft.now().wall);
    let mut text = if lines.is_empty() {
        "Texts come at any time.".to_owned()
    } else {
        lines.join("\n")
    };
    text += "\nWrite \"quiet 23-7\" for every night, \"quiet 2h\" for now, \"quiet off\" or \"resume\" for none.";
    text
}

fn near_miss(draft: &mut Draft, event: &InboundReceived, hint: &str) -> bool {
    decide(
        draft,
        &event.guid,
        Route::nowhere(Rule::NearMiss),
        Action::Reply,
    );
    notices::answer(draft, &event.guid, None, &Heading::NotUnderstood, hint);
    true
}

fn answer(
    draft: &mut Draft,
    event: &InboundReceived,
    session: Option<&SessionId>,
    kind: &Heading,
    body: &str,
) -> bool {
    decide(
        draft,
        &event.guid,
        Route::nowhere(Rule::Control),
        Action::Reply,
    );
    notices::answer(draft, &event.guid, session, kind, body);
    true
}
