//! The executor before a server that fails in every way it can.

use super::{answer, interrupt, start, steer};
use crate::app_server::{Link, socket};
use crate::demo::app_server::{Done, Fault, Server};
use crate::ingress::app_server::{AppServer, Told};
use events::command::{Instruction, InterruptTurn, InterruptWay, StartTurn, SteerTurn};
use events::outcome::{Failure, How, Performed};
use events::prompt::{AnswerPrompt, AnswerWay, Meaning, PromptAnswer, PromptRaised, PromptSource};
use events::{CommandId, Guid, Input, Outcome, Report, Seq, SessionId, Span, TurnId};
use serde_json::json;
use std::time::Duration;
use tokio::sync::mpsc;

const ONE: &str = "01a22368-da83-7632-b304-dd0b3f6cdb25";
const ID: CommandId = CommandId {
    cause: Seq(41),
    nth: 0,
};

/// A server with one idle thread, and the link of a source that reads it.
struct World {
    server: Server,
    link: Link,
    told: mpsc::UnboundedReceiver<Told>,
    task: tokio::task::JoinHandle<()>,
    _home: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let server = Server::start(home.path()).unwrap();
        server.thread(ONE, false);
        let (sender, mut told) = mpsc::unbounded_channel();
        let link = Link::default();
        let source = AppServer {
            socket: socket::path(home.path()),
            generation: 7,
            known: Vec::new(),
        };
        let tell = move |told| sender.send(told).is_ok();
        let task = tokio::spawn(source.run(link.clone(), tell));
        while !matches!(told.recv().await, Some(Told::Looked)) {}
        Self {
            server,
            link,
            told,
            task,
            _home: home,
        }
    }

    fn generation(&self) -> u64 {
        self.link.generation().unwrap()
    }

    async fn prompt(&mut self) -> PromptRaised {
        self.server.work(ONE, Some("turn-1"));
        let params = json!({"turnId": "turn-1", "itemId": "call_1", "command": "touch x"});
        self.server
            .ask(ONE, "item/commandExecution/requestApproval", params);
        loop {
            let Some(Told::Inputs(inputs)) = self.told.recv().await else {
                panic!("the source ended")
            };
            let prompt = inputs.into_iter().find_map(|input| {
                if let Input::Prompt(raised) = input {
                    Some(*raised)
                } else {
                    None
                }
            });
            if let Some(raised) = prompt {
                return raised;
            }
        }
    }

    async fn say(&self, text: &str) -> Report {
        let command = StartTurn {
            instruction: instruction(text),
            generation: self.generation(),
        };
        start(&self.link, ID, &command).await
    }

    fn calls(&self, method: &str) -> usize {
        let done = self.server.done();
        let same = |done: &&Done| matches!(done, Done::Called(name, _) if name == method);
        done.iter().filter(same).count()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn instruction(text: &str) -> Instruction {
    Instruction {
        inbound: Guid::parse("guid").unwrap(),
        session: SessionId::parse(ONE).unwrap(),
        cwd: "/srv/api".into(),
        text: text.into(),
        budget: Span::seconds(10),
    }
}

fn yes(raised: &PromptRaised) -> AnswerPrompt {
    let PromptSource::AppServer {
        generation,
        request,
    } = raised.source.clone()
    else {
        panic!("{raised:?}")
    };
    AnswerPrompt {
        inbound: Guid::parse("guid").unwrap(),
        prompt: Seq(1),
        session: raised.session.clone(),
        turn: raised.turn.clone(),
        call: raised.call.clone(),
        cwd: "/srv/api".into(),
        digest: raised.digest(),
        way: AnswerWay::AppServer {
            generation,
            request,
        },
        answer: PromptAnswer::Choose {
            choice: 0,
            meaning: Meaning::Accept,
        },
        words: None,
    }
}

fn failure(report: Report) -> Failure {
    match report {
        Report::Settled(Outcome::Failed(failure)) => failure,
        report @ (Report::Settled(_) | Report::Performed(_)) => panic!("{report:?}"),
    }
}

#[tokio::test]
async fn a_turn_is_begun_with_nothing_but_the_words_and_their_name() {
    let world = World::new().await;
    let report = world.say("  go\u{1b}[201~ on ").await;
    let how = How::TurnStarted {
        turn: TurnId::parse("turn-1"),
    };
    assert_eq!(report, Report::Performed(Performed { how, doubt: None }));
    let called = |done: &Done| match done {
        Done::Called(name, params) if name == "turn/start" => Some(params.clone()),
        Done::Called(..) | Done::Answered(..) => None,
    };
    let params = world.server.wait(called).await;
    let keys: Vec<_> = params.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["clientUserMessageId", "input", "threadId"]);
    assert_eq!(params["clientUserMessageId"], "41.0");
    assert_eq!(failure(world.say("more").await), Failure::TurnRuns);
}

#[tokio::test]
async fn what_was_not_sent_has_failed_and_what_was_sent_may_have_happened() {
    let world = World::new().await;
    world.server.fail(Fault::Refuses("turn/start"));
    assert!(matches!(
        failure(world.say("a").await),
        Failure::Rejected { .. }
    ));
    world.server.fail(Fault::ClosesAt("turn/start"));
    let report = world.say("b").await;
    assert!(
        matches!(&report, Report::Performed(Performed { doubt: Some(_), .. })),
        "{report:?}"
    );

    let world = World::new().await;
    world.server.fail(Fault::ClosesAt("thread/read"));
    assert!(matches!(
        failure(world.say("c").await),
        Failure::NoLink { .. }
    ));
    assert_eq!(world.calls("turn/start"), 0);

    let world = World::new().await;
    world.server.fail(Fault::Hangs);
    assert!(matches!(
        failure(world.say("d").await),
        Failure::NoLink { .. }
    ));
    assert_eq!(world.calls("turn/start"), 0);

    let world = World::new().await;
    world.server.fail(Fault::Slow(Duration::from_millis(200)));
    let report = world.say("e").await;
    assert!(
        matches!(&report, Report::Performed(Performed { doubt: None, .. })),
        "{report:?}"
    );
}

#[tokio::test]
async fn nothing_is_said_on_another_connection_or_to_a_thread_that_is_gone() {
    let world = World::new().await;
    for generation in [0, 7, world.generation() + 1] {
        let command = StartTurn {
            instruction: instruction("x"),
            generation,
        };
        let report = start(&world.link, ID, &command).await;
        assert!(matches!(failure(report), Failure::NoLink { .. }));
    }
    world.server.unload(ONE);
    assert!(matches!(
        failure(world.say("x").await),
        Failure::NoLink { .. }
    ));
    assert_eq!(world.calls("turn/start"), 0);
}

#[tokio::test]
async fn an_answer_goes_to_the_prompt_that_was_shown_once() {
    let mut world = World::new().await;
    let raised = world.prompt().await;
    assert_eq!(failure(world.say("words").await), Failure::PromptUp);
    let mut other = yes(&raised);
    other.digest = events::Digest::of("something else");
    let report = answer(&world.link, ID, &other).await;
    assert!(matches!(failure(report), Failure::PromptGone { .. }));
    let mut strange = yes(&raised);
    strange.session = SessionId::parse("01a22369-e418-7f70-b084-b29d4a10bbc6").unwrap();
    assert!(matches!(
        failure(answer(&world.link, ID, &strange).await),
        Failure::PromptGone { .. } | Failure::NoLink { .. }
    ));
    assert!(
        !world
            .server
            .done()
            .iter()
            .any(|d| matches!(d, Done::Answered(..)))
    );

    let report = answer(&world.link, ID, &yes(&raised)).await;
    let how = How::Replied { words: false };
    assert_eq!(report, Report::Performed(Performed { how, doubt: None }));
    let answered = |done: &Done| matches!(done, Done::Answered(..)).then_some(());
    world.server.wait(answered).await;
    let again = answer(&world.link, ID, &yes(&raised)).await;
    assert!(matches!(failure(again), Failure::PromptGone { .. }));
    let answers = world.server.done();
    let answers = answers.iter().filter(|d| matches!(d, Done::Answered(..)));
    assert_eq!(answers.count(), 1);
}

#[tokio::test]
async fn a_turn_is_steered_or_interrupted_only_while_it_runs() {
    let world = World::new().await;
    let turn = |turn: &str| SteerTurn {
        instruction: instruction("left"),
        generation: world.generation(),
        turn: TurnId::parse(turn).unwrap(),
    };
    let stop = InterruptTurn {
        inbound: Guid::parse("guid").unwrap(),
        session: SessionId::parse(ONE).unwrap(),
        cwd: String::new(),
        turn: None,
        way: InterruptWay::AppServer {
            generation: world.generation(),
        },
    };
    assert_eq!(
        failure(steer(&world.link, ID, &turn("turn-1")).await),
        Failure::NoTurn
    );
    assert_eq!(
        failure(interrupt(&world.link, &stop).await),
        Failure::NoTurn
    );
    world.server.work(ONE, Some("turn-1"));
    assert_eq!(
        failure(steer(&world.link, ID, &turn("turn-9")).await),
        Failure::NoTurn
    );
    let how = How::TurnSteered;
    assert_eq!(
        steer(&world.link, ID, &turn("turn-1")).await,
        Report::Performed(Performed { how, doubt: None })
    );
    let how = How::InterruptAsked;
    assert_eq!(
        interrupt(&world.link, &stop).await,
        Report::Performed(Performed { how, doubt: None })
    );
    assert_eq!(
        failure(interrupt(&world.link, &stop).await),
        Failure::NoTurn
    );
}
