//! Messages that the owner edits or unsends. As long as nothing was done with one,
//! its newest words count, or none; afterwards the owner hears that it was too late.

use super::draft::Draft;
use super::{dispatches, gather, messages, notices, settle};
use crate::describe::inbound_of;
use crate::heading::Heading;
use crate::inbox::{Done, Recent};
use crate::ledger::Stage;
use events::command::Change;
use events::event::{InboundChanged, Topic};
use events::input::MessageRow;
use events::{Command, CommandId, Event, Guid, Outcome, SessionId, Text};

/// A message taken before was edited, or unsent.
pub(super) fn changed(draft: &mut Draft, row: &MessageRow, text: Option<String>) {
    let Some(before) = draft.state().inbox.recent(&row.guid).cloned() else {
        return;
    };
    let lane = waits_in(draft, &before);
    let fresh = before.message.date.until(draft.now().wall) <= draft.state().settings.fresh;
    let again = before.done == Done::Answered && fresh;
    let in_time = before.done == Done::Nothing || lane.is_some() || again;
    draft.record(Event::InboundChanged(InboundChanged {
        rowid: row.rowid,
        guid: row.guid.clone(),
        text: text.clone().map(Text::from),
        in_time,
    }));
    let answered = before.done == Done::Answered;
    let (stopped, carried_out) = if answered {
        let_go(draft, &row.guid)
    } else {
        (None, false)
    };
    if let Some((session, trying)) = &lane {
        for id in trying {
            settle::settle(draft, *id, Outcome::Expired);
        }
        dispatches::advance(draft, session);
    }
    match (text, before.done) {
        (_, Done::Nothing) => {}
        (Some(_), _) if in_time => act_anew(draft, &row.guid),
        (None, _) if lane.is_some() => {
            let body = "Nothing of it went in.";
            answer(
                draft,
                &row.guid,
                lane.map(|(id, _)| id).as_ref(),
                &Heading::TakenBack,
                body,
            );
        }
        (None, Done::Answered) if stopped.is_some() => {
            let (session, body) = stopped.unzip();
            let body = body.unwrap_or_default();
            answer(
                draft,
                &row.guid,
                session.as_ref(),
                &Heading::TakenBack,
                body,
            );
        }
        (None, done @ Done::Answered) if carried_out => too_late(draft, &row.guid, false, &done),
        // What was only answered did nothing that could be taken back.
        (None, Done::Answered) => {}
        (text, done) => too_late(draft, &row.guid, text.is_some(), &done),
    }
}

/// The session in whose lane it waits, with nothing of it begun; and the commands asked for.
fn waits_in(draft: &Draft, before: &Recent) -> Option<(SessionId, Vec<CommandId>)> {
    let state = draft.state();
    let Done::Acted(Some(session)) = &before.done else {
        return None;
    };
    let dispatch = state.dispatches.get(session, &before.message.guid)?;
    let trying = dispatch
        .trying
        .and_then(|id| state.ledger.open.get_key_value(&id));
    // A copy that is being made can be let go at any moment.
    let begun = trying.is_some_and(|(_, entry)| {
        entry.stage != Stage::Requested && !matches!(entry.command, Command::FetchFiles(_))
    });
    let untouched = dispatch.tried.is_empty() && dispatch.left.is_none() && !begun;
    untouched.then(|| {
        (
            session.clone(),
            trying.map(|(id, _)| *id).into_iter().collect(),
        )
    })
}

/// Lets go what a command of the owner's asked for and nobody began. Of which session it was and
/// what that means, and whether something had been begun that shows outside. A look changes nothing, and a copy
/// that is being made is sent to nobody if it ends now.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "few commands are let go by themselves"
)]
fn let_go(draft: &mut Draft, guid: &Guid) -> (Option<(SessionId, &'static str)>, bool) {
    let open = draft.state().ledger.open.iter();
    let mine = open.filter(|(_, entry)| inbound_of(&entry.command).as_ref() == Some(guid));
    let mine = mine.filter_map(|(id, entry)| {
        let session = match &entry.command {
            Command::CopyOut(c) => &c.session,
            Command::SendFile(c) => &c.session,
            Command::Manage(c) => &c.session,
            Command::OpenSession(c) => &c.session,
            _ => return None,
        };
        let copies = matches!(entry.command, Command::CopyOut(_));
        let begun = entry.stage != Stage::Requested && !copies;
        Some((*id, session.clone(), left(&entry.command), begun))
    });
    let mine: Vec<_> = mine.collect();
    let (mut stopped, mut carried_out) = (None, false);
    for (id, session, left, begun) in mine {
        if begun {
            carried_out = true;
        } else {
            settle::settle(draft, id, Outcome::Expired);
            stopped = Some((session, left));
        }
    }
    (stopped, carried_out)
}

/// What is as it was, once such a command is let go.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of all others nothing is done before they begin"
)]
const fn left(command: &Command) -> &'static str {
    match command {
        Command::Manage(manage) if matches!(manage.change, Change::Rename { .. }) => {
            "Codex keeps its own name for it. Your texts already use the new one; rename it again \
             to change that."
        }
        _ => "Nothing of it was done.",
    }
}

/// The newest words, as if they had just come.
fn act_anew(draft: &mut Draft, guid: &Guid) {
    gather::release(draft);
    let message = draft.state().inbox.recent(guid).map(|r| r.message.clone());
    if let Some(message) = message {
        messages::owner_wrote(draft, &message);
    }
}

fn too_late(draft: &mut Draft, guid: &Guid, edited: bool, done: &Done) {
    let session = match done {
        Done::Acted(session) => session.clone(),
        Done::Nothing | Done::Answered | Done::Joined(_) => None,
    };
    let body = if edited {
        "Your edit came too late: the earlier words had already been passed on. Write what should be different."
    } else {
        "You unsent the message too late: it had already been passed on. Write what should be done instead."
    };
    answer(draft, guid, session.as_ref(), &Heading::TooLate, body);
}

fn answer(draft: &mut Draft, guid: &Guid, session: Option<&SessionId>, kind: &Heading, body: &str) {
    notices::queue(draft, session, Topic::Answer(guid.clone()), kind, body);
}
