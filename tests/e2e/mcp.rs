//! What an MCP server asks for, with the real Codex: whether its tool may run, and what the
//! tool itself wants to know.

use crate::asked::Asked;
use crate::desk::Desk;
use crate::executable;

/// An MCP server with two tools, as a shell script: `ask` asks the person for a region,
/// `wipe` says of itself that it destroys.
const SERVER: &str = r#"#!/bin/sh
say() { printf '%s\n' "$1"; }
text() { say "{\"jsonrpc\":\"2.0\",\"id\":$1,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"$2\"}]}}"; }
while IFS= read -r line; do
  id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  case "$line" in
    *'"method":"initialize"'*) say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"lab\",\"version\":\"1\"}}}" ;;
    *'"method":"tools/list"'*) say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"tools\":[{\"name\":\"ask\",\"description\":\"Asks for a region.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{}},\"annotations\":{\"readOnlyHint\":true}},{\"name\":\"wipe\",\"description\":\"Wipes.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{}},\"annotations\":{\"destructiveHint\":true,\"readOnlyHint\":false}}]}}" ;;
    *'"method":"tools/call"'*'"ask"'*) call=$id; say '{"jsonrpc":"2.0","id":"e1","method":"elicitation/create","params":{"message":"Which region?","requestedSchema":{"type":"object","properties":{"region":{"type":"string","title":"Region"}},"required":["region"]}}}' ;;
    *'"method":"tools/call"'*) touch wiped; text "$id" 'wiped' ;;
    *'"id":"e1"'*) case "$line" in
        *north*) text "$call" 'north it is' ;;
        *) text "$call" 'no region' ;;
      esac ;;
  esac
done
"#;

fn asked() -> Option<Asked> {
    let place = tempfile::tempdir().unwrap().keep();
    let server = place.join("server");
    executable::write(&server, SERVER);
    let desk = Desk::with(
        |home| home.mcp = vec![server.to_string_lossy().into_owned()],
        &[],
    )?;
    Some(Asked { desk })
}

#[test]
fn a_tool_of_an_mcp_server_is_allowed_and_answered_from_the_phone() {
    let Some(asked) = asked() else { return };
    let (pane, thread) = asked.session("hello");
    let phone = &asked.desk.phone;
    // The tool may run, or may not.
    let heard = phone.notices().len();
    pane.prompt("mcp: wipe");
    let notice = phone.wait_after(heard, "waits", "wipe");
    phone.reply(&notice, "no");
    phone.wait_after(heard, "refused, Codex goes on", "");
    crate::asked::idle(&pane);
    let heard = phone.notices().len();
    pane.prompt("mcp: wipe");
    let notice = phone.wait_after(heard, "waits", "wipe");
    phone.reply(&notice, "yes");
    asked.desk.lab.wait_for_answer(&thread, "done: wiped");
    phone.wait_after(heard, "approved, it runs", "");
    // The tool asks the person.
    crate::asked::idle(&pane);
    let heard = phone.notices().len();
    pane.prompt("mcp: ask");
    let notice = phone.wait_after(heard, "waits", "Which region?");
    phone.reply(&notice, "north");
    phone.wait_after(heard, "answered", "");
    asked.desk.lab.wait_for_answer(&thread, "done: north it is");
}
