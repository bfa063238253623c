//! What runners of tests print at their end, each in its own form.

use super::said::{LOOKS, commands, program};
use events::event::TestRun;

/// What the output of a command says about tests, if it runs some.
pub(super) fn tests(command: &str, output: &str) -> Option<TestRun> {
    let runs = [
        "test", "spec", "check", "tox", "nox", "make", "just", "mocha", "jest", "mvn",
    ];
    let all = commands(command);
    let looks = |words: &Vec<&str>| LOOKS.contains(&program(words[0]));
    let named = |word: &&str| runs.iter().any(|run| word.contains(run));
    let mut runners = all.iter().filter(|words| !looks(words));
    if !runners.any(|words| words.iter().any(named)) {
        return None;
    }
    let output = plain(output);
    let forms = [
        cargo, pytest, jest, go, executed, unittest, examples, mocha, maven, ctest,
    ];
    forms.iter().find_map(|form| form(&output))
}

/// Without the codes for colours.
fn plain(output: &str) -> String {
    let mut text = String::with_capacity(output.len());
    let mut chars = output.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            for c in chars.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            text.push(c);
        }
    }
    text
}

/// The number before a word in a line: `3 failed`.
fn before(line: &str, word: &str) -> Option<u64> {
    let words: Vec<_> = line.split([' ', ',', ';', '(', ')', '|', '=']).collect();
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let at = words.iter().position(|found| *found == word)?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}

/// The number behind a name in a line: `Failures: 2`.
fn behind(line: &str, name: &str) -> Option<u64> {
    let (_, rest) = line.split_once(name)?;
    let digits: String = rest
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

/// The sum over all lines that say something.
fn sum(output: &str, said: impl Fn(&str) -> Option<TestRun>) -> Option<TestRun> {
    let found: Vec<_> = output
        .lines()
        .filter_map(|line| said(line.trim()))
        .collect();
    let all = found.iter().fold(TestRun::default(), |sum, run| TestRun {
        passed: sum.passed.saturating_add(run.passed),
        failed: sum.failed.saturating_add(run.failed),
    });
    (all.passed + all.failed > 0).then_some(all)
}

/// `test result: FAILED. 11 passed; 1 failed; …`, and nextest's `Summary [0.1s] 12 tests run: …`
fn cargo(output: &str) -> Option<TestRun> {
    sum(output, |line| {
        let ours = line.starts_with("test result: ")
            || (line.starts_with("Summary [") && line.contains("tests run"));
        let run = || TestRun {
            passed: before(line, "passed").unwrap_or(0),
            failed: before(line, "failed").unwrap_or(0),
        };
        ours.then(run)
    })
}

/// `=== 3 failed, 10 passed, 1 error in 0.12s ===`, also without the rule.
fn pytest(output: &str) -> Option<TestRun> {
    let last = output.lines().rev().find(|line| {
        let line = line.trim_matches(['=', ' ']);
        let timed = line.rsplit_once(" in ").is_some_and(|(_, time)| {
            time.starts_with(|c: char| c.is_ascii_digit()) && time.contains('s')
        });
        timed
            && ["passed", "failed", "error", "errors"]
                .iter()
                .any(|word| before(line, word).is_some())
    })?;
    let of = |word| before(last, word).unwrap_or(0);
    let run = TestRun {
        passed: of("passed"),
        failed: of("failed") + of("error") + of("errors"),
    };
    (run.passed + run.failed > 0).then_some(run)
}

/// `Tests:       1 failed, 5 passed, 6 total`; Vitest: `Tests  1 failed | 5 passed (6)`.
fn jest(output: &str) -> Option<TestRun> {
    sum(output, |line| {
        let ours = line.starts_with("Tests:") || line.starts_with("Tests  ");
        let passed = before(line, "passed");
        let failed = before(line, "failed");
        (ours && (passed.is_some() || failed.is_some())).then(|| TestRun {
            passed: passed.unwrap_or(0),
            failed: failed.unwrap_or(0),
        })
    })
}

/// `--- PASS: TestA (0.00s)` where it is told, else the packages: `ok`, a name and a time.
fn go(output: &str) -> Option<TestRun> {
    let one = |passed: bool| TestRun {
        passed: u64::from(passed),
        failed: u64::from(!passed),
    };
    let packages = sum(output, |line| {
        let (word, rest) = line.split_once('\t')?;
        let package = rest.trim_start().contains(['\t', ' ']);
        match word.trim() {
            "ok" if package => Some(one(true)),
            "FAIL" if package => Some(one(false)),
            _ => None,
        }
    })?;
    let tests = sum(output, |line| {
        let (mark, _) = line.strip_prefix("--- ")?.split_once(": ")?;
        match mark {
            "PASS" => Some(one(true)),
            "FAIL" => Some(one(false)),
            _ => None,
        }
    });
    // Without -v only those that fail are named.
    Some(match tests {
        Some(tests) if tests.passed > 0 => tests,
        Some(tests) => TestRun {
            passed: packages.passed,
            failed: tests.failed.max(packages.failed),
        },
        None => packages,
    })
}

/// `Executed 12 tests, with 1 failure (0 unexpected) in 0.1 seconds`: each suite, then all.
fn executed(output: &str) -> Option<TestRun> {
    let last = output
        .lines()
        .rev()
        .find(|line| line.trim().starts_with("Executed "))?;
    let all = before(last, "tests").or_else(|| before(last, "test"))?;
    let failed = before(last, "failures").or_else(|| before(last, "failure"))?;
    let passed = all.saturating_sub(failed);
    (all > 0).then_some(TestRun { passed, failed })
}

/// `Ran 12 tests in 0.1s`, then `OK` or `FAILED (failures=1, errors=2)`.
fn unittest(output: &str) -> Option<TestRun> {
    let mut lines = output.lines().map(str::trim);
    let ran = lines
        .by_ref()
        .find(|line| line.starts_with("Ran ") && line.contains(" in "))?;
    let all = before(ran, "tests").or_else(|| before(ran, "test"))?;
    let end = lines.find(|line| line.starts_with("OK") || line.starts_with("FAILED"))?;
    let of = |name| behind(end, name).unwrap_or(0);
    let failed = if end.starts_with("OK") {
        0
    } else {
        of("failures=") + of("errors=")
    };
    let passed = all.saturating_sub(failed);
    (all > 0).then_some(TestRun { passed, failed })
}

/// `12 examples, 1 failure`
fn examples(output: &str) -> Option<TestRun> {
    let last = output
        .lines()
        .rev()
        .find(|line| before(line, "examples,").is_some() || line.contains(" examples, "))?;
    let all = before(last, "examples")?;
    let failed = before(last, "failures").or_else(|| before(last, "failure"))?;
    let passed = all.saturating_sub(failed);
    (all > 0).then_some(TestRun { passed, failed })
}

/// `5 passing (12ms)` and `1 failing`; Bun: `5 pass` and `1 fail`, each in a line of its own.
fn mocha(output: &str) -> Option<TestRun> {
    sum(output, |line| {
        let (number, rest) = line.split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        let word = rest.split(" (").next()?;
        match word {
            "passing" | "pass" => Some(TestRun {
                passed: number,
                failed: 0,
            }),
            "failing" | "fail" => Some(TestRun {
                passed: 0,
                failed: number,
            }),
            _ => None,
        }
    })
}

/// `Tests run: 12, Failures: 1, Errors: 0, Skipped: 0`; the last one is of all.
fn maven(output: &str) -> Option<TestRun> {
    let last = output
        .lines()
        .rev()
        .find(|line| line.contains("Tests run: "))?;
    let all = behind(last, "Tests run:")?;
    let of = |name| behind(last, name).unwrap_or(0);
    let failed = of("Failures:") + of("Errors:");
    let passed = all.saturating_sub(failed + of("Skipped:"));
    (all > 0).then_some(TestRun { passed, failed })
}

/// `90% tests passed, 1 tests failed out of 10`
fn ctest(output: &str) -> Option<TestRun> {
    let last = output
        .lines()
        .rev()
        .find(|line| line.contains("tests failed out of "))?;
    let all = behind(last, "out of")?;
    let (failed, _) = last.split_once(" tests failed")?;
    let failed: u64 = failed.rsplit(' ').next()?.parse().ok()?;
    let passed = all.saturating_sub(failed);
    (all > 0).then_some(TestRun { passed, failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(command: &str, output: &str) -> Option<(u64, u64)> {
        tests(command, output).map(|run| (run.passed, run.failed))
    }

    #[test]
    fn what_test_runners_say_is_read_in_their_own_forms() {
        let cargo = "test a ... ok\ntest result: ok. 3 passed; 0 failed; 1 ignored; finished in 0.1s\n\
                     test result: FAILED. 8 passed; 1 failed; 0 ignored\n";
        for (command, output, expected) in [
            ("cargo test -q", cargo, (11, 1)),
            (
                "cargo nextest run --tests",
                "     Summary [   0.1s] 12 tests run: 11 passed, 1 failed, 0 skipped\n",
                (11, 1),
            ),
            (
                "cd api && pytest -q",
                "\u{1b}[31m=== 3 failed, 10 passed, 1 error in 0.12s ===\u{1b}[0m\n",
                (10, 4),
            ),
            (
                "python -m pytest",
                "5 passed, 2 warnings in 1.02s\n",
                (5, 0),
            ),
            (
                "npm test",
                "Test Suites: 1 failed, 1 total\nTests:       1 failed, 5 passed, 6 total\n",
                (5, 1),
            ),
            (
                "npx vitest run --project test",
                " Test Files  1 failed (1)\n      Tests  1 failed | 5 passed (6)\n",
                (5, 1),
            ),
            (
                "go test ./...",
                "ok  \texample.com/a\t0.1s\n--- FAIL: TestB (0.0s)\nFAIL\texample.com/b\t0.1s\nFAIL\n",
                (1, 1),
            ),
            (
                "go test -v .",
                "--- PASS: TestA (0.0s)\n--- PASS: TestB (0.0s)\nok  \texample.com/a\t0.1s\n",
                (2, 0),
            ),
            (
                "swift test",
                "Executed 3 tests, with 1 failure (0 unexpected) in 0.1 seconds\nExecuted 12 tests, with 1 failure (0 unexpected) in 0.2 (0.3) seconds\n",
                (11, 1),
            ),
            (
                "python -m unittest",
                "Ran 12 tests in 0.1s\n\nFAILED (failures=1, errors=2)\n",
                (9, 3),
            ),
            ("bundle exec rspec", "12 examples, 1 failure\n", (11, 1)),
            ("npx mocha", "  5 passing (12ms)\n  1 failing\n", (5, 1)),
            ("bun test", " 5 pass\n 0 fail\n", (5, 0)),
            (
                "mvn test",
                "[INFO] Tests run: 4, Failures: 0\n[ERROR] Tests run: 12, Failures: 1, Errors: 0, Skipped: 1\n",
                (10, 1),
            ),
            (
                "make test",
                "90% tests passed, 1 tests failed out of 10\n",
                (9, 1),
            ),
        ] {
            assert_eq!(said(command, output), Some(expected), "{command}");
        }
    }

    #[test]
    fn what_only_looks_like_a_run_of_tests_says_nothing() {
        let output = "test result: ok. 3 passed; 0 failed\n";
        for command in [
            "cat test.log",
            "grep passed test.log",
            "echo hello",
            "head -5 test.txt | tail -1",
        ] {
            assert_eq!(said(command, output), None, "{command}");
        }
        for output in [
            "",
            "running 0 tests\ntest result: ok. 0 passed; 0 failed\n",
            "we passed 3 in line\n",
        ] {
            assert_eq!(said("cargo test", output), None, "{output}");
        }
    }
}
