//! `demo`: opens the stage, then lets a person or the script use the phone, and
//! ends everything again. A failure keeps the files and says where they are.

use super::phone::{Event, Phone, Vain, print};
use super::picture::{self, Side};
use super::place::Place;
use super::script;
use super::stage::Stage;
use crate::config::Environment;
use crate::error::{Answer, CommandError, Outcome};
use crate::ui;
use std::io::{self, BufRead as _};
use std::path::Path;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// A person takes any time.
const EVER: Duration = Duration::from_secs(3600);
/// When a request is told once more, in seconds: in the script, which answers all others at once,
/// and where a person reads.
const NUDGES: (u32, u32) = (1, 60);

/// Said first where the panes are missing.
const NO_TMUX: &str = "tmux is not installed, so the panes are not shown (instructions go in by \
    codex queue, questions are not asked, `new label:` is refused); to see them: brew install tmux \
    (Debian, Ubuntu: apt install tmux), then demo again.\n\n";

/// Plays the loop on this machine.
pub fn play(script: bool, picture: Option<&Path>) -> Outcome {
    let environment = Environment::of_this_process();
    let nudge_s = if script { NUDGES.0 } else { NUDGES.1 };
    let place = Place::make(&environment, nudge_s)?;
    let (mut phone, events) = Phone::open(&place.chat_db()).map_err(|error| {
        CommandError::failure("the simulated Messages cannot be opened").because(error)
    })?;
    let stage = Stage::open(place, &environment, &events)?;
    let ended = if script {
        let panes = stage.place().tmux.is_some();
        let head = if panes { "" } else { NO_TMUX };
        print(&format!("{head}Codex is {}.\n", stage.codex))
            .map_err(|why| ("the start", why))
            .and_then(|()| {
                let played = script::play(&mut phone, stage.place());
                played.map_err(|failed| (failed.step, failed.why))
            })
    } else {
        converse(&stage, &mut phone, &events)
            .map(|()| phone.conversation.len())
            .map_err(|why| ("the demo", why))
    };
    match ended {
        Ok(drawn) => {
            if let Some(file) = picture {
                draw(phone.conversation.iter().take(drawn), file)?;
            }
            Ok(Answer::Yes)
        }
        Err((_, Vain::Stopped)) if !script => Ok(Answer::Yes),
        Err((step, why)) => {
            let log = stage.place().state();
            let kept = stage.keep();
            ui::talk(&format!(
                "demo failed: {step}: {why}\n\
                 Everything is kept in {}: diagnosis.txt is what was said while working, screens.txt\n\
                 what the panes showed, and the log of events is read by\n\
                 CODEX_IMESSAGE_STATE_DIR='{}' codex-imessage-control-plane log export",
                kept.display(),
                log.display()
            ));
            Ok(Answer::No)
        }
    }
}

/// Draws the conversation, without what only shows that a command works.
fn draw<'a>(
    conversation: impl Iterator<Item = &'a (Side, String)>,
    file: &Path,
) -> Result<(), CommandError> {
    let shown = conversation.filter(|(side, text)| {
        let head = text.lines().next().unwrap_or_default();
        match side {
            Side::Owner => head != "list" && !head.starts_with("status"),
            Side::Codex => !["sessions", "status", "received", "answered"]
                .iter()
                .any(|kind| head.ends_with(kind)),
        }
    });
    let svg = picture::svg(&shown.cloned().collect::<Vec<_>>());
    std::fs::write(file, svg).map_err(|error| {
        CommandError::failure(format!("cannot write {}", file.display())).because(error)
    })
}

/// A person uses the phone until they have had enough.
fn converse(stage: &Stage, phone: &mut Phone, events: &Sender<Event>) -> Result<(), Vain> {
    print(&welcome(stage))?;
    script::wait_for_first(phone)?;
    read_lines(events.clone()).map_err(|error| Vain::Messages(error.to_string()))?;
    print("\n")?;
    loop {
        match phone.next(EVER)? {
            Some(Event::Line(line)) => match line.trim() {
                "quit" | "exit" => return Ok(()),
                "" => {}
                words => say(phone, words)?,
            },
            Some(Event::HungUp) => return Ok(()),
            Some(Event::Stop) => return Err(Vain::Stopped),
            Some(Event::Ended) => return Err(Vain::Ended),
            Some(Event::Touched) | None => {}
        }
    }
}

/// `^ words` is a reply in the thread of the newest text.
fn say(phone: &mut Phone, words: &str) -> Result<(), Vain> {
    let Some(words) = words.strip_prefix('^') else {
        return phone.say(words, None);
    };
    let newest = phone.bubbles.last().map(|bubble| bubble.guid.clone());
    phone.say(words.trim(), newest.as_deref())
}

/// Hands on what is typed, line by line. The thread ends with the program.
fn read_lines(events: Sender<Event>) -> io::Result<()> {
    let body = move || {
        // A line that cannot be read ends the reading as its end does.
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if events.send(Event::Line(line)).is_err() {
                return;
            }
        }
        // A phone that is gone needs no last message.
        let _ = events.send(Event::HungUp);
    };
    std::thread::Builder::new()
        .name("keyboard".to_owned())
        .spawn(body)
        .map(drop)
}

fn welcome(stage: &Stage) -> String {
    let (missing, panes, watch) = match &stage.place().tmux {
        None => (NO_TMUX, "", "\n".to_owned()),
        Some(tmux) => (
            "",
            "\x20 @ref ask: Which one?      makes it ask you; answer with a number\n\
             \x20 new label: instruction    starts Codex in a new tmux window\n\
             \x20 screen @ref               shows its terminal\n",
            format!(
                " To watch it at its desk, in another terminal:\n\x20 {} -S {} attach\n\n",
                tmux.display(),
                stage.place().tmux_socket().display()
            ),
        ),
    };
    format!(
        "{missing}This terminal is your phone: what you type is an iMessage, what has a bar is the answer.\n\
         \n\
         \x20 help, list, status @ref   are answered at once\n\
         \x20 @ref instruction          goes to that session; the scripted model says it back\n\
         \x20 @ref run: command         makes it ask for your approval; answer yes or no\n\
         {panes}\
         \x20 last @ref                 shows what was said last\n\
         \x20 mute @ref 2h              holds its texts back; unmute @ref brings what waited\n\
         \x20 ^ words                   replies in the thread of the newest text\n\
         \x20 quit, or Ctrl-D           ends everything and leaves nothing behind\n\
         \n\
         A request that you do not answer is told once more, here after {} s.\n\
         Codex is {}.{watch}\
         At the desk somebody types: {}\n",
        stage.place().nudge_s,
        stage.codex,
        super::stage::FIRST_PROMPT,
    )
}
