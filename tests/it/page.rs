//! The page of a log in a real browser: it shows everything, and nothing that
//! people wrote becomes part of the page.

use control_plane::page;
use control_plane::time_zone::Zone;
use events::Seq;
use events::Wall;
use projections::page::{Item, Lane, Page, Step};
use std::path::{Path, PathBuf};
use std::process::Command;

const HOSTILE: &str = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">";

fn chromium() -> Option<PathBuf> {
    let named = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];
    named.iter().map(PathBuf::from).find(|path| path.exists())
}

/// A page of so many items.
fn made(count: u64) -> Page {
    let lanes = (0..5).map(|nth| Lane {
        id: format!("thread-{nth}"),
        name: format!("@ref{nth} ({HOSTILE})"),
    });
    let kinds = [
        "message", "prompt", "turn", "notice", "work", "send", "session", "program",
    ];
    let items = (0..count).map(|nth| Item {
        seq: Seq(nth + 1),
        wall: Wall(1_795_000_000_000 + i64::try_from(nth).expect("small") * 61_000),
        lane: if nth % 6 == 5 {
            String::new()
        } else {
            format!("thread-{}", nth % 6)
        },
        kind: kinds[usize::try_from(nth % 8).expect("small")],
        mark: if nth % 50 == 7 { "bad" } else { "" },
        story: format!("message {}", nth / 4),
        title: format!("Item {nth}: {HOSTILE}"),
        steps: vec![Step {
            seq: Seq(nth + 1),
            event: "RoutingDecided",
            text: format!("Its words go into @ref. {HOSTILE}"),
            details: vec![HOSTILE.to_owned()],
            changes: Vec::new(),
            words: vec![("you wrote", HOSTILE.to_owned())],
        }],
    });
    Page {
        lanes: lanes.collect(),
        items: items.collect(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the browser is the judge of the page"
)]
fn browse(browser: &Path, file: &Path, more: &[&str]) -> String {
    let profile = tempfile::tempdir().expect("a directory");
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--virtual-time-budget=10000",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(more)
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("it runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_browser_shows_small_and_large_logs_and_takes_no_words_for_markup() {
    let Some(browser) = chromium() else {
        println!("skipped: chromium is not installed");
        return;
    };
    let home = tempfile::tempdir().expect("a directory");
    for count in [0, 10, 10_000] {
        let file = home.path().join(format!("{count}.html"));
        let text = page::page(&made(count), &Zone::ruled("UTC0"), true);
        std::fs::write(&file, text).expect("written");
        let shown = browse(&browser, &file, &["--dump-dom"]);
        assert!(
            shown.contains(&format!("data-ready=\"{count}\"")),
            "{count}: the script ran"
        );
        assert!(
            shown.contains("<title>What happened</title>"),
            "words became script"
        );
        assert!(!shown.contains("<img"), "words became markup");
        let rows = shown.matches("class=\"item\"").count();
        assert_eq!(rows > 0, count > 0, "{count}: {rows} rows");
    }
}
