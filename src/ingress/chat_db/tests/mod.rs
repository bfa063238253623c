//! The reader against the simulated Messages, with time as an argument.

mod file;
mod placing;
mod rows;
mod voice;
mod waiting;

use super::{ChatDb, Cursor};
use crate::demo::messages::{Messages, Row};
use events::event::ChatDbPlaced;
use events::input::{Body, MessageRow};
use events::{Guid, Input, Wall};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

const OWNER: &str = "+15555550123";
const NOW: Wall = Wall(1_795_374_000_123);
const START: Duration = Duration::ZERO;

struct Setup {
    messages: Messages,
    reader: ChatDb,
    cursor: Cursor,
    path: PathBuf,
    /// Deleted with everything in it when this is dropped.
    dir: TempDir,
}

/// An empty chat.db, and a reader whose cursor stands at its beginning.
fn setup() -> Setup {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chat.db");
    let messages = Messages::create(&path).unwrap();
    let mut reader = ChatDb::open(&path).unwrap();
    let mut cursor = Cursor::new();
    let placed = reader.poll(&mut cursor, START).unwrap();
    assert!(matches!(placed[..], [Input::ChatDb(_)]));
    Setup {
        messages,
        reader,
        cursor,
        path,
        dir,
    }
}

impl Setup {
    fn poll_at(&mut self, now: Duration) -> Vec<Input> {
        self.reader.poll(&mut self.cursor, now).unwrap()
    }

    fn rows_at(&mut self, now: Duration) -> Vec<MessageRow> {
        let row = |input| {
            let Input::Message(row) = input else {
                panic!("{input:?}")
            };
            *row
        };
        self.poll_at(now).into_iter().map(row).collect()
    }

    fn rows(&mut self) -> Vec<MessageRow> {
        self.rows_at(START)
    }

    fn placed(&mut self) -> ChatDbPlaced {
        let input = self.poll_at(START).remove(0);
        let Input::ChatDb(placed) = input else {
            panic!("{input:?}")
        };
        placed
    }

    fn insert(&mut self, row: &Row) -> Guid {
        Guid::parse(&self.messages.insert(row).unwrap()).unwrap()
    }

    fn say(&mut self, text: &str) -> Guid {
        self.insert(&Row::from(OWNER, text, NOW))
    }

    fn sql(&self, sql: &str) {
        self.messages.db().execute_batch(sql).unwrap();
    }
}

fn said(row: &MessageRow) -> &str {
    match &row.body {
        Body::Text(text) => text.reveal(),
        Body::Empty | Body::Undecodable => panic!("{:?}", row.body),
    }
}

fn texts(rows: &[MessageRow]) -> Vec<&str> {
    rows.iter().map(said).collect()
}
