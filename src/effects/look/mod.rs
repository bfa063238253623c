//! Looking at a session for its owner: its screen, its last messages and steps, what is
//! changed in its directory. Nothing is changed by it, so a look may be taken again.
//!
//! A look is over within [`BUDGET`], whatever hangs: the owner waits for it. What it
//! shows is bounded here, and its secrets are taken out before it is stored.

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
            let shown = record::last(look, *messages);
            ("The disk", timeout(BUDGET, shown).await)
        }
        Sight::Steps => ("The disk", timeout(BUDGET, record::steps(look)).await),
    };
    match shown {
        Ok(Ok(text)) => Report::Settled(Outcome::Done(bounded(&text))),
        Ok(Err(failure)) => settled(failure),
        Err(_) => Report::Settled(Outcome::Unknown(Doubt::TimedOut {
            program: program.to_owned(),
        })),
    }
}

/// As many whole lines as may be kept.
fn bounded(text: &str) -> Evidence {
    let (mut kept, mut used, mut left_out) = (String::new(), 0, 0);
    for line in text.lines() {
        let long = line.chars().count() + 1;
        // Of a line that is longer than all of it the beginning is better than nothing.
        if left_out == 0 && used + long <= KEPT {
            kept.push_str(line);
            kept.push('\n');
        } else if left_out == 0 && used == 0 {
            kept.extend(line.chars().take(KEPT));
            left_out = 1;
        } else {
            left_out += 1;
        }
        used += long;
    }
    Evidence::Looked {
        text: kept.trim_end().into(),
        left_out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(text: &str) -> (String, u64) {
        let Evidence::Looked { text, left_out } = bounded(text) else {
            panic!("it is a look");
        };
        (text.reveal().clone(), left_out)
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
