//! The payload of one line of a rollout.

use serde::Deserialize;

/// A line that should tell something and cannot be read. It does not say more:
/// the line may hold anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bad;

/// The payload of a line whose kind is known.
pub(super) fn payload<'a, P: Deserialize<'a>>(line: &'a [u8]) -> Result<P, Bad> {
    #[derive(Deserialize)]
    struct Line<P> {
        payload: P,
    }
    serde_json::from_slice::<Line<P>>(line)
        .map(|line| line.payload)
        .map_err(|_| Bad)
}
