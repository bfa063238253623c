//! Codex runs a command through a shell; the owner is shown what the shell is given.

use std::str::Chars;

/// The command as the model wrote it: without the shell around it, where that is plain.
pub(super) fn as_written(command: &str) -> String {
    let words = split(command);
    match words.as_deref() {
        Some([shell, flag, script]) if is_shell(shell) && matches!(flag.as_str(), "-c" | "-lc") => {
            script.clone()
        }
        Some(_) | None => command.to_owned(),
    }
}

fn is_shell(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    matches!(name, "sh" | "bash" | "zsh" | "dash" | "fish" | "ksh")
}

/// Splits a command as a shell does, as far as quotes go; `None` where more is needed.
fn split(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = command.chars();
    while let Some(c) = rest.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' => single(&mut rest, word.get_or_insert_default())?,
            '"' => double(&mut rest, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(rest.next()?),
            c => word.get_or_insert_default().push(c),
        }
        if words.len() > 3 {
            return None;
        }
    }
    words.extend(word);
    Some(words)
}

fn single(rest: &mut Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match rest.next()? {
            '\'' => return Some(()),
            c => word.push(c),
        }
    }
}

fn double(rest: &mut Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match rest.next()? {
            '"' => return Some(()),
            '\\' => match rest.next()? {
                c @ ('"' | '\\' | '$' | '`') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::as_written;

    #[test]
    fn a_plain_shell_is_taken_off_and_nothing_else_is() {
        for (given, written) in [
            ("/bin/bash -lc 'touch made'", "touch made"),
            ("bash -lc ls", "ls"),
            (r#"/bin/zsh -lc "echo \"hi\" 'x'""#, r#"echo "hi" 'x'"#),
            (r"/bin/bash -lc 'echo '\''a'\'''", "echo 'a'"),
            (r#"sh -c 'a'"'"'b'"#, "a'b"),
            ("rm -rf build", "rm -rf build"),
            ("bash -lc 'a' b", "bash -lc 'a' b"),
            ("bash -lc 'a", "bash -lc 'a"),
            ("env bash -lc 'a'", "env bash -lc 'a'"),
            ("", ""),
        ] {
            assert_eq!(as_written(given), written, "{given}");
        }
    }
}
