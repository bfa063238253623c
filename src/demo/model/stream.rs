//! An answer as the server-sent events Codex expects.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::script::{Answer, Call};

pub(super) async fn write(socket: &mut TcpStream, nth: u64, answer: Answer) -> io::Result<()> {
    let id = format!("resp_{nth}");
    send(
        socket,
        &json!({"type": "response.created", "response": {"id": id}}),
    )
    .await?;
    let item = match answer {
        Answer::Text(text) => message(socket, nth, &[text], Duration::ZERO).await?,
        Answer::Slow(seconds) => {
            let ticks: Vec<_> = (1..=seconds).map(|n| format!("tick {n}\n")).collect();
            message(socket, nth, &ticks, Duration::from_secs(1)).await?
        }
        Answer::Quiet(seconds) => {
            sleep(Duration::from_secs(seconds.into())).await;
            let text = format!("quiet for {seconds} s");
            message(socket, nth, &[text], Duration::ZERO).await?
        }
        Answer::Call(call) => called(nth, &call),
        // A failure is a status, and it is too late for one.
        Answer::Fail | Answer::Limit(_) => return Err(io::ErrorKind::InvalidInput.into()),
    };
    let done = json!({"type": "response.output_item.done", "output_index": 0, "item": item});
    send(socket, &done).await?;
    send(socket, &completed(&id)).await?;
    socket.shutdown().await
}

async fn message(
    socket: &mut TcpStream,
    nth: u64,
    pieces: &[String],
    pause: Duration,
) -> io::Result<Value> {
    let id = format!("msg_{nth}");
    let item = |content: Value| json!({"type": "message", "role": "assistant", "id": id, "content": content});
    let added =
        json!({"type": "response.output_item.added", "output_index": 0, "item": item(json!([]))});
    send(socket, &added).await?;
    for piece in pieces {
        sleep(pause).await;
        let delta = json!({
            "type": "response.output_text.delta", "item_id": id,
            "output_index": 0, "content_index": 0, "delta": piece,
        });
        send(socket, &delta).await?;
    }
    let text = pieces.concat();
    Ok(item(
        json!([{"type": "output_text", "text": text.trim_end()}]),
    ))
}

fn called(nth: u64, call: &Call) -> Value {
    match call {
        Call::Function {
            namespace,
            name,
            arguments,
        } => function(nth, namespace.as_deref(), name, arguments),
        Call::Offered {
            namespace,
            name,
            arguments,
        } => function(nth, namespace.as_deref(), name, arguments),
        Call::Custom { name, input } => json!({
            "type": "custom_tool_call", "id": format!("ctc_{nth}"),
            "call_id": format!("call_{nth}"), "name": name, "input": input,
        }),
    }
}

fn function(nth: u64, namespace: Option<&str>, name: &str, arguments: &Value) -> Value {
    let mut call = json!({
        "type": "function_call", "id": format!("fc_{nth}"), "call_id": format!("call_{nth}"),
        "name": name, "arguments": arguments.to_string(),
    });
    if let Some(namespace) = namespace {
        call["namespace"] = namespace.into();
    }
    call
}

fn completed(id: &str) -> Value {
    json!({"type": "response.completed", "response": {"id": id, "usage": {
        "input_tokens": 1, "input_tokens_details": null,
        "output_tokens": 1, "output_tokens_details": null, "total_tokens": 2,
    }}})
}

async fn send(socket: &mut TcpStream, event: &Value) -> io::Result<()> {
    let kind = event["type"].as_str().unwrap_or_default();
    let text = format!("event: {kind}\ndata: {event}\n\n");
    socket.write_all(text.as_bytes()).await?;
    socket.flush().await
}
