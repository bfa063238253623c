//! Secrets leave before anything is stored. A pattern is listed only when its
//! shape is the provider's own and long enough not to meet ordinary words.

use regex::Regex;
use std::sync::LazyLock;

/// Name of the kind of secret and the pattern that finds it.
const PATTERNS: &[(&str, &str)] = &[
    (
        "private key",
        r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|\z)",
    ),
    (
        "OpenAI key",
        r"\bsk-(?:proj-|svcacct-|admin-|ant-[a-z0-9]+-)?[A-Za-z0-9_-]{20,}",
    ),
    ("AWS key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    (
        "AWS secret",
        r"(?i)\baws_?secret_?(?:access_?)?key\b\W{1,4}[A-Za-z0-9/+=]{40}",
    ),
    ("GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    ("GitHub token", r"\bgithub_pat_[A-Za-z0-9_]{50,}"),
    ("GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("Slack token", r"\bxapp-[0-9]-[A-Za-z0-9-]{20,}"),
    (
        "Slack webhook",
        r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,}",
    ),
    (
        "Notion key",
        r"\b(?:secret_[A-Za-z0-9]{40,}|ntn_[A-Za-z0-9]{40,})",
    ),
    (
        "JWT",
        r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    ),
    ("Google key", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("Stripe key", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}"),
    ("npm token", r"\bnpm_[A-Za-z0-9]{36}"),
    (
        "bearer token",
        r"(?i)\bauthorization:\s*bearer\s+[A-Za-z0-9._~+/=-]{16,}",
    ),
    (
        "password in URL",
        r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,64}:[^\s:/@]{3,128}@",
    ),
];

static COMPILED: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "constant patterns, compiled by a test")]
    let compile = |(name, pattern): &(&'static str, &str)| {
        (*name, Regex::new(pattern).expect("constant pattern"))
    };
    PATTERNS.iter().map(compile).collect()
});

/// The text with every known secret replaced by `[redacted KIND]`.
pub fn redact(text: &str) -> String {
    let mut out = text.to_owned();
    for (name, pattern) in COMPILED.iter() {
        if pattern.is_match(&out) {
            out = pattern
                .replace_all(&out, format!("[redacted {name}]"))
                .into_owned();
        }
    }
    out
}
