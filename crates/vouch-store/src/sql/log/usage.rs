//! Calls, tokens and cost by day, deployment, variant and model.

use std::collections::BTreeMap;

use vouch_domain::id::ProjectId;

use super::row::LogRow;
use crate::sql::conn::Conn;
use crate::sql::rows::Rows;
use crate::sql::statement::sql;
use crate::sql::value::Kind;
use crate::{Result, UsagePoint};

/// A row of `log_rollups`: tenant, day, deployment, variant, model.
type Key = (ProjectId, i64, String, String, String);

/// Changes to the roll-ups, summed by row.
#[derive(Default)]
pub(crate) struct UsageChanges(BTreeMap<Key, Usage>);

#[derive(Default, Clone, Copy, PartialEq, Eq)]
struct Usage {
    calls: i64,
    failed: i64,
    prompt_tokens: i64,
    completion_tokens: i64,
    cost_usd_micros: i64,
}

impl UsageChanges {
    /// Adds (`sign` 1) or takes away (`sign` -1) one log.
    pub(super) fn count(&mut self, project: ProjectId, row: &LogRow, sign: i64) {
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        let key = (project, row.day(), name(&row.deployment), name(&row.variant), name(&row.model));
        let amount = |amount: Option<i64>| sign.saturating_mul(amount.unwrap_or(0));
        self.0.entry(key).or_default().add(Usage {
            calls: sign,
            failed: if row.status == "failed" { sign } else { 0 },
            prompt_tokens: amount(row.prompt_tokens),
            completion_tokens: amount(row.completion_tokens),
            cost_usd_micros: amount(row.cost_usd_micros),
        });
    }

    /// Adds the changes of another part of the transaction.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, usage) in other.0 {
            self.0.entry(key).or_default().add(usage);
        }
    }

    /// Writes the changes.
    pub(crate) async fn write(self, conn: &mut Conn) -> Result<()> {
        let mut rows = Rows::new(&[
            ("project", Kind::Text),
            ("day", Kind::Int),
            ("deployment", Kind::Text),
            ("variant", Kind::Text),
            ("model", Kind::Text),
            ("calls", Kind::Int),
            ("failed", Kind::Int),
            ("prompt_tokens", Kind::Int),
            ("completion_tokens", Kind::Int),
            ("cost_usd_micros", Kind::Int),
        ]);
        for ((project, day, deployment, variant, model), usage) in self.0 {
            if usage != Usage::default() {
                rows.push([
                    project.into(),
                    day.into(),
                    deployment.into(),
                    variant.into(),
                    model.into(),
                    usage.calls.into(),
                    usage.failed.into(),
                    usage.prompt_tokens.into(),
                    usage.completion_tokens.into(),
                    usage.cost_usd_micros.into(),
                ]);
            }
        }
        let add = "ON CONFLICT (project, day, deployment, variant, model) DO UPDATE SET \
            calls = log_rollups.calls + excluded.calls, \
            failed = log_rollups.failed + excluded.failed, \
            prompt_tokens = log_rollups.prompt_tokens + excluded.prompt_tokens, \
            completion_tokens = log_rollups.completion_tokens + excluded.completion_tokens, \
            cost_usd_micros = log_rollups.cost_usd_micros + excluded.cost_usd_micros";
        rows.insert(conn, "log_rollups", add).await
    }
}

impl Usage {
    fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.prompt_tokens = self.prompt_tokens.saturating_add(other.prompt_tokens);
        self.completion_tokens = self.completion_tokens.saturating_add(other.completion_tokens);
        self.cost_usd_micros = self.cost_usd_micros.saturating_add(other.cost_usd_micros);
    }
}

#[derive(sqlx::FromRow)]
struct UsageRow {
    day: i64,
    deployment: String,
    variant: String,
    model: String,
    calls: i64,
    failed: i64,
    prompt_tokens: i64,
    completion_tokens: i64,
    cost_usd_micros: i64,
}

/// The roll-ups of these days.
pub(super) async fn points(
    conn: &mut Conn,
    project: ProjectId,
    days: std::ops::RangeInclusive<i64>,
) -> Result<Vec<UsagePoint>> {
    let rows = sql("SELECT day, deployment, variant, model, calls, failed, prompt_tokens, \
                    completion_tokens, cost_usd_micros FROM log_rollups \
                    WHERE project = $1 AND day BETWEEN $2 AND $3 AND calls <> 0 \
                    ORDER BY day, deployment, variant, model")
    .bind(project)
    .bind(*days.start())
    .bind(*days.end())
    .all::<UsageRow>(conn)
    .await?;
    let point = |row: UsageRow| UsagePoint {
        day: row.day,
        deployment: row.deployment,
        variant: row.variant,
        model: row.model,
        calls: row.calls,
        failed: row.failed,
        prompt_tokens: row.prompt_tokens,
        completion_tokens: row.completion_tokens,
        cost_usd_micros: row.cost_usd_micros,
    };
    Ok(rows.into_iter().map(point).collect())
}
