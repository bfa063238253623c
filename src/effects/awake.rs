//! Keeps the Mac awake for a while, by a short lease: a `caffeinate` that ends on its own
//! (`-t`), with this process (`-w`), or when the lease is let go.

use super::child::{Child, Ended};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one lease lasts.
const LEASE: Duration = Duration::from_secs(120);
/// How long the battery may be asked for.
const BUDGET: Duration = Duration::from_secs(2);

/// The programs that it takes.
#[derive(Clone, Debug)]
pub struct Awake {
    /// What keeps the Mac awake; `None`: nothing does.
    pub caffeinate: Option<PathBuf>,
    /// What tells whether the Mac runs on its battery; `None`: that does not matter.
    pub pmset: Option<PathBuf>,
}

/// A running `caffeinate`; its process ends with this.
#[derive(Debug)]
pub struct Lease(tokio::task::JoinHandle<()>);

impl Awake {
    /// A lease of two minutes; none where the Mac runs on its battery, and may sleep.
    pub async fn lease(&self) -> Option<Lease> {
        let caffeinate = self.caffeinate.as_deref()?;
        if self.on_battery().await {
            return None;
        }
        let child = child(caffeinate, args(), LEASE * 2);
        Some(Lease(tokio::spawn(async move {
            match child.run().await {
                Ended::NotStarted(error) => tracing::warn!(%error, "cannot keep the Mac awake"),
                Ended::Exited { code, .. } if code != 0 => {
                    tracing::warn!(code, "cannot keep the Mac awake");
                }
                Ended::Exited { .. } | Ended::Signalled { .. } | Ended::TimedOut => {}
            }
        })))
    }

    async fn on_battery(&self) -> bool {
        let Some(pmset) = &self.pmset else {
            return false;
        };
        let args = ["-g", "batt"].map(OsString::from).to_vec();
        match child(pmset, args, BUDGET).run().await {
            Ended::Exited { code: 0, out, .. } => {
                String::from_utf8_lossy(&out).contains("'Battery Power'")
            }
            // Where it cannot be said, the battery is spared.
            Ended::Exited { .. }
            | Ended::Signalled { .. }
            | Ended::TimedOut
            | Ended::NotStarted(_) => true,
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The Mac does not fall asleep when idle; its display may.
fn args() -> Vec<OsString> {
    let (pid, time) = (std::process::id(), LEASE.as_secs());
    let args = ["-i", "-t", &time.to_string(), "-w", &pid.to_string()];
    args.map(OsString::from).to_vec()
}

fn child(program: &Path, args: Vec<OsString>, budget: Duration) -> Child {
    Child {
        program: program.to_owned(),
        args,
        stdin: Vec::new(),
        cwd: None,
        environment: Vec::new(),
        budget,
    }
}
