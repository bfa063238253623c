//! The model over its own port, as Codex talks to it.

use super::Model;
use super::script::{Answer, Call, answer};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn user(text: &str) -> Value {
    json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})
}

fn request(items: &[Value]) -> Value {
    json!({"input": items, "tools": [{"type": "function", "name": "exec_command"}]})
}

fn text(items: &[Value]) -> String {
    let Answer::Text(text) = answer(&request(items)) else {
        panic!("not a text");
    };
    text
}

#[test]
fn blocks_codex_adds_in_the_users_name_are_not_prompts() {
    let items = [
        user("hello"),
        user("<environment_context>\n  <cwd>/w</cwd>"),
        user("<turn_aborted>\nThe user interrupted"),
    ];
    assert_eq!(text(&items), "echo: hello");
    assert_eq!(answer(&json!({})), Answer::Text("echo: ".into()));
}

#[test]
fn a_result_is_answered_until_the_next_prompt() {
    let output = json!({"type": "function_call_output", "call_id": "c",
        "output": "{\"answers\":{\"choice\":{\"answers\":[\"postgres\",\"user_note: big\"]}}}"});
    let items = [user("ask: which?"), output, user("thanks")];
    assert_eq!(text(&items[..2]), "done: postgres, user_note: big");
    assert_eq!(text(&items), "echo: thanks");
}

#[test]
fn what_a_tool_gave_back_is_told_in_a_word() {
    let told = |output: Value| {
        let kind = "custom_tool_call_output";
        text(&[
            user("run: x"),
            json!({"type": kind, "call_id": "c", "output": output}),
        ])
    };
    let plain = "Process exited with code 0\nOutput:\none\ntwo\n\n";
    let json = "{\"exit_code\":0,\"output\":\"ok\\n\"}";
    assert_eq!(told(json!(plain)), "done: two");
    assert_eq!(
        told(json!([{"text": "Script completed"}, {"text": json}])),
        "done: ok"
    );
    assert_eq!(told(json!("{\"accepted\":true}")), "done: asked");
    assert_eq!(told(json!("")), "done: nothing");
}

#[test]
fn a_command_is_called_directly_or_through_code_mode() {
    let direct = answer(&request(&[user("run: echo a: b")]));
    let Answer::Call(Call::Function {
        name, arguments, ..
    }) = direct
    else {
        panic!("not a call");
    };
    assert_eq!(
        (name, &arguments["cmd"]),
        ("exec_command", &json!("echo a: b"))
    );
    let code = answer(&json!({"input": [user("run: ls")]}));
    assert!(matches!(
        code,
        Answer::Call(Call::Custom { name: "exec", .. })
    ));
}

#[test]
fn a_question_is_taken_from_json_only_if_it_is_one() {
    for (prompt, first) in [
        (r#"ask: {"questions":[{"question":"Q?"}]}"#, "Q?"),
        (r#"ask: {"questions":[]}"#, r#"{"questions":[]}"#),
        ("ask: Which: a or b?", "Which: a or b?"),
    ] {
        let Answer::Call(Call::Function { arguments, .. }) = answer(&request(&[user(prompt)]))
        else {
            panic!("not a call");
        };
        assert_eq!(arguments["questions"][0]["question"], first);
    }
}

#[test]
fn titles_are_json_and_lengths_are_exact() {
    let prompt = "Generate a concise, single-line task title of at most 36.\n\nUser prompt:\nfail";
    assert_eq!(text(&[user(prompt)]), r#"{"title":"fail"}"#);
    assert_eq!(text(&[user("long: 5000")]).len(), 5000);
    assert_eq!(text(&[user("slow: soon")]), "echo: slow: soon");
}

async fn exchange(model: &Model, body: &str) -> String {
    let address = model.base_url();
    let address = address
        .trim_start_matches("http://")
        .trim_end_matches("/v1");
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v1/responses?x=1 HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(body.as_bytes()).await.unwrap();
    let mut said = String::new();
    socket.read_to_string(&mut said).await.unwrap();
    said
}

#[tokio::test]
async fn it_streams_answers_and_counts_them() {
    let model = Model::start().await.unwrap();
    let said = exchange(&model, &request(&[user("hi")]).to_string()).await;
    for event in [
        "response.created",
        "output_text.delta",
        "response.completed",
    ] {
        assert!(said.contains(event), "{said}");
    }
    assert!(said.contains("echo: hi"));
    let failed = exchange(&model, &request(&[user("fail")]).to_string()).await;
    assert!(failed.starts_with("HTTP/1.1 500 "), "{failed}");
    assert!(exchange(&model, "{").await.starts_with("HTTP/1.1 400 "));
    assert_eq!(model.requests(), 3);
}
