//! The change that Codex shows above the modal which asks for it: the files, and the lines
//! of each. Only a change of which every line is there, and which names exactly the files
//! that the modal names, counts as read.

use super::bottom::blank;
use events::prompt::{FileChange, PatchFile};

const ASKS: &str = "Would you like to make the following edits?";
const DESTINATION: &str = "  Destination: ";
/// What stands in front of each file where there are several.
const EACH: &str = "  └ ";

/// The files that the modal names, with the change of each as far as it is shown; and
/// whether all of it is.
pub(super) fn files(above: &[String]) -> (Vec<PatchFile>, bool) {
    let asks = above.iter().rposition(|line| line.trim() == ASKS);
    let (shown, modal) = above.split_at(asks.unwrap_or(0));
    let wanted = destinations(modal);
    let read = changes(shown).and_then(|found| matched(found, &wanted));
    match read {
        Some(files) if !files.is_empty() => (files, true),
        _ => (wanted.into_iter().map(unread).collect(), false),
    }
}

fn unread(path: String) -> PatchFile {
    PatchFile {
        path: path.into(),
        change: FileChange::Unsaid,
        added: 0,
        removed: 0,
        diff: "".into(),
    }
}

/// Every `Destination:` of the modal. A long one goes on in the next line.
fn destinations(modal: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for line in modal {
        if let Some(path) = line.strip_prefix(DESTINATION) {
            found.push(path.trim().to_owned());
            inside = true;
        } else if inside && !blank(line) && !field(line) {
            if let Some(last) = found.last_mut() {
                last.push_str(line.trim());
            }
        } else {
            inside = false;
        }
    }
    found
}

/// `  Name: value`
fn field(line: &str) -> bool {
    let name = line.trim().split_once(": ").map(|(name, _)| name);
    name.is_some_and(|name| !name.is_empty() && name.chars().all(char::is_alphabetic))
}

/// Each file under the name that the modal has for it; none may be left on either side.
fn matched(found: Vec<PatchFile>, wanted: &[String]) -> Option<Vec<PatchFile>> {
    let mut left: Vec<&String> = wanted.iter().collect();
    let mut files = Vec::new();
    for file in found {
        let at = left
            .iter()
            .position(|path| same(file.path.reveal(), path))?;
        let path = left.remove(at).clone();
        files.push(PatchFile {
            path: path.into(),
            ..file
        });
    }
    left.is_empty().then_some(files)
}

/// The transcript shows a file of the session's directory without the directory.
fn same(shown: &str, wanted: &str) -> bool {
    let plain = |path: &str| path.split_whitespace().collect::<String>();
    let (shown, wanted) = (plain(shown), plain(wanted));
    let tail = shown.strip_prefix("~/").unwrap_or(&shown);
    shown == wanted
        || (!tail.starts_with(['/', '.'])
            && wanted
                .strip_suffix(tail)
                .is_some_and(|dir| dir.ends_with('/')))
}

/// The last thing in the transcript, if it is a change and all of it is there.
fn changes(shown: &[String]) -> Option<Vec<PatchFile>> {
    let at = shown.iter().rposition(|line| line.starts_with("• "))?;
    let (head, below) = heading(shown.get(at..)?, "• ")?;
    let (verb, about) = head.0.split_once(' ')?;
    let change = match verb {
        "Added" => FileChange::Added,
        "Deleted" => FileChange::Deleted,
        "Edited" | "Changed" | "Updated" => FileChange::Changed,
        _ => return None,
    };
    let below = ended(below);
    let number = about
        .strip_suffix(" files")
        .and_then(|n| n.parse::<usize>().ok());
    let Some(number) = number.filter(|_| below.iter().any(|line| line.starts_with(EACH))) else {
        return Some(vec![file(about, change, head.1, below)?]);
    };
    let files = several(below)?;
    let sum = |count: fn(&PatchFile) -> u32| files.iter().map(count).sum::<u32>();
    let all = (sum(|f| f.added), sum(|f| f.removed)) == head.1;
    (all && files.len() == number).then_some(files)
}

/// The lines of a change end where the way to its details is named.
fn ended(lines: &[String]) -> &[String] {
    let end = lines
        .iter()
        .position(|line| line.trim() == "+ Show details");
    &lines[..end.unwrap_or(lines.len())]
}

fn several(mut lines: &[String]) -> Option<Vec<PatchFile>> {
    let mut files = Vec::new();
    while let Some(at) = lines.iter().position(|line| !blank(line)) {
        let (head, below) = heading(lines.get(at..)?, EACH)?;
        let end = below.iter().position(|line| line.starts_with(EACH));
        let (own, rest) = below.split_at(end.unwrap_or(below.len()));
        files.push(file(&head.0, FileChange::Unsaid, head.1, own)?);
        lines = rest;
    }
    Some(files)
}

/// A text and the lines added and removed.
type Head = (String, (u32, u32));

/// `• Added a.txt (+2 -0)`, in as many lines as it takes, and what stands below it.
fn heading<'a>(lines: &'a [String], mark: &str) -> Option<(Head, &'a [String])> {
    let mut text = String::new();
    for (nth, line) in lines.iter().enumerate().take(4) {
        let line = if nth == 0 {
            line.strip_prefix(mark)?
        } else {
            line.trim_start()
        };
        text.push_str(line.trim_end());
        let counts = text
            .strip_suffix(')')
            .and_then(|text| text.rsplit_once("(+"));
        let counts = counts.and_then(|(about, counts)| {
            let (added, removed) = counts.split_once(" -")?;
            Some((about.trim_end(), added.parse().ok()?, removed.parse().ok()?))
        });
        if let Some((about, added, removed)) = counts {
            let head = (about.to_owned(), (added, removed));
            return Some((head, lines.get(nth + 1..)?));
        }
        // Words are wrapped at a blank.
        if nth == 0 && !text.contains(' ') {
            text.push(' ');
        }
    }
    None
}

/// A file whose lines are all there: as many are added and removed as its heading says.
fn file(
    path: &str,
    change: FileChange,
    (added, removed): (u32, u32),
    below: &[String],
) -> Option<PatchFile> {
    let lines = diff(below)?;
    let count = |mark: char| lines.iter().filter(|line| line.starts_with(mark)).count();
    let all = count('+') == usize::try_from(added).ok()?
        && count('-') == usize::try_from(removed).ok()?;
    let (path, change) = match path.split_once(" → ") {
        Some((from, to)) => (from, FileChange::Moved { to: to.into() }),
        None => (path, change),
    };
    all.then(|| PatchFile {
        path: path.into(),
        change,
        added,
        removed,
        diff: lines.join("\n").into(),
    })
}

/// The lines of a diff without the numbers in front. A line that was wrapped goes on behind
/// an empty place for the number.
fn diff(below: &[String]) -> Option<Vec<String>> {
    let mut column = None;
    let mut lines: Vec<String> = Vec::new();
    for line in below.iter().filter(|line| !blank(line)) {
        let chars: Vec<char> = line.chars().collect();
        let column = *column.get_or_insert_with(|| {
            let digits = chars.iter().position(char::is_ascii_digit).unwrap_or(0);
            let long = chars.iter().skip(digits).take_while(|c| c.is_ascii_digit());
            digits + long.count() + 1
        });
        let (place, text) = chars.split_at(column.min(chars.len()));
        let place: String = place.iter().collect();
        let number = place.trim();
        if number.is_empty() {
            lines.last_mut()?.extend(text.iter().skip(1));
        } else if number == "⋮" || number.bytes().all(|b| b.is_ascii_digit()) {
            let text: String = text.iter().collect();
            lines.push(if number == "⋮" { "…".into() } else { text });
        } else {
            return None;
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::files;

    const MODAL: &str =
        "\n\n  Would you like to make the following edits?\n\n  Description: Apply\n";

    fn read(shown: &str, destinations: &[&str]) -> (Vec<(String, String)>, bool) {
        let text = format!("{shown}{MODAL}");
        let named = destinations
            .iter()
            .map(|path| format!("  Destination: {path}"));
        let lines: Vec<String> = text.lines().map(str::to_owned).chain(named).collect();
        let (files, whole) = files(&lines);
        let told =
            |f: &events::prompt::PatchFile| (f.path.reveal().clone(), f.diff.reveal().clone());
        (files.iter().map(told).collect(), whole)
    }

    #[test]
    fn a_file_of_the_sessions_directory_is_read_under_its_full_name() {
        let shown = "• Added made.txt (+1 -0)\n    1 +one line\n    + Show details\n";
        let (files, whole) = read(shown, &["/w/made.txt"]);
        assert!(whole);
        assert_eq!(files, [("/w/made.txt".into(), "+one line".into())]);
        // Another file, a name that only ends alike, or one more file.
        for other in [
            &["/w/other.txt"][..],
            &["/w/unmade.txt"],
            &["/w/made.txt", "/w/b"],
        ] {
            assert!(!read(shown, other).1, "{other:?}");
        }
    }

    #[test]
    fn several_files_are_read_each_with_its_lines() {
        let shown = "• Edited 2 files (+2 -1)\n  └ a.txt (+1 -1)\n     9 -old 1\n     9 +new\n    10  same\n\n  └ b (+1 -0)\n    1 +x\n    + Show details\n";
        let (files, whole) = read(shown, &["/w/a.txt", "/w/b"]);
        assert!(whole);
        assert_eq!(files[0].1, "-old 1\n+new\n same");
        assert_eq!(files[1], ("/w/b".into(), "+x".into()));
        // What the heading counts is not all there.
        let short = shown.replace("    1 +x\n", "");
        assert!(!read(&short, &["/w/a.txt", "/w/b"]).1);
    }

    #[test]
    fn a_wrapped_line_keeps_its_digits_and_signs() {
        let shown = "• Added a (+1 -0)\n    1 +rm -rf /srv/\n       2024/backup\n";
        let (files, whole) = read(shown, &["/w/a"]);
        assert!(whole);
        assert_eq!(files[0].1, "+rm -rf /srv/2024/backup");
    }

    #[test]
    fn what_codex_says_itself_is_no_change() {
        let shown = "• Added a (+1 -0)\n    1 +x\n\n• I have added it.\n";
        assert!(!read(shown, &["/w/a"]).1);
        assert!(!read("", &["/w/a"]).1);
    }
}
