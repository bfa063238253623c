//! Pictures and files: what goes into a session is whole, all of it, and nobody else's; what
//! does not go is said by name; what goes out is the session's, once; and no copy is left.

use super::evidence::puts;
use super::{Inbound, Oracle, must};
use crate::model::Broken;
use crate::model::codex::Session;
use crate::model::messages::Row;
use crate::model::world::{Effect, World};
use events::command::{RemoveFiles, SendFile};
use events::event::{
    Action, CommandSettled, InboundChanged, InboundJoined, InstructionEnd, RoutingDecided, Topic,
};
use events::outcome::{Evidence, FetchedFile};
use events::{Command, CommandId, Guid, Outcome, Span, Tick};
use projections::ledger::text_of;
use std::collections::{BTreeMap, BTreeSet};

/// A copy that Messages has got is kept for this long.
const KEEP_OUT: Span = Span::seconds(3600);
/// A turn that shows no sign of life for so long may have ended; a clock may have been moved a
/// little since.
const SILENT: u64 = 5 * 3_600_000;

/// What the log said about files so far.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Messages that are part of another one.
    joined: BTreeMap<Guid, Guid>,
    /// Messages that were taken back or unsent, in time.
    taken_back: BTreeSet<Guid>,
    /// Messages without words.
    silent: BTreeSet<Guid>,
    /// What became of the files of each message, and the rows that were asked for.
    fetched: BTreeMap<Guid, (Vec<Guid>, Vec<FetchedFile>)>,
    /// Until when copies are kept.
    keep: BTreeMap<CommandId, Tick>,
}

/// The message because of which a command copies, deletes or sends a file.
pub(super) const fn asked_by(command: &Command) -> Option<&Guid> {
    match command {
        Command::FetchFiles(c) => Some(&c.inbound),
        Command::RemoveFiles(c) => Some(&c.inbound),
        Command::CopyOut(c) => Some(&c.inbound),
        Command::SendFile(c) => Some(&c.inbound),
        _ => None,
    }
}

/// What may be let go at any moment, because nobody has seen anything of it.
pub(in crate::model) const fn only_copies(command: &Command) -> bool {
    matches!(command, Command::FetchFiles(_) | Command::CopyOut(_))
}

/// The copies that a command passes on.
fn paths(command: &Command) -> Vec<String> {
    let text = text_of(command).unwrap_or_default();
    let named = |line: &str| {
        let path = ["Picture: ", "File: "]
            .iter()
            .find_map(|what| line.strip_prefix(what))?;
        path.starts_with("/state/files/").then(|| path.to_owned())
    };
    let mut paths: Vec<_> = text.lines().filter_map(named).collect();
    if let Command::GivePictures(give) = command {
        paths.extend(give.pictures.iter().cloned());
    }
    paths.sort();
    paths
}

impl Oracle {
    /// A command that only copies.
    pub(super) fn copies(&self, id: CommandId) -> bool {
        let life = self.commands.get(&id);
        life.is_some_and(|life| only_copies(&life.command))
    }

    /// The message that a message is part of.
    fn whole_of(&self, guid: &Guid) -> Guid {
        let mut whole = guid;
        while let Some(into) = self.files.joined.get(whole) {
            whole = into;
        }
        whole.clone()
    }

    pub(super) fn says(&mut self, guid: &Guid, words: &str) {
        if words.is_empty() {
            self.files.silent.insert(guid.clone());
        } else {
            self.files.silent.remove(guid);
        }
    }

    pub(super) fn joined(&mut self, e: &InboundJoined) -> Result<(), Broken> {
        let part = self.inbound.get_mut(&e.inbound);
        let part = part.ok_or("a part of a message that was not taken")?;
        must(!part.decided, || {
            format!("{} was decided on and becomes a part", e.inbound)
        })?;
        part.decided = true;
        self.files.joined.insert(e.inbound.clone(), e.into.clone());
        Ok(())
    }

    /// What was changed in time is decided on anew, or never.
    pub(super) fn message_changed(&mut self, e: &InboundChanged) -> Result<(), Broken> {
        self.marks.hit(match (&e.text, e.in_time) {
            (Some(_), true) => "edited in time",
            (Some(_), false) => "edited too late",
            (None, true) => "unsent in time",
            (None, false) => "unsent too late",
        });
        if !e.in_time {
            return Ok(());
        }
        let nth = self.next_nth();
        let known = self.inbound.get_mut(&e.guid);
        let known = known.ok_or("a change of a message that was not taken")?;
        must(known.end.is_none(), || {
            format!("{} ended and was changed in time", e.guid)
        })?;
        let fresh = Inbound::new(nth);
        // Before anything was decided, it keeps its place.
        *known = Inbound {
            decided: e.text.is_none(),
            nth: if known.decided { nth } else { known.nth },
            ..fresh
        };
        if let Some(text) = &e.text {
            self.says(&e.guid, text.reveal());
        }
        self.steers.remove(&e.guid);
        self.follows.remove(&e.guid);
        if e.text.is_none() {
            self.files.taken_back.insert(e.guid.clone());
        }
        Ok(())
    }

    pub(super) fn takes_back(&mut self, e: &RoutingDecided) {
        if let Action::TakeBack {
            inbound: Some(inbound),
        } = &e.action
        {
            self.files.taken_back.insert(inbound.clone());
        }
    }

    /// Something that has to do with copies ended.
    pub(super) fn files_settled(
        &mut self,
        e: &CommandSettled,
        world: &World,
    ) -> Result<(), Broken> {
        let Some(life) = self.commands.get(&e.id) else {
            return Ok(());
        };
        let keep = self.shadow.settings.files_keep;
        match &life.command {
            Command::FetchFiles(fetch) => {
                self.files.keep.insert(e.id, self.tick.after(keep));
                if let Outcome::Done(Evidence::Fetched { files }) = &e.outcome {
                    let fetched = (fetch.rows.clone(), files.clone());
                    self.files.fetched.insert(fetch.inbound.clone(), fetched);
                }
                Ok(())
            }
            Command::CopyOut(_) => {
                let keep = self.tick.after(keep.min(KEEP_OUT));
                self.files.keep.insert(e.id, keep);
                Ok(())
            }
            Command::RemoveFiles(remove) if matches!(e.outcome, Outcome::Done(_)) => {
                let left = left(world, remove.fetch);
                must(left == 0, || format!("copies of {} are left", remove.fetch))
            }
            _ => Ok(()),
        }
    }

    /// Copies are deleted when their time is over.
    pub(super) fn may_remove(&self, command: &Command) -> Result<(), Broken> {
        let Command::RemoveFiles(remove) = command else {
            return Ok(());
        };
        let keep = self.files.keep.get(&remove.fetch);
        must(keep.is_some_and(|keep| *keep <= self.tick), || {
            format!("the copies of {} are deleted too soon", remove.fetch)
        })
    }

    /// What an effect does with files.
    pub(super) fn with_files(
        &mut self,
        effect: &Effect,
        before: &[Effect],
        world: &World,
    ) -> Result<(), Broken> {
        match &effect.command {
            Command::RemoveFiles(remove) => self.no_turn_needs(remove, world),
            Command::CopyOut(copy) => {
                let session = world.sessions.iter().find(|s| s.id == copy.session);
                must(session.is_some_and(|s| s.cwd() == copy.cwd), || {
                    format!("{} copies from another directory", effect.id)
                })
            }
            Command::SendFile(file) => goes_out(file, effect, before, world),
            command if effect.reached && super::inbound_of(command).is_some() => {
                self.passes_on(command, world)
            }
            _ => Ok(()),
        }
    }

    /// The turn that got the copies does not run any more, if it is known which one did.
    fn no_turn_needs(&self, remove: &RemoveFiles, world: &World) -> Result<(), Broken> {
        let end = self.inbound.get(&remove.inbound).and_then(|i| i.end);
        let needs = |session: &&Session| {
            let last = session.heard.last().and_then(|put| put.by.as_ref());
            let written = session.records.last().map_or(0, |record| record.at);
            session.turn.is_some() && last == Some(&remove.inbound) && world.now < written + SILENT
        };
        let needed =
            end == Some(InstructionEnd::Delivered) && world.sessions.iter().any(|s| needs(&s));
        must(!needed, || {
            format!(
                "the copies of {} are deleted while their turn runs",
                remove.fetch
            )
        })
    }

    /// Everything that was copied for a message goes in with it, and nothing else.
    fn passes_on(&mut self, command: &Command, world: &World) -> Result<(), Broken> {
        let Some(inbound) = super::inbound_of(command) else {
            return Ok(());
        };
        if text_of(command).is_none() {
            return Ok(());
        }
        let paths = paths(command);
        for path in &paths {
            let copy = world.files.copies.iter().find(|copy| copy.path == *path);
            let copy = copy.ok_or_else(|| format!("{inbound} goes in without its copy {path}"))?;
            must(copy.whole, || {
                format!("{inbound} goes in with a file that was not whole")
            })?;
            must(self.whole_of(&copy.of) == *inbound, || {
                format!("{inbound} goes in with a file of {}", copy.of)
            })?;
        }
        let text = text_of(command).unwrap_or_default();
        must(!text.contains("IMG_"), || {
            format!("{inbound} tells the session what a file was called")
        })?;
        let copied = self.files.fetched.get(inbound);
        let copied = copied.into_iter().flat_map(|(_, files)| files);
        let made = copied.clone().filter_map(|file| file.copy.as_ref().ok());
        let mut wanted: Vec<_> = made.map(|copy| copy.path.clone()).collect();
        wanted.sort();
        must(paths == wanted, || {
            format!("{inbound} goes in with {paths:?} of {wanted:?}")
        })?;
        let all = copied.count();
        if all > 0 {
            self.marks.hit(if paths.is_empty() {
                "words without their files"
            } else if paths.len() < all {
                "words with some of their files"
            } else {
                "words with all their files"
            });
        }
        Ok(())
    }

    /// Every file went along or is named; every file that was asked for came, or it is said why
    /// not; no copy is left.
    pub(in crate::model) fn files_at_rest(&self, world: &World) -> Result<(), Broken> {
        let (copies, outs) = (world.files.copies.len(), world.files.outs.len());
        must(copies + outs == 0, || {
            format!("at rest, {copies} copies for sessions and {outs} for the owner are left")
        })?;
        for row in world.messages.rows.iter().chain(&world.messages.gone) {
            let known = self.inbound.contains_key(&row.row.guid);
            if row.row.attachments && row.by.is_none() && known {
                self.accounted(row, world)?;
            }
        }
        self.came_or_told()
    }

    /// Everything that was said to the owner about a message.
    fn said_of(&self, inbound: &Guid) -> String {
        let about = |topic: &Topic| matches!(topic, Topic::Answer(of) | Topic::Receipt(of) if of == inbound);
        let notices = self.notices.values().filter(|n| about(&n.topic));
        let parts = notices.flat_map(|notice| &notice.parts);
        let parts: Vec<_> = parts.map(|part| part.reveal().clone()).collect();
        parts.join("\n")
    }

    /// The files of a row went along, or the owner was told.
    fn accounted(&self, row: &Row, world: &World) -> Result<(), Broken> {
        let whole = self.whole_of(&row.row.guid);
        if self.files.taken_back.contains(&whole) {
            return Ok(());
        }
        let said = self.said_of(&whole);
        must(!said.is_empty(), || {
            format!("nothing was said about {whole} and its files")
        })?;
        let went = world.effects.iter().any(|x| puts(x, &whole));
        let Some((rows, files)) = self.files.fetched.get(&whole) else {
            let why = ["Pictures and files are", "Not passed on"];
            let told = why.iter().any(|why| said.contains(why));
            let silent = self.files.silent.contains(&whole);
            return must(told || (silent && !went), || {
                format!("{whole} was dealt with without its files, and nobody was told")
            });
        };
        must(rows.contains(&row.row.guid), || {
            format!("the files of {} were forgotten", row.row.guid)
        })?;
        let end = self.inbound.get(&whole).and_then(|known| known.end);
        if end == Some(InstructionEnd::Refused) {
            return Ok(());
        }
        let failed = files.iter().filter(|file| file.copy.is_err());
        let mut names = failed.map(|file| file.name.reveal());
        let unnamed = names.find(|name| !said.contains(name.as_str()));
        must(unnamed.is_none(), || {
            format!("a file of {whole} was not passed on, and the owner does not know which")
        })
    }

    /// A file that the owner wanted came, or they know that it did not.
    fn came_or_told(&self) -> Result<(), Broken> {
        for life in self.commands.values() {
            let Command::CopyOut(copy) = &life.command else {
                continue;
            };
            let mine = |command: &Command| matches!(command, Command::SendFile(file) if file.inbound == copy.inbound);
            let sent = self.commands.iter().filter(|(_, l)| mine(&l.command));
            let came = sent
                .filter_map(|(id, _)| self.shadow.ledger.sent.get(*id))
                .any(|sent| sent.guid.is_some() && !sent.failed);
            let back = self.files.taken_back.contains(&copy.inbound);
            must(
                came || back || !self.said_of(&copy.inbound).is_empty(),
                || {
                    format!(
                        "the file of {} did not come, and nobody was told",
                        copy.inbound
                    )
                },
            )?;
        }
        Ok(())
    }
}

fn left(world: &World, made_by: CommandId) -> usize {
    let copies = world.files.copies.iter().filter(|c| c.fetch == made_by);
    let outs = world.files.outs.iter().filter(|c| c.copy == made_by);
    copies.count() + outs.count()
}

/// A file goes to the owner: one of the session's, once.
fn goes_out(
    file: &SendFile,
    effect: &Effect,
    before: &[Effect],
    world: &World,
) -> Result<(), Broken> {
    if !effect.reached {
        return Ok(());
    }
    let again = |x: &Effect| {
        let same = |other: &SendFile| other.inbound == file.inbound;
        x.reached && matches!(&x.command, Command::SendFile(other) if same(other))
    };
    must(!before.iter().any(again), || {
        format!("the file of {} went out twice", file.inbound)
    })?;
    let outs = &world.files.outs;
    let out = outs.iter().find(|out| out.file == *file.file.reveal());
    must(out.is_some_and(|out| out.inside), || {
        format!("the file of {} is not one of its session", file.inbound)
    })
}
