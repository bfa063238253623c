//! The marks that phones and Contacts put into what people write.

/// How `@` is written.
pub(crate) const AT: [char; 2] = ['@', '＠'];

/// Shows nothing: joiners, marks of direction, the place of an attachment.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fffc}'
            | '\u{fffd}'
    )
}

/// Without white space and invisible marks around it.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}
