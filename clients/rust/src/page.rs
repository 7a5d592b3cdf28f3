//! Lists that come in pages.

use std::collections::VecDeque;

use futures_util::Stream;
use futures_util::stream::try_unfold;
use serde::Deserialize;

use crate::client::Vouch;
use crate::error::Result;
use crate::log::LogSummary;
use crate::log_request::LogFilters;
use crate::send::Call;

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next_cursor: Option<String>,
}

/// A list of logs, fetched page by page.
#[derive(Debug)]
pub struct Pages {
    client: Vouch,
    filters: LogFilters,
    cursor: Option<String>,
    ended: bool,
    waiting: VecDeque<LogSummary>,
}

impl Pages {
    pub(crate) fn new(client: Vouch, filters: LogFilters) -> Self {
        Self { client, filters, cursor: None, ended: false, waiting: VecDeque::new() }
    }

    /// The next log; the next page is fetched when it is needed. `None` at the end.
    pub async fn next(&mut self) -> Result<Option<LogSummary>> {
        while self.waiting.is_empty() {
            let Some(page) = self.next_page().await? else { return Ok(None) };
            self.waiting = page.items.into();
        }
        Ok(self.waiting.pop_front())
    }

    /// The next page whole; `None` at the end.
    pub async fn next_page(&mut self) -> Result<Option<Page<LogSummary>>> {
        if self.ended {
            return Ok(None);
        }
        let query = self.filters.query(self.cursor.as_deref());
        let path = if query.is_empty() { String::new() } else { format!("?{query}") };
        let call = Call::get(format!("/api/v1/logs{path}"));
        let page: Page<LogSummary> = self.client.settings().send(&call).await?;
        self.cursor.clone_from(&page.next_cursor);
        self.ended = self.cursor.is_none();
        Ok(Some(page))
    }

    /// The logs as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<LogSummary>> + Send {
        try_unfold(self, |mut pages| async move { Ok(pages.next().await?.map(|log| (log, pages))) })
    }
}
