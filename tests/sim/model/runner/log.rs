//! The log of a run, for those who read it again.

use super::{Depth, End, Plan, Run};
use crate::model::Broken;
use crate::model::story::Story;
use control_plane::store::memory::Disk;
use control_plane::store::{EventLog as _, StoreFault};

/// Plays a story without looking, and gives its log; nothing where its disk was torn.
pub(crate) fn log(story: &Story, plan: &Plan) -> Result<Vec<events::Envelope>, Broken> {
    let bare = Plan {
        depth: Depth::Bare,
        ..plan.clone()
    };
    let mut run = Run::new(story, &bare);
    let mut disk = Disk::default();
    loop {
        match run.life(disk)? {
            End::Died(next) => disk = next,
            End::Torn => return Ok(Vec::new()),
            End::Rest(driver) => {
                let entries = driver.log().read(events::Seq(1));
                let entries: Result<_, _> = entries.collect();
                return entries.map_err(|fault: StoreFault| fault.to_string());
            }
        }
    }
}
