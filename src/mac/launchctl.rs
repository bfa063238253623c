//! launchctl, typed: the verbs that are used, and what each exit code means in
//! each of them. Codes and not words decide: what `print` prints is, as Apple says,
//! for people. `load` and `unload` are not here, as they call a failure success.

use super::Place;
use super::tools::{self, Said};
use crate::config::Program;
use crate::error::CommandError;
use std::ffi::OsString;

/// What launchctl is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Load a job from its definition.
    Bootstrap,
    /// Stop a job and forget it. It returns before the job is gone.
    Bootout,
    /// Start a loaded job now.
    Kickstart,
    /// Stop the running process of a loaded job and start it again.
    Restart,
    /// Take back a `disable`, which outlives the job's definition.
    Enable,
    /// Is it loaded?
    Print,
}

/// What an exit code means in a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It was done; for `print`: it is loaded.
    Done,
    /// launchd does not have the job.
    NotLoaded,
    /// launchd says that it has the job already, or that it runs already.
    Already,
    /// The job is on its way out; look again.
    Stopping,
    /// launchd's word for several things, most often that the old job is still going; look again.
    Busy,
    /// The job was disabled and must be enabled first.
    Disabled,
    /// There is no login session at the screen to put it into.
    NoSession,
    /// The job is meant for another kind of session.
    WrongSession,
    /// macOS was told not to let this program run in the background.
    Blocked,
    /// The job's program or its paths cannot be used.
    Unusable,
    /// Nothing that is known.
    Unknown,
}

/// What `code` means when `verb` ends with it.
pub fn meaning(verb: Verb, code: i32) -> Meaning {
    match (verb, code) {
        (_, 0) => Meaning::Done,
        (Verb::Bootout | Verb::Kickstart | Verb::Restart, 3) | (_, 113) => Meaning::NotLoaded,
        (Verb::Bootout, 36 | 37) => Meaning::Stopping,
        (Verb::Bootstrap | Verb::Bootout | Verb::Kickstart | Verb::Restart, 5)
        | (Verb::Bootstrap, 36) => Meaning::Busy,
        (Verb::Bootstrap, 17 | 37 | 130) | (Verb::Kickstart | Verb::Restart, 37) => {
            Meaning::Already
        }
        (_, 78) => Meaning::Unusable,
        (_, 112 | 125) => Meaning::NoSession,
        (_, 119) => Meaning::Disabled,
        (_, 134) => Meaning::WrongSession,
        (_, 161) => Meaning::Blocked,
        _ => Meaning::Unknown,
    }
}

impl Meaning {
    /// What it means and what to do, as sentences.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Done => "success",
            Self::NotLoaded => "launchd has not loaded the job; run setup-launchd",
            Self::Already => "the job is already loaded",
            Self::Stopping => "the old job is still stopping; wait half a minute and try again",
            Self::Busy => {
                "launchd would not take the job: the old one may still be stopping, or its \
                 definition may have the wrong owner or mode; wait half a minute and try again"
            }
            Self::Disabled => "the job is disabled; setup-launchd enables it",
            Self::NoSession => {
                "nobody is logged in at the screen of this Mac as this user; log in there (not \
                 over ssh), open Terminal and try again"
            }
            Self::WrongSession => {
                "the job does not fit this kind of session; log in at the screen and try again"
            }
            Self::Blocked => {
                "macOS does not let it run in the background; switch it on in System Settings > \
                 General > Login Items & Extensions and try again"
            }
            Self::Unusable => {
                "launchd cannot use the job's program or its paths; run setup-launchd, which \
                 writes them again"
            }
            Self::Unknown => "launchctl returned an unknown code",
        }
    }
}

/// launchctl's answer.
pub struct Answer {
    /// What it means.
    pub meaning: Meaning,
    /// Its exit code; `None` when it did not end in time.
    pub code: Option<i32>,
    /// What it printed, only for hints.
    pub out: String,
}

impl Answer {
    /// The answer as the cause of a failure.
    pub fn because(&self) -> String {
        match self.code {
            Some(code) => format!("launchctl returned {code}: {}", self.meaning.sentence()),
            None => "launchctl timed out".to_owned(),
        }
    }
}

/// Asks launchctl about the job of `place`.
pub fn ask(place: &Place, verb: Verb) -> Result<Answer, CommandError> {
    ask_about(place, verb, &place.label)
}

/// Asks launchctl about the job called `label`.
pub fn ask_about(place: &Place, verb: Verb, label: &str) -> Result<Answer, CommandError> {
    let domain = format!("gui/{}", place.uid);
    let service = format!("{domain}/{label}");
    let plist = place.agents().join(format!("{label}.plist"));
    let args: Vec<OsString> = match verb {
        Verb::Bootstrap => vec!["bootstrap".into(), domain.into(), plist.into()],
        Verb::Bootout => vec!["bootout".into(), service.into()],
        Verb::Kickstart => vec!["kickstart".into(), service.into()],
        Verb::Restart => vec!["kickstart".into(), "-k".into(), service.into()],
        Verb::Enable => vec!["enable".into(), service.into()],
        Verb::Print => vec!["print".into(), service.into()],
    };
    let Said { code, out, .. } = tools::run(place, Program::Launchctl, args)?;
    Ok(Answer {
        meaning: code.map_or(Meaning::Unknown, |code| meaning(verb, code)),
        code,
        out,
    })
}

/// A field of what `print` prints about the job itself. Blocks inside repeat names,
/// so only lines with exactly one tab in front count. Only for hints.
pub fn field<'a>(printed: &'a str, name: &str) -> Option<&'a str> {
    let own = printed.lines().filter_map(|line| line.strip_prefix('\t'));
    own.filter(|line| !line.starts_with('\t'))
        .filter_map(|line| line.split_once(" = "))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_the_jobs_own_and_not_one_of_a_block_inside() {
        let printed = "gui/501/x = {\n\tdomain = {\n\t\tstate = active\n\t}\n\tstate = spawn scheduled\n\tlast exit code = 78: EX_CONFIG\n}\n";
        assert_eq!(field(printed, "state"), Some("spawn scheduled"));
        assert_eq!(field(printed, "last exit code"), Some("78: EX_CONFIG"));
        assert_eq!(field(printed, "pid"), None);
    }

    #[test]
    fn a_code_means_what_its_verb_makes_of_it() {
        use Meaning::{Already, Busy, NotLoaded, Stopping, Unknown};
        assert_eq!(meaning(Verb::Bootout, 3), NotLoaded);
        assert_eq!(meaning(Verb::Bootstrap, 3), Unknown);
        assert_eq!(meaning(Verb::Bootout, 37), Stopping);
        assert_eq!(meaning(Verb::Bootstrap, 37), Already);
        assert_eq!(meaning(Verb::Bootstrap, 5), Busy);
        assert_eq!(meaning(Verb::Print, 5), Unknown);
    }
}
