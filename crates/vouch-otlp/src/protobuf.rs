//! OTLP in protobuf: `opentelemetry/proto/trace/v1/trace.proto`, the fields that we use.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use vouch_domain::span::SpanKey;

use crate::attributes::Attributes;
use crate::span::{Budget, Event, Origin, Reason, Span, clean, double, is_vector};
use crate::wire::{Field, Malformed, Message};

/// Gives each span of an `ExportTraceServiceRequest` to `each`, as its bytes.
///
/// # Errors
/// `Malformed` when the messages around the spans cannot be read.
pub(crate) fn spans<'a>(
    bytes: &'a [u8],
    mut each: impl FnMut(&Origin, &'a [u8]),
) -> Result<(), Malformed> {
    for resource_spans in messages(bytes, 1) {
        let resource_spans = resource_spans?;
        let resource = Message(resource_spans).last(1)?;
        let mut origin = Origin { resource: resource_attributes(resource)?, ..Origin::default() };
        for scope_spans in messages(resource_spans, 2) {
            let scope_spans = scope_spans?;
            origin.scope = scope(Message(scope_spans).last(1)?)?;
            for span in messages(scope_spans, 2) {
                each(&origin, span?);
            }
        }
    }
    Ok(())
}

/// The messages in the fields of that number.
fn messages(bytes: &[u8], number: u64) -> impl Iterator<Item = Result<&[u8], Malformed>> {
    Message(bytes).filter_map(move |field| match field {
        Ok((n, field)) => (n == number).then(|| field.bytes()),
        Err(e) => Some(Err(e)),
    })
}

/// What cannot be kept of a resource is left out: its spans are not at fault.
fn resource_attributes(resource: Option<Field<'_>>) -> Result<Attributes, Malformed> {
    let Some(resource) = resource else { return Ok(Attributes::default()) };
    let (mut attributes, mut budget) = (Attributes::default(), Budget::default());
    for pair in messages(resource.bytes()?, 1) {
        if key_value(pair?, &mut attributes.0, &mut budget, 0).is_err() {
            break;
        }
    }
    Ok(attributes)
}

fn scope(scope: Option<Field<'_>>) -> Result<String, Malformed> {
    let name = scope.map(|scope| Message(scope.bytes()?).last(1)).transpose()?.flatten();
    name.map_or(Ok(String::new()), |name| name.text().map(clean))
}

/// The ids and the name of a span, as far as they can be read: to say which one is wrong.
pub(crate) fn name_of(bytes: &[u8]) -> String {
    let name = Message(bytes).last(5).ok().flatten();
    name.and_then(|name| name.text().ok()).unwrap_or_default()
}

/// Reads one span.
///
/// # Errors
/// Why it is rejected.
pub(crate) fn span(bytes: &[u8]) -> Result<Span, Reason> {
    let (mut trace, mut id, mut parent) = (&[][..], &[][..], &[][..]);
    let (mut name, mut start_ns, mut end_ns) = (String::new(), 0, 0);
    let (mut attributes, mut events) = (Attributes::default(), Vec::new());
    let (mut failed, mut status_message) = (false, String::new());
    let mut budget = Budget::default();
    for field in Message(bytes) {
        let (number, field) = field?;
        match number {
            1 => trace = field.bytes()?,
            2 => id = field.bytes()?,
            4 => parent = field.bytes()?,
            5 => name = clean(field.text()?),
            7 => start_ns = field.number()?,
            8 => end_ns = field.number()?,
            9 => key_value(field.bytes()?, &mut attributes.0, &mut budget, 0)?,
            11 => events.push(event(field.bytes()?, &mut budget)?),
            15 => (failed, status_message) = status(field.bytes()?)?,
            _ => {}
        }
    }
    Ok(Span {
        key: key(trace, id)?,
        parent: parent.try_into().ok().filter(|parent| *parent != [0; 8]),
        name,
        start_ns,
        end_ns,
        attributes,
        events,
        failed,
        status_message,
    })
}

fn key(trace: &[u8], span: &[u8]) -> Result<SpanKey, Reason> {
    let wrong = |what: &str, bytes: usize| Reason(format!("its {what} is not {bytes} bytes"));
    let trace = trace.try_into().map_err(|_| wrong("trace id", 16))?;
    let span = span.try_into().map_err(|_| wrong("span id", 8))?;
    SpanKey::new(trace, span).ok_or_else(|| Reason("its trace id or span id is zero".to_owned()))
}

fn event(bytes: &[u8], budget: &mut Budget) -> Result<Event, Reason> {
    budget.take(0)?;
    let mut event = Event { at_ns: 0, name: String::new(), attributes: Attributes::default() };
    for field in Message(bytes) {
        let (number, field) = field?;
        match number {
            1 => event.at_ns = field.number()?,
            2 => event.name = clean(field.text()?),
            3 => key_value(field.bytes()?, &mut event.attributes.0, budget, 0)?,
            _ => {}
        }
    }
    Ok(event)
}

/// Whether it is an error, and what it says.
fn status(bytes: &[u8]) -> Result<(bool, String), Malformed> {
    let message = Message(bytes).last(2)?.map(Field::text).transpose()?;
    let code = Message(bytes).last(3)?.map(Field::number).transpose()?;
    Ok((code == Some(2), message.map(clean).unwrap_or_default()))
}

fn key_value(
    bytes: &[u8],
    into: &mut Map<String, Value>,
    budget: &mut Budget,
    depth: u32,
) -> Result<(), Reason> {
    budget.take(depth)?;
    let key = Message(bytes).last(1)?.map_or(Ok(String::new()), Field::text).map(clean)?;
    if is_vector(&key) {
        return Ok(());
    }
    let value = match Message(bytes).last(2)? {
        Some(value) => any_value(value.bytes()?, budget, depth + 1)?,
        None => Value::Null,
    };
    into.insert(key, value);
    Ok(())
}

fn any_value(bytes: &[u8], budget: &mut Budget, depth: u32) -> Result<Value, Reason> {
    budget.take(depth)?;
    let Some(field) = Message(bytes).last_of(1..=7)? else { return Ok(Value::Null) };
    Ok(match field {
        (1, text) => Value::String(clean(text.text()?)),
        (2, yes) => Value::Bool(yes.number()? != 0),
        (3, n) => Value::from(n.number()?.cast_signed()),
        (4, n) => double(f64::from_bits(n.number()?)),
        (5, list) => {
            let items = messages(list.bytes()?, 1);
            let items = items.map(|item| any_value(item?, budget, depth + 1));
            Value::Array(items.collect::<Result<_, Reason>>()?)
        }
        (6, pairs) => {
            let mut object = Map::new();
            for pair in messages(pairs.bytes()?, 1) {
                key_value(pair?, &mut object, budget, depth + 1)?;
            }
            Value::Object(object)
        }
        (_, bytes) => Value::String(STANDARD.encode(bytes.bytes()?)),
    })
}
