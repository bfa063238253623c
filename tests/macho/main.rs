//! What must hold of the programs that a Mac is given, read from their bytes: no
//! Mac and none of Apple's tools is there when they are made. `scripts/release`
//! names the directory that they lie in; the other tests prove on made-up images
//! that each fault is seen.

#![allow(clippy::expect_used, reason = "a helper that fails fails its test")]

mod image;
mod sample;

use image::{Image, Wanted};
use sample::Sample;
use std::fs;
use std::path::PathBuf;

const PROGRAMS: &str = "CODEX_IMESSAGE_PROGRAMS";
const ARCHITECTURES: &str = "CODEX_IMESSAGE_ARCHITECTURES";
const MINIMUM: &str = "MACOSX_DEPLOYMENT_TARGET";

#[test]
#[ignore = "needs programs for macOS: scripts/release makes them and runs this"]
fn the_programs_are_what_a_mac_takes() {
    let directory = PathBuf::from(said(PROGRAMS));
    let wanted = Wanted {
        architectures: said(ARCHITECTURES).split(' ').map(str::to_owned).collect(),
        minimum: said(MINIMUM),
        foreign: paths_of_this_machine(),
    };
    let mut looked_at = 0;
    let mut faults = Vec::new();
    for entry in fs::read_dir(&directory).expect("the directory of the programs") {
        let path = entry.expect("an entry").path();
        let bytes = fs::read(&path).expect("a program");
        let found = wanted.faults(&bytes);
        faults.extend(
            found
                .iter()
                .map(|fault| format!("{}: {fault}", path.display())),
        );
        looked_at += 1;
    }
    assert!(looked_at > 0, "{} holds no program", directory.display());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[expect(
    clippy::disallowed_methods,
    reason = "scripts/release tells this test by the environment what it made"
)]
fn said(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set"))
}

/// Directories that say who built it and where.
fn paths_of_this_machine() -> Vec<String> {
    let home = said("HOME");
    vec![
        env!("CARGO_MANIFEST_DIR").to_owned(),
        format!("{}/", home.trim_end_matches('/')),
        "/.cargo/".to_owned(),
        "/.rustup/".to_owned(),
    ]
    .into_iter()
    .filter(|path| path != "/")
    .collect()
}

fn wanted() -> Wanted {
    Wanted {
        architectures: vec!["arm64".to_owned()],
        minimum: "13.0".to_owned(),
        foreign: vec!["/Users/me/".to_owned()],
    }
}

/// Finder and launchd go by what the app says, dyld by what its programs say.
#[test]
fn the_app_wants_the_macos_that_its_programs_are_built_for() {
    let built_for = include_str!("../../scripts/macos.env")
        .lines()
        .find_map(|line| line.strip_prefix("export MACOSX_DEPLOYMENT_TARGET="))
        .expect("the oldest macOS");
    let app = include_str!("../../src/mac/app.rs");
    assert!(app.contains(&format!("minimum_system: \"{built_for}\"")));
}

#[test]
fn a_good_program_has_no_fault() {
    let bytes = Sample::default().bytes();
    assert_eq!(wanted().faults(&bytes), [""; 0]);
    let image = Image::read(&bytes).expect("an image");
    assert_eq!(image.architecture, "arm64");
    assert_eq!(image.libraries, ["/usr/lib/libSystem.B.dylib"]);
}

#[test]
fn an_intel_program_needs_no_signature_but_a_true_one_if_it_has_one() {
    let intel = Wanted {
        architectures: vec!["x86_64".to_owned()],
        ..wanted()
    };
    let mut sample = Sample {
        intel: true,
        signed: false,
        ..Sample::default()
    };
    assert_eq!(intel.faults(&sample.bytes()), [""; 0]);
    sample.signed = true;
    assert_eq!(intel.faults(&sample.bytes()), [""; 0]);
    sample.flipped = true;
    assert_eq!(intel.faults(&sample.bytes()).len(), 1);
}

#[test]
fn every_slice_of_a_universal_program_is_looked_at() {
    let both = Wanted {
        architectures: vec!["arm64".to_owned(), "x86_64".to_owned()],
        ..wanted()
    };
    let intel = Sample {
        intel: true,
        signed: false,
        ..Sample::default()
    };
    let good = sample::universal(&[intel.bytes(), Sample::default().bytes()]);
    assert_eq!(both.faults(&good), [""; 0]);
    assert_eq!(
        wanted().faults(&good),
        [""; 0],
        "more than is wanted is no fault"
    );
    let half = sample::universal(&[intel.bytes()]);
    assert_eq!(both.faults(&half), ["there is nothing for arm64"]);
    let flipped = Sample {
        flipped: true,
        ..Sample::default()
    };
    let bad = sample::universal(&[intel.bytes(), flipped.bytes()]);
    assert_eq!(
        both.faults(&bad),
        ["arm64: the signature does not hold: page 0 was changed after signing"]
    );
}

#[test]
fn every_fault_is_seen() {
    let one = |change: fn(&mut Sample), fault: &str| {
        let mut sample = Sample::default();
        change(&mut sample);
        assert_eq!(wanted().faults(&sample.bytes()), [fault]);
    };
    one(|it| it.intel = true, "there is nothing for arm64");
    one(
        |it| it.minimum = (15, 0),
        "arm64: it needs macOS 15.0, not 13.0",
    );
    one(|it| it.platform = 2, "arm64: it is not for macOS");
    one(
        |it| it.library = "/opt/homebrew/lib/libsqlite3.dylib",
        "arm64: it needs /opt/homebrew/lib/libsqlite3.dylib, which is not a part of macOS",
    );
    one(
        |it| it.library = "@rpath/libfoo.dylib",
        "arm64: it needs @rpath/libfoo.dylib, which is not a part of macOS",
    );
    one(
        |it| it.rpath = Some("/usr/lib"),
        "arm64: it looks for libraries in /usr/lib",
    );
    one(|it| it.signed = false, "arm64: it is not signed");
    one(
        |it| it.flags = 0,
        "arm64: the signature does not hold: it is not ad hoc",
    );
    one(
        |it| it.flipped = true,
        "arm64: the signature does not hold: page 0 was changed after signing",
    );
    one(
        |it| it.text = "/Users/me/src/main.rs",
        "it holds a path of the machine that built it: /Users/me/src/main.rs",
    );
}

#[test]
fn what_is_no_program_is_a_fault() {
    assert_eq!(wanted().faults(b"#!/bin/sh\n").len(), 1);
    let cut = &Sample::default().bytes()[..100];
    assert_eq!(wanted().faults(cut).len(), 1, "a part of a program");
}
