//! What is generated is fresh, and what is linked is there.
//! `UPDATE=1 cargo test --test it docs` writes the generated parts again.

use crate::tree;
use control_plane::cli::docs;
use std::collections::BTreeSet;
use std::path::Path;

#[expect(
    clippy::disallowed_methods,
    reason = "the switch is for the person who runs the test"
)]
fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// A part of a page is fresh: what stands between `<!-- generated: NAME -->` and
/// `<!-- end -->`.
pub(crate) fn fresh_part(path: &str, name: &str, text: &str) {
    let page = std::fs::read_to_string(tree::root().join(path)).expect("the page");
    let mark = format!("<!-- generated: {name} -->\n");
    let (before, rest) = page.split_once(&mark).expect("the mark");
    let (_, after) = rest.split_once("<!-- end -->").expect("its end");
    fresh(path, &format!("{before}{mark}{text}<!-- end -->{after}"));
}

pub(crate) fn fresh(path: &str, text: &str) {
    let file = tree::root().join(path);
    if updating() {
        std::fs::write(&file, text).expect("written");
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    let same = there == text;
    assert!(
        same,
        "{path} is not what the program says; UPDATE=1 cargo test --test it docs"
    );
}

#[test]
fn the_commands_are_documented_as_they_are() {
    fresh("docs/cli.md", &docs::commands());
}

#[test]
fn the_settings_are_documented_as_they_are() {
    fresh("docs/settings.md", &docs::settings());
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for page in tree::files()
        .into_iter()
        .filter(|file| file.has_extension("md"))
    {
        for link in links(&page.text) {
            if !resolves(&page.path, link) {
                broken.push(format!("{}: {link}", page.path));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "links that lead nowhere:\n{}",
        broken.join("\n")
    );
}

#[test]
fn tests_that_are_named_exist() {
    let code = tree::rust();
    let exists = |name: &str| {
        let head = format!("fn {name}(");
        code.iter().any(|file| file.text.contains(&head))
    };
    let mut missing = Vec::new();
    for page in ["guarantees", "security", "testing", "facts"] {
        let text = std::fs::read_to_string(tree::root().join(format!("docs/{page}.md")));
        for name in test_names(&text.expect("the page")) {
            if !exists(name) {
                missing.push(format!("docs/{page}.md: {name}"));
            }
        }
    }
    assert!(missing.is_empty(), "no such test:\n{}", missing.join("\n"));
}

/// Whole sentences between backticks: nothing but tests is called so.
fn test_names(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |name: &&str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        name.chars().all(plain) && name.matches('_').count() >= 3
    };
    text.split('`').skip(1).step_by(2).filter(is_name)
}

#[test]
fn names_of_tests_are_seen() {
    assert_eq!(
        test_names("`a_name_of_mine`, `a::b`, `some words`, `the_next_is_too`").collect::<Vec<_>>(),
        ["a_name_of_mine", "the_next_is_too"]
    );
}

/// Targets of `[text](target)` that are in this repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    targets
        .map(|(target, _)| target)
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

fn resolves(page: &str, link: &str) -> bool {
    let (path, anchor) = link
        .split_once('#')
        .map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let page = tree::root().join(page);
    let target = if path.is_empty() {
        page
    } else {
        page.parent().unwrap_or(Path::new(".")).join(path)
    };
    let Some(anchor) = anchor else {
        return target.exists();
    };
    std::fs::read_to_string(target).is_ok_and(|text| headings(&text).contains(anchor))
}

/// The anchors that a page's headings make.
fn headings(text: &str) -> BTreeSet<String> {
    let titles = text.lines().filter_map(|line| line.strip_prefix('#'));
    titles
        .map(|title| title.trim_start_matches('#').trim().to_lowercase())
        .map(|title| {
            title
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .collect::<String>()
        })
        .map(|title| title.replace(' ', "-"))
        .collect()
}

#[test]
fn broken_links_are_seen() {
    assert!(resolves("docs/cli.md", "../AGENTS.md#rules-and-why"));
    assert!(!resolves("README.md", "AGENTS.md#no-such-heading"));
    assert!(!resolves("README.md", "docs/no-such-page.md"));
    assert_eq!(
        links("[a](b.md) [c](https://example.com) ![d](e.png)").collect::<Vec<_>>(),
        ["b.md", "e.png"]
    );
}
