//! Git's output in a form that a phone can show: counts first, then each file's lines
//! without git's own headers.

/// Most files that are listed by name.
const LISTED: usize = 12;

/// A file with its numbers of added and removed lines; binary files have none.
struct Counted<'a> {
    name: &'a str,
    lines: Option<(u64, u64)>,
}

/// What `git diff --numstat --patch` printed, and files that git does not have.
pub(super) fn told(printed: &str, others: &[String]) -> String {
    let (counts, patch) = split(printed);
    let mut lines = Vec::new();
    let known: Vec<_> = counts.iter().filter_map(|c| c.lines).collect();
    if !counts.is_empty() {
        let (added, removed) = known.iter().fold((0, 0), |(a, r), (x, y)| (a + x, r + y));
        let files = counted(counts.len(), "file");
        lines.push(format!("{files} changed, +{added} −{removed}"));
    }
    let listed = counts.iter().take(LISTED).map(|file| match file.lines {
        Some((added, removed)) => format!("{} +{added} −{removed}", clean(file.name)),
        None => format!("{} (binary)", clean(file.name)),
    });
    // One file needs no list.
    if counts.len() > 1 {
        lines.extend(listed);
        lines.extend(more(counts.len()));
    }
    if !others.is_empty() {
        lines.push(format!("{} not in git yet:", counted(others.len(), "file")));
        lines.extend(others.iter().take(LISTED).map(|name| clean(name)));
        lines.extend(more(others.len()));
    }
    let body = plain(patch);
    if !body.is_empty() {
        lines.push(String::new());
        lines.push(body);
    }
    lines.join("\n")
}

fn counted(number: usize, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

fn more(number: usize) -> Option<String> {
    let more = number.saturating_sub(LISTED);
    (more > 0).then(|| format!("… and {more} more"))
}

/// Names may hold anything.
fn clean(name: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    name.chars().map(plain).collect()
}

/// The counts, which stand before the first patch, and the patches.
fn split(printed: &str) -> (Vec<Counted<'_>>, &str) {
    let mut counts = Vec::new();
    let mut rest = printed;
    while let Some((line, behind)) = rest.split_once('\n') {
        if line.is_empty() {
            return (counts, behind);
        }
        let mut fields = line.splitn(3, '\t');
        let (Some(added), Some(removed), Some(name)) =
            (fields.next(), fields.next(), fields.next())
        else {
            break;
        };
        let lines = added.parse().ok().zip(removed.parse().ok());
        counts.push(Counted { name, lines });
        rest = behind;
    }
    (counts, rest)
}

/// The patches with one line at the head of each file.
fn plain(patch: &str) -> String {
    let mut out = Vec::new();
    let mut head = false;
    for line in patch.lines() {
        if let Some(names) = line.strip_prefix("diff --git ") {
            head = true;
            out.push(format!("▸ {}", clean(name(names))));
        } else if head && line.starts_with("@@") {
            head = false;
            out.push(line.to_owned());
        } else if head {
            out.extend(about(line));
        } else {
            out.push(line.to_owned());
        }
    }
    out.join("\n")
}

/// Both names are equal unless the file was renamed.
fn name(names: &str) -> &str {
    let half = names.len() / 2;
    match (names.get(..half), names.get(half + 1..)) {
        (Some(old), Some(new)) if old == new => old,
        _ => names,
    }
}

/// What is worth knowing of a file's header.
fn about(line: &str) -> Option<String> {
    let said = [
        ("new file", "(new)"),
        ("deleted file", "(deleted)"),
        ("rename to", "(renamed)"),
        ("Binary files", "(binary)"),
        ("new mode", "(mode changed)"),
    ];
    let said = said.iter().find(|(start, _)| line.starts_with(start));
    said.map(|(_, said)| (*said).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "2\t1\tsrc/a b.rs\n-\t-\tlogo.png\n\n\
        diff --git src/a b.rs src/a b.rs\nindex 1..2 100644\n--- src/a b.rs\n+++ src/a b.rs\n\
        @@ -1,2 +1,3 @@\n one\n--- x\n+++ y\n+z\n\
        diff --git logo.png logo.png\nindex 3..4 100644\nBinary files logo.png and logo.png differ\n";

    #[test]
    fn counts_come_first_and_headers_go() {
        let others = ["new.txt".to_owned(), "a\nb".to_owned()];
        assert_eq!(
            told(PRINTED, &others),
            "2 files changed, +2 −1\nsrc/a b.rs +2 −1\nlogo.png (binary)\n\
             2 files not in git yet:\nnew.txt\na\u{fffd}b\n\n\
             ▸ src/a b.rs\n@@ -1,2 +1,3 @@\n one\n--- x\n+++ y\n+z\n▸ logo.png\n(binary)"
        );
        assert_eq!(told("", &others[..1]), "1 file not in git yet:\nnew.txt");
    }

    #[test]
    fn many_files_are_counted() {
        let many: Vec<String> = (0..40).map(|n| format!("1\t0\tf{n}\n")).collect();
        let many = many.concat();
        let text = told(&many, &[]);
        assert!(
            text.starts_with("40 files changed, +40 −0\nf0 +1 −0"),
            "{text}"
        );
        assert!(text.ends_with("f11 +1 −0\n… and 28 more"), "{text}");
    }

    proptest::proptest! {
        #[test]
        fn whatever_git_prints_is_shown_without_a_panic(printed in "(?s).{0,300}", name in ".{0,20}") {
            let _shown = told(&printed, &[name]);
        }
    }
}
