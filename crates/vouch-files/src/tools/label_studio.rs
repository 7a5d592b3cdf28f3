//! Label Studio's JSON export: a task with its annotations and predictions.
//!
//! The labelling configuration is not in it: what an answer is about is told by its type and by
//! the fields of the task.

use serde_json::{Map, Value};
use vouch_domain::review::{Item, TextSpan};

use crate::cells::{milliseconds, moment, prompt, record, response, responses, word};
use crate::entry::{Annotation, Annotator, Entry, LeftOut, Mark, Prediction};
use crate::given::Given;
use crate::mapping::Mapping;
use crate::offsets::{Offsets, place};

pub(super) const TOOL: &str = "Label Studio";

/// The entry of a task.
pub(super) fn entry(
    row: &Map<String, Value>,
    mapping: &Mapping,
    left_out: &mut LeftOut,
) -> Result<Entry, String> {
    let data = row.get("data").and_then(Value::as_object).ok_or("/data: expected an object")?;
    let empty = Vec::new();
    let list = |key: &str| row.get(key).and_then(Value::as_array);
    let annotations = list("annotations").or_else(|| list("completions")).unwrap_or(&empty);
    let predictions = list("predictions").unwrap_or(&empty);
    let results =
        || annotations.iter().chain(predictions).filter_map(|one| one.get("result")?.as_array());
    let about = About::of(data, results().flatten(), mapping)?;
    let mut entry = Entry::new(about.item.clone());
    entry.key = row.get("id").and_then(word);
    for annotation in annotations {
        // Another form of the export has the ids of annotations only.
        let Some(annotation) = annotation.as_object() else { continue };
        let is = |key: &str| annotation.get(key).and_then(Value::as_bool) == Some(true);
        if is("was_cancelled") || is("skipped") {
            left_out.add("skipped annotations");
            continue;
        }
        let result = annotation.get("result").and_then(Value::as_array).unwrap_or(&empty);
        let marks = about.marks(result, left_out)?;
        if marks.is_empty() {
            left_out.add("annotations without an answer");
            continue;
        }
        entry.annotations.push(Annotation {
            by: annotator(annotation.get("completed_by")),
            marks,
            at: annotation.get("created_at").and_then(moment),
            active_ms: milliseconds(annotation.get("lead_time")),
            id: annotation.get("id").and_then(word).unwrap_or_default(),
            is_truth: is("ground_truth"),
        });
    }
    for prediction in predictions.iter().filter_map(Value::as_object) {
        let result = prediction.get("result").and_then(Value::as_array).unwrap_or(&empty);
        let marks = about.marks(result, left_out)?;
        if !marks.is_empty() {
            let source = prediction.get("model_version").and_then(word);
            let score = prediction.get("score").and_then(Value::as_f64);
            let source = source.filter(|source| !source.is_empty());
            let source = source.unwrap_or_else(|| "prediction".to_owned());
            entry.predictions.push(Prediction { source, score, marks });
        }
    }
    Ok(entry)
}

/// Who annotated: an id, or an object with an e-mail.
pub(super) fn annotator(by: Option<&Value>) -> Annotator {
    let inner = |key: &str| by.and_then(|by| by.get(key)).and_then(word);
    let name = inner("email").or_else(|| inner("id")).or_else(|| by.and_then(word));
    Annotator { name: name.unwrap_or_else(|| "unknown".to_owned()), tool: TOOL }
}

/// What answers of a task are about.
pub(super) struct About<'d> {
    data: &'d Map<String, Value>,
    pub(super) item: Item,
    /// The ids of the responses, for a ranking.
    ids: Vec<String>,
}

impl<'d> About<'d> {
    /// Responses where answers compare some, else a record.
    pub(super) fn of<'r>(
        data: &'d Map<String, Value>,
        results: impl Iterator<Item = &'r Value>,
        mapping: &Mapping,
    ) -> Result<Self, String> {
        let mut columns = mapping.responses.clone();
        let mut listed = None;
        for result in results {
            let value = result.get("value").unwrap_or(result);
            if value.get("selected").is_some() && columns.is_empty() {
                let named = result.get("to_name").and_then(Value::as_str).unwrap_or_default();
                columns = named.split(',').map(|name| name.trim().to_owned()).collect();
            } else if value.get("ranker").is_some() {
                listed = data.iter().find(|(_, value)| is_list_with_ids(value));
            }
        }
        let asked = mapping.prompt.as_deref().or_else(|| {
            ["prompt", "instruction", "question"].into_iter().find(|name| data.contains_key(*name))
        });
        let asked = prompt(asked.and_then(|name| data.get(name)))?;
        if let Some((_, list)) = listed {
            let ids = list.as_array().into_iter().flatten();
            let ids = ids.filter_map(|one| one.get("id").and_then(word)).collect();
            let responses = responses(list)?;
            let item = Item::Responses { prompt: asked, responses, log_ids: Vec::new() };
            return Ok(Self { data, item, ids });
        }
        if columns.is_empty() {
            let shown = |name: &String| mapping.text.is_empty() || mapping.text.contains(name);
            let item = record(data.iter().filter(|(name, _)| shown(name)))?;
            return Ok(Self { data, item, ids: Vec::new() });
        }
        let one = |name: &String| {
            let value = data.get(name).ok_or_else(|| {
                format!("there is no `{name}` in its data; name the two columns with --response")
            });
            value.and_then(response)
        };
        let responses = columns.iter().map(one).collect::<Result<_, _>>()?;
        let item = Item::Responses { prompt: asked, responses, log_ids: Vec::new() };
        Ok(Self { data, item, ids: Vec::new() })
    }

    /// The answers of one annotation.
    pub(super) fn marks(
        &self,
        results: &[Value],
        left_out: &mut LeftOut,
    ) -> Result<Vec<Mark>, String> {
        let mut marks = Vec::new();
        for result in results {
            let Some(value) = result.get("value") else {
                left_out.add("relations");
                continue;
            };
            let kind = result.get("type").and_then(Value::as_str).unwrap_or_default();
            let name = result.get("from_name").and_then(Value::as_str).unwrap_or(kind);
            let to = result.get("to_name").and_then(Value::as_str);
            self.take(&mut marks, (name, to), value, left_out)
                .map_err(|reason| format!("{name}: {reason}"))?;
        }
        Ok(marks)
    }

    /// Adds one result to the answers.
    pub(super) fn take(
        &self,
        marks: &mut Vec<Mark>,
        (name, to): (&str, Option<&str>),
        value: &Value,
        left_out: &mut LeftOut,
    ) -> Result<(), String> {
        if let Some(labels) = labels(value) {
            return self.take_span(marks, (name, to), value, &labels, left_out);
        }
        if value.get("start").is_some() || value.get("x").is_some() {
            left_out.add("answers about a part of the item");
            return Ok(());
        }
        let Some(given) = self.given(value)? else {
            let what = value.as_object().and_then(|value| value.keys().next()).cloned();
            left_out
                .add(format!("answers of type {}", what.unwrap_or_else(|| "unknown".to_owned())));
            return Ok(());
        };
        match marks.iter_mut().find(|mark| mark.question == name) {
            None => marks.push(Mark::new(name, given)),
            Some(Mark { given: Given::Names(names, many), .. }) => {
                if let Given::Names(more, _) = given {
                    names.extend(more);
                    *many = true;
                }
            }
            Some(Mark { given: Given::Text(text), .. }) => {
                if let Given::Text(more) = given {
                    text.push('\n');
                    text.push_str(&more);
                }
            }
            Some(_) => return Err("it is answered twice".to_owned()),
        }
        Ok(())
    }

    fn given(&self, value: &Value) -> Result<Option<Given>, String> {
        let get = |key: &str| value.get(key);
        let words = |value: &Value| {
            value.as_array().map(|all| all.iter().filter_map(word).collect::<Vec<_>>())
        };
        Ok(Some(if let Some(names) = get("choices").and_then(words) {
            let many = names.len() > 1;
            Given::Names(names, many)
        } else if let Some(paths) = get("taxonomy").and_then(Value::as_array) {
            let path = |path: &Value| words(path).map(|steps| steps.join(" / "));
            let names: Vec<String> = paths.iter().filter_map(path).collect();
            let many = names.len() > 1;
            Given::Names(names, many)
        } else if let Some(step) = get("rating").and_then(Value::as_i64) {
            Given::Step(step)
        } else if let Some(number) = get("number").and_then(Value::as_f64) {
            Given::Number(number)
        } else if let Some(text) = get("text").filter(|_| get("start").is_none()) {
            match text {
                Value::String(text) => Given::Text(text.clone()),
                other => Given::Text(words(other).unwrap_or_default().join("\n")),
            }
        } else if let Some(text) = get("datetime").and_then(word) {
            Given::Text(text)
        } else if let Some(side) = get("selected").and_then(Value::as_str) {
            match side {
                "left" => Given::Preferred("a"),
                "right" => Given::Preferred("b"),
                other => return Err(format!("expected left or right, got {other}")),
            }
        } else if let Some(ranker) = get("ranker") {
            return self.ranked(ranker).map(Some);
        } else {
            return Ok(None);
        }))
    }

    /// `{"rank": [ids]}`, or a list of ids.
    fn ranked(&self, ranker: &Value) -> Result<Given, String> {
        let first = ranker.as_object().and_then(|buckets| buckets.values().next());
        let list = first.unwrap_or(ranker).as_array().ok_or("a ranking is no list of ids")?;
        let place = |id: &Value| {
            let id = word(id).unwrap_or_default();
            let place = self.ids.iter().position(|known| *known == id);
            place.map(|place| vec![place]).ok_or_else(|| format!("there is no response `{id}`"))
        };
        let mut places = list.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        // What was not ranked comes last, together.
        let rest: Vec<usize> =
            (0..self.ids.len()).filter(|n| !places.iter().any(|place| place.contains(n))).collect();
        if !rest.is_empty() {
            places.push(rest);
        }
        Ok(Given::Ranked(places))
    }

    fn take_span(
        &self,
        marks: &mut Vec<Mark>,
        (name, to): (&str, Option<&str>),
        value: &Value,
        labels: &[String],
        left_out: &mut LeftOut,
    ) -> Result<(), String> {
        // HTML and long texts count the places of the text as it is in globalOffsets.
        let offsets = value.get("globalOffsets").unwrap_or(value);
        let at = |key: &str| offsets.get(key).and_then(Value::as_u64);
        let Some(range) = at("start").zip(at("end")) else {
            left_out.add("places in paragraphs, pictures or sound");
            return Ok(());
        };
        let quote = value.get("text").and_then(Value::as_str);
        let (of, text) = self.text_of(to, range, quote)?;
        let (start, end) = place(text, range, quote, Offsets::Utf16)?;
        let spans = labels.iter().map(|label| TextSpan { start, end, label: label.clone() });
        match marks.iter_mut().find(|mark| mark.question == name) {
            Some(Mark { given: Given::Spans(_, there), .. }) => there.extend(spans),
            Some(_) => return Err("it is answered twice".to_owned()),
            None => marks.push(Mark::new(name, Given::Spans(of.to_owned(), spans.collect()))),
        }
        Ok(())
    }

    /// The field whose places are meant: of the tag's name, the only text, or where the quote is.
    fn text_of(
        &self,
        to: Option<&str>,
        range: (u64, u64),
        quote: Option<&str>,
    ) -> Result<(&'d str, &'d str), String> {
        let texts = || {
            let text =
                |(name, value): (&'d String, &'d Value)| Some((name.as_str(), value.as_str()?));
            self.data.iter().filter_map(text)
        };
        if let Some(found) = texts().find(|(name, _)| Some(*name) == to) {
            return Ok(found);
        }
        let mut all = texts();
        if let (Some(only), None) = (all.next(), all.next()) {
            return Ok(only);
        }
        let there = |(_, text): &(&str, &str)| {
            quote.is_some() && place(text, range, quote, Offsets::Utf16).is_ok()
        };
        texts()
            .find(there)
            .ok_or_else(|| "it cannot be told which field its places are in".to_owned())
    }
}

fn is_list_with_ids(value: &Value) -> bool {
    let list = value.as_array();
    list.is_some_and(|list| !list.is_empty() && list.iter().all(|one| one.get("id").is_some()))
}

/// The labels of a place: in `labels`, or `hypertextlabels` and the like.
fn labels(value: &Value) -> Option<Vec<String>> {
    let (_, labels) = value.as_object()?.iter().find(|(key, _)| {
        matches!(
            key.as_str(),
            "labels" | "hypertextlabels" | "paragraphlabels" | "timeserieslabels"
        )
    })?;
    Some(labels.as_array()?.iter().filter_map(word).collect())
}
