//! Where the program learns what happened outside. A source reports
//! faithfully what it sees; what that means is decided by the machine alone.

pub mod chat_db;
