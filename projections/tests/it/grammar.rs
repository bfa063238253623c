//! Every form that a phone may give a command, and what must not be one.

use projections::grammar::{Parsed, parse};
use proptest::prelude::*;

fn named(name: &str, words: &str) -> Parsed {
    Parsed::Named {
        name: name.into(),
        words: words.into(),
    }
}

fn new(label: &str, words: &str) -> Parsed {
    Parsed::New {
        label: label.into(),
        place: None,
        words: words.into(),
    }
}

fn all(texts: &[&str], meant: &Parsed) {
    for text in texts {
        assert_eq!(parse(text), *meant, "{text:?}");
    }
}

fn corrected(texts: &[&str]) {
    for text in texts {
        let Parsed::NearMiss(hint) = parse(text) else {
            panic!("{text:?} is {:?}", parse(text));
        };
        assert!(
            !hint.contains('\n') && hint.to_lowercase().contains("write \""),
            "{hint}"
        );
        assert!(hint.chars().count() <= 150, "{hint}");
    }
}

#[test]
fn commands_are_understood_in_any_case_and_with_what_phones_add() {
    all(
        &[
            "help",
            "Help",
            "HELP",
            "help ",
            "Help.\n",
            "/help",
            "“help”",
            "help?",
            "help me",
            "\u{feff}help",
        ],
        &Parsed::Help,
    );
    all(
        &[
            "list",
            "List",
            "LIST\n",
            " list. ",
            "List!",
            "/list",
            "“List”",
            "'list'",
        ],
        &Parsed::List,
    );
    let status = Parsed::Status("k3f9".into());
    all(
        &[
            "status @k3f9",
            "Status @k3f9",
            "status k3f9",
            "STATUS @ k3f9",
            "status @k3f9?",
            "status: @k3f9",
            "status @k3f9:",
            "status @k3f9\n",
            "/status @k3f9",
            "status ＠k3f9",
            "status “k3f9”",
            "status@k3f9",
            "status @k3f9 please",
            "“status @k3f9”",
        ],
        &status,
    );
}

#[test]
fn a_name_takes_its_words_however_it_is_set_off() {
    all(
        &[
            "@k3f9 do x",
            "@ k3f9 do x",
            "@k3f9: do x",
            "@k3f9 : do x",
            "@k3f9:do x",
            "@k3f9, do x",
            "@k3f9\ndo x",
            " @k3f9 do x\n",
            "＠k3f9 do x",
            "@@k3f9 do x",
            "“@k3f9 do x”",
            "“@k3f9” do x",
            "@“k3f9” do x",
            "@k3f9\u{a0}do x",
        ],
        &named("k3f9", "do x"),
    );
    all(&["@api: x"], &named("api", "x"));
    all(&["@K3F9 do x"], &named("K3F9", "do x"));
    all(
        &["@“my app” do x", "@\"my app\": do x"],
        &named("my app", "do x"),
    );
    all(
        &["@k3f9 first line\n  second: “line” @all"],
        &named("k3f9", "first line\n  second: “line” @all"),
    );
    all(&["@k3f9 10:30, then go"], &named("k3f9", "10:30, then go"));
}

#[test]
fn a_new_session_has_a_label_and_words() {
    all(
        &[
            "new api: go",
            "New api: go",
            "NEW api : go",
            "new @api: go",
            "new “api”: go",
            "new api:go",
            "new api：go",
            "/new api: go",
            "new api:\ngo",
        ],
        &new("api", "go"),
    );
    all(
        &["new my app: go", "new  my  app: go", "new “my app”: go"],
        &new("my app", "go"),
    );
    // A colon between digits is a time; one beside them is not.
    all(&["new api2: go"], &new("api2", "go"));
    all(&["new api: 2 things"], &new("api", "2 things"));
    all(
        &["new api: look at http://x.example/y: it fails"],
        &new("api", "look at http://x.example/y: it fails"),
    );
}

#[test]
fn near_misses_are_corrected_in_one_line_and_never_become_prompts() {
    corrected(&[
        "status",
        "Status?",
        "/status",
        "status:",
        "status @",
        "list?",
        "List?",
        "lists",
        "sessions",
        "list all",
        "@api",
        "@api:",
        "@ api",
        "@",
        "@ ",
        "@api?",
        "new",
        "New.",
        "new x",
        "new api go",
        "new api:",
        "new : go",
        "new: go",
        "new my app go",
        "new api -> go",
        "new ideas for the parser: use a table",
        "new http://x.example/y",
        "new build at 10:30",
        "new\nlabel",
        "stop",
        "Stop!",
        "cancel",
        "/cancel",
        "stop @api",
        "list @api",
        "abort",
    ]);
    let long = "new ".to_owned() + &"x".repeat(200) + ": go";
    corrected(&[&long, &("@".to_owned() + &"y".repeat(5000))]);
}

/// What the predecessor turned into prompts.
#[test]
fn none_of_the_predecessors_slips_is_a_prompt() {
    for text in [
        "status",
        "list?",
        "@api: x",
        "@api",
        "new api go",
        "new my app: go",
        "stop",
        "cancel",
        "/status",
        "help me",
    ] {
        assert!(!matches!(parse(text), Parsed::Plain(_)), "{text}");
    }
}

#[test]
fn sentences_are_words_for_a_session() {
    for text in [
        "list the files in src",
        "List: files, folders",
        "help me fix the parser",
        "status of the build please",
        "stop the server and start it again",
        "cancel the last change",
        "newer is better",
        "why?",
        "no please stop",
        "yes",
        "2",
        "10:30",
        "see @k3f9",
        "“quoted” and on",
        "“list",
        "retry the build",
        "/quit",
        "!ls",
        "renew x: y",
        "the status",
        "don’t",
        "",
        "“new” is a bad name",
    ] {
        assert_eq!(parse(text), Parsed::Plain(text.into()), "{text:?}");
    }
    assert_eq!(
        parse(" “keep” my “quotes” \n"),
        Parsed::Plain("“keep” my “quotes”".into())
    );
}

proptest! {
    #[test]
    fn any_text_is_understood_as_something(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn words_that_begin_with_a_mark_or_new_are_never_plain(word in "(?i)(@|new |new: ?)", rest in "[ -~]{0,30}") {
        let text = format!("{word}{rest}");
        prop_assert!(!matches!(parse(&text), Parsed::Plain(_)), "{:?}", text);
    }

    #[test]
    fn words_for_a_named_session_arrive_unchanged(words in "[a-z“][ -~“”é]{0,60}[a-z.]") {
        prop_assert_eq!(parse(&format!("@k3f9 {words}")), named("k3f9", &words));
    }
}

#[test]
fn two_quoted_pieces_are_not_one_quoted_command() {
    let text = "\"new api: do this\" and \"new web: do that\"";
    assert_eq!(parse(text), Parsed::Plain(text.into()));
}

#[test]
fn in_a_thread_only_what_is_exactly_a_command_is_one() {
    let names = |name: &str| ["k3f9", "api"].contains(&name.to_lowercase().as_str());
    let reply = |text: &str| projections::grammar::parse_reply(text, "k3f9", names);
    for text in [
        "New plan: keep sqlite, drop the rest",
        "new api: go",
        "help me fix the parser",
        "Help me",
        "list the files in src",
        "list all",
        "status of the build?",
        "status quo is fine",
        "stop using tabs",
        "cancel the last change",
        "retry the build",
        "no, because it breaks",
        "yes and then deploy",
        "note: it starts at 10:30",
        "@types/node needs an update",
        "@media queries are broken",
        "@alice said no",
        "@alice",
        "new",
        "new session",
        "sessions",
        "state",
        "lists",
    ] {
        assert_eq!(reply(text), Parsed::Plain(text.into()), "{text}");
    }
    for (text, meant) in [
        ("help", Parsed::Help),
        (" Help! ", Parsed::Help),
        ("“list”", Parsed::List),
        ("List?", Parsed::List),
        ("/list", Parsed::List),
        ("status", Parsed::Status("k3f9".into())),
        ("status @api", Parsed::Status("api".into())),
        ("status api", Parsed::Status("api".into())),
        ("status @nobody", Parsed::Status("nobody".into())),
        ("retry", Parsed::Retry(None)),
        ("@api do x", named("api", "do x")),
        ("@API: do x", named("API", "do x")),
    ] {
        assert_eq!(reply(text), meant, "{text}");
    }
    for text in ["stop", "Cancel!", "@api"] {
        assert!(matches!(reply(text), Parsed::NearMiss(_)), "{text}");
    }
    let nobody = projections::grammar::parse_reply("status", "", names);
    assert!(matches!(nobody, Parsed::NearMiss(_)));
}
