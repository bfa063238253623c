//! Rows as Messages writes them, with every field open to variation: a test
//! takes an ordinary row and changes the one thing it is about.

use crate::ingress::chat_db::typedstream;
use events::Wall;

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// What can be changed about a row that was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Accepted by the server.
    pub sent: bool,
    /// Arrived on a device of the other side.
    pub delivered: bool,
    /// Messages' error code; 0 is none.
    pub error: i64,
}

/// A row of the table `message`, and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `None` makes one up.
    pub guid: Option<String>,
    /// What it says.
    pub text: String,
    /// In which columns that stands.
    pub form: Form,
    /// When it was written.
    pub date: Wall,
    /// Sent by a device of this Apple account.
    pub from_me: bool,
    /// Sender of a received row, other party of a sent one.
    pub handle: Option<String>,
    /// Which of our addresses it was sent to.
    pub destination: Option<String>,
    /// `iMessage`, `SMS`, `RCS`.
    pub service: String,
    /// The chat.
    pub place: Place,
    /// Root of the reply thread.
    pub reply_to: Option<String>,
    /// 0 is an ordinary message.
    pub item_type: i64,
    /// 2000 and up are tapbacks.
    pub associated_type: i64,
    /// What a tapback is about.
    pub associated_guid: Option<String>,
    /// Which emoji a tapback of type 2006 or 3006 is.
    pub emoji: Option<String>,
    /// The subject line above the text.
    pub subject: Option<String>,
    /// It has attachments.
    pub attachments: bool,
    /// Link previews and app messages have one.
    pub balloon: Option<String>,
    /// What has become of it.
    pub state: State,
}

/// Where a text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// `attributedBody`, with `text` NULL: the usual case.
    Attributed,
    /// The same of the mutable classes.
    Mutable,
    /// `text` alone.
    Plain,
    /// `attributedBody` with these bytes, whatever they are.
    Raw(Vec<u8>),
    /// Nowhere (yet).
    Nothing,
}

/// The chat a row is joined to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// None (yet).
    Nowhere,
    /// With one other address.
    Direct(String),
    /// A group's name and the others in it.
    Group(String, Vec<String>),
}

/// What one message to oneself becomes; each of these has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelfChat {
    /// Two rows with the same text: sent, then received.
    A,
    /// A sent row without a body, and a received one with it.
    B,
    /// Only a sent row.
    C,
    /// Only a received row.
    D,
    /// Only a sent row, in the chat of another alias.
    E,
    /// Pattern C, a day ago, inserted once more as received: new number, new guid, old date.
    F,
}

impl Form {
    pub(super) fn columns(&self, text: &str) -> (Option<String>, Option<Vec<u8>>) {
        match self {
            Self::Attributed => (None, Some(typedstream::encode(text))),
            Self::Mutable => (None, Some(typedstream::encode_mutable(text))),
            Self::Plain => (Some(text.to_owned()), None),
            Self::Raw(bytes) => (None, Some(bytes.clone())),
            Self::Nothing => (None, None),
        }
    }
}

/// A file of a message.
#[derive(Clone, Debug, Default)]
pub struct Attachment {
    /// Where Messages keeps it; `None`: nowhere yet.
    pub path: Option<String>,
    /// What its sender called it.
    pub name: String,
    /// Its size when it is whole.
    pub bytes: i64,
    /// How far its transfer is: 5 is done, 6 failed.
    pub transfer: i64,
    /// It is a part that Messages does not show.
    pub hidden: bool,
}

impl Row {
    /// The same with places for so many files before its words.
    #[must_use]
    pub fn with_files(self, count: usize) -> Self {
        Self {
            text: format!("{}{}", "\u{fffc}".repeat(count), self.text),
            attachments: true,
            ..self
        }
    }

    /// A message from `sender` in the chat with them.
    pub fn from(sender: &str, text: &str, date: Wall) -> Self {
        Self {
            guid: None,
            text: text.to_owned(),
            form: Form::Attributed,
            date,
            from_me: false,
            handle: Some(sender.to_owned()),
            destination: None,
            service: "iMessage".to_owned(),
            place: Place::Direct(sender.to_owned()),
            reply_to: None,
            item_type: 0,
            associated_type: 0,
            associated_guid: None,
            emoji: None,
            subject: None,
            attachments: false,
            balloon: None,
            state: State::default(),
        }
    }

    /// A message that this Mac sends to `recipient`.
    pub fn to(recipient: &str, text: &str, date: Wall) -> Self {
        Self {
            from_me: true,
            ..Self::from(recipient, text, date)
        }
    }

    /// Makes it an inline reply to the row `guid`.
    #[must_use]
    pub fn reply_to(self, guid: &str) -> Self {
        Self {
            reply_to: Some(guid.to_owned()),
            ..self
        }
    }

    /// Makes it a green bubble.
    #[must_use]
    pub fn sms(self) -> Self {
        Self {
            service: "SMS".to_owned(),
            ..self
        }
    }

    /// Moves it into a group where `others` are too.
    #[must_use]
    pub fn in_group(self, name: &str, others: &[&str]) -> Self {
        let people = self
            .handle
            .iter()
            .cloned()
            .chain(others.iter().map(|other| (*other).to_owned()));
        Self {
            place: Place::Group(name.to_owned(), people.collect()),
            ..self
        }
    }

    /// Makes it a link, as Messages writes one beside the words it was sent with.
    #[must_use]
    pub fn link(self) -> Self {
        Self {
            balloon: Some("com.apple.messages.URLBalloonProvider".to_owned()),
            attachments: true,
            ..self
        }
    }

    /// Makes it a reaction to the row `guid`.
    #[must_use]
    pub fn tapback(self, guid: &str) -> Self {
        Self {
            associated_type: 2001,
            associated_guid: Some(format!("p:0/{guid}")),
            ..self
        }
    }
}

/// The rows of one message to oneself.
pub(super) fn self_chat(pattern: SelfChat, owner: &str, text: &str, now: Wall) -> Vec<Row> {
    let destination = Some(owner.to_owned());
    let sent = Row {
        destination: destination.clone(),
        ..Row::to(owner, text, now)
    };
    let received = Row {
        destination,
        ..Row::from(owner, text, now)
    };
    match pattern {
        SelfChat::A => vec![sent, received],
        SelfChat::B => vec![
            Row {
                form: Form::Nothing,
                ..sent
            },
            received,
        ],
        SelfChat::C => vec![sent],
        SelfChat::D => vec![received],
        SelfChat::E => {
            let alias = "owner@example.com".to_owned();
            vec![Row {
                place: Place::Direct(alias.clone()),
                handle: Some(alias),
                ..sent
            }]
        }
        SelfChat::F => {
            let date = Wall(now.0.saturating_sub(DAY));
            vec![Row { date, ..sent }, Row { date, ..received }]
        }
    }
}
