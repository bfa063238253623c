//! Tells what a pane shows, so that nothing is typed into the wrong thing.
//!
//! One rule: the states into which keys may go (composer, working, running hook, question)
//! need *every* cue to agree: program, title, cursor, shape, and a footer in which nothing takes
//! keys. A cue that is missing or contradicts makes the screen [`Screen::Unknown`]: no key goes
//! there, and words take a way that touches no screen.
//! The states in which nothing is typed (approval, plan, trust, update, login, picker) need
//! their own text at the very bottom of the screen. Text further up is the transcript, which
//! a hostile repository can fill with anything: it never makes a state.

mod approval;
mod bottom;
mod change;
mod composer;
mod cues;
mod modal;
mod question;
mod recognise;
mod seen;
mod style;
#[cfg(test)]
pub(crate) mod tests;

pub use approval::{SeenPrompt, prompt};
pub(crate) use bottom::{columns, unseen};
pub(crate) use cues::is_codex_name;
pub(crate) use recognise::named_codex;
pub use recognise::recognise;
pub use seen::{Capture, Composer, Seen, SeenQuestion};
