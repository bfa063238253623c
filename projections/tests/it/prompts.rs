//! Prompts: told once, in a sentence; answered by one word, once, and only if the
//! owner had been told before.

use crate::support::{World, kinds, turn_id};
use events::outcome::{Evidence, Failure, How};
use events::prompt::{
    AnswerPrompt, AnswerWay, CommandPrompt, FileChange, Meaning, PatchFile, PatchPrompt,
    PromptAnswer, PromptBody, PromptChoice, PromptEnd, PromptRaised, PromptResolved, PromptSource,
};
use events::{CallId, Command, CommandId, Event, Guid, Input, Outcome, SessionId};

pub(crate) const LINK: u64 = 7;

pub(crate) fn offered(meanings: &[Meaning]) -> Vec<PromptChoice> {
    let choice = |meaning: &Meaning| PromptChoice {
        meaning: meaning.clone(),
        label: "".into(),
    };
    meanings.iter().map(choice).collect()
}

pub(crate) fn always(scope: &str) -> Meaning {
    Meaning::AcceptAlways {
        scope: scope.into(),
    }
}

pub(crate) fn command(text: &str) -> PromptBody {
    PromptBody::Command(CommandPrompt {
        command: text.into(),
        cwd: Some("/srv/api-server".into()),
        reason: Some("The build is stale.".into()),
        network: None,
        permissions: Vec::new(),
    })
}

pub(crate) fn by_server(request: u32) -> PromptSource {
    PromptSource::AppServer {
        generation: LINK,
        request: request.to_string(),
    }
}

pub(crate) fn raised(session: &SessionId, request: u32, body: PromptBody) -> PromptRaised {
    PromptRaised {
        session: session.clone(),
        turn: Some(turn_id("t1")),
        call: CallId::parse(&format!("call_{request}")),
        approval: None,
        source: by_server(request),
        body,
        choices: offered(&[
            Meaning::Accept,
            always("rm -rf"),
            Meaning::Decline,
            Meaning::Cancel,
        ]),
        whole: true,
    }
}

/// A session at work, and the texts about it so far gone.
pub(crate) fn working(world: &mut World, nth: u16) -> SessionId {
    let session = world.session(nth, "/srv/api-server");
    world.turn(&session, "t1");
    world.send_all();
    world.notices();
    session
}

pub(crate) fn ask(world: &mut World, prompt: PromptRaised) -> Vec<Event> {
    world.feed(Input::Prompt(Box::new(prompt)))
}

/// It is asked, told, and the text about it stands in chat.db; its row.
pub(crate) fn told(world: &mut World, prompt: PromptRaised) -> (Guid, String) {
    ask(world, prompt);
    let rows = world.send_all();
    world.notices();
    world.pass(2_000);
    let asks = |(_, text): &(Guid, String)| text.contains(" wants to ") || text.contains(" asks ");
    rows.into_iter().rev().find(asks).unwrap()
}

/// The answer that is owed now, begun.
pub(crate) fn begun(world: &mut World) -> Option<(CommandId, AnswerPrompt)> {
    match world.next_work()? {
        (id, Command::AnswerPrompt(answer)) => Some((id, answer)),
        (_, other) => panic!("{}", other.name()),
    }
}

pub(crate) fn meaning(answer: &AnswerPrompt) -> Meaning {
    let PromptAnswer::Choose { meaning, .. } = &answer.answer else {
        panic!("{answer:?}")
    };
    meaning.clone()
}

pub(crate) fn resolved(
    world: &mut World,
    session: &SessionId,
    request: u32,
    how: PromptEnd,
) -> Vec<Event> {
    world.feed(Input::PromptResolved(PromptResolved {
        session: session.clone(),
        source: by_server(request),
        how,
    }))
}

pub(crate) fn done(world: &mut World, id: CommandId) -> String {
    let open = &world.machine.state().ledger.open[&id];
    let Command::AnswerPrompt(answer) = &open.command else {
        panic!()
    };
    let prompt = answer.prompt;
    world.settled(id, Outcome::Done(Evidence::Resolved { prompt }));
    world.notice()
}

#[test]
fn the_first_line_can_be_read_aloud_and_all_of_it_stands_below() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let reference = world.reference(&session);
    ask(&mut world, raised(&session, 1, command("rm -rf build")));
    let text = world.notice();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[0],
        format!("api-server wants to run: rm -rf build. Yes or no? [Codex] @{reference}")
    );
    assert_eq!(
        lines[1..],
        [
            "In /srv/api-server",
            "Reason: The build is stale.",
            "yes: this once",
            "always: yes, and never asked again for rm -rf",
            "no: refused, and Codex goes on",
            "cancel: refused, and the turn ends",
        ]
    );
    // The same request again, by whatever name, is no news.
    ask(&mut world, raised(&session, 1, command("rm -rf build")));
    let mut anew = raised(&session, 1, command("rm -rf build"));
    anew.source = by_server(77);
    ask(&mut world, anew);
    assert!(world.notices().is_empty());
    assert_eq!(world.machine.state().prompts.open.len(), 1);
}

#[test]
fn a_patch_names_its_files_and_shows_its_diff() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let patch = PromptBody::Patch(PatchPrompt {
        files: vec![PatchFile {
            path: "src/main.rs".into(),
            change: FileChange::Changed,
            added: 2,
            removed: 1,
            diff: "-old\n+new\n+more".into(),
        }],
        reason: None,
        root: None,
    });
    ask(&mut world, raised(&session, 1, patch));
    let text = world.notice();
    assert!(
        text.starts_with("api-server wants to change src/main.rs (+2 -1). Yes or no? [Codex]"),
        "{text}"
    );
    assert!(text.contains("\n> -old\n> +new\n> +more\n"), "{text}");
}

#[test]
fn one_word_answers_the_one_prompt_that_was_told() {
    for (word, wanted, receipt) in [
        ("yes", Meaning::Accept, "approved, it runs"),
        ("Y", Meaning::Accept, "approved, it runs"),
        ("OK.", Meaning::Accept, "approved, it runs"),
        ("\u{2060}yes\u{fffc}", Meaning::Accept, "approved, it runs"),
        ("👍🏽", Meaning::Accept, "approved, it runs"),
        ("👎\u{fe0f}", Meaning::Decline, "refused, Codex goes on"),
        ("approve", Meaning::Accept, "approved, it runs"),
        ("no", Meaning::Decline, "refused, Codex goes on"),
        ("Deny!", Meaning::Decline, "refused, Codex goes on"),
        ("always", always("rm -rf"), "always: rm -rf"),
        ("cancel", Meaning::Cancel, "refused, the turn ends"),
    ] {
        let mut world = World::new();
        let session = working(&mut world, 1);
        told(&mut world, raised(&session, 1, command("rm -rf build")));
        world.says(word);
        let (id, answer) = begun(&mut world).unwrap();
        assert_eq!(meaning(&answer), wanted, "{word}");
        assert_eq!(
            answer.way,
            AnswerWay::AppServer {
                generation: LINK,
                request: "1".into()
            }
        );
        assert!(done(&mut world, id).contains(receipt), "{word}");
        assert!(world.machine.state().prompts.open.is_empty());
        assert!(begun(&mut world).is_none());
    }
}

#[test]
fn prose_approves_nothing() {
    for words in [
        "yes but first run the tests",
        "yes please do",
        "why?",
        "sure",
        "y u no",
        "use option 1",
        "yes, but not in prod",
        "yesterday",
        "noted",
        "okay then",
        "do it",
        "1",
        "👍👍",
        "always yes",
        "no problem, go ahead",
        "approve the other one",
    ] {
        let mut world = World::new();
        let session = working(&mut world, 1);
        let (row, _) = told(&mut world, raised(&session, 1, command("rm -rf build")));
        world.replies(&row, words);
        assert!(begun(&mut world).is_none(), "{words}");
        let text = world.notice();
        assert!(text.contains("Nothing was answered"), "{words}: {text}");
        assert_eq!(world.machine.state().prompts.open.len(), 1);
    }
}

#[test]
fn a_reason_goes_to_codex_behind_the_refusal() {
    for (words, reason) in [
        ("no, because it is slow", "because it is slow"),
        ("No: use the cache", "use the cache"),
        ("no because of the tests", "because of the tests"),
        ("no, use the cache, please", "use the cache, please"),
    ] {
        let mut world = World::new();
        let session = working(&mut world, 1);
        told(&mut world, raised(&session, 1, command("rm -rf build")));
        world.says(words);
        let (id, answer) = begun(&mut world).unwrap();
        assert_eq!(meaning(&answer), Meaning::Decline);
        assert_eq!(answer.words.as_ref().unwrap().reveal(), reason);
        // The server took both: nothing more is owed.
        world.performed(id, How::Replied { words: true });
        resolved(&mut world, &session, 1, PromptEnd::ByUs);
        assert!(world.next_work().is_none());
    }
    let mut world = World::new();
    let session = working(&mut world, 1);
    told(&mut world, raised(&session, 1, command("rm -rf build")));
    world.says("no, use the cache");
    let (id, _) = begun(&mut world).unwrap();
    world.performed(id, How::Replied { words: false });
    resolved(&mut world, &session, 1, PromptEnd::ByUs);
    assert_eq!(world.next_words().unwrap().2, "use the cache");
}

#[test]
fn a_bare_word_counts_only_behind_the_text_that_it_answers() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    ask(&mut world, raised(&session, 1, command("rm -rf build")));
    world.notices();
    // Queued, not sent yet.
    world.says("yes");
    assert!(
        world
            .notice()
            .contains("before the text about this was there")
    );
    // Sent, but the answer is older.
    world.send_all();
    let mut row = world.row("yes");
    row.date = Some(events::Wall(world.now.wall.0 - 60_000));
    world.take(row);
    assert!(
        world
            .notice()
            .contains("before the text about this was there")
    );
    let reference = world.reference(&session);
    let mut row = world.row(&format!("@{reference} yes"));
    row.date = Some(events::Wall(world.now.wall.0 - 60_000));
    world.take(row);
    assert!(
        world
            .notice()
            .contains("before the text about this was there")
    );
    assert!(begun(&mut world).is_none());
    world.pass(1_000);
    world.says("yes");
    assert!(begun(&mut world).is_some());
}

#[test]
fn of_two_prompts_only_the_one_that_is_named_is_answered() {
    let mut world = World::new();
    let (one, two) = (working(&mut world, 1), working(&mut world, 2));
    let (first, _) = told(&mut world, raised(&one, 1, command("rm -rf build")));
    let (second, _) = told(&mut world, raised(&two, 2, command("touch x")));
    world.says("yes");
    let list = world.notice();
    assert!(
        list.contains("1. ") && list.contains("run rm -rf build"),
        "{list}"
    );
    assert!(begun(&mut world).is_none());
    world.send_all();
    world.replies(&second, "yes");
    let (id, answer) = begun(&mut world).unwrap();
    assert_eq!(answer.session, two);
    done(&mut world, id);
    world.replies(&first, "no");
    assert_eq!(begun(&mut world).unwrap().1.session, one);
}

#[test]
fn the_list_answers_exactly_what_it_showed() {
    let mut world = World::new();
    let sessions: Vec<_> = (1..=3).map(|nth| working(&mut world, nth)).collect();
    for (nth, session) in (1..).zip(&sessions) {
        told(
            &mut world,
            raised(session, nth, command(&format!("touch {nth}"))),
        );
    }
    world.says("pending");
    assert!(world.notice().contains("3. "));
    // The list is not on the phone yet.
    world.says("1 yes, 3 no");
    assert!(world.notice().contains("before the list was there"));
    assert!(
        world
            .machine
            .state()
            .prompts
            .open
            .values()
            .all(|p| p.answered.is_none())
    );
    world.send_all();
    world.pass(2_000);
    world.says("1 yes, 3 no");
    let mut answers = Vec::new();
    while let Some((id, answer)) = begun(&mut world) {
        answers.push((answer.session.clone(), meaning(&answer)));
        done(&mut world, id);
    }
    assert_eq!(
        answers,
        [
            (sessions[0].clone(), Meaning::Accept),
            (sessions[2].clone(), Meaning::Decline)
        ]
    );
    world.says("9 yes");
    assert!(world.notice().contains("numbers 1 to 3"));
    // Something new waits: the numbers mean nothing any more.
    told(&mut world, raised(&sessions[0], 9, command("touch 9")));
    world.says("2 yes");
    assert!(world.notice().contains("something new waits"));
    assert!(begun(&mut world).is_none());
}

#[test]
fn what_was_resolved_elsewhere_takes_no_answer() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let resolved = |request| {
        Input::PromptResolved(PromptResolved {
            session: session.clone(),
            source: by_server(request),
            how: PromptEnd::Elsewhere,
        })
    };
    // Not sent yet: it is withdrawn.
    ask(&mut world, raised(&session, 1, command("touch 1")));
    let events = world.feed(resolved(1));
    assert!(
        kinds(&events).contains(&"NoticeWithdrawn".to_owned()),
        "{events:?}"
    );
    assert!(world.send_all().is_empty());
    world.notices();
    // Told: an answer hears who it was.
    let (row, _) = told(&mut world, raised(&session, 2, command("touch 2")));
    world.feed(resolved(2));
    world.replies(&row, "yes");
    assert!(world.notice().contains("answered elsewhere"));
    world.pass(5_000);
    world.says("yes");
    assert!(world.notice().contains("answered elsewhere"));
    // Owed, and not begun.
    told(&mut world, raised(&session, 3, command("touch 3")));
    world.says("yes");
    world.feed(resolved(3));
    assert!(world.notice().contains("Too late"));
    assert!(begun(&mut world).is_none());
}

#[test]
fn an_answer_is_given_once_whatever_happens() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let (row, _) = told(&mut world, raised(&session, 1, command("touch 1")));
    world.replies(&row, "yes");
    let (id, _) = begun(&mut world).unwrap();
    world.replies(&row, "no");
    assert!(
        world
            .notice()
            .contains("answered by a message of yours before")
    );
    // The process dies: what was begun is not begun again.
    let settings = crate::support::settings();
    world.boot(settings);
    assert!(begun(&mut world).is_none());
    world.feed(Input::PromptResolved(PromptResolved {
        session: session.clone(),
        source: by_server(1),
        how: PromptEnd::ByUs,
    }));
    assert!(world.notice().contains("approved, it runs"));
    assert!(!world.machine.state().ledger.open.contains_key(&id));
    // A certain failure gives the prompt back.
    told(&mut world, raised(&session, 2, command("touch 2")));
    world.says("yes");
    let (id, _) = begun(&mut world).unwrap();
    world.settled(
        id,
        Outcome::Failed(Failure::NoLink {
            why: "the connection was lost".into(),
        }),
    );
    assert!(world.notice().contains("Nothing was answered"));
    world.says("yes");
    assert!(begun(&mut world).is_some());
}

#[test]
fn what_is_cut_is_said_to_be_and_counts_only_when_all_of_it_was_sent() {
    let mut world = World::new();
    let session = working(&mut world, 1);
    let reference = world.reference(&session);
    let lines = (0..120).map(|n| format!("echo line number {n} of a long script"));
    let long = lines.collect::<Vec<_>>().join("\n") + "\n";
    let (row, text) = told(&mut world, raised(&session, 1, command(&long)));
    assert!(text.chars().count() <= 1800);
    assert!(text.contains("more characters are cut"), "{text}");
    world.replies(&row, "yes");
    assert!(world.notice().contains("you have not received all of it"));
    assert!(begun(&mut world).is_none());
    world.says(&format!("show @{reference}"));
    let all = world.notice();
    assert!(
        all.contains("echo line number 60 ") && all.contains("echo line number 119 "),
        "{all}"
    );
    // It is on its way, not there.
    world.says("yes");
    assert!(
        world
            .notice()
            .contains("before the text about this was there")
    );
    world.send_all();
    world.pass(2_000);
    world.says("yes");
    assert!(begun(&mut world).is_some());
    // A refusal needs no more than what was there.
    let (row, _) = told(&mut world, raised(&session, 2, command(&long)));
    world.replies(&row, "no");
    assert!(begun(&mut world).is_none(), "one at a time in a session");
}
