//! Reads the attributes out of `capture-pane -e`: which characters are dim. Codex draws its
//! suggestions and the owner's old messages dim, and what is being typed never.

/// The characters of a row, each with whether it is dim.
pub(super) type Cells = Vec<(char, bool)>;

/// All rows. tmux carries attributes over from one line to the next, so they are read together.
pub(super) fn rows(styled: &[String]) -> Vec<Cells> {
    let mut dim = false;
    styled.iter().map(|line| row(line, &mut dim)).collect()
}

fn row(line: &str, dim: &mut bool) -> Cells {
    let mut cells = Vec::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            if !c.is_control() {
                cells.push((c, *dim));
            }
            continue;
        }
        match chars.next() {
            Some('[') => sequence(&mut chars, dim),
            Some(']') => skip_link(&mut chars),
            // Of `ESC ( B` and its like only the last character is left to skip.
            Some('(' | ')') => drop(chars.next()),
            Some(_) | None => {}
        }
    }
    cells
}

fn sequence(chars: &mut std::str::Chars<'_>, dim: &mut bool) {
    let mut parameters = String::new();
    for c in chars {
        if ('@'..='~').contains(&c) {
            if c == 'm' {
                apply(&parameters, dim);
            }
            return;
        }
        parameters.push(c);
    }
}

/// A hyperlink: up to the string terminator.
fn skip_link(chars: &mut std::str::Chars<'_>) {
    let mut escaped = false;
    for c in chars {
        if c == '\u{7}' || (escaped && c == '\\') {
            return;
        }
        escaped = c == '\u{1b}';
    }
}

fn apply(parameters: &str, dim: &mut bool) {
    let mut values = parameters.split(';');
    while let Some(value) = values.next() {
        match value {
            "2" => *dim = true,
            "" | "0" | "22" => *dim = false,
            // A colour's own numbers are not attributes: `38;2;r;g;b` is not dim.
            "38" | "48" | "58" => {
                let count = if values.next() == Some("2") { 3 } else { 1 };
                values.by_ref().take(count).for_each(drop);
            }
            _ => {}
        }
    }
}
