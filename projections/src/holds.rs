//! When the owner wants to be texted, as they said it. What follows from it for a
//! text, [`crate::holding`] says.

use crate::local_time;
use crate::waits;
use events::event::{DeskSeen, HoldChange, QuietHours};
use events::{SessionId, Settings, Tick, Wall};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What holds texts back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// Minutes by which local time is ahead of UTC.
    pub offset: i32,
    /// Where the owner said that they are.
    pub place: Option<Place>,
    /// Everything is muted; until then, or until it is taken back.
    pub everything: Option<Option<Wall>>,
    /// Muted sessions.
    pub muted: BTreeMap<SessionId, Option<Wall>>,
    /// Quiet hours as the owner set them from the phone; `Some(None)`: none.
    pub quiet: Option<Option<QuietHours>>,
    /// Quiet hours do not count before this.
    pub lifted: Option<Wall>,
    /// What was last seen of the desk, and when.
    pub desk: Option<(DeskSeen, Tick)>,
}

/// Where the owner said that they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Somewhere else than at the Mac.
    Away,
    /// At the Mac, until then.
    Here(Wall),
}

impl Holds {
    /// Takes over what the owner said.
    pub fn change(&mut self, change: &HoldChange, now: Wall, settings: &Settings) {
        match change {
            HoldChange::Away => self.place = Some(Place::Away),
            HoldChange::Here { until } => self.place = Some(Place::Here(*until)),
            HoldChange::Mute {
                session: Some(session),
                until,
            } => {
                self.muted.insert(session.clone(), *until);
            }
            HoldChange::Mute {
                session: None,
                until,
            } => self.everything = Some(*until),
            HoldChange::Unmute {
                session: Some(session),
            } => {
                self.muted.remove(session);
            }
            HoldChange::Unmute { session: None } => self.unmute(),
            HoldChange::Quiet { hours } => {
                self.quiet = Some(Some(hours.clone()));
                self.lifted = None;
            }
            HoldChange::QuietOff => self.quiet = Some(None),
            HoldChange::Resume => {
                self.place = None;
                self.unmute();
                self.quiet = None;
                self.lifted = self.quiet_now(now, settings).map(|(_, until)| until);
            }
        }
        // What has run out is not kept.
        self.muted.retain(|_, until| lasts(*until, now));
    }

    fn unmute(&mut self) {
        self.everything = None;
        self.muted.clear();
    }

    /// The quiet hours that hold, the phone's word before the settings'.
    pub fn hours(&self, settings: &Settings) -> Option<QuietHours> {
        let set = || {
            settings.quiet.map(|(from, to)| QuietHours {
                from,
                to,
                approvals: settings.quiet_approvals,
                sessions: Vec::new(),
            })
        };
        self.quiet.clone().unwrap_or_else(set)
    }

    /// Quiet hours that it is in now, and when they end.
    pub fn quiet_now(&self, now: Wall, settings: &Settings) -> Option<(QuietHours, Wall)> {
        if self.lifted.is_some_and(|until| now < until) {
            return None;
        }
        let hours = self.hours(settings)?;
        let minute = local_time::minute_of_day(now, self.offset);
        let within = if hours.from < hours.to {
            (hours.from..hours.to).contains(&minute)
        } else {
            minute >= hours.from || minute < hours.to
        };
        let until = local_time::next(now, self.offset, hours.to);
        within.then_some((hours, until))
    }

    /// Whether everything is muted, and until when.
    pub fn all_muted(&self, now: Wall) -> Option<Option<Wall>> {
        self.everything.filter(|until| lasts(*until, now))
    }

    /// Whether a session is muted, and until when.
    pub fn muted(&self, session: &SessionId, now: Wall) -> Option<Option<Wall>> {
        let until = self.muted.get(session).copied();
        until.filter(|until| lasts(*until, now))
    }

    /// Until when the owner is at the Mac, as they said.
    pub fn here(&self, now: Wall) -> Option<Wall> {
        match self.place {
            Some(Place::Here(until)) if now < until => Some(until),
            _ => None,
        }
    }
}

/// Somebody used the Mac or a terminal just now.
pub fn is_there(seen: &DeskSeen) -> bool {
    let lately = |idle: Option<events::Span>| idle.is_some_and(|idle| idle < waits::THERE);
    let mac = lately(seen.idle) && seen.locked != Some(true);
    mac || lately(seen.terminal)
}

fn lasts(until: Option<Wall>, now: Wall) -> bool {
    until.is_none_or(|until| now < until)
}
