//! What the owner means by an answer, read from what stands on the phone.

use super::approvals::{Approval, By};
use super::world::World;
use events::Guid;
use events::input::Body;

impl World {
    /// What a message may have to do with: the texts on the phone that ask, newest first, each
    /// with what it asks.
    pub(super) fn asking(&self, reference: Option<&str>) -> Vec<(Guid, usize)> {
        let name = reference.map(|reference| format!("@{reference}"));
        let newest = self.messages.on_the_phone();
        let ours = newest.filter(|r| r.by.is_some() && r.row.error == 0);
        let asks = ours.filter_map(|r| {
            let Body::Text(text) = &r.row.body else {
                return None;
            };
            let text = text.reveal();
            let about = name.as_ref().is_none_or(|name| text.contains(name));
            let [only] = self.named_in(text)[..] else {
                return None;
            };
            (about && text.contains("wants to run")).then(|| (r.row.guid.clone(), only))
        });
        asks.collect()
    }

    /// The commands that a text names.
    fn named_in(&self, text: &str) -> Vec<usize> {
        let name = |a: &&Approval| text.contains(a.command.get(..16).unwrap_or(&a.command));
        self.approvals.iter().filter(name).map(|a| a.nth).collect()
    }

    /// What the owner wants to be done about which command, by what they see.
    pub(super) fn meaning(&self, text: &str, thread: Option<&Guid>) -> Vec<(usize, bool)> {
        // What the owner has decided from the phone is done for them.
        let by_phone = |a: &&Approval| matches!(a.end, Some((_, By::Phone(_))));
        let done = self.approvals.iter().filter(by_phone).map(|a| a.nth);
        let done: Vec<_> = done.collect();
        let newest = |reference| {
            let asking = self.asking(reference);
            let mut asking = asking.iter().map(|(_, nth)| *nth);
            asking.find(|nth| !done.contains(nth))
        };
        if let Some(root) = thread {
            let asking = self.asking(None);
            let about = asking.iter().find(|(guid, _)| guid == root);
            return said(text, about.map(|(_, nth)| *nth));
        }
        if let Some((name, words)) = text.strip_prefix('@').and_then(|t| t.split_once(' ')) {
            return said(words, newest(Some(name)));
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(' ') {
            return self.by_number(text);
        }
        said(text, newest(None))
    }

    /// `1 yes, 2 no`, by the list on the phone.
    fn by_number(&self, text: &str) -> Vec<(usize, bool)> {
        let mut newest = self.messages.on_the_phone().filter(|r| r.by.is_some());
        let list = newest.find_map(|r| match &r.row.body {
            Body::Text(text) if text.reveal().lines().any(|l| l.starts_with("1. ")) => {
                Some(text.reveal().clone())
            }
            _ => None,
        });
        let list = list.unwrap_or_default();
        let one = |item: &str| {
            let (number, words) = item.trim().split_once(' ')?;
            let line = list
                .lines()
                .find(|l| l.starts_with(&format!("{number}. ")))?;
            said(words, self.named_in(line).first().copied())
                .first()
                .copied()
        };
        text.split(',').filter_map(one).collect()
    }

    /// A copy of a message means what the message means.
    pub(super) fn means_the_same(&mut self, copy: &Guid) {
        let body = |guid: &Guid| self.messages.once_named(guid).map(|r| r.row.body.clone());
        let same = body(copy);
        let rows = self.messages.rows.iter().rev();
        let mut others = rows.filter(|r| r.row.guid != *copy && Some(&r.row.body) == same.as_ref());
        let means = others.find_map(|r| self.means.get(&r.row.guid)).cloned();
        self.means.extend(means.map(|means| (copy.clone(), means)));
    }

    /// The owner puts a thumb on the newest text that asks for a session.
    pub(super) fn thumb(&mut self, reference: &str, yes: bool) {
        let Some((on, nth)) = self.asking(Some(reference)).first().cloned() else {
            return;
        };
        let wall = self.wall();
        let row = self.messages.thumb(on, yes, wall);
        self.means.insert(row, vec![(nth, yes)]);
    }
}

/// A yes or a no to it.
fn said(words: &str, about: Option<usize>) -> Vec<(usize, bool)> {
    let yes = match words {
        "yes" => true,
        "no" => false,
        words if words.starts_with("no, ") => false,
        _ => return Vec::new(),
    };
    about.map(|nth| (nth, yes)).into_iter().collect()
}
