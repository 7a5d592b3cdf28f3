//! Appending feedback: what counts, what it replaces, and whether its log is there.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vouch_domain::Time;
use vouch_domain::event::EventKind;
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::id::{FeedbackId, LogId, ProjectId};
use vouch_domain::metric::MetricValue;
use vouch_domain::rollup::Dimension;

use super::effects::Effects;
use super::kept::{COLUMNS, Kept, KeptRow, stored_value};
use super::target_text;
use crate::sql::SqlStore;
use crate::sql::log::early;
use crate::sql::log::patch::StoredPatch;
use crate::sql::log::row::log_dimensions;
use crate::sql::op::{Op, Slot};
use crate::sql::rows::Rows;
use crate::sql::tx::Tx;
use crate::sql::value::{Kind, clean};
use crate::{Fingerprint, Result};

/// Feedback to be appended, and the addMetrics call that carried it, if one did.
pub(crate) struct Append {
    pub(crate) project: ProjectId,
    pub(crate) patch: Option<StoredPatch>,
    pub(crate) feedback: Vec<NewFeedback>,
    pub(crate) fingerprint: Option<Fingerprint>,
    /// Whether its effects may wait.
    pub(crate) may_wait: bool,
    pub(crate) slot: Slot<Appended>,
}

/// What came of an [`Append`]; kept for its repeats.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Appended {
    pub(crate) ids: Vec<FeedbackId>,
    /// For each feedback whether its log was there.
    pub(crate) here: Vec<bool>,
    /// Whether the patch's log was there.
    pub(crate) patched: bool,
    #[serde(skip)]
    pub(crate) repeated: bool,
}

impl Append {
    /// When it was made, from its first id.
    pub(crate) fn made_at(&self) -> Time {
        let first = self.feedback.first().map(|new| new.id.made_at());
        let patch = self.patch.as_ref().map(|patch| patch.id.made_at());
        first.or(patch).unwrap_or(Time::from_micros(0))
    }
}

/// Has feedback, a patch or both written. Where effects `may_wait`, those of many do.
pub(crate) async fn call(
    store: &SqlStore,
    project: ProjectId,
    patch: Option<StoredPatch>,
    feedback: Vec<NewFeedback>,
    fingerprint: Option<Fingerprint>,
    may_wait: bool,
) -> Result<Appended> {
    let size_bytes =
        size_bytes(&feedback) + patch.as_ref().map_or(0, |patch| 256 + patch.body.len());
    let op = |slot| Op::Append(Append { project, patch, feedback, fingerprint, may_wait, slot });
    store.writer.call(size_bytes, op).await
}

/// About how much memory the feedback holds while it waits.
pub(crate) fn size_bytes(feedback: &[NewFeedback]) -> usize {
    let texts = |new: &NewFeedback| {
        new.comment.as_ref().map_or(0, String::len)
            + new.correction.as_ref().map_or(0, String::len)
            + new.value.as_str().map_or(0, str::len)
    };
    feedback.iter().map(|new| 512 + texts(new)).sum()
}

/// One feedback with its checked value.
pub(crate) struct Given<'a> {
    project: ProjectId,
    new: &'a NewFeedback,
    author: String,
    target: String,
    kept: Kept,
}

impl<'a> Given<'a> {
    pub(crate) fn new(project: ProjectId, new: &'a NewFeedback, value: &MetricValue) -> Self {
        let kept = Kept {
            id: new.id,
            at: new.at,
            source: new.source,
            target: new.target.clone(),
            name: new.name.clone(),
            value: value.clone(),
            corrects: new.correction.is_some() || new.name == "correction",
        };
        let author = clean(&new.author.to_string());
        Self { project, new, author, target: target_text(&new.target), kept }
    }

    /// The feedback of one caller with its checked values.
    pub(crate) fn all(
        project: ProjectId,
        feedback: &'a [NewFeedback],
        values: &'a [MetricValue],
    ) -> impl Iterator<Item = Self> {
        feedback.iter().zip(values).map(move |(new, value)| Self::new(project, new, value))
    }

    /// What feedback of the same key replaces: newer by the same author on the same metric.
    fn key(&self) -> Key<'_> {
        (self.project, &self.target, &self.author, &self.new.name)
    }
}

type Key<'a> = (ProjectId, &'a str, &'a str, &'a str);
type Dimensions = HashMap<(ProjectId, LogId), Vec<Dimension>>;

/// The feedback that counts for a key, and its place in the batch if it is of the batch.
struct Newest {
    kept: Arc<Kept>,
    place: Option<usize>,
}

/// Appends checked feedback of several callers; says for each whether its log is there.
pub(crate) async fn append(tx: &mut Tx, given: &[Given<'_>]) -> Result<Vec<bool>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let dimensions = dimensions_of_logs(tx, given).await?;
    let mut newest = counting_before(tx, given).await?;
    let mut effects = Effects::default();
    let mut counts = vec![false; given.len()];
    for (place, g) in given.iter().enumerate() {
        let of_log = g.kept.target.log().and_then(|log| dimensions.get(&(g.project, log)));
        let of_log = of_log.map(Vec::as_slice);
        let candidate = Newest { kept: Arc::new(g.kept.clone()), place: Some(place) };
        match newest.entry(g.key()) {
            Entry::Occupied(slot)
                if (slot.get().kept.at, slot.get().kept.id) > (g.kept.at, g.kept.id) =>
            {
                continue;
            }
            Entry::Occupied(mut slot) => {
                let old = slot.insert(candidate);
                effects.count(tx, g.project, &old.kept, of_log, -1);
                match old.place {
                    Some(old) => counts[old] = false,
                    None => effects.set_counts(g.project, old.kept.id, false),
                }
            }
            Entry::Vacant(slot) => {
                slot.insert(candidate);
            }
        }
        counts[place] = true;
        effects.count(tx, g.project, &g.kept, of_log, 1);
    }
    insert(tx, given, &counts).await?;
    effects.write(tx).await?;
    let here = |g: &Given<'_>| {
        g.kept.target.log().is_none_or(|log| dimensions.contains_key(&(g.project, log)))
    };
    let here: Vec<bool> = given.iter().map(here).collect();
    early::wait_for(tx, missing_logs(given, &here)).await?;
    tell(tx, given);
    Ok(here)
}

fn missing_logs<'a>(
    given: &'a [Given<'_>],
    here: &'a [bool],
) -> impl Iterator<Item = (ProjectId, LogId)> + 'a {
    let missing = given.iter().zip(here).filter(|(_, here)| !**here);
    missing.filter_map(|(g, _)| Some((g.project, g.kept.target.log()?)))
}

fn tell(tx: &mut Tx, given: &[Given<'_>]) {
    for g in given {
        let log = matches!(g.new.target, FeedbackTarget::LogId(_)).then(|| g.target.clone());
        if log.is_some() {
            tx.pending.happened(g.project, EventKind::LogUpdated, log.clone());
        }
        tx.pending.happened(g.project, EventKind::FeedbackChanged, log);
    }
}

/// The dimensions of those logs that are there.
async fn dimensions_of_logs(tx: &mut Tx, given: &[Given<'_>]) -> Result<Dimensions> {
    let mut logs: Vec<_> =
        given.iter().filter_map(|g| Some((g.project, g.kept.target.log()?))).collect();
    logs.sort_unstable();
    logs.dedup();
    log_dimensions(tx, &logs).await
}

/// The stored feedback that counts for the keys of the batch. It is looked up by target and
/// author alone: the metric's name, in a table without statistics, would tempt PostgreSQL to
/// the index of names.
async fn counting_before<'a>(
    tx: &mut Tx,
    given: &'a [Given<'_>],
) -> Result<HashMap<Key<'a>, Newest>> {
    let mut keys: Vec<_> = given.iter().map(Given::key).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut authors: Vec<_> =
        keys.iter().map(|(p, target, author, _)| (*p, *target, *author)).collect();
    authors.dedup();
    let mut rows = Rows::new(&[
        ("n", Kind::Int),
        ("project", Kind::Text),
        ("target", Kind::Text),
        ("author", Kind::Text),
    ]);
    for (n, (project, target, author)) in (0i64..).zip(&authors) {
        rows.push([n.into(), (*project).into(), (*target).into(), (*author).into()]);
    }
    let body = format!(
        "SELECT {COLUMNS} FROM k CROSS JOIN feedback f WHERE f.project = k.project \
         AND f.target = k.target AND f.author = k.author AND f.counts = 1"
    );
    let mut newest = HashMap::with_capacity(keys.len());
    for row in rows.all::<KeptRow>(&mut tx.conn, &body).await? {
        let author = usize::try_from(row.n).ok().and_then(|n| authors.get(n));
        let Some((project, target, author)) = author.copied() else { continue };
        let kept = row.kept()?;
        let key = keys.binary_search(&(project, target, author, &kept.name));
        if let Ok(key) = key {
            newest.insert(keys[key], Newest { kept: Arc::new(kept), place: None });
        }
    }
    Ok(newest)
}

async fn insert(tx: &mut Tx, given: &[Given<'_>], counts: &[bool]) -> Result<()> {
    let mut rows = Rows::new(&[
        ("project", Kind::Text),
        ("id", Kind::Text),
        ("created_at", Kind::Int),
        ("author", Kind::Text),
        ("source", Kind::Text),
        ("target", Kind::Text),
        ("name", Kind::Text),
        ("value", Kind::Text),
        ("value_num", Kind::Real),
        ("comment", Kind::Text),
        ("correction", Kind::Text),
        ("counts", Kind::Int),
    ]);
    for (g, counts) in given.iter().zip(counts) {
        rows.push([
            g.project.into(),
            g.new.id.into(),
            g.new.at.into(),
            g.author.as_str().into(),
            g.new.source.as_str().into(),
            g.target.as_str().into(),
            g.new.name.as_str().into(),
            stored_value(&g.kept.value)?.into(),
            g.kept.value.number().into(),
            g.new.comment.as_deref().map(clean).into(),
            g.new.correction.as_deref().map(clean).into(),
            (*counts).into(),
        ]);
    }
    rows.insert(&mut tx.conn, "feedback", "").await
}
