//! Where facts come in: each source turns what is outside into `events::Input`
//! and knows nothing of what is made of it.

pub mod queue_file;
pub mod rollouts;
