//! The simulated world. Its ordinary tier: every history crashed at every
//! append, some thousand seeds played twice, planted bugs that must be seen,
//! marks that must be reached. `scripts/soak` plays more of the same.

mod histories;
mod logs;
#[path = "../shared/meaning.rs"]
mod meaning;
mod model;
mod seeds;
mod soak;
mod tools;
