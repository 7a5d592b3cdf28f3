//! Logs page by page, newest first, by any filter.
//!
//! A page is read along one index ([`super::lead`]); what else the filter asks is checked log by
//! log ([`super::condition`]). At most [`BUDGET`] logs are looked at for one page: a rare
//! combination gives a page that is not full, and says so.

use vouch_domain::id::LogId;
use vouch_domain::log::LogSummary;
use vouch_domain::{Cursor, Invalid, Page};

use super::condition;
use super::lead::Plan;
use super::read::TallyRow;
use super::row::{COLUMNS, LogRow};
use crate::sql::conn::Conn;
use crate::sql::statement::{Sql, sql};
use crate::{LogQuery, Result};

/// The most logs that one page looks at.
const BUDGET: u32 = 2000;

#[derive(sqlx::FromRow)]
struct SummaryRow {
    #[sqlx(flatten)]
    log: LogRow,
    #[sqlx(flatten)]
    tally: TallyRow,
}

/// A page of logs.
pub(crate) async fn page(conn: &mut Conn, query: &LogQuery) -> Result<Page<LogSummary>> {
    let limit = query.limit.clamp(1, 200);
    let plan = Plan::of(&query.filter, conn.is_shared());
    let mut after = query.cursor.as_ref().map(read_cursor).transpose()?;
    let mut items: Vec<LogSummary> = Vec::new();
    let mut left = BUDGET;
    loop {
        let missing = limit + 1 - u32::try_from(items.len()).unwrap_or(limit);
        // Where the index answers all, it need not be read further than the page goes. Else a
        // first look is short, for most filters find their page soon.
        let chunk = match (plan.rest.is_empty(), left) {
            (true, _) => missing,
            (false, BUDGET) => (4 * limit).max(200).min(left),
            (false, left) => left,
        };
        let found = fitting(query, &plan, after, chunk, missing);
        for row in found.all::<SummaryRow>(conn).await? {
            items.push(row.log.summary(row.tally.tally())?);
        }
        if items.len() > limit as usize {
            return Ok(Page::from_rows(items, limit as usize, |log| log.id.to_string()));
        }
        let extent = extent(query, &plan, after, chunk).one::<(i64, String)>(conn).await?;
        let Some((looked_at, last)) = extent.filter(|(looked_at, _)| *looked_at >= chunk.into())
        else {
            return Ok(Page { items, next_cursor: None, partial: false });
        };
        left = left.saturating_sub(u32::try_from(looked_at).unwrap_or(left));
        let last = Cursor(last);
        if left == 0 {
            return Ok(Page { items, next_cursor: Some(last), partial: true });
        }
        after = Some(read_cursor(&last)?);
    }
}

fn read_cursor(Cursor(text): &Cursor) -> Result<LogId> {
    Ok(text.parse().map_err(|_| Invalid::new("/cursor", "a cursor of this list", text))?)
}

/// Those of the next `chunk` logs along the index that fit.
fn fitting(
    query: &LogQuery,
    plan: &Plan<'_>,
    after: Option<LogId>,
    chunk: u32,
    missing: u32,
) -> Sql {
    let mut select = sql("SELECT ");
    select.push(COLUMNS);
    select.push(", t.thumbs_up, t.thumbs_down, t.feedback_count, t.corrections, t.score FROM (");
    plan.push_scan(&mut select, query.project, after, chunk);
    // SQLite keeps the order of a CROSS JOIN: the few ids first.
    select.push(
        ") s CROSS JOIN logs l \
         LEFT JOIN log_tallies t ON t.project = l.project AND t.log = l.id WHERE l.project = ",
    );
    select.push_bind(query.project).push(" AND l.id = s.id");
    for part in &plan.rest {
        select.push(" AND (");
        condition::push(&mut select, part, plan.shared());
        select.push(")");
    }
    select.push(" ORDER BY s.k DESC LIMIT ").push_bind(missing);
    select
}

/// How many logs the chunk has, and the last of them.
fn extent(query: &LogQuery, plan: &Plan<'_>, after: Option<LogId>, chunk: u32) -> Sql {
    let mut extent = sql("SELECT COUNT(*) OVER (), s.id FROM (");
    plan.push_scan(&mut extent, query.project, after, chunk);
    extent.push(") s ORDER BY s.k LIMIT 1");
    extent
}
