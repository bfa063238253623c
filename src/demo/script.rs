//! A short conversation, played from both ends: what the owner does with the
//! phone, and what must come back. Each step waits for its text and has a
//! deadline; the first that fails ends the play with its name.

use super::phone::{Bubble, Phone, Vain, print};
use super::stage::FIRST_PROMPT;
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
    step: &'static str,
    nth: usize,
}

/// Plays it; what only `panes` can do is left out, or seen to be refused, without them.
pub(super) fn play(phone: &mut Phone, panes: bool) -> Result<(), Failed> {
    let mut play = Play {
        phone,
        panes,
        step: "the start",
        nth: 0,
    };
    conversation(&mut play).map_err(|why| Failed {
        step: play.step,
        why,
    })
}

fn conversation(play: &mut Play<'_>) -> Result<(), Vain> {
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
    print(&format!("\n{} steps, all as they should be\n", play.nth))
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
    let asked = play.until(|text| text.says("wants to run: echo built") || text.is("done"))?;
    if asked.is("done") {
        return print("\n    this version of Codex asks for nothing here\n");
    }
    play.say("yes", None)?;
    play.until(|text| text.is("approved, it runs"))?;
    play.until(|text| text.is("done") && text.says("done: "))?;

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
        self.phone.wait_for(before, STEP, wanted)
    }
}
