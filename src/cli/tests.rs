//! The definitions hold together, and the fast path takes what clap would.

use super::*;

#[test]
fn the_definitions_hold_together() {
    definition().debug_assert();
    helper::definition().debug_assert();
}

#[test]
fn stand_ins_get_their_arguments_untouched() {
    let line = ["x", "demo-codex", "--version", "-c", "a=b", "--", "--help"];
    let cli = Cli::try_parse_from(line).expect("anything goes");
    let Command::DemoCodex(stand_in) = cli.command else {
        panic!("another command: {cli:?}");
    };
    assert_eq!(stand_in.arguments[..3], ["--version", "-c", "a=b"]);
    assert_eq!(
        stand_in.arguments.last().map(|last| last == "--help"),
        Some(true)
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    for line in [
        &["x"][..],
        &["x", "rnu"],
        &["x", "replay", "--from", "soon"],
        &["x", "log"],
    ] {
        assert!(Cli::try_parse_from(line).is_err(), "{line:?}");
    }
}
