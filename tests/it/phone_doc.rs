//! docs/phone-reference.md says what the code does: which texts there are, which words are
//! commands, which corrections are sent. docs/control-plane.md, the guide, shows conversations
//! that can happen. docs/guarantees.md and docs/architecture.md name the
//! waits that the code has. `UPDATE=1 cargo test --test it docs` writes the generated parts.

use crate::docs::fresh_part;
use crate::events_doc::definitions;
use crate::tree;
use events::outcome::Failure;
use events::{Settings, Span};
use projections::heading::TABLE;
use projections::orders::{Order, order};
use projections::outbox::ATTEMPTS_MAX;
use projections::prompt_answers::{Bare, bare};
use projections::when_orders::WhenOrder;
use projections::{grammar, numbers, waits};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const PAGE: &str = "docs/phone-reference.md";
const GUIDE: &str = "docs/control-plane.md";

fn page() -> String {
    std::fs::read_to_string(tree::root().join(PAGE)).expect("the page")
}

fn guide() -> String {
    std::fs::read_to_string(tree::root().join(GUIDE)).expect("the guide")
}

/// `always: {scope}` is shown as `always: …`.
fn shown(words: &str) -> String {
    let (before, rest) = words.split_once('{').unwrap_or((words, ""));
    let rest = rest.split_once('}').map(|(_, rest)| format!("…{rest}"));
    format!("{before}{}", rest.unwrap_or_default())
}

#[test]
fn docs_list_the_texts_that_there_are() {
    let mut text = "| after the dot, or after `[Codex]` | when |\n| --- | --- |\n".to_owned();
    for (words, when) in TABLE {
        let words: Vec<_> = words.iter().map(|w| format!("`{}`", shown(w))).collect();
        let _ = writeln!(text, "| {} | {when} |", words.join(", "));
    }
    fresh_part(PAGE, "texts", &text);
}

#[test]
fn docs_explain_each_receipt() {
    let page = page();
    let (_, section) = page.split_once("### Receipts").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("its end");
    let explained: BTreeSet<&str> = first_cells(section).flat_map(codes).collect();
    let receipts = TABLE
        .iter()
        .filter(|(_, when)| when.contains("(#receipts)"));
    let receipts: BTreeSet<&str> = receipts
        .flat_map(|(words, _)| words.iter().copied())
        .collect();
    assert_eq!(explained, receipts);
}

/// The first cells of the rows of tables, heads left out.
fn first_cells(text: &str) -> impl Iterator<Item = &str> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    let rows = rows.filter(|row| !row.starts_with("---"));
    rows.filter_map(|row| row.split(" |").next())
}

/// What stands in backticks.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The rows of the tables whose head begins with these cells.
fn rows<'a>(page: &'a str, head: &str) -> Vec<(&'a str, &'a str)> {
    let tables = page.split(head).skip(1);
    let lines = tables.flat_map(|table| table.lines().skip(2).take_while(|l| l.starts_with('|')));
    let cells = lines.filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    cells.filter_map(|line| line.split_once(" | ")).collect()
}

/// What a message is read as, outside of any thread: the names of the enums' variants.
fn read(message: &str) -> Vec<String> {
    let name = |debug: String| {
        let end = debug.find(|c: char| !c.is_alphanumeric());
        debug.split_at(end.unwrap_or(debug.len())).0.to_owned()
    };
    match order(message) {
        Some(Order::When(when)) => vec!["When".into(), name(format!("{when:?}"))],
        Some(Order::Look(look)) => vec!["Look".into(), name(format!("{:?}", look.show))],
        Some(order) => vec![name(format!("{order:?}"))],
        None => vec![name(format!("{:?}", grammar::parse(message)))],
    }
}

/// The correction that a message gets.
fn correction(message: &str) -> Option<String> {
    match order(message) {
        Some(Order::When(WhenOrder::NearMiss(hint))) => Some(hint.to_owned()),
        Some(Order::Look(look)) => look.show.refusal().map(str::to_owned),
        Some(_) => None,
        None => {
            let parsed = grammar::parse(message);
            if let grammar::Parsed::NearMiss(hint) = parsed {
                return Some(hint);
            }
            None
        }
    }
}

/// Every command that the docs show is one.
#[test]
fn docs_show_commands_that_are_understood() {
    let pages = [page(), guide()];
    let is_plain = |message: &&str| {
        let answers = bare(message).is_some() || numbers::numbers(message).is_some();
        !answers && read(message) == ["Plain"]
    };
    let written = ["what happens", "what it does", "you get", "it means"];
    let tables = written.map(|what| format!("| you write | {what} |"));
    let shown = pages
        .iter()
        .flat_map(|page| tables.iter().flat_map(move |head| rows(page, head)));
    let plain: Vec<_> = shown
        .flat_map(|(first, _)| codes(first))
        .filter(is_plain)
        .collect();
    assert!(
        plain.is_empty(),
        "words for a session, by the code: {plain:?}"
    );
}

/// The words of the owner in the guide's conversations.
fn said(guide: &str) -> impl Iterator<Item = &str> {
    guide.lines().filter_map(|line| line.strip_prefix("you: "))
}

/// What the guide's owner writes in conversations and tables is never corrected.
#[test]
fn the_guide_shows_messages_that_are_understood() {
    let guide = guide();
    let tables = ["| you want | you write |", "| you write | it means |"];
    let [wanted, meant] = tables.map(|head| rows(&guide, head));
    let written = wanted.into_iter().map(|(_, written)| written);
    let written = written.chain(meant.into_iter().map(|(written, _)| written));
    let written: Vec<_> = written.flat_map(codes).chain(said(&guide)).collect();
    assert!(written.len() > 40, "{written:?}");
    for message in written {
        assert_eq!(correction(message), None, "{message}");
    }
}

/// The texts of the guide's conversations have headings that there are.
#[test]
fn the_guide_shows_texts_that_are_sent() {
    let guide = guide();
    let heads = guide
        .lines()
        .filter_map(|line| line.strip_prefix("[Codex] "));
    let heads = heads.map(|head| head.split_once(" · ").map_or(head, |(_, heading)| heading));
    let heads: Vec<_> = heads.collect();
    assert!(heads.len() > 15, "{heads:?}");
    let known: BTreeSet<&str> = TABLE
        .iter()
        .flat_map(|(words, _)| words.iter().copied())
        .collect();
    let unknown: Vec<_> = heads.iter().filter(|head| !known.contains(*head)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// A guide is read from end to end: what is looked up stands in the reference.
#[test]
fn the_guide_is_short() {
    let words = guide().split_whitespace().count();
    assert!(words <= 4_300, "{words} words");
}

/// Every command that the code has is shown.
#[test]
fn docs_show_each_command() {
    let page = page();
    let mut known = BTreeMap::new();
    for source in ["grammar", "orders", "when_orders", "look_orders"] {
        let path = format!("projections/src/{source}.rs");
        let text = std::fs::read_to_string(tree::root().join(path)).expect("the source");
        definitions(&text, &mut known);
    }
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for of in ["Parsed", "Order", "WhenOrder", "Show"] {
        let members = known.get(of).expect("the enum").members.iter();
        wanted.extend(members.map(|member| member.name.clone()));
    }
    assert!(wanted.len() > 25, "{wanted:?}");
    let shown: BTreeSet<String> = codes(&page).flat_map(read).collect();
    let missing: Vec<_> = wanted.difference(&shown).collect();
    assert!(missing.is_empty(), "no example in {PAGE}: {missing:?}");
}

#[test]
fn docs_say_how_forms_are_understood() {
    let page = page();
    let rows = rows(&page, "| you write | understood as |");
    assert!(rows.len() >= 5, "{rows:?}");
    for (written, meant) in rows {
        for written in codes(written) {
            match codes(meant)
                .next()
                .filter(|code| meant.len() == code.len() + 2)
            {
                Some(code) => {
                    let same = grammar::parse(&written.to_lowercase()) == grammar::parse(code);
                    assert!(
                        same && read(written) == read(code),
                        "{written} is not {code}"
                    );
                }
                None => assert_eq!(read(written), ["Plain"], "{written}"),
            }
        }
    }
}

/// What is nearly a command is corrected, in exactly these words.
#[test]
fn docs_show_the_corrections_that_are_sent() {
    let page = page();
    let (_, section) = page
        .split_once("nearly a command never")
        .expect("the section");
    let (section, _) = section.split_once("\n### ").expect("its end");
    let rows = rows(section, "| you write | you get |");
    assert!(rows.len() >= 8, "{rows:?}");
    for (written, hint) in rows {
        for written in codes(written) {
            assert_eq!(correction(written).as_deref(), Some(hint), "{written}");
        }
    }
}

#[test]
fn words_that_answer_are_read_as_the_docs_say() {
    for (words, answer) in [("approve", Bare::Yes), ("deny", Bare::No(None))] {
        assert_eq!(bare(words), Some(answer));
    }
}

fn span(Span(millis): Span) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 if millis % 1_000 == 0 => format!("{} s", millis / 1_000),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        60_000..3_600_000 => format!("{} min", millis / 60_000),
        3_600_000 => "an hour".into(),
        86_400_000 => "a day".into(),
        _ => format!("{} hours", millis / 3_600_000),
    }
}

#[test]
fn docs_guarantee_the_waits_of_the_code() {
    let settings = Settings::default();
    let failed = Failure::NoTurn;
    let tries: Vec<_> = (1..ATTEMPTS_MAX)
        .filter_map(|nth| waits::retry(nth, &failed, &settings))
        .map(|pause| (pause.0 / settings.inbound_retry.0).to_string())
        .collect();
    let (last, first) = tries.split_last().expect("tries");
    let denied = Failure::NotPermitted { code: 0 };
    let denied = waits::retry(1, &denied, &settings).expect("a pause");
    let text = format!(
        "| what waits | how long | then |
| --- | --- | --- |
| a text for its row in chat.db | {row} | unknown |
| the next part of a text, for the row of the part before | {pace} | it is sent anyway |
| a failed text for its next try | {first} and {last} times `CODEX_IMESSAGE_INBOUND_RETRY_S` ({retry}); {denied} where macOS does not allow it | given up after {ATTEMPTS_MAX} tries, the owner gets a text |
| a notice in the outbox | {expiry} (`CODEX_IMESSAGE_EXPIRY_S`) | expired, the owner gets a text |
| a notice, for the rate limit | `CODEX_IMESSAGE_MAX_PER_HOUR` texts per hour | it is sent, merged with others of its session, or as one line of a text for many sessions |
| a typed instruction for the rollout | the acknowledgement time and {late} | unknown, the owner gets a text |
| a queued or steering instruction | {turn} | unknown, the owner gets a text |
| a child process | its budget, then {grace} to stop | killed; failed or unknown, depending on how far it got |
| a row of chat.db without chat or body | {hold}; {body} for the body under a subject | ignored, with the reason |
| a turn reported by notify, for its rollout | {rollout}; starts over after a restart | forgotten: without a rollout it belongs to nobody |
",
        row = span(waits::ROW),
        pace = span(waits::PACE),
        first = first.join(", "),
        retry = span(settings.inbound_retry),
        denied = span(denied),
        expiry = span(settings.expiry),
        late = span(waits::LATE),
        turn = span(waits::TURN),
        grace = "0.5 s",
        hold = "2 hours",
        body = "10 s",
        rollout = span(waits::ROLLOUT),
    );
    fresh_part("docs/guarantees.md", "waits", &text);
}

/// The waits of `waits.rs` in their order, with the sentence on each.
#[test]
fn docs_list_the_waits_of_the_machine() {
    let path = tree::root().join("projections/src/waits.rs");
    let source = std::fs::read_to_string(path).expect("the source");
    let mut text = "| wait | how long |\n| --- | --- |\n".to_owned();
    let (mut about, mut found) = (Vec::new(), 0);
    for line in source.lines() {
        if let Some(comment) = line.strip_prefix("/// ") {
            about.push(comment);
        } else if let Some((_, value)) = line.split_once(": Span = ") {
            let about = about.join(" ");
            let _ = writeln!(
                text,
                "| {} | {} |",
                about.trim_end_matches('.'),
                span(value_of(value))
            );
            found += 1;
        }
        if !line.starts_with("///") {
            about.clear();
        }
    }
    assert!(found >= 25, "{text}");
    fresh_part("docs/architecture.md", "waits", &text);
}

/// The first column of a table of files or commands names each of them.
fn names_all(page: &str, head: &str, names: &[String]) {
    let page = std::fs::read_to_string(tree::root().join(page)).expect("the page");
    let table = rows(&page, head);
    let listed: BTreeSet<&str> = table.iter().flat_map(|(first, _)| codes(first)).collect();
    let left: Vec<_> = names
        .iter()
        .filter(|n| !listed.contains(n.as_str()))
        .collect();
    assert!(
        !names.is_empty() && left.is_empty(),
        "not in the table: {left:?}"
    );
}

#[test]
fn docs_say_what_a_start_does_with_each_command() {
    let file = tree::root().join("events/src/command.rs");
    let source = std::fs::read_to_string(file).expect("the source");
    let (_, body) = source.split_once("pub enum Command {").expect("commands");
    let (body, _) = body.split_once("\n}").expect("their end");
    let names = body.lines().filter_map(|line| line.trim().split_once('('));
    let names: Vec<_> = names.filter(|(name, _)| !name.starts_with('/')).collect();
    let names: Vec<_> = names.iter().map(|(name, _)| (*name).to_owned()).collect();
    names_all("docs/guarantees.md", "| command | it waits for |", &names);
}

#[test]
fn docs_say_what_each_file_of_react_decides() {
    let files = std::fs::read_dir(tree::root().join("projections/src/react")).expect("the files");
    let name = |file: std::io::Result<std::fs::DirEntry>| file.expect("a file").file_name();
    let names: Vec<_> = files
        .map(|file| name(file).to_string_lossy().into_owned())
        .collect();
    names_all("docs/architecture.md", "| file | decides |", &names);
}

/// `Span::seconds(6 * 3600);` or `Span(2_500);`
fn value_of(source: &str) -> Span {
    let (unit, number) = source.split_once('(').expect("a number");
    let number = number.trim_end_matches(");").replace('_', "");
    let number = number
        .split(" * ")
        .map(|n| n.parse::<u64>().expect("a number"))
        .product();
    if unit == "Span" {
        Span(number)
    } else {
        Span::seconds(number)
    }
}
