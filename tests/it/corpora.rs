//! Every input that the fuzzer kept, replayed without the fuzzer.

use control_plane::targets;
use std::path::PathBuf;

#[test]
fn every_kept_input_keeps_the_promises_of_its_target() {
    let corpora = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in targets::ALL {
        let mut inputs = 0;
        for entry in corpora
            .join(name)
            .read_dir()
            .expect("a corpus for every target")
        {
            let bytes = std::fs::read(entry.expect("an entry").path()).expect("an input");
            target(&bytes);
            inputs += 1;
        }
        assert!(inputs > 0, "{name} has no inputs");
    }
}
