//! What may be stored and shown of a prompt: every text of it without the secrets.

use crate::redact::redact;
use events::Text;
use events::event::Choice;
use events::prompt::{
    CommandPrompt, ElicitationField, ElicitationPrompt, FieldKind, FileChange, Meaning, PatchFile,
    PatchPrompt, PermissionsPrompt, PromptBody, PromptChoice, PromptQuestion,
};

/// A prompt without its secrets.
pub fn redacted(body: &PromptBody, choices: &[PromptChoice]) -> (PromptBody, Vec<PromptChoice>) {
    (clean_body(body), choices.iter().map(choice).collect())
}

fn text(text: &Text) -> Text {
    Text::from(redact(text.reveal()))
}

fn maybe(words: Option<&Text>) -> Option<Text> {
    words.map(text)
}

fn choice(offered: &PromptChoice) -> PromptChoice {
    let meaning = match &offered.meaning {
        Meaning::AcceptAlways { scope } => Meaning::AcceptAlways { scope: text(scope) },
        Meaning::DeclineAlways { scope } => Meaning::DeclineAlways { scope: text(scope) },
        same @ (Meaning::Accept
        | Meaning::AcceptForSession
        | Meaning::Decline
        | Meaning::Cancel
        | Meaning::AcceptFresh
        | Meaning::Other) => same.clone(),
    };
    PromptChoice {
        meaning,
        label: text(&offered.label),
    }
}

fn option(option: &Choice) -> Choice {
    Choice {
        label: text(&option.label),
        detail: text(&option.detail),
    }
}

fn clean_body(body: &PromptBody) -> PromptBody {
    match body {
        PromptBody::Command(asked) => PromptBody::Command(CommandPrompt {
            command: text(&asked.command),
            cwd: asked.cwd.clone(),
            reason: maybe(asked.reason.as_ref()),
            network: maybe(asked.network.as_ref()),
            permissions: asked.permissions.iter().map(text).collect(),
        }),
        PromptBody::Patch(asked) => PromptBody::Patch(PatchPrompt {
            files: asked.files.iter().map(file).collect(),
            reason: maybe(asked.reason.as_ref()),
            root: asked.root.clone(),
        }),
        PromptBody::Permissions(asked) => PromptBody::Permissions(PermissionsPrompt {
            wants: asked.wants.iter().map(text).collect(),
            reason: maybe(asked.reason.as_ref()),
            cwd: asked.cwd.clone(),
        }),
        PromptBody::Elicitation(asked) => PromptBody::Elicitation(ElicitationPrompt {
            server: asked.server.clone(),
            message: text(&asked.message),
            fields: asked.fields.iter().map(field).collect(),
            url: maybe(asked.url.as_ref()),
        }),
        PromptBody::Questions(asked) => PromptBody::Questions(asked.iter().map(question).collect()),
        PromptBody::Plan { text: plan } => PromptBody::Plan { text: text(plan) },
    }
}

fn file(file: &PatchFile) -> PatchFile {
    let change = match &file.change {
        FileChange::Moved { to } => FileChange::Moved { to: text(to) },
        same @ (FileChange::Added
        | FileChange::Deleted
        | FileChange::Changed
        | FileChange::Unsaid) => same.clone(),
    };
    PatchFile {
        path: text(&file.path),
        change,
        diff: text(&file.diff),
        ..*file
    }
}

fn field(field: &ElicitationField) -> ElicitationField {
    let kind = match &field.kind {
        FieldKind::OneOf(options) => FieldKind::OneOf(options.iter().map(option).collect()),
        same @ (FieldKind::Text | FieldKind::Number | FieldKind::Boolean | FieldKind::Other) => {
            same.clone()
        }
    };
    ElicitationField {
        name: field.name.clone(),
        title: text(&field.title),
        kind,
        required: field.required,
    }
}

fn question(question: &PromptQuestion) -> PromptQuestion {
    PromptQuestion {
        id: question.id.clone(),
        text: text(&question.text),
        options: question.options.iter().map(option).collect(),
        ..*question
    }
}
