//! The commands.

pub mod hand_over;
