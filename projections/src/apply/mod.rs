//! What an event does to State. Total: every event of every log applies, and
//! what does not fit becomes an anomaly. Nothing is decided here.

mod commands;
mod files;
mod inbound;
mod prompts;
mod sessions;
mod shared;
mod watch;

pub(crate) use sessions::closes_by_words;

use crate::holding::held;
use crate::outbox::End;
use crate::state::State;

use crate::waits;
use events::event::{Deadline, NoticeDeferred, NoticeDelayed, NoticeQueued, Source, Topic};
use events::{Envelope, Event, Seq, Settings, Span};
use shared::{anomaly, await_allowance, deadlines};
use std::sync::Arc;

/// Applies one event.
#[expect(
    clippy::too_many_lines,
    reason = "a table with one row for each kind of event"
)]
pub fn apply(state: &mut State, envelope: &Envelope) {
    let seq = envelope.seq;
    if seq != state.last.next() {
        anomaly(state, seq, "the log has a gap before this event");
    }
    state.last = seq;
    state.tick = state.tick.max(envelope.tick);
    state.wall = envelope.wall;
    match &envelope.event {
        Event::RuntimeStarted(e) => runtime_started(state, e.settings.settings()),
        Event::RuntimeStopped(_) => state.running = false,
        // What the log means is what it meant before.
        Event::LogRecovered(_) => {}
        Event::SourceFailed(e) => {
            state.failed_sources.insert(e.source, e.fault.clone());
            going_deaf(state, e.source);
        }
        Event::SourceRecovered(e) => {
            state.failed_sources.remove(&e.source);
            state.down.remove(&e.source);
            deadlines(state).clear(&Deadline::SourceDown(e.source));
        }
        Event::ShapeUnknown(e) => {
            let wall = state.wall;
            Arc::make_mut(&mut state.shapes).add(seq, wall, e);
        }
        Event::RolloutFollowed(e) => sessions::followed(state, seq, e),
        Event::GoalChanged(e) => sessions::goal_changed(state, seq, e),
        Event::NotifyReceived(e) => sessions::notified(state, e),
        Event::SessionSeen(e) => sessions::seen(state, e),
        Event::TurnStarted(e) => {
            sessions::turn_started(state, seq, e);
            watch::await_life(state, &e.session);
        }
        Event::UserSpoke(e) => sessions::user_spoke(state, seq, e),
        Event::AssistantReplied(e) => sessions::replied(state, seq, e),
        Event::QuestionAsked(e) => sessions::asked(state, seq, e),
        Event::QuestionClosed(e) => {
            sessions::closed(state, seq, e);
            watch::goes_on(state, &e.session);
        }
        Event::TurnWorked(e) => sessions::worked(state, seq, e),
        Event::TurnCompleted(e) => {
            sessions::turn_completed(state, seq, e);
            watch::turn_over(state, &e.session);
        }
        Event::RecordsSkipped(e) => sessions::skipped(state, seq, e),
        Event::ChatDbPlaced(e) => inbound::placed(state, e),
        Event::InboundHeld(e) => inbound::held(state, e),
        Event::InboundReceived(e) => inbound::received(state, e),
        Event::InboundIgnored(e) => inbound::ignored(state, e),
        Event::OutgoingSeen(e) => inbound::own_row(state, e),
        Event::QueueLineImported(e) => inbound::queue_line(state, e),
        Event::AttentionRequested(e) => Arc::make_mut(&mut state.inbox).keys.insert(&e.key),
        Event::DeadlinePassed(e) => deadline_passed(state, &e.deadline),
        Event::PromptAsked(e) => prompts::asked(state, seq, e),
        Event::PromptWitnessed(e) => prompts::witnessed(state, seq, e),
        Event::PromptDelivered(e) => prompts::delivered(state, e),
        Event::PromptClosed(e) => {
            let open = state.prompts.open.get(&e.prompt);
            let session = open.map(|prompt| prompt.session.clone());
            prompts::closed(state, seq, e);
            if let Some(session) = session {
                watch::goes_on(state, &session);
            }
        }
        Event::PromptAnswered(e) => prompts::answered(state, e),
        Event::PromptsListed(e) => prompts::listed(state, seq, e),
        Event::PromptExpired(e) => prompts::expired(state, e),
        Event::PromptShown(e) => prompts::shown(state, e),
        Event::ThreadStatusChanged(e) => Arc::make_mut(&mut state.server).thread(e),
        Event::RateLimitsChanged(e) => {
            Arc::make_mut(&mut state.server)
                .limits
                .clone_from(&e.windows);
            watch::limits(state);
        }
        Event::AppServerLinkChanged(e) => {
            Arc::make_mut(&mut state.server).link(e);
            prompts::link_changed(state);
        }
        Event::RoutingDecided(e) => inbound::routed(state, e),
        Event::EndingNotTold(e) => sessions::not_told(state, e),
        Event::InstructionEnded(e) => Arc::make_mut(&mut state.dispatches).end(e),
        Event::NoticeQueued(e) => notice_queued(state, seq, e),
        Event::NoticeWithdrawn(e) => notice_ended(state, e.notice, End::Withdrawn),
        Event::NoticeExpired(e) => notice_ended(state, e.notice, End::Expired),
        Event::NoticeGivenUp(e) => notice_ended(state, e.notice, End::Failed),
        Event::NoticeDelayed(e) => notice_delayed(state, e),
        Event::CommandRequested(e) => commands::requested(state, seq, e),
        Event::CommandStarted(e) => commands::started(state, seq, e),
        Event::CommandPerformed(e) => commands::performed(state, seq, e),
        Event::CommandSettled(e) => commands::settled(state, seq, e),
        Event::ReactionReceived(e) => inbound::reacted(state, e),
        Event::InboundChanged(e) => inbound::changed(state, e),
        Event::InboundDeferred(e) => inbound::deferred(state, e),
        Event::InboundJoined(e) => inbound::joined(state, e),
        Event::InboundFilesNamed(e) => inbound::files_named(state, e),
        Event::InboundUnanswered(e) => inbound::unanswered(state, e),
        Event::LocalTimeChanged(e) => Arc::make_mut(&mut state.holds).offset = e.offset,
        Event::HoldChanged(e) => {
            let (wall, settings) = (state.wall, Arc::clone(&state.settings));
            Arc::make_mut(&mut state.holds).change(&e.change, wall, &settings);
        }
        Event::NoticeDeferred(e) => notice_deferred(state, e),
        Event::DeskSeen(e) => {
            let seen = Some((e.clone(), state.tick));
            Arc::make_mut(&mut state.holds).desk = seen;
        }
        Event::PromptNudged(e) => prompts::nudged(state, e),
        Event::HostSlept(e) => watch::slept(state, e),
        Event::PromiseMade(e) => watch::promised(state, seq, e),
        Event::PromiseEnded(e) => watch::promise_ended(state, e),
        Event::LifeSeen(e) => watch::life(state, e),
        Event::OwnerWarned(e) => watch::warned(state, &e.of),
        Event::TurnWentOn(e) => sessions::turn_went_on(state, seq, e),
        Event::InboundSpoken(e) => inbound::spoken(state, &e.inbound),
        Event::SpokenAsked(e) => inbound::spoken_asked(state, envelope.seq, e),
        Event::SpokenAnswered(_) => Arc::make_mut(&mut state.inbox).spoken = None,
        Event::SessionLabelled(e) => commands::labelled(state, e),
        Event::ThreadNamed(e) => sessions::thread_named(state, seq, e),
        Event::TextCut(e) => Arc::make_mut(&mut state.outbox).cut(&e.session, &e.rest),
    }
}

/// Without chat.db the owner is not heard, and cannot know it.
fn going_deaf(state: &mut State, source: Source) {
    let deadline = Deadline::SourceDown(source);
    let known = state.down.contains(&source) || state.deadlines.contains(&deadline);
    if source == Source::ChatDb && !known {
        let at = state.tick.after(waits::UNREADABLE);
        deadlines(state).set(deadline, at);
    }
}

fn runtime_started(state: &mut State, settings: Settings) {
    state.began.get_or_insert(state.wall);
    state.running = true;
    state.settings = Arc::new(settings);
    state.failed_sources.clear();
    // A connection does not outlive its process.
    Arc::make_mut(&mut state.server).lost();
    prompts::link_changed(state);
    await_self_test(state);
    // Nobody has looked for these rollouts while nothing ran.
    let at = state.tick.after(waits::ROLLOUT);
    let waiting: Vec<_> = state.sessions.unplaced.keys().cloned().collect();
    for session in waiting {
        deadlines(state).set(Deadline::Rollout(session), at);
    }
}

/// Sets the time of the next self-test; one that is set already is not put off by a start.
fn await_self_test(state: &mut State) {
    let pause = state.settings.self_test;
    if pause.0 == 0 {
        deadlines(state).clear(&Deadline::SelfTest);
    } else if !state.deadlines.contains(&Deadline::SelfTest) {
        let at = state.tick.after(pause);
        deadlines(state).set(Deadline::SelfTest, at);
    }
}

/// It waits; a clock that lags a little does not ask again at once.
fn notice_deferred(state: &mut State, e: &NoticeDeferred) {
    let outbox = Arc::make_mut(&mut state.outbox);
    let Some(notice) = outbox.open.get_mut(&e.notice).map(Arc::make_mut) else {
        return;
    };
    notice.deferred = Some((e.rule, e.until));
    let deadline = Deadline::Held(e.notice);
    match e.until {
        Some(until) => {
            let wait = state.wall.until(until).max(Span::seconds(1));
            let at = state.tick.after(wait);
            deadlines(state).set(deadline, at);
            // It is not too old the moment that it may go.
            let expiry = at.after(state.settings.expiry);
            deadlines(state).set(Deadline::Expiry(e.notice), expiry);
        }
        None => deadlines(state).clear(&deadline),
    }
}

fn notice_ended(state: &mut State, notice: Seq, end: End) {
    let outbox = Arc::make_mut(&mut state.outbox);
    outbox.close(notice, end);
    // What does not matter any more is not missing either.
    if end == End::Withdrawn {
        outbox.missing.remove(notice);
    }
    deadlines(state).clear(&Deadline::Retry(notice));
    deadlines(state).clear(&Deadline::Expiry(notice));
    deadlines(state).clear(&Deadline::Held(notice));
}

fn notice_queued(state: &mut State, seq: Seq, e: &NoticeQueued) {
    let tick = state.tick;
    let outbox = Arc::make_mut(&mut state.outbox);
    outbox.queue(seq, e, tick);
    let queued = outbox.open.get(&seq).map_or(tick, |notice| notice.at);
    for replaced in &e.replaces {
        deadlines(state).clear(&Deadline::Retry(*replaced));
        deadlines(state).clear(&Deadline::Expiry(*replaced));
        deadlines(state).clear(&Deadline::Held(*replaced));
    }
    if e.topic == Topic::Unanswered {
        Arc::make_mut(&mut state.inbox).unanswered.reported(tick);
        deadlines(state).clear(&Deadline::Unanswered);
    }
    let expiry = queued.after(state.settings.expiry);
    deadlines(state).set(Deadline::Expiry(seq), expiry);
    await_allowance(state);
    let Some(id) = &e.session else { return };
    if let Some(session) = Arc::make_mut(&mut state.sessions).get_mut(id) {
        session.noticed.push(e.topic.clone());
        if e.topic == Topic::Progress {
            session.unsent = None;
        }
    }
}

fn notice_delayed(state: &mut State, e: &NoticeDelayed) {
    let at = state.tick.after(e.wait);
    let outbox = Arc::make_mut(&mut state.outbox);
    if let Some(notice) = outbox.open.get_mut(&e.notice).map(Arc::make_mut) {
        notice.not_before = Some(at);
        deadlines(state).set(Deadline::Retry(e.notice), at);
    }
}

fn deadline_passed(state: &mut State, deadline: &Deadline) {
    deadlines(state).clear(deadline);
    match deadline {
        Deadline::Rollout(session) => {
            Arc::make_mut(&mut state.sessions).unplaced.remove(session);
        }
        Deadline::Pace(id) => {
            // After a restart the wait is set anew; by then a later part may be under way.
            let notices = state.outbox.open.iter();
            let waiting = notices.into_iter().find(|(_, n)| n.sending == Some(*id));
            if let Some(notice) = waiting.map(|(seq, _)| *seq) {
                Arc::make_mut(&mut state.outbox).part_done(notice, true);
                commands::forget_closed(state, notice);
            }
        }
        Deadline::Receipt(id) => {
            let target = state
                .ledger
                .open
                .get(id)
                .and_then(|entry| crate::dispatch::dispatch_of(&entry.command));
            if let Some((session, inbound)) = target
                && let Some(dispatch) =
                    Arc::make_mut(&mut state.dispatches).get_mut(&session, &inbound)
            {
                dispatch.late_told = true;
            }
        }
        // A later start may have found that it works.
        Deadline::SourceDown(source) => {
            if state.failed_sources.contains_key(source) {
                state.down.insert(*source);
            }
        }
        Deadline::SelfTest => await_self_test(state),
        Deadline::Nudge(prompt) => prompts::nudge_due(state, *prompt),
        Deadline::Stall(session) => watch::look_for_life(state, session),
        Deadline::Promise(promise) => watch::promise_due(state, *promise),
        Deadline::Files(fetch) => files::kept(state, *fetch),
        // While it waits for the owner's sake it does not grow too old.
        Deadline::Expiry(notice) => {
            let open = state.outbox.open.get(notice);
            if open.is_some_and(|open| held(state, open, state.wall).is_some()) {
                let at = state.tick.after(state.settings.expiry);
                deadlines(state).set(deadline.clone(), at);
            }
        }
        Deadline::Loop => Arc::make_mut(&mut state.inbox).loop_held = 0,
        Deadline::Proof(_)
        | Deadline::Retry(_)
        | Deadline::Allowance
        | Deadline::Held(_)
        | Deadline::Prompt(_)
        | Deadline::ServerPrompts
        | Deadline::Goal(_)
        | Deadline::Gather(_)
        | Deadline::Unanswered
        | Deadline::Awake
        | Deadline::Limits => {}
    }
}
