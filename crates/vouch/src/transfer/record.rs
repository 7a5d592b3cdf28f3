//! A log with its feedback as one JSON object: the log's own fields, and `feedback`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use vouch_domain::Time;
use vouch_domain::actor::{Actor, Source};
use vouch_domain::feedback::{Feedback, FeedbackTarget};
use vouch_domain::id::{FeedbackId, LogId};
use vouch_domain::log::Log;
use vouch_domain::metric::{MetricType, MetricValue, check_name};
use vouch_store::WholeLog;

/// The fields of a log, and its feedback.
const FIELDS: &[&str] = &[
    "id",
    "created_at",
    "status",
    "origin",
    "sent_by",
    "deployment",
    "version",
    "variant",
    "provider",
    "model",
    "chain_id",
    "conversation_id",
    "user_id",
    "messages",
    "choices",
    "parameters",
    "inputs",
    "metadata",
    "usage",
    "performance",
    "cost_usd_micros",
    "logprobs",
    "uncertainty",
    "error",
    "attempts",
    "feedback",
];

#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    log: &'a Log,
    feedback: Vec<Said>,
}

/// One feedback on the log.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    id: FeedbackId,
    created_at: Time,
    author: Actor,
    source: Source,
    name: String,
    /// The metric's type, for whoever does not know the metric.
    #[serde(rename = "type")]
    kind: String,
    value: Value,
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    correction: Option<String>,
    /// For readers; who takes it in finds out again.
    #[serde(default)]
    counts: bool,
    #[serde(default)]
    retracted_at: Option<Time>,
}

/// Writes the object.
pub(crate) fn write(out: &mut impl std::io::Write, whole: &WholeLog) -> serde_json::Result<()> {
    let feedback = whole.feedback.iter().map(Said::of).collect();
    serde_json::to_writer(out, &Record { log: &whole.log, feedback })
}

/// The object.
pub(crate) fn object(whole: &WholeLog) -> serde_json::Result<Value> {
    let feedback = whole.feedback.iter().map(Said::of).collect();
    serde_json::to_value(Record { log: &whole.log, feedback })
}

/// Whether the object is what [`write()`] writes, rather than what `POST /api/v1/logs` takes.
pub(crate) fn is_record(object: &Map<String, Value>) -> bool {
    object.contains_key("origin") || object.contains_key("sent_by")
}

/// The log in an object.
///
/// # Errors
/// What is wrong, in a sentence.
pub(crate) fn read(mut object: Map<String, Value>) -> Result<WholeLog, String> {
    if let Some(unknown) = object.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(format!("/{unknown}: is not known here"));
    }
    let said = object.shift_remove("feedback").unwrap_or_else(|| json!([]));
    for (field, empty) in [
        ("messages", json!([])),
        ("choices", json!([])),
        ("parameters", json!({})),
        ("metadata", json!({})),
        ("performance", json!({})),
    ] {
        object.entry(field).or_insert(empty);
    }
    let log = serde_path_to_error::deserialize::<_, Log>(Value::Object(object));
    let log = log.map_err(|e| match e.path().to_string().as_str() {
        "." => e.inner().to_string(),
        path => format!("/{}: {}", path.replace('.', "/"), e.inner()),
    })?;
    let said: Vec<Said> = serde_json::from_value(said).map_err(|e| format!("/feedback: {e}"))?;
    let feedback = said
        .into_iter()
        .enumerate()
        .map(|(i, said)| said.feedback(log.id).map_err(|e| format!("/feedback/{i}: {e}")));
    let feedback = feedback.collect::<Result<_, _>>()?;
    Ok(WholeLog { log, feedback })
}

impl Said {
    fn of(feedback: &Feedback) -> Self {
        let Feedback { id, created_at, author, source, name, .. } = feedback.clone();
        let value = match &feedback.value {
            MetricValue::Boolean(yes) => json!(yes),
            MetricValue::Number(n) => json!(n),
            MetricValue::Category(text) | MetricValue::Text(text) => json!(text),
            MetricValue::Categories(words) => json!(words),
        };
        Self {
            id,
            created_at,
            author,
            source,
            name,
            kind: type_of(&feedback.value).as_str().to_owned(),
            value,
            comment: feedback.comment.clone(),
            correction: feedback.correction.clone(),
            counts: feedback.counts,
            retracted_at: feedback.retracted_at,
        }
    }

    fn feedback(self, log: LogId) -> Result<Feedback, String> {
        check_name(&self.name).map_err(|e| e.to_string())?;
        let known = [
            MetricType::Boolean,
            MetricType::Number { min: None, max: None },
            MetricType::Category { categories: vec![] },
            MetricType::MultiCategory { categories: vec![] },
            MetricType::Text,
        ];
        let kind = known.into_iter().find(|kind| kind.as_str() == self.kind);
        let kind = kind.ok_or_else(|| format!("there is no type of metric `{}`", self.kind))?;
        let value = kind.check(&self.value).map_err(|e| e.to_string())?;
        Ok(Feedback {
            id: self.id,
            created_at: self.created_at,
            author: self.author,
            author_name: None,
            source: self.source,
            target: FeedbackTarget::LogId(log),
            name: self.name,
            value,
            comment: self.comment,
            correction: self.correction,
            counts: self.counts,
            retracted_at: self.retracted_at,
        })
    }
}

/// The type of a metric that takes such a value.
pub(crate) fn type_of(value: &MetricValue) -> MetricType {
    match value {
        MetricValue::Boolean(_) => MetricType::Boolean,
        MetricValue::Number(_) => MetricType::Number { min: None, max: None },
        MetricValue::Category(_) => MetricType::Category { categories: vec![] },
        MetricValue::Text(_) => MetricType::Text,
        MetricValue::Categories(_) => MetricType::MultiCategory { categories: vec![] },
    }
}
