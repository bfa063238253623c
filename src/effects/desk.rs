//! Whether somebody is at the Mac: since when nobody touched its keyboard and mouse, whether
//! its screen is locked, and since when nobody touched a terminal in tmux. Looked at only when
//! a text is due. What cannot be had is `None`, and that is no fault.

use super::EffectsConfig;
use super::child::{Child, Ended};
use super::panes::tmux::clients;
use events::Span;
use events::event::DeskSeen;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// A text must not wait long for this.
const BUDGET: Duration = Duration::from_millis(800);

/// Looks, with the programs that there are.
#[derive(Clone, Debug)]
pub struct Desk {
    /// macOS's own list of devices; elsewhere there is none.
    pub ioreg: Option<PathBuf>,
    /// How tmux is found.
    pub effects: EffectsConfig,
}

impl Desk {
    /// One look.
    pub async fn look(&self) -> DeskSeen {
        let (hid, root, clients) = tokio::join!(
            self.devices(&["-c", "IOHIDSystem", "-d", "4"]),
            self.devices(&["-n", "Root", "-d", "1"]),
            clients(&self.effects, BUDGET),
        );
        DeskSeen {
            idle: hid.as_deref().and_then(idle),
            locked: root.as_deref().and_then(locked),
            terminal: clients,
        }
    }

    async fn devices(&self, args: &[&str]) -> Option<String> {
        let child = Child {
            program: self.ioreg.clone()?,
            args: args.iter().map(OsString::from).collect(),
            stdin: Vec::new(),
            cwd: None,
            environment: Vec::new(),
            budget: BUDGET,
        };
        match child.run().await {
            Ended::Exited { code: 0, out, .. } => Some(String::from_utf8_lossy(&out).into_owned()),
            Ended::Exited { .. }
            | Ended::Signalled { .. }
            | Ended::TimedOut
            | Ended::NotStarted(_) => None,
        }
    }
}

/// `"HIDIdleTime" = 1234567890`, in nanoseconds; the least of several.
fn idle(listing: &str) -> Option<Span> {
    let values = values(listing, "\"HIDIdleTime\"");
    let least = values.filter_map(|value| value.parse::<u64>().ok()).min()?;
    Some(Span(least / 1_000_000))
}

/// `"IOConsoleLocked" = Yes`
fn locked(listing: &str) -> Option<bool> {
    match values(listing, "\"IOConsoleLocked\"").next()? {
        "Yes" => Some(true),
        "No" => Some(false),
        _ => None,
    }
}

fn values<'a>(listing: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    listing.lines().filter_map(move |line| {
        let rest = line.split_once(name)?.1.trim_start();
        rest.strip_prefix('=').map(str::trim)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_devices_tell_when_somebody_was_there() {
        let listing = "    | |   \"HIDIdleTime\" = 61000000000\n    \"HIDIdleTime\" = 1500000000\n";
        assert_eq!(idle(listing), Some(Span(1_500)));
        for odd in [
            "",
            "\"HIDIdleTime\" = many",
            "\"HIDIdleTimeX\" = 1",
            "\"HIDIdleTime\"",
        ] {
            assert_eq!(idle(odd), None, "{odd}");
        }
        assert_eq!(locked("  \"IOConsoleLocked\" = Yes\n"), Some(true));
        assert_eq!(locked("  \"IOConsoleLocked\" = No\n"), Some(false));
        assert_eq!(locked("  \"IOConsoleLocked\" = Perhaps\n"), None);
    }
}
