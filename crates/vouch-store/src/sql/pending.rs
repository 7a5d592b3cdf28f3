//! What a transaction writes last: roll-ups and events, summed over all its operations.
//!
//! They are the rows that many writers touch, so they are locked late, in one order
//! everywhere, and not for long.

use std::collections::BTreeMap;

use vouch_domain::Time;
use vouch_domain::event::EventKind;
use vouch_domain::id::ProjectId;
use vouch_domain::metric::MetricValue;
use vouch_domain::rollup::{Dimension, RollupChanges, contribute};
use vouch_domain::webhook::Happening;

use super::conn::Conn;
use super::event::NewEvents;
use super::log::usage::UsageChanges;
use super::review;
use super::rows::Rows;
use super::span::Spans;
use super::value::{Kind, clean};
use super::webhook;
use crate::Result;

/// Sums that are not written yet.
#[derive(Default)]
pub(crate) struct Pending {
    feedback: BTreeMap<ProjectId, RollupChanges>,
    pub(crate) usage: UsageChanges,
    pub(crate) spans: Spans,
    events: NewEvents,
    /// Logs that rules of review queues are to look at.
    changed: Vec<(ProjectId, String)>,
    /// What changed in review queues.
    pub(crate) tally: review::Tally,
    /// What webhooks are told.
    told: Vec<Happening>,
}

impl Pending {
    /// Adds (`sign` 1) or takes away (`sign` -1) one feedback in all its dimensions.
    pub(crate) fn count_feedback(
        &mut self,
        project: ProjectId,
        (name, value, at): (&str, &MetricValue, Time),
        dimensions: &[Dimension],
        sign: i8,
    ) {
        let changes = self.feedback.entry(project).or_default();
        contribute(changes, name, value, at, dimensions, sign);
    }

    /// Notes that something happened to `id`.
    pub(crate) fn happened(&mut self, project: ProjectId, kind: EventKind, id: Option<String>) {
        if let (EventKind::LogCreated | EventKind::LogUpdated, Some(log)) = (kind, &id) {
            self.changed.push((project, log.clone()));
        }
        self.events.add(project, kind, id);
    }

    /// Notes that a filter may see a log with other eyes, without an event.
    pub(crate) fn looks_other(&mut self, project: ProjectId, log: String) {
        self.changed.push((project, log));
    }

    /// Has the webhooks told that ask for it.
    pub(crate) fn tell(&mut self, happening: Happening) {
        self.told.push(happening);
    }

    /// Whether there are events to tell.
    pub(crate) fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// Adds what a later part of the transaction left.
    pub(crate) fn merge(&mut self, other: Self) {
        for (project, theirs) in other.feedback {
            let ours = self.feedback.entry(project).or_default();
            for (key, delta) in theirs {
                let sum = ours.entry(key).or_default();
                sum.count += delta.count;
                sum.sum += delta.sum;
            }
        }
        self.usage.merge(other.usage);
        self.spans.merge(other.spans);
        self.events.merge(other.events);
        self.changed.extend(other.changed);
        self.tally.merge(other.tally);
        self.told.extend(other.told);
    }

    /// Writes everything.
    pub(crate) async fn write(mut self, conn: &mut Conn) -> Result<()> {
        self.spans.write(conn).await?;
        let mut rows = Rows::new(&[
            ("project", Kind::Text),
            ("metric", Kind::Text),
            ("day", Kind::Int),
            ("dimension", Kind::Text),
            ("dimension_value", Kind::Text),
            ("label", Kind::Text),
            ("count", Kind::Int),
            ("sum", Kind::Real),
        ]);
        for (project, changes) in self.feedback {
            for (key, delta) in changes {
                if delta.count != 0 || delta.sum.abs() > 0.0 {
                    rows.push([
                        project.into(),
                        key.metric.into(),
                        key.day.into(),
                        key.dimension.into(),
                        key.dimension_value.into(),
                        clean(&key.label).into(),
                        delta.count.into(),
                        delta.sum.into(),
                    ]);
                }
            }
        }
        let add = "ON CONFLICT (project, metric, dimension, day, dimension_value, label) DO UPDATE \
                   SET count = feedback_rollups.count + excluded.count, \
                   sum = feedback_rollups.sum + excluded.sum";
        rows.insert(conn, "feedback_rollups", add).await?;
        self.usage.write(conn).await?;
        review::note_changed(conn, self.changed).await?;
        self.told.extend(self.tally.write(conn).await?);
        webhook::tell(conn, self.told).await?;
        self.events.write(conn).await
    }
}
