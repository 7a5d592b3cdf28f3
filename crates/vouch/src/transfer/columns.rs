//! A log with its feedback as one flat row of named columns, for CSV and Parquet.

use serde_json::{Map, Value};
use vouch_domain::Time;
use vouch_domain::feedback::FeedbackTally;
use vouch_store::WholeLog;

use super::record;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Int,
    /// A number.
    Real,
    /// A moment: microseconds since 1970 UTC.
    Time,
    /// A text of JSON: a list or an object that is not empty.
    Json,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// Where that is in the record: a field, or an object and its field.
    at: (&'static str, &'static str),
    /// Whether it repeats what other columns hold; who reads a row passes it over.
    pub(crate) derived: bool,
}

/// The value of a column; `Int` also holds times.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    Int(i64),
    Real(f64),
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, at: (name, ""), derived: false }
}

const fn within(name: &'static str, kind: Kind, at: (&'static str, &'static str)) -> Column {
    Column { name, kind, at, derived: false }
}

const fn derived(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, at: (name, ""), derived: true }
}

/// All columns in their order.
pub(crate) const COLUMNS: &[Column] = &[
    column("id", Kind::Text),
    column("created_at", Kind::Time),
    column("status", Kind::Text),
    column("origin", Kind::Text),
    column("sent_by", Kind::Text),
    column("deployment", Kind::Text),
    column("version", Kind::Int),
    column("variant", Kind::Text),
    column("provider", Kind::Text),
    column("model", Kind::Text),
    column("chain_id", Kind::Text),
    column("conversation_id", Kind::Text),
    column("user_id", Kind::Text),
    column("messages", Kind::Json),
    column("choices", Kind::Json),
    column("parameters", Kind::Json),
    column("inputs", Kind::Json),
    column("metadata", Kind::Json),
    within("prompt_tokens", Kind::Int, ("usage", "prompt_tokens")),
    within("completion_tokens", Kind::Int, ("usage", "completion_tokens")),
    within("total_tokens", Kind::Int, ("usage", "total_tokens")),
    within("usage_details", Kind::Json, ("usage", REST)),
    within("latency_ms", Kind::Real, ("performance", "latency")),
    within("time_to_first_token_ms", Kind::Real, ("performance", "time_to_first_token")),
    column("cost_usd_micros", Kind::Int),
    derived("mean_logprob", Kind::Real),
    column("uncertainty", Kind::Json),
    column("logprobs", Kind::Json),
    column("error", Kind::Json),
    column("attempts", Kind::Json),
    derived("score", Kind::Real),
    derived("thumbs_up", Kind::Int),
    derived("thumbs_down", Kind::Int),
    column("feedback", Kind::Json),
];

/// What is left of an object when the columns of its fields are taken.
const REST: &str = "*";
const USAGE: [&str; 3] = ["prompt_tokens", "completion_tokens", "total_tokens"];

/// The row of a log.
pub(crate) fn flatten(whole: &WholeLog) -> serde_json::Result<Vec<Option<Cell>>> {
    let record = record::object(whole)?;
    let tally = FeedbackTally::of(&whole.feedback);
    let cell = |column: &Column| {
        if column.derived {
            return Ok(derive(column.name, whole, &tally));
        }
        let (field, inner) = column.at;
        if inner == REST {
            let rest = record.get(field).and_then(Value::as_object);
            let rest = rest.map(|object| {
                let others = object.iter().filter(|(key, _)| !USAGE.contains(&key.as_str()));
                Value::Object(others.map(|(key, value)| (key.clone(), value.clone())).collect())
            });
            return Ok(rest.and_then(|rest| json_text(&rest)));
        }
        let value = record.get(field).filter(|value| !value.is_null());
        let value = if inner.is_empty() { value } else { value.and_then(|v| v.get(inner)) };
        Ok(value.and_then(|value| match column.kind {
            Kind::Text => value.as_str().map(|text| Cell::Text(text.to_owned())),
            Kind::Int => value.as_i64().map(Cell::Int),
            Kind::Real => value.as_f64().map(Cell::Real),
            Kind::Time => Some(Cell::Int(whole.log.created_at.micros())),
            Kind::Json => json_text(value),
        }))
    };
    COLUMNS.iter().map(cell).collect()
}

fn json_text(value: &Value) -> Option<Cell> {
    match value {
        Value::Array(items) if items.is_empty() => None,
        Value::Object(fields) if fields.is_empty() => None,
        other => Some(Cell::Text(other.to_string())),
    }
}

fn derive(name: &str, whole: &WholeLog, tally: &FeedbackTally) -> Option<Cell> {
    match name {
        "mean_logprob" => whole.log.uncertainty.as_ref().map(|u| Cell::Real(u.mean_logprob)),
        "score" => tally.score.map(Cell::Real),
        "thumbs_up" => Some(Cell::Int(tally.thumbs_up.into())),
        _ => Some(Cell::Int(tally.thumbs_down.into())),
    }
}

/// The log of a row; columns may be missing where their field may.
///
/// # Errors
/// What is wrong, in a sentence.
pub(crate) fn gather(
    cells: impl IntoIterator<Item = (&'static Column, Cell)>,
) -> Result<WholeLog, String> {
    let mut record = Map::new();
    for (column, cell) in cells {
        let value = match (column.kind, cell) {
            (Kind::Json, Cell::Text(text)) => serde_json::from_str(&text)
                .map_err(|e| format!("/{}: expected JSON: {e}", column.name))?,
            (Kind::Time, Cell::Int(micros)) => Time::from_micros(micros).to_string().into(),
            (_, Cell::Text(text)) => text.into(),
            (_, Cell::Int(n)) => n.into(),
            (_, Cell::Real(n)) => n.into(),
        };
        let (field, inner) = column.at;
        if inner.is_empty() {
            record.insert(field.to_owned(), value);
            continue;
        }
        let object = record.entry(field).or_insert_with(|| Map::new().into());
        let Some(object) = object.as_object_mut() else { continue };
        match value {
            Value::Object(rest) if inner == REST => object.extend(rest),
            value => {
                object.insert(inner.to_owned(), value);
            }
        }
    }
    if let Some(usage) = record.get_mut("usage").and_then(Value::as_object_mut) {
        for count in USAGE {
            usage.entry(count).or_insert_with(|| 0.into());
        }
    }
    record::read(record)
}

/// The column of that name.
pub(crate) fn named(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}
