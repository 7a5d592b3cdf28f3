//! What nobody should send: nothing panics, and each span is judged alone.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{export, logs, try_export};
use crate::{Format, MAX_SPANS, Unreadable, export_answer, status_answer};

const BINARY: &[u8] = include_bytes!("../fixtures/openinference.pb");
const TEXT: &[u8] = include_bytes!("../fixtures/openinference.json");

fn spans(spans: &[Value]) -> Vec<u8> {
    json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string().into_bytes()
}

fn good() -> Value {
    json!({
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7",
        "name": "good", "startTimeUnixNano": 1_795_444_900_000_000_000_u64,
        "attributes": [{"key": "openinference.span.kind", "value": {"stringValue": "LLM"}}],
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut span = good();
    span[field] = value;
    span
}

#[test]
fn each_rejected_span_is_counted_and_named_and_the_rest_is_kept() {
    let long = json!([
        {"key": "openinference.span.kind", "value": {"stringValue": "LLM"}},
        {"key": "session.id", "value": {"stringValue": "x".repeat(257)}},
    ]);
    let mut deep = json!({"stringValue": "x"});
    for _ in 0..40 {
        deep = json!({"arrayValue": {"values": [deep]}});
    }
    let export = export(
        &spans(&[
            with("traceId", json!("4bf9")),
            with("spanId", json!("0000000000000000")),
            good(),
            with("startTimeUnixNano", json!("0")),
            with("startTimeUnixNano", json!("1995444900000000000")),
            with("startTimeUnixNano", json!(-1)),
            with("attributes", long),
            with("attributes", json!([{"key": "deep", "value": deep}])),
            with("events", json!({})),
            json!("no span"),
            json!(null),
        ]),
        Format::Json,
    );
    assert_eq!((export.logs.len(), export.rejected), (1, 10));
    insta::assert_snapshot!(export.error_message().unwrap().replace("; ", "\n"));
    let answer: Value = serde_json::from_slice(&export_answer(&export, Format::Json)).unwrap();
    assert_eq!(answer["partialSuccess"]["rejectedSpans"], "10");
    let answer = export_answer(&export, Format::Protobuf);
    assert_eq!(
        (answer[0], &answer[3..5]),
        (0x0a, &[0x08, 10][..]),
        "partial_success, rejected_spans"
    );
}

#[test]
fn a_whole_success_says_nothing() {
    let export = export(BINARY, Format::Protobuf);
    assert_eq!(export_answer(&export, Format::Protobuf), b"");
    assert_eq!(export_answer(&export, Format::Json), b"{}");
    assert_eq!(status_answer("no", Format::Protobuf), b"\x12\x02no");
}

#[test]
fn a_flood_of_spans_or_values_is_refused() {
    let empty: Vec<_> = (0..=MAX_SPANS).flat_map(|_| [0x12, 0]).collect();
    let wrap = |bytes: &[u8], tag: u8| {
        let mut out = vec![];
        crate::wire::put_bytes(&mut out, tag, bytes);
        out
    };
    let flood = wrap(&wrap(&empty, 2), 1);
    assert_eq!(try_export(&flood, Format::Protobuf).unwrap_err(), Unreadable::TooMany);
    let attributes: Vec<_> = (0..300_000).flat_map(|_| [0x4a, 0]).collect();
    let flood = wrap(&wrap(&wrap(&attributes, 2), 2), 1);
    let export = export(&flood, Format::Protobuf);
    assert!(export.error_message().unwrap().contains("more than 200000 values"));
}

#[test]
fn no_text_holds_what_a_database_cannot() {
    let name = json!([
        {"key": "openinference.span.kind", "value": {"stringValue": "LLM"}},
        {"key": "llm.invocation_parameters", "value": {"stringValue": "{\"user\": \"a\\u0000b\"}"}},
        {"key": "metadata", "value": {"stringValue": "{\"k\": \"\\u0000\", \"\\u0000\": 1}"}},
        {"key": "a\0", "value": {"arrayValue": {"values": [{"stringValue": "b\0"}]}}},
    ]);
    let export = export(&spans(&[with("attributes", name)]), Format::Json);
    assert_eq!(export.logs.len(), 1);
    assert_eq!(export.logs[0].1.context.user_id.as_deref(), Some("a\u{fffd}b"));
    assert!(!logs(&export).to_string().contains("\\u0000"));
}

/// The bytes with some of them replaced and an end cut off.
fn damaged(bytes: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let edits = proptest::collection::vec((0..bytes.len(), any::<u8>()), 0..8);
    (edits, 0..=bytes.len()).prop_map(move |(edits, end)| {
        let mut bytes = bytes.to_vec();
        for (at, byte) in edits {
            bytes[at] = byte;
        }
        bytes.truncate(end.max(1));
        bytes
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        for format in [Format::Protobuf, Format::Json] {
            try_export(&bytes, format).ok();
        }
    }

    #[test]
    fn damaged_protobuf_is_read_or_refused(bytes in damaged(BINARY)) {
        if let Ok(export) = try_export(&bytes, Format::Protobuf) {
            export_answer(&export, Format::Protobuf);
        }
    }

    #[test]
    fn damaged_json_is_read_or_refused(bytes in damaged(TEXT)) {
        if let Ok(export) = try_export(&bytes, Format::Json) {
            export_answer(&export, Format::Json);
        }
    }

    #[test]
    fn any_attributes_are_read(pairs in proptest::collection::btree_map(
        "(gen_ai|llm)\\.(prompt|completion|input_messages|output.messages|usage|request)(\\.[0-9]{1,2}(\\.(role|content|message.role))?)?",
        prop_oneof![
            Just(json!({"stringValue": "[{\"parts\": [{}, 1, {\"type\": \"text\"}]}, 2, \"x\"]"})),
            Just(json!({"stringValue": "{}"})), Just(json!({"intValue": "9223372036854775807"})),
            Just(json!({"doubleValue": "NaN"})), Just(json!({"arrayValue": {"values": [{}]}})), Just(json!({})),
        ], 0..12)) {
        let mut attributes = vec![json!({"key": "openinference.span.kind", "value": {"stringValue": "LLM"}})];
        attributes.extend(pairs.into_iter().map(|(key, value)| json!({"key": key, "value": value})));
        let export = export(&spans(&[with("attributes", attributes.into())]), Format::Json);
        prop_assert_eq!((export.logs.len(), export.rejected), (1, 0));
    }
}
