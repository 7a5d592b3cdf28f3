//! Prodigy's JSONL: an example with one person's answer.

use serde_json::{Map, Value};
use vouch_domain::review::{Item, Response, TextSpan};

use crate::cells::{moment, prompt, record, response, word};
use crate::entry::{Annotation, Annotator, Entry, LeftOut, Mark};
use crate::given::Given;
use crate::offsets::{Offsets, place};

/// Whether a row without Prodigy's hashes is an answered example of it.
pub(super) fn is_answered(row: &Map<String, Value>) -> bool {
    let answer = row.get("answer").and_then(Value::as_str);
    let parts = ["spans", "accept", "label", "options", "_session_id", "_annotator_id"];
    matches!(answer, Some("accept" | "reject" | "ignore"))
        && parts.iter().any(|part| row.contains_key(*part))
}

/// What is not shown of an example.
const OWN: [&str; 12] = [
    "spans",
    "tokens",
    "relations",
    "options",
    "accept",
    "answer",
    "meta",
    "config",
    "html",
    "style",
    "user_input",
    "label",
];

/// The entry of an example.
pub(super) fn entry(row: &Map<String, Value>, left_out: &mut LeftOut) -> Result<Entry, String> {
    let accepted = row.get("answer").and_then(Value::as_str);
    let is_pair = row.get("accept").is_some_and(Value::is_object)
        && row.get("reject").is_some_and(Value::is_object);
    let item = if is_pair { pair(row)? } else { example(row)? };
    let mut entry = Entry::new(item);
    // One label of an example is asked at a time; of the other recipes, the example.
    let binary = is_binary(row);
    let hashes = if binary || is_pair {
        ["_task_hash", "_input_hash"]
    } else {
        ["_input_hash", "_task_hash"]
    };
    entry.key = hashes.into_iter().find_map(|name| row.get(name).and_then(word));
    let accepted = match accepted {
        Some("accept") => true,
        Some("reject") => false,
        Some(_) => {
            left_out.add("ignored examples");
            return Ok(entry);
        }
        None => return Ok(entry),
    };
    let marks = if is_pair {
        vec![Mark::new("preference", Given::Preferred(if accepted { "a" } else { "b" }))]
    } else if binary {
        vec![Mark::new("accept", Given::Yes(accepted))]
    } else if accepted {
        answers(row, left_out)?
    } else {
        // What is rejected is wrong somewhere: what would be right is not told.
        left_out.add("rejected examples");
        return Ok(entry);
    };
    if marks.is_empty() {
        left_out.add("examples without an answer");
        return Ok(entry);
    }
    entry.annotations.push(Annotation {
        by: annotator(row),
        marks,
        at: row.get("_timestamp").and_then(moment),
        active_ms: 0,
        id: row.get("_task_hash").and_then(word).unwrap_or_default(),
        is_truth: false,
    });
    Ok(entry)
}

/// `dataset-ann` names Ann's session; without a dataset, the name is hers.
fn annotator(row: &Map<String, Value>) -> Annotator {
    let id =
        ["_annotator_id", "_session_id"].into_iter().find_map(|name| row.get(name).and_then(word));
    let name = id.unwrap_or_else(|| "unknown".to_owned());
    let after = name.rsplit_once('-').filter(|(_, after)| !after.is_empty());
    // An e-mail may hold hyphens of its own.
    let name = match after {
        Some((_, after)) if !name.contains('@') => after.to_owned(),
        _ => name,
    };
    Annotator { name, tool: "Prodigy" }
}

fn is_binary(row: &Map<String, Value>) -> bool {
    row.contains_key("label")
        && !row.contains_key("options")
        && !row.get("accept").is_some_and(Value::is_array)
        && row.get("spans").and_then(Value::as_array).is_none_or(Vec::is_empty)
}

fn example(row: &Map<String, Value>) -> Result<Item, String> {
    let binary = is_binary(row);
    let shown = |name: &String| {
        (!OWN.contains(&name.as_str()) || (binary && name == "label")) && !name.starts_with('_')
    };
    let shown: Vec<(&String, &Value)> = row.iter().filter(|(name, _)| shown(name)).collect();
    if shown.is_empty() {
        return record(row.iter().filter(|(name, _)| *name == "html"));
    }
    record(shown)
}

/// Two responses: `accept` is the first.
fn pair(row: &Map<String, Value>) -> Result<Item, String> {
    let asked = row.get("input").map(|input| input.get("text").unwrap_or(input));
    let one = |name: &str| -> Result<Response, String> {
        let mut one = response(row.get(name).unwrap_or(&Value::Null))?;
        // Which of two systems it is from, where they are told apart.
        let id = row.get(name).and_then(|side| side.get("id")).and_then(word);
        one.label = id.or(one.label);
        Ok(one)
    };
    Ok(Item::Responses {
        prompt: prompt(asked)?,
        responses: vec![one("accept")?, one("reject")?],
        log_ids: Vec::new(),
    })
}

fn answers(row: &Map<String, Value>, left_out: &mut LeftOut) -> Result<Vec<Mark>, String> {
    let mut marks = Vec::new();
    if let Some(chosen) = row.get("accept").and_then(Value::as_array) {
        let style = row.get("config").and_then(|config| config.get("choice_style"));
        let many = style.and_then(Value::as_str) == Some("multiple") || chosen.len() > 1;
        let names: Vec<String> = chosen.iter().filter_map(|id| option(row, id)).collect();
        if many || !names.is_empty() {
            marks.push(Mark::new("choice", Given::Names(names, many)));
        }
    }
    if let (Some(spans), Some(text)) =
        (row.get("spans").and_then(Value::as_array), row.get("text").and_then(Value::as_str))
    {
        let one = |span: &Value| {
            let at = |key: &str| span.get(key).and_then(Value::as_u64);
            let range = at("start").zip(at("end")).ok_or("a span has no start and end")?;
            let quote = span.get("text").and_then(Value::as_str);
            let (start, end) = place(text, range, quote, Offsets::CodePoints)?;
            let label = span.get("label").and_then(word).ok_or("a span has no label")?;
            Ok::<_, String>(TextSpan { start, end, label })
        };
        let spans = spans.iter().map(one).collect::<Result<_, _>>()?;
        marks.push(Mark::new("spans", Given::Spans("text".to_owned(), spans)));
    }
    if let Some(text) = row.get("user_input").and_then(Value::as_str) {
        marks.push(Mark::new("user_input", Given::Text(text.to_owned())));
    }
    if row.get("relations").and_then(Value::as_array).is_some_and(|all| !all.is_empty()) {
        left_out.add("relations");
    }
    Ok(marks)
}

/// What an option says, by its id.
fn option(row: &Map<String, Value>, id: &Value) -> Option<String> {
    let options = row.get("options").and_then(Value::as_array);
    let found = options.into_iter().flatten().find(|option| option.get("id") == Some(id));
    found.and_then(|option| option.get("text")).and_then(word).or_else(|| word(id))
}
