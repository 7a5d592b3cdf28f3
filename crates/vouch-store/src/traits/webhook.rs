//! Storing webhooks, and what they are told.

use vouch_domain::audit::NewAudit;
use vouch_domain::id::{DeliveryId, ProjectId, QueueId, WebhookId};
use vouch_domain::review::AgreementAlert;
use vouch_domain::webhook::{
    AgreementFell, Delivery, DeliveryAttempt, DeliveryState, Ending, Webhook, WebhookUpdate,
};
use vouch_domain::{Cursor, Page, Time};

use crate::Result;

/// Webhooks. What happens is written for those that ask for it in the transaction that makes it
/// happen; sending takes it from there.
#[async_trait::async_trait]
pub trait WebhookStore: Send + Sync {
    /// All webhooks, by name.
    async fn webhooks(&self, project: ProjectId) -> Result<Vec<Webhook>>;

    /// One webhook.
    async fn webhook(&self, project: ProjectId, id: WebhookId) -> Result<Option<Webhook>>;

    /// Keeps a webhook with its sealed secret.
    ///
    /// # Errors
    /// `Conflict` when there are [`vouch_domain::webhook::MAX_WEBHOOKS`] already.
    async fn create_webhook(
        &self,
        project: ProjectId,
        webhook: Webhook,
        sealed: Vec<u8>,
        audit: NewAudit,
    ) -> Result<()>;

    /// Changes a webhook; returns it as it is now.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` as the update.
    async fn update_webhook(
        &self,
        project: ProjectId,
        id: WebhookId,
        update: WebhookUpdate,
        audit: NewAudit,
    ) -> Result<Webhook>;

    /// Gives a webhook another sealed secret. What is sent before `until` is also signed with the
    /// one before.
    ///
    /// # Errors
    /// `NotFound`.
    async fn rotate_webhook(
        &self,
        project: ProjectId,
        id: WebhookId,
        sealed: Vec<u8>,
        until: Time,
        audit: NewAudit,
    ) -> Result<Webhook>;

    /// Removes a webhook: nothing more is sent. Its deliveries go when they have had their time.
    ///
    /// # Errors
    /// `NotFound`.
    async fn delete_webhook(
        &self,
        project: ProjectId,
        id: WebhookId,
        audit: NewAudit,
    ) -> Result<()>;

    /// What a webhook was told, newest first; the cursor is a delivery's id.
    async fn deliveries(
        &self,
        project: ProjectId,
        webhook: WebhookId,
        state: Option<DeliveryState>,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<Delivery>>;

    /// Has a webhook told of a test.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is off.
    async fn test_webhook(
        &self,
        project: ProjectId,
        webhook: WebhookId,
        delivery: DeliveryId,
        audit: NewAudit,
    ) -> Result<Delivery>;

    /// Sends a delivery again, now, as if for the first time and with the same id.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when its webhook is off.
    async fn replay_delivery(
        &self,
        project: ProjectId,
        webhook: WebhookId,
        delivery: DeliveryId,
        audit: NewAudit,
    ) -> Result<Delivery>;

    /// The same for deliveries made at `since` or later that failed, or (`all`) for all that do
    /// not wait to be sent; at most [`MAX_REPLAYED`], oldest first.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when the webhook is off.
    async fn replay_deliveries(
        &self,
        project: ProjectId,
        webhook: WebhookId,
        since: Time,
        all: bool,
        audit: NewAudit,
    ) -> Result<u32>;

    /// The webhooks that are on and have something to be sent at `now`, of all projects.
    async fn due_webhooks(&self, now: Time) -> Result<Vec<(ProjectId, WebhookId)>>;

    /// Takes deliveries of a webhook to be sent, those that are due longest first. Nobody else
    /// takes them before `until`, when they are due again unless [`Self::finish_delivery`] was
    /// called.
    async fn claim_deliveries(
        &self,
        project: ProjectId,
        webhook: WebhookId,
        now: Time,
        until: Time,
        limit: u32,
    ) -> Result<Vec<ClaimedDelivery>>;

    /// Keeps an attempt and what comes of it. One whose claim has lapsed, and was taken again,
    /// decides nothing. Says whether the webhook was switched off for it, which is audited.
    async fn finish_delivery(&self, finished: FinishedDelivery) -> Result<bool>;

    /// Notes how far the newest tasks of a queue agree on a question. Webhooks are told once when
    /// that falls below the limit, and again only after it rose above. Says whether they were.
    async fn note_agreement(
        &self,
        project: ProjectId,
        queue: QueueId,
        alert: AgreementAlert,
        found: AgreementFell,
        now: Time,
    ) -> Result<bool>;
}

/// The most deliveries that one call replays.
pub const MAX_REPLAYED: u32 = 10_000;

/// A delivery that was taken to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Whose.
    pub project: ProjectId,
    /// To which webhook.
    pub webhook: WebhookId,
    /// Where that is.
    pub url: String,
    /// The sealed secrets to sign with, the current one first.
    pub sealed: Vec<Vec<u8>>,
    /// What is sent.
    pub body: String,
    /// Which attempt this is since the delivery began or was replayed, from 1.
    pub tries: u32,
    /// Names the claim.
    pub claim: i64,
}

/// An attempt that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishedDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// Whose.
    pub project: ProjectId,
    /// To which webhook.
    pub webhook: WebhookId,
    /// Its claim.
    pub claim: i64,
    /// What happened.
    pub attempt: DeliveryAttempt,
    /// What comes of it.
    pub ending: Ending,
    /// When.
    pub now: Time,
    /// The entry for a webhook that is switched off for it; its details are the store's.
    pub audit: NewAudit,
}
