//! What waits for the owner's decision. A prompt is known by the position of its
//! `PromptAsked`; an answer is bound to exactly one.

use crate::ring::Ring;
use events::prompt::{
    AnswerWay, PromptBody, PromptChoice, PromptEnd, PromptRaised, PromptSource, PromptWitnessed,
};
use events::{CallId, Digest, Guid, Seq, SessionId, Text, Tick, TurnId, Wall};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most prompts kept open; each blocks a turn, so there are few.
pub const OPEN_MAX: usize = 256;

/// All prompts that are up, and the newest that were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompts {
    /// Up, by their position in the log.
    pub open: BTreeMap<Seq, Prompt>,
    /// Not up any more, newest last.
    pub closed: Ring<Past, 128>,
    /// The lists of open prompts that the owner got, newest last.
    pub lists: Ring<List, 8>,
}

/// One prompt that is up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// The session that waits.
    pub session: SessionId,
    /// The turn that waits.
    pub turn: Option<TurnId>,
    /// The call or item it is about.
    pub call: Option<CallId>,
    /// Codex's own name for this approval.
    pub approval: Option<String>,
    /// What is asked, redacted.
    pub body: PromptBody,
    /// What may be answered, as the owner is told.
    pub choices: Vec<PromptChoice>,
    /// Which sources show it now, in the order of their reports.
    pub witnesses: Vec<Witness>,
    /// Some source shows all of it.
    pub whole: bool,
    /// When it was asked.
    pub at: Wall,
    /// The newest notice that says what it asks.
    pub notice: Option<PromptNotice>,
    /// The message whose answer is on its way, or was given.
    pub answered: Option<Guid>,
    /// Its notice no longer counts.
    pub expired: bool,
    /// The owner was reminded of it.
    pub nudged: bool,
    /// When the newest text about it was written, be it a reminder.
    pub last_text: Option<Wall>,
}

/// A source that shows a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// Which.
    pub source: PromptSource,
    /// Fingerprint of what it shows.
    pub digest: Digest,
    /// What may be answered there.
    pub choices: Vec<PromptChoice>,
}

/// The notice that says what a prompt asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptNotice {
    /// The notice.
    pub id: Seq,
    /// Its number of parts.
    pub parts: u16,
    /// It holds all of the prompt.
    pub whole: bool,
    /// When its last row was written, once all of it stands in chat.db as sent.
    pub delivered: Option<Wall>,
    /// When that was seen.
    pub seen: Option<Tick>,
}

/// A prompt that is not up any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// Its position in the log.
    pub prompt: Seq,
    /// The session that waited.
    pub session: SessionId,
    /// The call it was about.
    pub call: Option<CallId>,
    /// What it waited to do, in a few words.
    pub brief: Text,
    /// How it ended.
    pub how: PromptEnd,
    /// The message that answered it.
    pub answered: Option<Guid>,
    /// When its notice reached the owner.
    pub delivered: Option<Wall>,
    /// When the newest text about it was written, be it a reminder.
    pub last_text: Option<Wall>,
    /// When it ended.
    pub at: Wall,
}

/// A numbered list of open prompts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Where in the log.
    pub at: Seq,
    /// When.
    pub wall: Wall,
    /// The message that asked for it.
    pub inbound: Guid,
    /// The prompts, in the order of their numbers.
    pub prompts: Vec<Seq>,
}

impl Prompt {
    /// How an answer reaches Codex, and the fingerprint of what is shown there. A protocol
    /// comes before keys; what only a hook or a record reported has no way.
    pub fn way(&self) -> Option<(AnswerWay, &Witness)> {
        let newest = || self.witnesses.iter().rev();
        let server = newest().find_map(|witness| Some((by_server(&witness.source)?, witness)));
        server.or_else(|| newest().find_map(|witness| Some((by_keys(&witness.source)?, witness))))
    }

    /// Whether Codex's background server shows it.
    pub fn is_by_server(&self) -> bool {
        let mut sources = self.witnesses.iter().map(|witness| &witness.source);
        sources.any(|source| matches!(source, PromptSource::AppServer { .. }))
    }

    /// Whether a source shows this prompt, or shows it again under another name.
    fn is(&self, raised: &PromptRaised, digest: Digest) -> bool {
        if self.session != raised.session {
            return false;
        }
        let known = |witness: &Witness| witness.source == raised.source && witness.digest == digest;
        if self.witnesses.iter().any(known) {
            return true;
        }
        match (&self.call, &raised.call) {
            (Some(mine), Some(other)) => mine == other && self.approval == raised.approval,
            // One of the two does not name its call: what is asked must be the same.
            _ => self.asks_the_same(raised),
        }
    }

    fn asks_the_same(&self, raised: &PromptRaised) -> bool {
        let unlike = self.witnesses.iter().all(|witness| {
            std::mem::discriminant(&witness.source) != std::mem::discriminant(&raised.source)
        });
        let same_kind = std::mem::discriminant(&self.body) == std::mem::discriminant(&raised.body);
        let text = |body: &PromptBody| crate::redact::redact(&essence(body));
        let same = Digest::of(&text(&self.body)) == Digest::of(&text(&raised.body));
        unlike && same_kind && (same || !self.whole || !raised.whole)
    }
}

fn by_server(source: &PromptSource) -> Option<AnswerWay> {
    let PromptSource::AppServer {
        generation,
        request,
    } = source
    else {
        return None;
    };
    Some(AnswerWay::AppServer {
        generation: *generation,
        request: request.clone(),
    })
}

fn by_keys(source: &PromptSource) -> Option<AnswerWay> {
    let PromptSource::Screen { pane } = source else {
        return None;
    };
    let hints = vec![pane.clone()];
    Some(AnswerWay::Keys { hints })
}

/// What a prompt is about, without what only some sources show.
fn essence(body: &PromptBody) -> String {
    match body {
        PromptBody::Command(asked) => asked.command.reveal().clone(),
        PromptBody::Patch(asked) => {
            let paths = asked.files.iter().map(|file| file.path.reveal().as_str());
            paths.collect::<Vec<_>>().join("\n")
        }
        PromptBody::Permissions(asked) => {
            let wants = asked.wants.iter().map(|want| want.reveal().as_str());
            wants.collect::<Vec<_>>().join("\n")
        }
        PromptBody::Elicitation(asked) => asked.message.reveal().clone(),
        PromptBody::Questions(asked) => {
            let texts = asked.iter().map(|question| question.text.reveal().as_str());
            texts.collect::<Vec<_>>().join("\n")
        }
        // One plan at a time is asked for; the screen shows only the question.
        PromptBody::Plan { .. } => String::new(),
    }
}

impl Prompts {
    /// The prompt that a source shows, if it is known.
    pub fn known(&self, raised: &PromptRaised) -> Option<Seq> {
        let digest = raised.digest();
        let mut open = self.open.iter();
        open.find(|(_, prompt)| prompt.is(raised, digest))
            .map(|(seq, _)| *seq)
    }

    /// The prompt that a source once showed.
    pub fn by_source(&self, session: &SessionId, source: &PromptSource) -> Option<Seq> {
        let shows = |prompt: &Prompt| prompt.witnesses.iter().any(|w| w.source == *source);
        let mut open = self.open.iter();
        open.find(|(_, prompt)| prompt.session == *session && shows(prompt))
            .map(|(seq, _)| *seq)
    }

    /// The prompts of a session that are up, oldest first.
    pub fn of(&self, session: &SessionId) -> impl Iterator<Item = (Seq, &Prompt)> {
        let mine = move |(_, prompt): &(&Seq, &Prompt)| prompt.session == *session;
        self.open
            .iter()
            .filter(mine)
            .map(|(seq, prompt)| (*seq, prompt))
    }

    /// Another source, or another name for the same prompt by the same source.
    pub(crate) fn witness(&mut self, told: &PromptWitnessed) -> bool {
        let Some(prompt) = self.open.get_mut(&told.prompt) else {
            return false;
        };
        // A source that tells anew gives the prompt another name: the old one is void.
        let kind = std::mem::discriminant(&told.source);
        prompt
            .witnesses
            .retain(|witness| std::mem::discriminant(&witness.source) != kind);
        prompt.witnesses.push(Witness {
            source: told.source.clone(),
            digest: told.digest,
            choices: told.choices.clone(),
        });
        if let Some(body) = &told.body {
            prompt.body = body.clone();
        }
        if prompt.choices.is_empty() {
            prompt.choices.clone_from(&told.choices);
        }
        prompt.whole |= told.whole;
        true
    }
}
