//! The name of a span (OpenTelemetry), by which feedback may name a log before it is there.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::{Entropy, LogId};
use crate::{Invalid, Time};

/// A span of a trace: 16 and 8 bytes, neither all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanKey {
    trace: [u8; 16],
    span: [u8; 8],
}

/// A span as callers name it: both ids in hexadecimal, as `traceparent` has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SpanName {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// 16 hexadecimal digits.
    pub span_id: String,
}

impl SpanKey {
    /// The span with these ids; `None` where one of them is all zero.
    pub fn new(trace: [u8; 16], span: [u8; 8]) -> Option<Self> {
        (trace != [0; 16] && span != [0; 8]).then_some(Self { trace, span })
    }

    /// Another span of the same trace; `None` where its id is all zero.
    pub fn sibling(self, span: [u8; 8]) -> Option<Self> {
        Self::new(self.trace, span)
    }

    /// The id that its log gets at `at`, unless it was given one before. The randomness comes
    /// from the span, so that two nodes that see it in the same millisecond agree.
    pub fn log_id(self, at: Time) -> LogId {
        let digest = Sha256::new().chain_update(self.trace).chain_update(self.span).finalize();
        let mut entropy: Entropy = [0; 10];
        entropy.copy_from_slice(&digest[..10]);
        LogId::new(at, entropy)
    }

    /// The trace's id: 32 hexadecimal digits.
    pub fn trace_id(self) -> String {
        hex(&self.trace)
    }

    /// The span's id: 16 hexadecimal digits.
    pub fn span_id(self) -> String {
        hex(&self.span)
    }
}

impl fmt::Display for SpanKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.trace_id(), self.span_id())
    }
}

impl SpanName {
    /// The span of that name.
    ///
    /// # Errors
    /// At `/trace_id` or `/span_id`.
    pub fn key(&self) -> Result<SpanKey, Invalid> {
        let trace = id("/trace_id", &self.trace_id)?;
        Ok(SpanKey { trace, span: id("/span_id", &self.span_id)? })
    }
}

fn id<const N: usize>(pointer: &str, text: &str) -> Result<[u8; N], Invalid> {
    unhex(text).filter(|bytes| *bytes != [0; N]).ok_or_else(|| {
        let expected = format!("{} hexadecimal digits, not all zero", 2 * N);
        Invalid::new(pointer, expected, format_args!("\"{text}\""))
    })
}

/// Bytes from their hexadecimal digits, upper or lower case.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// Hexadecimal digits in lower case.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| char::from(DIGITS[usize::from(n & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(trace_id: &str, span_id: &str) -> Result<SpanKey, Invalid> {
        SpanName { trace_id: trace_id.to_owned(), span_id: span_id.to_owned() }.key()
    }

    #[test]
    fn ids_are_read_in_either_case_and_written_in_lower_case() {
        // W3C Trace Context, the example of `traceparent`.
        let key = named("4BF92F3577B34DA6A3CE929D0E0E4736", "00f067aa0ba902b7").unwrap();
        assert_eq!(key.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(key.span_id(), "00f067aa0ba902b7");
    }

    #[test]
    fn what_is_no_span_is_refused_where_it_is_wrong() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let at = |trace: &str, span: &str| named(trace, span).unwrap_err().pointer.to_string();
        assert_eq!(at("4bf9", "00f067aa0ba902b7"), "/trace_id");
        assert_eq!(at(&"0".repeat(32), "00f067aa0ba902b7"), "/trace_id");
        assert_eq!(at(trace, "0000000000000000"), "/span_id");
        assert_eq!(at(trace, "00f067aa0ba902bx"), "/span_id");
        assert_eq!(at(trace, "é0f067aa0ba902b"), "/span_id");
    }

    #[test]
    fn a_span_has_one_log_id_at_a_time_and_other_spans_have_others() {
        let at = Time::from_micros(1_700_000_000_000_000);
        let key = |n: u8| SpanKey::new([1; 16], [n; 8]).unwrap();
        assert_eq!(key(1).log_id(at), key(1).log_id(at));
        assert_ne!(key(1).log_id(at), key(2).log_id(at));
        assert_eq!(key(1).log_id(at).made_at(), at);
        assert!(SpanKey::new([0; 16], [1; 8]).is_none());
    }
}
