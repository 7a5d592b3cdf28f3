//! Webhooks. What they are told is written by [`tell`] in the transaction of what happened, one
//! row for each webhook that asks for it; sending takes rows from there ([`send`]).

mod alert;
mod delivery;
mod hook;
mod send;

use vouch_domain::audit::NewAudit;
use vouch_domain::id::{DeliveryId, ProjectId, QueueId, WebhookId};
use vouch_domain::review::AgreementAlert;
use vouch_domain::webhook::{AgreementFell, Delivery, DeliveryState, Webhook, WebhookUpdate};
use vouch_domain::{Cursor, Page, Time};

pub(crate) use self::delivery::tell;
use super::op::Action;
use super::tx::queue_lock;
use super::{SMALL, SqlStore};
use crate::{ClaimedDelivery, FinishedDelivery, Result, WebhookStore};

#[async_trait::async_trait]
impl WebhookStore for SqlStore {
    async fn webhooks(&self, project: ProjectId) -> Result<Vec<Webhook>> {
        hook::list(&mut self.readers.acquire().await?, project).await
    }

    async fn webhook(&self, project: ProjectId, id: WebhookId) -> Result<Option<Webhook>> {
        hook::by_id(&mut self.readers.acquire().await?, project, id).await
    }

    async fn create_webhook(
        &self,
        project: ProjectId,
        webhook: Webhook,
        sealed: Vec<u8>,
        audit: NewAudit,
    ) -> Result<()> {
        let new = (project, webhook, sealed, audit);
        self.write(new, |new, tx| Box::pin(hook::create(new, tx))).await
    }

    async fn update_webhook(
        &self,
        project: ProjectId,
        id: WebhookId,
        update: WebhookUpdate,
        audit: NewAudit,
    ) -> Result<Webhook> {
        let change = (project, id, update, audit);
        self.write(change, |change, tx| Box::pin(hook::update(change, tx))).await
    }

    async fn rotate_webhook(
        &self,
        project: ProjectId,
        id: WebhookId,
        sealed: Vec<u8>,
        until: Time,
        audit: NewAudit,
    ) -> Result<Webhook> {
        let change = (project, id, sealed, until, audit);
        self.write(change, |change, tx| Box::pin(hook::rotate(change, tx))).await
    }

    async fn delete_webhook(
        &self,
        project: ProjectId,
        id: WebhookId,
        audit: NewAudit,
    ) -> Result<()> {
        let which = (project, id, audit);
        self.write(which, |which, tx| Box::pin(hook::delete(which, tx))).await
    }

    async fn deliveries(
        &self,
        project: ProjectId,
        webhook: WebhookId,
        state: Option<DeliveryState>,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<Delivery>> {
        let mut conn = self.readers.acquire().await?;
        delivery::list(&mut conn, (project, webhook), state, cursor, limit).await
    }

    async fn test_webhook(
        &self,
        project: ProjectId,
        webhook: WebhookId,
        delivery: DeliveryId,
        audit: NewAudit,
    ) -> Result<Delivery> {
        let which = (project, webhook, delivery, audit);
        self.write(which, |which, tx| Box::pin(delivery::test(which, tx))).await
    }

    async fn replay_delivery(
        &self,
        project: ProjectId,
        webhook: WebhookId,
        delivery: DeliveryId,
        audit: NewAudit,
    ) -> Result<Delivery> {
        let which = (project, webhook, delivery, audit);
        self.write(which, |which, tx| Box::pin(delivery::replay(which, tx))).await
    }

    async fn replay_deliveries(
        &self,
        project: ProjectId,
        webhook: WebhookId,
        since: Time,
        all: bool,
        audit: NewAudit,
    ) -> Result<u32> {
        let which = (project, webhook, since, all, audit);
        self.write(which, |which, tx| Box::pin(delivery::replay_since(which, tx))).await
    }

    async fn due_webhooks(&self, now: Time) -> Result<Vec<(ProjectId, WebhookId)>> {
        send::due(&mut self.readers.acquire().await?, now).await
    }

    async fn claim_deliveries(
        &self,
        project: ProjectId,
        webhook: WebhookId,
        now: Time,
        until: Time,
        limit: u32,
    ) -> Result<Vec<ClaimedDelivery>> {
        let which = (project, webhook, now, until, limit);
        self.write(which, |which, tx| Box::pin(send::claim(which, tx))).await
    }

    async fn finish_delivery(&self, finished: FinishedDelivery) -> Result<bool> {
        self.write(finished, |finished, tx| Box::pin(send::finish(finished, tx))).await
    }

    async fn note_agreement(
        &self,
        project: ProjectId,
        queue: QueueId,
        alert: AgreementAlert,
        found: AgreementFell,
        now: Time,
    ) -> Result<bool> {
        let note = (project, queue, alert, found, now);
        let action: Action<_, _> = |note, tx| Box::pin(alert::note(note, tx));
        self.write_under(Some(queue_lock(project, queue)), SMALL, note, action).await
    }
}
