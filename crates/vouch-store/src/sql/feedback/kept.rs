//! A feedback as far as it has effects: on tallies, labels and roll-ups.

use serde::{Deserialize, Serialize};
use vouch_domain::Time;
use vouch_domain::actor::Source;
use vouch_domain::feedback::FeedbackTarget;
use vouch_domain::id::{FeedbackId, LogId, ProjectId};
use vouch_domain::metric::MetricValue;

use super::parse_target;
use crate::Result;
use crate::error::corrupt;
use crate::sql::rows::Rows;
use crate::sql::tx::Tx;
use crate::sql::value::Kind;

/// A feedback as far as it has effects.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) id: FeedbackId,
    pub(crate) at: Time,
    pub(crate) source: Source,
    pub(crate) target: FeedbackTarget,
    pub(crate) name: String,
    pub(crate) value: MetricValue,
    /// Whether it says how the answer should be.
    pub(crate) corrects: bool,
}

/// A row of [`COLUMNS`], and which row of `k` it belongs to.
#[derive(sqlx::FromRow)]
pub(super) struct KeptRow {
    pub(super) n: i64,
    id: String,
    created_at: i64,
    source: String,
    target: String,
    name: String,
    value: String,
    value_num: Option<f64>,
    corrects: i64,
}

/// What is read for a [`KeptRow`].
pub(super) const COLUMNS: &str = "k.n, f.id, f.created_at, f.source, f.target, f.name, f.value, \
     f.value_num, CAST(CASE WHEN f.correction IS NULL AND f.name <> 'correction' THEN 0 ELSE 1 END \
     AS BIGINT) AS corrects";

impl KeptRow {
    pub(super) fn kept(self) -> Result<Kept> {
        Ok(Kept {
            id: self.id.parse().map_err(|e| corrupt("feedback", e))?,
            at: Time::from_micros(self.created_at),
            source: Source::parse(&self.source).ok_or_else(|| corrupt("feedback", self.source))?,
            target: parse_target(&self.target)?,
            name: self.name,
            value: parse_value(&self.value, self.value_num)?,
            corrects: self.corrects != 0,
        })
    }
}

/// A text as it is stored, so that it can be told from a category.
#[derive(Serialize, Deserialize)]
struct StoredText {
    text: String,
}

/// The value as it is stored: JSON, a text within an object.
pub(super) fn stored_value(value: &MetricValue) -> Result<String> {
    let json = match value {
        MetricValue::Text(text) => serde_json::to_string(&StoredText { text: text.clone() }),
        other => serde_json::to_string(other),
    };
    json.map_err(|e| corrupt("feedback", e))
}

/// The value that is stored as JSON, and its number, which JSON may not keep to the last bit.
pub(super) fn parse_value(json: &str, number: Option<f64>) -> Result<MetricValue> {
    if json.starts_with('{') {
        let StoredText { text } = serde_json::from_str(json).map_err(|e| corrupt("feedback", e))?;
        return Ok(MetricValue::Text(text));
    }
    let value = serde_json::from_str(json).map_err(|e| corrupt("feedback", e))?;
    Ok(match (value, number) {
        (MetricValue::Number(_), Some(number)) => MetricValue::Number(number),
        (value, _) => value,
    })
}

/// The feedback on these logs that counts, with its log's place in the list.
pub(crate) async fn counting_on(
    tx: &mut Tx,
    logs: &[(ProjectId, LogId)],
) -> Result<Vec<(usize, Kept)>> {
    let mut rows = Rows::new(&[("n", Kind::Int), ("project", Kind::Text), ("target", Kind::Text)]);
    for (n, (project, log)) in (0i64..).zip(logs) {
        rows.push([n.into(), (*project).into(), (*log).into()]);
    }
    let body = format!(
        "SELECT {COLUMNS} FROM k CROSS JOIN feedback f \
         WHERE f.project = k.project AND f.target = k.target AND f.counts = 1"
    );
    let rows = rows.all::<KeptRow>(&mut tx.conn, &body).await?;
    let place = |row: KeptRow| Ok((usize::try_from(row.n).unwrap_or(usize::MAX), row.kept()?));
    rows.into_iter().map(place).collect()
}
