//! Telling webhooks that reviewers agree too little: once for each fall.

use vouch_domain::Time;
use vouch_domain::event::EventKind;
use vouch_domain::id::{ProjectId, QueueId};
use vouch_domain::review::AgreementAlert;
use vouch_domain::webhook::{AgreementFell, Happening};

use crate::Result;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;

/// See [`crate::WebhookStore::note_agreement`].
pub(super) async fn note(
    (project, queue, alert, found, now): &(ProjectId, QueueId, AgreementAlert, AgreementFell, Time),
    tx: &mut Tx,
) -> Result<bool> {
    if found.alpha >= alert.alpha_below + AgreementAlert::RECOVERED {
        sql("DELETE FROM agreement_alerts WHERE project = $1 AND queue = $2 AND question = $3")
            .bind(*project)
            .bind(*queue)
            .bind(&found.question)
            .run(&mut tx.conn)
            .await?;
    }
    if found.alpha >= alert.alpha_below {
        return Ok(false);
    }
    let fell = sql("INSERT INTO agreement_alerts (project, queue, question, told_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (project, queue, question) DO NOTHING")
    .bind(*project)
    .bind(*queue)
    .bind(&found.question)
    .bind(*now)
    .run(&mut tx.conn)
    .await?;
    if fell == 0 {
        return Ok(false);
    }
    tx.pending.tell(Happening::agreement_low(*project, *now, *queue, found));
    tx.pending.happened(*project, EventKind::QueueChanged, Some(queue.to_string()));
    Ok(true)
}
