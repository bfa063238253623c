//! Prompts under random orders of events: raised, resolved, delivered late, answered in
//! every way, with failures and restarts. Whatever happens, an answer is owed only for
//! the prompt that it can only mean, and once.

use crate::prompts::{command, offered};
use crate::support::{World, settings, turn_id};
use events::outcome::{Evidence, Failure};
use events::prompt::{
    AnswerPrompt, Meaning, PromptEnd, PromptRaised, PromptResolved, PromptSource,
};
use events::{CallId, Command, CommandId, Event, Guid, Input, Outcome, Seq, SessionId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
enum Step {
    Raise(u8),
    Resolve(u8),
    Send,
    Yes,
    Reply(u8),
    Named(u8),
    Old,
    Pending,
    Listed(u8),
    Begin,
    Done,
    Fail,
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = prop_oneof![
        (0..3_u8).prop_map(Step::Raise),
        any::<u8>().prop_map(Step::Resolve),
        Just(Step::Send),
        Just(Step::Send),
        Just(Step::Yes),
        any::<u8>().prop_map(Step::Reply),
        (0..3_u8).prop_map(Step::Named),
        Just(Step::Old),
        Just(Step::Pending),
        (0..3_u8).prop_map(Step::Listed),
        Just(Step::Begin),
        Just(Step::Done),
        Just(Step::Fail),
        Just(Step::Restart),
    ];
    prop::collection::vec(one, 1..40)
}

struct Play {
    world: World,
    sessions: Vec<SessionId>,
    raised: Vec<(SessionId, PromptRaised)>,
    rows: Vec<(Guid, String)>,
    begun: Vec<(CommandId, AnswerPrompt)>,
    /// Answers that were not given back by a certain failure.
    given: BTreeMap<Seq, u32>,
}

impl Play {
    fn new() -> Self {
        let mut world = World::new();
        let sessions: Vec<_> = (1..=3).map(|nth| world.session(nth, "/srv/work")).collect();
        for session in &sessions {
            world.turn(session, "t1");
        }
        Self {
            world,
            sessions,
            raised: Vec::new(),
            rows: Vec::new(),
            begun: Vec::new(),
            given: BTreeMap::new(),
        }
    }

    fn raise(&mut self, nth: u8) {
        let session = self.sessions[usize::from(nth)].clone();
        let number = self.raised.len();
        let raised = PromptRaised {
            session: session.clone(),
            turn: Some(turn_id("t1")),
            call: CallId::parse(&format!("call_{number}")),
            approval: None,
            source: PromptSource::AppServer {
                generation: 1,
                request: number.to_string(),
            },
            body: command(&format!("touch {number}")),
            choices: offered(&[Meaning::Accept, Meaning::Cancel]),
            whole: true,
        };
        self.world.feed(Input::Prompt(Box::new(raised.clone())));
        self.raised.push((session, raised));
    }

    fn said(&mut self, reply_to: Option<&Guid>, words: &str, age: i64) {
        let mut row = self.world.row(words);
        row.reply_to = reply_to.cloned();
        row.date = Some(events::Wall(self.world.now.wall.0 - age));
        let written = row.date.unwrap();
        let before = self.world.machine.state().prompts.clone();
        let events = self.world.take(row);
        let answers: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::PromptAnswered(answered) => Some(answered.clone()),
                _ => None,
            })
            .collect();
        for answered in &answers {
            let prompt = &before.open[&answered.prompt];
            let notice = prompt.notice.as_ref();
            assert!(
                notice
                    .and_then(|notice| notice.delivered)
                    .is_some_and(|at| at <= written),
                "it was delivered before"
            );
            assert!(prompt.answered.is_none(), "it was not answered before");
            assert!(prompt.witnesses.iter().any(|w| w.digest == answered.digest));
            *self.given.entry(answered.prompt).or_default() += 1;
            assert_eq!(self.given[&answered.prompt], 1, "it is given once");
        }
        if reply_to.is_none() && words == "yes" && !answers.is_empty() {
            assert_eq!(before.open.len(), 1, "a bare word has one meaning");
        }
        self.world.pass(15_000);
    }

    #[expect(clippy::too_many_lines, reason = "a table with one row for each step")]
    fn step(&mut self, step: &Step) {
        match step {
            Step::Raise(nth) => self.raise(*nth),
            Step::Resolve(nth) if !self.raised.is_empty() => {
                let (session, raised) = &self.raised[usize::from(*nth) % self.raised.len()];
                let resolved = PromptResolved {
                    session: session.clone(),
                    source: raised.source.clone(),
                    how: PromptEnd::Elsewhere,
                };
                self.world.feed(Input::PromptResolved(resolved));
            }
            Step::Send => {
                let rows = self.world.send_all();
                self.rows.extend(rows);
                self.world.pass(2_000);
            }
            Step::Yes => self.said(None, "yes", 0),
            Step::Old => self.said(None, "yes", 300_000),
            Step::Reply(nth) if !self.rows.is_empty() => {
                let (row, text) = self.rows[usize::from(*nth) % self.rows.len()].clone();
                let open = self
                    .world
                    .machine
                    .state()
                    .prompts
                    .open
                    .keys()
                    .copied()
                    .collect::<BTreeSet<_>>();
                let given = self.given.clone();
                self.said(Some(&row), "yes", 0);
                let new: Vec<_> = self
                    .given
                    .keys()
                    .filter(|seq| !given.contains_key(seq))
                    .collect();
                for seq in new {
                    assert!(open.contains(seq));
                    // Only the prompt of that very text.
                    assert!(
                        text.contains(" wants to run: touch ") || text.contains('@'),
                        "{text}"
                    );
                }
            }
            Step::Named(nth) => {
                let session = self.sessions[usize::from(*nth)].clone();
                let reference = self.world.reference(&session);
                self.said(None, &format!("@{reference} yes"), 0);
            }
            Step::Pending => self.said(None, "pending", 0),
            Step::Listed(nth) => self.said(None, &format!("{} yes", nth + 1), 0),
            Step::Begin => {
                if let Some((id, Command::AnswerPrompt(answer))) = self.world.next_work() {
                    assert!(
                        self.begun
                            .iter()
                            .all(|(_, other)| other.prompt != answer.prompt)
                    );
                    self.begun.push((id, answer));
                }
            }
            Step::Done => {
                if let Some((id, answer)) = self.begun.last().cloned() {
                    let done = Evidence::Resolved {
                        prompt: answer.prompt,
                    };
                    self.world.settled(id, Outcome::Done(done));
                }
            }
            Step::Fail => {
                if let Some((id, answer)) = self.begun.pop() {
                    let open = self
                        .world
                        .machine
                        .state()
                        .ledger
                        .open
                        .get(&id)
                        .is_some_and(|e| e.stage == projections::ledger::Stage::Started);
                    self.world
                        .settled(id, Outcome::Failed(Failure::NoLink { why: "lost".into() }));
                    if open {
                        self.given.remove(&answer.prompt);
                    } else {
                        self.begun.push((id, answer));
                    }
                }
            }
            Step::Restart => {
                self.world.boot(settings());
            }
            Step::Resolve(_) | Step::Reply(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn an_answer_is_owed_only_for_what_it_can_only_mean_and_once(steps in steps()) {
        let mut play = Play::new();
        for step in &steps {
            play.step(step);
        }
    }
}
