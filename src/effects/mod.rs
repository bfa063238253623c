//! What this program does to the world, and how it looks before it does.

pub mod paste;
pub mod screen;
