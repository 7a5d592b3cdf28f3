//! Logs page by page, newest first, by any filter.
//!
//! A page is read along one index that is in the order of log ids: that of the filter's most
//! telling part. The other parts are checked row by row. Nothing bounds yet how many rows a
//! rare combination has to look at.

use vouch_domain::id::{LogId, ProjectId};
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
    push_filter(&mut select, lead, query);
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

fn push_filter(select: &mut Sql, lead: Lead, LogQuery { project, filter, .. }: &LogQuery) {
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
    if let Some(days) = filter.days {
        push_days(select, lead, *project, days);
    }
    if let Some((key, value)) = &filter.metadata {
        push_tag(select, lead, key, value);
    }
    push_tally(select, filter);
    push_labels(select, *project, filter);
}

/// Made on these days, and therefore between two ids.
fn push_days(select: &mut Sql, lead: Lead, project: ProjectId, (from, to): (i64, i64)) {
    let bounds = [
        " >= (SELECT MIN(d.first_log) FROM log_days d WHERE d.project = ",
        " <= (SELECT MAX(d.last_log) FROM log_days d WHERE d.project = ",
    ];
    for bound in bounds {
        select.push(" AND ").push(lead.key()).push(bound).push_bind(project);
        select.push(" AND d.day BETWEEN ").push_bind(from).push(" AND ").push_bind(to).push(")");
    }
    select.push(" AND l.day BETWEEN ").push_bind(from).push(" AND ").push_bind(to);
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

/// There is feedback of this metric, with this label, on these days; and therefore the log lies
/// between two ids. A log with several such feedbacks is shown once, at the last of them.
fn push_labels(select: &mut Sql, project: ProjectId, filter: &LogFilter) {
    let Some((metric, label)) = &filter.feedback else { return };
    let (metric, label) = (clean(metric), label.as_deref().map(clean));
    select.push(" AND f.metric = ").push_bind(&metric);
    if let Some(label) = &label {
        select.push(" AND f.label = ").push_bind(label);
    }
    if let Some((from, to)) = filter.feedback_days {
        let bounds = [
            " AND f.log >= (SELECT MIN(d.first_log) FROM feedback_days d WHERE d.project = ",
            " AND f.log <= (SELECT MAX(d.last_log) FROM feedback_days d WHERE d.project = ",
        ];
        for bound in bounds {
            select.push(bound).push_bind(project);
            select.push(" AND d.metric = ").push_bind(&metric);
            select.push(" AND d.day BETWEEN ").push_bind(from);
            select.push(" AND ").push_bind(to).push(")");
        }
        select.push(" AND f.day BETWEEN ").push_bind(from).push(" AND ").push_bind(to);
    }
    select.push(
        " AND NOT EXISTS (SELECT 1 FROM feedback_labels later WHERE later.project = f.project \
         AND later.metric = f.metric AND later.log = f.log",
    );
    select.push(match label {
        Some(_) => " AND later.label = f.label AND later.feedback > f.feedback",
        None => " AND (later.feedback, later.label) > (f.feedback, f.label)",
    });
    if let Some((from, to)) = filter.feedback_days {
        select.push(" AND later.day BETWEEN ").push_bind(from).push(" AND ").push_bind(to);
    }
    select.push(")");
}
