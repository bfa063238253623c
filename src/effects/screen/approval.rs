//! What an approval, a plan or a form of an MCP server asks, read from its modal: the
//! text, and every choice with its number. Whether it is such a modal at all has been
//! decided before, by all of its cues; here it is only taken apart.

use super::bottom::{self, Row, blank};
use super::cues::CUT;
use super::{Capture, change, recognise};
use events::outcome::Screen;
use events::prompt::{
    CommandPrompt, ElicitationPrompt, Meaning, PatchPrompt, PromptBody, PromptChoice,
};

/// A prompt as its modal shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenPrompt {
    /// What is asked.
    pub body: PromptBody,
    /// What is offered, row by row: the first has the number 1.
    pub choices: Vec<PromptChoice>,
    /// Nothing of it is cut.
    pub whole: bool,
}

/// The prompt that is up, if it is one that can be read.
pub fn prompt(capture: &Capture) -> Option<SeenPrompt> {
    let screen = recognise(capture).screen;
    let plan = screen == Screen::PlanPrompt;
    if !plan && !matches!(screen, Screen::Approval { .. }) {
        return None;
    }
    // A list hides the cursor; where one shows, keys would be text.
    if capture.cursor_visible {
        return None;
    }
    let lines = capture.lines.as_slice();
    let (foot, _) = bottom::foot(lines)?;
    let rows = rows(lines, foot)?;
    let first = rows.first()?.line;
    let region = &lines[bottom::region_start(lines, first)..first];
    let choices: Vec<_> = rows.iter().map(choice).collect();
    let (body, found) = if plan {
        proposed(lines, first)
    } else {
        body(region, &lines[..first], usize::from(capture.width))?
    };
    let cut = lines.iter().any(|line| line.contains(CUT));
    Some(SeenPrompt {
        body,
        choices,
        whole: found && !cut,
    })
}

/// The rows of the list, without a gap from the first one down to the hints.
fn rows(lines: &[String], foot: usize) -> Option<Vec<Row>> {
    let first = bottom::first_row(lines, foot)?;
    let mut rows = vec![first];
    let below = lines.iter().enumerate().skip(rows[0].line + 1);
    for (at, line) in below {
        let last = rows.last_mut()?;
        match bottom::row(at, line) {
            Some(row) if row.number == last.number + 1 && row.indent == last.indent => {
                rows.push(row);
            }
            // The rest of a label that was wrapped.
            _ if line.starts_with("     ") && !blank(line) => {
                last.label.push(' ');
                last.label.push_str(line.trim());
            }
            _ => break,
        }
    }
    let selected = rows.iter().filter(|row| row.selected).count();
    (selected == 1 && rows.len() > 1 && rows.len() < 10).then_some(rows)
}

/// What a row means, by Codex's own words. What is not known means nothing in particular.
fn choice(row: &Row) -> PromptChoice {
    let label = row.label.trim();
    let label = label
        .rsplit_once(" (")
        .filter(|(_, key)| key.len() < 6 && key.ends_with(')'))
        .map_or(label, |(label, _)| label);
    let scope = |start: &str| label.strip_prefix(start).map(|scope| scope.trim().into());
    let meaning = match label {
        "Yes, proceed" | "Yes, just this once" | "Allow" | "Yes, implement this plan" => {
            Meaning::Accept
        }
        "Yes, clear context and implement" => Meaning::AcceptFresh,
        "No, stay in Plan mode" | "No, continue without running it" => Meaning::Decline,
        "Yes, and don't ask again for these files"
        | "Yes, and don't ask again for this command in this session"
        | "Yes, and allow this host for this conversation"
        | "Allow for this session" => Meaning::AcceptForSession,
        "Yes, and allow this host in the future" | "Always allow" => Meaning::AcceptAlways {
            scope: if label == "Always allow" {
                "this tool"
            } else {
                "this host"
            }
            .into(),
        },
        "No, and block this host in the future" => Meaning::DeclineAlways {
            scope: "this host".into(),
        },
        "No, and tell Codex what to do differently" | "Cancel" => Meaning::Cancel,
        _ => scope("Yes, and don't ask again for ")
            .map_or(Meaning::Other, |scope| Meaning::AcceptAlways { scope }),
    };
    PromptChoice {
        meaning,
        label: label.into(),
    }
}

/// What stands between the heading and the list, and whether it is all there.
fn body(region: &[String], above: &[String], width: usize) -> Option<(PromptBody, bool)> {
    let text = bottom::squeeze(region);
    if let Some(rest) = text.split("approve network access to \"").nth(1) {
        let host = rest.split('"').next()?;
        return Some((command("", Some(host), region), true));
    }
    if text.contains("Would you like to make the following edits?") {
        return Some(patch(region, above));
    }
    let form = region
        .iter()
        .position(|line| line.trim().starts_with("Field "));
    if let Some(at) = form {
        let message = paragraphs(&region[at + 1..]);
        let server = message.split("Allow the ").nth(1);
        let server = server.and_then(|rest| rest.split(" MCP server").next());
        let asked = ElicitationPrompt {
            server: server.unwrap_or("An MCP server").to_owned(),
            message: message.into(),
            fields: Vec::new(),
            url: None,
        };
        return Some((PromptBody::Elicitation(asked), true));
    }
    let heading = text.contains("Would you like to run the following command?");
    let from = region
        .iter()
        .position(|line| line.trim_start().starts_with("$ "));
    let Some(from) = from else {
        return Some((command("", None, region), false));
    };
    let shown = unwrapped(&region[from..], width);
    let shown = shown.strip_prefix("$ ").unwrap_or(&shown);
    Some((command(shown, None, region), heading))
}

fn command(text: &str, network: Option<&str>, region: &[String]) -> PromptBody {
    PromptBody::Command(CommandPrompt {
        command: text.into(),
        cwd: None,
        reason: field(region, "Reason: ").map(Into::into),
        network: network.map(Into::into),
        permissions: field(region, "Permission rule: ")
            .map(Into::into)
            .into_iter()
            .collect(),
    })
}

/// A field with its name in front, to the end of its paragraph.
fn field(region: &[String], name: &str) -> Option<String> {
    let at = region
        .iter()
        .position(|line| line.trim_start().starts_with(name))?;
    let lines: Vec<_> = region[at..]
        .iter()
        .take_while(|line| !blank(line))
        .cloned()
        .collect();
    Some(
        bottom::squeeze(&lines)
            .strip_prefix(name)?
            .trim()
            .to_owned(),
    )
}

fn paragraphs(lines: &[String]) -> String {
    let lines = lines.iter().map(|line| line.trim());
    lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The command's lines. One that fills the pane goes on in the next.
fn unwrapped(lines: &[String], width: usize) -> String {
    let mut out = String::new();
    let mut full = false;
    for line in lines {
        let shown = line.strip_prefix("  ").unwrap_or(line).trim_end();
        if !out.is_empty() {
            let word = shown.split_whitespace().next().map_or(0, bottom::columns);
            out.push(if full && word > 0 { ' ' } else { '\n' });
        }
        let next = bottom::columns(line.trim_end());
        full = next + 8 >= width;
        out.push_str(if out.ends_with(' ') {
            shown.trim_start()
        } else {
            shown
        });
    }
    out.trim_end().to_owned()
}

/// The files, and their change as Codex shows it above the modal.
fn patch(region: &[String], above: &[String]) -> (PromptBody, bool) {
    let (files, whole) = change::files(above);
    let asked = PatchPrompt {
        files,
        reason: field(region, "Reason: ").map(Into::into),
        root: None,
    };
    (PromptBody::Patch(asked), whole)
}

/// The plan above its prompt, if its beginning is still on the screen.
fn proposed(lines: &[String], first: usize) -> (PromptBody, bool) {
    let begins = lines[..first]
        .iter()
        .rposition(|line| line.starts_with("• Proposed Plan"));
    let Some(at) = begins else {
        return (PromptBody::Plan { text: "".into() }, false);
    };
    let plan: Vec<_> = lines[at + 1..first]
        .iter()
        .take_while(|line| blank(line) || line.starts_with(' '))
        .map(|line| line.trim().to_owned())
        .collect();
    let text = plan.join("\n");
    let text = text
        .split("Implement this plan?")
        .next()
        .unwrap_or_default()
        .trim();
    (PromptBody::Plan { text: text.into() }, true)
}
