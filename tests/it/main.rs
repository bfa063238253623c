//! Tests of the parts against the real programs they talk to, or stand-ins.

mod effects;
