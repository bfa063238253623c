//! How a prompt is worded. The first line can be read aloud in one breath; below it
//! stands everything that is asked, and exactly what may be answered.

use crate::escape::{on_one_line, visible};
use crate::heading::Heading;
use crate::prompts::Prompt;
use crate::render::{self, SIGIL, tidy};
use crate::sessions::Session;
use events::prompt::{
    CommandPrompt, ElicitationPrompt, FieldKind, FileChange, Meaning, PatchFile, PatchPrompt,
    PromptBody, PromptChoice, PromptQuestion,
};
use events::{Text, forgotten};

/// Most characters of what is asked for in the first line.
const BREATH: usize = 90;

/// A notice of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its texts.
    pub parts: Vec<Text>,
    /// They hold all of what is asked.
    pub whole: bool,
}

/// What a prompt's notice is made of.
struct Draft {
    /// The sentence.
    first: String,
    /// What may be long: a command, a diff, a plan.
    block: String,
    /// What is said about it, and what may be answered.
    rest: String,
}

/// The notice of a prompt, in one text; with `all`, in as many as it takes.
pub fn notice(session: Option<&Session>, prompt: &Prompt, max: usize, all: bool) -> Told {
    let mut draft = drafted(session, prompt);
    let name = session.map_or_else(String::new, |s| format!(" @{}", s.reference));
    let first = format!("{} {SIGIL}{name}", draft.first);
    if !prompt.whole {
        draft.rest = format!(
            "Codex's screen shows only a part of it, so it cannot be allowed from here.\n{}",
            draft.rest
        );
    }
    let used = first.chars().count() + draft.rest.chars().count() + 2;
    let block = draft.block.chars().count();
    if used + block <= max {
        let parts = vec![Text::from(lines([first, draft.block, draft.rest]))];
        return Told {
            parts,
            whole: prompt.whole,
        };
    }
    if all {
        let head = render::head(session, &Heading::AllOfIt);
        let body = lines([draft.first, draft.block, draft.rest]);
        let whole = body.chars().count() < max.saturating_mul(15);
        let parts = render::parts(&head, &body, max);
        return Told {
            parts,
            whole: whole && prompt.whole,
        };
    }
    let show = session.map_or_else(String::new, |s| {
        format!(
            " \"show @{}\" sends all of it; only then does yes count.",
            s.reference
        )
    });
    let room = max.saturating_sub(used + show.chars().count() + 60);
    let (shown, left) = cut(&draft.block, room);
    let rest = format!("… {left} more characters are cut.{show}\n{}", draft.rest);
    Told {
        parts: render::plain_parts(&lines([first, shown, rest]), max),
        whole: false,
    }
}

/// Reminds of a prompt that the owner was told of.
pub fn reminder(session: Option<&Session>, prompt: &Prompt, waited: &str, max: usize) -> Vec<Text> {
    let first = drafted(session, prompt).first;
    let name = session.map_or_else(String::new, |s| format!(" @{}", s.reference));
    let show = session.map_or_else(String::new, |s| {
        format!(" \"show @{}\" sends all of it.", s.reference)
    });
    let text = format!(
        "Still waiting: {first} {SIGIL}{name}\nNobody has answered for {waited}. Reply here.{show} \
         You are not reminded again."
    );
    render::plain_parts(&text, max)
}

/// As many whole lines as fit, and how many characters are left out.
fn cut(block: &str, room: usize) -> (String, usize) {
    let mut shown = String::new();
    let mut used = 0;
    for line in block.lines() {
        let long = line.chars().count() + 1;
        if used + long > room {
            let rest = room.saturating_sub(used + 1);
            if shown.is_empty() && rest > 20 {
                shown = line.chars().take(rest).collect();
            }
            break;
        }
        if !shown.is_empty() {
            shown.push('\n');
        }
        shown.push_str(line);
        used += long;
    }
    let left = block.chars().count().saturating_sub(shown.chars().count());
    (shown, left)
}

fn drafted(session: Option<&Session>, prompt: &Prompt) -> Draft {
    let name = session.map_or_else(|| "Codex".into(), |s| tidy(s.name(), 40));
    let closing = if offers(&prompt.choices, is_yes) {
        " Yes or no?"
    } else {
        ""
    };
    let choices = choices(&prompt.choices);
    match &prompt.body {
        PromptBody::Command(asked) => command(&name, asked, closing, &choices),
        PromptBody::Patch(asked) => patch(&name, asked, closing, &choices),
        PromptBody::Permissions(asked) => {
            let wants: Vec<_> = asked.wants.iter().map(|w| visible(w.reveal())).collect();
            let first = tidy(&wants.join(", "), BREATH);
            let about = about(asked.cwd.as_deref(), asked.reason.as_ref());
            Draft {
                first: format!("{name} wants more permissions: {first}.{closing}"),
                block: quoted(&wants.join("\n")),
                rest: lines([about, choices]),
            }
        }
        PromptBody::Elicitation(asked) => elicitation(&name, asked, closing, &choices),
        PromptBody::Questions(asked) => questions(&name, asked),
        PromptBody::Plan { text } => Draft {
            first: format!("{name} has a plan and asks whether to carry it out.{closing}"),
            block: quoted(&render::clean(text.reveal())),
            rest: choices,
        },
    }
}

fn lines<const N: usize>(pieces: [String; N]) -> String {
    let pieces: Vec<_> = pieces
        .into_iter()
        .filter(|piece| !piece.is_empty())
        .collect();
    pieces.join("\n")
}

/// Each line behind a mark, so that nothing in it passes for words of ours.
fn quoted(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| format!("> {line}")).collect();
    lines.join("\n")
}

/// Where, and why.
fn about(cwd: Option<&str>, reason: Option<&Text>) -> String {
    let cwd = cwd.map_or_else(String::new, |cwd| format!("In {}", on_one_line(cwd)));
    let reason = reason.map(|reason| tidy(reason.reveal(), 300));
    let reason = reason.filter(|reason| !reason.is_empty());
    let reason = reason.map_or_else(String::new, |reason| format!("Reason: {reason}"));
    lines([cwd, reason])
}

fn command(name: &str, asked: &CommandPrompt, closing: &str, choices: &str) -> Draft {
    let line = on_one_line(asked.command.reveal());
    let host = asked
        .network
        .as_ref()
        .map(|host| on_one_line(host.reveal()));
    let mut wants: Vec<_> = host
        .iter()
        .map(|host| format!("network access to {host}"))
        .collect();
    wants.extend(asked.permissions.iter().map(|p| on_one_line(p.reveal())));
    let about = about(asked.cwd.as_deref(), asked.reason.as_ref());
    let fits = line.chars().count() <= BREATH && !asked.command.reveal().contains('\n');
    let first = match (&host, line.is_empty()) {
        (Some(host), true) => format!("{name} wants to reach {}.{closing}", tidy(host, BREATH)),
        _ => format!("{name} wants to run: {}.{closing}", tidy(&line, BREATH)),
    };
    let block = if fits {
        String::new()
    } else {
        quoted(&visible(asked.command.reveal()))
    };
    let also = if wants.is_empty() {
        String::new()
    } else {
        format!("It also wants: {}", wants.join("; "))
    };
    Draft {
        first,
        block,
        rest: lines([about, also, choices.to_owned()]),
    }
}

fn patch(name: &str, asked: &PatchPrompt, closing: &str, choices: &str) -> Draft {
    let path = |file: &PatchFile| on_one_line(file.path.reveal());
    let counted = |file: &PatchFile| {
        if file.change == FileChange::Unsaid && file.added + file.removed == 0 {
            return path(file);
        }
        format!("{} (+{} -{})", path(file), file.added, file.removed)
    };
    let what = match asked.files.as_slice() {
        [] => "files".into(),
        [only] => counted(only),
        several => format!("{} files", several.len()),
    };
    let mut block = Vec::new();
    for file in &asked.files {
        let how = match &file.change {
            FileChange::Added => "new: ".into(),
            FileChange::Deleted => "deleted: ".into(),
            FileChange::Changed | FileChange::Unsaid => String::new(),
            FileChange::Moved { to } => format!("moved to {}: ", on_one_line(to.reveal())),
        };
        block.push(format!("{how}{}", counted(file)));
        block.push(quoted(&visible(file.diff.reveal())));
    }
    block.retain(|line| !line.is_empty());
    let root = asked.root.as_ref().map_or_else(String::new, |root| {
        format!(
            "It also wants to write below {} from now on",
            on_one_line(root)
        )
    });
    Draft {
        first: format!("{name} wants to change {}.{closing}", tidy(&what, BREATH)),
        block: block.join("\n"),
        rest: lines([about(None, asked.reason.as_ref()), root, choices.to_owned()]),
    }
}

fn elicitation(name: &str, asked: &ElicitationPrompt, closing: &str, choices: &str) -> Draft {
    let message = tidy(asked.message.reveal(), usize::MAX);
    let server = on_one_line(&asked.server);
    let mut rest = Vec::new();
    for field in &asked.fields {
        let kind = match &field.kind {
            FieldKind::Text => "words".to_owned(),
            FieldKind::Number => "a number".to_owned(),
            FieldKind::Boolean => "yes or no".to_owned(),
            FieldKind::OneOf(options) => {
                let labels = options.iter().map(|o| on_one_line(o.label.reveal()));
                labels.collect::<Vec<_>>().join(" / ")
            }
            FieldKind::Other => "can only be filled in where it runs".to_owned(),
        };
        rest.push(format!("{}: {kind}", on_one_line(field.title.reveal())));
    }
    if let Some(url) = &asked.url {
        rest.push(format!(
            "It wants this page to be opened: {}",
            on_one_line(url.reveal())
        ));
    }
    rest.push(choices.to_owned());
    let long = message.chars().count() > BREATH;
    Draft {
        first: format!(
            "{server} in {name} asks: {}{closing}",
            tidy(&message, BREATH)
        ),
        block: if long {
            quoted(&render::clean(asked.message.reveal()))
        } else {
            String::new()
        },
        rest: rest.join("\n"),
    }
}

/// Questions with numbered options, as the owner answers them.
fn questions(name: &str, asked: &[PromptQuestion]) -> Draft {
    let plain: Vec<_> = asked.iter().map(plain_question).collect();
    let first = match asked {
        [only] => format!("{name} asks: {}", tidy(only.text.reveal(), 2 * BREATH)),
        several => format!("{name} asks {} questions.", several.len()),
    };
    let free = asked
        .iter()
        .any(|question| question.free && !question.secret);
    let free = if free {
        "Something else: \"other: your words\"."
    } else {
        ""
    };
    let secret = asked.iter().any(|question| question.secret);
    let secret = if secret {
        "It asks for a secret: answer it where it runs."
    } else {
        ""
    };
    Draft {
        first,
        block: render::questions(&plain),
        rest: lines([free.to_owned(), secret.to_owned()]),
    }
}

fn plain_question(asked: &PromptQuestion) -> events::event::Question {
    events::event::Question {
        id: asked.id.clone(),
        text: asked.text.clone(),
        options: asked.options.clone(),
    }
}

/// Whether one of the choices is of this kind.
pub fn offers(choices: &[PromptChoice], kind: impl Fn(&Meaning) -> bool) -> bool {
    choices.iter().any(|choice| kind(&choice.meaning))
}

/// It allows what is asked.
pub const fn is_yes(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Accept)
}

/// It allows something, now or for longer.
pub const fn allows(meaning: &Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Accept
            | Meaning::AcceptForSession
            | Meaning::AcceptAlways { .. }
            | Meaning::AcceptFresh
            | Meaning::Other
    )
}

/// Exactly what Codex offers, each with the word that chooses it.
fn choices(offered: &[PromptChoice]) -> String {
    let declines = offers(offered, |m| matches!(m, Meaning::Decline));
    let line = |choice: &PromptChoice| match &choice.meaning {
        Meaning::Accept => "yes: this once".to_owned(),
        Meaning::AcceptForSession => "session: yes, and not asked again in this session".into(),
        Meaning::AcceptAlways { scope } => {
            format!("always: yes, and never asked again for {}", scoped(scope))
        }
        Meaning::Decline => "no: refused, and Codex goes on".into(),
        Meaning::Cancel if declines => "cancel: refused, and the turn ends".into(),
        Meaning::Cancel => "no: refused, and the turn ends".into(),
        Meaning::DeclineAlways { scope } => {
            format!("never: no, and from now on for {}", scoped(scope))
        }
        Meaning::AcceptFresh => "fresh: yes, with a cleared context".into(),
        Meaning::Other => format!("\"{}\"", tidy(&on_one_line(choice.label.reveal()), 80)),
    };
    if offered.is_empty() {
        return "It can only be answered where it runs.".into();
    }
    offered.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn scoped(scope: &Text) -> String {
    tidy(&on_one_line(scope.reveal()), 120)
}

/// A prompt in a few words, for lists and receipts.
pub fn brief(prompt: &Prompt) -> String {
    let words = |text: &Text| on_one_line(forgotten::shown(text.reveal()));
    let text = match &prompt.body {
        PromptBody::Command(asked) if asked.command.reveal().is_empty() => {
            let host = asked.network.as_ref().map(words);
            format!("reach {}", host.unwrap_or_else(|| "the network".into()))
        }
        PromptBody::Command(asked) => format!("run {}", words(&asked.command)),
        PromptBody::Patch(asked) => {
            let first = asked.files.first().map(|file| words(&file.path));
            let more = asked.files.len().saturating_sub(1);
            let more = if more == 0 {
                String::new()
            } else {
                format!(" and {more} more")
            };
            format!("change {}{more}", first.unwrap_or_else(|| "files".into()))
        }
        PromptBody::Permissions(_) => "get more permissions".into(),
        PromptBody::Elicitation(asked) => format!("answer {}", on_one_line(&asked.server)),
        PromptBody::Questions(asked) => {
            let first = asked.first().map(|question| words(&question.text));
            first.unwrap_or_default()
        }
        PromptBody::Plan { .. } => "carry out its plan".into(),
    };
    tidy(&text, 70)
}
