//! docs/events.md is made from the code: the table of kinds, the samples, and the
//! doc comments of `events`. What is written about an event stands beside its
//! definition; a page that says anything else fails here. It must never be edited
//! by hand. `UPDATE=1 cargo test --test it docs` writes it again.

use crate::docs::fresh;
use crate::tree;
use events::upcast::{KINDS, kind};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Where the definitions stand.
const SOURCES: [&str; 14] = [
    "event",
    "event/commands",
    "event/day",
    "event/decisions",
    "event/inbound",
    "event/messages",
    "event/runtime",
    "event/sessions",
    "event/watch",
    "event/work",
    "command",
    "outcome",
    "prompt",
    "settings",
];

/// A struct or an enum, as its source shows it.
#[derive(Default)]
pub(crate) struct Definition {
    about: String,
    pub(crate) members: Vec<Member>,
}

/// A field or a variant.
pub(crate) struct Member {
    section: String,
    about: String,
    pub(crate) name: String,
    content: String,
}

/// Reads every `pub struct` and `pub enum` of a source.
pub(crate) fn definitions(source: &str, found: &mut BTreeMap<String, Definition>) {
    let (mut about, mut lines) = (Vec::new(), source.lines());
    while let Some(line) = lines.next() {
        if let Some(comment) = line.strip_prefix("///") {
            about.push(comment.trim().to_owned());
            continue;
        }
        let item = ["pub struct ", "pub enum "]
            .iter()
            .find_map(|start| line.strip_prefix(start));
        if let Some((name, rest)) = item.and_then(|item| item.split_once([' ', '{', '('])) {
            let members = if rest.contains('}') || rest.ends_with(';') {
                Vec::new()
            } else {
                members(&mut lines)
            };
            about.retain(|line: &String| !line.is_empty());
            let about = about.join(" ");
            found.insert(name.to_owned(), Definition { about, members });
        }
        if line.is_empty() || item.is_some() {
            about.clear();
        }
    }
}

/// The fields or variants up to the closing brace.
fn members<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Vec<Member> {
    let (mut section, mut about, mut text) = (String::new(), Vec::new(), String::new());
    let (mut found, mut renamed) = (Vec::new(), None);
    for line in lines.take_while(|line| *line != "}") {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix("///") {
            about.push(comment.trim().to_owned());
        } else if let Some(comment) = line.strip_prefix("// ") {
            comment.clone_into(&mut section);
        } else if let Some(name) = line.strip_prefix("#[serde(rename = \"") {
            // The page shows what JSON says.
            renamed = name.split('"').next();
        } else if !line.is_empty() {
            text.push_str(if text.is_empty() { "" } else { " " });
            text.push_str(line);
            let balanced =
                text.matches(['{', '(', '<']).count() == text.matches(['}', ')', '>']).count();
            if balanced && text.ends_with(',') {
                let mut member = member(&section, about.join(" "), &text);
                member.name = renamed.take().map_or(member.name, str::to_owned);
                found.push(member);
                (about, text) = (Vec::new(), String::new());
            }
        }
    }
    found
}

/// `pub name: Type,`, `Name,`, `Name(Type),` or `Name { field: Type },`
fn member(section: &str, about: String, text: &str) -> Member {
    let text = text.trim_end_matches(',');
    let text = text.strip_prefix("pub ").unwrap_or(text);
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let (name, content) = text.split_at(end);
    let content = content.trim_start_matches(':').trim();
    let content = content.strip_prefix('(').unwrap_or(content);
    let content = content.strip_suffix(')').unwrap_or(content);
    let content = content.replace(", }", " }");
    Member {
        section: section.to_owned(),
        about,
        name: name.to_owned(),
        content,
    }
}

/// Every name in a type that is defined in one of the sources.
fn named<'a>(
    content: &'a str,
    known: &BTreeMap<String, Definition>,
) -> impl Iterator<Item = &'a str> {
    content
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| known.contains_key(*word))
}

/// A type as the page shows it, with links to the parts it is made of.
fn shown(content: &str, known: &BTreeMap<String, Definition>) -> String {
    if content.is_empty() {
        return String::new();
    }
    let links: BTreeSet<_> = named(content, known).collect();
    let links: Vec<_> = links
        .iter()
        .map(|name| format!("[{name}](#{})", name.to_lowercase()))
        .collect();
    match links.as_slice() {
        [] => format!("`{content}`"),
        [only]
            if content
                == only
                    .trim_start_matches('[')
                    .split(']')
                    .next()
                    .unwrap_or_default() =>
        {
            only.clone()
        }
        several => format!("`{content}`: {}", several.join(", ")),
    }
}

fn prose(text: &str) -> String {
    let plain = text.replace("[`", "`").replace("`]", "`");
    plain.replace('|', "\\|")
}

fn table(definition: &Definition, known: &BTreeMap<String, Definition>) -> String {
    if definition.members.is_empty() {
        return String::new();
    }
    let mut out = "| name | content | meaning |\n| --- | --- | --- |\n".to_owned();
    for member in &definition.members {
        let content = shown(&member.content, known);
        let about = prose(&member.about);
        let _ = writeln!(out, "| `{}` | {content} | {about} |", member.name);
    }
    out.push('\n');
    out
}

/// The parts that events are made of, in the order of their names.
fn parts(known: &BTreeMap<String, Definition>) -> BTreeSet<String> {
    let kinds: BTreeSet<_> = KINDS.iter().map(|kind| kind.name.to_owned()).collect();
    let mut waiting: Vec<String> = kinds.iter().cloned().collect();
    let mut found = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        let Some(definition) = known.get(&name) else {
            continue;
        };
        // What holds its content by name says in its comment what that is.
        let linked = definition.about.split("[`").skip(1);
        let linked = linked.filter_map(|rest| rest.split_once("`]"));
        let contents = definition.members.iter().map(|member| &*member.content);
        for part in contents.chain(linked.map(|(link, _)| link)) {
            for part in named(part, known).filter(|part| *part != "Event") {
                if !kinds.contains(part) && found.insert(part.to_owned()) {
                    waiting.push(part.to_owned());
                }
            }
        }
    }
    found
}

/// Where an event is recorded, and with it what follows from it.
fn deciders(name: &str) -> String {
    let mark = format!("Event::{name}(");
    let rooms = ["projections/src/react", "projections/src/machine.rs"];
    let files: Vec<_> = tree::rust()
        .into_iter()
        .filter(|file| file.is_below(&rooms) && file.code().any(|(_, line)| line.contains(&mark)))
        .map(|file| format!("`{}`", file.path.trim_start_matches("projections/src/")))
        .collect();
    assert!(!files.is_empty(), "nothing records {name}");
    files.join(", ")
}

const HEAD: &str = "\
# Events

Generated from the program; `UPDATE=1 cargo test --test it docs` writes it again.

The log is a sequence of these and nothing else. Each entry has a position (`seq`), the wall clock
and the logical time at its append, and, for a decision, the position of the fact that caused it.
A number and a schema name the form of an entry for good: a released form never changes, it gets a
successor and an upcaster. The file after *decided in* records it and decides what follows from it. `log export` prints each event as the JSON below, behind its `kind`; text
of people is included there and nowhere else. Types in `code` without a link are plain values: a
`Seq`, `Wall`, `Tick` or `Span` is a number (milliseconds for the last three), a `CommandId` is the
position of a fact and a count, a `Digest` is a fingerprint, `Text` is private text, the other names
are ids.
";

fn page() -> String {
    let mut known = BTreeMap::new();
    for source in SOURCES {
        let path = tree::root().join(format!("events/src/{source}.rs"));
        let text = std::fs::read_to_string(path).expect("a source of events");
        definitions(&text, &mut known);
    }
    let (mut out, mut section) = (HEAD.to_owned(), String::new());
    let samples = events::samples::events();
    for variant in &known["Event"].members {
        if variant.section != section {
            section.clone_from(&variant.section);
            let _ = writeln!(out, "\n## {}\n", section.trim_end_matches('.'));
        }
        let name = &variant.name;
        let number = KINDS.iter().find(|kind| kind.name == name).expect("a kind");
        let sample = samples
            .iter()
            .find(|event| kind(event).name == name)
            .expect("a sample of every kind");
        let json = serde_json::to_value(sample).expect("JSON");
        let json = serde_json::to_string_pretty(&json[name]).expect("JSON");
        let definition = &known[&variant.content];
        let more = definition
            .about
            .split_once("`]. ")
            .map_or("", |(_, more)| more);
        let about = prose(format!("{} {more}", variant.about).trim());
        let _ = write!(
            out,
            "### {name}\n\nKind {}, schema {}. Decided in {}. {about}\n\n{}```json\n{json}\n```\n\n",
            number.id,
            number.schema,
            deciders(name),
            table(definition, &known)
        );
    }
    out.push_str("## Parts\n\nWhat the fields above are made of.\n\n");
    for name in parts(&known) {
        let definition = &known[&name];
        let about = prose(&definition.about);
        let _ = write!(
            out,
            "### {name}\n\n{about}\n\n{}",
            table(definition, &known)
        );
    }
    format!("{}\n", out.trim_end().replace("\n\n\n", "\n\n"))
}

#[test]
fn docs_of_the_events_are_as_the_code_has_them() {
    fresh("docs/events.md", &page());
}

#[test]
fn every_kind_and_every_member_has_its_words() {
    let page = page();
    for kind in KINDS {
        assert!(page.contains(&format!("### {}\n\nKind {}, ", kind.name, kind.id)));
    }
    let mut known = BTreeMap::new();
    definitions(
        "/// One.\n/// More.\n#[derive(Debug)]\npub enum A {\n    // Group.\n    /// Two.\n    B {\n        c: Vec<D>,\n    },\n    /// Three.\n    E(A),\n}\n\npub struct F {}\n",
        &mut known,
    );
    assert_eq!(known["A"].about, "One. More.");
    assert!(known["F"].members.is_empty());
    let shown = |nth: usize| {
        let Member {
            section,
            about,
            name,
            content,
        } = &known["A"].members[nth];
        format!("{section} {about} {name} {content}")
    };
    assert_eq!(shown(0), "Group. Two. B { c: Vec<D> }");
    assert_eq!(shown(1), "Group. Three. E A");
}
