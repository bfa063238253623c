//! Codex, as far as the program meets it: threads with their rollouts, turns,
//! questions, a composer, and its own queue. It knows which message each text
//! came from; the program has to find that out.

use super::names;
use super::story::{Kind, Proof, S, Shows, Turn};
use events::event::{Choice, Closing, Question, QuestionKind, SessionMeta, ThreadKind};
use events::input::RolloutFact;
use events::{CallId, Digest, Guid, SessionId, Text, TurnId, Wall, samples};
use std::collections::VecDeque;

/// One thread.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// Its number in the story.
    pub(crate) nth: S,
    /// Its id.
    pub(crate) id: SessionId,
    /// Whose it is.
    pub(crate) kind: Kind,
    /// Its rollout.
    pub(crate) records: Vec<Record>,
    /// The running turn.
    pub(crate) turn: Option<TurnId>,
    /// How many turns there were.
    pub(crate) turns: usize,
    /// Turns that ended, and whether they did so well.
    pub(crate) ended: Vec<TurnId>,
    /// The question that is up, or was asked aside.
    pub(crate) asks: Option<(CallId, QuestionKind, u16)>,
    /// Codex runs.
    pub(crate) live: bool,
    /// The number of its pane, which another had before if tmux' server is another.
    pub(crate) pane: usize,
    /// Whether that pane is there.
    pub(crate) proof: Proof,
    /// What covers the composer.
    pub(crate) shows: Shows,
    /// Our own text that stands in the composer unsubmitted.
    pub(crate) unsubmitted: Option<Put>,
    /// Typed into the running turn, not recorded yet.
    pub(crate) steered: VecDeque<Put>,
    /// In Codex's own queue.
    pub(crate) queue: VecDeque<Put>,
    /// What its next turns do.
    pub(crate) plan: VecDeque<Turn>,
    /// How much later records reach the file.
    pub(crate) lag: u64,
    /// A turn was interrupted, so the queue waits for one that ends well.
    pub(crate) paused: bool,
    /// Texts that it took in, in order.
    pub(crate) heard: Vec<Put>,
}

/// A text that was put into a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Put {
    /// The words.
    pub(crate) text: String,
    /// The owner's message they came from; `None` for words typed at the desk.
    pub(crate) by: Option<Guid>,
    /// The name that the command gave it, where it came through the background server.
    pub(crate) client: Option<String>,
}

/// A record of a rollout.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// Behind it.
    pub(crate) offset: u64,
    /// When the file has it.
    pub(crate) at: u64,
    /// What it says.
    pub(crate) fact: RolloutFact,
}

impl Session {
    /// A thread begins; its head is written at once.
    pub(crate) fn begin(nth: S, kind: Kind, now: u64, wall: Wall) -> Self {
        let mut session = Self {
            nth,
            id: names::session(nth),
            kind,
            records: Vec::new(),
            turn: None,
            turns: 0,
            ended: Vec::new(),
            asks: None,
            live: true,
            pane: nth,
            proof: Proof::Proven,
            shows: Shows::Composer,
            unsubmitted: None,
            steered: VecDeque::new(),
            queue: VecDeque::new(),
            plan: VecDeque::new(),
            lag: 0,
            paused: false,
            heard: Vec::new(),
        };
        let meta = SessionMeta {
            kind: if kind == Kind::Internal {
                ThreadKind::Internal
            } else {
                ThreadKind::Owner
            },
            created: wall,
            ..samples::session_meta(&session.cwd(), &format!("sessions/rollout-{nth}.jsonl"))
        };
        session.write(now, RolloutFact::Meta(meta));
        session
    }

    /// Its directory.
    pub(crate) fn cwd(&self) -> String {
        format!("/srv/project-{}", self.nth % 2)
    }

    /// A record reaches the file, never before the one in front of it.
    pub(crate) fn write(&mut self, now: u64, fact: RolloutFact) {
        let before = self.records.last().map_or((0, 0), |r| (r.offset, r.at));
        self.records.push(Record {
            offset: before.0 + 100,
            at: (now + self.lag).max(before.1),
            fact,
        });
    }

    /// Words begin a turn. Gives what the turn does.
    pub(crate) fn start_turn(&mut self, put: Put, now: u64) -> Turn {
        let turn = names::turn(self.nth, self.turns);
        self.turns += 1;
        self.turn = Some(turn.clone());
        let does = self.plan.pop_front().unwrap_or(Turn::Says(12));
        let fact = RolloutFact::TurnStarted {
            goal: false,
            turn,
            plan_mode: false,
        };
        self.write(now, fact);
        self.hear(put, now, does != Turn::Forgets);
        does
    }

    /// The session takes words in.
    pub(crate) fn hear(&mut self, put: Put, now: u64, record: bool) {
        if record {
            let text = Text::from(put.text.as_str());
            let client = put.client.clone();
            self.write(now, RolloutFact::UserMessage { text, client });
        }
        self.heard.push(put);
        // What no record shows, nobody can know to be answered.
        if record && matches!(self.asks, Some((_, QuestionKind::Async, _))) {
            self.asks = None;
        }
    }

    /// The model asks.
    pub(crate) fn ask(&mut self, kind: QuestionKind, options: u16, now: u64) {
        let call = names::call(self.nth, self.turns);
        let choice = |nth: u16| Choice {
            label: Text::from(format!("choice {nth}")),
            detail: Text::default(),
        };
        let question = Question {
            id: "q".into(),
            text: Text::from("Which way?"),
            options: (1..=options).map(choice).collect(),
        };
        self.asks = Some((call.clone(), kind, options));
        let turn = self.turn.clone();
        self.write(
            now,
            RolloutFact::Asked {
                call: call.clone(),
                turn,
                kind,
                questions: vec![question],
            },
        );
        if kind == QuestionKind::Async {
            let how = Closing::Answered;
            self.write(now, RolloutFact::CallClosed { call, how });
        }
    }

    /// The modal that is up is answered. False if there is none.
    pub(crate) fn answer(&mut self, now: u64) -> bool {
        let Some((call, QuestionKind::Modal, _)) = self.asks.clone() else {
            return false;
        };
        self.asks = None;
        let how = Closing::Answered;
        self.write(now, RolloutFact::CallClosed { call, how });
        true
    }

    /// A modal question holds the turn.
    pub(crate) const fn asks_modally(&self) -> bool {
        matches!(self.asks, Some((_, QuestionKind::Modal, _)))
    }

    /// The turn ends by itself. Gives its name and last words.
    pub(crate) fn end_turn(
        &mut self,
        said: usize,
        fails: Option<&str>,
        now: u64,
    ) -> Option<(TurnId, String)> {
        let turn = self.turn.take()?;
        let said = words(said, self.turns);
        let (last, error) = if let Some(why) = fails {
            (None, Some(Text::from(why)))
        } else {
            let text = Text::from(said.as_str());
            self.write(
                now,
                RolloutFact::AssistantMessage {
                    turn: Some(turn.clone()),
                    text: text.clone(),
                },
            );
            (Some(text), None)
        };
        let fact = RolloutFact::TurnCompleted {
            turn: turn.clone(),
            last,
            error,
        };
        self.write(now, fact);
        self.paused &= fails.is_some();
        self.ended.push(turn.clone());
        Some((turn, said))
    }

    /// The owner interrupts.
    pub(crate) fn interrupt(&mut self, now: u64) {
        let Some(turn) = self.turn.take() else { return };
        if self.asks_modally() {
            self.asks = None;
        }
        self.paused = true;
        self.ended.push(turn.clone());
        let fact = RolloutFact::TurnAborted {
            turn: Some(turn),
            reason: "interrupted".into(),
        };
        self.write(now, fact);
    }

    /// Words that the session recorded, by fingerprint.
    pub(crate) fn recorded(&self, digest: Digest) -> usize {
        let says = |r: &&Record| matches!(&r.fact, RolloutFact::UserMessage { text, .. } if Digest::of(text.reveal()) == digest);
        self.records.iter().filter(says).count()
    }
}

/// Words of the model: lines of a given length in all.
fn words(chars: usize, turn: usize) -> String {
    let mut text = format!("Turn {turn}: zebra.");
    let mut line = 0;
    while text.chars().count() < chars {
        line += 1;
        let more = format!("\nline {line}: all went as it should, see above");
        text.push_str(&more);
    }
    text
}
