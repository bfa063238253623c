//! Each layer wins over the next, every variable arrives, and nonsense is reported.

use super::value::Origin;
use super::*;
use std::fmt::Write as _;

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn path(&self, rest: &str) -> PathBuf {
        self.0.path().join(rest)
    }

    fn config_toml(&self, text: &str) {
        let directory = self.path(".codex/imessage-control-plane");
        std::fs::create_dir_all(&directory).expect("the state directory");
        std::fs::write(directory.join("config.toml"), text).expect("config.toml");
    }

    fn load(&self, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(&self.environment(variables), &[])
    }

    fn environment(&self, variables: &[(&str, &str)]) -> Environment {
        let home = self.0.path().display().to_string();
        let pairs = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Environment::of(pairs.chain([("HOME".to_owned(), home)]))
    }

    fn problems(&self, variables: &[(&str, &str)]) -> String {
        self.load(variables)
            .expect_err("nonsense is refused")
            .to_string()
    }
}

fn origin(config: &Config, name: &str) -> Origin {
    let row = config.table().iter().find(|row| row.name == name);
    row.expect("every variable has a row").origin.clone()
}

#[test]
fn nothing_set_means_the_defaults_that_the_log_knows() {
    let home = Home::new();
    let config = home.load(&[]).expect("defaults make sense");
    let expected = Settings {
        default_cwd: home.0.path().display().to_string(),
        home: home.0.path().display().to_string(),
        ..Settings::default()
    };
    assert_eq!(config.settings(), expected);
    assert_eq!(config.codex_home, home.path(".codex"));
    assert_eq!(config.state_dir, home.path(".codex/imessage-control-plane"));
    assert_eq!(config.chat_db, home.path("Library/Messages/chat.db"));
    assert_eq!(config.queue, home.path(".codex/imessage_queue.jsonl"));
    assert_eq!(config.tmux_socket, None);
    assert_eq!(
        (
            config.tmux_session.as_str(),
            config.tmux_window_prefix.as_str()
        ),
        ("agent", "agent")
    );
    assert!(
        config
            .table()
            .iter()
            .all(|row| row.origin == Origin::Default)
    );
}

#[test]
fn options_win_over_environment_over_file_over_defaults() {
    let home = Home::new();
    home.config_toml("# mine\nmax_len = 300\ninbound_poll_s = 3\nsession_ref_min = 8\n");
    let environment = home.environment(&[
        ("CODEX_IMESSAGE_MAX_LEN", "200"),
        ("CODEX_IMESSAGE_INBOUND_POLL_S", "2"),
    ]);
    let flags = [("CODEX_IMESSAGE_INBOUND_POLL_S", "1".to_owned())];
    let config = Config::load(&environment, &flags).expect("all make sense");
    assert_eq!(config.poll, Span::seconds(1));
    assert_eq!(config.settings().max_len, 200);
    assert_eq!(config.settings().ref_min, 8);
    assert_eq!(config.settings().fresh, Span::seconds(3600));
    assert_eq!(
        origin(&config, "CODEX_IMESSAGE_INBOUND_POLL_S"),
        Origin::Flag
    );
    assert_eq!(
        origin(&config, "CODEX_IMESSAGE_MAX_LEN"),
        Origin::Environment
    );
    assert_eq!(
        origin(&config, "CODEX_IMESSAGE_SESSION_REF_MIN"),
        Origin::File { line: 4 }
    );
    assert_eq!(origin(&config, "CODEX_IMESSAGE_FRESH_S"), Origin::Default);
}

/// A value for each variable that is not its default, as text.
fn other_value(variable: &Variable) -> String {
    use super::variables::Kind;
    match variable.kind {
        Kind::Switch => if variable.default == "0" { "yes" } else { "no" }.to_owned(),
        Kind::Count(low, _) => (low + 1).to_string(),
        Kind::Seconds(low, _) => (low + 1.5).to_string(),
        Kind::Path => format!("/elsewhere/{}", variable.name),
        Kind::Word | Kind::Name(_) => variable.name.to_ascii_lowercase(),
        Kind::OneOf(words) => words[0].to_owned(),
        Kind::Hours => "22:30-6:45".to_owned(),
        Kind::Handles => "+1 (555) 555-0123, Me@Example.com".to_owned(),
    }
}

#[test]
fn every_variable_arrives_in_the_value_that_is_named_for_it() {
    let home = Home::new();
    let plain = home.load(&[]).expect("defaults");
    for variable in variables::all() {
        let text = other_value(&variable);
        let config = home.load(&[(variable.name, &text)]).expect(variable.name);
        assert_eq!(origin(&config, variable.name), Origin::Environment);
        let shape = |config: &Config| {
            let mut shape = format!("{config:?}");
            let rows = format!("{:?}", config.rows);
            shape = shape.replace(&rows, "");
            let _ = write!(shape, "{:?}", config.settings.owner.len());
            shape
        };
        assert_ne!(
            shape(&config),
            shape(&plain),
            "{} changes nothing",
            variable.name
        );
    }
}

#[test]
fn every_key_of_the_file_is_a_variable_in_lower_case() {
    let home = Home::new();
    let mut text = String::new();
    for variable in variables::all() {
        if let Some(key) = variable.key() {
            let _ = writeln!(text, "{key} = {:?}", other_value(&variable));
        }
    }
    home.config_toml(&text);
    let config = home.load(&[]).expect("all keys are known");
    let from_file = config
        .table()
        .iter()
        .filter(|row| matches!(row.origin, Origin::File { .. }));
    assert_eq!(from_file.count(), variables::all().count() - 2);
}

#[test]
fn switches_are_read_in_any_case_and_nothing_else_passes() {
    let home = Home::new();
    let strict = |text: &str| {
        home.load(&[("CODEX_IMESSAGE_STRICT_TMUX", text)])
            .map(|config| config.settings().strict_tmux)
    };
    for text in ["0", "false", "No", " OFF ", "FALSE"] {
        assert_eq!(strict(text), Ok(false), "{text}");
    }
    for text in ["1", "True", "YES", "on\n", ""] {
        assert_eq!(strict(text), Ok(true), "{text}");
    }
    for text in ["2", "-1", "o", "enabled", "ja", "0x0", "nope"] {
        let problem = strict(text).expect_err(text).to_string();
        assert!(
            problem.contains("CODEX_IMESSAGE_STRICT_TMUX (environment)"),
            "{problem}"
        );
        assert!(
            problem.contains("on (1, true, yes, on) nor off (0, false, no, off)"),
            "{problem}"
        );
    }
}

#[test]
fn numbers_have_bounds_and_the_error_gives_them() {
    let home = Home::new();
    for text in [
        "0",
        "39",
        "20001",
        "1e3",
        "-5",
        "1 800",
        "many",
        "99999999999999999999",
    ] {
        let problem = home.problems(&[("CODEX_IMESSAGE_MAX_LEN", text)]);
        assert!(
            problem.contains("whole number from 40 to 20000"),
            "{problem}"
        );
    }
    for text in ["0", "0.01", "0.049", "nan", "inf", "-1", "3601", "soon"] {
        let problem = home.problems(&[("CODEX_IMESSAGE_INBOUND_POLL_S", text)]);
        assert!(
            problem.contains("CODEX_IMESSAGE_INBOUND_POLL_S"),
            "{problem}"
        );
    }
    let quick = home
        .load(&[("CODEX_IMESSAGE_INBOUND_POLL_S", ".05")])
        .expect("a fraction");
    assert_eq!(quick.poll, Span(50));
}

#[test]
fn all_problems_are_told_at_once() {
    let home = Home::new();
    home.config_toml("max_len = 1\n\nsctrict_tmux = true\n[tmux]\nx = 1\n");
    let problem = home.problems(&[
        ("CODEX_IMESSAGE_NOTIFY_MODE", "loud"),
        ("CODEX_IMESSAGE_TMUX_WINDOW_PREFIX", "a:b"),
    ]);
    for part in [
        "CODEX_IMESSAGE_MAX_LEN (config.toml line 1)",
        "line 3: unknown setting \"sctrict_tmux\"; did you mean strict_tmux?",
        "line 4: unknown setting \"tmux\"",
        "CODEX_IMESSAGE_NOTIFY_MODE (environment): \"loud\" is not one of send, state_only, route",
        "CODEX_IMESSAGE_TMUX_WINDOW_PREFIX",
    ] {
        assert!(problem.contains(part), "{part} is missing in:\n{problem}");
    }
}

#[test]
fn a_file_that_cannot_be_understood_is_an_error_with_its_line() {
    let home = Home::new();
    home.config_toml("max_len = 100\nmax_len 200\n");
    assert!(home.problems(&[]).contains("config.toml line 2: not TOML"));
    home.config_toml("state_dir = \"/elsewhere\"\n");
    assert!(
        home.problems(&[])
            .contains("state_dir cannot be set in this file")
    );
    home.config_toml("queue = \"here.jsonl\"\n");
    assert!(home.problems(&[]).contains("must start with / or ~/"));
    std::fs::remove_file(home.path(".codex/imessage-control-plane/config.toml")).expect("removed");
    std::fs::create_dir(home.path(".codex/imessage-control-plane/config.toml"))
        .expect("a directory");
    assert!(home.problems(&[]).contains("cannot read"));
}

#[test]
fn addresses_are_normalised_kept_in_order_and_never_shown() {
    let home = Home::new();
    let config = home
        .load(&[(
            "CODEX_IMESSAGE_TO",
            "+1 (555) 555-0123, Me@Example.com , +15555550123,",
        )])
        .expect("two addresses, one of them twice");
    let owner: Vec<String> = config
        .settings()
        .owner
        .iter()
        .map(|handle| handle.reveal().clone())
        .collect();
    assert_eq!(owner, ["+15555550123", "me@example.com"]);
    let shown = format!("{config:?}{:?}", config.table());
    assert!(
        !shown.contains("5555") && !shown.contains("example"),
        "{shown}"
    );
    let problem = home.problems(&[("CODEX_IMESSAGE_TO", "+15555550123,my secret name")]);
    assert!(
        problem.contains("CODEX_IMESSAGE_TO (environment): entry 2"),
        "{problem}"
    );
    assert!(
        !problem.contains("secret") && !problem.contains("5555550123,"),
        "{problem}"
    );
}

#[test]
fn a_number_without_its_country_code_is_refused_with_the_form_that_is_wanted() {
    let home = Home::new();
    for number in ["(555) 555-0123", "5555550123", "15555550123", "00155555"] {
        let problem = home.problems(&[("CODEX_IMESSAGE_TO", number)]);
        assert!(
            problem.contains(
                "entry 1 is neither a telephone number like +15555550123 (with + and the country code)"
            ),
            "{problem}"
        );
        assert!(!problem.contains("555 5"), "{problem}");
    }
}

#[test]
fn a_mistyped_variable_is_pointed_out() {
    let home = Home::new();
    let config = home
        .load(&[("CODEX_IMESSAGE_MAXLEN", "5"), ("CODEX_HOMES", "x")])
        .expect("no error");
    assert_eq!(
        config.warnings,
        ["CODEX_IMESSAGE_MAXLEN is set but is no setting; did you mean CODEX_IMESSAGE_MAX_LEN?"]
    );
}

#[test]
fn places_follow_codex_home_and_say_what_is_missing() {
    let home = Home::new();
    let places = Places::find(&home.environment(&[("CODEX_HOME", "~/other")])).expect("found");
    assert_eq!(places.state_dir, home.path("other/imessage-control-plane"));
    let problem = Places::find(&Environment::default())
        .expect_err("no HOME")
        .to_string();
    assert!(
        problem.contains("CODEX_HOME") && problem.contains("HOME, which is not set"),
        "{problem}"
    );
}

#[test]
fn programs_are_the_named_one_or_on_the_path_and_never_relative() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let bin = home.path("bin");
    std::fs::create_dir(&bin).expect("bin");
    let ours = bin.join("osascript");
    std::fs::write(&ours, "").expect("a file");
    let path = format!("relative:{}", bin.display());
    let find = |variables: &[(&str, &str)]| {
        home.load(variables)
            .expect("sound")
            .programs
            .find(Program::Osascript)
    };
    assert_eq!(find(&[("PATH", &path)]), None, "not executable");
    std::fs::set_permissions(&ours, std::fs::Permissions::from_mode(0o755)).expect("chmod");
    assert_eq!(find(&[("PATH", &path)]), Some(ours.clone()));
    let named = ours.display().to_string();
    assert_eq!(
        find(&[("CODEX_IMESSAGE_OSASCRIPT_BIN", &named)]),
        Some(ours)
    );
    let gone = [
        ("PATH", path.as_str()),
        ("CODEX_IMESSAGE_OSASCRIPT_BIN", "/nowhere/osascript"),
    ];
    assert_eq!(find(&gone), None, "no other program than the named one");
}

#[test]
fn a_file_of_another_user_is_not_used() {
    use super::file::not_ours;
    assert_eq!(not_ours(501, 501), None);
    assert_eq!(not_ours(0, 501), None);
    assert!(not_ours(502, 501).is_some_and(|problem| problem.contains("another user")));
}
