//! Placeholders stand where a secret belongs: `YOUR_API_TOKEN_HERE`, `${DB_PASSWORD}`,
//! `<token>`, `sk-...`, keys that are printed in documentation. They are no secrets, and
//! a text without them would lose its meaning.

/// Whether what stands in the place of a secret is a placeholder.
pub(crate) fn is_placeholder(secret: &str) -> bool {
    is_documented(secret) || is_template(secret) || is_filler(secret)
}

/// Keys of documentation, known to everybody. They are put together here so that no
/// scanner takes this file for a leak.
fn is_documented(secret: &str) -> bool {
    let known = [
        concat!("4eC39HqLyjWDarj", "tT1zdp7dc"),
        concat!("BQokikJOvBiI2Hl", "WgH4olfQ2"),
        // The signature of the token that jwt.io shows.
        concat!("SflKxwRJSMeKKF2QT4fwp", "MeJf36POk6yJV_adQssw5c"),
    ];
    // AWS marks the keys of its documentation so.
    secret.contains("EXAMPLE") || known.iter().any(|key| secret.ends_with(key))
}

/// A variable of a shell, a template or a format: it is filled in elsewhere.
fn is_template(secret: &str) -> bool {
    const FRAMES: &[(&str, &str)] = &[
        ("${", "}"),
        ("{{", "}}"),
        ("#{", "}"),
        ("%(", ")s"),
        ("<%=", "%>"),
        ("$(", ")"),
        ("{", "}"),
        ("<", ">"),
        ("[", "]"),
        ("%", "%"),
    ];
    let framed = |(open, close): &(&str, &str)| {
        let inner = secret.strip_prefix(open)?.strip_suffix(close)?;
        Some(!inner.is_empty() && inner.chars().all(is_naming))
    };
    let shell = secret.strip_prefix('$').is_some_and(|name| {
        let upper = name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && (upper || words(name).iter().all(|word| says_what(word)))
    });
    let format = ["%s", "%d", "%v", "%q", "%r", "%@", "{}", "?"].contains(&secret);
    shell || format || FRAMES.iter().filter_map(framed).any(|fits| fits)
}

/// Names of variables, with a default or a filter behind them.
const fn is_naming(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '|' | '?' | ':')
}

/// Words that only say what belongs there.
const GENERIC: &[&str] = &[
    "access",
    "account",
    "admin",
    "api",
    "app",
    "auth",
    "bearer",
    "client",
    "code",
    "database",
    "db",
    "id",
    "jwt",
    "key",
    "name",
    "oauth",
    "pass",
    "password",
    "passwd",
    "private",
    "pwd",
    "real",
    "secret",
    "service",
    "string",
    "token",
    "url",
    "user",
    "username",
    "value",
    "webhook",
    "a",
    "an",
    "as",
    "by",
    "goes",
    "in",
    "is",
    "of",
    "or",
    "some",
    "the",
    "to",
    "with",
    "and",
    "from",
    "own",
    "openai",
    "github",
    "gitlab",
    "slack",
    "stripe",
    "aws",
    "google",
    "npm",
    "anthropic",
];
/// Words that say that it is only said.
const MARKS: &[&str] = &[
    "changeme",
    "change",
    "dummy",
    "enter",
    "example",
    "fake",
    "fill",
    "here",
    "hidden",
    "insert",
    "me",
    "my",
    "paste",
    "placeholder",
    "put",
    "redacted",
    "replace",
    "sample",
    "todo",
    "your",
    "yours",
];
/// How keys begin; what counts comes behind it.
const PREFIXES: &[&str] = &[
    "sk", "rk", "pk", "proj", "svcacct", "ant", "api03", "live", "test", "ghp", "gho", "ghu",
    "ghs", "ghr", "github", "pat", "glpat", "xoxa", "xoxb", "xoxp", "xoxs", "xapp", "ntn", "hf",
    "npm", "pypi", "sg", "v1",
];

/// Nothing but words that say what belongs there, dots, or one character again and again.
fn is_filler(secret: &str) -> bool {
    let words = words(secret);
    let key = words
        .first()
        .is_some_and(|first| is_one_of(PREFIXES, first));
    let rest: Vec<_> = words
        .iter()
        .skip_while(|word| is_one_of(PREFIXES, word))
        .collect();
    if rest.is_empty() {
        // `***`, `sk-…`: marks, and nothing that could be kept secret.
        return !secret.is_empty();
    }
    let shouted = !secret.chars().any(|c| c.is_ascii_lowercase());
    let meant = |word: &&String| is_repeated(word) || is_one_of(MARKS, word);
    rest.iter().all(|word| is_repeated(word) || says_what(word))
        && (key || shouted || rest.iter().any(meant))
}

fn says_what(word: &str) -> bool {
    is_one_of(GENERIC, word) || is_one_of(MARKS, word)
}

fn is_one_of(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// `xxxx`, `0000`, `T00000000`, `AKIAXXXXXXXXXXXXXXXX`.
fn is_repeated(word: &str) -> bool {
    let glued = ["AKIA", "ASIA", "AIza", "eyJ"]
        .iter()
        .find_map(|start| word.strip_prefix(start));
    let word = glued.unwrap_or(word);
    let same = |word: &str| {
        let first = word.chars().next();
        word.len() >= 2 && word.chars().all(|c| Some(c) == first)
    };
    same(word) || (word.len() >= 6 && word.is_char_boundary(1) && same(&word[1..]))
}

/// The words of `snake_case`, `kebab-case`, `camelCase` and what else separates them.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut inside, mut lower) = (false, false);
    for c in text.chars() {
        let word = c.is_alphanumeric();
        let begins = word && (!inside || (lower && c.is_uppercase()));
        match words.last_mut() {
            Some(last) if word && !begins => last.push(c),
            _ if word => words.push(c.to_string()),
            _ => {}
        }
        (inside, lower) = (word, c.is_lowercase());
    }
    words
}
