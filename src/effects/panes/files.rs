//! What processes have open: the files they write, and the sockets of tmux servers.
//!
//! Read from `/proc` on Linux, where `lsof` is seldom installed, and from `lsof` elsewhere.

use super::super::EffectsConfig;
use super::processes::run;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The files that each of the processes has open for writing. A Codex that starts
/// reads in the rollouts of others, and has to do with none of them.
pub(crate) async fn open_files(
    config: &EffectsConfig,
    pids: &[u32],
) -> Result<BTreeMap<u32, Vec<PathBuf>>, String> {
    if pids.is_empty() {
        Ok(BTreeMap::new())
    } else if cfg!(target_os = "linux") {
        Ok(pids.iter().map(|pid| (*pid, written(*pid))).collect())
    } else {
        let list = listed(pids);
        let listing = run(config, "lsof", &["-nPw", "-p", &list, "-Fan"]).await?;
        Ok(from_lsof(&listing))
    }
}

/// The sockets on which these tmux servers listen, wherever they are: a server may have
/// been started with any `TMUX_TMPDIR`, name or path.
pub(super) async fn tmux_sockets(config: &EffectsConfig, servers: &[u32]) -> Vec<String> {
    let found = if servers.is_empty() {
        Vec::new()
    } else if cfg!(target_os = "linux") {
        let bound = std::fs::read_to_string("/proc/net/unix").unwrap_or_default();
        let links: Vec<PathBuf> = servers
            .iter()
            .flat_map(|pid| links(*pid))
            .map(|(_, to)| to)
            .collect();
        bound_to(&bound, &links)
    } else {
        let list = listed(servers);
        let asked = run(config, "lsof", &["-nPw", "-a", "-U", "-p", &list, "-Fn"]).await;
        // Where lsof says nothing, the usual places are left.
        from_lsof(&asked.unwrap_or_default())
            .into_values()
            .flatten()
            .map(|path| path.display().to_string())
            .collect()
    };
    let sockets = found.into_iter().filter(|path| is_socket(Path::new(path)));
    sockets.collect::<BTreeSet<_>>().into_iter().collect()
}

fn is_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    path.is_absolute()
        && path
            .metadata()
            .is_ok_and(|meta| meta.file_type().is_socket())
}

fn listed(pids: &[u32]) -> String {
    let list: Vec<String> = pids.iter().map(u32::to_string).collect();
    list.join(",")
}

/// Each open file of a process, by the link that stands for it and where that leads.
fn links(pid: u32) -> Vec<(PathBuf, PathBuf)> {
    // A process that has gone meanwhile has nothing open.
    let Ok(entries) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        return Vec::new();
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths
        .filter_map(|link| std::fs::read_link(&link).ok().map(|to| (link, to)))
        .collect()
}

fn written(pid: u32) -> Vec<PathBuf> {
    // The link's own permissions say how the file was opened.
    let writes = |link: &Path| {
        let meta = link.symlink_metadata();
        meta.is_ok_and(|meta| meta.permissions().mode() & 0o200 != 0)
    };
    let links = links(pid).into_iter();
    links
        .filter(|(link, _)| writes(link))
        .map(|(_, to)| to)
        .collect()
}

/// The paths in `/proc/net/unix` of the sockets that these links, `socket:[1234]`, name.
fn bound_to(table: &str, links: &[PathBuf]) -> Vec<String> {
    let inode = |link: &PathBuf| {
        let text = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
        text.parse::<u64>().ok()
    };
    let inodes: BTreeSet<u64> = links.iter().filter_map(inode).collect();
    let bound = table.lines().filter_map(|line| {
        let path = &line[line.find(" /")? + 1..];
        let inode = line[..line.len() - path.len()].split_whitespace().nth(6)?;
        inodes
            .contains(&inode.parse().ok()?)
            .then(|| path.to_owned())
    });
    bound.collect()
}

/// One run for all, since a run takes long: `p` lines are processes, `f` lines begin
/// one of their files, `a` lines say how it is opened, `n` lines name it.
fn from_lsof(listing: &str) -> BTreeMap<u32, Vec<PathBuf>> {
    let mut files: BTreeMap<u32, Vec<PathBuf>> = BTreeMap::new();
    let mut current = None;
    let mut only_read = false;
    for line in listing.lines() {
        match (line.split_at_checked(1), current) {
            (Some(("p", pid)), _) => current = pid.parse().ok(),
            (Some(("f", _)), _) => only_read = false,
            (Some(("a", access)), _) => only_read = access == "r",
            (Some(("n", name)), Some(pid)) if !only_read => {
                files.entry(pid).or_default().push(PathBuf::from(name));
            }
            _ => {}
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lsof_names_what_is_written_and_what_is_bound() {
        let apple = "p501\nf3\nar\nn/Users/me/read only.jsonl\nf4\nau\n\
                     n/Users/me/Library/Application Support/x.lock\np502\nf6\nau\n\
                     n/private/tmp/tmux-501/default\nf7\nau\nn->0x5c7a\n";
        let files = from_lsof(apple);
        let lock = PathBuf::from("/Users/me/Library/Application Support/x.lock");
        assert_eq!(files[&501], [lock]);
        assert_eq!(files[&502][0], Path::new("/private/tmp/tmux-501/default"));
    }

    #[test]
    fn a_socket_is_found_by_its_number() {
        let table = "Num       RefCount Protocol Flags    Type St Inode Path\n\
                     0000: 00000002 00000000 00010000 0001 01 41 /tmp/a b/tmux-0/default\n\
                     0000: 00000003 00000000 00000000 0001 03 42\n\
                     0000: 00000002 00000000 00010000 0001 01 43 /tmp/other\n";
        let links = ["socket:[41]", "socket:[42]", "/dev/null"].map(PathBuf::from);
        assert_eq!(bound_to(table, &links), ["/tmp/a b/tmux-0/default"]);
    }

    #[tokio::test]
    async fn what_this_process_writes_is_found() {
        let own = std::process::id();
        let file = tempfile::NamedTempFile::new().unwrap();
        let only_read = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let _reader = std::fs::File::open(&only_read).unwrap();
        let only_read = only_read.canonicalize().unwrap();
        let path = file.path().canonicalize().unwrap();
        let config = super::super::processes::tests::config();
        let open = open_files(&config, &[own]).await.unwrap();
        assert!(open[&own].contains(&path) && !open[&own].contains(&only_read));
    }
}
