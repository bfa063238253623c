//! What the running agent says about itself: the answer that `doctor` shows too.

pub use crate::ingress::client::ask_health as ask;
pub use crate::ingress::health::{Access, AskError, Health};
