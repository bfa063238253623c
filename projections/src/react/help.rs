//! What `help` tells more of.

use crate::orders::Topic;

/// The answer to `help approvals`, `help quiet`, `help look`, `help files`, `help new`.
pub(super) const fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::Approvals => APPROVALS,
        Topic::Quiet => QUIET,
        Topic::Files => FILES,
        Topic::Look => LOOK,
        Topic::Sessions => SESSIONS,
    }
}

const APPROVALS: &str = "\
Reply to the text that asks:
yes: approve once
no: decline; \"no, use pnpm\" tells Codex why
2: picks option 2 of a question; 1.2 2.1 answers several
pending: what waits, numbered; then \"1 yes, 2 no\"
show @ref: all of one request
stop @ref: interrupts the turn
A text that you have not got yet cannot be answered, so nothing is approved unseen.";

const LOOK: &str = "\
screen @ref: what its terminal shows now
last @ref: what was said last; last @ref 5: the last five messages
diff @ref: what is changed in its folder, by git; diff @ref src/main.rs: one file
log @ref: its last steps: turns, commands, your messages
rename @ref new name; /compact @ref; /model @ref name; /effort @ref high
more @ref: what was cut from the last text about it
In reply to a text about a session the word alone is enough.
Looking changes nothing, and secrets are left out.";

const SESSIONS: &str = "\
new api: fix the login: a new session that you call api
new api in ~/site: fix it: the same, in a folder where a session has worked; \"site\" is enough
new \"log in page\": fix it: a name with \"in\" in it
open @ref, resume @ref, open name: opens a session that was ended, in a tmux window
rename @ref new name: you call it so from now on
For @ref you can also write your name for a session, Codex's name, or its folder, if only one has it.";

const QUIET: &str = "\
quiet 23-7: texts wait every night and come as one text in the morning
quiet 23-7 but approvals: approvals and questions come all the same
quiet 23-7 but @ref: those of one session do
quiet 2h, quiet until 18:00: texts wait for now
mute @ref 2h, mute @ref: nothing about one session; unmute ends it
here, here 8h: you are at the Mac, texts wait
away: texts come at once, also while somebody is at the Mac
resume: ends all of this
quiet: what holds now. list shows it too
resume @ref at reset, resume @ref at 18:00: a session continues then; cancel @ref stops that
Answers to what you write always come.";

const FILES: &str = "\
Send up to ten pictures or files, with words or without:
@ref why is this red? (with a picture): goes to that session
a picture alone: goes where your last words went
new label: what to do (with a picture): a new session gets it
The receipt says what went along, and what did not and why.
send @ref docs/report.pdf: that file of its folder comes to you
With an answer or a command only the words count.";
