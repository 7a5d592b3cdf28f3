//! OTLP in JSON: ids in hexadecimal, numbers of 64 bits as text, unknown fields left aside.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use vouch_domain::span::{SpanKey, unhex};

use crate::attributes::Attributes;
use crate::span::{Budget, Event, Origin, Reason, Span, clean, double, is_vector};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow, default, alias = "resource_spans")]
    resource_spans: Vec<ResourceSpans<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'a> {
    #[serde(borrow, default)]
    resource: Option<Resource<'a>>,
    #[serde(borrow, default, alias = "scope_spans")]
    scope_spans: Vec<ScopeSpans<'a>>,
}

#[derive(Deserialize)]
struct Resource<'a> {
    #[serde(borrow, default)]
    attributes: Vec<KeyValue<'a>>,
}

#[derive(Deserialize)]
struct ScopeSpans<'a> {
    #[serde(default)]
    scope: Option<Scope>,
    #[serde(borrow, default)]
    spans: Vec<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct Scope {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonSpan<'a> {
    #[serde(default, alias = "trace_id")]
    trace_id: String,
    #[serde(default, alias = "span_id")]
    span_id: String,
    #[serde(default, alias = "parent_span_id")]
    parent_span_id: String,
    #[serde(default)]
    name: String,
    #[serde(default, alias = "start_time_unix_nano")]
    start_time_unix_nano: Long,
    #[serde(default, alias = "end_time_unix_nano")]
    end_time_unix_nano: Long,
    #[serde(borrow, default)]
    attributes: Vec<KeyValue<'a>>,
    #[serde(borrow, default)]
    events: Vec<JsonEvent<'a>>,
    #[serde(default)]
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonEvent<'a> {
    #[serde(default, alias = "time_unix_nano")]
    time_unix_nano: Long,
    #[serde(default)]
    name: String,
    #[serde(borrow, default)]
    attributes: Vec<KeyValue<'a>>,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    message: String,
    /// A number, or the enum's name as protobuf's own JSON writes it.
    #[serde(default)]
    code: Value,
}

#[derive(Deserialize)]
struct KeyValue<'a> {
    #[serde(default)]
    key: String,
    #[serde(borrow, default)]
    value: Option<&'a RawValue>,
}

/// One of these is there.
#[expect(clippy::struct_field_names, reason = "the names are OTLP's")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyValue<'a> {
    #[serde(borrow, default)]
    string_value: Option<Cow<'a, str>>,
    #[serde(default)]
    bool_value: Option<bool>,
    #[serde(default)]
    int_value: Option<Long>,
    #[serde(default)]
    double_value: Option<Value>,
    #[serde(borrow, default)]
    array_value: Option<List<'a>>,
    #[serde(borrow, default)]
    kvlist_value: Option<Pairs<'a>>,
    /// base64
    #[serde(default)]
    bytes_value: Option<String>,
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow, default)]
    values: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Pairs<'a> {
    #[serde(borrow, default)]
    values: Vec<KeyValue<'a>>,
}

/// A whole number of 64 bits, as a number or as text.
#[derive(Deserialize, Clone, Copy, Default)]
#[serde(try_from = "Value")]
struct Long(i128);

impl TryFrom<Value> for Long {
    type Error = &'static str;
    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let number = match &value {
            Value::Number(n) => n.as_i128(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        number.map(Self).ok_or("expected a whole number, or one as text")
    }
}

impl Long {
    fn unsigned(self) -> Result<u64, Reason> {
        self.0.try_into().map_err(|_| Reason("one of its times is out of range".to_owned()))
    }
}

/// Gives each span of an `ExportTraceServiceRequest` to `each`, as its text.
///
/// # Errors
/// What is wrong with the JSON around the spans.
pub(crate) fn spans(
    bytes: &[u8],
    mut each: impl FnMut(&Origin, &[u8]),
) -> Result<(), serde_json::Error> {
    let request: Request<'_> = serde_json::from_slice(bytes)?;
    for resource_spans in request.resource_spans {
        let attributes = resource_spans.resource.map(|resource| resource.attributes);
        let mut resource = Map::new();
        // What cannot be kept of a resource is left out: its spans are not at fault.
        add(attributes.unwrap_or_default(), &mut resource, &mut Budget::default(), 0).ok();
        let mut origin = Origin { resource: Attributes(resource), ..Origin::default() };
        for scope_spans in resource_spans.scope_spans {
            origin.scope = clean(scope_spans.scope.unwrap_or_default().name);
            for span in scope_spans.spans {
                each(&origin, span.get().as_bytes());
            }
        }
    }
    Ok(())
}

/// The name of a span that cannot be read otherwise.
pub(crate) fn name_of(text: &[u8]) -> String {
    #[derive(Deserialize, Default)]
    struct Named {
        #[serde(default)]
        name: String,
    }
    serde_json::from_slice::<Named>(text).unwrap_or_default().name
}

/// Reads one span.
///
/// # Errors
/// Why it is rejected.
pub(crate) fn span(text: &[u8]) -> Result<Span, Reason> {
    let came: JsonSpan<'_> = serde_json::from_slice(text).map_err(|e| unreadable(&e))?;
    let mut budget = Budget::default();
    let mut attributes = Map::new();
    add(came.attributes, &mut attributes, &mut budget, 0)?;
    let mut events = Vec::new();
    for event in came.events {
        budget.take(0)?;
        let mut attributes = Map::new();
        add(event.attributes, &mut attributes, &mut budget, 0)?;
        events.push(Event {
            at_ns: event.time_unix_nano.unsigned()?,
            name: clean(event.name),
            attributes: Attributes(attributes),
        });
    }
    let status = came.status;
    Ok(Span {
        key: key(&came.trace_id, &came.span_id)?,
        parent: unhex(&came.parent_span_id).filter(|parent| *parent != [0; 8]),
        name: clean(came.name),
        start_ns: came.start_time_unix_nano.unsigned()?,
        end_ns: came.end_time_unix_nano.unsigned()?,
        attributes: Attributes(attributes),
        events,
        failed: status.as_ref().is_some_and(|s| s.code == 2 || s.code == "STATUS_CODE_ERROR"),
        status_message: status.map(|s| clean(s.message)).unwrap_or_default(),
    })
}

fn unreadable(e: &serde_json::Error) -> Reason {
    Reason(format!("it cannot be read: {e}"))
}

fn key(trace: &str, span: &str) -> Result<SpanKey, Reason> {
    let wrong = |what: &str, n: usize| Reason(format!("its {what} is not {n} hexadecimal digits"));
    let trace = unhex(trace).ok_or_else(|| wrong("traceId", 32))?;
    let span = unhex(span).ok_or_else(|| wrong("spanId", 16))?;
    SpanKey::new(trace, span).ok_or_else(|| Reason("its trace id or span id is zero".to_owned()))
}

fn add(
    pairs: Vec<KeyValue<'_>>,
    into: &mut Map<String, Value>,
    budget: &mut Budget,
    depth: u32,
) -> Result<(), Reason> {
    for pair in pairs {
        budget.take(depth)?;
        if is_vector(&pair.key) {
            continue;
        }
        let value = pair.value.map_or(Ok(Value::Null), |v| any_value(v, budget, depth + 1))?;
        into.insert(clean(pair.key), value);
    }
    Ok(())
}

fn any_value(raw: &RawValue, budget: &mut Budget, depth: u32) -> Result<Value, Reason> {
    budget.take(depth)?;
    let came: AnyValue<'_> = serde_json::from_str(raw.get()).map_err(|e| unreadable(&e))?;
    if let Some(text) = came.string_value {
        return Ok(Value::String(clean(text.into_owned())));
    }
    if let Some(list) = came.array_value {
        let items = list.values.into_iter().map(|item| any_value(item, budget, depth + 1));
        return Ok(Value::Array(items.collect::<Result<_, _>>()?));
    }
    if let Some(pairs) = came.kvlist_value {
        let mut object = Map::new();
        add(pairs.values, &mut object, budget, depth + 1)?;
        return Ok(Value::Object(object));
    }
    let number = came.double_value.and_then(|n| n.as_f64().or_else(|| n.as_str()?.parse().ok()));
    let long = |Long(n): Long| i64::try_from(n).map_or(Value::Null, Value::from);
    let other = came.bool_value.map(Value::Bool).or_else(|| came.int_value.map(long));
    let other =
        other.or_else(|| number.map(double)).or_else(|| came.bytes_value.map(Value::String));
    Ok(other.unwrap_or_default())
}
