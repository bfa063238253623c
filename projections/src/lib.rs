//! What the log means. Pure: the same log gives the same State, on any machine.
//!
//! [`apply`] turns events into [`State`]; [`Machine::propose`] decides, for live
//! inputs only. Replay applies and never decides: what was decided stands in the
//! log. This crate knows no clock, no file, no process, no randomness.

pub mod admit;
pub mod allowance;
pub mod answers;
mod apply;
pub mod awake;
pub mod breaker;
pub mod check;
pub mod deadlines;
pub mod describe;
pub mod directories;
pub mod dispatch;
mod ending_text;
pub mod endings;
pub mod escape;
pub mod explain;
pub mod files;
pub mod forget;
pub mod grammar;
pub mod handle;
pub mod heading;
pub mod holding;
pub mod holds;
pub mod ignored;
pub mod inbox;
pub mod ledger;
mod life;
mod limits;
pub mod local_time;
pub mod look_orders;
pub mod machine;
pub mod markdown;
pub mod missing;
pub mod notify_payload;
pub mod numbers;
pub mod orders;
pub mod outbox;
pub mod page;
mod phone_text;
mod placeholder;
mod promises;
pub mod prompt_answers;
pub mod prompt_text;
pub mod prompts;
mod react;
pub mod redact;
pub mod redact_prompt;
pub mod refs;
pub mod render;
pub mod ring;
pub mod routing;
pub mod server;
pub mod sessions;
pub mod shapes;
pub mod state;
pub mod trace;
pub mod unanswered;
pub mod view;
pub mod waits;
pub mod watch;
pub mod whatif;
pub mod when_orders;

pub use apply::apply;
pub use machine::Machine;
pub use state::State;
