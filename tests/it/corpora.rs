//! Every input that the fuzzer kept, replayed without the fuzzer.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::path::PathBuf;

#[test]
fn every_kept_input_keeps_the_promises_of_its_target() {
    let corpora = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, _) in targets::ALL {
        let mut inputs = 0;
        for entry in corpora
            .join(name)
            .read_dir()
            .expect("a corpus for every target")
        {
            let bytes = std::fs::read(entry.expect("an entry").path()).expect("an input");
            targets::run(name, &bytes);
            inputs += 1;
        }
        assert!(inputs > 0, "{name} has no inputs");
    }
}
