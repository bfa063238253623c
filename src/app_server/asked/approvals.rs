//! May a command run, may files be changed?

use super::permissions;
use super::request::{Asked, Words, choice, said};
use events::Text;
use events::prompt::{
    CommandPrompt, FileChange, Meaning, PatchFile, PatchPrompt, PromptBody, PromptChoice,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommandParams {
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    command: Option<String>,
    #[serde(default)]
    cwd: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    network_approval_context: Option<Network>,
    #[serde(default)]
    additional_permissions: Option<Value>,
    #[serde(default)]
    available_decisions: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct Network {
    host: String,
    #[serde(default)]
    protocol: Option<String>,
}

pub(super) fn command(params: &Value) -> Option<Asked> {
    let given = CommandParams::deserialize(params).ok()?;
    let permissions = match &given.additional_permissions {
        Some(wanted) if !wanted.is_null() => permissions::lines(wanted)?,
        Some(_) | None => Vec::new(),
    };
    let network = given.network_approval_context.as_ref().map(host);
    let command = given.command.as_deref().unwrap_or_default();
    // What is neither a command nor a host is something that this program does not know.
    if command.trim().is_empty() && network.is_none() {
        return None;
    }
    let command = match given.kind.as_deref() {
        None | Some("command") => super::command::as_written(command),
        // Keys for a program that runs already.
        Some("writeStdin") => format!("(input for a running program) {command}"),
        Some(_) => return None,
    };
    let choices = decisions(given.available_decisions)?;
    Some(Asked {
        body: PromptBody::Command(CommandPrompt {
            command: Text::from(command),
            cwd: given.cwd,
            reason: said(given.reason),
            network,
            permissions,
        }),
        choices,
        words: Words::None,
        whole: true,
    })
}

fn host(network: &Network) -> Text {
    let protocol = network.protocol.as_deref().unwrap_or_default();
    Text::from(match protocol {
        "" => network.host.clone(),
        protocol => format!("{} ({protocol})", network.host),
    })
}

/// The decisions that are offered. What is not understood is not offered on; a plain
/// refusal after which the turn goes on is taken whether it is offered or not.
fn decisions(offered: Option<Vec<Value>>) -> Option<Vec<(PromptChoice, Value)>> {
    let offered = offered.unwrap_or_else(|| vec![json!("accept"), json!("cancel")]);
    let mut choices: Vec<_> = offered.into_iter().filter_map(decision).collect();
    if choices.is_empty() {
        return None;
    }
    if !choices.iter().any(|(c, _)| c.meaning == Meaning::Decline) {
        let decline = choice(Meaning::Decline, "No, and Codex goes on without it");
        choices.push((decline, json!("decline")));
    }
    let reply = |(choice, decision)| (choice, json!({"decision": decision}));
    Some(choices.into_iter().map(reply).collect())
}

fn decision(decision: Value) -> Option<(PromptChoice, Value)> {
    let choice = match decision.as_str() {
        Some("accept") => choice(Meaning::Accept, "Yes, this once"),
        Some("acceptForSession") => choice(
            Meaning::AcceptForSession,
            "Yes, and not asked again in this session",
        ),
        Some("decline") => choice(Meaning::Decline, "No, and Codex goes on without it"),
        Some("cancel") => choice(Meaning::Cancel, "No, and the turn ends"),
        Some(_) => return None,
        None => amendment(&decision)?,
    };
    Some((choice, decision))
}

/// Rules that Codex would keep.
fn amendment(decision: &Value) -> Option<PromptChoice> {
    let rule = decision.as_object().filter(|rule| rule.len() == 1)?;
    if let Some(exec) = rule.get("acceptWithExecpolicyAmendment") {
        let words = exec.get("execpolicy_amendment")?.as_array()?;
        let words: Option<Vec<_>> = words.iter().map(Value::as_str).collect();
        let scope = words?.join(" ");
        if scope.is_empty() {
            return None;
        }
        let label = format!("Yes, and not asked again for commands that start with `{scope}`");
        let scope = Text::from(scope);
        return Some(choice(Meaning::AcceptAlways { scope }, &label));
    }
    let network = rule.get("applyNetworkPolicyAmendment")?;
    let network = network.get("network_policy_amendment")?;
    let host = network.get("host")?.as_str()?;
    let scope = Text::from(host);
    match network.get("action")?.as_str()? {
        "allow" => {
            let label = format!("Yes, and {host} is allowed from now on");
            Some(choice(Meaning::AcceptAlways { scope }, &label))
        }
        "deny" => {
            let label = format!("No, and {host} is blocked from now on");
            Some(choice(Meaning::DeclineAlways { scope }, &label))
        }
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PatchParams {
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    grant_root: Option<String>,
}

/// The request does not hold the patch: that came before, as an item.
pub(super) fn patch(params: &Value, known: Option<&Vec<PatchFile>>) -> Option<Asked> {
    let given = PatchParams::deserialize(params).ok()?;
    let whole = known.is_some_and(|files| !files.is_empty());
    let reply = |meaning, label, decision: &str| {
        let reply = json!({"decision": decision});
        (choice(meaning, label), reply)
    };
    Some(Asked {
        body: PromptBody::Patch(PatchPrompt {
            files: known.cloned().unwrap_or_default(),
            reason: said(given.reason),
            root: given.grant_root,
        }),
        choices: vec![
            reply(Meaning::Accept, "Yes, this once", "accept"),
            reply(
                Meaning::AcceptForSession,
                "Yes, and not asked again for these files",
                "acceptForSession",
            ),
            reply(Meaning::Cancel, "No, and the turn ends", "cancel"),
            reply(
                Meaning::Decline,
                "No, and Codex goes on without it",
                "decline",
            ),
        ],
        words: Words::None,
        whole,
    })
}

#[derive(Deserialize)]
struct Change {
    path: String,
    kind: Kind,
    #[serde(default)]
    diff: String,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    name: String,
    #[serde(default)]
    move_path: Option<String>,
}

/// The files of an item that changes files: its name, and them.
pub fn files(item: &Value) -> Option<(String, Vec<PatchFile>)> {
    if item.get("type")?.as_str()? != "fileChange" {
        return None;
    }
    let id = item.get("id")?.as_str()?.to_owned();
    let changes = Vec::<Change>::deserialize(item.get("changes")?).ok()?;
    Some((id, changes.into_iter().map(file).collect()))
}

fn file(change: Change) -> PatchFile {
    let lines = u32::try_from(change.diff.lines().count()).unwrap_or(u32::MAX);
    let counted = |sign: char| {
        // The head of a diff begins with three of the sign.
        let head = sign.to_string().repeat(3);
        let lines = change.diff.lines();
        let lines = lines.filter(|line| line.starts_with(sign) && !line.starts_with(&head));
        u32::try_from(lines.count()).unwrap_or(u32::MAX)
    };
    // For a new or deleted file the diff is its content.
    let (kind, added, removed) = match change.kind.name.as_str() {
        "add" => (FileChange::Added, lines, 0),
        "delete" => (FileChange::Deleted, 0, lines),
        "update" => match &change.kind.move_path {
            Some(to) => (
                FileChange::Moved {
                    to: Text::from(to.as_str()),
                },
                counted('+'),
                counted('-'),
            ),
            None => (FileChange::Changed, counted('+'), counted('-')),
        },
        _ => (FileChange::Unsaid, 0, 0),
    };
    PatchFile {
        path: Text::from(change.path),
        change: kind,
        added,
        removed,
        diff: Text::from(change.diff),
    }
}
