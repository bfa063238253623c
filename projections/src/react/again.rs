//! Decides again what was decided once, from the recorded fact alone: for `replay
//! --what-if`. It is the same code that decides live; here it only starts behind
//! the point at which the input was distilled.

use super::draft::Draft;
use super::{
    changes, due, endings, fact, goals, holding, limits, notify, own_rows, prompt_news, proofs,
    rollouts, rows, shapes, sleep, sources, stall, unanswered,
};
use crate::admit::LINK;
use crate::state::State;
use events::event::{InboundReceived, OutgoingSeen, QueueLineImported, Topic};
use events::input::{Body, Chat, MessageRow, Rollout, RolloutFact, SourceState, Started};
use events::{Batch, Digest, Envelope, Event, Guid, Now, Report, Text};

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "few facts only lead to another"
)]
/// What today's code makes of the fact in a recorded batch, in the State that it met;
/// `None` where the fact does not hold what a decision needs.
pub(crate) fn propose(state: State, batch: &[Envelope]) -> Option<Batch> {
    let entry = fact_of(batch)?;
    let now = Now {
        wall: entry.wall,
        tick: entry.tick,
    };
    let mut draft = Draft::new(state, now);
    let mut facts = batch.iter().filter(|entry| is_fact(entry)).peekable();
    let mut entry = entry;
    // Some facts only lead to the one that the record is about.
    while let Some(lead) = facts.next() {
        entry = lead;
        let turn = || {
            batch
                .iter()
                .any(|e| matches!(e.event, Event::TurnStarted(_)))
        };
        match &lead.event {
            Event::RolloutFollowed(_) if facts.peek().is_some() => {
                fact(&mut draft, lead.event.clone());
            }
            Event::GoalChanged(e) if turn() => goals::goes_on(&mut draft, &e.session, e.offset),
            _ => break,
        }
    }
    decide(&mut draft, entry, batch)?;
    if !draft.is_empty() {
        super::sending::advance(&mut draft);
    }
    Some(draft.finish().0)
}

/// The fact of a batch: the first entry that is one, or an executor's report.
pub(crate) fn fact_of(batch: &[Envelope]) -> Option<&Envelope> {
    batch.iter().find(|entry| is_fact(entry))
}

fn is_fact(entry: &Envelope) -> bool {
    let report = matches!(
        entry.event,
        Event::CommandPerformed(_) | Event::CommandSettled(_)
    );
    events::upcast::kind(&entry.event).id < 100 || report
}

#[expect(clippy::too_many_lines, reason = "a table with one row for each fact")]
fn decide(draft: &mut Draft, entry: &Envelope, batch: &[Envelope]) -> Option<()> {
    match entry.event.clone() {
        Event::RuntimeStarted(e) => {
            // The settings that are asked about stand in State already.
            let settings = (*draft.state().settings).clone();
            let (version, pid) = (e.version, e.pid);
            let started = Started {
                version,
                pid,
                settings,
            };
            super::runtime_started(draft, started);
        }
        Event::NotifyReceived(e) => notify::distilled(draft, e),
        Event::AttentionRequested(e) => notify::requested(draft, e),
        Event::SessionSeen(e) => rollouts::grew(
            draft,
            Rollout {
                session: e.session,
                path: e.meta.path.clone(),
                offset: e.offset,
                at: entry.wall,
                fact: RolloutFact::Meta(e.meta),
            },
        ),
        Event::LocalTimeChanged(e) => sources::local_time(draft, e.offset),
        Event::DeskSeen(e) => holding::desk(draft, e),
        Event::HostSlept(e) => sleep::slept(draft, e),
        Event::LifeSeen(e) => stall::life(draft, e),
        Event::UserSpoke(e) => rollouts::spoke(draft, e),
        Event::AssistantReplied(e) => rollouts::replied(draft, e),
        Event::QuestionAsked(e) => rollouts::asked(draft, e),
        Event::QuestionClosed(e) => {
            endings::close(draft, &e.session, e.offset, &e.call, e.how);
        }
        Event::TurnCompleted(e) => {
            endings::turn_ended(draft, &e.session, e.offset, e.turn, &e.ending);
        }
        Event::InboundReceived(e) => {
            let mut row = received(&e, draft.state())?;
            row.balloon = was_link(&e, batch).then(|| LINK.to_owned());
            rows::known_by(draft, &row, files_of(batch));
        }
        Event::InboundIgnored(e) => {
            rows::ignored(draft, e);
            for entry in batch {
                if let Event::InboundUnanswered(e) = &entry.event {
                    unanswered::note(draft, e.clone());
                    break;
                }
            }
        }
        Event::InboundChanged(e) => {
            let row = MessageRow::bare(e.rowid, e.guid);
            let text = e.text.map(|text| text.reveal().clone());
            changes::changed(draft, &row, text);
        }
        Event::ReactionReceived(e) => {
            fact(draft, Event::ReactionReceived(e.clone()));
            rows::reacted(draft, &e);
        }
        Event::OutgoingSeen(e) => own_rows::seen(draft, &own_row(&e), e.command),
        Event::QueueLineImported(e) => queue_line(draft, e, batch)?,
        Event::SourceFailed(e) => {
            sources::changed(draft, e.source, SourceState::Failed(e.fault));
        }
        Event::SourceRecovered(e) => sources::changed(draft, e.source, SourceState::Works),
        Event::DeadlinePassed(_) => due::passed(draft),
        Event::PromptAsked(e) => prompt_news::asked(draft, e),
        Event::PromptWitnessed(e) => prompt_news::witnessed(draft, e),
        Event::PromptClosed(e) => prompt_news::close(draft, e.prompt, &e.how, e.source.as_ref()),
        Event::ShapeUnknown(e) => shapes::found(draft, e),
        Event::GoalChanged(e) => goals::changed(draft, &e.session, e.offset, &e.status),
        Event::LogRecovered(e) => sources::log_recovered(draft, e),
        Event::ThreadStatusChanged(e) => prompt_news::thread_status(draft, e),
        Event::RateLimitsChanged(e) => limits::changed(draft, &e),
        Event::AppServerLinkChanged(e) => prompt_news::link(draft, e),
        Event::CommandPerformed(e) => {
            proofs::reported(draft, e.id, Report::Performed(e.performed));
        }
        Event::CommandSettled(e) => proofs::reported(draft, e.id, Report::Settled(e.outcome)),
        // Nothing follows from these but themselves.
        event @ (Event::RuntimeStopped(_)
        | Event::TurnStarted(_)
        | Event::TurnWorked(_)
        | Event::RecordsSkipped(_)
        | Event::RolloutFollowed(_)
        | Event::ChatDbPlaced(_)
        | Event::InboundHeld(_)
        | Event::ThreadNamed(_)) => fact(draft, event),
        // Decisions, and the beginnings of a command: they follow from the fact.
        Event::PromptDelivered(_)
        | Event::RoutingDecided(_)
        | Event::NoticeQueued(_)
        | Event::NoticeWithdrawn(_)
        | Event::NoticeExpired(_)
        | Event::InstructionEnded(_)
        | Event::PromptAnswered(_)
        | Event::PromptsListed(_)
        | Event::PromptExpired(_)
        | Event::PromptShown(_)
        | Event::EndingNotTold(_)
        | Event::CommandRequested(_)
        | Event::CommandStarted(_)
        | Event::InboundDeferred(_)
        | Event::InboundJoined(_)
        | Event::InboundUnanswered(_)
        | Event::HoldChanged(_)
        | Event::NoticeDeferred(_)
        | Event::PromptNudged(_)
        | Event::NoticeDelayed(_)
        | Event::NoticeGivenUp(_)
        | Event::PromiseMade(_)
        | Event::PromiseEnded(_)
        | Event::OwnerWarned(_)
        | Event::InboundFilesNamed(_)
        | Event::TextCut(_)
        | Event::TurnWentOn(_)
        | Event::InboundSpoken(_)
        | Event::SpokenAsked(_)
        | Event::SpokenAnswered(_)
        | Event::SessionLabelled(_) => return None,
    }
    Some(())
}

/// By what files the message is known, where it has no words: their names are not recorded.
fn files_of(batch: &[Envelope]) -> Option<Digest> {
    batch.iter().find_map(|entry| {
        let Event::InboundFilesNamed(named) = &entry.event else {
            return None;
        };
        Some(named.digest)
    })
}

/// Whether the row was a link that Messages had split off, as far as what followed tells.
/// Pictures without words are dealt with as one is, and are none.
fn was_link(row: &InboundReceived, batch: &[Envelope]) -> bool {
    let text = row.text.reveal();
    if text.is_empty() {
        return false;
    }
    let url = text.starts_with("http") && !text.contains(char::is_whitespace);
    batch.iter().any(|entry| {
        if let Event::InboundDeferred(e) = &entry.event {
            e.link && e.inbound == row.guid
        } else if let Event::InboundJoined(e) = &entry.event {
            url && e.inbound == row.guid
        } else {
            false
        }
    })
}

/// A row of which everything was true that lets it be the owner's word.
fn received(e: &InboundReceived, state: &State) -> Option<MessageRow> {
    let owner = state.settings.owner.first()?.clone();
    // Only in the owner's chat with themself a row comes to the address that it came from.
    let destination = if e.self_chat {
        owner.clone()
    } else {
        Text::from("this-mac@example.com")
    };
    let chat = Chat {
        style: Some(45),
        identifier: owner.clone(),
        participants: vec![owner.clone()],
    };
    let body = if e.text.reveal().is_empty() {
        Body::Empty
    } else {
        Body::Text(e.text.clone())
    };
    Some(MessageRow {
        body,
        date: Some(e.date),
        from_me: e.from_me,
        handle: Some(owner),
        destination: Some(destination),
        chat: Some(chat),
        reply_to: e.reply_to.clone(),
        attachments: e.attachments,
        // What its files were called is not recorded, and not waited for.
        given_up: e.attachments,
        ..bare(e.rowid, e.guid.clone(), "iMessage")
    })
}

/// A row of ours, as far as what follows from it depends on it.
fn own_row(e: &OutgoingSeen) -> MessageRow {
    MessageRow {
        from_me: true,
        error: e.error,
        sent: e.sent,
        delivered: e.delivered,
        date: e.date,
        ..bare(e.rowid, e.guid.clone(), &e.service)
    }
}

fn bare(rowid: i64, guid: Guid, service: &str) -> MessageRow {
    MessageRow {
        service: service.to_owned(),
        ..MessageRow::bare(rowid, guid)
    }
}

/// The words of a line stand in the text that was made of it; of several parts they cannot
/// be put together again.
fn queue_line(draft: &mut Draft, e: QueueLineImported, batch: &[Envelope]) -> Option<()> {
    let queued = batch.iter().find_map(|entry| {
        let Event::NoticeQueued(queued) = &entry.event else {
            return None;
        };
        (queued.topic == Topic::Request).then_some(&queued.parts)
    });
    let text = match queued.map(Vec::as_slice) {
        None => None,
        Some([only]) => Some(only.clone()),
        Some(_) => return None,
    };
    sources::line_taken(draft, e, text);
    Some(())
}
