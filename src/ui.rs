//! Where words leave the program: data on standard output, talk on standard
//! error. Before anything reaches a terminal, characters that command it (escape
//! sequences) or that make text read as another text (bidirectional controls)
//! are shown as their code instead. A pipe gets the bytes as they are, since
//! another program reads them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

/// Prints data. That nobody reads any further is no error.
pub fn data(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let shown = if out.is_terminal() {
        harmless(text)
    } else {
        Cow::Borrowed(text)
    };
    let written = out.write_all(shown.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints text that was made harmless and got its colours already.
pub fn painted(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Whether a person reads standard output on a terminal.
pub fn on_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Says something to the person at the terminal. If standard error is gone, there is nobody to tell.
pub fn talk(text: &str) {
    let mut err = io::stderr().lock();
    let shown = if err.is_terminal() {
        harmless(text)
    } else {
        Cow::Borrowed(text)
    };
    let ended = if shown.ends_with('\n') { "" } else { "\n" };
    let _ = write!(err, "{shown}{ended}");
}

/// The text with every character that could command a terminal or turn the
/// direction of reading shown as `\u{…}`; line ends and tabs stay.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if !text.chars().any(commands) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if commands(c) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn commands(c: char) -> bool {
    let bidirectional = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    let separators = matches!(c, '\u{2028}' | '\u{2029}');
    bidirectional || separators || (c.is_control() && c != '\n' && c != '\t')
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn what_commands_a_terminal_is_shown_and_not_sent() {
        assert_eq!(
            harmless("plain ünï 👍🏽\tand\nlines"),
            "plain ünï 👍🏽\tand\nlines"
        );
        assert_eq!(
            harmless("\u{1b}[2Jgone\r\u{7}"),
            "\\u{1b}[2Jgone\\u{d}\\u{7}"
        );
        assert_eq!(harmless("\u{9b}31m"), "\\u{9b}31m");
        assert_eq!(
            harmless("user\u{202e}txt.exe\u{2066}"),
            "user\\u{202e}txt.exe\\u{2066}"
        );
    }
}
