//! What a command and its output say to a person: whether it failed, commits, links to pull
//! requests. Only what has the form that its program writes counts; nothing is guessed.

use events::event::Commit;
use events::private::Text;

/// Programs that only look; that one finds nothing is not worth a text.
pub(super) const LOOKS: [&str; 32] = [
    "[", "[[", "ack", "ag", "awk", "cat", "cd", "cmp", "command", "diff", "egrep", "fd", "fgrep",
    "file", "find", "grep", "head", "jq", "ls", "nl", "pgrep", "ps", "readlink", "rg", "sed",
    "stat", "tail", "test", "tree", "type", "wc", "which",
];
/// The same of git.
const GIT_LOOKS: [&str; 11] = [
    "blame",
    "branch",
    "check-ignore",
    "config",
    "diff",
    "grep",
    "log",
    "ls-files",
    "rev-parse",
    "show",
    "status",
];
/// A pipe whose reader had enough.
const PIPE: i32 = 141;

/// The commands of a shell line, each by its words, without what is set before it.
pub(super) fn commands(line: &str) -> Vec<Vec<&str>> {
    let parts = line.split(['\n', ';', '|', '&']);
    let words = parts.map(|part| {
        let words = part.split_whitespace();
        let set = |word: &&str| {
            let named = word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            });
            named || matches!(*word, "sudo" | "env" | "time" | "(" | "!" | "then" | "do")
        };
        words.skip_while(set).collect::<Vec<_>>()
    });
    words.filter(|words| !words.is_empty()).collect()
}

/// The program that a word names.
pub(super) fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Whether a command that ended so failed at something the owner would want to know.
pub(super) fn is_failure(command: &str, exit: i32) -> bool {
    if exit == 0 || exit == PIPE {
        return false;
    }
    let all = commands(command);
    let looks = |words: &Vec<&str>| match program(words[0]) {
        "git" => words.get(1).is_some_and(|word| GIT_LOOKS.contains(word)),
        "echo" | "printf" | "true" | "pwd" => true,
        name => LOOKS.contains(&name),
    };
    !all.iter().all(looks)
}

/// Commits, as git tells them: `[main 1a2b3c4] Fix the parser`.
pub(super) fn commits(command: &str, output: &str) -> Vec<Commit> {
    let git = |words: &Vec<&str>| {
        program(words[0]) == "git"
            && words
                .iter()
                .any(|word| matches!(*word, "commit" | "cherry-pick" | "revert"))
    };
    if !commands(command).iter().any(git) {
        return Vec::new();
    }
    let read = |line: &str| {
        let (about, subject) = line.strip_prefix('[')?.split_once("] ")?;
        let hash = about.rsplit(' ').next()?;
        let is_hash = (7..=40).contains(&hash.len()) && hash.chars().all(|c| c.is_ascii_hexdigit());
        (is_hash && hash.len() < about.len()).then(|| Commit {
            hash: hash.to_owned(),
            subject: Text::from(subject.trim()),
        })
    };
    output.lines().filter_map(read).collect()
}

/// Links to pull requests, as the programs that open them print them.
pub(super) fn links(command: &str, output: &str) -> Vec<String> {
    let opens = |words: &Vec<&str>| {
        let request = words
            .get(1)
            .is_some_and(|word| matches!(*word, "pr" | "mr"));
        request
            && matches!(program(words[0]), "gh" | "glab")
            && words.get(2).is_some_and(|word| *word == "create")
    };
    if !commands(command).iter().any(opens) {
        return Vec::new();
    }
    let is_link = |word: &&str| {
        let numbered = ["/pull/", "/merge_requests/"].iter().any(|part| {
            word.split_once(part).is_some_and(|(_, number)| {
                !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
            })
        });
        word.starts_with("https://") && word.len() <= 300 && numbered
    };
    let words = output.split_whitespace();
    words.filter(is_link).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_finds_nothing_is_no_failure() {
        for (command, exit, failure) in [
            ("cargo build", 101, true),
            ("cargo build", 0, false),
            ("grep -rn needle src", 1, false),
            ("cd src && rg needle | head -5", 1, false),
            ("git diff --exit-code", 1, false),
            ("git push", 1, true),
            ("RUST_LOG=debug cargo run | head", 141, false),
            ("ls missing; make", 2, true),
            ("FOO=1 test -f x", 1, false),
        ] {
            assert_eq!(is_failure(command, exit), failure, "{command}");
        }
    }

    #[test]
    fn commits_and_links_are_told_by_their_own_programs_only() {
        let output =
            "[main (root-commit) 1a2b3c4] Fix the parser\n 1 file changed\n[note] nothing\n";
        let found = commits("git add . && git commit -m x", output);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].hash.as_str(), found[0].subject.reveal().as_str()),
            ("1a2b3c4", "Fix the parser")
        );
        assert!(commits("cat log", output).is_empty());
        let link = "https://github.com/owner/api/pull/7";
        let output =
            format!("Creating pull request\n{link}\nhttps://github.com/owner/api/pull/new/x\n");
        assert_eq!(links("gh pr create --fill", &output), [link]);
        assert!(links("gh pr list", &output).is_empty());
    }
}
