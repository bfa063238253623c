//! What the stand-in leaves on disk, in the form of Codex 0.169: the lock it
//! holds while it lives, the rollout it appends to, the notify it calls.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::fs::{FlockOperation, flock};
use serde_json::{Value, json};
use toml_edit::DocumentMut;

use super::stamp::{now, utc, uuid7};
use super::turn::{Ending, Question};
use crate::config::Environment;

/// The thread of one session.
pub(super) struct Record {
    home: PathBuf,
    cwd: String,
    thread: String,
    began: u64,
    notify: Vec<String>,
    notified: Vec<Child>,
    prompts: Vec<String>,
    /// Made by the first prompt, as Codex does.
    rollout: Option<File>,
    ordinal: u64,
    _lock: File,
}

impl Record {
    /// Takes a fresh thread id and its lock.
    pub(super) fn open(cwd: &Path) -> io::Result<Self> {
        let home = home()?;
        let thread = uuid7()?;
        let locks = home.join("thread-writer-locks");
        fs::create_dir_all(&locks)?;
        let lock = File::create(locks.join(format!("{thread}.lock")))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self {
            notify: notify(&home.join("config.toml"))?,
            home,
            cwd: cwd.to_string_lossy().into_owned(),
            thread,
            began: now(),
            notified: Vec::new(),
            prompts: Vec::new(),
            rollout: None,
            ordinal: 0,
            _lock: lock,
        })
    }

    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    pub(super) fn thread(&self) -> &str {
        &self.thread
    }

    pub(super) fn cwd(&self) -> &str {
        &self.cwd
    }

    /// Records a prompt and the turn it starts; returns the turn's id.
    pub(super) fn begin(&mut self, prompt: &str) -> io::Result<String> {
        let turn = uuid7()?;
        if self.rollout.is_none() {
            self.create()?;
        }
        self.event(&json!({
            "type": "task_started", "turn_id": turn, "root_turn_id": turn,
            "turn_attribution": {"turn_id": turn, "turn_trigger": "user", "root_turn_id": turn},
            "started_at": now() / 1000, "collaboration_mode_kind": "default",
        }))?;
        let content = json!([{"type": "text", "text": prompt, "text_elements": []}]);
        self.item(
            &turn,
            &json!({"type": "UserMessage", "id": uuid7()?, "content": content}),
        )?;
        self.prompts.push(prompt.to_owned());
        Ok(turn)
    }

    /// Records a question.
    pub(super) fn ask(&mut self, turn: &str, question: &Question) -> io::Result<()> {
        self.write(
            "response_item",
            &json!({
                "type": "function_call", "id": format!("fc_{turn}"), "name": "request_user_input",
                "arguments": question.arguments.to_string(), "call_id": question.call,
            }),
        )
    }

    /// Records what was chosen.
    pub(super) fn answer(
        &mut self,
        turn: &str,
        question: &Question,
        choice: &str,
    ) -> io::Result<()> {
        let answered = json!([{"question": question.text(), "answer": choice}]);
        self.write(
            "retained_context",
            &json!({
                "type": "verified_answer", "turn_id": turn, "call_id": question.call,
                "questions": answered,
            }),
        )?;
        let output = json!({"answers": {question.id(): {"answers": [choice]}}}).to_string();
        self.write(
            "response_item",
            &json!({
                "type": "function_call_output", "id": format!("fco_{turn}"),
                "call_id": question.call, "output": output,
            }),
        )
    }

    /// Records how a turn ended, and tells the notify program if it ended well.
    pub(super) fn end(&mut self, turn: &str, ending: &Ending) -> io::Result<()> {
        match ending {
            Ending::Interrupted => self.event(&json!({
                "type": "turn_aborted", "turn_id": turn, "root_turn_id": turn,
                "reason": "interrupted", "completed_at": now() / 1000,
            })),
            Ending::Failed => self.event(&json!({
                "type": "task_complete", "turn_id": turn, "root_turn_id": turn,
                "last_agent_message": null, "completed_at": now() / 1000,
                "error": {"message": "The script says to fail.",
                    "codex_error_info": "internal_server_error"},
            })),
            Ending::Said(text) => {
                let content = json!([{"type": "Text", "text": text}]);
                let item = json!({"type": "AgentMessage", "id": uuid7()?, "content": content});
                self.item(turn, &item)?;
                self.event(&json!({
                    "type": "task_complete", "turn_id": turn, "root_turn_id": turn,
                    "last_agent_message": text, "completed_at": now() / 1000,
                }))?;
                self.tell(turn, text);
                Ok(())
            }
        }
    }

    fn create(&mut self) -> io::Result<()> {
        let time = utc(self.began);
        let (date, clock) = (time[..10].replace('-', "/"), time[..19].replace(':', "-"));
        let dir = self.home.join("sessions").join(date);
        fs::create_dir_all(&dir)?;
        let file = dir.join(format!("rollout-{clock}-{}.jsonl", self.thread));
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(file)?;
        self.rollout = Some(file);
        self.write(
            "session_meta",
            &json!({
                "session_id": self.thread, "id": self.thread, "timestamp": time, "cwd": self.cwd,
                "originator": "codex-tui", "cli_version": "0.169.0", "source": "cli",
                "thread_source": "user", "model_provider": "scripted", "history_mode": "paginated",
            }),
        )
    }

    fn event(&mut self, payload: &Value) -> io::Result<()> {
        self.write("event_msg", payload)
    }

    fn item(&mut self, turn: &str, item: &Value) -> io::Result<()> {
        let at = now();
        self.event(&json!({
            "type": "item_completed", "thread_id": self.thread, "turn_id": turn,
            "item": item, "started_at_ms": at, "completed_at_ms": at,
        }))
    }

    /// One record, one line, one write.
    fn write(&mut self, kind: &str, payload: &Value) -> io::Result<()> {
        let record = json!({
            "timestamp": utc(now()), "ordinal": self.ordinal, "type": kind, "payload": payload,
        });
        self.ordinal += 1;
        let file = self.rollout.as_mut().ok_or(io::ErrorKind::NotFound)?;
        file.write_all(format!("{record}\n").as_bytes())
    }

    /// Starts the notify program and does not wait for it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the stand-in plays another program, which starts children of its own"
    )]
    fn tell(&mut self, turn: &str, answer: &str) {
        let Some((program, args)) = self.notify.split_first() else {
            return;
        };
        let payload = json!({
            "type": "agent-turn-complete", "thread-id": self.thread, "turn-id": turn,
            "cwd": self.cwd, "client": "codex-tui", "input-messages": self.prompts,
            "last-assistant-message": answer,
        });
        self.notified
            .retain_mut(|child| matches!(child.try_wait(), Ok(None)));
        let mut command = Command::new(program);
        command.args(args).arg(payload.to_string());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Codex ignores a notify program that does not start.
        self.notified.extend(command.spawn().ok());
    }
}

/// Codex' home, which must be there.
pub(super) fn home() -> io::Result<PathBuf> {
    let environment = Environment::of_this_process();
    let named = environment.get("CODEX_HOME").map(PathBuf::from);
    named
        .or_else(|| environment.home().map(|home| home.join(".codex")))
        .filter(|home| home.is_dir())
        .ok_or_else(|| io::Error::other("there is no CODEX_HOME directory."))
}

/// The configured notify program; none without a configuration.
fn notify(config: &Path) -> io::Result<Vec<String>> {
    let text = match fs::read_to_string(config) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let config: DocumentMut = text.parse().map_err(io::Error::other)?;
    let words = config.get("notify").and_then(|notify| notify.as_array());
    let words = words.into_iter().flatten();
    Ok(words
        .filter_map(|word| word.as_str().map(str::to_owned))
        .collect())
}
