//! Which index a page of logs is read along: that of the filter's most telling part.
//!
//! Each of them is in the order of log ids, so that a page can begin after any log and end as
//! soon as it is full.

use vouch_domain::Time;
use vouch_domain::filter::{Bound, Filter, NameField, NameTest, NumberField, Part, Range, Test};
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::log::LogStatus;

use super::condition;
use super::search::words;
use crate::sql::statement::Sql;
use crate::sql::value::clean;

/// The parts of a filter that must all hold, one of which leads.
pub(super) struct Plan<'a> {
    lead: Option<&'a Test>,
    /// What is left to be checked for each log.
    pub(super) rest: Vec<&'a Filter>,
    /// The days between which the logs lie.
    days: Option<(Option<i64>, Option<i64>)>,
    /// PostgreSQL, not SQLite.
    shared: bool,
}

impl<'a> Plan<'a> {
    /// The plan for a filter.
    pub(super) fn of(filter: &'a Filter, shared: bool) -> Self {
        let mut rest: Vec<&Filter> = match filter {
            Filter::And(parts) => parts.iter().collect(),
            one => vec![one],
        };
        let days = rest.iter().filter_map(|part| match part {
            Filter::Is(Test::Time(range)) => {
                Some((range.from.map(first_day), range.to.map(last_day)))
            }
            _ => None,
        });
        // Of two times that must both hold, the narrower end of each.
        let days = days.reduce(|(from, to), (other_from, other_to)| {
            (from.max(other_from), to.into_iter().chain(other_to).min())
        });
        let best = (0..rest.len()).filter_map(|n| match rest[n] {
            Filter::Is(test) => rank(test).map(|rank| (rank, n, test)),
            _ => None,
        });
        let best = best.min_by_key(|(rank, n, _)| (*rank, *n)).map(|(_, n, test)| (n, test));
        if let Some((n, _)) = best {
            rest.remove(n);
        }
        Self { lead: best.map(|(_, test)| test), rest, days, shared }
    }

    /// PostgreSQL, not SQLite.
    pub(super) const fn shared(&self) -> bool {
        self.shared
    }

    /// At most `limit` logs that the lead names, newest first: their `id`, and `k`, by which they
    /// are in order.
    pub(super) fn push_scan(
        &self,
        scan: &mut Sql,
        project: ProjectId,
        after: Option<LogId>,
        limit: u32,
    ) {
        if let (Some(Test::Words(phrase)), false) = (self.lead, self.shared) {
            return push_words(scan, project, phrase, after, limit);
        }
        let (key, table) = self.table();
        scan.push("SELECT ").push(key).push(" AS id, ").push(key).push(" AS k FROM ").push(table);
        scan.push(" WHERE x.project = ").push_bind(project);
        if let Some(test) = self.lead {
            push_lead(scan, project, test);
        }
        if let Some(after) = after {
            scan.push(" AND ").push(key).push(" < ").push_bind(after);
        }
        self.push_days(scan, key, project);
        scan.push(" GROUP BY ").push(key).push(" ORDER BY ").push(key).push(" DESC LIMIT ");
        scan.push_bind(limit);
    }

    const fn table(&self) -> (&'static str, &'static str) {
        match self.lead {
            Some(Test::Feedback { .. }) => ("x.log", "feedback_labels x"),
            Some(Test::Words(_)) => ("x.log", "log_search x"),
            Some(Test::Meta(..)) => ("x.log", "log_tags x"),
            Some(
                Test::Thumbs(_)
                | Test::Number(NumberField::Score, _)
                | Test::Has(Part::Feedback | Part::Correction | Part::Number(NumberField::Score)),
            ) => ("x.log", "log_tallies x"),
            _ => ("x.id", "logs x"),
        }
    }

    /// Made on these days, and therefore between two ids.
    fn push_days(&self, scan: &mut Sql, key: &'static str, project: ProjectId) {
        let Some((from, to)) = self.days else { return };
        if let Some(from) = from {
            scan.push(" AND ").push(key);
            scan.push(" >= (SELECT MIN(d.first_log) FROM log_days d WHERE d.project = ");
            scan.push_bind(project).push(" AND d.day >= ").push_bind(from).push(")");
        }
        if let Some(to) = to {
            scan.push(" AND ").push(key);
            scan.push(" <= (SELECT MAX(d.last_log) FROM log_days d WHERE d.project = ");
            scan.push_bind(project).push(" AND d.day <= ").push_bind(to).push(")");
        }
    }
}

/// How few logs a test may be expected to leave, the fewest first; `None` for what has no index.
const fn rank(test: &Test) -> Option<u8> {
    Some(match test {
        Test::Id(_) => 0,
        Test::Name(NameField::Chain | NameField::Conversation, NameTest::Equals(_)) => 1,
        Test::Name(NameField::User, NameTest::Equals(_)) => 2,
        Test::Words(_) | Test::Feedback { .. } => 3,
        Test::Meta(_, NameTest::Equals(_)) => 4,
        Test::Status(LogStatus::Failed) => 5,
        Test::Thumbs(_) | Test::Has(Part::Feedback | Part::Correction) => 6,
        Test::Number(NumberField::Score, _) | Test::Has(Part::Number(NumberField::Score)) => 7,
        Test::Name(NameField::Deployment | NameField::Model, NameTest::Equals(_)) => 8,
        _ => return None,
    })
}

/// The condition of the leading test on its own table.
fn push_lead(scan: &mut Sql, project: ProjectId, test: &Test) {
    match test {
        Test::Words(phrase) => {
            scan.push(" AND x.words @@ phraseto_tsquery('simple', ");
            scan.push_bind(words(phrase)).push(")");
        }
        Test::Id(id) => {
            scan.push(" AND x.id = ").push_bind(*id);
        }
        Test::Name(field, NameTest::Equals(name)) => {
            scan.push(" AND x.").push(condition::name_column(*field));
            scan.push(" = ").push_bind(clean(name));
        }
        Test::Meta(key, NameTest::Equals(value)) => {
            scan.push(" AND x.key = ").push_bind(clean(key));
            scan.push(" AND x.value = ").push_bind(clean(value));
        }
        // Literals, so that the partial indexes fit.
        Test::Status(LogStatus::Failed) => {
            scan.push(" AND x.status = 'failed'");
        }
        Test::Thumbs(true) => {
            scan.push(" AND x.thumbs_up > 0");
        }
        Test::Thumbs(false) => {
            scan.push(" AND x.thumbs_down > 0");
        }
        Test::Has(Part::Feedback) => {
            scan.push(" AND x.feedback_count > 0");
        }
        Test::Has(Part::Correction) => {
            scan.push(" AND x.corrections > 0");
        }
        Test::Has(Part::Number(NumberField::Score)) => {
            scan.push(" AND x.score IS NOT NULL");
        }
        Test::Number(NumberField::Score, Range { from, to }) => {
            scan.push(" AND x.score IS NOT NULL");
            condition::push_bounds(scan, "x.score", *from, *to, |score, scan| {
                scan.push_bind(score);
            });
        }
        Test::Feedback { metric, label, days } => {
            scan.push(" AND x.metric = ").push_bind(clean(metric));
            if let Some(label) = label {
                scan.push(" AND x.label = ").push_bind(clean(label));
            }
            if let Some((from, to)) = days {
                push_feedback_days(scan, project, metric, (*from, *to));
            }
        }
        // Nothing else leads.
        _ => {}
    }
}

/// SQLite's index of words is in the order of arrival, which is nearly that of ids.
fn push_words(scan: &mut Sql, project: ProjectId, text: &str, after: Option<LogId>, limit: u32) {
    scan.push(
        "SELECT l.id AS id, w.rowid AS k FROM log_search w CROSS JOIN logs l \
         WHERE l.seq = w.rowid AND w.words MATCH ",
    );
    scan.push_bind(condition::fts5_phrase(text)).push(" AND l.project = ").push_bind(project);
    if let Some(after) = after {
        scan.push(" AND w.rowid < (SELECT a.seq FROM logs a WHERE a.project = ");
        scan.push_bind(project).push(" AND a.id = ").push_bind(after).push(")");
    }
    scan.push(" ORDER BY w.rowid DESC LIMIT ").push_bind(limit);
}

/// The first day of a time from here on.
const fn first_day(from: Bound<Time>) -> i64 {
    from.value.day()
}

/// The last day of a time up to here: a day that ends at midnight is not the next one. Between
/// them lie as many logs as there are in a day, and a page would look at these first.
const fn last_day(to: Bound<Time>) -> i64 {
    let last = if to.inclusive { 0 } else { 1 };
    Time::from_micros(to.value.micros() - last).day()
}

/// Feedback given on these days lies between two logs.
fn push_feedback_days(scan: &mut Sql, project: ProjectId, metric: &str, (from, to): (i64, i64)) {
    let bounds = [
        " AND x.log >= (SELECT MIN(d.first_log) FROM feedback_days d WHERE d.project = ",
        " AND x.log <= (SELECT MAX(d.last_log) FROM feedback_days d WHERE d.project = ",
    ];
    for bound in bounds {
        scan.push(bound).push_bind(project);
        scan.push(" AND d.metric = ").push_bind(clean(metric));
        scan.push(" AND d.day BETWEEN ").push_bind(from);
        scan.push(" AND ").push_bind(to).push(")");
    }
    scan.push(" AND x.day BETWEEN ").push_bind(from).push(" AND ").push_bind(to);
}
