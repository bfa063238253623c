//! Files import in one direction: no file reaches itself by way of others, and no
//! floor knows one above it. The compiler allows both within a crate.
//!
//! Read are the paths that begin with `crate`, `super`, `self` or a child module,
//! in `use` and in code. A `pub use` of a child is a table of contents: who names
//! what it lists depends on the child. Unit tests do not count.

use crate::tree::{self, File};
use std::collections::{BTreeMap, BTreeSet};

/// A module: its crate and the names below it.
type Module = Vec<String>;
/// Which modules each one names.
type Graph = BTreeMap<Module, BTreeSet<Module>>;

const CRATES: [(&str, &str); 3] = [
    ("events", "events/src/"),
    ("projections", "projections/src/"),
    ("control_plane", "src/"),
];

/// The rooms of `src/`, from the ground up. A room knows those of lower floors only;
/// rooms of one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["clock", "error", "time_zone", "ui"],
    &["page", "store"],
    &["app_server", "config"],
    &["ingress", "terminal_text"],
    &["effects"],
    &["driver"],
    &["mac", "runtime"],
    &["demo", "doctor", "hand_over"],
    &["report"],
    &["cli"],
];

/// The module that a file holds; `None` for programs of their own.
fn module(path: &str) -> Option<Module> {
    let (name, rest) = CRATES
        .iter()
        .find_map(|(name, below)| Some((name, path.strip_prefix(below)?)))?;
    let names = rest.strip_suffix(".rs")?.split('/');
    let names: Vec<_> = names
        .filter(|name| !matches!(*name, "mod" | "lib"))
        .collect();
    let test = names.contains(&"tests");
    if names.first() == Some(&"bin") || rest == "main.rs" || test {
        return None;
    }
    let names = std::iter::once(*name).chain(names);
    Some(names.map(str::to_owned).collect())
}

/// The code of a file, without comments and unit tests.
fn code(file: &File) -> String {
    let lines = file.code().map(|(_, line)| line);
    let text = lines.collect::<Vec<_>>().join("\n");
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end].to_owned()
}

/// The paths of a `use` tree.
fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((base, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree);
        paths.push(format!("{prefix}{}", path.trim()));
        return;
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let prefix = format!("{prefix}{}", base.trim());
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                expand(&prefix, &inner[start..at], paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inner[start..].trim().is_empty() {
        expand(&prefix, &inner[start..], paths);
    }
}

/// The statements `use …;` of a text: whether each is public, and its paths.
fn uses(text: &str) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("use ") {
        let before = text[..at].rsplit('\n').next().unwrap_or_default().trim();
        if !(before.is_empty() || before == "pub" || before.starts_with("pub(")) {
            continue;
        }
        let mut paths = Vec::new();
        let statement = text[at + 4..].split(';').next().unwrap_or_default();
        expand("", statement, &mut paths);
        found.push((!before.is_empty(), paths));
    }
    found
}

/// Everything that looks like a path in code.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    text.split(move |c| !part(c))
        .filter(|path| path.contains("::"))
}

struct Crates {
    /// What each module says, without its unit tests.
    code: BTreeMap<Module, String>,
    /// What a module lists by `pub use` of its children: the name, and where it is.
    listed: BTreeMap<(Module, String), Module>,
}

impl Crates {
    fn read(files: &[File]) -> Self {
        let modules = files
            .iter()
            .filter_map(|file| Some((module(&file.path)?, code(file))));
        let mut crates = Self {
            code: modules.collect(),
            listed: BTreeMap::new(),
        };
        for (module, text) in &crates.code {
            let public = uses(text).into_iter().filter(|(public, _)| *public);
            for path in public.flat_map(|(_, paths)| paths) {
                let names: Vec<_> = path.split("::").filter(|name| *name != "self").collect();
                let (child, rest) = crates.descend(module.clone(), &names);
                if child == *module || rest.is_empty() {
                    continue;
                }
                let defined = |name: &str| (module.clone(), name.to_owned());
                if rest == ["*"] {
                    for name in items(&crates.code[&child]) {
                        crates.listed.insert(defined(name), child.clone());
                    }
                } else {
                    let name = rest.last().copied().unwrap_or_default();
                    crates.listed.insert(defined(name), child);
                }
            }
        }
        crates
    }

    /// As far down as names are modules; and the names that are left.
    fn descend<'a>(&self, mut at: Module, names: &'a [&'a str]) -> (Module, &'a [&'a str]) {
        for (nth, name) in names.iter().enumerate() {
            let mut below = at.clone();
            below.push((*name).to_owned());
            if !self.code.contains_key(&below) {
                return (at, &names[nth..]);
            }
            at = below;
        }
        (at, &[])
    }

    /// The module that a path of this module leads to, if it is one of ours.
    fn target(&self, from: &Module, path: &str) -> Option<Module> {
        let mut names: Vec<_> = path.split("::").collect();
        let mut at = from.clone();
        match *names.first()? {
            "crate" => at.truncate(1),
            "super" => {
                at.pop()?;
                while names.get(1) == Some(&"super") {
                    at.pop()?;
                    names.remove(0);
                }
            }
            "self" => {}
            child => {
                let mut below = at.clone();
                below.push(child.to_owned());
                if !self.code.contains_key(&below) {
                    return None;
                }
                names.insert(0, "self");
            }
        }
        let (module, rest) = self.descend(at, &names[1..]);
        let listed = rest
            .first()
            .and_then(|name| self.listed.get(&(module.clone(), (*name).to_owned())));
        let module = listed.cloned().unwrap_or(module);
        (module != *from && module.len() > 1).then_some(module)
    }

    fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (module, text) in &self.code {
            let mut named = BTreeSet::new();
            for (public, paths) in uses(text) {
                let ours = paths.iter().filter_map(|path| self.target(module, path));
                named.extend(ours.filter(|to| !public || !to.starts_with(module)));
            }
            let without_uses: String = text
                .split_inclusive(';')
                .filter(|statement| !statement.contains("use "))
                .collect();
            named.extend(paths(&without_uses).filter_map(|path| self.target(module, path)));
            graph.insert(module.clone(), named);
        }
        graph
    }
}

/// Names of what a file defines.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let starts = [
        "pub struct ",
        "pub enum ",
        "pub fn ",
        "pub const ",
        "pub type ",
    ];
    text.lines().filter_map(move |line| {
        let rest = starts.iter().find_map(|start| line.strip_prefix(start))?;
        rest.split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
    })
}

/// A shortest way from a module back to itself for every module that has one.
fn circles(graph: &Graph) -> BTreeSet<String> {
    graph
        .keys()
        .filter_map(|start| circle(graph, start))
        .collect()
}

fn circle(graph: &Graph, start: &Module) -> Option<String> {
    let mut came: BTreeMap<&Module, &Module> = BTreeMap::new();
    let mut next = vec![start];
    while let Some(at) = (!next.is_empty()).then(|| next.remove(0)) {
        for to in graph.get(at).into_iter().flatten() {
            if to == start {
                let mut way = vec![at];
                while way[0] != start {
                    way.insert(0, came[way[0]]);
                }
                // The same circle is told once, from its first module on.
                let first = way.iter().min()?;
                let names = way.iter().map(|module| module.join("::"));
                return (*first == start).then(|| names.collect::<Vec<_>>().join(" -> "));
            }
            if let std::collections::btree_map::Entry::Vacant(new) = came.entry(to) {
                new.insert(at);
                next.push(to);
            }
        }
    }
    None
}

/// Where a room names one that is not below it.
fn upward(graph: &Graph) -> Vec<String> {
    let floor = |room: &str| FLOORS.iter().position(|rooms| rooms.contains(&room));
    let mut found = Vec::new();
    for (from, named) in graph.iter().filter(|(from, _)| from[0] == "control_plane") {
        for to in named {
            let (Some(mine), Some(theirs)) = (from.get(1), to.get(1)) else {
                continue;
            };
            let (here, there) = (floor(mine), floor(theirs));
            assert!(here.is_some(), "{mine} has no place in FLOORS");
            let way = format!("{} -> {}", from.join("::"), to.join("::"));
            if mine != theirs && there >= here {
                found.push(way);
            }
        }
    }
    found
}

#[test]
fn no_file_reaches_itself() {
    let graph = Crates::read(&tree::rust()).graph();
    assert!(graph.len() > 150, "the files were found");
    let found: Vec<_> = circles(&graph).into_iter().collect();
    assert!(
        found.is_empty(),
        "these files import each other; move what they share below both:\n{}",
        found.join("\n")
    );
}

#[test]
fn no_floor_knows_one_above_it() {
    let found = upward(&Crates::read(&tree::rust()).graph());
    assert!(
        found.is_empty(),
        "imports go down only, see FLOORS:\n{}",
        found.join("\n")
    );
}

#[test]
fn circles_are_seen_through_every_way_to_write_a_path() {
    let file = |path: &str, text: &str| File {
        path: path.into(),
        text: text.into(),
    };
    let found = |files: &[File]| {
        let graph = Crates::read(files).graph();
        (circles(&graph), upward(&graph))
    };
    let (circle, _) = found(&[
        file("src/store/mod.rs", "mod a;\nmod b;\nmod c;\n"),
        file("src/store/a.rs", "use super::{b::{self, X}, c};\n"),
        file("src/store/b.rs", "fn f() { crate::store::c::g() }\n"),
        file("src/store/c.rs", "use crate::store::a::Y as Z;\n"),
    ]);
    let way = "control_plane::store::a -> control_plane::store::c";
    assert_eq!(circle, BTreeSet::from([way.to_owned()]));
    let (through_parent, _) = found(&[
        file("src/store/mod.rs", "mod a;\npub use a::A;\nuse a::run;\n"),
        file("src/store/a.rs", "use super::Here;\n"),
    ]);
    assert_eq!(through_parent.len(), 1);
    let (listed, _) = found(&[
        file(
            "src/store/mod.rs",
            "mod a;\nmod b;\npub use a::*;\npub use b::B;\n",
        ),
        file("src/store/a.rs", "use super::B;\npub struct A;\n"),
        file(
            "src/store/b.rs",
            "// super::A\n#[cfg(test)]\nmod tests {\n use super::A; }\n",
        ),
    ]);
    assert_eq!(listed, BTreeSet::new());
    let (_, up) = found(&[
        file("src/store/mod.rs", "use crate::cli::ended;\n"),
        file("src/cli.rs", ""),
    ]);
    assert_eq!(up, ["control_plane::store -> control_plane::cli"]);
}
