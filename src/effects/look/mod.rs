//! Looking at a session for its owner: its screen, its last messages and steps, what is
//! changed in its directory. Nothing is changed by it, so a look may be taken again.
//!
//! A look is over within [`BUDGET`], whatever hangs: the owner waits for it. What it
//! shows is bounded here, after its secrets were taken out.

mod changes;
mod diff;
mod nothing;
mod record;
mod screen;

use super::{EffectsConfig, settled};
use events::command::{Look, Sight};
use events::outcome::{Doubt, Evidence};
use events::{Outcome, Report};
use std::time::Duration;
use tokio::time::timeout;

/// How long a look may take: with the way in and out the owner waits for 3 s at most.
const BUDGET: Duration = Duration::from_millis(2_600);
/// Most characters that are kept of what a look shows.
const KEPT: usize = 24_000;
/// So many more are redacted, so that no secret is cut in two where the kept ones end.
const AHEAD: usize = 24_000;

/// Takes a look.
pub(super) async fn look(config: &EffectsConfig, look: &Look) -> Report {
    let (program, shown) = match &look.sight {
        Sight::Screen { hints } => {
            let shown = screen::show(config, &look.session, hints);
            ("tmux", timeout(BUDGET, shown).await)
        }
        Sight::Diff { path } => {
            let shown = diff::show(config, &look.cwd, path.as_ref());
            ("git", timeout(BUDGET, shown).await)
        }
        Sight::Last { messages } => {
            let shown = record::last(look, *messages, config.redact);
            ("The disk", timeout(BUDGET, shown).await)
        }
        Sight::Steps => {
            let shown = record::steps(look, config.redact);
            ("The disk", timeout(BUDGET, shown).await)
        }
        Sight::Status => {
            let shown = record::newest(look, config.redact);
            ("The disk", timeout(BUDGET, shown).await)
        }
    };
    match shown {
        Ok(Ok(text)) => Report::Settled(Outcome::Done(bounded(&text, config.redact))),
        Ok(Err(failure)) => settled(failure),
        Err(_) => Report::Settled(Outcome::Unknown(Doubt::TimedOut {
            program: program.to_owned(),
        })),
    }
}

/// As many whole lines as may be kept, without secrets.
fn bounded(text: &str, redact: fn(&str) -> String) -> Evidence {
    let first = text.split_inclusive('\n').next().map_or(0, str::len);
    let (read, unread) = text.split_at(lines(text, KEPT + AHEAD).max(first));
    let redacted = redact(read);
    let end = match lines(&redacted, KEPT) {
        // Of a line that is longer than all of it the beginning is better than nothing.
        0 => { redacted.char_indices().nth(KEPT) }.map_or(redacted.len(), |(at, _)| at),
        end => end,
    };
    let (kept, cut) = redacted.split_at(end);
    Evidence::Looked {
        text: kept.trim_end().into(),
        left_out: (cut.lines().count() + unread.lines().count()) as u64,
    }
}

/// Where the last line ends that fits whole into so many characters.
fn lines(text: &str, most: usize) -> usize {
    let (mut used, mut end) = (0, 0);
    for line in text.split_inclusive('\n') {
        used += line.trim_end_matches('\n').chars().count() + 1;
        if used > most {
            break;
        }
        end += line.len();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in for a secret.
    const SECRET: &str = "sesame-sesame";

    fn looked(text: &str) -> (String, u64) {
        let redact = |text: &str| text.replace(SECRET, "[redacted]");
        let Evidence::Looked { text, left_out } = bounded(text, redact) else {
            panic!("it is a look");
        };
        (text.reveal().clone(), left_out)
    }

    #[test]
    fn no_secret_is_cut_in_two_where_a_long_line_ends() {
        for before in [KEPT - 4, KEPT + AHEAD - 4] {
            let (text, left_out) = looked(&format!("{}{SECRET}", "x".repeat(before)));
            assert!(!text.contains('s'), "{}", &text[KEPT - 20..]);
            assert_eq!(left_out, 1);
        }
    }

    #[test]
    fn what_is_too_long_is_cut_where_a_line_ends_and_counted() {
        assert_eq!(looked("one\ntwo\n\n"), ("one\ntwo".to_owned(), 0));
        let line = "x".repeat(KEPT / 4);
        let (text, left_out) = looked(&[line.as_str(); 10].join("\n"));
        assert_eq!((text.lines().count(), left_out), (3, 7));
        let (text, left_out) = looked(&"é".repeat(KEPT * 2));
        assert_eq!((text.chars().count(), left_out), (KEPT, 1));
    }
}
