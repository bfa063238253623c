//! The curated histories: each a few beats around one thing that can go wrong
//! or has to go right. Every one of them is crashed at every append.

#![allow(
    clippy::enum_glob_use,
    clippy::too_many_lines,
    reason = "tables of beats, read from top to bottom"
)]

mod approvals;
mod files;
mod inbound;
mod instructions;
mod notices;
mod questions;
mod times;
mod trouble;

use super::names;
use super::story::{Beat, Kind, Story};
use events::{Settings, Text};

/// All of them.
pub(crate) fn all() -> Vec<Story> {
    [
        approvals::stories(),
        notices::stories(),
        questions::stories(),
        instructions::stories(),
        inbound::stories(),
        trouble::stories(),
        times::stories(),
        files::stories(),
    ]
    .concat()
}

/// The usual settings, with short parts so that notices have several.
pub(super) fn settings() -> Settings {
    Settings {
        owner: vec![Text::from(names::OWNER)],
        max_len: 120,
        // Few enough that histories meet the limit.
        max_per_hour: 60,
        default_cwd: "/srv".into(),
        ..Settings::default()
    }
}

/// A story with this many sessions of the owner open from the beginning.
pub(super) fn story(name: &str, sessions: usize, beats: &[Beat]) -> Story {
    let mut all = vec![Beat::Open(Kind::Embedded); sessions];
    all.push(Beat::Wait(500));
    all.extend_from_slice(beats);
    Story {
        name: name.to_owned(),
        beats: all,
        settings: settings(),
        self_chat: false,
        server: false,
    }
}

/// The same story in the owner's chat with themself.
pub(super) fn to_oneself(story: Story) -> Story {
    Story {
        self_chat: true,
        ..story
    }
}

/// The same story under other settings.
pub(super) fn set(mut story: Story, change: impl FnOnce(&mut Settings)) -> Story {
    change(&mut story.settings);
    story
}
