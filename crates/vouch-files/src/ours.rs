//! Our own exports: tasks as the API takes them, reviews with their items, and consensus.

use serde_json::{Map, Value};
use vouch_domain::review::{Item, NewTask};

use crate::cells::{moment, word};
use crate::entry::{Annotation, Annotator, Entry, LeftOut, Mark, Prediction};
use crate::given::Given;

/// Whether a row is ours.
pub(crate) fn is_ours(row: &Map<String, Value>) -> bool {
    let object = |key: &str| row.get(key).is_some_and(|value| value.is_object() || is_json(value));
    let part = match row.get("type").and_then(Value::as_str) {
        Some("record") => "fields",
        Some("responses") => "responses",
        Some("log") => "log_id",
        Some("conversation") => "conversation_id",
        _ => return object("item") && (object("answers") || row.contains_key("task")),
    };
    row.contains_key(part)
}

/// Whether a cell of a table holds an object.
fn is_json(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with('{'))
}

/// A part of the row, also where a table holds it as text.
fn part(row: &Map<String, Value>, name: &str) -> Result<Value, String> {
    match row.get(name) {
        Some(Value::String(text)) if text.starts_with('{') => {
            serde_json::from_str(text).map_err(|e| format!("/{name}: expected JSON: {e}"))
        }
        Some(value) => Ok(value.clone()),
        None => Ok(Value::Null),
    }
}

/// The entry of a row.
pub(crate) fn entry(row: &Map<String, Value>, left_out: &mut LeftOut) -> Result<Entry, String> {
    if row.contains_key("type") {
        return task(row);
    }
    let item = part(row, "item")?;
    let item: Item = serde_json::from_value(item).map_err(|e| format!("/item: {e}"))?;
    let mut entry = Entry::new(item);
    entry.key = row.get("key").and_then(word);
    let answers = match part(row, "answers")? {
        Value::Object(answers) => answers,
        Value::Null => Map::new(),
        _ => return Err("/answers: expected an object".into()),
    };
    let marks: Vec<Mark> = answers
        .into_iter()
        .map(|(question, value)| Mark::new(question, Given::Plain(value)))
        .collect();
    let Some(user) = row.get("user").and_then(word) else {
        // A consensus: nobody's review. It may become gold or a suggestion.
        if !marks.is_empty() {
            entry.predictions.push(Prediction { source: CONSENSUS.to_owned(), score: None, marks });
        }
        return Ok(entry);
    };
    if row.get("state").and_then(Value::as_str).is_some_and(|state| state != "counts") {
        left_out.add("reviews that no longer count");
        return Ok(entry);
    }
    let name = row.get("user_email").and_then(word).unwrap_or(user);
    entry.annotations.push(Annotation {
        by: Annotator { name, tool: "Vouch" },
        marks,
        at: row.get("created_at").and_then(moment),
        active_ms: row.get("active_ms").and_then(Value::as_u64).unwrap_or(0),
        id: row.get("id").and_then(word).unwrap_or_default(),
        is_truth: false,
    });
    Ok(entry)
}

/// Whose word a consensus is.
pub(crate) const CONSENSUS: &str = "consensus";

/// A task as the API takes it.
fn task(row: &Map<String, Value>) -> Result<Entry, String> {
    let new: NewTask =
        serde_json::from_value(Value::Object(row.clone())).map_err(|e| e.to_string())?;
    let mut entry = Entry::new(new.item.clone());
    entry.key.clone_from(&new.key);
    entry.ready = Some(Box::new(new));
    Ok(entry)
}
