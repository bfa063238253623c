//! What the scripted model answers, decided from the request alone.
//!
//! | last prompt      | answer                                                        |
//! | ---------------- | ------------------------------------------------------------- |
//! | `ask: TEXT`      | a question with two options (Plan mode), or `ask: {json}`     |
//! | `asy: TEXT`      | the same without waiting (GPT-6 models), or `asy: {json}`     |
//! | `run: COMMAND`   | a command that needs approval                                 |
//! | `try: COMMAND`   | a command in the sandbox: the approval policy decides         |
//! | `patch: FILES`   | a patch that makes files; `~FILE` changes one, `-FILE` deletes |
//! | `work: A ;; B`  | one after the other: commands in the sandbox, `patch FILES`   |
//! | `mcp: TOOL`      | that tool of the MCP server `lab`                             |
//! | `plan: TEXT`     | a proposed plan (Plan mode)                                   |
//! | `agent: TEXT`    | a sub-agent that is asked TEXT                                |
//! | `slow: N`        | N lines, one a second                                         |
//! | `quiet: N`       | nothing for N seconds, then a line                            |
//! | `long: N`        | N characters                                                  |
//! | `fail`           | HTTP 500                                                      |
//! | `limit: N`       | the account's usage limit is used up for N seconds            |
//! | `/goal TEXT`     | five turns of one step each, then the goal is reached         |
//! | anything else    | `echo: ` and the prompt                                       |
//!
//! After a tool's result it answers `done: ` and what the result says.

use serde_json::{Value, json};

/// Longest wait a script can ask for, in seconds.
const MAX_WAIT: u32 = 600;
/// Longest answer a script can ask for, in characters.
const MAX_LONG: usize = 4_000_000;

/// How Codex begins what it says to go on with a goal.
const GOAL: &str = "<codex_internal_context source=\"goal\">";
/// After so many turns a goal is reached.
const GOAL_STEPS: u32 = 5;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Said at once.
    Text(String),
    /// Said line by line for so many seconds.
    Slow(u32),
    /// Said after so many seconds of silence.
    Quiet(u32),
    /// A tool to be called.
    Call(Call),
    /// An HTTP error.
    Fail,
    /// The account's usage limit is used up for so many seconds.
    Limit(u32),
}

/// A tool call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// With JSON arguments.
    Function {
        /// The group of tools that it belongs to, if any.
        namespace: Option<String>,
        /// Tool.
        name: &'static str,
        /// Its arguments.
        arguments: Value,
    },
    /// One that Codex offered under a name of its own.
    Offered {
        /// Tool.
        name: String,
        /// Where it stands.
        namespace: Option<String>,
        /// Its arguments.
        arguments: Value,
    },
    /// With free text, as code mode does.
    Custom {
        /// Tool.
        name: &'static str,
        /// Its input.
        input: String,
    },
}

/// The answer to a request of the Responses API.
pub fn answer(request: &Value) -> Answer {
    let input = request["input"].as_array().map_or(&[][..], Vec::as_slice);
    let Some(at) = input.iter().rposition(is_prompt) else {
        return Answer::Text("echo: ".into());
    };
    let prompt = text_of(&input[at]["content"]);
    if prompt.starts_with(GOAL) {
        return goal(input);
    }
    if let Some(next) = next_step(&prompt, &input[at..]) {
        return run(json!({"cmd": next}), request);
    }
    if let Some(result) = input[at..].iter().rfind(|item| is_result(item)) {
        return Answer::Text(format!("done: {}", outcome(&result_of(&result["output"]))));
    }
    if let Some(aside) = internal(&prompt) {
        return Answer::Text(aside);
    }
    match pictures(&input[at]["content"]) {
        0 => scripted(prompt.trim(), request),
        1 => Answer::Text(format!("saw 1 picture: {}", prompt.trim())),
        many => Answer::Text(format!("saw {many} pictures: {}", prompt.trim())),
    }
}

/// The command of the next of several steps that a prompt asks for, of which some have results.
fn next_step(prompt: &str, since: &[Value]) -> Option<String> {
    let steps = prompt.trim().strip_prefix("work:")?;
    let over = since.iter().filter(|item| is_result(item)).count();
    let step = steps.split(";;").nth(over)?.trim();
    Some(
        step.strip_prefix("patch ")
            .map_or_else(|| step.to_owned(), patch),
    )
}

/// How many pictures stand in a message.
fn pictures(content: &Value) -> usize {
    let parts = content.as_array().map_or(&[][..], Vec::as_slice);
    let shown = |part: &&Value| {
        let data = part["image_url"].as_str();
        part["type"] == "input_image" && data.is_some_and(|url| url.starts_with("data:image/"))
    };
    parts.iter().filter(shown).count()
}

fn scripted(prompt: &str, request: &Value) -> Answer {
    if prompt == "fail" {
        return Answer::Fail;
    }
    let (word, rest) = prompt.split_once(':').unwrap_or((prompt, ""));
    let rest = rest.trim();
    let number = rest.parse::<u32>().ok();
    match (word, number) {
        ("ask", _) => function("request_user_input", questions(rest, "question", asked)),
        ("asy", _) => function("request_user_input_async", questions(rest, "title", titled)),
        ("run", _) => run(escalated(rest), request),
        ("try", _) => run(json!({"cmd": rest}), request),
        ("patch", _) => run(json!({"cmd": patch(rest)}), request),
        ("mcp", _) => mcp(rest, request),
        ("plan", _) => Answer::Text(format!(
            "Here it is.\n<proposed_plan>\n# Plan\n\n- {rest}\n</proposed_plan>"
        )),
        ("agent", _) => agent(rest, request),
        ("slow", Some(seconds)) => Answer::Slow(seconds.min(MAX_WAIT)),
        ("limit", Some(seconds)) => Answer::Limit(seconds),
        ("quiet", Some(seconds)) => Answer::Quiet(seconds.min(MAX_WAIT)),
        ("long", Some(length)) => Answer::Text(long(length as usize)),
        _ => Answer::Text(format!("echo: {prompt}")),
    }
}

fn function(name: &'static str, arguments: Value) -> Answer {
    Answer::Call(Call::Function {
        namespace: None,
        name,
        arguments,
    })
}

/// The group and the arguments of Codex's tool for sub-agents differ from model to model.
fn agent(message: &str, request: &Value) -> Answer {
    const NAME: &str = "spawn_agent";
    let tools = request["tools"].as_array().map_or(&[][..], Vec::as_slice);
    let inside = |group: &Value| {
        let tools = group["tools"].as_array()?;
        tools.iter().find(|tool| tool["name"] == NAME).cloned()
    };
    let found = tools
        .iter()
        .find_map(|group| Some((group["name"].as_str(), inside(group)?)));
    let Some((namespace, tool)) = found else {
        return Answer::Text("echo: there is no tool for sub-agents".into());
    };
    let mut arguments = json!({"message": message});
    if tool["parameters"]["properties"]["task_name"].is_object() {
        arguments["task_name"] = "helper".into();
    }
    Answer::Call(Call::Function {
        namespace: namespace.map(str::to_owned),
        name: NAME,
        arguments,
    })
}

/// The arguments as written in the prompt, or one question made from its text.
fn questions(rest: &str, key: &str, make: fn(&str) -> Value) -> Value {
    let given = serde_json::from_str::<Value>(rest).ok();
    given
        .filter(|value| value["questions"][0][key].is_string())
        .unwrap_or_else(|| json!({"questions": [make(rest)]}))
}

/// A tool of the MCP server, by the name that Codex offers it under.
fn mcp(tool: &str, request: &Value) -> Answer {
    let Some(offered) = offered(&request["tools"], tool) else {
        return Answer::Text(format!("there is no tool {tool}"));
    };
    Answer::Call(Call::Offered {
        name: offered.0,
        namespace: offered.1,
        arguments: json!({}),
    })
}

/// The tool whose name ends like this, and the namespace it stands in.
fn offered(tools: &Value, tool: &str) -> Option<(String, Option<String>)> {
    let list = tools.as_array()?;
    let named = |of: &Value| {
        of["name"]
            .as_str()
            .filter(|name| name.ends_with(tool))
            .map(str::to_owned)
    };
    list.iter().find_map(|offered| {
        let inner = offered["tools"].as_array();
        let inner = inner.and_then(|inner| inner.iter().find_map(named));
        let space = offered["name"].as_str().map(str::to_owned);
        match inner {
            Some(name) => Some((name, space)),
            None => named(offered).map(|name| (name, None)),
        }
    })
}

fn asked(text: &str) -> Value {
    json!({
        "id": "choice", "header": "Choice", "question": text,
        "options": [
            {"label": "sqlite", "description": "embedded"},
            {"label": "postgres", "description": "server"},
        ],
    })
}

fn titled(text: &str) -> Value {
    json!({"title": text, "options": ["sqlite", "postgres"]})
}

fn escalated(command: &str) -> Value {
    json!({
        "cmd": command,
        "sandbox_permissions": "require_escalated",
        "justification": "Do you want to allow this?",
    })
}

/// Codex takes such a command for a call of its own patch tool, in all versions.
fn patch(files: &str) -> String {
    let part = |file: &str| match (file.strip_prefix('~'), file.strip_prefix('-')) {
        (Some(file), _) => format!("*** Update File: {file}\n@@\n-one line\n+another line"),
        (_, Some(file)) => format!("*** Delete File: {file}"),
        _ => format!("*** Add File: {file}\n+one line"),
    };
    let parts: Vec<_> = files.split_whitespace().map(part).collect();
    let parts = parts.join("\n");
    format!("apply_patch <<'EOF'\n*** Begin Patch\n{parts}\n*** End Patch\nEOF")
}

/// Codex offers `exec_command` itself, or in code mode only through a script.
fn run(arguments: Value, request: &Value) -> Answer {
    let direct = request["tools"]
        .as_array()
        .is_some_and(|tools| tools.iter().any(|tool| tool["name"] == "exec_command"));
    if direct {
        return function("exec_command", arguments);
    }
    Answer::Call(Call::Custom {
        name: "exec",
        input: format!("const r = await tools.exec_command({arguments}); text(r)"),
    })
}

/// Numbered lines, so that a lost or doubled part of the text shows.
fn long(length: usize) -> String {
    let lines = (1..).flat_map(|line| {
        let line = format!("line {line} of a long answer\n");
        line.chars().collect::<Vec<_>>()
    });
    lines.take(length.min(MAX_LONG)).collect()
}

/// Codex goes on with a goal: five steps, then it is reached.
fn goal(input: &[Value]) -> Answer {
    let said = |item: &&Value| item["role"] == "assistant";
    let last = input
        .iter()
        .rfind(said)
        .map(|item| text_of(&item["content"]));
    let step = last.and_then(|text| text.strip_prefix("goal step ")?.parse::<u32>().ok());
    let step = step.map_or(1, |step| step + 1);
    let asked = |item: &Value| item["name"] == "update_goal";
    if input.iter().rev().take(3).any(asked) {
        return Answer::Text("the goal is reached".into());
    }
    if step > GOAL_STEPS {
        return function("update_goal", json!({"status": "complete"}));
    }
    Answer::Text(format!("goal step {step}"))
}

/// Codex asks the model for titles and recaps in threads of its own.
fn internal(prompt: &str) -> Option<String> {
    if prompt.starts_with("Generate a concise, single-line task title") {
        let about = prompt.split_once("User prompt:").map_or("", |(_, of)| of);
        let words: Vec<_> = about.split_whitespace().take(4).collect();
        let title: String = words.join(" ").chars().take(36).collect();
        let title = if title.is_empty() { "Task" } else { &title };
        return Some(json!({"title": title}).to_string());
    }
    prompt
        .starts_with("Write a brief catch-up")
        .then(|| "You have been trying the scripted model.".to_owned())
}

fn is_result(item: &Value) -> bool {
    matches!(
        item["type"].as_str(),
        Some("function_call_output" | "custom_tool_call_output")
    )
}

/// A message the user wrote, not one of the blocks Codex adds in his name.
fn is_prompt(item: &Value) -> bool {
    const ADDED: [&str; 5] = [
        "<environment_context>",
        "<turn_aborted>",
        "<subagent_notification>",
        "<user_action>",
        "# AGENTS.md",
    ];
    let text = text_of(&item["content"]);
    item["type"] == "message"
        && item["role"] == "user"
        && !ADDED.iter().any(|block| text.starts_with(block))
}

/// What a tool gave back; code mode puts a report before it, in its own part.
fn result_of(output: &Value) -> String {
    let last = output.as_array().and_then(|parts| parts.last());
    last.map_or_else(|| text_of(output), |part| text_of(&json!([part])))
}

/// A string, or the texts of a list of parts.
fn text_of(content: &Value) -> String {
    if let Some(text) = content.as_str() {
        return text.to_owned();
    }
    let parts = content.as_array().map_or(&[][..], Vec::as_slice);
    let texts: Vec<_> = parts
        .iter()
        .filter_map(|part| part["text"].as_str())
        .collect();
    texts.join("\n")
}

/// The answers to a question, or the last line a command printed.
fn outcome(output: &str) -> String {
    let value = serde_json::from_str::<Value>(output).unwrap_or_default();
    if let Some(answers) = value["answers"].as_object() {
        let lists = answers
            .values()
            .filter_map(|answer| answer["answers"].as_array());
        let chosen: Vec<_> = lists.flatten().filter_map(Value::as_str).collect();
        return chosen.join(", ");
    }
    if value["accepted"] == true {
        return "asked".into();
    }
    last_line(value["output"].as_str().unwrap_or(output))
}

fn last_line(text: &str) -> String {
    let line = text.lines().rfind(|line| !line.trim().is_empty());
    line.unwrap_or("nothing").trim().to_owned()
}
