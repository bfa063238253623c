//! What the launcher app runs. Installed once and then left as it is: macOS knows
//! it by its bytes.

use control_plane::mac::launcher;
use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::current_exe() {
        Ok(own) => launcher::main(&own),
        Err(error) => {
            control_plane::ui::talk(&format!("the launcher cannot find itself: {error}"));
            ExitCode::FAILURE
        }
    }
}
