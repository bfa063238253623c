//! Whose command it is, in every spelling, and that no two tools call each other in a circle.

use super::OURS;
use crate::mac::hook::command::{Argv, Kind, kind, reaches_us, same, to_chain, words};
use crate::mac::hook::install::due;
use crate::mac::hook::{Hook, look, program};
use std::os::unix::fs::symlink;

fn argv(words: &[&str]) -> Argv {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn ours_is_known_in_any_spelling() {
    let cases: &[(&[&str], Kind)] = &[
        (&[OURS, "notify"], Kind::Ours),
        (
            &["codex-imessage-control-plane", "notify", "--dry-run"],
            Kind::Ours,
        ),
        (&["/x/codex-imessage-notify", "route"], Kind::Ours),
        (&["codex-imessage-control-plane", "doctor"], Kind::Foreign),
        (&["codex-imessage-control-plane"], Kind::Foreign),
        (&["env", "A=1", OURS, "notify"], Kind::ReachesUs),
        (
            &[
                "sh",
                "-c",
                "ring; codex-imessage-control-plane notify \"$1\"",
            ],
            Kind::ReachesUs,
        ),
        (
            &[
                "/x/wrap",
                "--chain",
                "[\"/y/codex-imessage-control-plane\",\"notify\"]",
            ],
            Kind::ReachesUs,
        ),
        (
            &[
                "/x/wrap",
                r#"[\\\"codex-imessage-control-plane\\\", \\\"notify\\\"]"#,
            ],
            Kind::ReachesUs,
        ),
        (
            &["/Users/me/codex-imessage-control-plane/ring.sh"],
            Kind::Foreign,
        ),
        (
            &["python3", "/x/codex_imessage_control_plane.py", "notify"],
            Kind::Predecessor,
        ),
        (
            &["/x/SkyComputerUseClient", "turn-ended"],
            Kind::ComputerUse { previous: None },
        ),
        (
            &["/x/SkyComputerUseClient", "turn-ended", "--previous-notify"],
            Kind::ComputerUse { previous: None },
        ),
        (
            &[
                "/x/SkyComputerUseClient",
                "turn-ended",
                "--previous-notify",
                "[]",
            ],
            Kind::ComputerUse { previous: Some(3) },
        ),
        (&["terminal-notifier"], Kind::Foreign),
        (&[], Kind::Foreign),
    ];
    for (words, expected) in cases {
        assert_eq!(kind(&argv(words)), *expected, "{words:?}");
    }
}

#[test]
fn what_leads_back_to_us_is_never_chained() {
    let wrapped = argv(&[
        "/x/SkyComputerUseClient",
        "turn-ended",
        "--previous-notify",
        "[\"codex-imessage-control-plane\",\"notify\"]",
    ]);
    assert_eq!(
        to_chain(&wrapped),
        Some(argv(&["/x/SkyComputerUseClient", "turn-ended"]))
    );
    assert_eq!(
        to_chain(&argv(&["sh", "-c", "codex-imessage-control-plane notify"])),
        None
    );
    assert_eq!(to_chain(&argv(&[OURS, "notify"])), None);
    assert_eq!(to_chain(&[]), None);
    let ring = argv(&["/x/ring", "--loud"]);
    assert_eq!(to_chain(&ring), Some(ring.clone()));
    assert!(!reaches_us(&ring));
}

#[test]
fn a_notifier_that_calls_us_is_not_called_by_us() {
    let top = |words: &[&str]| format!("notify = {}\n", serde_json::to_string(words).unwrap());
    let ring = argv(&["/x/ring"]);
    assert!(due(&top(&[OURS, "notify"]), &ring));
    assert!(due("", &ring));
    assert!(due("broken = [", &ring));
    assert!(!due(
        &top(&[
            "/y/ring",
            "--chain",
            "[\"codex-imessage-control-plane\",\"notify\"]"
        ]),
        &ring
    ));
    assert!(due(
        &top(&[
            "/x/SkyComputerUseClient",
            "turn-ended",
            "--previous-notify",
            "[\"codex-imessage-control-plane\",\"notify\"]"
        ]),
        &ring
    ));
    assert!(!due("", &argv(&[OURS, "notify"])));
    assert!(!due("", &[]));
    assert!(same(
        &argv(&["python3", "/a.py"]),
        &argv(&["/usr/bin/python3", "/a.py", "x"])
    ));
    assert!(!same(
        &argv(&["python3", "/a.py"]),
        &argv(&["python3", "/b.py"])
    ));
}

#[test]
fn one_text_is_taken_apart_without_a_shell() {
    assert_eq!(
        words("a  'b c' \"d\\\"e\" f\\ g ''"),
        Some(argv(&["a", "b c", "d\"e", "f g", ""]))
    );
    assert_eq!(words("a $(b) | c"), Some(argv(&["a", "$(b)", "|", "c"])));
    assert_eq!(words("a 'b"), None);
    assert_eq!(words("a \\"), None);
}

#[test]
fn doctor_is_told_what_is_there() {
    let seen = |text: &str| look(text).unwrap();
    assert_eq!(seen("").hook, Hook::Absent);
    assert_eq!(seen("notify = []").hook, Hook::Absent);
    assert_eq!(
        seen("notify = \"codex-imessage-control-plane notify\"").hook,
        Hook::Unusable
    );
    assert_eq!(seen("notify = [5]").hook, Hook::Unusable);
    let program = |program: &str| program.to_owned();
    assert_eq!(
        seen("notify = [\"codex-imessage-control-plane\", \"notify\"]").hook,
        Hook::Ours {
            program: program("codex-imessage-control-plane")
        }
    );
    assert_eq!(
        seen("notify = [\"/x/ring\"]").hook,
        Hook::Other {
            program: program("/x/ring")
        }
    );
    assert_eq!(seen("notify = [\"/x/SkyComputerUseClient\", \"--previous-notify\", '[\"codex-imessage-control-plane\", \"notify\"]']").hook, Hook::Through { program: program("/x/SkyComputerUseClient") });
    let wrong = "a = 1\n[tui]\nnotify = [\"codex-imessage-control-plane\", \"notify\"]\nterminal_title = [\"thread-id\"]\n";
    let wrong = seen(wrong);
    assert_eq!(
        (wrong.hook, wrong.misplaced, wrong.pane_titles),
        (Hook::Absent, vec![3], true)
    );
    assert_eq!(
        seen("notify = [\"/x/a\"]\nnotify = [\"/x/b\"]\n").misplaced,
        [2]
    );
    assert!(look("a = [").is_err());
}

#[test]
fn the_path_written_down_outlives_an_upgrade() {
    let dir = tempfile::tempdir().unwrap();
    let prefix = dir.path().canonicalize().unwrap();
    let cellar = prefix.join("Cellar/codex-imessage/0.1.0/bin");
    std::fs::create_dir_all(&cellar).unwrap();
    let file = cellar.join("codex-imessage-control-plane");
    std::fs::write(&file, "").unwrap();
    assert_eq!(program::stable(&file), file, "no link leads to it");
    std::fs::create_dir_all(prefix.join("opt")).unwrap();
    symlink(cellar.parent().unwrap(), prefix.join("opt/codex-imessage")).unwrap();
    assert_eq!(
        program::stable(&file),
        prefix.join("opt/codex-imessage/bin/codex-imessage-control-plane")
    );
    std::fs::create_dir_all(prefix.join("bin")).unwrap();
    let link = prefix.join("bin/codex-imessage-control-plane");
    std::fs::write(&link, "another version").unwrap();
    assert_ne!(program::stable(&file), link, "it is another file");
    std::fs::remove_file(&link).unwrap();
    symlink(&file, &link).unwrap();
    assert_eq!(program::stable(&file), link);
    assert_eq!(program::stable(&link), link);
}
