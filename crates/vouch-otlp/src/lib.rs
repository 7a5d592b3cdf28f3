//! OpenTelemetry traces: reads OTLP, in protobuf or JSON, and makes logs of the spans of model
//! calls.
//!
//! Architecture invariants: nothing here is async, does IO or reads a clock; whatever bytes come,
//! nothing panics, and what is kept at a time is bounded; a span that cannot be read does not
//! spoil the others.

mod answer;
mod attributes;
mod call;
mod content;
mod error;
mod events;
mod export;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
mod indexed;
mod json;
mod messages;
mod parameters;
mod protobuf;
mod span;
mod usage;
mod wire;

pub use answer::{export_answer, status_answer};
pub use call::Intake;
pub use export::{Export, MAX_SPANS, Unreadable, read};

/// How an OTLP body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/x-protobuf`
    Protobuf,
    /// `application/json`
    Json,
}

impl Format {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }

    /// The format of a `Content-Type`; its parameters do not matter.
    pub fn of(content_type: &str) -> Option<Self> {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        [Self::Protobuf, Self::Json]
            .into_iter()
            .find(|format| media_type.eq_ignore_ascii_case(format.media_type()))
    }
}

#[cfg(test)]
mod tests;
