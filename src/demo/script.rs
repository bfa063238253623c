//! A short conversation, played from both ends: what the owner does with the
//! phone, and what must come back. Each step waits for its text and has a
//! deadline; the first that fails ends the play with its name.

use super::phone::{Bubble, Phone, Vain, print};
use super::place::Place;
use super::stage::FIRST_PROMPT;
use crate::store::Follow;
use events::Event;
use events::event::HoldRule;
use std::path::PathBuf;
use std::time::Duration;

/// The real Codex takes a few seconds to start.
const START: Duration = Duration::from_secs(60);
/// How long a step may take.
const STEP: Duration = Duration::from_secs(60);

/// A step that failed.
pub(super) struct Failed {
    pub(super) step: &'static str,
    pub(super) why: Vain,
}

/// The play under way.
struct Play<'a> {
    phone: &'a mut Phone,
    /// Codex has panes to be typed into.
    panes: bool,
    /// The control plane's state directory, with its log.
    state: PathBuf,
    /// A request that nobody answers is told once more after so many seconds.
    nudge_s: u32,
    /// How long a step may take.
    patience: Duration,
    step: &'static str,
    nth: usize,
}

/// Plays it; what only panes can do is left out, or seen to be refused, without them. Gives how
/// much of the conversation belongs into a picture: the day away would make it too long.
pub(super) fn play(phone: &mut Phone, place: &Place) -> Result<usize, Failed> {
    let mut play = Play {
        phone,
        panes: place.tmux.is_some(),
        state: place.state(),
        nudge_s: place.nudge_s,
        patience: STEP,
        step: "the start",
        nth: 0,
    };
    conversation(&mut play).map_err(|why| Failed {
        step: play.step,
        why,
    })
}

fn conversation(play: &mut Play<'_>) -> Result<usize, Vain> {
    let notice = first_notice(play)?;
    let name = notice.reference().unwrap_or_default().to_owned();

    play.step("\"list\" is answered with the sessions")?;
    play.say("list", None)?;
    play.until(|text| text.is("sessions") && text.says(&name))?;

    play.step("\"status @ref\" is answered")?;
    play.say(&format!("status {name}"), None)?;
    play.until(|text| text.is("status") && text.says(FIRST_PROMPT))?;

    play.step("\"@ref instruction\" reaches the session, and its answer the phone")?;
    play.say(&format!("{name} say something"), None)?;
    let answer = play.until(|text| text.is("done") && text.says("echo: say something"))?;

    play.step("a reply in the thread of that notice reaches the same session")?;
    play.say("and once more\n👍 in two lines", Some(&answer.guid))?;
    play.until(|text| text.is("done") && text.says("echo: and once more\n👍 in two lines"))?;

    approval(play, &name)?;

    if play.panes {
        question(play, &name)?;
        new_session(play, &notice)?;
    } else {
        play.step("\"new label: instruction\" is refused, and says why")?;
        play.say("new docs: write the docs", None)?;
        play.until(|text| text.is("not started") && text.says("cannot start tmux"))?;
    }

    let drawn = play.phone.conversation.len();
    day_away(play, &name)?;
    print(&format!("\n{} steps, all as they should be\n", play.nth))?;
    Ok(drawn)
}

/// What helps whoever does not look at the phone all the time.
fn day_away(play: &mut Play<'_>, name: &str) -> Result<(), Vain> {
    look(play, name)?;
    held(play, name)?;
    reminder(play, name)
}

/// Looking at a session from afar, by its label where there is one.
fn look(play: &mut Play<'_>, name: &str) -> Result<(), Vain> {
    if play.panes {
        play.step("\"screen @ref\" shows a session's terminal, and presses no key there")?;
        play.say("screen @docs", None)?;
        let shown = |text: &Bubble| text.is("screen") && text.says("write the docs");
        return play.until(shown).map(drop);
    }
    play.step("\"last @ref 2\" shows the last two messages of a session")?;
    play.say(&format!("last {name} 2"), None)?;
    let shown = |text: &Bubble| text.is("last messages") && text.says("Codex, ");
    play.until(shown).map(drop)
}

/// The end of a turn is not told while its session is muted, and is not lost.
fn held(play: &mut Play<'_>, name: &str) -> Result<(), Vain> {
    const ANSWER: &str = "echo: tidy up";
    play.step("\"mute @ref 2h\" holds its texts back, and \"unmute @ref\" brings what waited")?;
    play.say(&format!("mute {name} 2h"), None)?;
    play.until(|text| text.is("muted"))?;
    play.say(&format!("{name} tidy up"), None)?;
    play.until_held(ANSWER)?;
    print("\n    the turn ended, and no text came\n")?;
    play.say("list", None)?;
    play.until(|text| {
        text.is("sessions") && text.says("muted until") && text.says("1 text waits.")
    })?;
    play.say(&format!("unmute {name}"), None)?;
    play.until(|text| text.is("not muted any more"))?;
    play.until(|text| text.is("done") && text.says(ANSWER))
        .map(drop)
}

/// An approval that nobody answers is told once more, and can be answered there.
fn reminder(play: &mut Play<'_>, name: &str) -> Result<(), Vain> {
    play.step("nobody answers an approval, and it is told once more")?;
    play.say(&format!("{name} run: echo released"), None)?;
    if play.until_asked("echo released")?.is_none() {
        return Ok(());
    }
    print(&format!(
        "\n    nobody answers; after half an hour, here after {} s, there is a reminder\n",
        play.nudge_s
    ))?;
    let still = |text: &Bubble| text.says("Still waiting: ") && text.says("echo released");
    let reminder = play.until(still)?;
    play.say("yes", Some(&reminder.guid))?;
    play.until_allowed()
}

fn new_session(play: &mut Play<'_>, notice: &Bubble) -> Result<(), Vain> {
    play.step("\"new label: instruction\" starts a session in a new tmux window")?;
    play.say("new docs: write the docs", None)?;
    // A turn as quick as this may end before its session's start is confirmed.
    let started = play.until(|text| text.is("docs · started"))?;
    let done = play.until(|text| text.is("done") && text.says("echo: write the docs"))?;
    let own = started.reference() != notice.reference();
    if !own || started.reference() != done.reference() {
        return Err(Vain::Mistaken("the new session goes by another's ref"));
    }
    Ok(())
}

fn first_notice(play: &mut Play<'_>) -> Result<Bubble, Vain> {
    play.step("a turn at the desk ends, and its notice reaches the phone")?;
    print(&format!("\n    at the desk: {FIRST_PROMPT}\n"))?;
    wait_for_first(play.phone)
}

/// Waits for the notice of what was typed at the desk.
pub(super) fn wait_for_first(phone: &mut Phone) -> Result<Bubble, Vain> {
    phone.wait_for(0, START, |text| {
        text.is("done") && text.says(FIRST_PROMPT) && text.reference().is_some()
    })
}

fn question(play: &mut Play<'_>, name: &str) -> Result<(), Vain> {
    play.step("a question is asked, and answered by the number of an option")?;
    play.say(&format!("{name} ask: Which database?"), None)?;
    let asked = play.until(|text| text.is("needs input") || text.is("done"))?;
    if asked.is("done") {
        return print("\n    this version of Codex asks nothing outside Plan mode\n");
    }
    play.say("2", None)?;
    play.until(|text| text.is("done") && text.says("done: postgres"))
        .map(drop)
}

/// What Codex may not do alone is asked for, and one word allows it.
fn approval(play: &mut Play<'_>, name: &str) -> Result<(), Vain> {
    play.step("a command waits for approval, \"yes\" allows it, and Codex goes on")?;
    play.say(&format!("{name} run: echo built"), None)?;
    if play.until_asked("echo built")?.is_none() {
        return Ok(());
    }
    play.say("yes", None)?;
    play.until_allowed()?;

    play.step("another one is refused by \"no\", and is not run")?;
    play.say(&format!("{name} run: rm -rf build"), None)?;
    let asked = play.until(|text| text.says("wants to run: rm -rf build"))?;
    play.say("no", Some(&asked.guid))?;
    // In a pane the turn ends with it, by the background server it goes on.
    let refused =
        |text: &Bubble| text.is("refused, the turn ends") || text.is("refused, Codex goes on");
    play.until(refused).map(drop)
}

impl Play<'_> {
    /// Says what comes next.
    fn step(&mut self, what: &'static str) -> Result<(), Vain> {
        self.step = what;
        self.nth += 1;
        print(&format!("\n{}. {what}\n", self.nth))
    }

    fn say(&mut self, text: &str, reply_to: Option<&str>) -> Result<(), Vain> {
        let lines = text.lines().map(|line| format!("    you: {line}\n"));
        print(&format!("\n{}", lines.collect::<String>()))?;
        self.phone.say(text, reply_to)
    }

    /// Waits for the text that this step is about.
    fn until(&mut self, wanted: impl Fn(&Bubble) -> bool) -> Result<Bubble, Vain> {
        let before = self.phone.said_at;
        self.phone.wait_for(before, self.patience, wanted)
    }

    /// Waits until Codex asks to run this; `None` where it runs it without asking.
    fn until_asked(&mut self, command: &str) -> Result<Option<Bubble>, Vain> {
        let asks = format!("wants to run: {command}");
        let asked = self.until(|text| text.says(&asks) || text.is("done"))?;
        if asked.is("done") {
            print("\n    this version of Codex asks for nothing here\n")?;
            return Ok(None);
        }
        Ok(Some(asked))
    }

    /// Waits until what was asked for has run.
    fn until_allowed(&mut self) -> Result<(), Vain> {
        self.until(|text| text.is("approved, it runs"))?;
        self.until(|text| text.is("done") && text.says("done: "))
            .map(drop)
    }

    /// Waits until a text is held back because its session is muted: nothing of that reaches the
    /// phone, but the log says so. The text must not come meanwhile.
    fn until_held(&mut self, words: &str) -> Result<(), Vain> {
        let mut log = Follow::of(&self.state);
        let before = self.phone.said_at;
        let mut held = false;
        self.phone.wait(self.patience, |bubbles| {
            if bubbles.iter().skip(before).any(|text| text.says(words)) {
                return Err(Vain::Mistaken("a text came although its session is muted"));
            }
            log.further(&mut |entry| {
                held |=
                    matches!(&entry.event, Event::NoticeDeferred(e) if e.rule == HoldRule::Muted);
            })
            .map_err(|error| Vain::Log(error.to_string()))?;
            Ok(held.then_some(()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::demo::messages::{Messages, Row};
    use crate::demo::place::OWNER;
    use crate::ingress::chat_db::typedstream;
    use std::path::Path;
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

    /// The texts that a message is answered with.
    type Answers = fn(&str) -> &'static [&'static str];

    /// Answers the owner in the place of the control plane, until that is over.
    fn answer(chat_db: &Path, answers: Answers, over: &Receiver<()>) {
        let mut messages = Messages::open(chat_db).unwrap();
        let mut heard = 0;
        while over.recv_timeout(Duration::from_millis(5)) == Err(RecvTimeoutError::Timeout) {
            let said: Vec<String> = {
                let sql = "SELECT attributedBody FROM message WHERE is_from_me = 0 ORDER BY ROWID";
                let mut rows = messages.db().prepare(sql).unwrap();
                let bodies = rows.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
                let bodies = bodies.skip(heard).map(Result::unwrap);
                bodies
                    .map(|body| typedstream::decode(&body).unwrap())
                    .collect()
            };
            heard += said.len();
            for text in said.iter().flat_map(|said| answers(said)) {
                let mut row = Row::to(OWNER, text, clock::wall());
                row.state.sent = true;
                messages.insert(&row).unwrap();
            }
        }
    }

    /// Plays one scene against these answers; gives its step and why it failed.
    fn fails(
        scene: fn(&mut Play<'_>, &str) -> Result<(), Vain>,
        answers: Answers,
    ) -> (String, Vain) {
        let directory = tempfile::tempdir().unwrap();
        let chat_db = directory.path().join("chat.db");
        Messages::create(&chat_db).unwrap();
        let (mut phone, _events) = Phone::open(&chat_db).unwrap();
        let (playing, over) = channel();
        let answering = std::thread::spawn(move || answer(&chat_db, answers, &over));
        let mut play = Play {
            phone: &mut phone,
            panes: false,
            state: directory.path().to_owned(),
            nudge_s: 2,
            patience: Duration::from_secs(1),
            step: "the start",
            nth: 0,
        };
        let why = scene(&mut play, "@k3f9").expect_err("it passed");
        let step = play.step.to_owned();
        drop(playing);
        answering.join().unwrap();
        (step, why)
    }

    #[test]
    fn a_look_that_shows_nothing_fails() {
        let (step, why) = fails(look, |_| {
            &["[Codex] @k3f9 api · not shown\nIts record is gone."]
        });
        assert!(step.contains("last @ref 2"), "{step}");
        assert_eq!(why, Vain::TimeOut(1));
    }

    #[test]
    fn a_text_about_a_muted_session_fails_at_once_and_says_why() {
        let (step, why) = fails(held, |said| match said {
            "mute @k3f9 2h" => &["[Codex] @k3f9 api · muted"],
            "@k3f9 tidy up" => &["api is done. [Codex] @k3f9\necho: tidy up"],
            _ => &[],
        });
        assert!(step.contains("mute @ref"), "{step}");
        let came = "a text came although its session is muted";
        assert_eq!(why, Vain::Mistaken(came));
        assert_eq!(why.to_string(), came);
    }

    #[test]
    fn a_text_that_is_not_held_back_in_the_log_is_waited_for_in_vain() {
        let (step, why) = fails(held, |said| match said {
            "mute @k3f9 2h" => &["[Codex] @k3f9 api · muted"],
            _ => &[],
        });
        assert!(step.contains("mute @ref"), "{step}");
        assert_eq!(why.to_string(), "it did not happen within 1 s");
    }

    #[test]
    fn without_a_reminder_the_scene_of_it_fails() {
        let (step, why) = fails(reminder, |said| match said {
            "yes" => &[
                "[Codex] @k3f9 api · approved, it runs",
                "api is done. [Codex] @k3f9\ndone: released",
            ],
            _ => &["api wants to run: echo released. Yes or no? [Codex] @k3f9\nyes: this once"],
        });
        assert!(step.contains("told once more"), "{step}");
        assert_eq!(why, Vain::TimeOut(1));
    }
}
