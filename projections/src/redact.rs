//! Secrets leave before anything is stored. A pattern is listed only when its
//! shape is the provider's own and long enough not to meet ordinary words; what
//! may still be a word must also look random, and placeholders stay as they are.

use crate::placeholder::is_placeholder;
use events::outcome::{Doubt, Evidence, Failure, Screen};
use events::{Outcome, Report, Text};
use regex::{Captures, Regex};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A kind of secret: its name, the pattern that finds it, and whether it must look random.
/// The secret is what the pattern calls so, else the whole match.
type Kind = (&'static str, &'static str, bool);

const PATTERNS: &[Kind] = &[
    (
        "private key",
        r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----",
        false,
    ),
    // One whose end is cut off goes as far as its lines do: what is said about it stays.
    (
        "private key",
        r#"(?x) -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY(?:\ BLOCK)?-----
            (?: (?: [\s>|+"'`,-] | \\[nr] )+
                (?: [A-Za-z]+-[A-Za-z]+:[^\n\\]*
                  | [A-Za-z0-9+/=]{16,}
                  | [A-Za-z0-9+/=]+ (?: [\r\n] | \\[nr] | \z ) ) )+"#,
        false,
    ),
    (
        "OpenAI key",
        r"\bsk-(?:proj|svcacct|admin|ant-[a-z0-9]+)-[A-Za-z0-9_-]{20,}",
        false,
    ),
    ("OpenAI key", r"\bsk-[A-Za-z0-9]{20,}", false),
    ("OpenAI key", r"\bsk-[A-Za-z0-9_-]{20,}", true),
    ("AWS key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b", false),
    (
        "AWS secret",
        r#"(?i)(?:aws_?)?secret_?access_?key[\\"']{0,2}\s{0,2}[:=]\s{0,2}[\\"']{0,2}(?<secret>[A-Za-z0-9/+=]{40})"#,
        false,
    ),
    ("GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,}", false),
    ("GitHub token", r"\bgithub_pat_[A-Za-z0-9_]{50,}", false),
    ("GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}", false),
    (
        "Slack token",
        r"\bxox[abeoprs]-[0-9]{6,}-[A-Za-z0-9-]{8,}",
        false,
    ),
    ("Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}", true),
    ("Slack token", r"\bxapp-[0-9]-[A-Za-z0-9-]{20,}", false),
    (
        "Slack webhook",
        r"https://hooks\.slack\.com/(?:services|workflows)/(?<secret>[A-Za-z0-9/_-]{20,})",
        false,
    ),
    ("Notion key", r"\b(?:secret|ntn)_[A-Za-z0-9]{40,}", false),
    (
        "JWT",
        r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
        false,
    ),
    ("Google key", r"\bAIza[A-Za-z0-9_-]{35}", false),
    (
        "Stripe key",
        r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}",
        false,
    ),
    ("npm token", r"\bnpm_[A-Za-z0-9]{36}", false),
    ("Hugging Face token", r"\bhf_[A-Za-z0-9]{34,}", true),
    ("PyPI token", r"\bpypi-AgE[A-Za-z0-9_-]{50,}", false),
    (
        "SendGrid key",
        r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
        false,
    ),
    (
        "authorization",
        r"(?i)\bauthorization\W{1,6}(?:bearer|basic|token)\s+(?<secret>[A-Za-z0-9._~+/=-]{16,})",
        false,
    ),
    (
        "bearer token",
        r"(?i)\bbearer\s+(?<secret>[A-Za-z0-9._~+/=-]{20,})",
        true,
    ),
    (
        "password in URL",
        r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,64}:(?<secret>[^\s:/@]{1,128})@",
        false,
    ),
];

static COMPILED: LazyLock<Vec<(&str, Regex, bool)>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "constant patterns, compiled by a test")]
    let compile = |(name, pattern, random): &Kind| {
        (
            *name,
            Regex::new(pattern).expect("constant pattern"),
            *random,
        )
    };
    PATTERNS.iter().map(compile).collect()
});

/// The text with every known secret replaced by `[redacted KIND]`.
pub fn redact(text: &str) -> String {
    let mut out = text.to_owned();
    for (name, pattern, random) in COMPILED.iter() {
        if !pattern.is_match(&out) {
            continue;
        }
        let name = |found: &Captures<'_>| {
            let (found, secret) = (&found[0], found.name("secret"));
            let secret = secret.map_or(found, |secret| secret.as_str());
            if is_none(secret, *random) {
                found.to_owned()
            } else {
                format!("[redacted {name}]")
            }
        };
        out = pattern.replace_all(&out, name).into_owned();
    }
    out
}

/// It has the form of a secret and is none.
fn is_none(secret: &str, random: bool) -> bool {
    (random && !looks_random(secret)) || is_placeholder(secret)
}

/// The same for rows of a screen, where a secret may go on in the next row.
pub fn redact_rows(text: &str) -> String {
    let text = redact(text);
    // All rows as one line, and where in the text each byte of it stands.
    let (mut line, mut places) = (String::new(), Vec::new());
    let mut start = 0;
    for row in text.split_inclusive('\n') {
        let inner = row.trim_matches(is_edge);
        let at = start + row.find(inner).unwrap_or_default();
        line.push_str(inner);
        places.extend(at..at + inner.len());
        start += row.len();
    }
    let mut hidden = BTreeSet::new();
    for (_, pattern, random) in COMPILED.iter() {
        for found in pattern.captures_iter(&line) {
            let secret = found.name("secret").or_else(|| found.get(0));
            let Some(secret) = secret.filter(|s| !is_none(s.as_str(), *random)) else {
                continue;
            };
            let bytes = places.get(secret.range()).unwrap_or_default();
            // What stands in one row was dealt with above.
            if bytes.windows(2).any(|pair| pair[1] != pair[0] + 1) {
                hidden.extend(bytes.iter().copied());
            }
        }
    }
    without(&text, &hidden)
}

/// The text with every run of these bytes replaced.
fn without(text: &str, hidden: &BTreeSet<usize>) -> String {
    let (mut out, mut inside) = (String::new(), false);
    for (at, c) in text.char_indices() {
        let hide = hidden.contains(&at);
        if hide && !inside {
            out.push_str("[redacted secret]");
        }
        if !hide {
            out.push(c);
        }
        inside = hide;
    }
    out
}

/// What stands around the words of a row: blanks, and the lines of a frame.
fn is_edge(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{2500}'..='\u{259f}' | '|')
}

/// The last place up to `end` where the text may be cut. Half of a secret is not recognised
/// as one, so a cut goes through none.
pub fn place_to_cut(text: &str, end: usize) -> usize {
    let mut place = end.min(text.len());
    // A secret that is left out now may have hidden another one that reaches into it.
    while place < text.len() {
        let begins = COMPILED.iter().filter_map(|kind| torn(kind, text, place));
        match begins.min() {
            Some(begins) => place = begins,
            None => break,
        }
    }
    place
}

/// Where a secret of this kind begins that a cut at this place goes through.
fn torn((_, pattern, random): &(&str, Regex, bool), text: &str, place: usize) -> Option<usize> {
    for found in pattern.captures_iter(text) {
        let whole = found.get(0)?;
        if whole.start() >= place {
            return None;
        }
        let secret = found.name("secret").unwrap_or(whole);
        if whole.end() > place && secret.start() < place && !is_none(secret.as_str(), *random) {
            return Some(secret.start());
        }
    }
    None
}

/// Something was taken out of this text.
pub fn is_redacted(text: &str) -> bool {
    text.contains("[redacted ")
}

/// Takes secrets out of what an executor says: a pane or a program may show anything.
pub(crate) fn report(report: &mut Report) {
    let doubt = match report {
        Report::Performed(performed) => performed.doubt.as_mut(),
        Report::Settled(Outcome::Unknown(doubt)) => Some(doubt),
        Report::Settled(Outcome::Failed(failure)) => return self::failure(failure),
        Report::Settled(Outcome::Done(Evidence::Looked { text, .. })) => {
            *text = Text::from(redact_rows(text.reveal()));
            None
        }
        Report::Settled(Outcome::Done(_) | Outcome::Expired) => None,
    };
    if let Some(Doubt::BrokeOff { message, .. }) = doubt {
        clean(message);
    }
}

fn failure(failure: &mut Failure) {
    if let Failure::Refused { message, .. } | Failure::Rejected { message, .. } = failure {
        clean(message);
    } else if let Failure::NoPane { why: words }
    | Failure::Unsupported { what: words }
    | Failure::NotStarted { message: words, .. }
    | Failure::NoLink { why: words } = failure
    {
        *words = redact(words);
    } else if let Failure::NotReady { screen, .. } = failure
        && let Screen::Approval { what: text }
        | Screen::Question { text, .. }
        | Screen::Picker { title: text } = screen
    {
        *text = Text::from(redact_rows(text.reveal()));
    }
}

fn clean(text: &mut Text) {
    *text = Text::from(redact(text.reveal()));
}

/// It holds a run of letters mixed with digits that is longer than a word with a version number.
fn looks_random(text: &str) -> bool {
    let mixed = |run: &str| {
        run.len() >= 12
            && run.bytes().any(|b| b.is_ascii_digit())
            && run.bytes().any(|b| b.is_ascii_alphabetic())
    };
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(mixed)
}
