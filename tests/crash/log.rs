//! The log as `log export` and `replay` tell it: with a copy, so that it can be
//! asked for while the program runs and after it was killed.

use serde_json::Value;

use crate::world::World;

/// All entries, from the first.
pub(crate) struct Log(Vec<Value>);

impl Log {
    /// Reads it, and checks that the sequence has no gap.
    pub(crate) fn of(world: &World) -> Self {
        let exported = world.ask(&["log", "export"]);
        assert!(exported.status.success(), "{exported:?}");
        let lines = exported.stdout.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.is_empty());
        let entries: Vec<Value> = lines
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        for (nth, entry) in (1_u64..).zip(&entries) {
            assert_eq!(entry["seq"], nth, "the sequence has a gap");
        }
        Self(entries)
    }

    /// Whether it goes on where the other ends.
    pub(crate) fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The newest position.
    pub(crate) fn last(&self) -> u64 {
        self.0.len() as u64
    }

    /// The events of a kind, oldest first.
    pub(crate) fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        let wanted = move |entry: &&Value| entry["kind"] == kind;
        self.0.iter().filter(wanted).map(|entry| &entry["event"])
    }

    pub(crate) fn count(&self, kind: &str) -> usize {
        self.all(kind).count()
    }

    /// The rows of chat.db that were decided on, by their ids, in order.
    pub(crate) fn inbound(&self) -> Vec<&str> {
        let received = self.all("InboundReceived");
        let rows = received.chain(self.all("InboundIgnored"));
        rows.map(|event| event["guid"].as_str().unwrap()).collect()
    }

    /// The commands that were started, as (name, content).
    pub(crate) fn started(&self) -> Vec<(&str, &Value)> {
        let requested: Vec<_> = self.all("CommandRequested").collect();
        let command = |started: &Value| {
            let id = &started["id"];
            let found = requested.iter().find(|request| request["id"] == *id);
            let (name, content) = found.unwrap()["command"].as_object()?.iter().next()?;
            Some((name.as_str(), content))
        };
        self.all("CommandStarted")
            .map(|started| command(started).unwrap())
            .collect()
    }
}

/// Folds what there is now twice: the log itself, and an export of it. Both say the
/// same, and that everything holds. Others may append meanwhile.
pub(crate) fn assert_replays(world: &World) {
    let exported = world.ask(&["log", "export"]);
    let file = world.path("export");
    std::fs::write(&file, &exported.stdout).unwrap();
    let last = exported.stdout.split(|byte| *byte == b'\n').count() - 1;
    let digest = |args: &[&str]| {
        let replayed = world.ask(args);
        let said = String::from_utf8(replayed.stdout).unwrap();
        assert!(said.contains("invariants: all ok"), "{said}");
        let line = said.lines().find(|line| line.starts_with("digest: "));
        line.unwrap().to_owned()
    };
    let log = digest(&["replay", "--to", &last.to_string()]);
    assert_eq!(log, digest(&["replay", file.to_str().unwrap()]));
}
