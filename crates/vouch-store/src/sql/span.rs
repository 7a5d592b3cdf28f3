//! Between which logs the logs, or the feedback, of a day lie.
//!
//! Lists are in the order of log ids, which is nearly, but not always, the order of days. A
//! filter by days therefore looks at the logs between these two, and at each one's own day.

use std::collections::BTreeMap;

use vouch_domain::id::{LogId, ProjectId};

use super::conn::Conn;
use super::rows::Rows;
use super::value::Kind;
use crate::Result;

/// The first and the last log of each day that a transaction touches.
#[derive(Default)]
pub(crate) struct Spans {
    logs: BTreeMap<(ProjectId, i64), Span>,
    feedback: BTreeMap<(ProjectId, String, i64), Span>,
}

/// A first and a last log.
#[derive(Clone, Copy)]
struct Span(LogId, LogId);

impl Span {
    fn widen(&mut self, other: Self) {
        *self = Self(self.0.min(other.0), self.1.max(other.1));
    }
}

impl Spans {
    /// There is a log on that day.
    pub(crate) fn add_log(&mut self, project: ProjectId, day: i64, log: LogId) {
        let span = Span(log, log);
        self.logs.entry((project, day)).or_insert(span).widen(span);
    }

    /// There is feedback of that metric on that day, on that log.
    pub(crate) fn add_feedback(&mut self, project: ProjectId, metric: &str, day: i64, log: LogId) {
        let span = Span(log, log);
        self.feedback.entry((project, metric.to_owned(), day)).or_insert(span).widen(span);
    }

    /// Adds those of another part of the transaction.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, span) in other.logs {
            self.logs.entry(key).or_insert(span).widen(span);
        }
        for (key, span) in other.feedback {
            self.feedback.entry(key).or_insert(span).widen(span);
        }
    }

    /// Widens the stored spans.
    pub(crate) async fn write(self, conn: &mut Conn) -> Result<()> {
        let mut rows = Rows::new(&[
            ("project", Kind::Text),
            ("day", Kind::Int),
            ("first_log", Kind::Text),
            ("last_log", Kind::Text),
        ]);
        for ((project, day), Span(first, last)) in self.logs {
            rows.push([project.into(), day.into(), first.into(), last.into()]);
        }
        let widen = "ON CONFLICT (project, day) DO UPDATE SET \
            first_log = CASE WHEN excluded.first_log < log_days.first_log \
                THEN excluded.first_log ELSE log_days.first_log END, \
            last_log = CASE WHEN excluded.last_log > log_days.last_log \
                THEN excluded.last_log ELSE log_days.last_log END";
        rows.insert(conn, "log_days", widen).await?;
        let mut rows = Rows::new(&[
            ("project", Kind::Text),
            ("metric", Kind::Text),
            ("day", Kind::Int),
            ("first_log", Kind::Text),
            ("last_log", Kind::Text),
        ]);
        for ((project, metric, day), Span(first, last)) in self.feedback {
            rows.push([project.into(), metric.into(), day.into(), first.into(), last.into()]);
        }
        let widen = "ON CONFLICT (project, metric, day) DO UPDATE SET \
            first_log = CASE WHEN excluded.first_log < feedback_days.first_log \
                THEN excluded.first_log ELSE feedback_days.first_log END, \
            last_log = CASE WHEN excluded.last_log > feedback_days.last_log \
                THEN excluded.last_log ELSE feedback_days.last_log END";
        rows.insert(conn, "feedback_days", widen).await
    }
}
