//! Texts for the owner: which are queued and how they are worded, and which are
//! taken back because they no longer matter.

use super::draft::Draft;
use crate::handle::not_for_owner;
use crate::heading::Heading;
use crate::ledger::Stage;
use crate::outbox::Notice;
use crate::redact::redact;
use crate::render::{cut_lines, head, parts, sentence_head, tidy};
use crate::state::State;
use events::event::{CommandSettled, NoticeQueued, NoticeWithdrawn, TextCut, Topic};
use events::{CommandId, Event, Guid, Outcome, Seq, SessionId, Text, Tick, Wall};

/// Queues a notice with our head line.
pub(super) fn queue(
    draft: &mut Draft,
    session: Option<&SessionId>,
    topic: Topic,
    kind: &Heading,
    body: &str,
) {
    let heard = heard(draft.state(), &topic);
    let body = format!("{heard}{body}");
    let parts = worded(draft.state(), session, kind, &body);
    instead(draft, &[], session, topic, parts);
}

/// Queues what happened to a session: a sentence that stands alone on a lock screen, its ref
/// behind it, then the words, in the place of others. What is cut is kept for `more`.
pub(super) fn tell(
    draft: &mut Draft,
    replaces: &[Seq],
    session: &SessionId,
    topic: Topic,
    (sentence, body): (&str, &str),
) {
    let body = cleaned(draft.state(), body);
    let body = cut(draft, session, &body);
    let state = draft.state();
    let max = state.settings.max_len as usize;
    let known = state.sessions.get(session);
    let head = sentence_head(known, &cleaned(state, sentence), max);
    let parts = parts(&head, &body, max);
    instead(draft, replaces, Some(session), topic, parts);
}

fn cleaned(state: &State, text: &str) -> String {
    if state.settings.redact {
        redact(text)
    } else {
        text.to_owned()
    }
}

/// What was understood of a voice message, above the answer to it.
fn heard(state: &State, topic: &Topic) -> String {
    let (Topic::Answer(inbound) | Topic::Receipt(inbound)) = topic else {
        return String::new();
    };
    let spoken = state.inbox.recent(inbound).filter(|recent| recent.spoken);
    spoken.map_or_else(String::new, |recent| {
        let words = tidy(recent.message.text.reveal(), HEARD);
        format!("Heard: \"{words}\"\n")
    })
}

/// Most of a voice message that is said back.
const HEARD: usize = 300;

/// Queues what a program asked to be said. The same text that Messages certainly did
/// not take waits to be tried again; it gives its place to this one, or both would come.
pub(super) fn request(draft: &mut Draft, body: &str) {
    let state = draft.state();
    let parts = worded(state, None, &Heading::NeedsAttention, body);
    let same = |notice: &Notice| {
        // The try that is only asked for has not ended yet.
        let failed = notice.attempts > u16::from(notice.sending.is_some());
        let waits = notice.next == 0 && failed && !begun(state, notice);
        waits && notice.topic == Topic::Request && notice.parts == parts
    };
    let open = state.outbox.open.iter();
    let same: Vec<_> = open.filter(|(_, n)| same(n)).map(|(seq, _)| *seq).collect();
    instead(draft, &same, None, Topic::Request, parts);
}

fn worded(state: &State, session: Option<&SessionId>, kind: &Heading, body: &str) -> Vec<Text> {
    let known = session.and_then(|id| state.sessions.get(id));
    let head = cleaned(state, &head(known, kind));
    let body = cleaned(state, body);
    parts(&head, &body, state.settings.max_len as usize)
}

/// Tries out the way to the owner. A text that is owed already tries it out as well,
/// and while none can leave they must not pile up.
pub(super) fn self_test(draft: &mut Draft) {
    let state = draft.state();
    if state.outbox.open.is_empty() {
        let body = "This is a test. Texts reach you; no reply is needed.";
        queue(draft, None, Topic::Health, &Heading::SelfTest, body);
    }
}

/// Answers an inbound message.
pub(super) fn answer(
    draft: &mut Draft,
    inbound: &Guid,
    session: Option<&SessionId>,
    kind: &Heading,
    body: &str,
) {
    queue(draft, session, Topic::Answer(inbound.clone()), kind, body);
}

/// Answers an inbound message with what may be long: what is cut is kept for `more`.
pub(super) fn answer_cut(
    draft: &mut Draft,
    inbound: &Guid,
    session: &SessionId,
    kind: &Heading,
    body: &str,
) {
    let body = cut(draft, session, body);
    answer(draft, inbound, Some(session), kind, &body);
}

/// Most iMessages of a text that can be had in full by `more`.
const PARTS: usize = 3;

/// The beginning of a long text, and how the rest of it is had.
pub(super) fn cut(draft: &mut Draft, session: &SessionId, body: &str) -> String {
    let state = draft.state();
    let Some(known) = state.sessions.get(session) else {
        return body.to_owned();
    };
    let each = (state.settings.max_len as usize)
        .saturating_sub(HEAD)
        .max(HEAD);
    let (shown, rest) = cut_lines(body, each * PARTS);
    let kept = state
        .outbox
        .rests
        .iter()
        .any(|rest| rest.session == *session);
    let (shown, rest) = (shown.to_owned(), rest.to_owned());
    let body = if rest.is_empty() {
        shown
    } else {
        let left = rest.chars().count();
        let name = &known.reference;
        format!("{shown}\n… {left} more characters: write \"more @{name}\".")
    };
    if kept || !rest.is_empty() {
        draft.record(Event::TextCut(TextCut {
            session: session.clone(),
            rest: Text::from(rest),
        }));
    }
    body
}

/// Room for a head line and the line that says what was cut.
const HEAD: usize = 100;

/// What was to go to somebody who is no longer the owner goes to the owner.
pub(super) fn readdress(draft: &mut Draft) {
    let state = draft.state();
    let stranger = |notice: &Notice| not_for_owner(&state.settings, Some(&notice.to)).is_some();
    let open = state.outbox.open.iter();
    let open = open.filter(|(_, n)| stranger(n) && !begun(state, n));
    let open: Vec<_> = open.map(|(seq, notice)| (*seq, notice.clone())).collect();
    for (notice, old) in open {
        let rest = old.parts.iter().skip(usize::from(old.next));
        let rest = rest.cloned().collect();
        instead(
            draft,
            &[notice],
            old.session.as_ref(),
            old.topic.clone(),
            rest,
        );
    }
}

/// A part of the notice is being given to Messages, or was given.
pub(super) fn begun(state: &State, notice: &Notice) -> bool {
    let entry = notice.sending.and_then(|id| state.ledger.open.get(&id));
    entry.is_some_and(|entry| entry.stage != Stage::Requested)
}

/// Nothing of the notice has reached Messages.
pub(super) fn unsent(state: &State, notice: &Notice) -> bool {
    notice.next == 0 && notice.attempts <= 1 && !begun(state, notice)
}

/// Queues texts as they are, in the place of notices of which no part is under way.
pub(super) fn instead(
    draft: &mut Draft,
    replaces: &[Seq],
    session: Option<&SessionId>,
    topic: Topic,
    parts: Vec<Text>,
) -> Option<Seq> {
    // Without a recipient there is nobody to tell; `run` refuses to start so.
    let to = draft.state().settings.owner.first().cloned()?;
    let owed = owed_for(draft.state(), replaces);
    let queued = draft.record(Event::NoticeQueued(NoticeQueued {
        session: session.cloned(),
        topic,
        to,
        parts,
        replaces: replaces.to_vec(),
    }));
    expire(draft, owed);
    Some(queued)
}

/// The commands that were asked for on behalf of these notices.
pub(super) fn owed_for(state: &State, notices: &[Seq]) -> Vec<CommandId> {
    let open = notices.iter().filter_map(|seq| state.outbox.open.get(seq));
    open.filter_map(|notice| notice.sending).collect()
}

/// Texts that were asked for and not begun are no longer wanted. Nothing follows from
/// that: who lets go of a notice says what comes in its place.
pub(super) fn expire(draft: &mut Draft, commands: Vec<CommandId>) {
    let owed = |draft: &Draft, id: &CommandId| draft.state().ledger.open.contains_key(id);
    for id in commands {
        if owed(draft, &id) {
            let outcome = Outcome::Expired;
            draft.record(Event::CommandSettled(CommandSettled { id, outcome }));
        }
    }
}

/// Withdraws notices of a session that no longer matter, if nothing of them was
/// begun, and those that the owner may have missed.
pub(super) fn withdraw(
    draft: &mut Draft,
    session: &SessionId,
    no_longer: impl Fn(&Topic, Option<Tick>) -> bool,
    why: &str,
) {
    let state = draft.state();
    let mine = |other: Option<&SessionId>| other == Some(session);
    let open = state.outbox.open.iter().filter(|(_, n)| {
        mine(n.session.as_ref()) && no_longer(&n.topic, Some(n.at)) && unsent(state, n)
    });
    // A notice whose later parts are still on their way is not ended by this.
    let through = |seq: Seq| !state.outbox.open.contains_key(&seq);
    let missing = state.outbox.missing.iter();
    let missing = missing
        .filter(|(seq, l)| mine(l.session.as_ref()) && no_longer(&l.topic, None) && through(*seq));
    let found: Vec<_> = open
        .map(|(seq, _)| *seq)
        .chain(missing.map(|(seq, _)| seq))
        .collect();
    for notice in found {
        drop_it(draft, notice, why);
    }
}

/// Withdraws one notice.
pub(super) fn drop_it(draft: &mut Draft, notice: Seq, why: &str) {
    let owed = owed_for(draft.state(), &[notice]);
    draft.record(Event::NoticeWithdrawn(NoticeWithdrawn {
        notice,
        why: why.to_owned(),
    }));
    expire(draft, owed);
}

/// All of what answers a message stood in chat.db as sent before this was written. Only
/// notices behind position `at` count.
pub(super) fn answer_was_there(state: &State, at: Seq, inbound: &Guid, written: Wall) -> bool {
    let answers = |seq: Seq| {
        let about = state.outbox.about(seq);
        about.is_some_and(|(_, topic)| *topic == Topic::Answer(inbound.clone()))
    };
    let parts = state.ledger.sent.behind(at);
    let mut parts = parts
        .filter(|sent| !sent.failed && answers(sent.notice))
        .peekable();
    let is_open = |seq: Seq| state.outbox.open.contains_key(&seq);
    parts.peek().is_some()
        && parts.all(|sent| {
            let there = sent.written.is_some_and(|at| at <= written);
            there && !is_open(sent.notice)
        })
}
