//! What the story says, happening: the owner at the desk and at the phone, and
//! whatever else goes its way or goes wrong outside. What follows from it is the
//! world's and the models' business.

use super::codex::{Put, Session};
use super::marks;
use super::names;
use super::story::{Beat, Database, Kind, Odd, Proof, S, Shows, Turn, Words};
use super::world::{Happening, Seen, World};
use events::input::Attention;
use events::{Guid, Input, Text};
use projections::State;

impl World {
    /// Something happens because the story says so.
    pub(super) fn beat(&mut self, beat: Beat, state: &State) -> Seen {
        let now = self.now;
        match beat {
            Beat::Wait(_) => {}
            Beat::Open(kind) => _ = self.opens(kind),
            Beat::Keys(keys) => self.keys.push_back(keys),
            Beat::Queue(queue) => self.queue = queue,
            Beat::Osascript(fate) => self.messages.fates.push_back(fate),
            Beat::Hook(hook) => self.hook = hook,
            Beat::Owner(words) => self.owner(words, state),
            Beat::Attach(piece) => self.attaches(piece),
            Beat::Unsends => self.changes(None),
            Beat::Edits(words) => self.changes(Some(words)),
            Beat::Copying(copying) => self.files.copying.push_back(copying),
            Beat::Row(odd) => self.odd(odd),
            Beat::QueueLine(line) => self.lines.push(line),
            Beat::Attention(need) => self.attention(need),
            Beat::Clock(ms) => {
                self.marks.hit("wall clock set");
                self.skew += ms;
                self.blurred = true;
            }
            Beat::Sleep { ms, counts } => {
                self.marks.hit("slept");
                self.now += ms;
                return Seen::Slept(if counts { 0 } else { ms });
            }
            Beat::DiskFull(ms) => self.full_until = now + ms,
            Beat::Database(what) => self.database(what),
            Beat::TmuxEnds => self.tmux_ends(),
            Beat::Upgrade(which) => {
                self.marks.hit("upgraded");
                return Seen::Upgrade(which);
            }
            Beat::Start(starts) => self.starts = Some(starts),
            Beat::ChatDb(readable) => {
                if !readable {
                    self.marks.hit("chat.db unreadable");
                }
                self.messages.unreadable = !readable;
                return Seen::Witness(readable);
            }
            Beat::Kill { children_live } => {
                self.marks.hit(if children_live {
                    "killed, children live on"
                } else {
                    "killed, children too"
                });
                return Seen::Killed { children_live };
            }
            Beat::Restart => {
                self.marks.hit("restarted in order");
                return Seen::Restart;
            }
            Beat::Server(does) => self.server_does(does),
            Beat::Sits(seat) => self.sits(seat),
            Beat::Used(percent, ms) => self.used(percent, ms),
            Beat::Next(s, _)
            | Beat::Decides(s, _)
            | Beat::Desk(s, _)
            | Beat::Answer(s)
            | Beat::Interrupt(s)
            | Beat::Quit(s)
            | Beat::Shows(s, _)
            | Beat::Pane(s, _)
            | Beat::Lag(s, _) => self.at_the_desk(s, beat),
        }
        Seen::Nothing
    }

    fn tmux_ends(&mut self) {
        self.marks.hit("tmux ended");
        for session in &mut self.sessions {
            session.interrupt(self.now);
            session.live = false;
            session.proof = Proof::Gone;
        }
        self.server_from = self.sessions.len();
    }

    /// A thread begins, in a new pane. Each server of tmux counts its panes from 0.
    pub(super) fn opens(&mut self, kind: Kind) -> S {
        let s = self.sessions.len();
        let mut session = Session::begin(s, kind, self.now, self.wall());
        session.pane = s - self.server_from;
        self.sessions.push(session);
        s
    }

    /// The owner, or chance, at a session's terminal.
    fn at_the_desk(&mut self, s: S, beat: Beat) {
        let now = self.now;
        let Some(session) = self.sessions.get_mut(s) else {
            return;
        };
        match beat {
            Beat::Next(_, turn) => session.plan.push_back(turn),
            Beat::Desk(_, text) => {
                let put = Put {
                    text: text.to_owned(),
                    by: None,
                    client: None,
                };
                // A prompt takes no words.
                if self.up_in(s).is_some() {
                    return;
                }
                let session = &mut self.sessions[s];
                if !session.live || session.asks_modally() || session.shows == Shows::Approval {
                } else if session.turn.is_some() {
                    session.steered.push_back(put);
                } else {
                    self.start_turn(s, put);
                }
            }
            Beat::Answer(_) => self.answered(s),
            Beat::Interrupt(_) => {
                self.interrupted(s);
            }
            Beat::Quit(_) => {
                // The server goes on without a terminal.
                let goes_on = session.kind == Kind::Shared && self.server.runs;
                if !goes_on {
                    session.interrupt(now);
                }
                session.live = false;
                if goes_on && self.up_in(s).is_some() {
                    self.marks.hit("Codex quits with a prompt up");
                }
            }
            Beat::Decides(_, verdict) => self.decides_at_desk(s, verdict),
            Beat::Shows(_, shows) => session.shows = shows,
            Beat::Pane(_, proof) => session.proof = proof,
            Beat::Lag(_, ms) => {
                session.lag = ms;
                if ms > 0 {
                    self.marks.hit("rollout late");
                }
            }
            _ => {}
        }
    }

    /// The modal is answered and the turn goes on.
    pub(super) fn answered(&mut self, s: S) {
        let now = self.now;
        let session = &mut self.sessions[s];
        if session.answer(now) {
            let turn = session.turns;
            self.plan(now + 500, Happening::TurnEnds(s, turn, Turn::Says(12)));
        }
    }

    fn owner(&mut self, words: Words, state: &State) {
        let reference = |s: S| {
            let session = self.sessions.get(s).map(|s| &s.id);
            session
                .and_then(|id| state.sessions.get(id))
                .map_or_else(|| "zzzz".to_owned(), |s| s.reference.to_string())
        };
        let (text, thread) = match words {
            Words::Plain(text) => (text.to_owned(), None),
            Words::To(s, text) => (format!("@{} {text}", reference(s)), None),
            Words::Again => (self.messages.last.clone(), None),
            Words::Silent => (String::new(), None),
            Words::Status(s) => (format!("status @{}", reference(s)), None),
            Words::Order(order, s, rest) => {
                let text = format!("{order} @{} {rest}", reference(s));
                (text.trim_end().to_owned(), None)
            }
            Words::Open(s) => (format!("open @{}", reference(s)), None),
            Words::Thread(s, text) => (text.to_owned(), self.messages.newest_about(&reference(s))),
            Words::Asked(s, text) => {
                let asking = self.asking(Some(&reference(s)));
                (
                    text.to_owned(),
                    asking.first().map(|(guid, _)| guid.clone()),
                )
            }
            Words::AskedBefore(s, text) => {
                let asking = self.asking(Some(&reference(s)));
                let (_, newest) = asking
                    .first()
                    .map_or((None, None), |(g, n)| (Some(g), Some(n)));
                let before = asking.iter().find(|(_, nth)| Some(nth) != newest);
                if before.is_some() {
                    self.marks.hit("answer to an old prompt");
                }
                (text.to_owned(), before.map(|(guid, _)| guid.clone()))
            }
            Words::Thumb(s, yes) => return self.thumb(&reference(s), yes),
        };
        let thread: Option<Guid> = thread;
        let files = self.attached();
        if text.is_empty() && files.is_empty() {
            return;
        }
        let means = self.meaning(&text, thread.as_ref());
        let wall = self.wall();
        let rowid = self.messages.owner_writes(&text, files, thread, wall);
        let row = self.messages.get(rowid).map(|r| r.row.guid.clone());
        if let Some(row) = &row {
            self.names_follow(row);
        }
        self.means.extend(row.map(|guid| (guid, means)));
    }

    fn odd(&mut self, odd: Odd) {
        let wall = self.wall();
        let row = self.messages.odd(odd, wall);
        if row.is_some() {
            self.marks.hit(marks::odd(odd));
        }
        if let (Some(row), Odd::Duplicate) = (&row, odd) {
            self.means_the_same(row);
            self.names_follow(row);
        }
        if let (Some(row), Odd::LateChat(ms) | Odd::LateBody(ms)) = (row, odd) {
            let text = "finish the zebra".to_owned();
            self.plan(self.now + ms, Happening::RowWhole(row, text));
        }
    }

    fn database(&mut self, what: Database) {
        self.marks.hit(match what {
            Database::Replaced => "chat.db replaced",
            Database::Rewound(_) => "chat.db rewound",
            Database::Backfilled(_) => "rows put in again",
        });
        self.blurred = true;
        let lost = self.messages.database(what);
        if matches!(what, Database::Backfilled(_)) {
            for row in lost {
                self.plan(self.now + 800, Happening::RowAgain(row));
            }
        }
    }

    fn attention(&mut self, need: &str) {
        let key = names::key(self.order + 1_000_000);
        self.handed_over.push(key.clone());
        let attention = Attention {
            key: key.clone(),
            cwd: "/srv/project-0".into(),
            need: Text::from(need),
            to: None,
        };
        let input = Input::Attention(attention);
        self.plan(self.now, Happening::HandOver(key, Box::new(input)));
    }
}
