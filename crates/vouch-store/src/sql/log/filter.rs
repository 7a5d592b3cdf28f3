//! Logs page by page, newest first, by any filter.
//!
//! A page is read along one index that is in the order of log ids: that of the filter's most
//! telling part. The other parts are checked row by row. Nothing bounds yet how many rows a
//! rare combination has to look at.

use vouch_domain::id::LogId;
use vouch_domain::log::{LogStatus, LogSummary};
use vouch_domain::{Cursor, Invalid, Page};

use super::read::TallyRow;
use super::row::{COLUMNS, LogRow};
use crate::sql::conn::Conn;
use crate::sql::statement::{Sql, sql};
use crate::sql::value::clean;
use crate::{LogFilter, LogQuery, Result};

/// What leads a page: the table whose index is walked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// `feedback_labels`.
    Labels,
    /// `log_tags`.
    Tags,
    /// `log_tallies`.
    Tallies,
    /// `logs`.
    Logs,
}

impl Lead {
    fn of(filter: &LogFilter) -> Self {
        let tallied = filter.thumbs.is_some()
            || filter.min_score.is_some()
            || filter.max_score.is_some()
            || filter.has_feedback == Some(true);
        if filter.feedback.is_some() {
            Self::Labels
        } else if filter.metadata.is_some() {
            Self::Tags
        } else if tallied {
            Self::Tallies
        } else {
            Self::Logs
        }
    }

    /// The tables and how they meet, the leading one first: SQLite keeps the order of a
    /// `CROSS JOIN`.
    const fn tables(self) -> &'static str {
        match self {
            Self::Labels => {
                " FROM feedback_labels f CROSS JOIN logs l \
                 LEFT JOIN log_tallies t ON t.project = l.project AND t.log = l.id \
                 WHERE l.project = f.project AND l.id = f.log AND f.project = "
            }
            Self::Tags => {
                " FROM log_tags g CROSS JOIN logs l \
                 LEFT JOIN log_tallies t ON t.project = l.project AND t.log = l.id \
                 WHERE l.project = g.project AND l.id = g.log AND g.project = "
            }
            Self::Tallies => {
                " FROM log_tallies t CROSS JOIN logs l \
                 WHERE l.project = t.project AND l.id = t.log AND t.project = "
            }
            Self::Logs => {
                " FROM logs l \
                 LEFT JOIN log_tallies t ON t.project = l.project AND t.log = l.id \
                 WHERE l.project = "
            }
        }
    }

    /// The log's id in the leading table, after which the page is sorted.
    const fn key(self) -> &'static str {
        match self {
            Self::Labels => "f.log",
            Self::Tags => "g.log",
            Self::Tallies => "t.log",
            Self::Logs => "l.id",
        }
    }
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    #[sqlx(flatten)]
    log: LogRow,
    #[sqlx(flatten)]
    tally: TallyRow,
}

/// A page of logs.
pub(super) async fn page(conn: &mut Conn, query: &LogQuery) -> Result<Page<LogSummary>> {
    let limit = query.limit.clamp(1, 200);
    let lead = Lead::of(&query.filter);
    let mut select = sql("SELECT ");
    select.push(COLUMNS);
    select.push(", t.thumbs_up, t.thumbs_down, t.feedback_count, t.corrections, t.score");
    select.push(lead.tables()).push_bind(query.project);
    push_filter(&mut select, lead, &query.filter);
    if let Some(Cursor(text)) = &query.cursor {
        let after: LogId =
            text.parse().map_err(|_| Invalid::new("/cursor", "a cursor of this list", text))?;
        select.push(" AND ").push(lead.key()).push(" < ").push_bind(after);
    }
    select.push(" ORDER BY ").push(lead.key()).push(" DESC LIMIT ").push_bind(limit + 1);
    let rows = select.all::<SummaryRow>(conn).await?;
    let summary = |row: SummaryRow| row.log.summary(row.tally.tally());
    let items = rows.into_iter().map(summary).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(items, limit as usize, |log| log.id.to_string()))
}

fn push_filter(select: &mut Sql, lead: Lead, filter: &LogFilter) {
    let texts = [
        (" AND l.deployment = ", &filter.deployment),
        (" AND l.variant = ", &filter.variant),
        (" AND l.model = ", &filter.model),
        (" AND l.user_id = ", &filter.user_id),
        (" AND l.chain_id = ", &filter.chain_id),
        (" AND l.conversation_id = ", &filter.conversation_id),
    ];
    for (condition, value) in texts {
        if let Some(value) = value {
            select.push(condition).push_bind(clean(value));
        }
    }
    if let Some(status) = filter.status {
        // A literal, so that the partial index of failed logs fits.
        select.push(match status {
            LogStatus::Configured => " AND l.status = 'configured'",
            LogStatus::Completed => " AND l.status = 'completed'",
            LogStatus::Failed => " AND l.status = 'failed'",
            LogStatus::Cancelled => " AND l.status = 'cancelled'",
        });
    }
    if let Some((from, to)) = filter.days {
        push_days(select, "l.day", (from, to));
    }
    if let Some((key, value)) = &filter.metadata {
        push_tag(select, lead, key, value);
    }
    push_tally(select, filter);
    push_labels(select, filter);
}

/// One day is an equality that an index serves. A longer range is only checked (the plus keeps
/// an index on the day, which would have to be sorted, out of it).
fn push_days(select: &mut Sql, column: &'static str, (from, to): (i64, i64)) {
    if from == to {
        select.push(" AND ").push(column).push(" = ").push_bind(from);
    } else {
        select.push(" AND +").push(column).push(" BETWEEN ").push_bind(from);
        select.push(" AND ").push_bind(to);
    }
}

fn push_tag(select: &mut Sql, lead: Lead, key: &str, value: &str) {
    if lead == Lead::Tags {
        select.push(" AND g.key = ").push_bind(clean(key));
        select.push(" AND g.value = ").push_bind(clean(value));
    } else {
        select.push(" AND EXISTS (SELECT 1 FROM log_tags g WHERE g.project = l.project");
        select.push(" AND g.key = ").push_bind(clean(key));
        select.push(" AND g.value = ").push_bind(clean(value));
        select.push(" AND g.log = l.id)");
    }
}

fn push_tally(select: &mut Sql, filter: &LogFilter) {
    match filter.thumbs {
        Some(true) => select.push(" AND t.thumbs_up > 0"),
        Some(false) => select.push(" AND t.thumbs_down > 0"),
        None => select,
    };
    if filter.min_score.is_some() || filter.max_score.is_some() {
        select.push(" AND t.score IS NOT NULL");
    }
    if let Some(min) = filter.min_score {
        select.push(" AND t.score >= ").push_bind(min);
    }
    if let Some(max) = filter.max_score {
        select.push(" AND t.score <= ").push_bind(max);
    }
    match filter.has_feedback {
        Some(true) => select.push(" AND t.feedback_count > 0"),
        Some(false) => select.push(" AND COALESCE(t.feedback_count, 0) = 0"),
        None => select,
    };
}

/// A log may have several feedbacks that fit; it is shown once, at the last of them.
fn push_labels(select: &mut Sql, filter: &LogFilter) {
    let Some((metric, label)) = &filter.feedback else { return };
    let label = clean(label.as_deref().unwrap_or_default());
    select.push(" AND f.metric = ").push_bind(clean(metric));
    select.push(" AND f.label = ").push_bind(label);
    if let Some(days) = filter.feedback_days {
        push_days(select, "f.day", days);
    }
    select.push(
        " AND NOT EXISTS (SELECT 1 FROM feedback_labels later WHERE later.project = f.project \
         AND later.metric = f.metric AND later.label = f.label AND later.log = f.log \
         AND later.feedback > f.feedback",
    );
    if let Some(days) = filter.feedback_days {
        select.push(" AND +later.day BETWEEN ").push_bind(days.0);
        select.push(" AND ").push_bind(days.1);
    }
    select.push(")");
}
