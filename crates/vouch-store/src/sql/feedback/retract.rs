//! Taking a feedback back: appended as a retraction; what it had replaced counts again.

use vouch_domain::Time;
use vouch_domain::actor::Actor;
use vouch_domain::event::EventKind;
use vouch_domain::feedback::{Feedback, counting};
use vouch_domain::id::{FeedbackId, ProjectId};

use super::effects::Effects;
use super::kept::Kept;
use super::{inbox, row, target_text};
use crate::sql::log::row::log_dimensions;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::sql::value::clean;
use crate::{Result, StoreError};

/// Who takes what back.
pub(crate) struct Retraction {
    pub(crate) project: ProjectId,
    pub(crate) id: FeedbackId,
    pub(crate) by: Actor,
    pub(crate) only_by: Option<Actor>,
    pub(crate) at: Time,
}

/// Takes a feedback back; a repeat changes nothing.
pub(crate) async fn retract(retraction: &Retraction, tx: &mut Tx) -> Result<Feedback> {
    let Retraction { project, id, .. } = *retraction;
    inbox::fold_all(tx).await?;
    let found = row::by_id(&mut tx.conn, project, id).await?;
    let found = found.ok_or(StoreError::NotFound("feedback"))?;
    if retraction.only_by.as_ref().is_some_and(|author| *author != found.author) {
        return Err(StoreError::Conflict("only its author may take this feedback back".into()));
    }
    tx.lock_targets(&[(project, target_text(&found.target))].into()).await?;
    let mut history = row::of_author(&mut tx.conn, project, &found).await?;
    if history.iter().any(|f| f.id == id && f.retracted_at.is_none()) {
        append_retraction(tx, retraction).await?;
        for f in history.iter_mut().filter(|f| f.id == id) {
            f.retracted_at = Some(retraction.at);
        }
        settle(tx, project, &mut history).await?;
    }
    let retracted = history.into_iter().find(|f| f.id == id);
    retracted.ok_or(StoreError::NotFound("feedback"))
}

async fn append_retraction(tx: &mut Tx, retraction: &Retraction) -> Result<()> {
    sql("INSERT INTO feedback_retractions (project, feedback, at, author) VALUES ($1, $2, $3, $4)")
        .bind(retraction.project)
        .bind(retraction.id)
        .bind(retraction.at)
        .bind(clean(&retraction.by.to_string()))
        .run(&mut tx.conn)
        .await
        .map(|_| ())
}

/// Brings the `counts` flags of one author's feedback on one metric of one target, and all that
/// follows from them, in line with its history.
async fn settle(tx: &mut Tx, project: ProjectId, history: &mut [Feedback]) -> Result<()> {
    let Some(target) = history.first().map(|f| f.target.clone()) else { return Ok(()) };
    let log = target.log();
    let logs: Vec<_> = log.iter().map(|log| (project, *log)).collect();
    let dimensions = log_dimensions(tx, &logs).await?.into_values().next();
    let counting = counting(history);
    let mut effects = Effects::default();
    for f in history {
        let counts = counting.contains(&f.id);
        if f.counts != counts {
            f.counts = counts;
            let sign = if counts { 1 } else { -1 };
            effects.count(tx, project, &kept(f), dimensions.as_deref(), sign);
            effects.set_counts(project, f.id, counts);
        }
    }
    if log.is_some() {
        let log = log.map(|log| log.to_string());
        tx.pending.happened(project, EventKind::LogUpdated, log);
    }
    tx.pending.happened(project, EventKind::FeedbackChanged, log.map(|log| log.to_string()));
    effects.write(tx).await
}

fn kept(feedback: &Feedback) -> Kept {
    Kept {
        id: feedback.id,
        at: feedback.created_at,
        source: feedback.source,
        target: feedback.target.clone(),
        name: feedback.name.clone(),
        value: feedback.value.clone(),
        corrects: feedback.correction.is_some() || feedback.name == "correction",
    }
}
