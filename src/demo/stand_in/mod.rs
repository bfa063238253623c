//! A stand-in for Codex, for a demo on a machine without it: the same cues on
//! the screen, the same records in the rollout, the same lock held, the same
//! notify program called. It speaks the script language of [`super::model`].
//! It must never run a command, call a model, or be mistaken for Codex by its
//! user, so its header says what it is. Without a terminal it can do without a
//! screen (`--headless`) and takes what `queue` leaves for it. Give the program the name `codex` (a
//! hard link will do) where tmux shows the name of what runs in a pane.

mod asking;
mod keys;
mod record;
mod screen;
mod spool;
mod stamp;
mod turn;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use asking::Served;
use keys::{Key, Keys};
use record::Record;
use screen::Screen;
use spool::Spool;
use turn::{Turn, Wait};

/// How often a working session is drawn again.
const FRAME: Duration = Duration::from_millis(100);
/// How often an idle one is, so that it follows a change of size.
const GLANCE: Duration = Duration::from_secs(1);

/// What it says of itself, in the words that are looked for in Codex' own help.
pub const HELP: &str = "A stand-in for OpenAI Codex (scripted).

Usage: codex [OPTIONS] [PROMPT]
       codex queue --thread=<ID> --message=<TEXT>

Options:
  -c, --config <key=value>  accepted, and means nothing here
  -C, --cd <DIR>            the directory to work in
      --no-daemon           accepted: there is no daemon
      --headless            no screen: only `codex queue` brings instructions
";

/// Runs until the user leaves. `args` are those after the program's name, as
/// Codex takes them: options, then an initial prompt. The error is a sentence.
pub fn main(args: &[OsString]) -> Result<(), String> {
    run(Options::parse(args)?).map_err(|error| error.to_string())
}

/// Leaves an instruction for a session without a screen, as `codex queue` does for
/// any; `args` are those after that word. The error is a sentence.
pub fn queue(args: &[OsString]) -> Result<(), String> {
    let home = record::home().map_err(|error| error.to_string())?;
    spool::queue(&home, args)
}

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    dir: Option<PathBuf>,
    prompt: Option<String>,
    headless: bool,
}

impl Options {
    /// Accepts the options the control plane uses and what it may pass along.
    fn parse(args: &[OsString]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = args.iter().map(|arg| arg.to_string_lossy());
        while let Some(arg) = args.next() {
            match arg.as_ref() {
                "--" => options.prompt = args.next().map(Into::into),
                "-C" | "--cd" => options.dir = args.next().map(|dir| PathBuf::from(dir.as_ref())),
                "-c" | "--config" => drop(args.next()),
                "--no-daemon" => {}
                "--headless" => options.headless = true,
                "exec" | "resume" | "app-server" if options == Self::default() => {
                    return Err(format!(
                        "it does not know `{arg}`; only the real Codex does."
                    ));
                }
                other if other.starts_with('-') => {
                    return Err(format!("it does not know the option `{other}`."));
                }
                prompt => options.prompt = Some(prompt.to_owned()),
            }
        }
        Ok(options)
    }
}

/// Where the user of a session is.
enum Desk {
    /// At a terminal.
    Terminal(Keys, Screen),
    /// Elsewhere: what they have to say is left in the spool.
    Spool(Spool),
}

/// One session from start to end.
struct Session {
    record: Record,
    desk: Desk,
    draft: String,
    turn: Option<Turn>,
    /// Prompts given while a turn was running.
    queued: VecDeque<String>,
    /// Asks where there is no screen; started when something is to be asked.
    served: Option<Served>,
}

fn run(options: Options) -> io::Result<()> {
    if let Some(dir) = &options.dir {
        std::env::set_current_dir(dir)?;
    }
    let record = Record::open(&std::env::current_dir()?)?;
    let desk = if options.headless {
        Desk::Spool(Spool::open(record.home(), record.thread())?)
    } else {
        let keys = Keys::open()?;
        Desk::Terminal(keys, Screen::open(record.thread(), record.cwd())?)
    };
    let mut session = Session {
        desk,
        record,
        draft: String::new(),
        turn: None,
        queued: options.prompt.into_iter().collect(),
        served: None,
    };
    let done = session.live();
    if let Desk::Terminal(..) = session.desk {
        Screen::leave()?;
    }
    done
}

#[derive(PartialEq, Eq)]
enum Going {
    On,
    Away,
}

impl Session {
    fn live(&mut self) -> io::Result<()> {
        loop {
            self.advance()?;
            for key in self.keys()? {
                if self.press(key)? == Going::Away {
                    return Ok(());
                }
            }
        }
    }

    /// Shows how things are, and gives what the user has to say to it.
    fn keys(&mut self) -> io::Result<Vec<Key>> {
        match &mut self.desk {
            Desk::Terminal(keys, screen) => {
                screen.draw(&self.draft, self.turn.as_ref())?;
                keys.wait(if self.turn.is_some() { FRAME } else { GLANCE })
            }
            Desk::Spool(spool) => {
                std::thread::sleep(FRAME);
                spool.take()
            }
        }
    }

    fn say(&mut self, block: &str) {
        if let Desk::Terminal(_, screen) = &mut self.desk {
            screen.say(block);
        }
    }

    /// Starts the next turn, or ends the one that is due.
    fn advance(&mut self) -> io::Result<()> {
        if let Some(turn) = &mut self.turn {
            if let (Wait::Approval(_), Some(served)) = (turn.wait(), &self.served)
                && let Some(decision) = served.decided(self.record.thread())
            {
                turn.decided(decision);
            }
            if let Some(ending) = turn.due() {
                self.record.end(turn.id(), &ending)?;
                self.turn = None;
                self.say(&ending.shown());
            }
        } else if let Some(prompt) = self.queued.pop_front() {
            self.say(&format!("› {}", prompt.replace('\n', "\n  ")));
            let id = self.record.begin(prompt.trim())?;
            let asks = matches!(self.desk, Desk::Terminal(..));
            let turn = Turn::new(id, &prompt, asks);
            match turn.wait() {
                Wait::Answer(question) => self.record.ask(turn.id(), question)?,
                Wait::Approval(approval) if !asks => {
                    let mut served = match self.served.take() {
                        Some(served) => served,
                        None => Served::start(self.record.home())?,
                    };
                    let (thread, cwd) = (self.record.thread(), self.record.cwd());
                    served.ask(thread, turn.id(), cwd, approval);
                    self.served = Some(served);
                }
                Wait::Approval(_) | Wait::Until(..) => {}
            }
            self.turn = Some(turn);
        }
        Ok(())
    }

    fn press(&mut self, key: Key) -> io::Result<Going> {
        if let Some(turn) = &mut self.turn {
            if let Wait::Answer(question) = turn.wait() {
                match question.chosen(&key) {
                    Some(choice) => {
                        self.record.answer(turn.id(), &question.clone(), &choice)?;
                        turn.answered(&choice);
                    }
                    None if key == Key::Escape => turn.interrupt(),
                    None => {}
                }
                return Ok(Going::On);
            }
            if let (Wait::Approval(_), None) = (turn.wait(), &self.served) {
                if let Some(decision) = asking::chosen(&key) {
                    turn.decided(decision);
                }
                return Ok(Going::On);
            }
            if matches!(key, Key::Escape | Key::Interrupt) {
                turn.interrupt();
                return Ok(Going::On);
            }
        }
        match key {
            Key::Text(text) => self.draft.push_str(&text),
            Key::Backspace => drop(self.draft.pop()),
            Key::Interrupt if self.draft.is_empty() => return Ok(Going::Away),
            Key::Interrupt => self.draft.clear(),
            Key::Enter if self.draft.trim().is_empty() => {}
            Key::Enter => {
                let prompt = std::mem::take(&mut self.draft);
                self.queued.push_back(prompt.trim().to_owned());
            }
            Key::Escape => {}
        }
        Ok(Going::On)
    }
}

#[cfg(test)]
mod tests;
