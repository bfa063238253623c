//! Replies to a notice: words for its session, also where they begin as a command does.

use crate::support::World;

#[test]
fn a_sentence_in_a_thread_that_begins_as_a_command_goes_to_its_session() {
    let mut world = World::new();
    let api = world.session(1, "/srv/api");
    world.turn(&api, "t1");
    world.ends(&api, "t1", "I am done.");
    let (notice, _) = world.send_all().remove(0);
    world.notices();
    world.replies(&notice, "New plan: keep sqlite, and drop the rest");
    assert_eq!(
        world.next_words().unwrap().2,
        "New plan: keep sqlite, and drop the rest"
    );
    world.replies(&notice, "list");
    assert!(world.notice().contains("sessions"));
}
