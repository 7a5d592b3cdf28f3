//! The hot operations of one batch, applied together: logs, then patches, then feedback, each
//! with a few statements for all callers.

use std::collections::BTreeSet;

use vouch_domain::feedback::NewFeedback;
use vouch_domain::id::ProjectId;
use vouch_domain::metric::MetricValue;

use super::feedback::append::{Append, Appended, Given, append};
use super::feedback::{inbox, target_text};
use super::log::insert::{InsertLogs, insert};
use super::log::patch::{StoredPatch, patch};
use super::metric::Metrics;
use super::repeat::Repeats;
use super::tx::Tx;
use crate::{Fingerprint, Result, Written};

/// The hot operations of one batch.
#[derive(Default)]
pub(crate) struct Hot<'a> {
    pub(crate) inserts: Vec<&'a mut InsertLogs>,
    pub(crate) appends: Vec<&'a mut Append>,
}

impl Hot<'_> {
    /// Applies all of them. What is wrong with one becomes its outcome.
    pub(crate) async fn apply(mut self, tx: &mut Tx) -> Result<()> {
        if self.inserts.is_empty() && self.appends.is_empty() {
            return Ok(());
        }
        self.inserts.iter_mut().for_each(|op| op.slot.reset());
        self.appends.iter_mut().for_each(|op| op.slot.reset());
        if tx.conn.is_shared() {
            tx.lock_targets(&self.targets()).await?;
        }
        let mut repeats = Repeats::load(tx, &self.fingerprints()).await?;
        let mut metrics = Metrics::load(tx, &self.metrics()).await?;
        self.apply_inserts(tx, &mut repeats, &mut metrics).await?;
        self.apply_appends(tx, &mut repeats, &mut metrics).await?;
        metrics.save(tx).await?;
        self.answer_repeats(&repeats);
        repeats.save(tx).await
    }

    async fn apply_inserts(
        &mut self,
        tx: &mut Tx,
        repeats: &mut Repeats,
        metrics: &mut Metrics,
    ) -> Result<()> {
        let (mut admitted, mut values) = (Vec::new(), Vec::new());
        for op in &mut self.inserts {
            if repeats.is_known(op.project, op.fingerprint.as_ref()) {
                continue;
            }
            match metrics.check(op.project, &op.feedback) {
                Ok(checked) => {
                    if repeats.claim(op.project, op.fingerprint.as_ref()) {
                        admitted.push(&mut **op);
                        values.push(checked);
                    }
                }
                Err(invalid) => op.slot.set(Err(invalid.into())),
            }
        }
        insert(tx, &admitted).await?;
        let given: Vec<Given<'_>> = admitted
            .iter()
            .zip(&values)
            .flat_map(|(op, values)| Given::all(op.project, &op.feedback, values))
            .collect();
        append(tx, &given).await?;
        drop(given);
        for op in admitted {
            if let Some(first) = op.logs.first() {
                let at = first.id.made_at();
                repeats.remember(op.project, op.fingerprint.as_ref(), at, &op.ids())?;
            }
            op.slot.set(Ok(Written { ids: op.ids(), repeated: false }));
        }
        Ok(())
    }

    async fn apply_appends(
        &mut self,
        tx: &mut Tx,
        repeats: &mut Repeats,
        metrics: &mut Metrics,
    ) -> Result<()> {
        let mut admitted: Vec<Admitted<'_>> = Vec::new();
        for op in &mut self.appends {
            if repeats.is_known(op.project, op.fingerprint.as_ref()) {
                continue;
            }
            match metrics.check(op.project, &op.feedback) {
                Ok(values) => {
                    if repeats.claim(op.project, op.fingerprint.as_ref()) {
                        admitted.push((&mut **op, values));
                    }
                }
                Err(invalid) => op.slot.set(Err(invalid.into())),
            }
        }
        let many = admitted.iter().map(|(_, values)| values.len()).sum::<usize>() >= inbox::MANY;
        let waits = |op: &Append| many && tx.may_wait && op.may_wait && op.patch.is_none();
        let (later, now): (Vec<_>, Vec<_>) = admitted.into_iter().partition(|(op, _)| waits(op));
        let here = inbox::keep(tx, &later).await?;
        answer(later, &here, &[], repeats)?;
        let patches: Vec<&StoredPatch> =
            now.iter().filter_map(|(op, _)| op.patch.as_ref()).collect();
        let merged = patch(tx, &patches).await?;
        let given: Vec<Given<'_>> = now
            .iter()
            .flat_map(|(op, values)| Given::all(op.project, &op.feedback, values))
            .collect();
        let here = append(tx, &given).await?;
        drop(given);
        answer(now, &here, &merged, repeats)
    }

    /// Gives the operations that were not admitted what the first one of their key gave.
    fn answer_repeats(&mut self, repeats: &Repeats) {
        for op in self.inserts.iter_mut().filter(|op| !op.slot.is_set()) {
            let ids = repeats.recall(op.project, op.fingerprint.as_ref());
            op.slot.set(ids.map(|ids| Written { ids, repeated: true }));
        }
        for op in self.appends.iter_mut().filter(|op| !op.slot.is_set()) {
            let appended = repeats.recall::<Appended>(op.project, op.fingerprint.as_ref());
            op.slot.set(appended.map(|first| Appended { repeated: true, ..first }));
        }
    }

    fn targets(&self) -> BTreeSet<(ProjectId, String)> {
        let logs = self
            .inserts
            .iter()
            .flat_map(|op| op.logs.iter().map(|log| (op.project, log.id.to_string())));
        let feedback = self.feedback().map(|(project, new)| (project, target_text(&new.target)));
        let patches = self.appends.iter().filter_map(|op| op.patch.as_ref());
        let patches = patches.map(|patch| (patch.project, patch.log.to_string()));
        logs.chain(feedback).chain(patches).collect()
    }

    fn fingerprints(&self) -> Vec<(ProjectId, &Fingerprint)> {
        let inserts = self.inserts.iter().map(|op| (op.project, op.fingerprint.as_ref()));
        let appends = self.appends.iter().map(|op| (op.project, op.fingerprint.as_ref()));
        inserts.chain(appends).filter_map(|(project, f)| Some((project, f?))).collect()
    }

    /// The metrics that the feedback names.
    fn metrics(&self) -> BTreeSet<(ProjectId, &str)> {
        self.feedback().map(|(project, new)| (project, new.name.as_str())).collect()
    }

    fn feedback(&self) -> impl Iterator<Item = (ProjectId, &NewFeedback)> {
        let with_logs = self.inserts.iter().map(|op| (op.project, &op.feedback));
        let appended = self.appends.iter().map(|op| (op.project, &op.feedback));
        with_logs
            .chain(appended)
            .flat_map(|(project, feedback)| feedback.iter().map(move |new| (project, new)))
    }
}

/// An operation with the checked values of its feedback.
pub(crate) type Admitted<'a> = (&'a mut Append, Vec<MetricValue>);

/// Notes what came of each: whether the log of each feedback, and of each patch, was there.
fn answer(
    admitted: Vec<Admitted<'_>>,
    here: &[bool],
    merged: &[bool],
    repeats: &mut Repeats,
) -> Result<()> {
    let (mut here, mut merged) = (here.iter().copied(), merged.iter().copied());
    for (op, values) in admitted {
        let appended = Appended {
            ids: op.feedback.iter().map(|new| new.id).collect(),
            here: here.by_ref().take(values.len()).collect(),
            patched: op.patch.is_some() && merged.next().unwrap_or(false),
            repeated: false,
        };
        repeats.remember(op.project, op.fingerprint.as_ref(), op.made_at(), &appended)?;
        op.slot.set(Ok(appended));
    }
    Ok(())
}
