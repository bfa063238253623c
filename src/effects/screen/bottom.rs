//! The geometry of a screen read from its bottom, where Codex draws what takes keys.

/// Whether a line shows nothing.
pub(super) fn blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// The last lines that hang together, as a range; nothing on an empty screen.
pub(super) fn last_block(lines: &[String]) -> Option<std::ops::Range<usize>> {
    let end = lines.iter().rposition(|line| !blank(line))?;
    let above = lines[..end].iter().rposition(|line| blank(line));
    Some(above.map_or(0, |line| line + 1)..end + 1)
}

/// The lines as one text, every run of blanks as one space: undoes wrapping at words.
pub(super) fn squeeze(lines: &[String]) -> String {
    let words: Vec<&str> = lines.iter().flat_map(|l| l.split_whitespace()).collect();
    words.join(" ")
}

/// The last few lines as one text: a narrow pane wraps the hints.
pub(super) fn foot(lines: &[String]) -> Option<(usize, String)> {
    let block = last_block(lines)?;
    let start = block.start.max(block.end.saturating_sub(3));
    Some((start, squeeze(&lines[start..block.end])))
}

/// One row of a numbered list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) indent: usize,
    pub(super) number: u16,
    pub(super) selected: bool,
    pub(super) label: String,
}

/// Reads `› 1. Label   description`.
pub(super) fn row(at: usize, line: &str) -> Option<Row> {
    let rest = line.trim_start();
    let indent = line.len() - rest.len();
    let marked = rest.strip_prefix("› ").or_else(|| rest.strip_prefix("> "));
    let (number, label) = marked.unwrap_or(rest).split_once(". ")?;
    if number.len() > 2 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(Row {
        line: at,
        indent: if marked.is_some() { indent + 2 } else { indent },
        number: number.parse().ok()?,
        selected: marked.is_some(),
        label: label.split("  ").next().unwrap_or(label).trim().to_owned(),
    })
}

/// The first row of the list that ends above line `end`: rows are followed upwards by their
/// numbers, so that numbers within labels and descriptions do not count. What stands in the
/// first column and is no row ends the search: the list has no numbers, or it is the transcript.
pub(super) fn first_row(lines: &[String], end: usize) -> Option<Row> {
    let mut want = None;
    for (at, line) in lines[..end].iter().enumerate().rev() {
        let Some(row) = row(at, line) else {
            if blank(line) || line.starts_with(' ') {
                continue;
            }
            return None;
        };
        match want {
            Some(number) if number != row.number => {}
            _ if row.number == 1 => return Some(row),
            _ => want = row.number.checked_sub(1),
        }
    }
    None
}

/// Where the lines of a modal begin that ends above `end`: what Codex prints in the transcript
/// starts in the first column now and then, a modal never does.
pub(super) fn region_start(lines: &[String], end: usize) -> usize {
    lines[..end]
        .iter()
        .rposition(|line| !blank(line) && !line.starts_with(' '))
        .map_or(0, |line| line + 1)
}

/// How many columns a text takes: two for the wide scripts and emoji, none for what joins.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(column).sum()
}

fn column(c: char) -> usize {
    match u32::from(c) {
        _ if unseen(c) => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x2_0000..=0x3_fffd => 2,
        _ => 1,
    }
}

/// Characters of no width, which a terminal may drop or join to what stands before them.
pub(crate) fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x300..=0x36f | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x20d0..=0x20ff
            | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f | 0xfeff | 0xad | 0x61c | 0x1f3fb..=0x1f3ff
            | 0xe_0000..=0xe_01ef)
}
