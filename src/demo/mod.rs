//! Stand-ins for the programs around this one, good enough to run the whole
//! of it on a machine without Messages. Nothing here touches real data.

pub mod messages;
