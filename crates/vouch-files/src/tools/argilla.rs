//! Argilla's records: nested as `records.to_json` and `to_list` write them, or flat as
//! `to_datasets` does. Answers have no types there: they are told by what they look like.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use vouch_domain::review::{Item, TextSpan};

use crate::cells::{record, response, word};
use crate::entry::{Annotation, Annotator, Entry, LeftOut, Mark, Prediction};
use crate::given::Given;
use crate::mapping::Mapping;
use crate::offsets::{Offsets, place};

const TOOL: &str = "Argilla";
/// What a flat record holds beside its fields.
const OWN: [&str; 4] = ["id", "status", "_server_id", "score"];

/// The entry of a record.
pub(super) fn entry(
    row: &Map<String, Value>,
    mapping: &Mapping,
    left_out: &mut LeftOut,
) -> Result<Entry, String> {
    let parts =
        if row.get("fields").is_some_and(Value::is_object) { nested(row) } else { flat(row) };
    let fields = &parts.fields;
    let said = parts.responses.values().flatten().map(|one| &one.value);
    let ranked = said
        .chain(parts.suggestions.iter().map(|(_, one)| &one.value))
        .find_map(|value| ranking(value, fields));
    let names = ranked.map(|places| {
        let mut names: Vec<String> = places.concat();
        names.sort_unstable();
        names
    });
    let item = if let Some(names) = &names {
        compared(fields, names)?
    } else {
        let shown = |name: &String| mapping.text.is_empty() || mapping.text.contains(name);
        record(fields.iter().filter(|(name, _)| shown(name)))?
    };
    let names = names.unwrap_or_default();
    let mut entry = Entry::new(item);
    entry.key = row.get("id").and_then(word).or_else(|| row.get("_server_id").and_then(word));
    let mut people: BTreeMap<&str, Vec<Mark>> = BTreeMap::new();
    let mut order = Vec::new();
    for (question, all) in &parts.responses {
        for one in all {
            if one.status.as_deref().is_some_and(|status| status != "submitted") {
                left_out.add("responses that are drafts or discarded");
                continue;
            }
            let Some(given) = given(&one.value, fields, &names)? else { continue };
            if !people.contains_key(one.user.as_str()) {
                order.push(one.user.as_str());
            }
            people.entry(&one.user).or_default().push(Mark::new(question, given));
        }
    }
    for user in order {
        entry.annotations.push(Annotation {
            by: Annotator { name: user.to_owned(), tool: TOOL },
            marks: people.remove(user).unwrap_or_default(),
            at: None,
            active_ms: 0,
            id: String::new(),
            is_truth: false,
        });
    }
    // Of several agents, each is a prediction of its own.
    for (question, one) in &parts.suggestions {
        let Some(given) = given(&one.value, fields, &names)? else { continue };
        let source = one.agent.clone().unwrap_or_else(|| "suggestion".to_owned());
        let mark = Mark::new(question, given);
        match entry.predictions.iter_mut().find(|there| there.source == source) {
            Some(there) => there.marks.push(mark),
            None => {
                entry.predictions.push(Prediction { source, score: one.score, marks: vec![mark] });
            }
        }
    }
    Ok(entry)
}

struct Said {
    value: Value,
    user: String,
    status: Option<String>,
}

struct Suggested {
    value: Value,
    score: Option<f64>,
    agent: Option<String>,
}

#[derive(Default)]
struct Parts {
    fields: Map<String, Value>,
    responses: BTreeMap<String, Vec<Said>>,
    suggestions: Vec<(String, Suggested)>,
}

fn suggested(value: &Value, score: Option<&Value>, agent: Option<&Value>) -> Suggested {
    // A list of labels has a list of scores: the least of them says how sure all are.
    let score = match score {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_f64).reduce(f64::min),
        other => other.and_then(Value::as_f64),
    };
    Suggested { value: value.clone(), score, agent: agent.and_then(word) }
}

fn nested(row: &Map<String, Value>) -> Parts {
    let object = |key: &str| row.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut parts = Parts { fields: object("fields"), ..Parts::default() };
    for (question, all) in object("responses") {
        let all = all.as_array().cloned().unwrap_or_default();
        let said = |one: &Value| {
            Some(Said {
                value: one.get("value").filter(|value| !value.is_null())?.clone(),
                user: one.get("user_id").and_then(word).unwrap_or_else(|| "unknown".to_owned()),
                status: one.get("status").and_then(word),
            })
        };
        parts.responses.insert(question, all.iter().filter_map(said).collect());
    }
    for (question, one) in object("suggestions") {
        if let Some(value) = one.get("value").filter(|value| !value.is_null()) {
            parts
                .suggestions
                .push((question, suggested(value, one.get("score"), one.get("agent"))));
        }
    }
    parts
}

fn flat(row: &Map<String, Value>) -> Parts {
    let mut parts = Parts::default();
    let null = Value::Null;
    let get = |name: String| row.get(&name).filter(|value| !value.is_null());
    for (name, value) in row {
        if let Some(question) = name.strip_suffix(".responses") {
            let list = |name: String| get(name).and_then(Value::as_array);
            let (users, states) = (list(format!("{name}.users")), list(format!("{name}.status")));
            let at = |list: Option<&Vec<Value>>, i: usize| {
                list.and_then(|list| list.get(i)).unwrap_or(&null).clone()
            };
            let all = value.as_array().into_iter().flatten().enumerate();
            let said = all.filter(|(_, value)| !value.is_null()).map(|(i, value)| Said {
                value: value.clone(),
                user: word(&at(users, i)).unwrap_or_else(|| "unknown".to_owned()),
                status: word(&at(states, i)),
            });
            parts.responses.insert(question.to_owned(), said.collect());
        } else if let Some(question) = name.strip_suffix(".suggestion") {
            if !value.is_null() {
                let one =
                    suggested(value, get(format!("{name}.score")), get(format!("{name}.agent")));
                parts.suggestions.push((question.to_owned(), one));
            }
        } else if !OWN.contains(&name.as_str())
            && ![".responses.users", ".responses.status", ".suggestion.score", ".suggestion.agent"]
                .iter()
                .any(|end| name.ends_with(end))
        {
            parts.fields.insert(name.clone(), value.clone());
        }
    }
    parts
}

/// A ranking of fields: names, or objects with a value and a rank; equals share a rank.
fn ranking(value: &Value, fields: &Map<String, Value>) -> Option<Vec<Vec<String>>> {
    let list = value.as_array().filter(|list| list.len() >= 2)?;
    let mut ranked: Vec<(i64, String)> = Vec::new();
    for (place, one) in (0..).zip(list) {
        let (rank, name) = match one {
            Value::String(name) => (place, name.clone()),
            one => (one.get("rank")?.as_i64()?, one.get("value").and_then(word)?),
        };
        ranked.push((rank, name));
    }
    ranked.iter().all(|(_, name)| fields.contains_key(name)).then_some(())?;
    ranked.sort();
    let groups = ranked.chunk_by(|a, b| a.0 == b.0);
    Some(groups.map(|group| group.iter().map(|(_, name)| name.clone()).collect()).collect())
}

/// The fields that are ranked as responses, the others as what was asked.
fn compared(fields: &Map<String, Value>, names: &[String]) -> Result<Item, String> {
    let one = |name: &String| {
        let mut one = response(fields.get(name).unwrap_or(&Value::Null))?;
        one.label = Some(name.clone());
        Ok::<_, String>(one)
    };
    let responses = names.iter().map(one).collect::<Result<_, _>>()?;
    let others = fields.iter().filter(|(name, value)| !names.contains(name) && !value.is_null());
    let asked: Vec<String> = others.filter_map(|(_, value)| word(value)).collect();
    let asked = (!asked.is_empty()).then(|| Value::String(asked.join("\n\n")));
    Ok(Item::Responses {
        prompt: crate::cells::prompt(asked.as_ref())?,
        responses,
        log_ids: Vec::new(),
    })
}

fn given(
    value: &Value,
    fields: &Map<String, Value>,
    names: &[String],
) -> Result<Option<Given>, String> {
    if !names.is_empty()
        && let Some(places) = ranking(value, fields)
    {
        let number = |name: &String| names.iter().position(|known| known == name);
        let places = places.iter().map(|group| group.iter().filter_map(number).collect());
        return Ok(Some(Given::Ranked(places.collect())));
    }
    Ok(match value {
        Value::Number(number) => Some(match number.as_i64() {
            Some(step) => Given::Step(step),
            None => Given::Number(number.as_f64().unwrap_or_default()),
        }),
        Value::Bool(yes) => Some(Given::Yes(*yes)),
        // A label or a text: which of them, the other records tell.
        Value::String(_) => Some(Given::Plain(value.clone())),
        Value::Array(list) if list.iter().any(|one| one.get("start").is_some()) => {
            Some(spans(list, fields)?)
        }
        Value::Array(list) => Some(Given::Names(list.iter().filter_map(word).collect(), true)),
        _ => None,
    })
}

fn spans(list: &[Value], fields: &Map<String, Value>) -> Result<Given, String> {
    let texts: Vec<(&String, &str)> =
        fields.iter().filter_map(|(name, value)| Some((name, value.as_str()?))).collect();
    let whole = |(_, text): &&(&String, &str)| all(list, text).is_ok();
    // Which field it is of is not told: the first one where all places are possible.
    let (name, text) = texts.iter().find(whole).or(texts.first()).ok_or("it has no text")?;
    Ok(Given::Spans((*name).clone(), all(list, text)?))
}

fn all(list: &[Value], text: &str) -> Result<Vec<TextSpan>, String> {
    let one = |one: &Value| {
        let at = |key: &str| one.get(key).and_then(Value::as_u64);
        let range = at("start").zip(at("end")).ok_or("a place has no start and end")?;
        let quote = one.get("text").and_then(Value::as_str);
        let (start, end) = place(text, range, quote, Offsets::CodePoints)?;
        let label = one.get("label").and_then(word).ok_or("a place has no label")?;
        Ok(TextSpan { start, end, label })
    };
    list.iter().map(one).collect()
}
