//! Memories that do not grow.

use projections::ring::{Ring, SetRing};

#[test]
fn a_ring_keeps_the_newest() {
    let mut ring = Ring::<u8, 3>::default();
    assert!(ring.is_empty());
    for value in 1..=5 {
        ring.push(value);
    }
    assert_eq!(format!("{ring:?}"), "[3, 4, 5]");
    ring.retain(|value| *value != 4);
    assert_eq!((ring.len(), ring.is_empty()), (2, false));
    assert!(ring.contains(&3) && !ring.contains(&4));
}

#[test]
fn a_set_forgets_what_came_first_and_a_known_value_is_not_new() {
    let mut set = SetRing::<u8, 3>::default();
    for value in [1, 2, 3, 1, 3] {
        set.insert(&value);
    }
    assert!([1, 2, 3].iter().all(|value| set.contains(value)));
    set.insert(&4);
    assert!([2, 3, 4].iter().all(|value| set.contains(value)));
    assert!(!set.contains(&1), "it came first");
}

#[test]
fn a_set_counts_what_it_remembers() {
    let mut set = SetRing::<u8, 2>::default();
    assert_eq!((set.len(), set.is_empty()), (0, true));
    for value in [1, 1, 2, 3] {
        set.insert(&value);
    }
    assert_eq!((set.len(), set.is_empty()), (2, false));
}
