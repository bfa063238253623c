//! What tells the program of prompts: its connection to Codex's background server, and
//! its looks at panes. What they remember dies with the process.

use super::approvals::{Approval, By};
use super::codex::Session;
use super::names;
use super::story::{Kind, Proof, S, Shows};
use super::times::Looks;
use super::world::World;
use events::Input;
use events::prompt::{
    AppServerLinkChanged, LinkState, PromptEnd, PromptResolved, PromptSource, ThreadState,
    ThreadStatusChanged,
};
use projections::State;
use projections::prompts::Prompt;
use std::collections::{BTreeMap, BTreeSet};

/// From a prompt to the news of it.
const NEWS: u64 = 100;
/// Between two looks at a pane.
const LOOK: u64 = 500;
/// Looks that must miss a prompt before it counts as gone.
const GONE: u64 = 2 * LOOK;

/// What this process knows of prompts.
#[derive(Clone, Debug, Default)]
pub(super) struct Watchers {
    /// The number of the next connection.
    generation: u64,
    /// The connection, and the state of the world it belongs to.
    link: Option<(u64, u32)>,
    /// What sessions were said to do over it.
    told: BTreeMap<S, ThreadState>,
    /// Requests that are open over it.
    open: BTreeSet<usize>,
    panes: BTreeMap<S, Pane>,
    looks: Looks,
}

/// What a pane was last seen to show.
#[derive(Clone, Debug, Default)]
struct Pane {
    /// The prompt that it was told to show, and when.
    told: Option<(usize, u64)>,
    /// Since when it shows none.
    missed: Option<u64>,
}

impl Watchers {
    /// A new process goes on where the log says.
    pub(super) fn resume(state: &State) -> Self {
        Self {
            generation: state.last.0.saturating_mul(1 << 16),
            ..Self::default()
        }
    }

    /// The next news, if any.
    pub(super) fn next(&mut self, world: &World, state: &State) -> Option<Input> {
        let news = self.server(world).or_else(|| self.screens(world, state));
        news.or_else(|| self.looks.next(world, state))
    }

    fn changed(generation: u64, state: LinkState) -> Input {
        Input::AppServer(AppServerLinkChanged {
            generation,
            socket: "/tmp/codex/control.sock".into(),
            state,
        })
    }

    fn server(&mut self, world: &World) -> Option<Input> {
        let server = &world.server;
        let Some((generation, epoch)) = self.link else {
            if !server.runs || world.now < server.from {
                return None;
            }
            self.generation += 1;
            self.link = Some((self.generation, server.epoch));
            let server = "codex/0.171.0".into();
            return Some(Self::changed(self.generation, LinkState::Up { server }));
        };
        if epoch != server.epoch {
            self.link = None;
            self.told.clear();
            self.open.clear();
            let why = "it has closed the connection".into();
            return Some(Self::changed(generation, LinkState::Down { why }));
        }
        if world.now < server.quiet_until {
            return None;
        }
        self.resolved(world, generation)
            .or_else(|| self.status(world, generation))
            .or_else(|| self.asked(world, generation))
    }

    fn resolved(&mut self, world: &World, generation: u64) -> Option<Input> {
        let over = |nth: &&usize| world.approvals.get(**nth).is_some_and(|a| !world.is_up(a));
        let nth = self.open.iter().find(over).copied()?;
        self.open.remove(&nth);
        let approval = world.approvals.get(nth)?;
        let how = match &approval.end {
            Some((_, By::Phone(_))) if approval.over == Some(generation) => PromptEnd::ByUs,
            Some(_) => PromptEnd::Elsewhere,
            None => PromptEnd::TurnEnded,
        };
        Some(Input::PromptResolved(PromptResolved {
            session: world.sessions[approval.s].id.clone(),
            source: approval.by_server(generation),
            how,
        }))
    }

    fn status(&mut self, world: &World, generation: u64) -> Option<Input> {
        let shared = world.sessions.iter().filter(|s| s.kind == Kind::Shared);
        for session in shared {
            let state = match &session.turn {
                Some(_) => ThreadState::Active {
                    approval: world.up_in(session.nth).is_some(),
                    input: session.asks_modally(),
                },
                None if session.live => ThreadState::Idle,
                None => ThreadState::NotLoaded,
            };
            if self.told.insert(session.nth, state) != Some(state) {
                return Some(Input::ThreadStatus(ThreadStatusChanged {
                    generation,
                    session: session.id.clone(),
                    status: state,
                }));
            }
        }
        None
    }

    fn asked(&mut self, world: &World, generation: u64) -> Option<Input> {
        let mine = |a: &&Approval| {
            world.sessions[a.s].kind == Kind::Shared && world.is_up(a) && a.at + NEWS <= world.now
        };
        let mut up = world.approvals.iter().filter(mine);
        let new = up.find(|a| !self.open.contains(&a.nth))?;
        self.open.insert(new.nth);
        let raised = new.raised(world, new.by_server(generation));
        Some(Input::Prompt(Box::new(raised)))
    }

    fn screens(&mut self, world: &World, state: &State) -> Option<Input> {
        world.sessions.iter().find_map(|session| {
            let by_server = state.server.has(&session.id).is_some();
            let open: Vec<_> = seen(state, session).collect();
            let pane = self.panes.entry(session.nth).or_default();
            let unclear = session.live && session.shows != Shows::Composer;
            if (by_server && open.is_empty()) || unclear {
                pane.missed = None;
                return None;
            }
            let proven = session.proof == Proof::Proven;
            let shown = world.up_in(session.nth);
            let shown = shown.filter(|_| session.live && proven);
            if let Some(up) = shown {
                pane.missed = None;
                let due = match pane.told {
                    Some((nth, at)) if nth == up.nth => open.is_empty() && at + LOOK <= world.now,
                    _ => up.at + LOOK <= world.now,
                };
                if !due {
                    return None;
                }
                pane.told = Some((up.nth, world.now));
                let source = PromptSource::Screen {
                    pane: names::pane(session.pane),
                };
                return Some(Input::Prompt(Box::new(up.raised(world, source))));
            }
            let source = *open.first()?;
            if *pane.missed.get_or_insert(world.now) + GONE > world.now {
                return None;
            }
            pane.missed = Some(world.now);
            Some(Input::PromptResolved(PromptResolved {
                session: session.id.clone(),
                source: source.clone(),
                how: if proven {
                    PromptEnd::Elsewhere
                } else {
                    PromptEnd::Gone
                },
            }))
        })
    }

    /// When there is something new.
    pub(super) fn next_at(&self, world: &World) -> Option<u64> {
        let up = world.approvals.iter().filter(|a| world.is_up(a));
        let news = up.flat_map(|a| [a.at + NEWS, a.at + LOOK]);
        let gone = self.panes.values();
        let gone = gone.flat_map(|pane| {
            let again = pane.told.map(|(_, at)| at + LOOK);
            [pane.missed.map(|at| at + GONE), again]
        });
        let gone = gone.flatten();
        let server = [world.server.from, world.server.quiet_until];
        let all = news.chain(gone).chain(server);
        all.filter(|at| *at > world.now).min()
    }
}

/// The prompts that were told from a session's screen and not seen to go.
fn seen<'a>(state: &'a State, session: &'a Session) -> impl Iterator<Item = &'a PromptSource> {
    let sources = |prompt: &'a Prompt| prompt.witnesses.iter().map(|w| &w.source);
    let all = state
        .prompts
        .of(&session.id)
        .flat_map(move |(_, p)| sources(p));
    all.filter(|source| matches!(source, PromptSource::Screen { .. }))
}
