//! What the pure half decides: the hazards of the facts as inputs, the owner's
//! phone and the sessions as what comes out.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a helper that fails fails its test, and looks for one kind of thing"
)]

mod admit;
mod admit_again;
mod admit_self_chat;
mod allowance;
mod asked;
mod changes;
mod check;
mod choices;
mod claimed;
mod desk;
mod directories;
mod endings;
mod ends;
mod explain;
mod files;
mod files_out;
mod forgotten;
mod gather;
mod grammar;
mod handles;
mod holds;
mod ignored;
mod limits;
mod log;
mod looks;
mod loops;
mod manage;
mod notify_payload;
mod numbers;
mod opening;
mod outbox;
mod own_rows;
mod progress;
mod prompts;
mod prompts_bound;
mod prompts_meant;
mod prompts_random;
mod questions;
mod reactions;
mod redact;
mod refs;
mod render;
mod restarts;
mod ring;
mod routes;
mod self_test;
mod sends;
mod served;
mod shapes;
mod sleep;
mod source_down;
mod spoken;
mod stall;
mod status;
mod support;
mod thread_names;
mod threads;
mod together;
mod transports;
mod turns;
mod unanswered;
mod unreported_turns;
mod usage;
mod walk;
mod week;
mod what_if;
mod whose;
