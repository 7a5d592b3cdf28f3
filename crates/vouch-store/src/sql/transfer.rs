//! Logs with all that belongs to them, out of the store and into it.

use std::collections::{HashMap, HashSet};

use serde_json::Value as Json;
use vouch_domain::feedback::{Feedback, NewFeedback};
use vouch_domain::id::{FeedbackId, LogId, ProjectId};
use vouch_domain::log::Log;
use vouch_domain::metric::MetricValue;
use vouch_domain::{Cursor, Page};

use super::SqlStore;
use super::conn::Conn;
use super::feedback::{append, on_logs};
use super::log::{numbered, page, whole};
use super::rows::Rows;
use super::value::Kind;
use crate::error::corrupt;
use crate::{
    FeedbackStore, LogQuery, LogStore, Result, Store, StoreError, TakenIn, TransferStore, WholeLog,
};

/// The most that the bodies of one page hold, compressed; a body is about four times its size.
const PAGE_BYTES: i64 = 8 << 20;

/// How often what another process wrote in between is looked up again.
const ATTEMPTS: u32 = 3;

#[async_trait::async_trait]
impl TransferStore for SqlStore {
    async fn whole_logs(&self, query: &LogQuery) -> Result<Page<WholeLog>> {
        self.settle().await?;
        let mut conn = self.readers.acquire().await?;
        let Page { items, mut next_cursor, mut partial } = page(&mut conn, query).await?;
        let mut ids: Vec<LogId> = items.into_iter().map(|line| line.id).collect();
        let fit = fitting(&mut conn, query.project, &ids).await?;
        if fit < ids.len() {
            ids.truncate(fit);
            next_cursor = ids.last().map(|last| Cursor(last.to_string()));
            partial = true;
        }
        let items = whole_of(&mut conn, query.project, &ids).await?;
        Ok(Page { items, next_cursor, partial })
    }

    async fn take_in(&self, project: ProjectId, logs: Vec<WholeLog>) -> Result<TakenIn> {
        let (logs, all): (Vec<Log>, Vec<Vec<Feedback>>) =
            logs.into_iter().map(|whole| (whole.log, whole.feedback)).unzip();
        let all = all.concat();
        let mut attempt = 1;
        let taken = loop {
            match self.add_missing(project, &logs, &all).await {
                Err(StoreError::Conflict(_)) if attempt < ATTEMPTS => attempt += 1,
                result => break result?,
            }
        };
        // Also of feedback that is there: an import may have been cut off before this.
        for feedback in &all {
            if let Some(at) = feedback.retracted_at {
                self.retract_feedback(project, feedback.id, &feedback.author, None, at).await?;
            }
        }
        Ok(taken)
    }
}

impl SqlStore {
    async fn add_missing(
        &self,
        project: ProjectId,
        logs: &[Log],
        feedback: &[Feedback],
    ) -> Result<TakenIn> {
        let mut conn = self.readers.acquire().await?;
        let there = log_ids(&mut conn, project, logs).await?;
        let given = feedback_ids(&mut conn, project, feedback).await?;
        drop(conn);
        let mut logs: Vec<Log> =
            logs.iter().filter(|log| !there.contains(&log.id)).cloned().collect();
        for log in &mut logs {
            log.project = project;
        }
        let feedback = feedback.iter().filter(|f| !given.contains(&f.id));
        let feedback = feedback.map(|f| as_given(project, f)).collect::<Result<Vec<_>>>()?;
        let taken = TakenIn { logs: logs.len(), feedback: feedback.len() };
        if !logs.is_empty() {
            self.insert_logs(project, &logs, feedback, None).await?;
        } else if !feedback.is_empty() {
            // At once: it may be here again, and what waits cannot be looked up.
            append::call(self, project, None, feedback, None, false).await?;
        }
        Ok(taken)
    }
}

/// These logs, whole, in this order; those that are gone are left out.
pub(super) async fn whole_of(
    conn: &mut Conn,
    project: ProjectId,
    ids: &[LogId],
) -> Result<Vec<WholeLog>> {
    let mut feedback = by_log(on_logs(conn, project, ids).await?);
    let logs = whole(conn, project, ids).await?;
    let whole = |log: Log| {
        let feedback = feedback.remove(&log.id).unwrap_or_default();
        WholeLog { log, feedback }
    };
    Ok(logs.into_iter().map(whole).collect())
}

/// How many of these logs, from the first, fit into one page; at least one.
pub(super) async fn fitting(conn: &mut Conn, project: ProjectId, ids: &[LogId]) -> Result<usize> {
    let mut rows = Rows::new(&[("n", Kind::Int), ("project", Kind::Text), ("log", Kind::Text)]);
    for (n, id) in (0i64..).zip(ids) {
        rows.push([n.into(), project.into(), (*id).into()]);
    }
    let body = "SELECT k.n, CAST(LENGTH(b.body) AS BIGINT) FROM k CROSS JOIN log_bodies b \
                WHERE b.project = k.project AND b.id = k.log";
    let mut sizes: Vec<(i64, i64)> = rows.all(conn, body).await?;
    sizes.sort_unstable();
    let mut total = 0;
    for (n, bytes) in sizes {
        total += bytes;
        if total > PAGE_BYTES && n > 0 {
            return Ok(usize::try_from(n).unwrap_or(ids.len()));
        }
    }
    Ok(ids.len())
}

fn by_log(feedback: Vec<Feedback>) -> HashMap<LogId, Vec<Feedback>> {
    let mut all: HashMap<LogId, Vec<Feedback>> = HashMap::new();
    for f in feedback {
        if let Some(log) = f.target.log() {
            all.entry(log).or_default().push(f);
        }
    }
    for of_log in all.values_mut() {
        of_log.sort_unstable_by_key(|f| (f.created_at, f.id));
    }
    all
}

/// Which of these logs are there.
async fn log_ids(conn: &mut Conn, project: ProjectId, logs: &[Log]) -> Result<HashSet<LogId>> {
    let keys: Vec<_> = logs.iter().map(|log| (project, log.id)).collect();
    let there = "SELECT l.id FROM k CROSS JOIN logs l WHERE l.project = k.project AND l.id = k.log";
    let there = numbered(&keys).all::<(String,)>(conn, there).await?;
    there.into_iter().map(|(id,)| id.parse().map_err(|e| corrupt("log", e))).collect()
}

/// Which of these feedbacks are there.
async fn feedback_ids(
    conn: &mut Conn,
    project: ProjectId,
    feedback: &[Feedback],
) -> Result<HashSet<FeedbackId>> {
    let mut rows = Rows::new(&[("project", Kind::Text), ("id", Kind::Text)]);
    for f in feedback {
        rows.push([project.into(), f.id.into()]);
    }
    let there =
        "SELECT f.id FROM k CROSS JOIN feedback f WHERE f.project = k.project AND f.id = k.id";
    let there = rows.all::<(String,)>(conn, there).await?;
    there.into_iter().map(|(id,)| id.parse().map_err(|e| corrupt("feedback", e))).collect()
}

/// The feedback as if it came now, but for its id and its time.
fn as_given(project: ProjectId, feedback: &Feedback) -> Result<NewFeedback> {
    let Feedback { id, created_at, author, source, target, name, .. } = feedback.clone();
    let value = match &feedback.value {
        MetricValue::Text(text) => Json::String(text.clone()),
        other => serde_json::to_value(other).map_err(|e| corrupt("feedback", e))?,
    };
    Ok(NewFeedback {
        id,
        project,
        at: created_at,
        author,
        source,
        target,
        name,
        value,
        comment: feedback.comment.clone(),
        correction: feedback.correction.clone(),
    })
}
