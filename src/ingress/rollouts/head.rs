//! What kind of record a line is, found in its first bytes where it stands as
//! Codex writes it. Rollouts are mostly records nobody here cares for, some of
//! them huge; this is what makes passing over them cheap. It must never guess:
//! a line that is not in Codex's own order is parsed as JSON instead.

use serde::Deserialize;
use std::borrow::Cow;

/// What a line says about itself.
pub(super) struct Head<'a> {
    /// When it was written, as text; empty where it does not say.
    pub(super) timestamp: Cow<'a, str>,
    /// `session_meta`, `event_msg`, `response_item` …
    pub(super) record: Cow<'a, str>,
    /// `type` of the payload; empty where it has none or none is needed.
    pub(super) payload: Cow<'a, str>,
}

/// Reads the head of a line; `None` if the line is no record at all.
pub(super) fn of(line: &[u8]) -> Option<Head<'_>> {
    peek(line).or_else(|| parse(line))
}

/// A record's payload has a `type` that decides what it is.
fn is_tagged(record: &str) -> bool {
    matches!(record, "event_msg" | "response_item")
}

fn peek(line: &[u8]) -> Option<Head<'_>> {
    let mut scan = Scan(line);
    scan.mark(b'{')?;
    let timestamp = scan.text_of("timestamp")?;
    scan.mark(b',')?;
    scan.number_of("ordinal");
    let record = scan.text_of("type")?;
    let mut payload = "";
    if is_tagged(record) {
        scan.mark(b',')?;
        scan.key("payload")?;
        scan.mark(b'{')?;
        payload = scan.text_of("type")?;
    }
    Some(Head {
        timestamp: timestamp.into(),
        record: record.into(),
        payload: payload.into(),
    })
}

fn parse(line: &[u8]) -> Option<Head<'_>> {
    #[derive(Deserialize)]
    struct Top<'a> {
        #[serde(default, borrow)]
        timestamp: Cow<'a, str>,
        #[serde(borrow, rename = "type")]
        record: Cow<'a, str>,
    }
    #[derive(Deserialize)]
    struct Line<'a> {
        #[serde(borrow)]
        payload: Tag<'a>,
    }
    #[derive(Deserialize)]
    struct Tag<'a> {
        #[serde(default, borrow, rename = "type")]
        tag: Cow<'a, str>,
    }
    let Top { timestamp, record } = serde_json::from_slice(line).ok()?;
    let payload = if is_tagged(&record) {
        serde_json::from_slice::<Line<'_>>(line).ok()?.payload.tag
    } else {
        Cow::Borrowed("")
    };
    Some(Head {
        timestamp,
        record,
        payload,
    })
}

/// The part of a line that is still ahead.
struct Scan<'a>(&'a [u8]);

impl<'a> Scan<'a> {
    fn mark(&mut self, mark: u8) -> Option<()> {
        let (first, rest) = self.0.trim_ascii_start().split_first()?;
        (*first == mark).then(|| self.0 = rest)
    }

    /// A string without escapes; one with escapes is JSON's business.
    fn text(&mut self) -> Option<&'a str> {
        let rest = self.0.trim_ascii_start().strip_prefix(b"\"")?;
        let end = rest.iter().position(|b| matches!(b, b'"' | b'\\'))?;
        let (text, rest) = rest.split_at_checked(end)?;
        self.0 = rest.strip_prefix(b"\"")?;
        std::str::from_utf8(text).ok()
    }

    fn key(&mut self, name: &str) -> Option<()> {
        let before = self.0;
        let found = self.text() == Some(name) && self.mark(b':').is_some();
        if !found {
            self.0 = before;
        }
        found.then_some(())
    }

    fn text_of(&mut self, key: &str) -> Option<&'a str> {
        self.key(key)?;
        self.text()
    }

    /// Steps over `"key": number,` where it stands; elsewhere does nothing.
    fn number_of(&mut self, key: &str) {
        if self.key(key).is_some() {
            let rest = self.0.trim_ascii_start();
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            self.0 = rest.split_at(digits).1;
            let _ = self.mark(b',');
        }
    }
}
