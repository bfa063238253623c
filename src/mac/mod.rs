//! What is done to the Mac that this program lives on, and how it is undone.

pub mod hook;
