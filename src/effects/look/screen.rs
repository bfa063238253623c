//! What a session's pane shows now. The pane is proven before and after the look as it
//! is before keys are pressed: what another thread shows is never taken for this one's.

use super::super::EffectsConfig;
use super::super::panes::show as capture;
use events::outcome::Failure;
use events::{Pane, SessionId};

/// A row of one mark is a line across the terminal; a phone is narrower.
const RULE: usize = 24;

/// The rows, fit for a phone.
pub(super) async fn show(
    config: &EffectsConfig,
    session: &SessionId,
    hints: &[Pane],
) -> Result<String, Failure> {
    let rows = capture(config, session, hints).await;
    rows.map(|rows| fit(&rows))
        .map_err(|why| Failure::NoPane { why })
}

/// Without blanks at the ends of rows, blank rows at both ends and more than one between.
fn fit(rows: &[String]) -> String {
    let mut kept: Vec<String> = Vec::new();
    for row in rows {
        let row = short_rule(row.trim_end());
        let blank = row.is_empty() && kept.last().is_none_or(String::is_empty);
        if !blank {
            kept.push(row);
        }
    }
    if kept.last().is_some_and(String::is_empty) {
        kept.pop();
    }
    if kept.is_empty() {
        return "The screen is empty.".to_owned();
    }
    kept.join("\n")
}

fn short_rule(row: &str) -> String {
    let mut marks = row.chars().filter(|c| *c != ' ');
    let first = marks.next();
    let line = |c: char| matches!(c, '\u{2500}'..='\u{257f}' | '\u{2580}'..='\u{259f}');
    if first.is_some_and(line) && marks.all(|c| Some(c) == first) {
        return row.chars().take(RULE).collect();
    }
    row.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_rows_and_lines_across_the_terminal_are_cut() {
        let rule = "─".repeat(120);
        let rows = ["", "  › hello   ", "", "", &rule, "│ a ── b │", "  ", ""];
        let rows = rows.map(str::to_owned);
        let short = "─".repeat(RULE);
        assert_eq!(fit(&rows), format!("  › hello\n\n{short}\n│ a ── b │"));
        assert_eq!(fit(&[]), "The screen is empty.");
        assert_eq!(fit(&["   ".to_owned()]), "The screen is empty.");
    }
}
