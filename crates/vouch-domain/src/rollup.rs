//! What one feedback adds to the daily roll-ups that the charts read.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Time;
use crate::log::{Context, Served};
use crate::metric::MetricValue;

/// The key of one roll-up row within a project. The order is the order in which rows are
/// locked, so that two writers never wait for each other in a circle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RollupKey {
    /// The metric's name.
    pub metric: String,
    /// Days since 1970-01-01 of the feedback.
    pub day: i64,
    /// `all`, `deployment`, `variant`, `model`, `user`, or `meta:` and a metadata key.
    pub dimension: String,
    /// The dimension's value; empty for `all`.
    pub dimension_value: String,
    /// The value for words and booleans; empty for the total over all values.
    pub label: String,
}

/// What is added to a roll-up row.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RollupDelta {
    /// Feedbacks.
    pub count: i64,
    /// Sum of their numbers; a boolean counts 0 or 1.
    pub sum: f64,
}

/// Changes to roll-up rows, summed by key.
pub type RollupChanges = BTreeMap<RollupKey, RollupDelta>;

/// The longest metadata value that becomes a dimension or a tag, in characters.
pub const MAX_TAG_CHARS: usize = 128;
/// The most metadata keys of one log that become dimensions and tags.
pub const MAX_TAGS: usize = 32;

/// A dimension and its value, e.g. `("model", "gpt-4o")`.
pub type Dimension = (String, String);

/// The dimensions that a log gives to its feedback.
pub fn dimensions(
    served: &Served,
    context: &Context,
    metadata: &Map<String, Value>,
) -> Vec<Dimension> {
    let named = [
        ("deployment", &served.deployment),
        ("variant", &served.variant),
        ("model", &served.model),
        ("user", &context.user_id),
    ];
    let mut all = vec![("all".to_owned(), String::new())];
    all.extend(named.into_iter().filter_map(|(name, v)| Some((name.to_owned(), v.clone()?))));
    all.extend(tags(metadata).into_iter().map(|(key, value)| (format!("meta:{key}"), value)));
    all
}

/// The metadata pairs that can be filtered and charted: scalars of at most [`MAX_TAG_CHARS`],
/// at most [`MAX_TAGS`] of them, in the order of the keys.
pub fn tags(metadata: &Map<String, Value>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = metadata
        .iter()
        .filter(|(key, _)| fits(key))
        .filter_map(|(key, value)| Some((key.clone(), tag_value(value)?)))
        .collect();
    pairs.sort();
    pairs.truncate(MAX_TAGS);
    pairs
}

fn tag_value(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(n) => n.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    fits(&text).then_some(text)
}

/// PostgreSQL cannot keep U+0000 in a text.
fn fits(text: &str) -> bool {
    text.chars().count() <= MAX_TAG_CHARS && !text.contains('\0')
}

/// The words under which a value is counted: `true` or `false`, or its categories. A number has
/// none, and free text has none: it would make a row for each feedback.
pub fn labels(value: &MetricValue) -> Vec<String> {
    match value {
        MetricValue::Boolean(yes) => vec![yes.to_string()],
        MetricValue::Category(word) => vec![word.clone()],
        MetricValue::Number(_) | MetricValue::Text(_) => vec![],
        MetricValue::Categories(words) => words.clone(),
    }
}

/// Adds (`sign` 1) or takes away (`sign` -1) one feedback in all its dimensions.
pub fn contribute(
    changes: &mut RollupChanges,
    metric: &str,
    value: &MetricValue,
    at: Time,
    dimensions: &[Dimension],
    sign: i8,
) {
    let count = i64::from(sign);
    let sum = value.number().unwrap_or(0.0) * f64::from(sign);
    let labels = labels(value);
    for (dimension, dimension_value) in dimensions {
        for label in std::iter::once(String::new()).chain(labels.iter().cloned()) {
            let key = RollupKey {
                metric: metric.to_owned(),
                day: at.day(),
                dimension: dimension.clone(),
                dimension_value: dimension_value.clone(),
                label,
            };
            let delta = changes.entry(key).or_default();
            delta.count += count;
            delta.sum += sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn adding_and_taking_away_leaves_nothing() {
        let served = Served { model: Some("m".into()), ..Served::default() };
        let metadata = json!({"plan": "pro", "nested": {}, "n": 3});
        let dims = dimensions(&served, &Context::default(), metadata.as_object().unwrap());
        let names: Vec<_> = dims.iter().map(|d| d.0.as_str()).collect();
        assert_eq!(names, ["all", "model", "meta:n", "meta:plan"]);
        let mut changes = RollupChanges::new();
        let at = Time::from_micros(0);
        let value = MetricValue::Categories(vec!["spelling".into()]);
        contribute(&mut changes, "defects", &value, at, &dims, 1);
        assert_eq!(changes.len(), 8);
        contribute(&mut changes, "defects", &value, at, &dims, -1);
        assert!(changes.values().all(|d| d.count == 0 && d.sum.abs() < f64::EPSILON));
    }

    #[test]
    fn free_text_makes_no_row_of_its_own() {
        assert!(labels(&MetricValue::Text("nice".into())).is_empty());
        assert_eq!(labels(&MetricValue::Category("x".repeat(100))), ["x".repeat(100)]);
    }
}
