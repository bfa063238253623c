//! What the stand-in shows: the cues of Codex 0.169, so that whoever reads the
//! screen reads both alike.

use std::io::{self, Write as _};

use rustix::termios::tcgetwinsize;

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
        let (rows, columns) = size();
        let (bottom, title, cursor) = match turn {
            Some(turn) => match turn.wait() {
                Wait::Answer(question) => (modal(question), "[ ! ] Action Required".into(), None),
                Wait::Until(..) => (self.composer(draft, Some(turn)), working(), Some(draft)),
            },
            None => (self.composer(draft, None), "Ready".into(), Some(draft)),
        };
        let said = self.said.join("\n\n\n");
        let room = rows.saturating_sub(bottom.len());
        let mut lines: Vec<_> = said.lines().flat_map(|line| wrap(line, columns)).collect();
        lines.drain(..(lines.len() + 1).saturating_sub(room));
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
            let shown = shown(draft);
            let row = prompt + shown.matches('\n').count();
            let last = shown.rsplit('\n').next().unwrap_or_default();
            let indent = if row == prompt { 3 } else { 1 };
            let column = (last.chars().count() + indent).min(columns);
            frame.extend([format!("\x1b[{row};{column}H\x1b[?25h")]);
        }
        put(&frame)
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
            let draft = format!("{PROMPT} {}", shown(draft));
            lines.extend(draft.split('\n').map(str::to_owned));
            ""
        };
        lines.push(String::new());
        lines.push(format!("  scripted-model default · {}", self.cwd));
        lines.push(format!("  ← for agents{help}"));
        lines
    }
}

/// A draft as the composer shows it.
fn shown(draft: &str) -> String {
    let length = draft.chars().count();
    if length > 1000 {
        return format!("[Pasted Content {length} chars]");
    }
    draft.replace('\n', "\n  ")
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
