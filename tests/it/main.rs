//! What must hold of the whole tree and of the programs as they are run.

#![allow(clippy::expect_used, reason = "a helper that fails fails its test")]

mod commands;
mod docs;
mod tidy;
mod tree;
//! Tests of the parts against the real programs they talk to, or stand-ins.
mod effects;
