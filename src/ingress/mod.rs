//! How the outside comes in.

pub mod client;
pub mod handover;
pub mod inbox;
pub mod socket;
#[cfg(test)]
mod tests;
