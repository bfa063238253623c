//! Why there is nothing to show, as a sentence.

use events::outcome::Failure;

pub(super) fn nothing(why: impl Into<String>) -> Failure {
    Failure::Unsupported { what: why.into() }
}
