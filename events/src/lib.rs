//! What can happen, and its bytes. No behaviour lives here.
//!
//! Read in this order: [`event`] and [`command`] say all the program can see and
//! do; [`input`] is what the outside may tell; [`outcome`] is how effects end.
//! Three rules: events are in the past tense and never change once released;
//! commands are plain data; what is private says so in its type.

pub mod codec;
pub mod command;
pub mod digest;
pub mod envelope;
pub mod event;
pub mod forgotten;
pub mod id;
pub mod input;
pub mod masked;
mod old;
pub mod outcome;
pub mod private;
pub mod prompt;
pub mod samples;
pub mod settings;
pub mod time;
pub mod upcast;

pub use codec::Link;
pub use command::{Command, Lane};
pub use digest::Digest;
pub use envelope::{Batch, Envelope};
pub use event::Event;
pub use id::{CallId, CommandId, Guid, InputKey, Pane, Seq, SessionId, SessionRef, TurnId};
pub use input::Input;
pub use outcome::{Outcome, Report};
pub use private::{Private, Text};
pub use settings::Settings;
pub use time::{Now, Span, Tick, Wall};
