//! Rounds of approvals with the real Codex, drawn from chance: what is approved runs once,
//! what is not approved does not run. `scripts/approval-rounds` runs it.

use std::collections::{BTreeMap, BTreeSet};

use crate::desk::Desk;
use crate::lab::{Agent, wait_for};
use crate::pane::Pane;
use crate::phone::Notice;
use crate::served::MODAL;

/// What the owner does about one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Does {
    /// Approves it, in reply.
    Approves,
    /// Refuses it, in reply.
    Refuses,
    /// Writes one word that names nothing while several wait, then refuses it at the desk.
    Bare,
    /// Approves it at the desk; the refusal from the phone comes later.
    DeskFirst,
    /// Refuses it at the desk; the approval from the phone comes later.
    DeskRefuses,
    /// Approves what was asked long ago, then refuses this at the desk.
    Stale,
    /// Approves it twice.
    Twice,
    /// Approves it while the desk refuses it: whoever is first counts.
    Races,
    /// Nothing; it is refused at the desk in the end.
    Ignores,
}

const ALL: [Does; 9] = [
    Does::Approves,
    Does::Refuses,
    Does::Bare,
    Does::DeskFirst,
    Does::DeskRefuses,
    Does::Stale,
    Does::Twice,
    Does::Races,
    Does::Ignores,
];

/// Chance, from a number.
struct Chance(u64);

impl Chance {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let word = usize::try_from((word ^ (word >> 31)) >> 1).unwrap_or(0);
        word % count
    }
}

/// A session, and how many turns it had.
struct Session<'a> {
    pane: Pane<'a>,
    thread: String,
    turns: usize,
}

/// What was found out.
#[derive(Default)]
struct Rounds {
    asked: usize,
    did: BTreeMap<Does, usize>,
    must_run: BTreeSet<usize>,
    may_run: BTreeSet<usize>,
    old: Vec<Notice>,
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

impl Rounds {
    /// Every session asks for one command, and the owner deals with all of them, in any order.
    fn wave(&mut self, desk: &Desk, sessions: &mut [Session<'_>], chance: &mut Chance) {
        let mut waits = Vec::new();
        for (at, session) in sessions.iter().enumerate() {
            let nth = self.asked;
            self.asked += 1;
            let heard = desk.phone.notices().len();
            session
                .pane
                .prompt(&format!("run: echo ran >> r{nth} && echo r{nth}"));
            let asks = format!("echo ran >> r{nth} ");
            let notice = desk.phone.wait_after(heard, "waits", &asks);
            session
                .pane
                .wait_for("the modal", |screen| screen.contains(MODAL));
            waits.push((at, nth, notice));
        }
        while !waits.is_empty() {
            let (at, nth, notice) = waits.swap_remove(chance.below(waits.len()));
            let does = ALL[chance.below(ALL.len())];
            *self.did.entry(does).or_default() += 1;
            self.deal(desk, &sessions[at].pane, (nth, &notice), does, chance);
            self.old.push(notice);
        }
        for session in sessions {
            session.turns += 1;
            let ended = || {
                let records = desk.lab.rollout(&session.thread);
                let ends = ["task_complete", "turn_aborted"];
                let kinds = records.iter().filter_map(|r| r["payload"]["type"].as_str());
                (kinds.filter(|kind| ends.contains(kind)).count() >= session.turns).then_some(())
            };
            wait_for(|| format!("the end of turn {}", session.turns), ended);
            crate::asked::idle(&session.pane);
        }
    }

    fn deal(
        &mut self,
        desk: &Desk,
        pane: &Pane<'_>,
        (nth, notice): (usize, &Notice),
        does: Does,
        chance: &mut Chance,
    ) {
        let phone = &desk.phone;
        let refuse = || pane.key("Escape");
        match does {
            Does::Approves => {
                phone.reply(notice, "yes");
                self.must_run.insert(nth);
            }
            Does::Twice => {
                phone.reply(notice, "yes");
                phone.reply(notice, "yes");
                self.must_run.insert(nth);
            }
            Does::Refuses => {
                phone.reply(notice, "no");
            }
            Does::Bare => {
                // It may be the only one that is left, and then it is approved.
                phone.say("yes");
                self.may_run.insert(nth);
                refuse();
            }
            Does::DeskFirst => {
                pane.key("y");
                self.must_run.insert(nth);
                phone.reply(notice, "no");
            }
            Does::DeskRefuses => {
                refuse();
                pane.wait_for("no modal", |screen| !screen.contains(MODAL));
                phone.reply(notice, "yes");
            }
            Does::Stale => {
                if !self.old.is_empty() {
                    let old = &self.old[chance.below(self.old.len())];
                    phone.reply(old, "yes");
                }
                refuse();
            }
            Does::Races => {
                phone.reply(notice, "yes");
                self.may_run.insert(nth);
                refuse();
            }
            Does::Ignores => refuse(),
        }
    }

    /// What came of it so far; the files show what ran, and how often.
    fn check(&self, desk: &Desk) -> String {
        let (mut ran, mut wrong) = (0, Vec::new());
        for nth in 0..self.asked {
            let text = std::fs::read_to_string(desk.lab.work().join(format!("r{nth}")));
            let times = text.map_or(0, |text| text.lines().count());
            ran += times;
            let may = self.must_run.contains(&nth) || self.may_run.contains(&nth);
            let must = self.must_run.contains(&nth);
            if times > 1 || (times == 1 && !may) || (times == 0 && must) {
                wrong.push((nth, times));
            }
        }
        assert!(wrong.is_empty(), "command and how often it ran: {wrong:?}");
        format!(
            "{} commands were asked for, {} approved, {} raced; {ran} ran; did: {:?}",
            self.asked,
            self.must_run.len(),
            self.may_run.len(),
            self.did
        )
    }
}

#[test]
#[ignore = "scripts/approval-rounds runs it"]
fn what_is_not_approved_does_not_run_and_nothing_runs_twice() {
    let rounds = usize::try_from(number("ROUNDS", 1000)).unwrap();
    let mut chance = Chance(number("SEED", 1));
    let Some(desk) = Desk::new() else { return };
    let mut sessions = Vec::new();
    for (nth, agent) in [
        Agent::Daemon,
        Agent::Embedded,
        Agent::Daemon,
        Agent::Embedded,
    ]
    .into_iter()
    .enumerate()
    {
        let programs = &desk.lab.programs;
        let program = match agent {
            Agent::Daemon => &programs.codex,
            Agent::Embedded => &programs.native,
        };
        let pane = desk.codex(program, agent);
        let (thread, _) = desk.prompted(&pane, &format!("hello {nth}"));
        sessions.push(Session {
            pane,
            thread,
            turns: 1,
        });
    }
    let mut found = Rounds::default();
    while found.asked < rounds {
        found.wave(&desk, &mut sessions, &mut chance);
        if found.asked.is_multiple_of(100) {
            println!("{}", found.check(&desk));
        }
    }
    println!("{}", found.check(&desk));
}
