//! The owner's phone and this Mac's Messages: a simulated chat.db, and an
//! osascript that writes into it. The script starts this very test program with
//! the call in its environment, so nothing else has to be built.

use crate::executable;
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use control_plane::demo::messages::osascript::{World, osascript_main};
use control_plane::demo::messages::{Attachment, Form, Messages, Row};
use control_plane::ingress::chat_db::typedstream;
use events::Wall;

use crate::lab::{Lab, wait_for};

/// Who alone may speak.
pub(crate) const OWNER: &str = "+15555550123";

/// A text the owner got.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) guid: String,
    pub(crate) text: String,
}

impl Notice {
    /// The session's name in the head line, with its `@`.
    pub(crate) fn reference(&self) -> &str {
        let mut words = self.text.split_whitespace();
        let word = words.find(|word| word.starts_with('@'));
        word.unwrap_or_else(|| panic!("no ref in {:?}", self.text))
    }

    /// What the head line says of it.
    pub(crate) fn kind(&self) -> &str {
        let head = self.text.lines().next().unwrap();
        let Some(head) = head.strip_prefix("[Codex] ") else {
            return said(head);
        };
        let kind = head.rsplit(" · ").next().unwrap();
        kind.split(" (").next().unwrap()
    }

    /// All below the head line.
    pub(crate) fn body(&self) -> &str {
        self.text.split_once('\n').map_or("", |(_, body)| body)
    }
}

/// What a first line that is a sentence says: an end, or that something waits for a decision.
fn said(head: &str) -> &'static str {
    let ends = [
        (" is done", "done"),
        (" failed: ", "failed"),
        (" was interrupted", "interrupted"),
        (" reached its goal", "goal reached"),
        (" stopped, the usage limit is reached", "usage limit"),
    ];
    let end = ends.iter().find(|(words, _)| head.contains(words));
    end.map_or("waits", |(_, kind)| kind)
}

pub(crate) struct Phone {
    dir: PathBuf,
    messages: RefCell<Messages>,
}

impl Phone {
    pub(crate) fn new(lab: &Lab) -> Self {
        let dir = lab.place("messages");
        fs::create_dir(&dir).unwrap();
        let messages = Messages::create(&dir.join("chat.db")).unwrap();
        let phone = Self {
            messages: RefCell::new(messages),
            dir,
        };
        phone.behave("ok");
        let script = format!(
            "#!/bin/sh\ndate +%s%N >> '{0}/began'\nLAB_MESSAGES='{0}' LAB_TO=\"$2\" LAB_TEXT=\"$3\" \
             exec '{1}' --exact phone::osascript --ignored --nocapture\n",
            phone.dir.display(),
            std::env::current_exe().unwrap().display()
        );
        executable::write(&phone.osascript(), script);
        phone
    }

    pub(crate) fn chat_db(&self) -> PathBuf {
        self.dir.join("chat.db")
    }

    pub(crate) fn osascript(&self) -> PathBuf {
        self.dir.join("osascript")
    }

    /// What sending does from now on, in the words of the simulated osascript.
    pub(crate) fn behave(&self, how: &str) {
        fs::write(self.dir.join("behaviour"), how).unwrap();
    }

    /// The owner writes; returns the guid of the row.
    pub(crate) fn say(&self, text: &str) -> String {
        self.write(&Row::from(OWNER, text, now()))
    }

    /// The owner replies to a notice in its thread.
    pub(crate) fn reply(&self, to: &Notice, text: &str) -> String {
        self.write(&Row::from(OWNER, text, now()).reply_to(&to.guid))
    }

    /// The owner writes with pictures or files, of which Messages has each whole.
    pub(crate) fn send_files(&self, text: &str, files: &[(&str, &[u8])]) -> String {
        let guid = self.write(&Row::from(OWNER, text, now()).with_files(files.len()));
        let kept = self.dir.join("Attachments");
        fs::create_dir_all(&kept).unwrap();
        for (nth, (name, bytes)) in files.iter().enumerate() {
            let path = kept.join(format!("{guid}-{nth}"));
            fs::write(&path, bytes).unwrap();
            let file = Attachment {
                path: Some(path.display().to_string()),
                name: (*name).to_owned(),
                bytes: bytes.len().try_into().unwrap(),
                transfer: 5,
                hidden: false,
            };
            self.messages.borrow_mut().attach(&guid, &file).unwrap();
        }
        guid
    }

    /// The owner sends a voice message, of which Messages has this transcript.
    pub(crate) fn speak(&self, transcript: Option<&str>) -> String {
        let row = Row::from(OWNER, "", now()).with_files(1);
        let form = transcript.map_or(Form::Attributed, |words| {
            Form::Raw(typedstream::encode_spoken(words))
        });
        let guid = self.write(&Row { form, ..row });
        let file = Attachment {
            name: "Audio Message.caf".to_owned(),
            ..Attachment::default()
        };
        let mut messages = self.messages.borrow_mut();
        messages.spoken(&guid, None).unwrap();
        messages.attach(&guid, &file).unwrap();
        guid
    }

    /// The owner changes a message.
    pub(crate) fn edit(&self, guid: &str, text: &str) {
        self.messages.borrow_mut().edit(guid, text, now()).unwrap();
    }

    /// The owner takes a message back.
    pub(crate) fn unsend(&self, guid: &str) {
        self.messages.borrow_mut().unsend(guid, now()).unwrap();
    }

    fn write(&self, row: &Row) -> String {
        self.messages.borrow_mut().insert(row).unwrap()
    }

    /// Everything that was sent to the owner, oldest first.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        let messages = self.messages.borrow();
        let query = "SELECT guid, attributedBody FROM message WHERE is_from_me ORDER BY ROWID";
        let mut rows = messages.db().prepare(query).unwrap();
        let notice = |row: &rusqlite::Row<'_>| {
            let body: Vec<u8> = row.get(1)?;
            let text = typedstream::decode(&body).unwrap();
            Ok(Notice {
                guid: row.get(0)?,
                text,
            })
        };
        let notices = rows.query_map([], notice).unwrap();
        notices.map(Result::unwrap).collect()
    }

    /// The files that the owner got: guid of the row, name, and where Messages keeps it.
    pub(crate) fn files(&self) -> Vec<(String, String, PathBuf)> {
        let messages = self.messages.borrow();
        let query = "SELECT m.guid, a.transfer_name, a.filename FROM message m \
             JOIN message_attachment_join j ON j.message_id = m.ROWID \
             JOIN attachment a ON a.ROWID = j.attachment_id WHERE m.is_from_me ORDER BY m.ROWID";
        let mut rows = messages.db().prepare(query).unwrap();
        let file = |row: &rusqlite::Row<'_>| {
            let path: String = row.get(2)?;
            Ok((row.get(0)?, row.get(1)?, path.into()))
        };
        let files = rows.query_map([], file).unwrap();
        files.map(Result::unwrap).collect()
    }

    /// How often anything was given to osascript with this in it.
    pub(crate) fn calls(&self, part: &str) -> usize {
        self.texts().filter(|text| text.contains(part)).count()
    }

    /// When osascript began with the first text that has this in it, in milliseconds.
    pub(crate) fn called_at(&self, part: &str) -> Option<u64> {
        let nth = self.texts().position(|text| text.contains(part))?;
        let began = fs::read_to_string(self.dir.join("began")).ok()?;
        let nanos: u64 = began.lines().nth(nth)?.parse().ok()?;
        Some(nanos / 1_000_000)
    }

    /// How often this stands in anything given to osascript.
    pub(crate) fn mentions(&self, part: &str) -> usize {
        self.texts().map(|text| text.matches(part).count()).sum()
    }

    fn texts(&self) -> impl Iterator<Item = String> {
        let calls = fs::read_to_string(self.dir.join("calls")).unwrap_or_default();
        let texts = calls.lines().map(|line| {
            let call: serde_json::Value = serde_json::from_str(line).unwrap();
            call["text"].as_str().unwrap().to_owned()
        });
        texts.collect::<Vec<_>>().into_iter()
    }

    /// Waits until something was given to osascript so often.
    pub(crate) fn wait_for_calls(&self, part: &str, times: usize) {
        wait_for(
            || format!("{part:?} {times} times, not {}", self.calls(part)),
            || (self.calls(part) == times).then_some(()),
        );
    }

    /// Waits for a notice of this kind whose text contains this.
    pub(crate) fn wait_for(&self, kind: &str, part: &str) -> Notice {
        self.wait_after(0, kind, part)
    }

    /// Waits for a text that asks for a decision.
    pub(crate) fn wait_for_prompt(&self, part: &str) -> Notice {
        self.wait_for("waits", part)
    }

    /// Waits for a text with this in it, whatever it is about.
    pub(crate) fn wait_for_text(&self, part: &str) -> Notice {
        wait_for(
            || format!("{part:?}"),
            || { self.notices().into_iter() }.find(|notice| notice.text.contains(part)),
        )
    }

    /// The same among the notices after the first so many.
    pub(crate) fn wait_after(&self, first: usize, kind: &str, part: &str) -> Notice {
        let wanted = |notice: &Notice| notice.kind() == kind && notice.text.contains(part);
        let heard = || {
            let texts: Vec<_> = { self.notices().into_iter() }.map(|n| n.text).collect();
            format!("“{kind}” with {part:?}; the phone shows {texts:#?}")
        };
        wait_for(heard, || {
            self.notices().into_iter().skip(first).find(wanted)
        })
    }
}

fn now() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Wall(i64::try_from(since.as_millis()).unwrap())
}

/// Not a test: what the osascript of the simulated Messages starts.
#[test]
#[ignore = "the simulated osascript, started by the other tests"]
fn osascript() {
    let var = |name| std::env::var(name).unwrap();
    let dir = var("LAB_MESSAGES");
    let dir = Path::new(&dir);
    let behaviour = fs::read_to_string(dir.join("behaviour")).unwrap();
    let script = std::io::read_to_string(std::io::stdin()).unwrap();
    let world = World {
        db: &dir.join("chat.db"),
        calls: &dir.join("calls"),
        behaviour: &behaviour,
        now: now(),
    };
    let args = ["-".to_owned(), var("LAB_TO"), var("LAB_TEXT")];
    let code = osascript_main(&args, &script, world, &mut std::io::stderr()).unwrap();
    std::process::exit(code.into());
}
