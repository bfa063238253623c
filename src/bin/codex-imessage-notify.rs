//! The helper that other tools call: `attention` and `route`.

fn main() -> std::process::ExitCode {
    control_plane::cli::helper::main(std::env::args_os())
}
