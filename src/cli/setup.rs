//! `setup`, `setup-launchd`, `setup-permissions` and `uninstall`: what the owner
//! asks for, and where everything is on this Mac.

use super::common::{no_recipient, settings};
use super::setup_notify_hook::{self, PaneTitles, Python};
use crate::config::value::Origin;
use crate::config::{Config, Environment, Flag, variables};
use crate::error::{CommandError, Outcome};
use crate::ingress::client::ask_health;
use crate::mac::permissions::{self, Patience};
use crate::mac::setup::{self, Wish};
use crate::mac::{Pace, Place, hook, service, uninstall};
use crate::ui;
use std::time::Duration;

/// How long permissions are waited for.
#[derive(Debug, clap::Args)]
struct Waiting {
    /// How long to wait for each permission, in seconds
    #[arg(long, value_name = "S", default_value = "180", value_parser = seconds)]
    timeout: Duration,
    /// Interval between two checks, in seconds
    #[arg(long, value_name = "S", default_value = "1.0", value_parser = seconds)]
    poll: Duration,
    /// Do not open System Settings
    #[arg(long)]
    no_open: bool,
    #[command(flatten)]
    python: Python,
}

/// Ask for the macOS permissions and wait until they are granted.
#[derive(Debug, clap::Args)]
pub struct Permissions {
    #[command(flatten)]
    waiting: Waiting,
}

/// Install the launcher app and the launchd job, and ask for permissions.
///
/// Safe to run again at any time: it changes only what is not right yet.
#[derive(Debug, clap::Args)]
pub struct Launchd {
    /// Label of the launchd job
    #[arg(long, value_name = "L")]
    label: Option<String>,
    /// Your own phone number or Apple ID e-mail; stored in config.toml in the state directory
    #[arg(long, value_name = "TO")]
    recipient: Option<String>,
    /// Do not wait for permissions
    #[arg(long)]
    skip_permissions: bool,
    /// Reset the app's permissions in macOS, so that you can grant them again
    #[arg(long)]
    repair_tcc: bool,
    #[command(flatten)]
    waiting: Waiting,
}

/// Set everything up on a Mac, then prove it with a text to you and your reply.
///
/// Safe to run again at any time: it continues where it stopped.
#[derive(Debug, clap::Args)]
pub struct Setup {
    /// Your own phone number or Apple ID e-mail; stored in config.toml in the state directory
    #[arg(long, value_name = "TO")]
    recipient: Option<String>,
    #[command(flatten)]
    titles: PaneTitles,
    #[command(flatten)]
    waiting: Waiting,
}

/// Remove everything that set-up installed, then list what is left.
#[derive(Debug, clap::Args)]
pub struct Uninstall {
    /// Also remove the event log, the settings and the diagnostic logs
    #[arg(long)]
    purge: bool,
    /// Print what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// `setup-permissions`.
pub fn permissions(args: &Permissions) -> Outcome {
    let mut place = place(&settings(&[])?)?;
    service::find_label(&mut place);
    permissions::run(&place, args.waiting.patience())
}

/// `setup-launchd`.
pub fn launchd(args: &Launchd) -> Outcome {
    let label = args
        .label
        .iter()
        .map(|label| (variables::LABEL, label.clone()));
    let config = with_recipient(args.recipient.as_deref(), label.collect())?;
    let wish = Wish {
        recipient: to_be_kept(&config),
        skip_permissions: args.skip_permissions,
        repair: args.repair_tcc,
        patience: args.waiting.patience(),
    };
    setup::launchd(&place(&config)?, &wish)
}

/// `setup`.
pub fn all(args: &Setup) -> Outcome {
    let config = with_recipient(args.recipient.as_deref(), Vec::new())?;
    let wish = Wish {
        recipient: to_be_kept(&config),
        skip_permissions: false,
        repair: false,
        patience: args.waiting.patience(),
    };
    let place = place(&config)?;
    place.check()?;
    setup_notify_hook::run(&setup_notify_hook::Args::with(args.titles))?;
    setup::all(&place, &wish)
}

/// `uninstall`.
pub fn uninstall(args: &Uninstall) -> Outcome {
    let wish = uninstall::Wish {
        purge: args.purge,
        dry_run: args.dry_run,
    };
    uninstall::run(&place(&settings(&[])?)?, wish)
}

impl Waiting {
    fn patience(&self) -> Patience {
        self.python.tell();
        Patience {
            timeout: self.timeout,
            poll: self.poll,
            open: !self.no_open,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse::<f64>().ok();
    number
        .filter(|number| (0.01..=86_400.0).contains(number))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "must be a number of seconds from 0.01 to 86400".to_owned())
}

fn with_recipient(recipient: Option<&str>, mut flags: Vec<Flag>) -> Result<Config, CommandError> {
    flags.extend(recipient.map(|to| (variables::TO, to.to_owned())));
    let config = settings(&flags)?;
    if config.settings().owner.is_empty() {
        return Err(no_recipient().hint(
            "nothing was changed; run it again with --recipient +15555550123, your own number or \
             Apple ID e-mail",
        ));
    }
    let ours = [
        variables::TO,
        variables::HOME,
        variables::STATE_DIR,
        variables::LABEL,
    ];
    for row in config.table() {
        if row.origin == Origin::Environment && !ours.contains(&row.name) {
            ui::talk(&format!(
                "warning: {} is set in this shell only; the agent reads {}",
                row.name,
                config.state_dir.join("config.toml").display()
            ));
        }
    }
    Ok(config)
}

/// The recipient, where it is known only here and the agent could not know it.
fn to_be_kept(config: &Config) -> Option<String> {
    let row = config
        .table()
        .iter()
        .find(|row| row.name == variables::TO)?;
    let only_here = matches!(row.origin, Origin::Flag | Origin::Environment);
    let owner = config.settings().owner;
    let all: Vec<_> = owner.iter().map(|to| to.reveal().to_owned()).collect();
    only_here.then(|| all.join(","))
}

/// Where everything is on this Mac.
pub(super) fn place(config: &Config) -> Result<Place, CommandError> {
    let environment = Environment::of_this_process();
    let home = environment
        .home()
        .ok_or_else(|| CommandError::usage("HOME is not set"))?;
    let own = std::env::current_exe().map_err(|error| {
        CommandError::failure("cannot find this program's own file").because(error)
    })?;
    let real = own.canonicalize().unwrap_or_else(|_| own.clone());
    Ok(Place {
        uid: rustix::process::geteuid().as_raw(),
        label: config.launchd_label.clone(),
        codex_home: config.codex_home.clone(),
        state_dir: config.state_dir.clone(),
        copies: vec![config.files(), config.files_out()],
        programs: config.programs.clone(),
        launcher: real.with_file_name(crate::mac::LAUNCHER),
        agent: hook::program::stable(&own),
        ask: ask_health,
        pace: Pace::default(),
        say: ui::talk,
        home,
    })
}
