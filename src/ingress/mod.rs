//! Where facts come in: each source turns what is outside into `events::Input`
//! and knows nothing of what is made of it.

pub mod queue_file;
pub mod rollouts;
//! Where the program learns what happened outside. A source reports
//! faithfully what it sees; what that means is decided by the machine alone.
pub mod chat_db;
