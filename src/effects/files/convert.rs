//! Pictures in a form that Codex does not read become JPEG, by macOS's own `sips`. What it
//! says that it did counts for nothing; what it wrote is looked at.

use super::copy::open_plain;
use super::kinds::{Kind, kind};
use crate::effects::EffectsConfig;
use crate::effects::child::{Child, Ended};
use events::outcome::NoCopy;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Converts `from`, which is deleted. Gives the JPEG and its size.
pub(super) async fn to_jpeg(
    config: &EffectsConfig,
    from: &Path,
    max: u64,
) -> Result<(PathBuf, u64), NoCopy> {
    let converted = convert(config, from, max).await;
    // Whatever came of it, only what can be shown is kept.
    let _gone = std::fs::remove_file(from);
    if converted.is_err() {
        let left = from.with_extension("jpg");
        let _gone = std::fs::remove_file(&left).or_else(|_| std::fs::remove_dir_all(&left));
    }
    converted
}

async fn convert(config: &EffectsConfig, from: &Path, max: u64) -> Result<(PathBuf, u64), NoCopy> {
    let Some(sips) = &config.sips else {
        return Err(not("there is no sips on this computer"));
    };
    let to = from.with_extension("jpg");
    let args = ["-s", "format", "jpeg"].map(Into::into);
    let mut args = args.to_vec();
    args.extend([from.into(), "--out".into(), to.clone().into()]);
    let child = Child {
        program: sips.clone(),
        args,
        stdin: Vec::new(),
        cwd: None,
        environment: config.environment.clone(),
        budget: config.sips_budget,
    };
    match child.run().await {
        Ended::Exited { code: 0, .. } => made(&to, max),
        Ended::Exited { code, .. } => Err(not(&format!("sips failed ({code})"))),
        Ended::Signalled { .. } => Err(not("sips was ended by a signal")),
        Ended::TimedOut => Err(not("sips did not end in time")),
        Ended::NotStarted(error) => Err(not(&format!("sips did not start: {}", error.kind()))),
    }
}

/// What it wrote, if that is a JPEG.
fn made(to: &Path, max: u64) -> Result<(PathBuf, u64), NoCopy> {
    let Ok(mut source) = open_plain(to) else {
        return Err(not("sips wrote nothing"));
    };
    let mut head = [0; 16];
    let is_jpeg =
        source.file().read_exact(&mut head).is_ok() && kind(&head) == Kind::Picture("jpg");
    if !is_jpeg {
        return Err(not("what sips wrote is no JPEG"));
    }
    let bytes = source.bytes;
    if bytes > max {
        return Err(NoCopy::TooLarge { bytes, max });
    }
    Ok((to.to_owned(), bytes))
}

fn not(why: &str) -> NoCopy {
    NoCopy::NotConverted { why: why.into() }
}
