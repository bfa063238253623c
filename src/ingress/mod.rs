//! Where facts come in: each source turns what is outside into `events::Input`,
//! faithfully, and knows nothing of what is made of it.

pub mod chat_db;
pub mod queue_file;
pub mod rollouts;
//! How the outside comes in.
pub mod client;
pub mod handover;
pub mod inbox;
pub mod socket;
#[cfg(test)]
mod tests;
