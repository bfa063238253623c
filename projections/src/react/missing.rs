//! Texts that the owner may not have: telling of them, and sending them again
//! when the owner asks for it.

use super::draft::Draft;
use super::notices;
use crate::heading::Heading;
use crate::missing::{Lost, Why};
use crate::outbox::Notice;
use crate::render::{self, by_ref, tidy};
use crate::state::State;
use events::event::Topic;
use events::{Guid, Seq, SessionId, Text};

/// Lines of one report; what is more is counted.
const LINES: usize = 8;

/// Tells the owner of what is missing and was not told yet. A report that still
/// waits is replaced by one that says it all, or withdrawn when it is overtaken.
pub(super) fn tell(draft: &mut Draft) {
    let state = draft.state();
    let waiting = waiting_report(state);
    let untold = |lost: &Lost| lost.report.is_none();
    let unread = |lost: &Lost| untold(lost) || lost.report == waiting;
    let missing = || state.outbox.missing.iter().map(|(_, lost)| lost);
    let lines: Vec<_> = missing().filter(|lost| unread(lost)).map(line).collect();
    if let Some(report) = waiting.filter(|_| lines.is_empty()) {
        return notices::drop_it(draft, report, "the missing text was seen after all");
    }
    if !missing().any(untold) {
        return;
    }
    let mut body = lines.iter().take(LINES).cloned().collect::<Vec<_>>();
    if let Some(more) = lines.len().checked_sub(LINES).filter(|more| *more > 0) {
        body.push(format!("… and {more} more"));
    }
    body.push("Write \"retry\" or \"retry @ref\" to have them sent again.".to_owned());
    let head = render::head(None, &Heading::Missing);
    let parts = render::parts(&head, &body.join("\n"), state.settings.max_len as usize);
    let replaces: Vec<_> = waiting.into_iter().collect();
    notices::instead(draft, &replaces, None, Topic::Missing, parts);
}

/// The report that was not given to Messages yet.
fn waiting_report(state: &State) -> Option<Seq> {
    let waits = |notice: &Notice| notice.topic == Topic::Missing && notices::unsent(state, notice);
    let mut open = state.outbox.open.iter();
    open.find(|(_, notice)| waits(notice)).map(|(seq, _)| *seq)
}

/// Whether a notice is such a report.
pub(super) fn is_report(draft: &Draft, notice: Seq) -> bool {
    let about = draft.state().outbox.about(notice);
    about.is_some_and(|(_, topic)| *topic == Topic::Missing)
}

/// Which text it is, by its first line, and why it is missing.
fn line(lost: &Lost) -> String {
    let text = lost.parts.values().next().map_or("", |text| text.reveal());
    let first = text.lines().next().unwrap_or_default();
    let why = match lost.why {
        Why::Unproven => "may have been sent",
        Why::GivenUp => "not sent",
        Why::TooOld => "too old to send",
    };
    format!("{} ({why})", tidy(&by_ref(first), 80))
}

/// What is missing about anything.
pub(super) fn all(state: &State) -> Vec<Seq> {
    let missing = state.outbox.missing.iter();
    missing.map(|(seq, _)| seq).collect()
}

/// What is missing about a session: its own texts, and those about several that name its ref.
pub(super) fn about(state: &State, id: &SessionId) -> Vec<Seq> {
    let session = state.sessions.get(id);
    let tag = session.map(|session| format!("@{}", session.reference));
    let names = |text: &Text| {
        text.reveal()
            .split_whitespace()
            .any(|word| Some(word) == tag.as_deref())
    };
    let fits = |lost: &Lost| match &lost.session {
        Some(session) => session == id,
        None => lost.parts.values().any(names),
    };
    let missing = state.outbox.missing.iter().filter(|(_, lost)| fits(lost));
    missing.map(|(seq, _)| seq).collect()
}

/// Sends these again. Of a notice that is still on its way the rest comes first:
/// the owner is told to ask once more.
pub(super) fn bring(draft: &mut Draft, inbound: &Guid, missing: &[Seq]) {
    let outbox = &draft.state().outbox;
    let (under_way, through): (Vec<Seq>, Vec<Seq>) = missing
        .iter()
        .partition(|seq| outbox.open.contains_key(seq));
    again(draft, &through);
    if !under_way.is_empty() {
        let body =
            "One of these texts is still being sent. Try again when its last part has arrived.";
        notices::answer(draft, inbound, None, &Heading::StillBeingSent, body);
    }
}

/// Sends missing texts again, each as a notice of its own.
fn again(draft: &mut Draft, notices: &[Seq]) {
    for seq in notices {
        let Some(lost) = draft.state().outbox.missing.get(*seq).cloned() else {
            continue;
        };
        let parts = lost.parts.into_values().collect();
        notices::instead(draft, &[*seq], lost.session.as_ref(), lost.topic, parts);
    }
}
