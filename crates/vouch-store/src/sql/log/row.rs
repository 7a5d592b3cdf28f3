//! A log as a line of a list: the row in `logs`, from a log and back.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json};
use vouch_domain::Time;
use vouch_domain::feedback::FeedbackTally;
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::log::{
    Context, Log, LogOrigin, LogStatus, LogSummary, Performance, Served, Usage,
};
use vouch_domain::message::{input_preview, output_preview};
use vouch_domain::rollup::{Dimension, dimensions, tags};

use crate::Result;
use crate::error::corrupt;
use crate::sql::rows::Rows;
use crate::sql::tx::Tx;
use crate::sql::value::{Kind, Value, clean};

/// Characters of a preview.
const PREVIEW_CHARS: usize = 160;

/// The row in `logs`, without its tenant.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(crate) struct LogRow {
    pub(super) id: String,
    pub(super) created_at: i64,
    pub(super) status: String,
    origin: String,
    pub(super) deployment: Option<String>,
    version: Option<i64>,
    pub(super) variant: Option<String>,
    provider: Option<String>,
    pub(super) model: Option<String>,
    chain_id: Option<String>,
    conversation_id: Option<String>,
    user_id: Option<String>,
    /// The metadata that can be filtered by, as a JSON object of strings.
    pub(super) tags: Option<String>,
    input_preview: String,
    output_preview: String,
    pub(super) prompt_tokens: Option<i64>,
    pub(super) completion_tokens: Option<i64>,
    total_tokens: Option<i64>,
    latency_ms: Option<f64>,
    time_to_first_token_ms: Option<f64>,
    pub(super) cost_usd_micros: Option<i64>,
    mean_logprob: Option<f64>,
}

/// The columns of a [`LogRow`], from a table `l`.
pub(super) const COLUMNS: &str = "l.id, l.created_at, l.status, l.origin, l.deployment, l.version, \
    l.variant, l.provider, l.model, l.chain_id, l.conversation_id, l.user_id, l.tags, \
    l.input_preview, l.output_preview, l.prompt_tokens, l.completion_tokens, l.total_tokens, \
    l.latency_ms, l.time_to_first_token_ms, l.cost_usd_micros, l.mean_logprob";

/// The columns of a stored row, with its tenant and its day.
const STORED: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("day", Kind::Int),
    ("id", Kind::Text),
    ("created_at", Kind::Int),
    ("status", Kind::Text),
    ("origin", Kind::Text),
    ("deployment", Kind::Text),
    ("version", Kind::Int),
    ("variant", Kind::Text),
    ("provider", Kind::Text),
    ("model", Kind::Text),
    ("chain_id", Kind::Text),
    ("conversation_id", Kind::Text),
    ("user_id", Kind::Text),
    ("tags", Kind::Text),
    ("input_preview", Kind::Text),
    ("output_preview", Kind::Text),
    ("prompt_tokens", Kind::Int),
    ("completion_tokens", Kind::Int),
    ("total_tokens", Kind::Int),
    ("latency_ms", Kind::Real),
    ("time_to_first_token_ms", Kind::Real),
    ("cost_usd_micros", Kind::Int),
    ("mean_logprob", Kind::Real),
];

impl LogRow {
    /// The row of a log.
    pub(super) fn of(log: &Log) -> Self {
        let optional = |text: &Option<String>| text.as_deref().map(clean);
        let pairs: Map<String, Json> =
            tags(&log.metadata).into_iter().map(|(k, v)| (clean(&k), clean(&v).into())).collect();
        let tokens = |count: fn(&Usage) -> u64| {
            log.usage.as_ref().map(|usage| i64::try_from(count(usage)).unwrap_or(i64::MAX))
        };
        Self {
            id: log.id.to_string(),
            created_at: log.created_at.micros(),
            status: log.status.as_str().to_owned(),
            origin: log.origin.as_str().to_owned(),
            deployment: optional(&log.served.deployment),
            version: log.served.version.map(i64::from),
            variant: optional(&log.served.variant),
            provider: optional(&log.served.provider),
            model: optional(&log.served.model),
            chain_id: optional(&log.context.chain_id),
            conversation_id: optional(&log.context.conversation_id),
            user_id: optional(&log.context.user_id),
            tags: (!pairs.is_empty()).then(|| Json::Object(pairs).to_string()),
            input_preview: clean(&input_preview(&log.messages, PREVIEW_CHARS)),
            output_preview: clean(&output_preview(&log.choices, PREVIEW_CHARS)),
            prompt_tokens: tokens(|usage| usage.prompt_tokens),
            completion_tokens: tokens(|usage| usage.completion_tokens),
            total_tokens: tokens(|usage| usage.total_tokens),
            latency_ms: log.performance.latency,
            time_to_first_token_ms: log.performance.time_to_first_token,
            cost_usd_micros: log.cost_usd_micros,
            mean_logprob: log.uncertainty.as_ref().map(|u| u.mean_logprob),
        }
    }

    /// Where rows are collected to be inserted or replaced.
    pub(super) fn collection() -> Rows {
        Rows::new(STORED)
    }

    /// The values of [`LogRow::collection`].
    pub(super) fn values(&self, project: ProjectId) -> [Value; STORED.len()] {
        [
            project.into(),
            self.day().into(),
            (&self.id).into(),
            self.created_at.into(),
            (&self.status).into(),
            (&self.origin).into(),
            self.deployment.clone().into(),
            self.version.into(),
            self.variant.clone().into(),
            self.provider.clone().into(),
            self.model.clone().into(),
            self.chain_id.clone().into(),
            self.conversation_id.clone().into(),
            self.user_id.clone().into(),
            self.tags.clone().into(),
            (&self.input_preview).into(),
            (&self.output_preview).into(),
            self.prompt_tokens.into(),
            self.completion_tokens.into(),
            self.total_tokens.into(),
            self.latency_ms.into(),
            self.time_to_first_token_ms.into(),
            self.cost_usd_micros.into(),
            self.mean_logprob.into(),
        ]
    }

    /// The day of its roll-ups.
    pub(super) const fn day(&self) -> i64 {
        Time::from_micros(self.created_at).day()
    }

    /// The metadata pairs that it can be filtered by.
    pub(super) fn tag_pairs(&self) -> Result<Vec<(String, String)>> {
        tag_map(self.tags.as_deref()).map(|map| tags(&map))
    }

    /// The dimensions that it gives to its feedback.
    pub(super) fn dimensions(&self) -> Result<Vec<Dimension>> {
        let row = DimensionRow {
            n: 0,
            deployment: self.deployment.clone(),
            variant: self.variant.clone(),
            model: self.model.clone(),
            user_id: self.user_id.clone(),
            tags: self.tags.clone(),
        };
        row.dimensions()
    }

    /// The log as a line of a list.
    pub(super) fn summary(self, feedback: FeedbackTally) -> Result<LogSummary> {
        let tokens = |count: Option<i64>| u64::try_from(count.unwrap_or(0)).unwrap_or(0);
        let usage = self.prompt_tokens.map(|_| Usage {
            prompt_tokens: tokens(self.prompt_tokens),
            completion_tokens: tokens(self.completion_tokens),
            total_tokens: tokens(self.total_tokens),
            rest: Map::new(),
        });
        Ok(LogSummary {
            id: self.id.parse().map_err(|e| corrupt("log", e))?,
            created_at: Time::from_micros(self.created_at),
            status: LogStatus::parse(&self.status).ok_or_else(|| corrupt("log", self.status))?,
            origin: LogOrigin::parse(&self.origin).ok_or_else(|| corrupt("log", self.origin))?,
            served: Served {
                deployment: self.deployment,
                version: self.version.and_then(|v| u32::try_from(v).ok()),
                variant: self.variant,
                provider: self.provider,
                model: self.model,
            },
            context: Context {
                chain_id: self.chain_id,
                conversation_id: self.conversation_id,
                user_id: self.user_id,
            },
            input_preview: self.input_preview,
            output_preview: self.output_preview,
            usage,
            performance: Performance {
                latency: self.latency_ms,
                time_to_first_token: self.time_to_first_token_ms,
            },
            cost_usd_micros: self.cost_usd_micros,
            mean_logprob: self.mean_logprob,
            feedback,
        })
    }
}

fn tag_map(tags: Option<&str>) -> Result<Map<String, Json>> {
    tags.map_or_else(|| Ok(Map::new()), |t| serde_json::from_str(t).map_err(|e| corrupt("log", e)))
}

#[derive(sqlx::FromRow)]
struct DimensionRow {
    n: i64,
    deployment: Option<String>,
    variant: Option<String>,
    model: Option<String>,
    user_id: Option<String>,
    tags: Option<String>,
}

impl DimensionRow {
    fn dimensions(self) -> Result<Vec<Dimension>> {
        let metadata = tag_map(self.tags.as_deref())?;
        let served = Served {
            deployment: self.deployment,
            variant: self.variant,
            model: self.model,
            ..Served::default()
        };
        let context = Context { user_id: self.user_id, ..Context::default() };
        Ok(dimensions(&served, &context, &metadata))
    }
}

/// Those of the logs that are there.
pub(crate) async fn logs_there(
    tx: &mut Tx,
    logs: &[(ProjectId, LogId)],
) -> Result<HashSet<(ProjectId, LogId)>> {
    let body = "SELECT k.n FROM k CROSS JOIN logs l WHERE l.project = k.project AND l.id = k.log";
    let there = numbered(logs).all::<(i64,)>(&mut tx.conn, body).await?;
    Ok(there.into_iter().filter_map(|(n,)| logs.get(usize::try_from(n).ok()?)).copied().collect())
}

/// The dimensions of those logs that are there.
pub(crate) async fn log_dimensions(
    tx: &mut Tx,
    logs: &[(ProjectId, LogId)],
) -> Result<HashMap<(ProjectId, LogId), Vec<Dimension>>> {
    let body = "SELECT k.n, l.deployment, l.variant, l.model, l.user_id, l.tags \
                FROM k CROSS JOIN logs l WHERE l.project = k.project AND l.id = k.log";
    let rows = numbered(logs).all::<DimensionRow>(&mut tx.conn, body).await?;
    let mut all = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(key) = usize::try_from(row.n).ok().and_then(|n| logs.get(n)) {
            all.insert(*key, row.dimensions()?);
        }
    }
    Ok(all)
}

/// The rows `k (n, project, log)` of these logs; `n` is the place in the list.
pub(crate) fn numbered(logs: &[(ProjectId, LogId)]) -> Rows {
    let mut rows = Rows::new(&[("n", Kind::Int), ("project", Kind::Text), ("log", Kind::Text)]);
    for (n, (project, log)) in (0i64..).zip(logs) {
        rows.push([n.into(), (*project).into(), (*log).into()]);
    }
    rows
}
