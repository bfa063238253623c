//! What macOS remembers of the permissions. It keeps each with a fingerprint of
//! the app; when the app was made again the switch in System Settings stays on and
//! means nothing. This finds that out and, when asked, makes macOS forget.
//! Only ever for our own app: without a name tccutil resets every app.

use super::place::BUNDLE;
use super::{Place, service, tools};
use crate::config::Program;

/// The permissions, as tccutil calls them.
const SERVICES: [&str; 2] = ["SystemPolicyAllFiles", "AppleEvents"];

/// Whether macOS refused lately because the app is not the one that was granted.
pub fn mismatch(place: &Place) -> bool {
    let predicate =
        format!("subsystem == \"com.apple.TCC\" AND eventMessage CONTAINS \"{BUNDLE}\"");
    let told = service::system_log(place, &predicate);
    told.contains("Failed to match existing code requirement")
}

/// Makes macOS forget what it granted the app. The sentences say what could not be done.
pub fn reset(place: &Place) -> Vec<String> {
    // tccutil finds the app by its name, so the system has to know the app.
    register(place, "-f");
    let mut faults = Vec::new();
    for service in SERVICES {
        let fault = match tools::run(place, Program::Tccutil, ["reset", service, BUNDLE]) {
            Ok(said) if said.well() => continue,
            Ok(said) => said.why(),
            Err(_) => "tccutil not found".to_owned(),
        };
        faults.push(format!("tccutil reset {service} {BUNDLE}: {fault}"));
    }
    faults
}

/// Tells the system where the app is (`-f`) or that it is gone (`-u`). It also notices without being told, but later.
pub fn register(place: &Place, option: &str) {
    let told = tools::run(
        place,
        Program::Lsregister,
        [option.into(), place.app().into_os_string()],
    );
    if told.is_err() {
        tracing::debug!("cannot register the app");
    }
}
