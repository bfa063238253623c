//! Secrets leave, words stay. The secrets are made up here from pieces, so that
//! no scanner mistakes this file for a leak.

use projections::redact::{place_to_cut, redact};
use proptest::prelude::*;

/// So many characters that look random.
fn random(len: usize) -> String {
    let alphabet = b"aB3dE6gH1jK4mN7pQ2sT5vW8xY9z";
    (0..len)
        .map(|n| char::from(alphabet[(n * 7 + n / 3) % alphabet.len()]))
        .collect()
}

fn upper(len: usize) -> String {
    random(len).to_uppercase()
}

#[allow(clippy::too_many_lines, reason = "one list")]
fn secrets() -> Vec<(&'static str, String)> {
    let r = random;
    vec![
        ("OpenAI key", format!("sk-{}", r(48))),
        ("OpenAI key", format!("sk-{}-{}", "proj", r(60))),
        (
            "OpenAI key",
            format!("sk-{}-{}_{}-{}", "svcacct", r(20), r(30), r(9)),
        ),
        ("OpenAI key", format!("sk-{}-{}", "ant-api03", r(80))),
        ("OpenAI key", format!("sk-or-v1-{}", "0a1b2c3d".repeat(8))),
        ("AWS key", format!("AK{}{}", "IA", upper(16))),
        ("AWS key", format!("AS{}{}", "IA", upper(16))),
        ("AWS secret", format!("aws_secret_access_key = {}", r(40))),
        ("AWS secret", format!("AWS_SECRET_ACCESS_KEY=\"{}\"", r(40))),
        ("AWS secret", format!("\"SecretAccessKey\": \"{}\"", r(40))),
        ("GitHub token", format!("gh{}_{}", "p", r(36))),
        ("GitHub token", format!("gh{}_{}", "s", r(36))),
        ("GitHub token", format!("github{}_{}", "_pat", r(70))),
        ("GitLab token", format!("glp{}-{}", "at", r(20))),
        ("Slack token", format!("xox{}-123456789012-{}", "b", r(24))),
        ("Slack token", format!("xa{}-1-{}", "pp", r(40))),
        (
            "Slack webhook",
            format!("https://hooks.slack.{}/services/T0/B0/{}", "com", r(24)),
        ),
        ("Notion key", format!("sec{}_{}", "ret", r(43))),
        ("Notion key", format!("nt{}_{}", "n", r(46))),
        (
            "JWT",
            format!(
                "ey{}.ey{}.{}",
                "J".to_owned() + &r(20),
                "J".to_owned() + &r(40),
                r(43)
            ),
        ),
        ("Google key", format!("AI{}{}", "za", r(35))),
        ("Stripe key", format!("sk_{}_{}", "live", r(24))),
        ("npm token", format!("np{}_{}", "m", r(36))),
        ("Hugging Face token", format!("h{}_{}", "f", r(34))),
        (
            "authorization",
            format!("Authorization: {} {}", "Bearer", r(30)),
        ),
        (
            "authorization",
            format!("\"authorization\": \"{} {}", "basic", r(30)),
        ),
        ("bearer token", format!("{} {}", "bearer", r(40))),
        (
            "password in URL",
            format!("postgres://app:{}@db.example/x", r(12)),
        ),
        (
            "password in URL",
            format!("redis://:{}@cache.example", r(12)),
        ),
        (
            "private key",
            format!(
                "-----BEGIN {}PRIVATE KEY-----\n{}\n-----END {}PRIVATE KEY-----",
                "RSA ",
                r(200),
                "RSA "
            ),
        ),
        (
            "private key",
            format!("-----BEGIN {} KEY-----\n{}", "OPENSSH PRIVATE", r(200)),
        ),
        (
            "private key",
            format!(
                "-----BEGIN {} KEY BLOCK-----\n{}\n-----END {} KEY BLOCK-----",
                "PGP PRIVATE",
                r(90),
                "PGP PRIVATE"
            ),
        ),
    ]
}

#[test]
fn every_kind_of_secret_leaves_in_prose_quotes_and_json() {
    for (kind, secret) in secrets() {
        let marker = format!("[redacted {kind}]");
        for text in [
            secret.clone(),
            format!("key: {secret} ok"),
            format!("\"{secret}\""),
            format!("X={secret}\nnext"),
            format!("({secret})"),
        ] {
            let out = redact(&text);
            assert!(out.contains(&marker), "{kind}: {out}");
            for piece in [random(12), upper(12), "0a1b2c3d".into()] {
                assert!(!out.contains(&piece), "{kind}: {out}");
            }
        }
        let text = format!("before {secret}");
        assert!(redact(&text).starts_with("before "));
        assert_eq!(redact(&redact(&text)), redact(&text));
    }
}

#[test]
fn what_only_looks_like_one_stays() {
    for text in [
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "session 01a203af-139d-7ea3-bbb9-1bdb88401c7e",
        "TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQsIGNvbnNlY3RldHVy",
        "the sk- prefix of keys",
        "sk-learn-compatible-estimators-everywhere",
        "task-force-of-many-people-and-more",
        "/Users/owner/lab/sk-tools/secret_handshakes/readme.md",
        "a secret_access_key is needed",
        "risk-assessment-of-the-whole-department",
        "secret_of_the_universe_and_everything_in_it_all",
        "https://example.com:8080/a@b",
        "git@github.com:owner/repo.git",
        "see http://host/path?q=a:b@c",
        "bearer of bad news",
        "Authorization: Bearer $TOKEN",
        "ghp_short",
        "AKIAshort",
        "eyJ.eyJ.x",
        "xoxo-hugs-and-kisses",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "npm_config_registry",
        "10:30, 1.2, @k3f9",
        "the bearer characteristics-of-the-message are good",
    ] {
        assert_eq!(redact(text), text);
    }
}

#[test]
fn placeholders_stay_as_they_are() {
    for text in [
        "Authorization: Bearer YOUR_API_TOKEN_HERE",
        "curl -H 'Authorization: Bearer <your-access-token>'",
        "Bearer YOUR_GITHUB_ACCESS_TOKEN_GOES_HERE",
        "bearer xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "Authorization: Bearer ${GITHUB_TOKEN_OF_CI}",
        "Authorization: token REPLACE_WITH_YOUR_TOKEN",
        "postgres://app:${DB_PASSWORD}@db",
        "postgres://app:$DB_PASSWORD@db.example/x",
        "postgres://app:$password@db",
        "postgres://user:<password>@localhost/db",
        "postgres://user:{{db_password}}@localhost",
        "postgres://user:{password}@localhost",
        "postgres://user:%s@localhost",
        "postgres://user:%(password)s@localhost",
        "postgres://user:[YOUR-PASSWORD]@db.example",
        "mysql://root:***@localhost",
        "mysql://root:xxx@localhost",
        "mysql://root:...@localhost",
        "mongodb+srv://user:yourPasswordHere@cluster0.example",
        "https://user:PASSWORD@example.com",
        "amqp://guest:changeme@localhost",
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AKIAXXXXXXXXXXXXXXXX",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-...",
        "sk-proj-your-openai-api-key-goes-here",
        "sk_test_XXXXXXXXXXXXXXXXXXXXXXXX",
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    ] {
        assert_eq!(redact(text), text);
    }
}

#[test]
fn what_only_begins_like_a_placeholder_leaves() {
    for (text, secret) in [
        ("postgres://app:pw@host/db", "pw"),
        ("postgres://app:$ecret123!x@host", "ecret123"),
        ("postgres://app:Your7kQ2vPz@host", "7kQ2vPz"),
        ("postgres://app:hunter2@host", "hunter2"),
        ("postgres://app:${x@host", "{x@"),
        ("redis://:password1@cache", "password1"),
    ] {
        let out = redact(text);
        assert!(out.contains("[redacted password in URL]"), "{out}");
        assert!(!out.contains(secret), "{out}");
    }
    let key = format!("sk_{}_{}", "test", random(24));
    assert_eq!(redact(&key), "[redacted Stripe key]");
    let token = format!("Bearer YOUR_{}", random(40));
    assert!(redact(&token).contains("[redacted "), "{}", redact(&token));
}

proptest! {
    #[test]
    fn words_in_prose_never_change(text in "([a-z]{1,14}[ .,/\n-]){0,60}") {
        prop_assert_eq!(redact(&text), text);
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        let _ = redact(&text);
    }
}

/// A key without its end is taken out as far as it goes, and what is said about it stays.
#[test]
fn what_stands_behind_the_beginning_of_a_key_stays() {
    let begin = format!("-----BEGIN {} KEY-----", "RSA PRIVATE");
    let ask = "Shall I rotate it?\n1. Yes\n2. No";
    let prose = format!("`{begin}` stands in config.py. {ask}");
    assert_eq!(redact(&prose), prose);
    let (line, rest) = (random(64), random(20));
    for lines in [
        format!("\n{line}\n{rest}\n"),
        format!("\n{line}\n{rest}"),
        format!("\\n{line}\\n{rest}"),
        format!("\n> {line}\n> {rest}"),
        format!("\n+{line}\n+{rest}…"),
        format!("\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128,00\n\n{line}"),
    ] {
        let text = redact(&format!("see {begin}{lines}\n{ask}"));
        assert!(!text.contains(&line) && !text.contains(&rest), "{text}");
        assert!(text.starts_with("see [redacted private key]"), "{text}");
        assert!(text.ends_with(ask), "{text}");
    }
}

/// Half of a secret is not recognised, wherever a text is cut before it is redacted.
#[test]
fn a_cut_goes_through_no_secret() {
    for (kind, secret) in secrets() {
        let text = format!("before {secret} behind");
        let marker = format!("[redacted {kind}]");
        assert!(redact(&text).contains(&marker));
        for end in 0..=text.len() + 1 {
            let place = place_to_cut(&text, end);
            let cut = &text[..place];
            assert!(
                place <= end && "before ".starts_with(&cut[..7.min(place)]),
                "{cut}"
            );
            let shown = redact(cut);
            for piece in [random(6), upper(6), "0a1b2c3d".into()] {
                assert!(!shown.contains(&piece), "{kind} at {end}: {shown}");
            }
        }
        assert_eq!(place_to_cut(&text, text.len()), text.len());
        assert_eq!(place_to_cut(&text, 5), 5);
    }
    let two = format!("{} {}", secrets()[0].1, secrets()[1].1);
    assert_eq!(place_to_cut(&two, two.len() - 1), secrets()[0].1.len() + 1);
    assert_eq!(place_to_cut("Bearer YOUR_API_TOKEN_HERE", 10), 10);
}

#[test]
fn a_line_is_cut_through_no_secret() {
    let token = format!("gh{}_{}", "p", random(36));
    for max in 1..60 {
        let line = projections::render::tidy(&format!("the token is {token}"), max);
        assert!(!redact(&line).contains(&random(3)), "{line}");
        assert!(line.chars().count() <= max);
    }
}
