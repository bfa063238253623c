//! The kinds of records that Codex writes and nobody here needs. A kind that is
//! not listed is new: it is counted, and `doctor` shows it.

/// Longest name of a kind that is kept.
const LONGEST: usize = 80;

const RECORDS: &[&str] = &[
    "compacted",
    "inter_agent_communication",
    "retained_context",
    "rollout_reference",
    "session_meta",
    "session_state",
    "token_usage_record",
    "turn_context",
    "world_state",
];

const EVENTS: &[&str] = &[
    "agent_message",
    "agent_reasoning",
    "agent_reasoning_raw_content",
    "agent_reasoning_section_break",
    "background_event",
    "context_compacted",
    "deprecation_notice",
    "dynamic_tool_call_request",
    "dynamic_tool_call_response",
    "entered_review_mode",
    "error",
    "exec_command_begin",
    "exec_command_end",
    "exited_review_mode",
    "guardian_assessment",
    "guardian_warning",
    "hook_completed",
    "hook_started",
    "image_generation_begin",
    "image_generation_end",
    "item_completed",
    "item_started",
    "mcp_startup_complete",
    "mcp_startup_update",
    "mcp_tool_call_begin",
    "mcp_tool_call_end",
    "model_reroute",
    "patch_apply_begin",
    "patch_apply_end",
    "plan_update",
    "session_configured",
    "stream_error",
    "sub_agent_activity",
    "task_complete",
    "task_started",
    "terminal_interaction",
    "thread_goal_cleared",
    "thread_goal_updated",
    "thread_name_updated",
    "thread_rolled_back",
    "thread_settings_applied",
    "token_count",
    "turn_aborted",
    "turn_complete",
    "turn_diff",
    "turn_started",
    "undo_completed",
    "undo_started",
    "user_message",
    "view_image_tool_call",
    "warning",
    "web_search_begin",
    "web_search_end",
];

const ITEMS: &[&str] = &[
    "agent_message",
    "compaction",
    "compaction_summary",
    "context_compaction",
    "custom_tool_call",
    "custom_tool_call_output",
    "function_call",
    "function_call_output",
    "ghost_snapshot",
    "image_generation_call",
    "local_shell_call",
    "message",
    "other",
    "reasoning",
    "tool_search_call",
    "tool_search_output",
    "web_search_call",
    "additional_tools",
];

/// Whether a record of this kind has been seen before.
pub(super) fn is_known(record: &str, payload: &str) -> bool {
    match record {
        // Agents of one session talk to each other in a family of events.
        "event_msg" => EVENTS.contains(&payload) || payload.starts_with("collab_"),
        "response_item" => ITEMS.contains(&payload),
        _ => RECORDS.contains(&record),
    }
}

/// The name of a kind, fit to be shown: no more than words.
pub(super) fn named(kind: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ' | '/' | '.');
    let name: String = kind.chars().filter(|c| plain(*c)).take(LONGEST).collect();
    format!("record {}", name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_codex_writes_today_is_known_and_a_new_kind_is_not() {
        assert!(is_known("turn_context", ""));
        assert!(is_known("event_msg", "token_count"));
        assert!(is_known("response_item", "reasoning"));
        assert!(!is_known("event_msg", "novelty"));
        assert!(!is_known("novelty", ""));
        assert_eq!(
            named("event_msg no\nvel\u{202e}ty"),
            "record event_msg novelty"
        );
    }
}
