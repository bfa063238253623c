//! Files that others go on writing between set-up and undoing: what they wrote
//! stays, and what was there before comes back all the same.

use super::{Home, LINE, OURS, reaches_us, runs};
use crate::mac::hook::{Titles, remove, set_up, shows_thread};
use proptest::prelude::*;

#[test]
fn a_notifier_comes_back_though_the_owner_went_on_writing() {
    let before = "# mine\nnotify = [ 'ring', # loud\n  '-l' ] # keep\nmodel = \"x\"\n[tui]\nterminal_title = [\"activity\"]\n";
    let home = Home::of(before);
    home.set_up(Titles::Show);
    let with = |text: &str| {
        format!(
            "model_provider = \"p\"\n{text}\n[projects.\"/Users/me\"]\ntrust_level = \"trusted\"\n"
        )
    };
    home.write(&with(&home.text()));
    let written = home.text();
    home.set_up(Titles::Keep);
    assert_eq!(home.text(), written, "nothing is to be done");
    home.remove();
    assert_eq!(home.text(), with(before));
}

#[test]
fn our_line_goes_wherever_it_was_moved() {
    let home = Home::of("model = \"x\"\n");
    home.set_up(Titles::Show);
    home.write(&format!("{LINE} # theirs now\nmodel = \"x\"\n[tui]\nterminal_title = [\"thread-id\", \"activity\"]\nanimations = false\n"));
    let moved = home.text();
    home.set_up(Titles::Show);
    assert_eq!(home.text(), moved);
    home.remove();
    assert_eq!(
        home.text(),
        "model = \"x\"\n[tui]\nterminal_title = [\"activity\"]\nanimations = false\n"
    );
}

#[test]
fn what_was_put_under_our_table_keeps_its_table() {
    let home = Home::of("[features]\nx = true\n");
    home.set_up(Titles::Show);
    home.write(&format!("{}theme = \"dark\"\n", home.text()));
    home.remove();
    assert_eq!(
        home.text(),
        "[features]\nx = true\n\n[tui]\ntheme = \"dark\"\n"
    );
}

#[test]
fn a_title_on_one_line_comes_back_too() {
    let home = Home::of("tui = { animations = true }\n");
    home.set_up(Titles::Show);
    home.write(&format!("a = 1\n{}", home.text()));
    home.remove();
    assert_eq!(home.text(), "a = 1\ntui = { animations = true }\n");
}

#[test]
fn computer_use_that_wraps_us_is_not_fought() {
    let ring = "notify = [\"/x/ring\"]\n";
    let home = Home::of(ring);
    home.set_up(Titles::Keep);
    let wrapped = format!(
        "notify = [\"/x/SkyComputerUseClient\", \"turn-ended\", \"--previous-notify\", '[\"{OURS}\",\"notify\"]']\n"
    );
    home.write(&wrapped);
    home.set_up(Titles::Keep);
    assert_eq!(home.text(), wrapped, "it stays first");
    assert_eq!(
        home.chain().unwrap(),
        ["/x/ring"],
        "and ours goes on calling the other"
    );
    home.remove();
    let argv = runs(&home.text());
    assert_eq!(
        argv.last().unwrap(),
        "[\"/x/ring\"]",
        "which it now calls itself"
    );
}

#[test]
fn two_that_wrap_each_other_do_not_grow() {
    let home = Home::of("notify = [\"/x/wrap\", \"turn\"]\n");
    home.set_up(Titles::Keep);
    assert_eq!(home.chain().unwrap(), ["/x/wrap", "turn"]);
    let mut length = None;
    for _ in 0..5 {
        // It wraps what it finds, unless that is itself.
        let found = runs(&home.text());
        if found[0] != "/x/wrap" {
            let found = serde_json::to_string(&found).unwrap();
            let argv = serde_json::to_string(&["/x/wrap", "turn", "--chain", &found]).unwrap();
            home.write(&format!("notify = {argv}\n"));
        }
        home.set_up(Titles::Keep);
        assert!(reaches_us(&home.text()));
        assert_eq!(home.chain(), None, "what calls us is not called by us");
        let now = home.text().len();
        assert_eq!(*length.get_or_insert(now), now);
    }
    assert!(
        home.remove()
            .iter()
            .any(|said| said.contains("another program's"))
    );
}

#[test]
fn killed_between_record_and_file_the_next_run_finishes() {
    let before = "notify = [\"/x/ring\"]\n";
    let home = Home::of(before);
    home.set_up(Titles::Keep);
    let after = home.text();
    home.write(before);
    home.set_up(Titles::Keep);
    assert_eq!(home.text(), after);
    assert_eq!(home.chain().unwrap(), ["/x/ring"]);
    home.write(before);
    home.remove();
    assert_eq!(home.text(), before);
}

/// Lines as they stand in such files.
fn line() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "# a comment",
        "  # notify = [\"no\"]",
        "[tui]",
        "[features]",
        "[notice.model_migrations]",
        "[projects.\"/Users/me\"]",
        "model = \"x\" # y",
        "web = { a = 1, b = [1,\n 2] }",
        "x.y = [",
        "  1, # one",
        "]",
        "terminal_title = [\"activity\"]",
        "terminal_title = [ 'thread-id' ]",
        "notify = [\"/x/ring\", \"a\"]",
        "notify = [\"bash\", \"/x\"]",
        "notify = []",
        "notify = [\"/old/codex-imessage-control-plane\", \"notify\"]",
        "text = '''",
        "'''",
        "tui = { terminal_title = [] }",
        "tui.animations = true",
        "notify = \"/x/ring b\"",
        "notify = [\"/x/SkyComputerUseClient\", \"turn-ended\"]",
        "[[tools]]",
        "n = 1\r",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the file: set up or left alone; a second run changes nothing; undone
    /// it is as before, but for entries of ours that were there.
    #[test]
    fn any_file_is_left_alone_or_comes_back(
        lines in prop::collection::vec(line(), 0..12),
        added in prop::sample::select(vec!["# new\n", "a_new = 1\n", "\n"]),
        ended: bool,
        show: bool,
    ) {
        let mut text = lines.join("\n");
        if ended {
            text.push('\n');
        }
        let titles = if show { Titles::Show } else { Titles::Keep };
        let home = Home::of(&text);
        let Ok(plan) = set_up(&home.place, OURS, titles) else {
            prop_assert_eq!(home.text(), text);
            return Ok(());
        };
        plan.carry_out(LINE).unwrap();
        let once = home.text();
        prop_assert!(reaches_us(&once));
        prop_assert!(!show || shows_thread(&once));
        home.set_up(titles);
        prop_assert_eq!(home.text(), once.clone());
        let chain = home.chain();

        if text.contains("/old/") {
            remove(&home.place).unwrap().carry_out(LINE).unwrap();
            let left = super::install::entries(&home.text()).unwrap();
            prop_assert!(!left.top.iter().chain(&left.below).any(super::install::Entry::is_ours));
            return Ok(());
        }
        // With another's line before everything, what was there comes back around it.
        let unrepaired = !text.contains("notify") || lines.iter().filter(|line| line.contains("notify =")).count() == 1
            && look_top(&text);
        if unrepaired {
            home.write(&format!("{added}{once}"));
            home.set_up(Titles::Keep);
            prop_assert_eq!(home.chain(), chain);
            home.remove();
            prop_assert_eq!(home.text(), format!("{added}{text}"));
            home.write(&text);
            home.set_up(titles);
        }
        home.remove();
        prop_assert_eq!(home.text(), text);
    }
}

/// The only entry stands at the top, so that nothing had to be moved.
fn look_top(text: &str) -> bool {
    super::install::entries(text)
        .is_ok_and(|entries| entries.below.is_empty() && entries.repeated.is_empty())
}
