//! What the owner asks of this program about what waits or runs: `pending`, `show @ref`,
//! `1 yes, 3 no`, `stop @ref`, `queue @ref words`, `steer @ref words`, `cancel`.

use crate::look_orders::{self, LookOrder, Whose};
use crate::phone_text::{AT, trim};
use crate::prompt_answers::{Bare, bare};
use crate::when_orders::{self, WhenOrder, Whom};

/// What `help` tells more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Approvals, questions and plans.
    Approvals,
    /// When texts come.
    Quiet,
    /// Pictures and files.
    Files,
    /// Seeing what a session does.
    Look,
    /// New sessions and old ones.
    Sessions,
}

/// One such message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// The open prompts, numbered.
    Pending,
    /// A prompt in full; of the session with this name, where one is named.
    Show(Option<String>),
    /// Answers by the numbers of the list.
    Listed(Vec<(usize, String)>),
    /// Interrupt the running turn.
    Stop(Option<String>),
    /// Words for the next turn.
    Queue(Option<String>, String),
    /// Words for the running turn.
    Steer(Option<String>, String),
    /// Take back what has not been taken yet.
    TakeBack(Option<String>),
    /// When to be texted.
    When(WhenOrder),
    /// What can be written about this.
    Help(Topic),
    /// Show something of a session.
    Look(LookOrder),
}

impl Order {
    /// The word that may be a session's name. If it is none, the message is words for a session.
    pub fn perhaps(&self) -> Option<&str> {
        if let Self::Look(LookOrder { whose, .. }) = self
            && let Whose::Perhaps(name) = whose
        {
            return Some(name);
        }
        if let Self::When(
            WhenOrder::ResumeAt(whom, _) | WhenOrder::Mute(whom, _) | WhenOrder::Unmute(whom),
        ) = self
            && let Whom::Perhaps(name) = whom
        {
            return Some(name);
        }
        None
    }
}

/// Understands a message; `None`: it is something else.
pub fn order(text: &str) -> Option<Order> {
    let text = trim(text);
    let whole = text.trim_end_matches(|c: char| c.is_whitespace() || ".!?".contains(c));
    if whole.contains('\n') {
        return listed(text);
    }
    if let Some(when) = when_orders::read(whole) {
        return Some(Order::When(when));
    }
    if let Some(look) = look_orders::read(whole) {
        return Some(Order::Look(look));
    }
    let (word, rest) = whole.split_once(char::is_whitespace).unwrap_or((whole, ""));
    let name = name(rest);
    let alone = rest.is_empty();
    match word.to_lowercase().as_str() {
        "help" if topic(rest).is_some() => topic(rest).map(Order::Help),
        "pending" if alone => Some(Order::Pending),
        "show" if alone || name.is_some() => Some(Order::Show(name)),
        "stop" | "interrupt" if alone || name.is_some() => Some(Order::Stop(name)),
        "cancel" if alone || name.is_some() => Some(Order::TakeBack(name)),
        _ => words(text)
            .or_else(|| named_stop(whole))
            .or_else(|| listed(text)),
    }
}

/// The one word behind `help`.
fn topic(rest: &str) -> Option<Topic> {
    match rest.trim().to_lowercase().as_str() {
        "approvals" | "approval" | "prompts" | "questions" => Some(Topic::Approvals),
        "look" | "looking" | "screen" | "diff" | "last" | "log" | "more" => Some(Topic::Look),
        "new" | "open" | "sessions" | "rename" => Some(Topic::Sessions),
        "quiet" | "mute" | "away" | "here" | "texts" => Some(Topic::Quiet),
        "files" | "file" | "send" | "pictures" | "picture" | "photos" => Some(Topic::Files),
        _ => None,
    }
}

/// `@ref` and nothing else.
fn name(rest: &str) -> Option<String> {
    let name = rest.trim().strip_prefix(AT)?.trim();
    let one = !name.is_empty() && !name.contains(char::is_whitespace);
    one.then(|| name.to_owned())
}

/// `queue @ref words`; in a thread `queue: words`.
fn words(text: &str) -> Option<Order> {
    let end = text.find(|c: char| c.is_whitespace() || c == ':' || c == '：')?;
    let (word, rest) = text.split_at(end);
    let make = match word.to_lowercase().as_str() {
        "queue" => Order::Queue,
        "steer" => Order::Steer,
        _ => return None,
    };
    if let Some(words) = rest.strip_prefix([':', '：']) {
        let words = words.trim();
        return (!words.is_empty()).then(|| make(None, words.to_owned()));
    }
    let rest = rest.trim_start().strip_prefix(AT)?;
    let (name, words) = rest.split_once(|c: char| c.is_whitespace() || c == ':')?;
    let words = words.trim_start_matches(|c: char| c.is_whitespace() || c == ':');
    (!name.is_empty() && !words.is_empty()).then(|| make(Some(name.to_owned()), words.to_owned()))
}

/// `@ref stop`
fn named_stop(whole: &str) -> Option<Order> {
    let (name, word) = whole.strip_prefix(AT)?.split_once(char::is_whitespace)?;
    word.trim()
        .eq_ignore_ascii_case("stop")
        .then(|| Order::Stop(Some(name.trim_end_matches([':', ',']).to_owned())))
}

/// `1 yes, 3 no`: every piece is a number and a word that answers.
fn listed(text: &str) -> Option<Order> {
    let mut pieces: Vec<String> = Vec::new();
    for piece in text.split(['\n', ',', ';']) {
        let piece = piece.trim();
        if piece.starts_with(|c: char| c.is_ascii_digit()) {
            pieces.push(piece.to_owned());
        } else if !piece.is_empty() {
            // A reason may hold a comma.
            let last = pieces.last_mut()?;
            last.push_str(", ");
            last.push_str(piece);
        }
    }
    let answers: Option<Vec<_>> = pieces.iter().map(|piece| numbered(piece)).collect();
    answers.filter(|all| !all.is_empty()).map(Order::Listed)
}

fn numbered(piece: &str) -> Option<(usize, String)> {
    let end = piece.find(|c: char| !c.is_ascii_digit())?;
    let number = piece.get(..end)?.parse().ok()?;
    let said = piece.get(end..)?;
    let said = said.trim_start_matches(|c: char| c.is_whitespace() || ".:)".contains(c));
    let answers = bare(said).filter(|word| *word != Bare::Cancel);
    answers.map(|_| (number, said.to_owned()))
}
