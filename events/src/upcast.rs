//! Kinds and their schemas: which number stands for which event, and what the
//! bytes of an older schema mean today.
//!
//! A number is given once and never again. The form behind a (kind, schema) pair
//! is frozen by its release: the struct and everything it is made of. A schema is
//! released once `fixtures/released.sha256` names its fixture.
//!
//! A line of the table reads: number, schema that is written, name, and how each
//! older schema is read.
//!
//! - `18 v 1 SourceFailed` has one schema.
//! - `18 v 2 SourceFailed { 1 => same }`: variants were appended at the end of an
//!   enum inside. The old bytes mean what they meant, and a program that knows only
//!   schema 1 says "newer" instead of "damaged".
//! - `1 v 2 RuntimeStarted { 1 => v1::RuntimeStarted }`: the form is another. The old
//!   struct stands in [`crate::old`] with its `From` or `TryFrom` to today's.
//!
//! [decisions/0020](../../docs/decisions/0020-how-an-event-changes.md) shows one change step by step.

use crate::event::Event;
use crate::old::v1;
use bincode::Options as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Largest payload. A hand-over is at most 4 MiB, and its event may hold part of it twice.
pub const MAX_PAYLOAD: u64 = 16 << 20;

/// One kind of event, as the newest schema has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// Its number in the log.
    pub id: u16,
    /// The schema that is written.
    pub schema: u16,
    /// The older schemas, which are still read.
    pub older: &'static [u16],
    /// Its name, for people.
    pub name: &'static str,
}

/// Why a payload means nothing here.
pub(crate) enum Strange {
    /// The kind is not known.
    Kind,
    /// The kind is, its schema is not.
    Schema,
    /// Both are, but the bytes are not of that form.
    Payload,
}

/// The struct that the bytes of an older schema are read as.
macro_rules! form {
    ($name:ident same) => { crate::event::$name };
    ($name:ident $($old:ident)::+) => { $($old)::+ };
}

macro_rules! kinds {
    ($(
        $id:literal v $schema:literal $name:ident
        $({ $($older:literal => $($old:ident)::+),+ $(,)? })?,
    )*) => {
        /// Every kind there is, in the order of the enum.
        pub const KINDS: &[Kind] = &[$(Kind {
            id: $id,
            schema: $schema,
            older: &[$($($older),+)?],
            name: stringify!($name),
        },)*];

        /// The kind of an event.
        pub const fn kind(event: &Event) -> Kind {
            match event {
                $(Event::$name(_) => Kind {
                    id: $id,
                    schema: $schema,
                    older: &[$($($older),+)?],
                    name: stringify!($name),
                },)*
            }
        }

        /// The payload of an event.
        pub(crate) fn payload(event: &Event) -> bincode::Result<Vec<u8>> {
            match event {
                $(Event::$name(content) => write(content),)*
            }
        }

        /// The event that a payload of this kind and schema is today.
        pub(crate) fn event(kind: u16, schema: u16, payload: &[u8]) -> Result<Event, Strange> {
            match (kind, schema) {
                $(
                    ($id, $schema) => read(payload).map(Event::$name),
                    $($(
                        ($id, $older) => {
                            let old: form!($name $($old)::+) = read(payload)?;
                            old.try_into().map(Event::$name).map_err(|_| Strange::Payload)
                        }
                    )+)?
                    ($id, _) => Err(Strange::Schema),
                )*
                _ => Err(Strange::Kind),
            }
        }
    };
}

// Facts from 1, decisions from 100, the life of a command from 200: what is below 100 is decided
// about again by `replay --what-if`.
kinds! {
    1 v 2 RuntimeStarted { 1 => v1::RuntimeStarted },
    2 v 1 RuntimeStopped,
    3 v 1 NotifyReceived,
    4 v 1 SessionSeen,
    5 v 1 TurnStarted,
    6 v 2 UserSpoke { 1 => v1::UserSpoke },
    7 v 1 AssistantReplied,
    8 v 2 QuestionAsked { 1 => v1::QuestionAsked },
    9 v 1 QuestionClosed,
    10 v 1 TurnCompleted,
    11 v 1 ChatDbPlaced,
    12 v 1 InboundHeld,
    13 v 1 InboundReceived,
    14 v 2 InboundIgnored { 1 => same },
    15 v 2 OutgoingSeen { 1 => v1::OutgoingSeen },
    16 v 1 QueueLineImported,
    17 v 1 AttentionRequested,
    18 v 2 SourceFailed { 1 => same },
    19 v 2 SourceRecovered { 1 => same },
    20 v 1 RecordsSkipped,
    21 v 2 DeadlinePassed { 1 => same },
    22 v 1 LogRecovered,
    23 v 1 ShapeUnknown,
    24 v 1 RolloutFollowed,
    25 v 1 GoalChanged,
    40 v 1 PromptAsked,
    41 v 1 PromptWitnessed,
    42 v 1 PromptDelivered,
    43 v 1 PromptClosed,
    44 v 1 ThreadStatusChanged,
    45 v 1 RateLimitsChanged,
    46 v 1 AppServerLinkChanged,
    100 v 2 RoutingDecided { 1 => v1::RoutingDecided },
    101 v 2 NoticeQueued { 1 => same },
    102 v 1 NoticeWithdrawn,
    104 v 1 NoticeExpired,
    103 v 1 InstructionEnded,
    110 v 1 PromptAnswered,
    111 v 1 PromptsListed,
    112 v 1 PromptExpired,
    113 v 1 PromptShown,
    130 v 1 EndingNotTold,
    200 v 2 CommandRequested { 1 => v1::CommandRequested },
    201 v 1 CommandStarted,
    202 v 2 CommandPerformed { 1 => same },
    203 v 2 CommandSettled { 1 => same },
    30 v 1 ReactionReceived,
    31 v 1 InboundChanged,
    105 v 1 InboundDeferred,
    106 v 1 InboundJoined,
    107 v 1 InboundUnanswered,
    60 v 1 LocalTimeChanged,
    120 v 1 HoldChanged,
    121 v 2 NoticeDeferred { 1 => same },
    61 v 1 DeskSeen,
    122 v 1 PromptNudged,
    108 v 1 NoticeDelayed,
    109 v 1 NoticeGivenUp,
    70 v 1 HostSlept,
    71 v 1 LifeSeen,
    78 v 1 ThreadNamed,
    131 v 1 PromiseMade,
    132 v 1 PromiseEnded,
    133 v 1 OwnerWarned,
    76 v 1 InboundFilesNamed,
    134 v 1 TextCut,
    72 v 1 TurnWorked,
    141 v 1 TurnWentOn,
    77 v 1 InboundSpoken,
    135 v 1 SpokenAsked,
    136 v 1 SpokenAnswered,
    137 v 1 SessionLabelled,
}

fn options() -> impl bincode::Options {
    bincode::DefaultOptions::new()
        .with_fixint_encoding()
        .reject_trailing_bytes()
        .with_limit(MAX_PAYLOAD)
}

fn write<T: Serialize>(content: &T) -> bincode::Result<Vec<u8>> {
    options().serialize(content)
}

fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, Strange> {
    options().deserialize(payload).map_err(|_| Strange::Payload)
}
