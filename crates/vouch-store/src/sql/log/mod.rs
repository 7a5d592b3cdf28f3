//! Logs: inserted, added to, read by id or by filter, and counted by day.
//!
//! The body of a log is kept as it came and is never rewritten; what addMetrics adds is kept
//! beside it and merged when the log is read. The row in `logs` shows both merged.

pub(crate) mod body;
pub(crate) mod condition;
pub(crate) mod early;
mod filter;
pub(crate) mod forget;
pub(crate) mod insert;
mod lead;
pub(crate) mod patch;
mod read;
pub(crate) mod row;
pub(crate) mod search;
mod thread;
mod traced;
pub(crate) mod usage;
mod values;
#[cfg(feature = "sqlite")]
pub(crate) mod words;

use vouch_domain::Page;
use vouch_domain::feedback::NewFeedback;
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::log::{Log, LogSummary};
use vouch_domain::patch::Patch;
use vouch_domain::span::SpanKey;

pub(crate) use filter::page;
pub(crate) use read::whole;
pub(crate) use row::numbered;

use super::SqlStore;
use super::feedback::append;
use crate::{
    Fingerprint, LogDetail, LogQuery, LogStore, LogValues, Patched, Result, UsagePoint, Written,
};

#[async_trait::async_trait]
impl LogStore for SqlStore {
    async fn insert_logs(
        &self,
        project: ProjectId,
        logs: &[Log],
        feedback: Vec<NewFeedback>,
        fingerprint: Option<Fingerprint>,
    ) -> Result<Written<LogId>> {
        insert::call(self, project, logs, feedback, fingerprint).await
    }

    async fn patch_log(
        &self,
        patch: Patch,
        feedback: Vec<NewFeedback>,
        fingerprint: Option<Fingerprint>,
    ) -> Result<Patched> {
        let stored = patch::StoredPatch::new(&patch)?;
        let project = patch.project;
        let appended =
            append::call(self, project, Some(stored), feedback, fingerprint, false).await?;
        Ok(Patched {
            feedback: appended.ids,
            attached: appended.patched,
            repeated: appended.repeated,
        })
    }

    async fn span_logs(
        &self,
        project: ProjectId,
        spans: Vec<(SpanKey, LogId)>,
    ) -> Result<Vec<LogId>> {
        traced::span_logs(self, project, spans).await
    }

    async fn log(&self, project: ProjectId, id: LogId) -> Result<Option<LogDetail>> {
        read::detail(&mut self.readers.acquire().await?, project, id).await
    }

    async fn logs(&self, query: &LogQuery) -> Result<Page<LogSummary>> {
        filter::page(&mut self.readers.acquire().await?, query).await
    }

    async fn log_values(
        &self,
        project: ProjectId,
        of: &LogValues,
        begin: &str,
        limit: u32,
    ) -> Result<Vec<String>> {
        values::list(&mut self.readers.acquire().await?, project, of, begin, limit).await
    }

    async fn usage(
        &self,
        project: ProjectId,
        days: std::ops::RangeInclusive<i64>,
    ) -> Result<Vec<UsagePoint>> {
        usage::points(&mut self.readers.acquire().await?, project, days).await
    }
}
