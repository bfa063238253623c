//! What the stand-in shows: the cues of Codex 0.169, so that whoever reads the
//! screen reads both alike.

use std::io::{self, Write as _};

use rustix::termios::tcgetwinsize;

use super::asking;
use super::stamp::now;
use super::turn::{Question, Turn, Wait};

const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

const PROMPT: &str = "\x1b[1m›\x1b[0m";

/// The screen and what has been said on it.
pub(super) struct Screen {
    thread: String,
    cwd: String,
    said: Vec<String>,
}

impl Screen {
    /// Takes the terminal's other screen.
    pub(super) fn open(thread: &str, cwd: &str) -> io::Result<Self> {
        // Codex cuts the id in the title to 29 characters.
        let thread = format!("{}...", thread.get(..29).unwrap_or(thread));
        let cwd = cwd.to_owned();
        let said = vec![format!(">_ Stand-in for OpenAI Codex (scripted)\n   {cwd}")];
        put("\x1b[?1049h\x1b[?2004h\x1b[2J")?;
        Ok(Self { thread, cwd, said })
    }

    /// Adds a block to the transcript.
    pub(super) fn say(&mut self, block: &str) {
        self.said.push(block.to_owned());
    }

    pub(super) fn draw(&self, draft: &str, turn: Option<&Turn>) -> io::Result<()> {
        put(&self.frame(size(), draft, turn))
    }

    fn frame(&self, (rows, columns): (usize, usize), draft: &str, turn: Option<&Turn>) -> String {
        let draft = &shown(draft, columns);
        let (bottom, title, cursor) = match turn {
            Some(turn) => match turn.wait() {
                Wait::Answer(question) => (modal(question), "[ ! ] Action Required".into(), None),
                Wait::Approval(approval) => {
                    let title = "[ ! ] Action Required".into();
                    (asking::modal(approval), title, None)
                }
                Wait::Until(..) => (self.composer(draft, Some(turn)), working(), Some(draft)),
            },
            None => (self.composer(draft, None), "Ready".into(), Some(draft)),
        };
        let said = self.said.join("\n\n\n");
        let room = rows.saturating_sub(bottom.len());
        let mut lines: Vec<_> = said.lines().flat_map(|line| wrap(line, columns)).collect();
        // One line is left free above the composer.
        let over = (lines.len() + 1).saturating_sub(room).min(lines.len());
        lines.drain(..over);
        lines.resize(room, String::new());
        let prompt = bottom.iter().position(|line| line.starts_with(PROMPT));
        let prompt = lines.len() + prompt.unwrap_or_default() + 1;
        lines.extend(bottom);
        // Each line replaces what stood there, so that nobody sees an empty screen.
        let mut frame = format!(
            "\x1b]0;{title} | {}\x07\x1b[?25l\x1b[H{}\x1b[K",
            self.thread,
            lines.join("\x1b[K\r\n")
        );
        if let Some(draft) = cursor {
            let row = prompt + draft.matches('\n').count();
            let last = draft.rsplit('\n').next().unwrap_or_default();
            let indent = if row == prompt { 3 } else { 1 };
            let column = (last.chars().count() + indent).min(columns);
            frame.extend([format!("\x1b[{row};{column}H\x1b[?25h")]);
        }
        frame
    }

    /// Gives the terminal back, with the title cleared.
    pub(super) fn leave() -> io::Result<()> {
        put("\x1b[?2004l\x1b[?1049l\x1b[?25h\x1b]0;\x07")
    }

    fn composer(&self, draft: &str, turn: Option<&Turn>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(turn) = turn {
            let age = turn.age();
            lines.push(format!("• Working ({age}s • esc to interrupt)"));
            lines.extend([String::new(), String::new()]);
        }
        let help = if draft.is_empty() {
            lines.push(format!("{PROMPT} \x1b[2mAsk Codex to do anything\x1b[0m"));
            " · ? for shortcuts"
        } else {
            let draft = format!("{PROMPT} {draft}");
            lines.extend(draft.split('\n').map(str::to_owned));
            ""
        };
        lines.push(String::new());
        lines.push(format!("  scripted-model default · {}", self.cwd));
        lines.push(format!("  ← for agents{help}"));
        lines
    }
}

/// A draft as the composer shows it, the second line and those after indented.
fn shown(draft: &str, columns: usize) -> String {
    let length = draft.chars().count();
    if length > 1000 {
        return format!("[Pasted Content {length} chars]");
    }
    let width = columns.saturating_sub(2).max(1);
    let lines = draft.split('\n').flat_map(|line| wrap(line, width));
    lines.collect::<Vec<_>>().join("\n  ")
}

fn working() -> String {
    let frame = usize::try_from(now() / 100).unwrap_or_default() % SPINNER.len();
    format!("{} Working", SPINNER[frame])
}

fn modal(question: &Question) -> Vec<String> {
    let mut lines = vec![
        "  Question 1/1 (1 unanswered)".to_owned(),
        format!("  {}", question.text()),
        String::new(),
    ];
    for (option, nth) in question.options().iter().zip(1..) {
        let mark = if nth == 1 { '›' } else { ' ' };
        lines.push(format!("  {mark} {nth}. {option}"));
    }
    lines.push(String::new());
    lines.push("  tab to add notes | enter to submit answer | esc to interrupt".into());
    lines
}

fn wrap(line: &str, columns: usize) -> Vec<String> {
    let letters: Vec<char> = line.chars().collect();
    if letters.is_empty() {
        return vec![String::new()];
    }
    letters
        .chunks(columns)
        .map(|chunk| chunk.iter().collect())
        .collect()
}

fn size() -> (usize, usize) {
    tcgetwinsize(io::stdout()).map_or((24, 80), |size| {
        (
            usize::from(size.ws_row).max(1),
            usize::from(size.ws_col).max(1),
        )
    })
}

fn put(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_size_and_draft_can_be_drawn() {
        let screen = Screen {
            thread: "t".into(),
            cwd: "/w".into(),
            said: vec!["› hello".into(), "• line\n".repeat(9)],
        };
        for rows in 1..30 {
            for columns in [1, 2, 3, 80] {
                let frame = screen.frame((rows, columns), "one two\nthree", None);
                assert!(frame.contains("\x1b[1m›\x1b[0m o"), "{rows}x{columns}");
            }
        }
        let frame = screen.frame((9, 10), "0123456789", None);
        assert!(frame.contains("01234567\x1b[K\r\n  89"), "{frame:?}");
    }
}
