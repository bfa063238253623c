//! What rollouts say. The rollout is the truth about a session: its turns, its
//! questions, and whether our words arrived.

use super::draft::{Draft, topic_known};
use super::endings::{close, progress, turn_ended};
use super::{claimed, endings, goals, holding, limits, notices, prompts, proofs, replies};
use crate::heading::Heading;
use crate::redact::redact;
use crate::refs;
use crate::render;
use crate::sessions::file_name;
use crate::waits;
use events::event::{
    AssistantReplied, Choice, Closing, Ending, Question, QuestionAsked, QuestionKind,
    RecordsSkipped, RolloutFollowed, SessionMeta, SessionSeen, SignOfTurn, Topic, TurnStarted,
    TurnWork, TurnWorked, UserSpoke,
};
use events::input::{Rollout, RolloutFact};
use events::settings::NotifyMode;
use events::{CallId, Digest, Event, SessionId, Text, Tick, TurnId};

/// A rollout grew by a record.
pub(super) fn grew(draft: &mut Draft, rollout: Rollout) {
    let Rollout {
        session,
        path,
        offset,
        at: _,
        fact,
    } = rollout;
    if let RolloutFact::Meta(meta) = fact {
        return seen(draft, &session, meta, offset);
    }
    // Without its head a file is nobody's.
    if draft.state().sessions.get(&session).is_none() {
        return;
    }
    follow(draft, &session, &path, None);
    match fact {
        RolloutFact::Meta(_) => {}
        RolloutFact::Goal(status) => goals::changed(draft, &session, offset, &status),
        RolloutFact::Limits(news) => limits::changed(draft, &news),
        RolloutFact::TurnStarted {
            turn,
            plan_mode,
            goal,
        } => started(draft, session, offset, (turn, plan_mode), goal),
        RolloutFact::UserMessage { text, client } => {
            spoke(draft, user_spoke(session, offset, &text, client));
        }
        RolloutFact::AssistantMessage { turn, text } => {
            let text = clean(draft, &text);
            let event = AssistantReplied {
                session,
                offset,
                turn,
                text,
            };
            replied(draft, event);
        }
        RolloutFact::Asked {
            call,
            turn,
            kind,
            questions,
        } => {
            let (questions, digests) = clean_questions(draft, &questions);
            let event = QuestionAsked {
                session,
                offset,
                turn,
                call,
                kind,
                questions,
                digests,
            };
            asked(draft, event);
        }
        RolloutFact::CallClosed { call, how } => call_closed(draft, &session, offset, &call, how),
        RolloutFact::Worked { turn, work } => worked(draft, session, offset, turn, work),
        RolloutFact::TurnCompleted { turn, last, error } => {
            let ending = ending(draft, last, error);
            turn_ended(draft, &session, Some(offset), Some(turn), &ending);
        }
        RolloutFact::TurnAborted { turn, reason } => aborted(draft, &session, offset, turn, reason),
        RolloutFact::Skipped { records } => {
            let event = RecordsSkipped {
                session,
                offset,
                records,
            };
            draft.record(Event::RecordsSkipped(event));
        }
    }
}

/// A turn began, by `goal` as one of several towards a goal.
fn started(
    draft: &mut Draft,
    session: SessionId,
    offset: u64,
    (turn, plan_mode): (TurnId, bool),
    goal: bool,
) {
    if goal {
        goals::goes_on(draft, &session, offset);
    }
    draft.record(Event::TurnStarted(TurnStarted {
        session,
        offset,
        turn,
        plan_mode,
    }));
}

/// Questions as they are stored, and the digests of how they were asked.
fn clean_questions(draft: &Draft, questions: &[Question]) -> (Vec<Question>, Vec<Digest>) {
    let digest = |question: &Question| Digest::of(question.text.reveal());
    let clean = |question| clean_question(draft, question);
    (
        questions.iter().map(clean).collect(),
        questions.iter().map(digest).collect(),
    )
}

/// The session's records come from this file from here on; it is read up to `read`, or
/// as far as it was before.
fn follow(draft: &mut Draft, session: &SessionId, path: &str, read: Option<u64>) {
    let Some(known) = draft.state().sessions.get(session) else {
        return;
    };
    if path.is_empty() || known.meta.path == path {
        return;
    }
    let moved = file_name(&known.meta.path) == file_name(path);
    let before = if moved { Some(known.offset) } else { read };
    let before = before.or_else(|| known.files.get(path).copied());
    draft.record(Event::RolloutFollowed(RolloutFollowed {
        session: session.clone(),
        path: path.to_owned(),
        offset: before.unwrap_or(0),
    }));
}

fn ending(draft: &Draft, last: Option<Text>, error: Option<Text>) -> Ending {
    match error {
        Some(error) => Ending::Failed {
            error: clean(draft, &error),
        },
        None => Ending::Finished {
            last: last.map(|last| clean(draft, &last)),
        },
    }
}

/// A record that does not name its turn means the running one.
fn aborted(
    draft: &mut Draft,
    session: &SessionId,
    offset: u64,
    turn: Option<TurnId>,
    reason: String,
) {
    let running = draft.state().sessions.get(session);
    let turn = turn.or_else(|| running.and_then(|s| s.turn.clone()));
    turn_ended(
        draft,
        session,
        Some(offset),
        turn,
        &Ending::Interrupted { reason },
    );
}

/// A text as it may be stored.
fn clean(draft: &Draft, text: &Text) -> Text {
    if draft.state().settings.redact {
        Text::from(redact(text.reveal()))
    } else {
        text.clone()
    }
}

fn clean_question(draft: &Draft, question: &Question) -> Question {
    let choice = |c: &Choice| Choice {
        label: clean(draft, &c.label),
        detail: clean(draft, &c.detail),
    };
    Question {
        id: question.id.clone(),
        text: clean(draft, &question.text),
        options: question.options.iter().map(choice).collect(),
    }
}

/// A turn that ends did this. The session's files are stored by their path in its directory.
fn worked(
    draft: &mut Draft,
    session: SessionId,
    offset: u64,
    turn: Option<TurnId>,
    mut work: TurnWork,
) {
    let known = draft.state().sessions.get(&session);
    let folder = known.map_or_else(String::new, |known| format!("{}/", known.meta.cwd));
    for file in &mut work.files {
        let path = file.path.reveal();
        let below = path.strip_prefix(folder.as_str()).filter(|p| !p.is_empty());
        file.path = clean(draft, &Text::from(below.unwrap_or(path)));
    }
    for failed in &mut work.failed {
        failed.command = clean(draft, &failed.command);
    }
    for commit in &mut work.commits {
        commit.subject = clean(draft, &commit.subject);
    }
    for link in &mut work.links {
        *link = clean(draft, link);
    }
    draft.record(Event::TurnWorked(TurnWorked {
        session,
        offset,
        turn,
        work,
    }));
}

/// The head of a rollout: the session gets its ref, and turns that notify reported find their place.
/// A known head comes again when the file under it moved or was rewritten.
fn seen(draft: &mut Draft, session: &SessionId, mut meta: SessionMeta, offset: u64) {
    if let Some(known) = draft.state().sessions.get(session) {
        let another = file_name(&known.meta.path) != file_name(&meta.path);
        if another {
            // A further file of the thread was made later than the thread.
            meta.created = known.meta.created;
            follow(draft, session, &meta.path, Some(offset));
        }
    }
    let known = draft.state().sessions.get(session);
    if known.is_some_and(|known| known.meta == meta) {
        return;
    }
    let reference = refs::assign(&draft.state().sessions, session);
    let waiting = draft
        .state()
        .sessions
        .unplaced
        .get(session)
        .cloned()
        .unwrap_or_default();
    let named = draft.state().sessions.named.contains_key(session);
    let place = replies::runs_in(draft.state(), &meta.cwd);
    draft.record(Event::SessionSeen(SessionSeen {
        session: session.clone(),
        reference,
        meta,
        offset,
    }));
    if named {
        let topic = Topic::Progress;
        notices::queue(draft, Some(session), topic, &Heading::Started, &place);
    }
    for told in waiting.turns.iter().cloned() {
        endings::place(draft, told);
    }
    prompts::tell_waiting(draft, session);
}

/// What is kept of the user's words.
fn user_spoke(session: SessionId, offset: u64, text: &Text, client: Option<String>) -> UserSpoke {
    UserSpoke {
        session,
        offset,
        digest: Digest::of(text.reveal()),
        chars: u32::try_from(text.reveal().chars().count()).unwrap_or(u32::MAX),
        client,
    }
}

/// The rollout recorded words of the user.
pub(super) fn spoke(draft: &mut Draft, event: UserSpoke) {
    let (offset, digest) = (event.offset, event.digest);
    let client = event.client.clone();
    let (session, client) = (&event.session.clone(), client.as_deref());
    claimed::read_on(draft, session, None, SignOfTurn::Words);
    draft.record(Event::UserSpoke(event));
    let open = draft
        .state()
        .sessions
        .get(session)
        .map(|s| s.questions.clone())
        .unwrap_or_default();
    for question in open {
        if let Some(how) = crate::apply::closes_by_words(question.kind) {
            close(draft, session, offset, &question.call, how);
        }
    }
    let ours = proofs::proven_by_words(draft, session, offset, digest, client);
    if !ours {
        overtaken(draft, session);
    }
}

/// Who goes on with a session at the desk has seen how its last turn ended.
fn overtaken(draft: &mut Draft, session: &SessionId) {
    holding::seen_at_desk(draft, session);
    let now = draft.now().tick;
    let long_ago = |at: Tick| at.after(waits::OVERTAKEN) <= now;
    let seen = |topic: &Topic, at: Option<Tick>| {
        matches!(topic, Topic::TurnEnd(_) | Topic::Progress) && at.is_none_or(long_ago)
    };
    notices::withdraw(
        draft,
        session,
        seen,
        "you continued the session at the desk",
    );
}

/// The model said something: what it said before is not its last word.
pub(super) fn replied(draft: &mut Draft, event: AssistantReplied) {
    claimed::read_on(draft, &event.session, Some(&event.text), SignOfTurn::Reply);
    progress(draft, &event.session, None);
    draft.record(Event::AssistantReplied(event));
}

pub(super) fn asked(draft: &mut Draft, asked: QuestionAsked) {
    let Some(known) = draft.state().sessions.get(&asked.session) else {
        return;
    };
    if known.closed.contains(&asked.call) || known.questions.iter().any(|q| q.call == asked.call) {
        return;
    }
    let owners = known.is_owners();
    let (session, topic) = (asked.session.clone(), Topic::Question(asked.call.clone()));
    claimed::read_on(draft, &session, None, SignOfTurn::Prompt);
    progress(draft, &session, None);
    let body = render::questions(&asked.questions);
    draft.record(Event::QuestionAsked(asked));
    let wanted = owners && draft.state().settings.mode != NotifyMode::StateOnly;
    if wanted && !topic_known(draft.state(), &session, &topic) {
        notices::queue(draft, Some(&session), topic, &Heading::NeedsInput, &body);
    }
}

fn call_closed(draft: &mut Draft, session: &SessionId, offset: u64, call: &CallId, how: Closing) {
    let open = draft
        .state()
        .sessions
        .get(session)
        .and_then(|s| s.questions.iter().find(|q| q.call == *call).map(|q| q.kind));
    match open {
        // The output of an asynchronous question says only that it was put.
        Some(QuestionKind::Async) if how == Closing::Answered => {}
        Some(_) => close(draft, session, offset, call, how),
        None => {}
    }
}
