//! One turn of the stand-in: how long it takes, what it asks, how it ends.

use serde_json::{Value, json};

use super::keys::Key;
use super::stamp::now;
use crate::demo::model::script::{Answer, Call, answer};

/// Long enough for "Working" to be seen.
const LEAST: u64 = 400;

/// A turn that has begun.
pub(super) struct Turn {
    id: String,
    began: u64,
    wait: Wait,
}

/// What a turn waits for.
pub(super) enum Wait {
    /// A moment, and then it ends so.
    Until(u64, Ending),
    /// The user's choice.
    Answer(Question),
    /// The user's word on a command.
    Approval(Approval),
}

/// The user's word on a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Allowed,
    /// The turn goes on without it.
    Refused,
    /// The turn ends.
    Stopped,
}

/// A command that the model wants to run.
#[derive(Clone, Debug)]
pub(super) struct Approval {
    pub(super) call: String,
    pub(super) command: String,
    pub(super) reason: String,
}

/// How a turn ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Said(String),
    Failed,
    Interrupted,
}

impl Ending {
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Said(text) => format!("• {}", text.replace('\n', "\n  ")),
            Self::Failed => "■ The script says to fail.".into(),
            Self::Interrupted => {
                "■ Conversation interrupted - use /feedback if something went wrong".into()
            }
        }
    }
}

/// A question with options, as the model put it.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) call: String,
    pub(super) arguments: Value,
}

impl Question {
    pub(super) fn id(&self) -> &str {
        self.arguments["questions"][0]["id"]
            .as_str()
            .unwrap_or("choice")
    }

    pub(super) fn text(&self) -> &str {
        let text = &self.arguments["questions"][0]["question"];
        text.as_str().unwrap_or_default()
    }

    pub(super) fn options(&self) -> Vec<&str> {
        let options = self.arguments["questions"][0]["options"].as_array();
        let labels = options.into_iter().flatten();
        let labels = labels.filter_map(|option| option["label"].as_str());
        labels.chain(["None of the above"]).collect()
    }

    /// A digit selects and submits; Enter submits the first.
    pub(super) fn chosen(&self, key: &Key) -> Option<String> {
        let nth = match key {
            Key::Enter => 1,
            Key::Text(digit) if digit.len() == 1 => digit.parse::<usize>().ok()?,
            Key::Text(_) | Key::Escape | Key::Backspace | Key::Interrupt => return None,
        };
        let options = self.options();
        Some((*options.get(nth.checked_sub(1)?)?).to_owned())
    }
}

impl Turn {
    /// It `asks` only where there is a screen to choose on.
    pub(super) fn new(id: String, prompt: &str, asks: bool) -> Self {
        let began = now();
        let input = json!([{"type": "message", "role": "user", "content": prompt}]);
        let tools = json!([{"name": "exec_command"}]);
        let soon = began + LEAST;
        let after = |seconds: u32| began + u64::from(seconds) * 1000;
        let wait = match answer(&json!({"input": input, "tools": tools})) {
            Answer::Text(text) => Wait::Until(soon, Ending::Said(text)),
            Answer::Fail | Answer::Limit(_) => Wait::Until(soon, Ending::Failed),
            Answer::Slow(seconds) => {
                let ticks: Vec<_> = (1..=seconds).map(|n| format!("tick {n}")).collect();
                Wait::Until(after(seconds), Ending::Said(ticks.join("\n")))
            }
            Answer::Quiet(seconds) => {
                let text = format!("quiet for {seconds} s");
                Wait::Until(after(seconds), Ending::Said(text))
            }
            Answer::Call(Call::Function {
                name: "request_user_input",
                arguments,
                ..
            }) if asks => {
                let call = format!("call_{id}");
                Wait::Answer(Question { call, arguments })
            }
            Answer::Call(Call::Function {
                name: "exec_command",
                arguments,
                ..
            }) if arguments["sandbox_permissions"] == "require_escalated" => {
                let text = |name: &str| arguments[name].as_str().unwrap_or_default().to_owned();
                Wait::Approval(Approval {
                    call: format!("call_{id}"),
                    command: text("cmd"),
                    reason: text("justification"),
                })
            }
            Answer::Call(_) => {
                let text = if asks {
                    "The stand-in runs nothing; only the real Codex does."
                } else {
                    "Without a screen the stand-in puts no questions and runs nothing."
                };
                Wait::Until(soon, Ending::Said(text.into()))
            }
        };
        Self { id, began, wait }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn wait(&self) -> &Wait {
        &self.wait
    }

    /// Whole seconds since it began.
    pub(super) fn age(&self) -> u64 {
        now().saturating_sub(self.began) / 1000
    }

    /// How it ends, if it ends now.
    pub(super) fn due(&self) -> Option<Ending> {
        match &self.wait {
            Wait::Until(at, ending) if now() >= *at => Some(ending.clone()),
            Wait::Until(..) | Wait::Answer(_) | Wait::Approval(_) => None,
        }
    }

    pub(super) fn answered(&mut self, choice: &str) {
        self.wait = Wait::Until(now() + LEAST, Ending::Said(format!("done: {choice}")));
    }

    /// The user's word on the command. It is not run in any case.
    pub(super) fn decided(&mut self, decision: Decision) {
        let said = match decision {
            Decision::Allowed => "done: allowed (the stand-in itself runs nothing)",
            Decision::Refused => "done: refused",
            Decision::Stopped => return self.interrupt(),
        };
        self.wait = Wait::Until(now() + LEAST, Ending::Said(said.into()));
    }

    pub(super) fn interrupt(&mut self) {
        self.wait = Wait::Until(0, Ending::Interrupted);
    }
}
