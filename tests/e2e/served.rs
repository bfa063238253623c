//! Codex's background server as this program uses it, with the real Codex: what
//! is told, what is answered, and what happens when it hangs or dies.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test waits for one kind of input among many"
)]

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use control_plane::app_server::{Link, socket};
use control_plane::effects::{EffectsConfig, Executor as _, LocalExecutor};
use control_plane::ingress::app_server::{AppServer, Told};
use events::command::{Instruction, InterruptTurn, InterruptWay, StartTurn};
use events::outcome::{Failure, How, Performed};
use events::prompt::{
    AnswerPrompt, AnswerWay, LinkState, Meaning, PromptAnswer, PromptEnd, PromptRaised,
    PromptSource,
};
use events::{Command, CommandId, Guid, Input, Outcome, Report, Seq, SessionId, Span};
use rustix::process::{Pid, Signal, kill_process};

use crate::desk::{Desk, count};
use crate::lab::{Agent, Lab, wait_for};
use crate::waiting::within;

/// The source and the executor on a lab's server.
pub(crate) struct Served<'a> {
    lab: &'a Lab,
    tasks: tokio::runtime::Runtime,
    link: Link,
    executor: LocalExecutor,
    told: Receiver<(Instant, Told)>,
    seen: RefCell<Vec<(Instant, Input)>>,
}

impl<'a> Served<'a> {
    pub(crate) fn new(lab: &'a Lab) -> Self {
        let tasks = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let link = Link::default();
        let source = AppServer {
            socket: socket::path(&lab.codex_home()),
            generation: 0,
            known: Vec::new(),
        };
        let (sender, told) = channel();
        let tell = move |told| sender.send((Instant::now(), told)).is_ok();
        tasks.spawn(source.run(link.clone(), tell));
        let executor = LocalExecutor::new(config(lab), link.clone());
        let served = Self {
            lab,
            tasks,
            link,
            executor,
            told,
            seen: RefCell::default(),
        };
        served.up();
        served
    }

    /// Waits for a connection; gives its number.
    pub(crate) fn up(&self) -> u64 {
        let up = |input: &Input| match input {
            Input::AppServer(link) if matches!(link.state, LinkState::Up { .. }) => {
                Some(link.generation)
            }
            _ => None,
        };
        self.wait("a connection", up).1
    }

    pub(crate) fn down(&self) {
        let down = |input: &Input| match input {
            Input::AppServer(link) => matches!(link.state, LinkState::Down { .. }).then_some(()),
            _ => None,
        };
        self.wait("the end of the connection", down);
    }

    /// The first input that is wanted, and when it came; what came before is passed over.
    pub(crate) fn wait<T>(&self, what: &str, wanted: impl Fn(&Input) -> Option<T>) -> (Instant, T) {
        wait_for(
            || format!("{what} in {:#?}", self.seen.borrow()),
            || {
                self.link.nudge(&socket::path(&self.lab.codex_home()));
                let mut seen = self.seen.borrow_mut();
                for (at, told) in self.told.try_iter() {
                    if let Told::Inputs(inputs) = told {
                        seen.extend(inputs.into_iter().map(|input| (at, input)));
                    }
                }
                let mut all = seen.iter().enumerate();
                let (at, when, found) =
                    all.find_map(|(at, (when, input))| Some((at, *when, wanted(input)?)))?;
                seen.drain(..=at);
                Some((when, found))
            },
        )
    }

    pub(crate) fn prompt(&self) -> (Instant, PromptRaised) {
        self.wait("a prompt", |input| match input {
            Input::Prompt(raised) => Some((**raised).clone()),
            _ => None,
        })
    }

    pub(crate) fn resolved(&self) -> PromptEnd {
        let resolved = |input: &Input| match input {
            Input::PromptResolved(resolved) => Some(resolved.how.clone()),
            _ => None,
        };
        self.wait("an end of a prompt", resolved).1
    }

    pub(crate) fn carry_out(&self, nth: u16, command: &Command) -> Report {
        let id = CommandId {
            cause: Seq(41),
            nth,
        };
        self.tasks.block_on(self.executor.execute(id, command))
    }

    pub(crate) fn answer(
        &self,
        nth: u16,
        raised: &PromptRaised,
        meaning: &Meaning,
        words: Option<&str>,
    ) -> Report {
        let choice = raised.choices.iter().position(|c| c.meaning == *meaning);
        let PromptSource::AppServer {
            generation,
            request,
        } = raised.source.clone()
        else {
            panic!("{:?}", raised.source)
        };
        let answer = AnswerPrompt {
            inbound: Guid::parse("guid").unwrap(),
            prompt: Seq(1),
            session: raised.session.clone(),
            turn: raised.turn.clone(),
            call: raised.call.clone(),
            cwd: self.lab.work().display().to_string(),
            digest: raised.digest(),
            way: AnswerWay::AppServer {
                generation,
                request,
            },
            answer: PromptAnswer::Choose {
                choice: u16::try_from(choice.unwrap()).unwrap(),
                meaning: meaning.clone(),
            },
            words: words.map(Into::into),
        };
        self.carry_out(nth, &Command::AnswerPrompt(answer))
    }

    pub(crate) fn say(&self, nth: u16, thread: &str, text: &str) -> Report {
        let instruction = Instruction {
            inbound: Guid::parse("guid").unwrap(),
            session: SessionId::parse(thread).unwrap(),
            cwd: self.lab.work().display().to_string(),
            text: text.into(),
            budget: Span::seconds(10),
        };
        let command = Command::StartTurn(StartTurn {
            instruction,
            generation: self.link.generation().unwrap_or_default(),
        });
        self.carry_out(nth, &command)
    }
}

/// The process of a lab's server.
pub(crate) fn server_of(lab: &Lab) -> Pid {
    let socket = fs::canonicalize(socket::path(&lab.codex_home())).unwrap();
    let tasks = tokio::runtime::Builder::new_current_thread();
    let tasks = { tasks }.enable_all().build().unwrap();
    let pid = tasks.block_on(async {
        let stream = tokio::net::UnixStream::connect(socket).await.unwrap();
        stream.peer_cred().unwrap().pid().unwrap()
    });
    Pid::from_raw(pid).unwrap()
}

fn config(lab: &Lab) -> EffectsConfig {
    EffectsConfig {
        osascript: PathBuf::from("osascript"),
        chat_db: lab.place("messages/chat.db"),
        files: lab.place("files"),
        files_out: lab.place("messages/out"),
        sips: None,
        sips_budget: Duration::from_secs(1),
        tmux: lab.programs.tmux.clone(),
        codex: lab.programs.native.clone(),
        git: PathBuf::from("git"),
        codex_home: lab.codex_home(),
        tmux_socket: Some(lab.tmux_socket.clone()),
        tmux_tmpdir: PathBuf::from("/tmp"),
        new_session_name: "codex".into(),
        window_prefix: String::new(),
        start_tmux_server: false,
        full_access: false,
        redact: str::to_owned,
        osascript_budget: Duration::from_secs(1),
        start_budget: Duration::from_secs(1),
        environment: Vec::new(),
    }
}

fn names(records: &[serde_json::Value]) -> Vec<(Option<&str>, &str)> {
    let items = records.iter().map(|record| &record["payload"]["item"]);
    let spoken = items.filter(|item| item["type"] == "UserMessage");
    spoken
        .filter_map(|item| {
            Some((
                item["client_id"].as_str(),
                item["content"][0]["text"].as_str()?,
            ))
        })
        .collect()
}

pub(crate) const MODAL: &str = "Would you like to run the following command?";

#[test]
fn a_prompt_in_two_windows_is_answered_once_from_wherever() {
    let Some(lab) = Lab::new() else { return };
    let pane = lab
        .codex_pane(&lab.programs.codex, Agent::Daemon, &[])
        .ready();
    let thread = pane.thread();
    pane.prompt("first");
    lab.wait_for_answer(&thread, "echo: first");
    let second = lab.codex_pane(&lab.programs.codex, Agent::Daemon, &["resume", &thread]);
    second.wait_for("the same thread", |screen| screen.contains("echo: first"));
    let served = Served::new(&lab);

    // By us, with both modals up.
    pane.prompt("run: touch one && echo ok");
    let (_, raised) = served.prompt();
    for pane in [&pane, &second] {
        pane.wait_for("the modal", |screen| screen.contains(MODAL));
    }
    let asked = Instant::now();
    let report = served.answer(0, &raised, &Meaning::Accept, None);
    let how = How::Replied { words: false };
    assert_eq!(report, Report::Performed(Performed { how, doubt: None }));
    let made = lab.work().join("one");
    within(Duration::from_secs(20), || made.exists().then_some(())).unwrap();
    println!("answer to running command: {:?}", asked.elapsed());
    assert_eq!(served.resolved(), PromptEnd::ByUs);
    lab.wait_for_answer(&thread, "done: ok");
    for pane in [&pane, &second] {
        pane.wait_for("no modal", |screen| !screen.contains(MODAL));
    }

    // At the desk; what we say afterwards is not said at all.
    pane.prompt("run: touch two && echo fine");
    let (_, raised) = served.prompt();
    second.wait_for("the modal", |screen| screen.contains(MODAL));
    second.key("y");
    assert_eq!(served.resolved(), PromptEnd::Elsewhere);
    let late = served.answer(1, &raised, &Meaning::Cancel, None);
    assert!(
        matches!(
            &late,
            Report::Settled(Outcome::Failed(Failure::PromptGone { .. }))
        ),
        "{late:?}"
    );
    lab.wait_for_answer(&thread, "done: fine");

    // A refusal with its reason: the command does not run, the words arrive by name.
    pane.prompt("run: touch three");
    let (_, raised) = served.prompt();
    let report = served.answer(2, &raised, &Meaning::Decline, Some("use four"));
    assert!(
        matches!(
            &report,
            Report::Performed(Performed {
                how: How::Replied { words: true },
                doubt: None
            })
        ),
        "{report:?}"
    );
    let records = lab.wait_for_record(&thread, "the reason", |record| {
        record["payload"]["item"]["client_id"] == "41.2"
    });
    assert_eq!(names(&records).last(), Some(&(Some("41.2"), "use four")));
    assert!(!lab.work().join("three").exists());
}

/// So many turns of this thread have ended.
fn wait_for_ends(lab: &Lab, thread: &str, ends: usize) {
    let ended = || {
        let records = lab.rollout(thread);
        let end = |record: &&serde_json::Value| record["payload"]["type"] == "task_complete";
        records.iter().filter(end).count()
    };
    wait_for(
        || format!("{ends} ends of turns, of {}", ended()),
        || (ended() == ends).then_some(()),
    );
}

/// Begins a turn. The server may still count the last one as running after its end is on record.
fn begin(served: &Served<'_>, nth: u16, thread: &str, text: &str) {
    let runs = Report::Settled(Outcome::Failed(Failure::TurnRuns));
    let begun = wait_for(
        || format!("a turn for {text:?}"),
        || Some(served.say(nth, thread, text)).filter(|report| *report != runs),
    );
    assert!(
        matches!(
            &begun,
            Report::Performed(Performed {
                how: How::TurnStarted { turn: Some(_) },
                doubt: None
            })
        ),
        "{begun:?}"
    );
}

#[test]
fn words_wait_for_no_prompt_and_a_turn_is_interrupted() {
    let Some(lab) = Lab::new() else { return };
    let pane = lab
        .codex_pane(&lab.programs.codex, Agent::Daemon, &[])
        .ready();
    let thread = pane.thread();
    pane.prompt("first");
    lab.wait_for_answer(&thread, "echo: first");
    pane.paste("my own draft");
    pane.wait_for("the draft", |screen| screen.contains("my own draft"));
    let served = Served::new(&lab);

    let report = served.say(0, &thread, "!ls\n/quit @x");
    assert!(
        matches!(
            &report,
            Report::Performed(Performed {
                how: How::TurnStarted { turn: Some(_) },
                doubt: None
            })
        ),
        "{report:?}"
    );
    let records = lab.wait_for_answer(&thread, "echo: !ls\n/quit @x");
    assert_eq!(
        names(&records).last(),
        Some(&(Some("41.0"), "!ls\n/quit @x"))
    );
    pane.wait_for("the draft", |screen| screen.contains("my own draft"));

    // Words that come while a turn ends are refused, or go into that turn.
    wait_for_ends(&lab, &thread, 2);
    // A prompt is up: words behind it would be lost with its turn.
    begin(&served, 1, &thread, "run: touch one");
    let (_, _raised) = served.prompt();
    let report = served.say(2, &thread, "words");
    assert_eq!(report, Report::Settled(Outcome::Failed(Failure::PromptUp)));

    let interrupt = Command::InterruptTurn(InterruptTurn {
        inbound: Guid::parse("guid").unwrap(),
        session: SessionId::parse(&thread).unwrap(),
        cwd: String::new(),
        turn: None,
        way: InterruptWay::AppServer {
            generation: served.link.generation().unwrap(),
        },
    });
    let report = served.carry_out(3, &interrupt);
    let how = How::InterruptAsked;
    assert_eq!(report, Report::Performed(Performed { how, doubt: None }));
    assert_ne!(served.resolved(), PromptEnd::ByUs);
    lab.wait_for_record(&thread, "the interruption", |record| {
        record["payload"]["type"] == "turn_aborted"
    });
    assert!(!lab.work().join("one").exists());
    let none = served.carry_out(4, &interrupt);
    assert_eq!(none, Report::Settled(Outcome::Failed(Failure::NoTurn)));

    // A turn that runs is not steered by accident.
    begin(&served, 5, &thread, "quiet: 5");
    let works = || {
        let report = served.say(6, &thread, "more");
        (report == Report::Settled(Outcome::Failed(Failure::TurnRuns))).then_some(())
    };
    within(Duration::from_secs(5), works).unwrap();
    // A session that the server does not have.
    let strange = served.say(7, "01a22368-da83-7632-b304-dd0b3f6cdb99", "x");
    assert!(
        matches!(
            &strange,
            Report::Settled(Outcome::Failed(Failure::NoLink { .. }))
        ),
        "{strange:?}"
    );
}

#[test]
fn a_server_that_hangs_or_dies_is_known_before_anything_is_sent() {
    let Some(lab) = Lab::new() else { return };
    let pane = lab
        .codex_pane(&lab.programs.codex, Agent::Daemon, &[])
        .ready();
    let thread = pane.thread();
    pane.prompt("first");
    lab.wait_for_answer(&thread, "echo: first");
    let served = Served::new(&lab);
    let daemon = server_of(&lab);

    kill_process(daemon, Signal::STOP).unwrap();
    let report = served.say(0, &thread, "into a server that hangs");
    kill_process(daemon, Signal::CONT).unwrap();
    assert!(
        matches!(
            &report,
            Report::Settled(Outcome::Failed(Failure::NoLink { .. }))
        ),
        "{report:?}"
    );
    served.down();
    served.up();
    pane.prompt("run: touch one");
    let (_, raised) = served.prompt();

    kill_process(daemon, Signal::KILL).unwrap();
    served.down();
    let report = served.answer(1, &raised, &Meaning::Accept, None);
    assert!(
        matches!(&report, Report::Settled(Outcome::Failed(_))),
        "{report:?}"
    );
    // The socket is left behind; the next server numbers its requests from the start.
    assert!(socket::path(&lab.codex_home()).exists());
    let again = lab.codex_pane(&lab.programs.codex, Agent::Daemon, &["resume", &thread]);
    served.up();
    again.wait_for("the thread", |screen| {
        screen.contains("Ask Codex to do anything")
    });
    again.prompt("run: touch two");
    let (_, other) = served.prompt();
    let stale = served.answer(2, &raised, &Meaning::Accept, None);
    assert!(
        matches!(&stale, Report::Settled(Outcome::Failed(_))),
        "{stale:?}"
    );
    assert_ne!(other.source, raised.source);
    let refused = served.answer(3, &other, &Meaning::Cancel, None);
    assert!(matches!(refused, Report::Performed(_)), "{refused:?}");
    assert_eq!(served.resolved(), PromptEnd::ByUs);
    assert!(!lab.work().join("one").exists() && !lab.work().join("two").exists());
    assert!(
        names(&lab.rollout(&thread))
            .iter()
            .all(|(_, text)| !text.contains("hangs"))
    );
}

#[test]
fn words_from_the_phone_go_through_the_server_beside_a_draft() {
    let Some(mut desk) = Desk::new() else { return };
    let codex = desk.lab.programs.codex.clone();
    let pane = desk.codex(&codex, Agent::Daemon);
    let (thread, notice) = desk.prompted(&pane, "by hand");
    pane.paste("my own draft");
    pane.wait_for("the draft", |screen| screen.contains("my own draft"));
    desk.runtime().wait_for_event("AppServerLinkChanged", 1);
    desk.phone.say(&format!("{} from afar", notice.reference()));
    let records = desk.lab.wait_for_answer(&thread, "echo: from afar");
    desk.phone.wait_for("received", notice.reference());
    pane.wait_for("the draft", |screen| screen.contains("my own draft"));
    drop(pane);
    let log = desk.stop();
    let spoken = names(&records);
    let (name, _) = spoken.last().unwrap();
    let requested = log
        .iter()
        .find(|entry| entry.to_string().contains("StartTurn"));
    assert!(requested.is_some(), "no StartTurn in the log");
    assert!(name.is_some_and(|name| name.contains('.')), "{name:?}");
    assert_eq!(count(&log, "InstructionEnded"), 1);
    desk.assert_told(&thread, &["by hand", "from afar"]);
}
