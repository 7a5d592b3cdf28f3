//! Feedback: appended, settled (which of it counts), retracted, read and summed up.

pub(crate) mod append;
mod effects;
pub(crate) mod inbox;
pub(crate) mod kept;
pub(crate) mod read;
pub(crate) mod retract;
mod row;
mod summary;

pub(crate) use read::on_logs;

use vouch_domain::actor::Actor;
use vouch_domain::feedback::{Feedback, FeedbackTarget, NewFeedback};
use vouch_domain::id::{FeedbackId, LogId, ProjectId};
use vouch_domain::{Page, Time};

use super::SqlStore;
use super::value::clean;
use crate::error::corrupt;
use crate::{
    FeedbackQuery, FeedbackStore, Fingerprint, Result, Store, SummaryPoint, SummaryQuery, Written,
};

/// A target as it is stored: a log's id, or `chain:` or `conversation:` and a name.
pub(crate) fn target_text(target: &FeedbackTarget) -> String {
    match target {
        FeedbackTarget::LogId(id) => id.to_string(),
        FeedbackTarget::ChainId(name) => format!("chain:{}", clean(name)),
        FeedbackTarget::ConversationId(name) => format!("conversation:{}", clean(name)),
    }
}

/// The target that is stored as `text`.
pub(crate) fn parse_target(text: &str) -> Result<FeedbackTarget> {
    if let Some(name) = text.strip_prefix("chain:") {
        return Ok(FeedbackTarget::ChainId(name.to_owned()));
    }
    if let Some(name) = text.strip_prefix("conversation:") {
        return Ok(FeedbackTarget::ConversationId(name.to_owned()));
    }
    text.parse().map(FeedbackTarget::LogId).map_err(|e| corrupt("feedback", e))
}

#[async_trait::async_trait]
impl FeedbackStore for SqlStore {
    async fn append_feedback(
        &self,
        project: ProjectId,
        feedback: Vec<NewFeedback>,
        fingerprint: Option<Fingerprint>,
    ) -> Result<(Written<FeedbackId>, Vec<bool>)> {
        let appended = append::call(self, project, None, feedback, fingerprint, true).await?;
        Ok((Written { ids: appended.ids, repeated: appended.repeated }, appended.here))
    }

    async fn retract_feedback(
        &self,
        project: ProjectId,
        id: FeedbackId,
        by: &Actor,
        only_by: Option<&Actor>,
        at: Time,
    ) -> Result<Feedback> {
        self.settle().await?;
        let arguments =
            retract::Retraction { project, id, by: by.clone(), only_by: only_by.cloned(), at };
        self.write(arguments, |retraction, tx| Box::pin(retract::retract(retraction, tx))).await
    }

    async fn log_feedback(&self, project: ProjectId, log: LogId) -> Result<Vec<Feedback>> {
        read::of_log(&mut self.readers.acquire().await?, project, log).await
    }

    async fn feedback(&self, query: &FeedbackQuery) -> Result<Page<Feedback>> {
        read::page(&mut self.readers.acquire().await?, query).await
    }

    async fn summary(&self, query: &SummaryQuery) -> Result<Vec<SummaryPoint>> {
        summary::points(&mut self.readers.acquire().await?, query).await
    }

    async fn dimensions(
        &self,
        project: ProjectId,
        days: std::ops::RangeInclusive<i64>,
    ) -> Result<Vec<String>> {
        summary::dimensions(&mut self.readers.acquire().await?, project, days).await
    }
}
