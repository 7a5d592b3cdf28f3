//! Conversations and chains: logs that share an id, oldest first, along the index of that id.

use vouch_domain::feedback::{Feedback, FeedbackTarget};
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::log::Log;
use vouch_domain::thread::{Thread, ThreadTotals, Turn};
use vouch_domain::{Cursor, Invalid, Page, Time};

use super::body::unpack;
use super::patch;
use super::read::TallyRow;
use crate::error::corrupt;
use crate::sql::SqlStore;
use crate::sql::conn::Conn;
use crate::sql::feedback::read;
use crate::sql::statement::{Sql, sql};
use crate::sql::value::clean;
use crate::{MAX_THREAD, Result, ThreadStore, TurnQuery};

/// The logs `l` of a thread with their tallies `t`.
fn push_logs(query: &mut Sql, project: ProjectId, thread: &Thread) {
    query.push(
        " FROM logs l LEFT JOIN log_tallies t ON t.project = l.project AND t.log = l.id \
         WHERE l.project = ",
    );
    query.push_bind(project);
    match thread {
        Thread::Conversation(id) => query.push(" AND l.conversation_id = ").push_bind(clean(id)),
        Thread::Chain(id) => query.push(" AND l.chain_id = ").push_bind(clean(id)),
    };
}

#[derive(sqlx::FromRow)]
struct TurnRow {
    id: String,
    #[sqlx(flatten)]
    tally: TallyRow,
}

async fn turns(conn: &mut Conn, query: &TurnQuery) -> Result<Page<Turn>> {
    let (project, limit) = (query.project, query.limit.clamp(1, 200));
    let after: Option<LogId> = query.cursor.as_ref().map(read_cursor).transpose()?;
    let mut select =
        sql("SELECT l.id, t.thumbs_up, t.thumbs_down, t.feedback_count, t.corrections, t.score");
    push_logs(&mut select, project, &query.thread);
    if let Some(after) = after {
        select.push(" AND l.id > ").push_bind(after);
    }
    select.push(" ORDER BY l.id LIMIT ").push_bind(limit + 1);
    let rows = select.all::<TurnRow>(conn).await?;
    let Page { items: rows, next_cursor, .. } =
        Page::from_rows(rows, limit as usize, |row| row.id.clone());

    let parse = |row: &TurnRow| row.id.parse::<LogId>().map_err(|e| corrupt("log", e));
    let ids = rows.iter().map(parse).collect::<Result<Vec<_>>>()?;
    let mut feedback = read::of_logs(conn, project, &ids).await?;
    // The first of the page is compared with the last of the page before.
    let mut before = match after {
        Some(after) => whole(conn, project, after).await?,
        None => None,
    };
    let mut items = Vec::with_capacity(rows.len());
    // One body at a time: each may be megabytes of the same conversation.
    for (row, id) in rows.iter().zip(ids) {
        let Some(mut log) = whole(conn, project, id).await? else { continue };
        log.logprobs = vec![];
        let said = feedback.remove(&id).unwrap_or_default();
        items.push(Turn::of(log.clone(), before.as_ref(), row.tally.tally(), said));
        before = Some(log);
    }
    Ok(Page { items, next_cursor, partial: false })
}

fn read_cursor(Cursor(text): &Cursor) -> Result<LogId> {
    Ok(text.parse().map_err(|_| Invalid::new("/cursor", "a cursor of this list", text))?)
}

/// A log with what was added to it.
async fn whole(conn: &mut Conn, project: ProjectId, id: LogId) -> Result<Option<Log>> {
    let key = [(project, id)];
    let Some(body) = patch::bodies(conn, &key).await?.remove(&key[0]) else { return Ok(None) };
    let patches = patch::stored(conn, &key).await?.remove(&key[0]).unwrap_or_default();
    Ok(Some(patch::merge(unpack("log", &body)?, &patches)))
}

#[derive(sqlx::FromRow)]
struct TotalsRow {
    logs: i64,
    failed: i64,
    prompt_tokens: i64,
    completion_tokens: i64,
    total_tokens: i64,
    cost_usd_micros: Option<i64>,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    thumbs_up: i64,
    thumbs_down: i64,
    corrected: i64,
    score: Option<f64>,
}

async fn totals(conn: &mut Conn, project: ProjectId, thread: &Thread) -> Result<ThreadTotals> {
    let mut select = sql("SELECT COUNT(*) AS logs, \
         CAST(COALESCE(SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS failed, \
         CAST(COALESCE(SUM(prompt_tokens), 0) AS BIGINT) AS prompt_tokens, \
         CAST(COALESCE(SUM(completion_tokens), 0) AS BIGINT) AS completion_tokens, \
         CAST(COALESCE(SUM(total_tokens), 0) AS BIGINT) AS total_tokens, \
         CAST(SUM(cost_usd_micros) AS BIGINT) AS cost_usd_micros, \
         MIN(created_at) AS started_at, \
         MAX(created_at + CAST(COALESCE(latency_ms, 0) * 1000 AS BIGINT)) AS ended_at, \
         CAST(COALESCE(SUM(thumbs_up), 0) AS BIGINT) AS thumbs_up, \
         CAST(COALESCE(SUM(thumbs_down), 0) AS BIGINT) AS thumbs_down, \
         CAST(COALESCE(SUM(CASE WHEN corrections > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) \
         AS corrected, AVG(score) AS score \
         FROM (SELECT l.status, l.prompt_tokens, l.completion_tokens, l.total_tokens, \
         l.cost_usd_micros, l.created_at, l.latency_ms, t.thumbs_up, t.thumbs_down, \
         t.corrections, t.score");
    push_logs(&mut select, project, thread);
    // One more than is counted says that there are more.
    select.push(" ORDER BY l.id LIMIT ").push_bind(MAX_THREAD + 1).push(") x");
    let row = select.one::<TotalsRow>(conn).await?;
    let row = row.ok_or_else(|| corrupt("log", "a sum without a row"))?;
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    Ok(ThreadTotals {
        logs: count(row.logs).min(MAX_THREAD.into()),
        failed: count(row.failed),
        prompt_tokens: count(row.prompt_tokens),
        completion_tokens: count(row.completion_tokens),
        total_tokens: count(row.total_tokens),
        cost_usd_micros: row.cost_usd_micros,
        started_at: row.started_at.map(Time::from_micros),
        ended_at: row.ended_at.map(Time::from_micros),
        thumbs_up: count(row.thumbs_up),
        thumbs_down: count(row.thumbs_down),
        score: row.score,
        corrected: count(row.corrected),
        partial: count(row.logs) > MAX_THREAD.into(),
    })
}

#[async_trait::async_trait]
impl ThreadStore for SqlStore {
    async fn thread(
        &self,
        project: ProjectId,
        thread: &Thread,
    ) -> Result<Option<(ThreadTotals, Vec<Feedback>)>> {
        let mut conn = self.readers.acquire().await?;
        let totals = totals(&mut conn, project, thread).await?;
        let target: FeedbackTarget = thread.target();
        let feedback = read::of_target(&mut conn, project, &target, MAX_THREAD).await?;
        Ok((totals.logs > 0 || !feedback.is_empty()).then_some((totals, feedback)))
    }

    async fn turns(&self, query: &TurnQuery) -> Result<Page<Turn>> {
        turns(&mut self.readers.acquire().await?, query).await
    }
}
