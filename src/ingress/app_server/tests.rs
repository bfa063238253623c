//! The source before a server that behaves, and one that does not.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test waits for one kind of input among many"
)]

use super::{AppServer, Told};
use crate::app_server::{Call, Fault as CallFault, Link};
use crate::demo::app_server::{Done, Fault, Server};
use events::event::ShapeEffect;
use events::prompt::{
    LinkState, Meaning, PromptAnswer, PromptBody, PromptEnd, PromptRaised, PromptSource,
    ThreadState,
};
use events::{Input, SessionId};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Generous: it is only waited for where something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);
const ONE: &str = "01a22368-da83-7632-b304-dd0b3f6cdb25";

/// A home with a server and a source that reads it.
struct World {
    home: tempfile::TempDir,
    link: Link,
    told: mpsc::UnboundedReceiver<Told>,
    task: tokio::task::JoinHandle<()>,
    seen: Vec<Input>,
}

impl World {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let (sender, told) = mpsc::unbounded_channel();
        let source = AppServer {
            socket: crate::app_server::socket::path(home.path()),
            generation: 7,
            known: Vec::new(),
        };
        let link = Link::default();
        let tell = move |told| sender.send(told).is_ok();
        let task = tokio::spawn(source.run(link.clone(), tell));
        Self {
            home,
            link,
            told,
            task,
            seen: Vec::new(),
        }
    }

    /// A server with one thread, to which the source is connected.
    async fn with_server() -> (Self, Server) {
        let mut world = Self::new();
        world.looked().await;
        let server = Server::start(world.home.path()).unwrap();
        server.thread(ONE, false);
        world.connected().await;
        (world, server)
    }

    fn socket(&self) -> std::path::PathBuf {
        crate::app_server::socket::path(self.home.path())
    }

    /// Nudges until a connection is up.
    async fn connected(&mut self) -> u64 {
        let up = |input: &Input| match input {
            Input::AppServer(link) if matches!(link.state, LinkState::Up { .. }) => {
                Some(link.generation)
            }
            _ => None,
        };
        let socket = self.socket();
        let link = self.link.clone();
        let nudging = async {
            loop {
                link.nudge(&socket);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            generation = self.wait(up) => generation,
            () = nudging => unreachable!("it goes on for good"),
        }
    }

    async fn next(&mut self) -> Told {
        let next = timeout(PATIENCE, self.told.recv()).await;
        next.unwrap_or_else(|_| panic!("nothing more came after {:?}", self.seen))
            .expect("the source goes on")
    }

    async fn looked(&mut self) {
        loop {
            match self.next().await {
                Told::Looked => return,
                Told::Inputs(inputs) => self.seen.extend(inputs),
            }
        }
    }

    /// The first input that is wanted, among those that were not waited for yet.
    async fn wait<T>(&mut self, wanted: impl Fn(&Input) -> Option<T>) -> T {
        loop {
            if let Some((at, found)) = self
                .seen
                .iter()
                .enumerate()
                .find_map(|(at, input)| Some((at, wanted(input)?)))
            {
                self.seen.drain(..=at);
                return found;
            }
            if let Told::Inputs(inputs) = self.next().await {
                self.seen.extend(inputs);
            }
        }
    }

    async fn prompt(&mut self) -> PromptRaised {
        let prompt = |input: &Input| match input {
            Input::Prompt(raised) => Some((**raised).clone()),
            _ => None,
        };
        self.wait(prompt).await
    }

    async fn resolved(&mut self) -> (PromptSource, PromptEnd) {
        let resolved = |input: &Input| match input {
            Input::PromptResolved(resolved) => {
                Some((resolved.source.clone(), resolved.how.clone()))
            }
            _ => None,
        };
        self.wait(resolved).await
    }

    async fn status(&mut self, wanted: ThreadState) {
        let status = |input: &Input| match input {
            Input::ThreadStatus(status) if status.status == wanted => Some(()),
            _ => None,
        };
        self.wait(status).await;
    }

    fn answer(&self, raised: &PromptRaised, meaning: &Meaning) -> Result<(), CallFault> {
        let choice = raised.choices.iter().position(|c| c.meaning == *meaning);
        let answer = PromptAnswer::Choose {
            choice: u16::try_from(choice.unwrap()).unwrap(),
            meaning: meaning.clone(),
        };
        let (generation, request) = place(raised);
        let allows = *meaning == Meaning::Accept;
        self.link.answer(generation, &request, allows, |open| {
            open.replies.to(&open.raised, &answer)
        })
    }
}

fn place(raised: &PromptRaised) -> (u64, String) {
    let PromptSource::AppServer {
        generation,
        request,
    } = &raised.source
    else {
        panic!("{:?}", raised.source)
    };
    (*generation, request.clone())
}

impl Drop for World {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn command(call: &str, command: &str) -> Value {
    json!({
        "kind": "command", "turnId": "turn-1", "itemId": call, "startedAtMs": 0,
        "command": format!("/bin/bash -lc '{command}'"), "cwd": "/Users/me/api",
        "reason": "Do you want to allow this?",
        "availableDecisions": [
            "accept",
            {"acceptWithExecpolicyAmendment": {"execpolicy_amendment": ["touch", "x"]}},
            "cancel",
        ],
    })
}

const COMMAND: &str = "item/commandExecution/requestApproval";

fn waits() -> ThreadState {
    ThreadState::Active {
        approval: true,
        input: false,
    }
}

fn called(method: &'static str) -> impl Fn(&Done) -> Option<Value> {
    move |done| match done {
        Done::Called(name, params) if name == method => Some(params.clone()),
        Done::Called(..) | Done::Answered(..) => None,
    }
}

fn count(server: &Server, method: &str) -> usize {
    let done = server.done();
    let same = |done: &&Done| matches!(done, Done::Called(name, _) if name == method);
    done.iter().filter(same).count()
}

#[tokio::test]
async fn a_prompt_comes_with_all_it_says_and_our_answer_closes_it() {
    let (mut world, server) = World::with_server().await;
    world.status(ThreadState::Idle).await;
    server.work(ONE, Some("turn-1"));
    let request = server.ask(ONE, COMMAND, command("call_1", "touch x"));
    world.status(waits()).await;
    let raised = world.prompt().await;
    assert_eq!(raised.session.as_str(), ONE);
    let PromptBody::Command(asked) = &raised.body else {
        panic!("{raised:?}")
    };
    assert_eq!(asked.command.reveal(), "touch x");
    assert_eq!(asked.cwd.as_deref(), Some("/Users/me/api"));
    assert!(raised.whole);
    assert_eq!(raised.choices.len(), 4, "{:?}", raised.choices);

    world.answer(&raised, &Meaning::Accept).unwrap();
    let (source, how) = world.resolved().await;
    assert_eq!((source, how), (raised.source.clone(), PromptEnd::ByUs));
    let answered = Done::Answered(request, json!({"decision": "accept"}));
    assert!(server.done().contains(&answered), "{:?}", server.done());
    server.wait(called("thread/unsubscribe")).await;
    assert!(matches!(
        world.answer(&raised, &Meaning::Accept),
        Err(CallFault::NotSent(_))
    ));
}

#[tokio::test]
async fn whoever_was_quicker_than_our_answer_is_found_out() {
    let (mut world, server) = World::with_server().await;
    server.work(ONE, Some("turn-1"));
    let request = server.ask(ONE, COMMAND, command("call_1", "touch x"));
    let raised = world.prompt().await;
    // The desk refuses while our yes is on its way and not read yet.
    server.fail(Fault::Hangs);
    world.answer(&raised, &Meaning::Accept).unwrap();
    let declined = json!({"id": "call_1", "type": "commandExecution", "status": "declined"});
    server.refused(request, &declined);
    assert_eq!(world.resolved().await.1, PromptEnd::Elsewhere);
}

#[tokio::test]
async fn a_session_is_listened_to_only_while_it_waits() {
    let (mut world, server) = World::with_server().await;
    server.work(ONE, Some("turn-1"));
    world
        .status(ThreadState::Active {
            approval: false,
            input: false,
        })
        .await;
    assert_eq!(count(&server, "thread/resume"), 0);
    let request = server.ask(ONE, COMMAND, command("call_1", "touch x"));
    world.prompt().await;
    assert_eq!(count(&server, "thread/resume"), 1);
    let params = server.wait(called("thread/resume")).await;
    // Nothing but where it is and what is wanted of it.
    let keys: Vec<_> = params.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["excludeTurns", "initialTurnsPage", "threadId"]);
    server.resolve(request);
    assert_eq!(world.resolved().await.1, PromptEnd::Elsewhere);
    server.wait(called("thread/unsubscribe")).await;
}

#[tokio::test]
async fn what_ended_with_its_turn_or_its_server_is_closed() {
    let (mut world, server) = World::with_server().await;
    server.work(ONE, Some("turn-1"));
    server.ask(ONE, COMMAND, command("call_1", "touch x"));
    world.prompt().await;
    server.work(ONE, None);
    assert_eq!(world.resolved().await.1, PromptEnd::Elsewhere);
    world.status(ThreadState::Idle).await;

    server.work(ONE, Some("turn-2"));
    server.ask(ONE, COMMAND, command("call_2", "touch y"));
    let first = world.prompt().await;
    server.hang_up();
    let down = |input: &Input| match input {
        Input::AppServer(link) => matches!(link.state, LinkState::Down { .. }).then_some(()),
        _ => None,
    };
    world.wait(down).await;
    let (generation, request) = place(&first);
    assert!(world.link.open(generation, &request).is_none());
    assert!(world.answer(&first, &Meaning::Accept).is_err());
    // The same prompt is named anew over the next connection.
    world.connected().await;
    let again = world.prompt().await;
    assert!(place(&again).0 > generation);
    assert_eq!(again.digest(), first.digest());
}

#[tokio::test]
async fn two_prompts_of_one_turn_are_two() {
    let (mut world, server) = World::with_server().await;
    server.work(ONE, Some("turn-1"));
    server.ask(ONE, COMMAND, command("call_1", "touch q1"));
    server.ask(ONE, COMMAND, command("call_2", "touch q2"));
    let (one, two) = (world.prompt().await, world.prompt().await);
    assert_ne!(one.digest(), two.digest());
    world.answer(&two, &Meaning::Decline).unwrap();
    assert_eq!(world.resolved().await.0, two.source);
    world.answer(&one, &Meaning::Cancel).unwrap();
    assert_eq!(world.resolved().await.0, one.source);
    let answers: Vec<_> = server
        .done()
        .into_iter()
        .filter(|d| matches!(d, Done::Answered(..)))
        .collect();
    assert_eq!(
        answers,
        [
            Done::Answered(1, json!({"decision": "decline"})),
            Done::Answered(0, json!({"decision": "cancel"})),
        ]
    );
}

#[tokio::test]
async fn a_patch_is_shown_although_its_request_does_not_hold_it() {
    let (mut world, server) = World::with_server().await;
    server.work(ONE, Some("turn-1"));
    server.item(
        ONE,
        &json!({"type": "fileChange", "id": "call_1", "status": "inProgress", "changes": [
            {"path": "/w/new.txt", "kind": {"type": "add"}, "diff": "one\ntwo\n"},
            {"path": "/w/old.txt", "kind": {"type": "update", "move_path": null},
             "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n"},
        ]}),
    );
    let params = json!({"turnId": "turn-1", "itemId": "call_1", "startedAtMs": 0, "reason": null});
    server.ask(ONE, "item/fileChange/requestApproval", params);
    let raised = world.prompt().await;
    assert!(raised.whole);
    let PromptBody::Patch(patch) = &raised.body else {
        panic!("{raised:?}")
    };
    let counts: Vec<_> = patch.files.iter().map(|f| (f.added, f.removed)).collect();
    assert_eq!(counts, [(2, 0), (1, 1)]);
}

#[tokio::test]
async fn what_is_not_understood_is_never_answered() {
    let (mut world, server) = World::with_server().await;
    server.work(ONE, Some("turn-1"));
    for (method, params) in [
        ("item/tool/call", json!({"tool": "x"})),
        ("something/new", json!({})),
        (COMMAND, json!({"kind": "humanCommand", "command": "x"})),
        (COMMAND, json!({"itemId": "no command"})),
        (
            COMMAND,
            json!({"command": "x", "availableDecisions": ["acceptEverything"]}),
        ),
        (
            "item/permissions/requestApproval",
            json!({"permissions": {"root": true}}),
        ),
        (
            "mcpServer/elicitation/request",
            json!({"serverName": "s", "mode": "openai/userVerification"}),
        ),
        ("item/tool/requestUserInput", json!({"questions": []})),
    ] {
        server.ask(ONE, method, params);
    }
    for _ in 0..30 {
        server.say(r#"{"method":"thread/shiny","params":{}}"#);
    }
    server.ask(ONE, COMMAND, command("call_9", "touch x"));
    // It is counted: the first of a kind, and when there are ten times as many.
    let mut shapes = Vec::new();
    let raised = loop {
        match world.wait(|input| Some(input.clone())).await {
            Input::Prompt(raised) => break raised,
            Input::Shape(shape) => shapes.push((shape.kind, shape.count, shape.effect)),
            _ => {}
        }
    };
    assert_eq!(raised.call.unwrap().as_str(), "call_9");
    let lost = ("request something/new".to_owned(), 1, ShapeEffect::Lost);
    assert!(shapes.contains(&lost), "{shapes:?}");
    for count in [1, 9] {
        let news = ("thread/shiny".to_owned(), count, ShapeEffect::Counted);
        assert!(shapes.contains(&news), "{shapes:?}");
    }
    assert!(
        !server
            .done()
            .iter()
            .any(|d| matches!(d, Done::Answered(..)))
    );
}

#[tokio::test]
async fn noise_and_threads_that_codex_made_for_itself_are_passed_over() {
    let (mut world, server) = World::with_server().await;
    for noise in [
        "",
        "garbage",
        "[]",
        "{\"id\":\"x\"}",
        "{\"method\":7}",
        "{\"result\":1}",
    ] {
        server.say(noise);
    }
    server.say(&json!({"method": "thread/status/changed", "params": {}}).to_string());
    server.say(&json!({"id": 4711, "result": {}}).to_string());
    let own = "01a22369-e418-7f70-b084-b29d4a10bbc6";
    server.thread(own, true);
    server.work(own, Some("turn-9"));
    server.work(ONE, Some("turn-1"));
    let session = |input: &Input| match input {
        Input::ThreadStatus(status) => {
            (status.status != ThreadState::Idle).then(|| status.session.clone())
        }
        _ => None,
    };
    assert_eq!(world.wait(session).await, SessionId::parse(ONE).unwrap());
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_and_found_again() {
    let (mut world, server) = World::with_server().await;
    server.fail(Fault::Hangs);
    let generation = world.link.generation().unwrap();
    let params = json!({"threadId": ONE});
    let call = Call {
        method: "thread/read",
        params: &params,
        within: Duration::from_millis(100),
    };
    assert_eq!(
        world.link.call(generation, call).await,
        Err(CallFault::TimedOut)
    );
    let down = |input: &Input| match input {
        Input::AppServer(link) => matches!(link.state, LinkState::Down { .. }).then_some(()),
        _ => None,
    };
    world.wait(down).await;
    assert!(matches!(
        world.link.call(generation, call).await,
        Err(CallFault::NotSent(_))
    ));
    server.fail(Fault::None);
    assert!(world.connected().await > generation);
}

#[tokio::test]
async fn what_was_sent_when_the_connection_ends_is_lost_and_not_failed() {
    let (world, server) = World::with_server().await;
    server.fail(Fault::ClosesAt("turn/start"));
    let generation = world.link.generation().unwrap();
    let params = json!({"threadId": ONE});
    let call = Call {
        method: "turn/start",
        params: &params,
        within: PATIENCE,
    };
    assert_eq!(
        world.link.call(generation, call).await,
        Err(CallFault::Lost)
    );
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_connection_and_no_more() {
    let (mut world, server) = World::with_server().await;
    server.say(&"x".repeat(crate::app_server::wire::MESSAGE_MAX + 1));
    let down = |input: &Input| match input {
        Input::AppServer(link) => matches!(link.state, LinkState::Down { .. }).then_some(()),
        _ => None,
    };
    world.wait(down).await;
    world.connected().await;
}
