//! Signs of life in a rollout: when it was last written, and whether a tool is at work.

use super::head;
use events::time::Wall;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// How much of the end of a file is read.
const END: u64 = 256 * 1024;

/// When a rollout was last written, and whether the newest step is a call that has not ended.
pub fn life(path: &Path) -> io::Result<(Wall, bool)> {
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    let since = about.modified()?.duration_since(UNIX_EPOCH);
    let written = since.map_or(0, |since| since.as_millis());
    file.seek(SeekFrom::Start(about.len().saturating_sub(END)))?;
    let mut end = Vec::new();
    file.take(END).read_to_end(&mut end)?;
    let written = Wall(i64::try_from(written).unwrap_or(i64::MAX));
    Ok((written, at_work(&end)))
}

fn at_work(end: &[u8]) -> bool {
    let lines = end.rsplit(|byte| *byte == b'\n');
    let heads = lines.filter_map(head::of);
    let step = heads.filter(|head| head.record == "response_item");
    let mut step = step.map(|head| match &*head.payload {
        "function_call" | "custom_tool_call" | "local_shell_call" => Some(true),
        "function_call_output" | "custom_tool_call_output" | "message" | "reasoning" => Some(false),
        _ => None,
    });
    step.find_map(|step| step).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::at_work;

    #[test]
    fn a_call_without_its_output_is_at_work() {
        let line = |record: &str, tag: &str| {
            format!(
                "{{\"timestamp\":\"2026-11-22T14:53:44.545Z\",\"type\":\"{record}\",\"payload\":{{\"type\":\"{tag}\"}}}}\n"
            )
        };
        let call = line("response_item", "function_call");
        let count = line("event_msg", "token_count");
        let output = line("response_item", "function_call_output");
        for (text, works) in [
            (String::new(), false),
            (format!("{call}{count}"), true),
            (format!("{call}{count}{output}{count}"), false),
            (format!("cut off\n{call}"), true),
        ] {
            assert_eq!(at_work(text.as_bytes()), works, "{text}");
        }
    }
}
