//! One span of each shape that the published instrumentations of the moment do not send.

use serde_json::{Map, Value, json};
use vouch_domain::log::Log;

use super::export;
use crate::Format;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn any(value: &Value) -> Value {
    match value {
        Value::String(text) => json!({"stringValue": text}),
        Value::Bool(yes) => json!({"boolValue": yes}),
        Value::Number(n) if n.is_i64() => json!({"intValue": n.to_string()}),
        Value::Array(items) => {
            json!({"arrayValue": {"values": items.iter().map(any).collect::<Vec<_>>()}})
        }
        Value::Object(fields) => json!({"kvlistValue": {"values": pairs(fields)}}),
        other => json!({"doubleValue": other}),
    }
}

fn pairs(fields: &Map<String, Value>) -> Vec<Value> {
    fields.iter().map(|(key, value)| json!({"key": key, "value": any(value)})).collect()
}

fn object(json: Value) -> Map<String, Value> {
    let Value::Object(fields) = json else { panic!("no object") };
    fields
}

fn list(json: Value) -> Vec<Value> {
    let Value::Array(items) = json else { panic!("no list") };
    items
}

/// A span with these fields laid over the usual ones; attributes are plain JSON.
fn span(attributes: Value, events: Value, more: Value) -> Value {
    let event = |event: Value| {
        let attributes = pairs(event[1].as_object().unwrap());
        json!({"name": event[0], "timeUnixNano": "1795444900000000000", "attributes": attributes})
    };
    let mut span = object(json!({
        "traceId": TRACE, "spanId": "00f067aa0ba902b7", "name": "chat m",
        "startTimeUnixNano": "1795444900000000000", "endTimeUnixNano": "1795444901500000000",
        "attributes": pairs(&object(attributes)),
        "events": list(events).into_iter().map(event).collect::<Vec<_>>(),
    }));
    span.extend(object(more));
    Value::Object(span)
}

fn body(spans: Value) -> Vec<u8> {
    let spans = list(spans);
    json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string().into_bytes()
}

fn log_of(attributes: Value, events: Value) -> Log {
    let mut export = export(&body(json!([span(attributes, events, json!({}))])), Format::Json);
    assert_eq!((export.logs.len(), export.rejected), (1, 0), "{:?}", export.error_message());
    export.logs.remove(0).1
}

fn said(log: &Log) -> Value {
    json!([log.messages, log.choices])
}

fn chat(more: Value) -> Value {
    let mut fields = object(json!({"gen_ai.system": "OpenAI", "gen_ai.request.model": "m"}));
    fields.extend(object(more));
    Value::Object(fields)
}

#[test]
fn one_event_for_each_message() {
    let call =
        json!([{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]);
    let events = json!([
        ["gen_ai.system.message", {"gen_ai.system": "openai", "content": "be nice"}],
        ["gen_ai.user.message", {"gen_ai.event.content": "{\"content\": \"hello\"}"}],
        ["gen_ai.assistant.message", {"tool_calls": call.to_string()}],
        ["gen_ai.tool.message", {"id": "c", "content": "sunny"}],
        ["gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": "{\"content\": \"hi\"}"}],
    ]);
    let log = log_of(chat(json!({})), events);
    let expected = json!([
        [
            {"role": "system", "content": "be nice"},
            {"role": "user", "content": "hello"},
            {"role": "assistant", "tool_calls": call},
            {"role": "tool", "content": "sunny", "tool_call_id": "c"},
        ],
        [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    ]);
    assert_eq!(said(&log), expected);
    assert_eq!(log.served.provider.as_deref(), Some("openai"));
    // The same as a list in an attribute.
    let listed = json!([
        {"event.name": "gen_ai.user.message", "role": "user", "content": "hello"},
        {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "hi"}},
    ]);
    let log = log_of(chat(json!({"events": listed.to_string()})), json!([]));
    assert_eq!(
        (log.messages[0].text(), log.choices[0].message.text()),
        ("hello".into(), "hi".into())
    );
}

#[test]
fn the_oldest_events_and_the_newest() {
    let events = json!([
        ["gen_ai.content.prompt", {"gen_ai.prompt": "[{\"role\": \"user\", \"content\": \"hello\"}]"}],
        ["gen_ai.content.completion", {"gen_ai.completion": "[{\"role\": \"assistant\", \"content\": \"hi\"}]"}],
    ]);
    let expected = json!([
        [{"role": "user", "content": "hello"}],
        [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": null}],
    ]);
    assert_eq!(said(&log_of(chat(json!({})), events)), expected);
    let parts = |text: &str| json!([{"type": "text", "content": text}]);
    let details = json!([["gen_ai.client.inference.operation.details", {
        "gen_ai.system_instructions": parts("be nice"),
        "gen_ai.input.messages": [{"role": "user", "parts": parts("hello")}],
        "gen_ai.output.messages": [{"role": "assistant", "parts": parts("hi"), "finish_reason": "stop"}],
    }]]);
    let expected = json!([
        [{"role": "system", "content": "be nice"}, {"role": "user", "content": "hello"}],
        [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    ]);
    assert_eq!(said(&log_of(chat(json!({})), details)), expected);
}

#[test]
fn parts_become_openais_shape() {
    let input = json!([{"role": "user", "parts": [
        {"type": "text", "content": "what is this?"},
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "iVBORw0="},
        {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"},
    ]}, {"role": "tool", "parts": [
        {"type": "tool_call_response", "id": "a", "response": {"sunny": true}},
        {"type": "tool_call_response", "id": "b", "response": "rain"},
    ]}]);
    let output = json!([{"role": "assistant", "finish_reason": "tool_call", "parts": [
        {"type": "reasoning", "content": "let me see"},
        {"type": "tool_call", "id": "c", "name": "f", "arguments": {"x": 1}},
    ]}]);
    let attributes = chat(json!({
        "gen_ai.input.messages": input.to_string(), "gen_ai.output.messages": output
    }));
    insta::assert_json_snapshot!(said(&log_of(attributes, json!([]))));
}

#[test]
fn a_span_tells_who_and_how() {
    let attributes = chat(json!({
        "gen_ai.conversation.id": "conv-1", "user.id": "ann", "plan": "pro", "shard": 3,
        "gen_ai.response.time_to_first_chunk": 0.25,
        "gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.reasoning.output_tokens": 2,
        "gen_ai.request.stop_sequences": ["a"], "gen_ai.request.choice.count": 2,
        "traceloop.association.properties.tenant": "acme",
        "metadata": "{\"experiment\": \"b\"}",
    }));
    let log = log_of(attributes, json!([]));
    let context = [&log.context.chain_id, &log.context.conversation_id, &log.context.user_id];
    assert_eq!(context.map(|id| id.as_deref().unwrap()), [TRACE, "conv-1", "ann"]);
    let performance = (log.performance.latency, log.performance.time_to_first_token);
    assert_eq!(performance, (Some(1500.0), Some(250.0)));
    let usage = serde_json::to_value(&log.usage).unwrap();
    let details = json!({"reasoning_tokens": 2});
    assert_eq!(
        (&usage["total_tokens"], &usage["completion_tokens_details"]),
        (&json!(12), &details)
    );
    assert_eq!(Value::Object(log.parameters), json!({"stop": ["a"], "n": 2}));
    let metadata = Value::Object(log.metadata);
    for (key, value) in [
        ("plan", json!("pro")),
        ("shard", json!(3)),
        ("tenant", json!("acme")),
        ("experiment", json!("b")),
    ] {
        assert_eq!(metadata[key], value, "{key}");
    }
    assert_eq!(metadata["otel"]["span_id"], "00f067aa0ba902b7");
    assert_eq!(metadata.get("gen_ai.system"), None);
}

#[test]
fn errors_say_who_was_at_fault() {
    let table = [
        (json!({"error.type": "429"}), "slow down", "failed", "upstream", Some(429)),
        (json!({"error.type": "APITimeoutError"}), "", "failed", "unreachable", None),
        (
            json!({"error.type": "RateLimitError"}),
            "Error code: 429 - no",
            "failed",
            "upstream",
            Some(429),
        ),
        (json!({"http.response.status_code": 500}), "boom", "failed", "upstream", Some(500)),
    ];
    for (attributes, message, status, kind, code) in table {
        let failed = json!({"status": {"code": 2, "message": message}});
        let body = body(json!([span(chat(attributes), json!([]), failed)]));
        let log = &export(&body, Format::Json).logs[0].1;
        let error = log.error.as_ref().unwrap();
        assert_eq!((log.status.as_str(), error.kind.as_str(), error.status), (status, kind, code));
        assert!(!error.message.is_empty());
    }
    let gone = chat(json!({"error.type": "asyncio.exceptions.CancelledError"}));
    assert_eq!(log_of(gone, json!([])).status.as_str(), "cancelled");
}

#[test]
fn only_calls_of_models_are_logs_and_know_what_is_around_them() {
    let around = |id: &str, parent: &str, attributes: Value| {
        span(attributes, json!([]), json!({"spanId": id, "parentSpanId": parent, "name": id}))
    };
    let body = body(json!([
        around("0000000000000004", "0000000000000003", chat(json!({}))),
        around(
            "0000000000000003",
            "0000000000000002",
            json!({"openinference.span.kind": "TOOL", "llm.model_name": "m"})
        ),
        around(
            "0000000000000002",
            "0000000000000001",
            chat(json!({"gen_ai.operation.name": "invoke_agent"}))
        ),
        around("0000000000000001", "", json!({"http.request.method": "GET"})),
        around(
            "0000000000000005",
            "00000000000000ff",
            chat(json!({"gen_ai.operation.name": "responses"}))
        ),
    ]));
    let export = export(&body, Format::Json);
    assert_eq!((export.logs.len(), export.passed_over), (2, 3));
    let otel = |i: usize| &export.logs[i].1.metadata["otel"];
    let path = json!(["0000000000000001", "0000000000000002", "0000000000000003"]);
    assert_eq!((&otel(0)["path"], &otel(0)["parent_span_id"]), (&path, &json!("0000000000000003")));
    assert_eq!(otel(1).get("path"), None, "the parent did not come along");
}
