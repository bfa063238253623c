//! Requests as the real server sends them, and the answers that go back.

use super::{Patches, understand};
use events::prompt::{FieldKind, Meaning, PromptAnswer, PromptBody, PromptRaised, QuestionAnswer};
use serde_json::{Value, json};

fn asked(method: &str, mut params: Value) -> Option<(PromptRaised, super::Replies)> {
    params["threadId"] = json!("01a22368-da83-7632-b304-dd0b3f6cdb25");
    params["turnId"] = json!("01a22368-e477-7e71-826e-fa597aeb72f3");
    understand(1, "0", method, &params, &Patches::new())
}

/// What each choice would send.
fn replies(method: &str, params: Value) -> Vec<(Meaning, Value)> {
    let (raised, replies) = asked(method, params).unwrap();
    let reply = |(at, choice): (usize, &events::prompt::PromptChoice)| {
        let meaning = choice.meaning.clone();
        let answer = PromptAnswer::Choose {
            choice: u16::try_from(at).unwrap(),
            meaning: meaning.clone(),
        };
        (meaning, replies.to(&raised, &answer).unwrap())
    };
    raised.choices.iter().enumerate().map(reply).collect()
}

#[test]
fn permissions_are_granted_as_they_were_asked_for_and_never_more() {
    let wanted = json!({
        "network": {"enabled": true},
        "fileSystem": {"read": null, "write": ["/w"], "entries": [
            {"path": {"type": "path", "path": "/w"}, "access": "write"},
        ]},
    });
    let params = json!({"permissions": wanted, "reason": "need it", "cwd": "/w"});
    let (raised, _) = asked("item/permissions/requestApproval", params.clone()).unwrap();
    let PromptBody::Permissions(body) = &raised.body else {
        panic!("{raised:?}")
    };
    let wants: Vec<_> = body
        .wants
        .iter()
        .map(|want| want.reveal().as_str())
        .collect();
    assert_eq!(wants, ["network access", "write /w"]);
    assert_eq!(
        replies("item/permissions/requestApproval", params),
        [
            (
                Meaning::Accept,
                json!({"permissions": wanted, "scope": "turn"})
            ),
            (
                Meaning::AcceptForSession,
                json!({"permissions": wanted, "scope": "session"})
            ),
            (Meaning::Decline, json!({"permissions": {}})),
        ]
    );
}

#[test]
fn an_answer_that_means_something_else_than_what_was_shown_is_not_put() {
    let params = json!({"command": "ls", "availableDecisions": ["accept", "cancel"]});
    let (raised, replies) = asked("item/commandExecution/requestApproval", params).unwrap();
    for (choice, meaning) in [
        (0, Meaning::Cancel),
        (1, Meaning::Accept),
        (9, Meaning::Accept),
    ] {
        let answer = PromptAnswer::Choose { choice, meaning };
        assert!(replies.to(&raised, &answer).is_err(), "{answer:?}");
    }
    assert!(
        replies
            .to(&raised, &PromptAnswer::Fields(Vec::new()))
            .is_err()
    );
    assert!(
        replies
            .to(&raised, &PromptAnswer::Questions(Vec::new()))
            .is_err()
    );
}

#[test]
fn rules_that_codex_would_keep_say_for_what() {
    let params = json!({
        "command": null,
        "networkApprovalContext": {"host": "example.com", "protocol": "https"},
        "availableDecisions": [
            "accept", "acceptForSession",
            {"applyNetworkPolicyAmendment": {"network_policy_amendment": {"action": "allow", "host": "example.com"}}},
            {"applyNetworkPolicyAmendment": {"network_policy_amendment": {"action": "deny", "host": "example.com"}}},
            {"somethingNew": {}}, "cancel",
        ],
    });
    let (raised, _) = asked("item/commandExecution/requestApproval", params.clone()).unwrap();
    let PromptBody::Command(body) = &raised.body else {
        panic!("{raised:?}")
    };
    assert_eq!(
        body.network.as_ref().unwrap().reveal(),
        "example.com (https)"
    );
    let scope = "example.com".into();
    let meanings: Vec<_> = replies("item/commandExecution/requestApproval", params)
        .into_iter()
        .map(|(meaning, _)| meaning)
        .collect();
    assert_eq!(
        meanings,
        [
            Meaning::Accept,
            Meaning::AcceptForSession,
            Meaning::AcceptAlways { scope },
            Meaning::DeclineAlways {
                scope: "example.com".into()
            },
            Meaning::Cancel,
            Meaning::Decline,
        ]
    );
}

#[test]
fn a_tool_of_a_server_is_allowed_with_its_arguments_shown() {
    let params = json!({
        "serverName": "lab", "mode": "form", "message": "Allow lab to run \"danger\"?",
        "_meta": {"codex_approval_kind": "mcp_tool_call", "persist": ["session", "always"],
                  "tool_name": "danger", "tool_params": {"x": "1", "n": 2}},
        "requestedSchema": {"type": "object", "properties": {}},
    });
    let (raised, _) = asked("mcpServer/elicitation/request", params.clone()).unwrap();
    let PromptBody::Elicitation(body) = &raised.body else {
        panic!("{raised:?}")
    };
    assert_eq!(
        body.message.reveal(),
        "Allow lab to run \"danger\"?\nn: 2\nx: 1"
    );
    let always = &replies("mcpServer/elicitation/request", params)[2];
    let scope = "danger of lab".into();
    assert_eq!(always.0, Meaning::AcceptAlways { scope });
    assert_eq!(
        always.1,
        json!({"action": "accept", "content": {}, "_meta": {"persist": "always"}})
    );
    // Another kind of approval in a form's clothes.
    let other = json!({"serverName": "s", "mode": "form", "message": "m",
        "_meta": {"codex_approval_kind": "tool_suggestion"},
        "requestedSchema": {"type": "object", "properties": {}}});
    assert!(asked("mcpServer/elicitation/request", other).is_none());
}

#[test]
fn a_form_is_filled_in_by_what_its_fields_hold() {
    let params = json!({
        "serverName": "lab", "mode": "form", "message": "Who are you?", "_meta": null,
        "requestedSchema": {"type": "object", "required": ["name"], "properties": {
            "age": {"type": "integer"}, "ok": {"type": "boolean"},
            "color": {"type": "string", "enum": ["red", "blue"]},
            "name": {"type": "string", "title": "Name"}, "list": {"type": "array"},
        }},
    });
    let (raised, replies) = asked("mcpServer/elicitation/request", params).unwrap();
    let PromptBody::Elicitation(body) = &raised.body else {
        panic!("{raised:?}")
    };
    let kinds: Vec<_> = body
        .fields
        .iter()
        .map(|f| (f.name.as_str(), f.required))
        .collect();
    assert_eq!(
        kinds,
        [
            ("age", false),
            ("color", false),
            ("list", false),
            ("name", true),
            ("ok", false)
        ]
    );
    assert_eq!(body.fields[2].kind, FieldKind::Other);
    let put = |fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).into()));
        replies.to(&raised, &PromptAnswer::Fields(fields.collect()))
    };
    assert_eq!(
        put(&[
            ("name", "Bob"),
            ("age", " 3 "),
            ("ok", "Yes"),
            ("color", "RED")
        ]),
        Ok(json!({"action": "accept", "content":
            {"name": "Bob", "age": 3, "ok": true, "color": "red"}}))
    );
    for wrong in [
        ("age", "three"),
        ("ok", "perhaps"),
        ("color", "green"),
        ("list", "a"),
        ("x", "y"),
    ] {
        assert!(put(&[wrong]).is_err(), "{wrong:?}");
    }
    // With a field that must be filled in, a plain yes is not offered.
    assert!(raised.choices.iter().all(|c| c.meaning != Meaning::Accept));
}

#[test]
fn questions_are_answered_in_codexs_own_words() {
    let params = json!({"isBlocking": true, "questions": [
        {"id": "db", "header": "Database", "question": "Which database?", "isOther": true,
         "isSecret": false, "options": [{"label": "sqlite", "description": "embedded"}]},
        {"id": "free", "header": "F", "question": "Why?", "isOther": false, "options": null},
    ]});
    let (raised, replies) = asked("item/tool/requestUserInput", params).unwrap();
    let answer = |id: &str, option: Option<(u16, &str)>, note: Option<&str>| QuestionAnswer {
        id: id.into(),
        option: option.map(|(at, label)| (at, label.into())),
        note: note.map(Into::into),
        asked: events::Digest::of(""),
        options: 0,
    };
    let put = |answers| replies.to(&raised, &PromptAnswer::Questions(answers));
    assert_eq!(
        put(vec![
            answer("db", Some((0, "sqlite")), Some("on disk")),
            answer("free", None, Some("because")),
        ]),
        Ok(json!({"answers": {
            "db": {"answers": ["sqlite", "user_note: on disk"]},
            "free": {"answers": ["user_note: because"]},
        }}))
    );
    assert_eq!(
        put(vec![
            answer("db", None, Some("mysql")),
            answer("free", None, Some("x"))
        ])
        .unwrap()["answers"]["db"],
        json!({"answers": ["None of the above", "user_note: mysql"]})
    );
    assert!(put(vec![answer("db", Some((0, "sqlite")), None)]).is_err());
    assert!(
        put(vec![
            answer("db", None, None),
            answer("free", None, Some("x"))
        ])
        .is_ok()
    );
    assert!(
        put(vec![
            answer("db", Some((0, "sqlite")), None),
            answer("free", None, None)
        ])
        .is_err()
    );
}
