//! What executors do with files: they wait until Messages has them whole, copy them into
//! directories of their own, delete those, and copy a file of a session for the owner. They
//! are part of the program, and end with it wherever they are.

use super::approvals::Reply;
use super::disk::Bug;
use super::files::{Attachment, Copied, CopiedOut, Said};
use super::hands::failed;
use super::story::{Copying, Sort};
use super::world::{Effect, Happening, World};
use events::command::{CopyOut, FetchFiles, GivePictures, RemoveFiles, SendFile};
use events::command::{StartTurn, SteerTurn};
use events::outcome::{Evidence, Failure, FetchedFile, FileCopy, NoCopy};
use events::{Command, CommandId, Guid, Outcome, Report, Text};

/// Between two looks for a row that is not there.
const PAUSE: u64 = 2_000;
/// How long one file may take.
const LIMIT: u64 = 60_000;
/// Most files of one message.
const MOST: usize = 10;
/// How long it usually takes.
const USUAL: u64 = 40;

/// A file that is looked for, and whether it is there.
struct Found {
    of: Guid,
    name: String,
    file: Result<(Sort, bool), NoCopy>,
}

/// Whether the program itself does it, so that it ends with the program.
pub(super) const fn in_process(command: &Command) -> bool {
    matches!(
        command,
        Command::FetchFiles(_) | Command::RemoveFiles(_) | Command::CopyOut(_)
    )
}

fn unsupported(what: &str) -> Report {
    failed(Failure::Unsupported { what: what.into() })
}

impl World {
    fn copying(&mut self) -> Option<Copying> {
        let copying = self.files.copying.pop_front();
        let mark = copying.map(|copying| match copying {
            Copying::Fails => "copy fails",
            Copying::Hangs => "copy hangs",
            Copying::Takes(_) => "copy takes long",
        });
        mark.inspect(|mark| self.marks.hit(mark));
        copying
    }

    /// Begins to wait for the files of a message.
    pub(super) fn fetch(&mut self, life: u32, id: CommandId, fetch: &FetchFiles) {
        self.effects.push(Effect {
            id,
            command: Command::FetchFiles(fetch.clone()),
            reached: false,
        });
        let copying = self.copying();
        if copying == Some(Copying::Fails) {
            let report = unsupported("the directory for copies cannot be made");
            return self.plan(
                self.now + USUAL,
                Happening::Report(life, id, Box::new(report)),
            );
        }
        let until = self.now + fetch.wait.0;
        let fetch = Box::new(fetch.clone());
        self.look_for(life, id, fetch, until, copying);
    }

    /// Looks for the files, and copies them when all are whole or it was waited long enough.
    pub(super) fn look_for(
        &mut self,
        life: u32,
        id: CommandId,
        fetch: Box<FetchFiles>,
        until: u64,
        copying: Option<Copying>,
    ) {
        if life != self.life {
            return;
        }
        let over = self.now >= until;
        let found: Vec<_> = fetch.rows.iter().flat_map(|row| self.found(row)).collect();
        let waits = found.iter().any(|f| f.file == Err(NoCopy::NotWhole));
        if waits && !over {
            let at = self.next_look(&fetch, until);
            return self.plan(at, Happening::Fetch(life, id, fetch, until, copying));
        }
        let mut files = Vec::new();
        for (nth, found) in found.into_iter().enumerate() {
            let hangs = nth == 0 && copying == Some(Copying::Hangs);
            files.push(self.copied(id, &fetch, found, (nth, hangs)));
        }
        let after = match copying {
            Some(Copying::Takes(ms)) => ms,
            Some(Copying::Hangs) => LIMIT,
            Some(Copying::Fails) | None => USUAL,
        };
        let report = Report::Settled(Outcome::Done(Evidence::Fetched { files }));
        self.plan(
            self.now + after,
            Happening::Report(life, id, Box::new(report)),
        );
    }

    /// When something may have changed.
    fn next_look(&self, fetch: &FetchFiles, until: u64) -> u64 {
        let attached = fetch.rows.iter().map(|row| self.messages.attached.get(row));
        let absent = self.messages.unreadable
            || fetch
                .rows
                .iter()
                .any(|row| self.messages.named(row).is_none());
        let pause = absent.then_some(self.now + PAUSE);
        let files = attached.flatten().flatten();
        let unnamed = files.clone().any(|file| !file.named);
        let named = unnamed.then_some(self.now + 200);
        let whole = files
            .filter_map(|file| file.whole)
            .filter(|at| *at > self.now);
        let next = whole.chain(pause).chain(named).min();
        next.unwrap_or(until).min(until)
    }

    /// The files of a row as chat.db has them now.
    fn found(&self, row: &Guid) -> Vec<Found> {
        let there = !self.messages.unreadable && self.messages.named(row).is_some();
        let files = self.messages.attached.get(row).filter(|_| there);
        let found = |name: &str, file| Found {
            of: row.clone(),
            name: name.into(),
            file,
        };
        let Some(files) = files else {
            return vec![found("attachment", Err(NoCopy::NotWhole))];
        };
        let one = |file: &Attachment| {
            let whole = file.whole.is_some_and(|at| at <= self.now);
            let careless = self.planted == Some(Bug::CopiesUnwhole);
            let state = match (file.failed, whole || careless) {
                (true, _) => Err(NoCopy::NotDownloaded),
                (false, true) => Ok((file.sort, whole)),
                (false, false) => Err(NoCopy::NotWhole),
            };
            if file.named {
                found(&file.name, state)
            } else {
                found("attachment", Err(NoCopy::NotWhole))
            }
        };
        files.iter().map(one).collect()
    }

    fn copied(
        &mut self,
        id: CommandId,
        fetch: &FetchFiles,
        found: Found,
        (nth, hangs): (usize, bool),
    ) -> FetchedFile {
        let name = Text::from(found.name);
        let max = fetch.max_bytes;
        let mut whole = false;
        let picture = found.file.and_then(|(sort, is_whole)| {
            whole = is_whole;
            match sort {
                _ if nth >= MOST => Err(NoCopy::TooMany),
                _ if hangs => Err(NoCopy::Unreadable {
                    why: "its disk did not answer in time".into(),
                }),
                Sort::Large => Err(NoCopy::TooLarge {
                    bytes: max + 1,
                    max,
                }),
                Sort::Broken => Err(NoCopy::NotConverted {
                    why: "sips failed (1)".into(),
                }),
                Sort::Picture => Ok("png"),
                Sort::Converted => Ok("jpg"),
                Sort::Other if fetch.all_kinds => Ok("pdf"),
                Sort::Other => Err(NoCopy::NoPicture),
            }
        });
        let mark = match &picture {
            Ok(_) => "file copied",
            Err(NoCopy::NotWhole) => "file not passed on: not whole",
            Err(NoCopy::NotDownloaded) => "file not passed on: not downloaded",
            Err(NoCopy::TooLarge { .. }) => "file not passed on: too large",
            Err(NoCopy::NoPicture) => "file not passed on: no picture",
            Err(NoCopy::NotConverted { .. }) => "file not passed on: not converted",
            Err(NoCopy::Unreadable { .. }) => "file not passed on: unreadable",
            Err(NoCopy::TooMany) => "file not passed on: too many",
        };
        self.marks.hit(mark);
        let copy = picture.map(|end| {
            let path = format!("/state/files/{id}/{}.{end}", nth + 1);
            self.files.copies.push(Copied {
                fetch: id,
                path: path.clone(),
                of: found.of,
                whole,
            });
            FileCopy {
                path,
                picture: end != "pdf",
                bytes: 9,
            }
        });
        FetchedFile { name, copy }
    }

    /// Deletes what a copy left.
    pub(super) fn remove_files(&mut self, remove: &RemoveFiles) -> Reply {
        if matches!(self.copying(), Some(Copying::Fails | Copying::Hangs)) {
            return (USUAL, unsupported("the copies cannot be deleted"), false);
        }
        if self.planted != Some(Bug::KeepsCopies) {
            self.files.copies.retain(|copy| copy.fetch != remove.fetch);
            self.files.outs.retain(|out| out.copy != remove.fetch);
        }
        let removed = Report::Settled(Outcome::Done(Evidence::Removed));
        (USUAL, removed, true)
    }

    /// Copies a file of a session's directory.
    pub(super) fn copy_out(&mut self, id: CommandId, copy: &CopyOut) -> Reply {
        let after = match self.copying() {
            Some(Copying::Fails) => {
                let what = "the folder for copies cannot be made.";
                return (USUAL, unsupported(what), false);
            }
            Some(Copying::Hangs) => {
                let what = "its disk did not answer within 60 s.";
                return (LIMIT, unsupported(what), false);
            }
            Some(Copying::Takes(ms)) => ms,
            None => USUAL,
        };
        let path = copy.path.reveal();
        let name = path.rsplit('/').next().unwrap_or_default();
        let inside = !path.starts_with("../");
        let (mark, refused) = if !inside && self.planted != Some(Bug::SendsAnyFile) {
            let what = "it is outside of the session's folder, and such files are not sent.";
            ("wanted file outside", Some(unsupported(what)))
        } else if name.starts_with("none") {
            let what = "there is no such file in the session's folder.";
            ("wanted file not there", Some(unsupported(what)))
        } else if name.starts_with("large") {
            let max = copy.max_bytes;
            let bytes = max + 1;
            let large = failed(Failure::TooLarge { bytes, max });
            ("wanted file too large", Some(large))
        } else {
            ("file copied for the owner", None)
        };
        self.marks.hit(mark);
        if let Some(report) = refused {
            return (after, report, false);
        }
        let file = format!("/out/{id}/{name}");
        self.files.outs.push(CopiedOut {
            copy: id,
            file: file.clone(),
            inside,
        });
        let made = Evidence::CopiedOut {
            file: Text::from(file),
            name: Text::from(name),
            bytes: 7,
        };
        (after, Report::Settled(Outcome::Done(made)), true)
    }

    /// Gives a copy to Messages, if it is there.
    pub(super) fn send_file(&mut self, id: CommandId, send: &SendFile) -> Reply {
        let there = |out: &CopiedOut| out.file == *send.file.reveal();
        if !self.files.outs.iter().any(there) {
            self.marks.hit("copy for the owner is gone");
            return (1, unsupported("its copy is gone or was changed."), false);
        }
        self.osascript(id, &Said::File(send.name.clone()))
    }

    /// Pictures go to the background server as words do.
    pub(super) fn give_pictures(&mut self, id: CommandId, give: &GivePictures) -> Reply {
        let (instruction, generation) = (give.instruction.clone(), give.generation);
        if let Some(turn) = give.turn.clone() {
            let steer = SteerTurn {
                instruction,
                generation,
                turn,
            };
            return self.steer_by_server(id, &steer);
        }
        let start = StartTurn {
            instruction,
            generation,
        };
        self.start_by_server(id, &start)
    }

    /// What the program's end cuts off.
    pub(super) fn cuts_off(&mut self) {
        let mut cut = Vec::new();
        for happening in self.next.values() {
            match happening {
                Happening::Fetch(life, ..) if *life == self.life => {
                    cut.push("died while it waited for files");
                }
                Happening::Report(life, id, _) if *life == self.life => {
                    let effect = self.effects.iter().rfind(|effect| effect.id == *id);
                    cut.extend(effect.and_then(|effect| match &effect.command {
                        Command::FetchFiles(_) => Some("died between copy and turn"),
                        Command::CopyOut(_) => Some("died between copy and sending"),
                        Command::SendFile(_) => Some("died sending a file"),
                        _ => None,
                    }));
                }
                _ => {}
            }
        }
        for mark in cut {
            self.marks.hit(mark);
        }
    }
}
