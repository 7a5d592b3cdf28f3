//! Label Studio's JSON-MIN export: an annotation with its task, all in one object. The fields of
//! the task come first, then `id`, then the answers, then `annotator` and what belongs to it.

use serde_json::{Map, Value};

use crate::cells::{milliseconds, moment, word};
use crate::entry::{Annotation, Entry, LeftOut, Mark};
use crate::given::Given;
use crate::mapping::Mapping;

use super::label_studio::{About, annotator};

/// The entry of an annotation.
pub(super) fn entry(
    row: &Map<String, Value>,
    mapping: &Mapping,
    left_out: &mut LeftOut,
) -> Result<Entry, String> {
    let (mut data, mut answers) = (Map::new(), Vec::new());
    let mut after_id = false;
    for (name, value) in row {
        match name.as_str() {
            "annotator" => break,
            "id" => after_id = true,
            _ if after_id => answers.push((name, value)),
            _ => {
                data.insert(name.clone(), value.clone());
            }
        }
    }
    if !after_id {
        return Err("there is no `id` between the task and its answers".to_owned());
    }
    let listed = || answers.iter().filter_map(|(_, value)| value.as_array()).flatten();
    let about = About::of(&data, listed(), mapping)?;
    let mut marks = Vec::new();
    for (name, value) in answers {
        match value {
            Value::Array(results) => {
                for result in results {
                    let named = |reason: String| format!("{name}: {reason}");
                    about.take(&mut marks, (name, None), result, left_out).map_err(named)?;
                }
            }
            // One choice or one text: which of them, the other rows tell.
            Value::String(_) => marks.push(Mark::new(name, Given::Plain(value.clone()))),
            _ => left_out.add(format!("values of `{name}`")),
        }
    }
    let mut entry = Entry::new(about.item);
    entry.key = row.get("id").and_then(word);
    if marks.is_empty() {
        left_out.add("annotations without an answer");
        return Ok(entry);
    }
    entry.annotations.push(Annotation {
        by: annotator(row.get("annotator")),
        marks,
        at: row.get("created_at").and_then(moment),
        active_ms: milliseconds(row.get("lead_time")),
        id: row.get("annotation_id").and_then(word).unwrap_or_default(),
        is_truth: false,
    });
    Ok(entry)
}
