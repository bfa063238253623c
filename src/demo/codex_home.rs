//! A `CODEX_HOME` in which the real Codex starts straight into its composer and
//! speaks to nobody but the scripted model. Written for a fresh directory only:
//! it must never be pointed at a home somebody uses, since it replaces
//! `config.toml`. The file alone cannot silence Codex completely (it fetches an
//! announcement from GitHub whatever the settings say), so the environment in
//! [`OFFLINE`] belongs to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, value};

/// Environment that sends every connection except loopback to a port where
/// nobody listens. Codex, its daemon and git all honour it.
pub const OFFLINE: [(&str, &str); 4] = [
    ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ("HTTP_PROXY", "http://127.0.0.1:9"),
    ("ALL_PROXY", "http://127.0.0.1:9"),
    ("NO_PROXY", "127.0.0.1,localhost"),
];

/// What the configuration says.
#[derive(Clone, Debug)]
pub struct CodexHome {
    /// The directory Codex is told to use as `CODEX_HOME`; made if missing.
    pub path: PathBuf,
    /// Where the scripted model listens, with its `/v1`.
    pub base_url: String,
    /// The model's name. A name Codex does not know costs one warning in the
    /// footer; a name it knows may bring code mode, and a full-screen offer to
    /// change to a newer one.
    pub model: String,
    /// Directories the sessions work in; trusted, so that no question comes.
    pub trusted: Vec<PathBuf>,
    /// The notify program and its first arguments; none if empty.
    pub notify: Vec<String>,
    /// Whether the pane's title carries the thread id.
    pub title_has_thread: bool,
    /// Whether the model may ask questions outside Plan mode as well.
    pub ask_in_default_mode: bool,
    /// An MCP server called `lab`; none if empty.
    pub mcp: Vec<String>,
    /// Further keys of its table `[tui]`.
    pub tui: Vec<(String, toml_edit::Value)>,
}

impl CodexHome {
    /// A home with nothing optional switched on.
    pub fn new(path: impl Into<PathBuf>, base_url: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            base_url: base_url.into(),
            model: "scripted-model".into(),
            trusted: Vec::new(),
            notify: Vec::new(),
            title_has_thread: true,
            ask_in_default_mode: false,
            mcp: Vec::new(),
            tui: Vec::new(),
        }
    }

    /// Makes the directory and writes `config.toml`; returns the file's path.
    pub fn write(&self) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.path)?;
        let file = self.path.join("config.toml");
        fs::write(&file, self.config().to_string())?;
        Ok(file)
    }

    fn config(&self) -> DocumentMut {
        let mut doc = DocumentMut::new();
        doc["model"] = value(self.model.as_str());
        doc["model_provider"] = value("scripted");
        doc["approval_policy"] = value("on-request");
        doc["sandbox_mode"] = value("read-only");
        doc["check_for_update_on_startup"] = value(false);
        doc["suppress_unstable_features_warning"] = value(true);
        if !self.notify.is_empty() {
            doc["notify"] = value(self.notify.iter().collect::<Array>());
        }
        doc["model_providers"] = implicit([("scripted", self.provider())]);
        doc["analytics"] = table([("enabled", false)]);
        doc["features"] = features(self.ask_in_default_mode);
        if let Some((program, args)) = self.mcp.split_first() {
            let mut server = Table::new();
            server["command"] = value(program.as_str());
            server["args"] = value(args.iter().collect::<Array>());
            doc["mcp_servers"] = implicit([("lab", server)]);
        }
        doc["tui"] = self.tui();
        doc["projects"] = implicit(self.trusted.iter().map(|path| (key(path), trust())));
        doc
    }

    fn tui(&self) -> Item {
        let mut table = Table::new();
        table["show_tooltips"] = value(false);
        if self.title_has_thread {
            let items = ["activity", "run-state", "thread-id"];
            table["terminal_title"] = value(items.into_iter().collect::<Array>());
        }
        for (name, setting) in &self.tui {
            table[name] = Item::Value(setting.clone());
        }
        Item::Table(table)
    }

    fn provider(&self) -> Table {
        let mut table = Table::new();
        table["name"] = value("scripted");
        table["base_url"] = value(self.base_url.as_str());
        table["wire_api"] = value("responses");
        table["requires_openai_auth"] = value(false);
        // A scripted failure should be seen at once, not after a minute of retries.
        table["request_max_retries"] = value(0);
        table["stream_max_retries"] = value(0);
        table
    }
}

/// Plugins and apps are fetched from GitHub and chatgpt.com at start.
fn features(ask_in_default_mode: bool) -> Item {
    table([
        ("plugins", false),
        ("remote_plugin", false),
        ("apps", false),
        ("shell_snapshot", false),
        ("default_mode_request_user_input", ask_in_default_mode),
    ])
}

fn table(switches: impl IntoIterator<Item = (&'static str, bool)>) -> Item {
    let switches = switches.into_iter();
    Item::Table(switches.map(|(name, on)| (name, value(on))).collect())
}

fn trust() -> Table {
    let mut table = Table::new();
    table["trust_level"] = value("trusted");
    table
}

/// Codex compares directories after resolving links, so the key is resolved too.
fn key(path: &Path) -> String {
    let resolved = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    resolved.to_string_lossy().into_owned()
}

fn implicit(tables: impl IntoIterator<Item = (impl Into<String>, Table)>) -> Item {
    let mut parent = Table::new();
    parent.set_implicit(true);
    for (name, table) in tables {
        parent.insert(&name.into(), Item::Table(table));
    }
    Item::Table(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn top_level_keys_stand_above_the_first_table() {
        let home = CodexHome {
            notify: vec!["/bin/note".into(), "notify".into()],
            trusted: vec!["/tmp/a \"b\".c".into()],
            ..CodexHome::new("/nowhere", "http://127.0.0.1:1/v1")
        };
        let text = home.config().to_string();
        let notify = text.find("notify = [\"/bin/note\", \"notify\"]").unwrap();
        assert!(notify < text.find("\n[").unwrap(), "{text}");
        let read: DocumentMut = text.parse().unwrap();
        assert_eq!(
            read["projects"]["/tmp/a \"b\".c"]["trust_level"].as_str(),
            Some("trusted")
        );
        assert_eq!(
            read["model_providers"]["scripted"]["base_url"].as_str(),
            Some("http://127.0.0.1:1/v1")
        );
    }

    #[test]
    fn without_a_notify_program_the_key_is_absent() {
        let home = CodexHome::new("/nowhere", "http://127.0.0.1:1/v1");
        assert!(!home.config().to_string().contains("notify"));
    }
}
