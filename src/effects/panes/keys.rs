//! Whether keys for a pane reach that pane and no other.
//!
//! tmux copies keys (`synchronize-panes`), swallows them (a pane with its input off,
//! a mode, a dead pane) and mixes them with those of another program (`pipe-pane`).
//! All of that is one line of tmux formats. It is read with every look at the screen,
//! and tmux itself compares it in the same command that pastes or presses: between the
//! comparison and the key nothing can change.
//!
//! Popups, menus, `display-panes`, prompts and key tables belong to a client. Keys that
//! are sent to a pane do not pass through any client, so these do not matter here.

/// What is read. A pane that is synchronised, or of which tmux does not say that it is
/// not, counts with all panes of its window.
pub(super) const STATE: &str = "#{pane_pid}/#{pane_dead}/#{pane_in_mode}/#{pane_input_off}/\
     #{pane_pipe}/#{?#{==:#{pane_synchronized},0},1,#{window_panes}}";
/// What tmux prints where [`STATE`] is not as it must be, in front of what it is.
const REFUSED: &str = "keys-refused ";

/// The state in which keys go to the pane whose first process is `root`, and only there.
fn alone(root: u32) -> String {
    format!("{root}/0/0/0/0/1")
}

/// Why no key may go to a pane in this state; `None` where it may. A mode is no reason
/// here: it is told as part of what the pane shows.
pub(super) fn hindrance(state: &str) -> Option<&'static str> {
    let fields: Vec<&str> = state.split('/').collect();
    match fields.as_slice() {
        [_, "0", _, "0", "0", "1"] => None,
        [_, "1", ..] => Some("its program has ended"),
        [_, _, _, "1", ..] => Some("tmux lets no keys into it (its input is off)"),
        [_, _, _, _, "1", _] => Some("another program is connected to it (pipe-pane)"),
        [_, "0", _, "0", "0", _] => {
            Some("tmux would copy the keys to other panes (synchronize-panes is on)")
        }
        _ => Some("tmux does not say whether keys would reach it alone"),
    }
}

/// Why no key may go where a client with these flags is attached. Keys would arrive;
/// but whoever locks a terminal wants nothing typed in it.
pub(super) fn locked(clients: &[String]) -> Option<&'static str> {
    let suspended = |flags: &String| flags.split(',').any(|flag| flag == "suspended");
    let any = clients.iter().any(suspended);
    any.then_some("its tmux session is locked or suspended in a terminal")
}

/// A tmux command that runs `command` if keys reach this pane alone, and else prints
/// why not. All parts are ours: a pane's number, a process id, names made of digits.
pub(super) fn only_if_alone(pane: &str, root: u32, command: &str) -> [String; 7] {
    let condition = format!("#{{==:{STATE},{}}}", alone(root));
    let otherwise = format!("display-message -p -t {pane} '{REFUSED}{STATE}'");
    let words = [
        "if-shell", "-F", "-t", pane, &condition, command, &otherwise,
    ];
    words.map(str::to_owned)
}

/// A command that does nothing where keys can be sent, and fails where tmux refuses
/// them, as newer versions do if the client that they count for is read-only.
pub(super) const fn probe(pane: &str) -> [&str; 5] {
    ["send-keys", "-t", pane, "-l", ""]
}

/// Why tmux has not run the command of [`only_if_alone`], by what it printed.
pub(super) fn refused(printed: &str) -> Option<String> {
    let state = printed
        .lines()
        .find_map(|line| line.strip_prefix(REFUSED))?;
    let why = hindrance(state).unwrap_or("it is in a tmux mode, or another program has taken it");
    Some(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{hindrance, locked, refused};

    #[test]
    fn only_a_pane_that_gets_its_keys_alone_has_no_hindrance() {
        assert_eq!(hindrance("17/0/0/0/0/1"), None);
        // A mode is seen as one, so it is not named here.
        assert_eq!(hindrance("17/0/1/0/0/1"), None);
        for (state, why) in [
            ("17/0/0/0/0/2", "synchronize-panes"),
            ("17/0/0/0/1/1", "pipe-pane"),
            ("17/0/0/1/0/1", "input is off"),
            ("17/1/0/0/0/1", "ended"),
            ("17/0/0/0//1", "does not say"),
            ("", "does not say"),
        ] {
            assert!(
                hindrance(state).is_some_and(|said| said.contains(why)),
                "{state}"
            );
        }
        assert_eq!(refused(""), None);
        assert!(refused("keys-refused 17/0/0/0/0/3\n").is_some());
        assert!(refused("keys-refused 18/0/1/0/0/1\n").is_some());
    }

    #[test]
    fn a_locked_client_is_seen_among_others() {
        let flags = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        assert!(locked(&flags(&["attached,focused,UTF-8"])).is_none());
        let both = flags(&["attached,UTF-8", "attached,suspended,UTF-8"]);
        assert!(locked(&both).is_some());
    }
}
