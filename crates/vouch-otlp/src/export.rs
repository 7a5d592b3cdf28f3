//! Reads one export: which of its spans are calls of models, and what became of the others.

use std::collections::HashMap;

use vouch_domain::invalid::shorten;
use vouch_domain::log::Log;
use vouch_domain::span::SpanKey;

use crate::call::{self, Intake};
use crate::span::{MAX_SPAN_BYTES, Origin, Reason, Span};
use crate::{Format, json, protobuf};

/// The most spans in one export; a collector sends 8,192 at a time.
pub const MAX_SPANS: u64 = 50_000;
/// How many rejected spans are named; the rest is counted.
const MAX_REASONS: usize = 8;
/// How many ancestors of a span are named.
const MAX_PATH: usize = 16;

/// The body as a whole is no export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is not what its content type says.
    #[error("{0}")]
    Malformed(String),
    /// It has more than [`MAX_SPANS`] spans.
    #[error("more than {MAX_SPANS} spans came at once")]
    TooMany,
}

/// What one export brought.
#[derive(Debug, Default)]
pub struct Export {
    /// The calls of models, as logs: each with its span, and the id that the log gets unless the
    /// span has one already.
    pub logs: Vec<(SpanKey, Log)>,
    /// Spans that are no calls of models. They are not kept; the logs below them name them.
    pub passed_over: u64,
    /// Spans that cannot be kept.
    pub rejected: u64,
    /// Why, in the words of the first few.
    reasons: Vec<String>,
}

/// What the logs of an export need to know of its other spans.
type Names = HashMap<SpanKey, (Option<SpanKey>, String)>;

/// Reads an `ExportTraceServiceRequest`.
///
/// # Errors
/// When nothing of it can be read. A span that cannot be kept is counted in the export.
pub fn read(bytes: &[u8], format: Format, intake: &Intake<'_>) -> Result<Export, Unreadable> {
    let (mut export, mut names, mut seen) = (Export::default(), Names::new(), 0);
    let each = |origin: &Origin, raw: &[u8]| {
        seen += 1;
        if seen <= MAX_SPANS {
            export.take(origin, raw, format, intake, &mut names);
        }
    };
    let read = match format {
        Format::Protobuf => protobuf::spans(bytes, each).map_err(|e| e.to_string()),
        Format::Json => json::spans(bytes, each).map_err(|e| e.to_string()),
    };
    read.map_err(Unreadable::Malformed)?;
    if seen > MAX_SPANS {
        return Err(Unreadable::TooMany);
    }
    for (key, log) in &mut export.logs {
        call::name_path(log, path(*key, &names));
    }
    Ok(export)
}

/// The names of the spans around this one that came with it, outermost first.
fn path(key: SpanKey, names: &Names) -> Vec<&str> {
    let parent = |key: &SpanKey| names.get(key).and_then(|(parent, _)| *parent);
    let above = std::iter::successors(parent(&key), parent).take(MAX_PATH);
    let mut path: Vec<_> =
        above.filter_map(|key| names.get(&key)).map(|(_, name)| name.as_str()).collect();
    path.reverse();
    path
}

impl Export {
    fn take(
        &mut self,
        origin: &Origin,
        raw: &[u8],
        format: Format,
        intake: &Intake<'_>,
        names: &mut Names,
    ) {
        let span = read_span(raw, format);
        let (name, log) = match span {
            Err(reason) => (name_of(raw, format), Err(reason)),
            Ok(span) => {
                let parent = span.parent.and_then(|parent| span.key.sibling(parent));
                names.insert(span.key, (parent, span.name.clone()));
                let key = span.key;
                let name = span.name.clone();
                (name, call::log(span, origin, intake).map(|log| log.map(|log| (key, log))))
            }
        };
        match log {
            Ok(Some(log)) => self.logs.push(log),
            Ok(None) => self.passed_over += 1,
            Err(reason) => {
                self.rejected += 1;
                if self.reasons.len() < MAX_REASONS {
                    let name = shorten(&name);
                    self.reasons.push(format!("span {} \"{name}\": {reason}", self.place()));
                }
            }
        }
    }

    /// The number of the span that is being read, from 1.
    fn place(&self) -> u64 {
        self.logs.len() as u64 + self.passed_over + self.rejected
    }

    /// Why spans were rejected, in one text; `None` where none was.
    pub fn error_message(&self) -> Option<String> {
        if self.rejected == 0 {
            return None;
        }
        let named = self.reasons.join("; ");
        let more = self.rejected - self.reasons.len() as u64;
        Some(if more > 0 { format!("{named}; and {more} more") } else { named })
    }
}

fn read_span(raw: &[u8], format: Format) -> Result<Span, Reason> {
    if raw.len() > MAX_SPAN_BYTES {
        return Err(Reason(format!("it has more than {MAX_SPAN_BYTES} bytes")));
    }
    match format {
        Format::Protobuf => protobuf::span(raw),
        Format::Json => json::span(raw),
    }
}

fn name_of(raw: &[u8], format: Format) -> String {
    match format {
        Format::Protobuf => protobuf::name_of(raw),
        Format::Json => json::name_of(raw),
    }
}
