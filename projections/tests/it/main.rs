//! What the pure half decides: the hazards of the facts as inputs, the owner's
//! phone and the sessions as what comes out.

mod admit;
mod admit_self_chat;
mod grammar;
mod ladder;
mod numbers;
mod redact;
mod refs;
mod render;
mod routes;
mod sends;
mod support;
mod told;
mod turns;
