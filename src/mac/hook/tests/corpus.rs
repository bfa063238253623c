//! The corpus: each file, what uninstalling leaves of it, and what runs after us.

use super::{Home, OURS, reaches_us};
use crate::mac::hook::text;
use crate::mac::hook::{Titles, install, shows_thread};
use std::collections::BTreeSet;

struct Case {
    name: &'static str,
    before: &'static str,
    /// `None`: the very same bytes.
    left: Option<&'static str>,
    chain: &'static [&'static str],
}

/// Uninstalling leaves the very same bytes, and nothing runs after us.
const fn same(name: &'static str, before: &'static str) -> Case {
    chained(name, before, &[])
}

/// The same, and this runs after us.
const fn chained(name: &'static str, before: &'static str, chain: &'static [&'static str]) -> Case {
    Case {
        name,
        before,
        left: None,
        chain,
    }
}

/// An entry of ours was there already; uninstalling leaves this.
const fn ours(name: &'static str, before: &'static str, left: &'static str) -> Case {
    Case {
        name,
        before,
        left: Some(left),
        chain: &[],
    }
}

const COMPUTER_USE: &str = "/Users/me/.codex/computer-use/SkyComputerUseClient";

const CASES: &[Case] = &[
    same("empty", ""),
    same("one line end", "\n"),
    same("only a comment", "# mine\n"),
    same("only a comment without line end", "# mine"),
    same("a byte order mark alone", "\u{feff}"),
    same("a byte order mark", "\u{feff}model = \"gpt-5.5\"\n[tui]\n"),
    same(
        "a byte order mark before a table",
        "\u{feff}[features]\nx = true\n",
    ),
    same("one key", "model = \"gpt-5.5\"\n"),
    same("no last line end", "model = \"gpt-5.5\""),
    same("no last line end in a table", "[features]\nx = true"),
    same(
        "CRLF",
        "model = \"x\"\r\n\r\n[tui]\r\nnotifications = true\r\n",
    ),
    same(
        "CRLF and a list over lines",
        "a = [\r\n  1,\r\n  2,\r\n]\r\n[tui]\r\nterminal_title = [\r\n  \"activity\",\r\n]\r\n",
    ),
    same("mixed line ends", "a = 1\r\nb = 2\n[tui]\r\nx = 1\n"),
    same(
        "comments everywhere",
        "# file\n\n# model\nmodel = \"x\" # why\n\n# ui\n[tui] # here\n# last\n",
    ),
    same(
        "a schema line first",
        "#:schema https://example.com/config.json\n\n[features]\nx = true\n",
    ),
    same(
        "a comment about the first table",
        "# my features\n[features]\nx = true\n",
    ),
    same("an odd order", "z = 1\na = 2\n[b]\n[c]\n[b.c]\nx = 1\n"),
    same(
        "tabs and blanks",
        "\tmodel   =\t\"x\"   \n   [tui]   \n\tnotifications=true\n",
    ),
    same(
        "dotted keys",
        "tui.notifications = true\nfeatures.x = true\n\n[projects.\"/Users/me/a\"]\ntrust_level = \"trusted\"\n",
    ),
    same(
        "dotted title",
        "tui.terminal_title = [\"activity\"]\n[features]\n",
    ),
    same(
        "an inline table",
        "tui = { notifications = true } # short\nmodel = \"x\"\n",
    ),
    same("an empty inline table", "tui = {}\n"),
    same(
        "an inline table with a title",
        "tui = { terminal_title = [\"activity\"], notifications = true }\n",
    ),
    same(
        "texts over lines",
        "instructions = \"\"\"\nnotify = [\"no\"]\n[tui]\n\"\"\"\nb = '''\nnotify = 1'''\n",
    ),
    same(
        "tables in a list",
        "[[hooks.Stop]]\ncommand = \"x\"\n[[hooks.Stop]]\ncommand = \"y\"\n",
    ),
    same(
        "a title that shows the thread",
        "[tui]\nterminal_title = [\"thread-id\", \"activity\"]\n",
    ),
    same("a title of one", "[tui]\nterminal_title = [\"activity\"]\n"),
    same("no title wanted", "[tui]\nterminal_title = []\n"),
    same(
        "a title over lines",
        "[tui]\nterminal_title = [\n    \"activity\", # spins\n    \"project-name\", # where\n]\n",
    ),
    same(
        "a title without a comma at the end",
        "[tui]\nterminal_title = [\n\t\"activity\",\n\t\"project-name\"\n]\n",
    ),
    same("only tables below tui", "[tui.keymap]\nx = \"y\"\n"),
    same(
        "tui behind what is below it",
        "[tui.keymap]\nx = \"y\"\n[tui]\nanimations = false\n",
    ),
    same("switched off", "notify = []\n"),
    same(
        "a key of another program's",
        "[mcp_servers.x.env]\nnotify = [\"/bin/a\"]\n[hooks]\nnotify = \"no\"\n",
    ),
    same(
        "a list of event names under tui",
        "[tui]\nnotify = [\"agent-turn-complete\"]\n",
    ),
    chained(
        "another notifier",
        "notify = [\"terminal-notifier\", \"-message\", \"done\"]\n",
        &["terminal-notifier", "-message", "done"],
    ),
    chained(
        "another notifier with comments",
        "model = \"x\"\n# ring\nnotify = [ \"afplay\", # loud\n  '/System/Library/Sounds/Ping.aiff', ] # end\n[tui]\n",
        &["afplay", "/System/Library/Sounds/Ping.aiff"],
    ),
    chained(
        "another notifier, quoted key",
        "\"notify\"   =   ['/usr/local/bin/ring']   # x\r\n",
        &["/usr/local/bin/ring"],
    ),
    chained(
        "a shell as notifier",
        "notify = [\"bash\", \"-lc\", \"afplay /a.aiff \\\"$1\\\"\", \"--\"]\n",
        &["bash", "-lc", "afplay /a.aiff \"$1\"", "--"],
    ),
    chained(
        "one text",
        "notify = \"/usr/local/bin/ring --loud 'two words'\"\n",
        &["/usr/local/bin/ring", "--loud", "two words"],
    ),
    same("one text that cannot be run", "notify = \"ring 'loud\"\n"),
    same("a number", "notify = 5\n"),
    chained(
        "under model_migrations",
        "[notice.model_migrations]\n\"a\" = \"b\"\nnotify = [\"bash\", \"/Users/me/ring.sh\"]\n\n[tui]\n",
        &["bash", "/Users/me/ring.sh"],
    ),
    chained(
        "under windows",
        "[windows]\nsandbox = \"unelevated\"\nnotify = [\"/Users/me/toast\", \"done\"]\n",
        &["/Users/me/toast", "done"],
    ),
    chained(
        "twice",
        "notify = [\"/Users/me/ring\"]\nmodel = \"x\"\nnotify = [\n  \"/Users/me/other\",\n]\n[tui]\n",
        &["/Users/me/ring"],
    ),
    chained(
        "the second is another's",
        "notify = []\nnotify = [\"/Users/me/other\"]\n",
        &["/Users/me/other"],
    ),
    same(
        "Computer Use alone",
        "notify = [\"/Users/me/.codex/computer-use/SkyComputerUseClient\", \"turn-ended\"]\n",
    ),
    same(
        "Computer Use with nothing behind it",
        "notify = [\"/Users/me/.codex/computer-use/SkyComputerUseClient\", \"turn-ended\", \"--previous-notify\", \"[]\"]\n",
    ),
    chained(
        "Computer Use with another behind it",
        "notify = [\"/Users/me/.codex/computer-use/SkyComputerUseClient\", \"turn-ended\", \"--previous-notify\", '[\"/Users/me/ring\", \"a b\"]'] # c\n",
        &["/Users/me/ring", "a b"],
    ),
    ours(
        "ours by an old path",
        "model = \"x\"\nnotify = [\"/opt/homebrew/Cellar/x/0.0.1/bin/codex-imessage-control-plane\", \"notify\"] # hook\n[tui]\n",
        "model = \"x\"\n[tui]\n",
    ),
    ours(
        "ours by name",
        "notify = [\"codex-imessage-control-plane\", \"notify\"]\n",
        "",
    ),
    ours(
        "ours as one text",
        "notify = \"codex-imessage-control-plane notify\"\nmodel = \"x\"\n",
        "model = \"x\"\n",
    ),
    same(
        "a script with us in it, as one text",
        "notify = \"sh -c 'ring; codex-imessage-control-plane notify'\"\n",
    ),
    ours(
        "ours as one text by the right path",
        "notify = \"/opt/homebrew/bin/codex-imessage-control-plane notify\"\n",
        "",
    ),
    ours(
        "ours as the helper",
        "notify = [\"/usr/local/bin/codex-imessage-notify\", \"route\"]\n",
        "",
    ),
    ours(
        "ours under model_migrations",
        "[notice.model_migrations]\n\"a\" = \"b\"\nnotify = [\"/usr/local/bin/codex-imessage-control-plane\", \"notify\"]\n",
        "[notice.model_migrations]\n\"a\" = \"b\"\n",
    ),
    ours(
        "ours twice",
        "notify = [\"codex-imessage-control-plane\", \"notify\"]\nnotify = [\"codex-imessage-control-plane\", \"notify\"]\nmodel = \"x\"\n",
        "model = \"x\"\n",
    ),
    ours(
        "ours twice under a table",
        "[tui]\nnotify = [\"codex-imessage-control-plane\", \"notify\"]\nnotify = [\"codex-imessage-control-plane\", \"notify\"]\n",
        "[tui]\n",
    ),
    ours(
        "ours at the top and below",
        "notify = [\"codex-imessage-control-plane\", \"notify\"]\n[features]\nnotify = [\"codex-imessage-control-plane\", \"notify\"]\nx = true\n",
        "[features]\nx = true\n",
    ),
    ours(
        "the predecessor",
        "notify = [\"bash\", \"-lc\", \"python3 /Users/me/codex_imessage_control_plane.py notify \\\"$1\\\" >/dev/null 2>&1 || true\", \"--\"]\nmodel = \"x\"\n",
        "model = \"x\"\n",
    ),
    ours(
        "Computer Use with an old path of ours behind it",
        "notify = [\"/Users/me/.codex/computer-use/SkyComputerUseClient\", \"turn-ended\", \"--previous-notify\", \"[\\\"/old/codex-imessage-control-plane\\\",\\\"notify\\\"]\"]\n",
        "notify = [\"/Users/me/.codex/computer-use/SkyComputerUseClient\", \"turn-ended\", \"--previous-notify\", \"[]\"]\n",
    ),
];

/// All that a text says, but for what set-up is about.
fn others(source: &str) -> BTreeSet<String> {
    let plain = install::entries(source).unwrap().plain;
    let document = text::parse(&plain).unwrap();
    let statements = text::statements(document.as_table());
    let about =
        |path: &[String]| path.last().is_some_and(|key| key == "notify") || path[0] == "tui";
    let others = statements
        .iter()
        .filter(|statement| !about(&statement.path));
    others
        .map(|statement| {
            format!(
                "{:?} {}",
                statement.path,
                statement.value.to_string().trim()
            )
        })
        .collect()
}

#[test]
fn every_file_goes_through_set_up_twice_and_back() {
    assert!(CASES.len() >= 40);
    for case in CASES {
        for titles in [Titles::Keep, Titles::Show] {
            let home = Home::of(case.before);
            let context = format!("{} ({titles:?})", case.name);
            home.set_up(titles);
            let once = home.text();
            assert!(reaches_us(&once), "{context}: {once}");
            assert!(
                titles == Titles::Keep || shows_thread(&once),
                "{context}: {once}"
            );
            assert_eq!(others(&once), others(case.before), "{context}");
            assert_eq!(
                once.starts_with('\u{feff}'),
                case.before.starts_with('\u{feff}'),
                "{context}"
            );
            let ended = case.before.ends_with('\n');
            let bare = case.before.trim_start_matches('\u{feff}').is_empty();
            assert!(bare || once.ends_with('\n') == ended, "{context}: {once:?}");
            let chain = home.chain().unwrap_or_default();
            assert_eq!(chain, case.chain, "{context}");

            home.set_up(titles);
            assert_eq!(home.text(), once, "{context}: a second run changes nothing");
            home.set_up(Titles::Keep);
            assert_eq!(
                home.text(),
                once,
                "{context}: nor a third that does not ask"
            );
            assert_eq!(home.chain().unwrap_or_default(), chain, "{context}");

            home.remove();
            assert_eq!(
                home.text(),
                case.left.unwrap_or(case.before),
                "{context}: undone"
            );
            assert_eq!(home.chain(), None, "{context}");
        }
    }
}

/// The record is written before the file, and taken away behind it: whoever is cut off
/// between the two leaves a record of changes that the file does not have.
#[test]
fn what_was_cut_off_between_two_writes_is_finished_or_undone() {
    for case in CASES {
        let cut_off = || {
            let home = Home::of(case.before);
            home.set_up(Titles::Show);
            let once = home.text();
            home.write(case.before);
            (home, once)
        };
        let (home, once) = cut_off();
        home.set_up(Titles::Show);
        assert_eq!(home.text(), once, "{}: finished", case.name);
        assert_eq!(
            home.chain().unwrap_or_default(),
            case.chain,
            "{}",
            case.name
        );
        let (home, _) = cut_off();
        home.remove();
        let left = case.left.unwrap_or(case.before);
        assert_eq!(home.text(), left, "{}: undone", case.name);
        assert_eq!(home.chain(), None, "{}", case.name);
    }
}

#[test]
fn titles_alone_can_be_taken_back() {
    for case in CASES
        .iter()
        .filter(|case| case.left.is_none() && !case.name.contains("shows"))
    {
        let (plain, shown) = (Home::of(case.before), Home::of(case.before));
        plain.set_up(Titles::Keep);
        shown.set_up(Titles::Show);
        shown.set_up(Titles::Hide);
        assert_eq!(shown.text(), plain.text(), "{}", case.name);
    }
}

#[test]
fn what_a_person_sees_is_what_they_would_have_written() {
    let after = |before: &str| {
        let home = Home::of(before);
        home.set_up(Titles::Show);
        home.text().replace(OURS, "ours")
    };
    assert_eq!(
        after("# mine\n\nmodel = \"x\" # y\n\n# ui\n[tui] # z\nanimations = false\n"),
        "# mine\n\nmodel = \"x\" # y\nnotify = [\"ours\", \"notify\"]\n\n# ui\n[tui] # z\n\
         terminal_title = [\"activity\", \"thread-name\", \"project-name\", \"thread-id\"]\nanimations = false\n"
    );
    assert_eq!(
        after("#:schema x\n\n[features]\nx = true"),
        "#:schema x\n\nnotify = [\"ours\", \"notify\"]\n\n[features]\nx = true\n\n[tui]\n\
         terminal_title = [\"activity\", \"thread-name\", \"project-name\", \"thread-id\"]"
    );
    assert_eq!(
        after("[tui]\nterminal_title = [\n  \"activity\",\n  \"project-name\",\n]\n"),
        "notify = [\"ours\", \"notify\"]\n\n[tui]\nterminal_title = [\n  \"activity\",\n  \"project-name\",\n  \"thread-id\",\n]\n"
    );
    let beside = after(&format!(
        "notify = [\"{COMPUTER_USE}\", \"turn-ended\"]\n[tui]\nterminal_title=[\"thread-id\"]"
    ));
    assert_eq!(
        beside,
        format!(
            "notify = [\"{COMPUTER_USE}\", \"turn-ended\", \"--previous-notify\", '[\"ours\",\"notify\"]']\n[tui]\nterminal_title=[\"thread-id\"]"
        )
    );
}
