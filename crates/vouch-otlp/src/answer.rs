//! What an exporter is told, in the format that it speaks.

use serde_json::json;

use crate::wire::{put_bytes, put_number};
use crate::{Export, Format};

/// The body of a 200: an `ExportTraceServiceResponse`, with `partial_success` where spans were
/// rejected. Spans that are no calls of models are no warning: they are accepted.
pub fn export_answer(export: &Export, format: Format) -> Vec<u8> {
    let message = export.error_message();
    match (format, message) {
        (Format::Json, None) => b"{}".to_vec(),
        (Format::Json, Some(message)) => {
            let partial = json!({
                "rejectedSpans": export.rejected.to_string(),
                "errorMessage": message,
            });
            json!({"partialSuccess": partial}).to_string().into_bytes()
        }
        (Format::Protobuf, None) => Vec::new(),
        (Format::Protobuf, Some(message)) => {
            let (mut partial, mut answer) = (Vec::new(), Vec::new());
            put_number(&mut partial, 1, export.rejected);
            put_bytes(&mut partial, 2, message.as_bytes());
            put_bytes(&mut answer, 1, &partial);
            answer
        }
    }
}

/// The body of an error: a `google.rpc.Status`. Its code stays 0: OTLP over HTTP has clients look
/// at the HTTP status.
pub fn status_answer(message: &str, format: Format) -> Vec<u8> {
    match format {
        Format::Json => json!({"code": 0, "message": message}).to_string().into_bytes(),
        Format::Protobuf => {
            let mut status = Vec::new();
            put_bytes(&mut status, 2, message.as_bytes());
            status
        }
    }
}
