//! libFuzzer chooses the bytes; the target is control_plane's.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| control_plane::targets::run("rollout", bytes));
