//! A span as both formats give it.

use serde_json::Value;
use vouch_domain::span::SpanKey;

use crate::attributes::Attributes;

/// A span of a trace.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    pub(crate) key: SpanKey,
    /// The parent in the same trace; `None` for the root.
    pub(crate) parent: Option<[u8; 8]>,
    pub(crate) name: String,
    pub(crate) start_ns: u64,
    pub(crate) end_ns: u64,
    pub(crate) attributes: Attributes,
    pub(crate) events: Vec<Event>,
    /// Whether its status is an error.
    pub(crate) failed: bool,
    /// What its status says.
    pub(crate) status_message: String,
}

/// Something that happened in a span.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) at_ns: u64,
    pub(crate) name: String,
    pub(crate) attributes: Attributes,
}

/// What sent the span.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Origin {
    /// The service and where it runs.
    pub(crate) resource: Attributes,
    /// The instrumentation.
    pub(crate) scope: String,
}

/// The most bytes of one span.
pub(crate) const MAX_SPAN_BYTES: usize = 8 << 20;
/// The most values in one span, those in lists counted one by one.
const MAX_VALUES: u32 = 200_000;
/// How deep values may nest.
const MAX_DEPTH: u32 = 32;

/// How much of a span may still be kept.
#[derive(Debug)]
pub(crate) struct Budget {
    values: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { values: MAX_VALUES }
    }
}

impl Budget {
    /// Takes one value at that depth, from 0.
    pub(crate) fn take(&mut self, depth: u32) -> Result<(), Reason> {
        if depth >= MAX_DEPTH {
            return Err(Reason(format!("its attributes nest deeper than {MAX_DEPTH}")));
        }
        let left = self.values.checked_sub(1);
        self.values = left.ok_or_else(|| Reason(format!("more than {MAX_VALUES} values")))?;
        Ok(())
    }
}

/// Why a span was rejected, in a few words that follow its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Reason(pub(crate) String);

impl From<crate::wire::Malformed> for Reason {
    fn from(e: crate::wire::Malformed) -> Self {
        Self(e.to_string())
    }
}

/// A text that every database can keep: PostgreSQL takes no U+0000.
pub(crate) fn clean(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// A number with a fraction. JSON has none that is infinite or not a number.
pub(crate) fn double(n: f64) -> Value {
    serde_json::Number::from_f64(n).map_or(Value::Null, Value::Number)
}

/// Whether an attribute is not worth reading: the log keeps texts, not their vectors.
pub(crate) fn is_vector(key: &str) -> bool {
    key.ends_with("embedding.vector")
}
