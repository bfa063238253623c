//! The week that is played: what Codex has to do, and where its owner is.

use std::collections::VecDeque;

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
pub(super) const SESSIONS: usize = 6;
pub(super) const TURNS: usize = 200;

/// Where the owner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Desk,
    Meeting,
    Away,
    Asleep,
}

/// Five days of office hours with meetings and lunch, some evenings, and a quiet weekend.
pub(super) fn place(at: i64) -> Place {
    let (day, minute) = (at / DAY, at % DAY / MINUTE);
    let within = |from: i64, to: i64| (from * 60..to * 60).contains(&minute);
    let weekend = day % 7 >= 5;
    let meetings = [[10, 14], [14, 16], [16, 10], [11, 15], [15, 11]];
    let meetings = meetings[usize::try_from(day % 5).unwrap()];
    if !(7 * 60..23 * 60).contains(&minute) {
        Place::Asleep
    } else if weekend {
        if within(10, 12) {
            Place::Desk
        } else {
            Place::Away
        }
    } else if meetings.iter().any(|hour| within(*hour, hour + 1)) {
        Place::Meeting
    } else if within(12, 13) {
        Place::Away
    } else if within(9, 18) || (day % 2 == 0 && within(21, 22)) {
        Place::Desk
    } else {
        Place::Away
    }
}

/// The first minute from `at` on at which the owner is at such a place.
pub(super) fn next(at: i64, wanted: impl Fn(Place) -> bool) -> i64 {
    let week = 7 * DAY / MINUTE;
    let mut minutes = (0..week).map(|n| at + n * MINUTE);
    minutes.find(|at| wanted(place(*at))).unwrap()
}

/// Chance that is the same every time.
struct Chance(u64);

impl Chance {
    fn up_to(&mut self, most: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((x ^ (x >> 31)) >> 2).unwrap() % most
    }

    fn percent(&mut self, percent: i64) -> bool {
        self.up_to(100) < percent
    }
}

/// A turn as it would go without waiting for anybody.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// Not before this; without it, it begins when the owner has seen what came before.
    pub(super) from: Option<i64>,
    /// How long it works.
    pub(super) works: i64,
    /// After which part of it it asks, if at all.
    pub(super) asks: Option<i64>,
    /// It is silent for so long once, because a model thinks, or hangs.
    pub(super) hangs: i64,
    /// When the owner would look at it at the desk: some watch, some do something else.
    pub(super) at_desk: i64,
    /// How long they take to answer from the phone.
    pub(super) by_phone: i64,
    /// They do not notice the first text.
    pub(super) misses: bool,
}

/// What each session does: conversations of a few turns, spread over the week.
pub(super) fn week() -> Vec<VecDeque<Turn>> {
    let mut chance = Chance(2026);
    let mut talks = Vec::new();
    let mut left = i64::try_from(TURNS).unwrap();
    while left > 0 {
        let turns = (1 + chance.up_to(5)).min(left);
        left -= turns;
        let day = match chance.up_to(10) {
            0 => 5 + chance.up_to(2),
            _ => chance.up_to(5),
        };
        // Most work begins at the Mac, some from the phone, some runs overnight.
        let hour = match chance.up_to(10) {
            0 => 22 + chance.up_to(2),
            1 => 18 + chance.up_to(4),
            _ => 9 + chance.up_to(9),
        };
        talks.push((day * DAY + hour * HOUR + chance.up_to(60) * MINUTE, turns));
    }
    talks.sort_unstable();
    let mut all = vec![VecDeque::new(); SESSIONS];
    for (nth, (from, turns)) in talks.into_iter().enumerate() {
        for turn in 0..turns {
            let from = (turn == 0).then_some(from);
            all[nth % SESSIONS].push_back(one(&mut chance, from));
        }
    }
    all
}

fn one(chance: &mut Chance, from: Option<i64>) -> Turn {
    let long = chance.percent(10);
    let works = MINUTE
        * if long {
            30 + chance.up_to(90)
        } else {
            2 + chance.up_to(16)
        };
    let watches = chance.percent(60);
    Turn {
        from,
        works,
        asks: chance
            .percent(35)
            .then(|| works * (10 + chance.up_to(80)) / 100),
        hangs: match chance.up_to(25) {
            0 => (16 + chance.up_to(30)) * MINUTE,
            1 | 2 => (5 + chance.up_to(9)) * MINUTE,
            _ => 0,
        },
        at_desk: if watches {
            5_000 + chance.up_to(70_000)
        } else {
            (3 + chance.up_to(12)) * MINUTE
        },
        by_phone: MINUTE + chance.up_to(8 * MINUTE),
        misses: chance.percent(20),
    }
}
