//! Everything that can wake the loop, as one closed list.

use crate::ingress::hand_over_frame::HandOver;
use crate::ingress::health::Health;
use events::{CommandId, Input, Report};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use tokio::sync::oneshot;

/// A reason to wake.
pub(super) enum Wake {
    /// A source has news, oldest first.
    Inputs(Vec<Input>),
    /// A source was looked at for the first time.
    Looked(&'static str),
    /// Another process hands over, and waits to hear that it is on disk.
    HandedOver(HandOver, Ack),
    /// Somebody asks how things are.
    Asked(oneshot::Sender<Health>),
    /// An executor is done with a command.
    Reported(CommandId, Report),
    /// Somebody wants us to stop; a word says who.
    Stop(&'static str),
}

/// Called with the position of the newest entry once a hand-over is on disk.
pub(super) type Ack = Box<dyn FnOnce(events::Seq) + Send>;

/// Where wakes are sent. Whoever has more waits until the loop has taken some in.
pub(super) type Wakes = SyncSender<Wake>;

/// Wakes that wait at most; with the inputs that each may hold they bound what is in memory.
const WAITING: usize = 128;

/// The two ends of the loop's wakes.
pub(super) fn wakes() -> (Wakes, Receiver<Wake>) {
    sync_channel(WAITING)
}
