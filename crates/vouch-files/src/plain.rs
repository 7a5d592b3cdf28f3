//! Rows of any columns: their names, or a mapping, say what is what.

use serde_json::{Map, Value};
use vouch_domain::review::{Item, ItemKind, Priority, Response};

use crate::cells::{moment, prompt, record, response, responses, word};
use crate::entry::{Entry, Mark, Prediction};
use crate::given::Given;
use crate::mapping::{KEY, Mapping};

/// The columns that are no part of the item.
const ASIDE: [&str; 4] = ["priority", "due_at", "gold", "suggestion"];
/// Ways to name the responses, first to last.
const PAIRS: [[&str; 2]; 4] =
    [["response_a", "response_b"], ["chosen", "rejected"], ["answer_a", "answer_b"], ["a", "b"]];
const PROMPTS: [&str; 4] = ["prompt", "instruction", "question", "input"];

/// The entry of a row.
pub(crate) fn entry(row: &Map<String, Value>, mapping: &Mapping) -> Result<Entry, String> {
    let mut entry = Entry::new(item(row, mapping)?);
    let key = mapping
        .key
        .as_deref()
        .into_iter()
        .chain(KEY.iter().copied().filter(|_| mapping.key.is_none()));
    entry.key = key.into_iter().find_map(|name| row.get(name).and_then(word));
    if let Some(name) = &mapping.key
        && entry.key.is_none()
    {
        return Err(format!("it has no key in the column `{name}`"));
    }
    if let Some(priority) = row.get("priority").and_then(Value::as_str)
        && !mapping.names("priority")
    {
        let known = Priority::ALL.into_iter().find(|known| known.as_str() == priority);
        entry.priority = known.ok_or_else(|| {
            format!("/priority: expected low, normal, high or urgent, got {priority}")
        })?;
    }
    if let Some(due) = row.get("due_at").filter(|value| !value.is_null())
        && !mapping.names("due_at")
    {
        entry.due_at =
            Some(moment(due).ok_or("/due_at: expected a time such as 2026-01-31T12:00:00Z")?);
    }
    let gold = marks(row, "gold", &mapping.gold)?;
    if !gold.is_empty() {
        entry.gold = Some((gold, row.get("gold.why").and_then(word)));
    }
    let marks = marks(row, "suggestion", &mapping.suggestion)?;
    if !marks.is_empty() {
        let source = row.get("suggestion.source").and_then(word);
        let score = row.get("suggestion.score").and_then(word).and_then(|score| score.parse().ok());
        let source = source.unwrap_or_else(|| "import".to_owned());
        entry.predictions.push(Prediction { source, score, marks });
    }
    Ok(entry)
}

/// The answers in the columns `gold` or `suggestion`, `gold.<question>`, and those that are named.
fn marks(
    row: &Map<String, Value>,
    column: &str,
    named: &std::collections::BTreeMap<String, String>,
) -> Result<Vec<Mark>, String> {
    let mut marks = Vec::new();
    for (question, column) in named {
        if let Some(value) = row.get(column).filter(|value| !value.is_null()) {
            marks.push(Mark::new(question, Given::Plain(value.clone())));
        }
    }
    if !named.is_empty() {
        return Ok(marks);
    }
    let within = format!("{column}.");
    for (name, value) in row {
        if let Some(question) = name.strip_prefix(&within)
            && !matches!(question, "source" | "score" | "why")
            && !value.is_null()
        {
            marks.push(Mark::new(question, Given::Plain(value.clone())));
        }
    }
    match row.get(column) {
        None | Some(Value::Null) => {}
        Some(Value::Object(answers)) => push_all(&mut marks, answers),
        Some(Value::String(text)) if text.trim_start().starts_with('{') => {
            let answers: Map<String, Value> =
                serde_json::from_str(text).map_err(|e| format!("/{column}: expected JSON: {e}"))?;
            push_all(&mut marks, &answers);
        }
        // Of the one question that there is.
        Some(value) => marks.push(Mark::new("", Given::Plain(value.clone()))),
    }
    Ok(marks)
}

fn push_all(marks: &mut Vec<Mark>, answers: &Map<String, Value>) {
    let filled = answers.iter().filter(|(_, value)| !value.is_null());
    marks.extend(filled.map(|(question, value)| Mark::new(question, Given::Plain(value.clone()))));
}

fn item(row: &Map<String, Value>, mapping: &Mapping) -> Result<Item, String> {
    let kind = mapping.item.unwrap_or_else(|| looks_like(row, mapping));
    match kind {
        ItemKind::Log => {
            let id = row.get("log_id").and_then(word).ok_or("it has no log_id")?;
            let log_id =
                id.parse().map_err(|_| format!("/log_id: expected the id of a log, got {id}"))?;
            Ok(Item::Log { log_id })
        }
        ItemKind::Conversation => {
            let id =
                row.get("conversation_id").and_then(word).ok_or("it has no conversation_id")?;
            Ok(Item::Conversation { conversation_id: id })
        }
        ItemKind::Responses => pair(row, mapping),
        ItemKind::Record if !mapping.text.is_empty() => {
            record(row.iter().filter(|(name, _)| mapping.text.contains(name)))
        }
        ItemKind::Record => {
            let nested = |name: &str| name.starts_with("gold.") || name.starts_with("suggestion.");
            let used = |name: &String| {
                let is_key = mapping.key.is_none() && KEY.contains(&name.as_str());
                ASIDE.contains(&name.as_str()) || nested(name) || is_key || mapping.names(name)
            };
            record(row.iter().filter(|(name, _)| !used(name)))
        }
    }
}

fn looks_like(row: &Map<String, Value>, mapping: &Mapping) -> ItemKind {
    if !mapping.responses.is_empty() || row.contains_key("responses") || of_pair(row).is_some() {
        ItemKind::Responses
    } else {
        ItemKind::Record
    }
}

fn of_pair(row: &Map<String, Value>) -> Option<[&'static str; 2]> {
    PAIRS.into_iter().find(|names| names.iter().all(|name| row.contains_key(*name)))
}

/// Responses: a list in one column, or a column for each.
fn pair(row: &Map<String, Value>, mapping: &Mapping) -> Result<Item, String> {
    let prompts = mapping.prompt.as_deref().into_iter().chain(PROMPTS);
    let asked = prompts.into_iter().find_map(|name| row.get(name));
    let missing = || {
        "it has no responses: expected a column `responses`, or response_a and response_b, or the \
         columns that --response names"
            .to_owned()
    };
    let responses = if !mapping.responses.is_empty() {
        let of = |name: &String| named(row, name);
        mapping.responses.iter().map(of).collect::<Result<Vec<_>, _>>()?
    } else if let Some(list) = row.get("responses") {
        responses(list)?
    } else {
        let names = of_pair(row).ok_or_else(missing)?;
        let mut all = names.iter().map(|name| named(row, name)).collect::<Result<Vec<_>, _>>()?;
        // More of them, as `response_c`.
        for letter in 'c'..='z' {
            let name = format!("response_{letter}");
            if names[0] != "response_a" || !row.contains_key(&name) {
                break;
            }
            all.push(named(row, &name)?);
        }
        all
    };
    Ok(Item::Responses { prompt: prompt(asked)?, responses, log_ids: Vec::new() })
}

/// The response in a column, with the label in `label_a` or `model_a`.
fn named(row: &Map<String, Value>, name: &str) -> Result<Response, String> {
    let value =
        row.get(name).ok_or_else(|| format!("it has no response in the column `{name}`"))?;
    let mut one = response(value).map_err(|e| format!("/{name}: {e}"))?;
    let end = name.rsplit('_').next().unwrap_or_default();
    let labels = ["label", "model", "variant"].map(|word| format!("{word}_{end}"));
    if one.label.is_none() {
        one.label = labels.iter().find_map(|label| row.get(label).and_then(word));
    }
    Ok(one)
}
