//! Where facts come in: each source turns what is outside into `events::Input`,
//! faithfully, and knows nothing of what is made of it.

pub mod app_server;
pub mod chat_db;
pub mod client;
pub mod frame;
pub mod hand_over_frame;
pub mod health;
pub mod inbox;
pub mod queue_file;
pub mod rollouts;
pub mod socket;
#[cfg(test)]
mod tests;
pub mod thread_names;
