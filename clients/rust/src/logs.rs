//! The request log: sending logs in, reading them back.

use serde::{Deserialize, Serialize};

use crate::client::Vouch;
use crate::error::{Error, Result};
use crate::log::Log;
use crate::log_request::{LogFilters, NewLog, escape};
use crate::page::Pages;
use crate::send::Call;

/// The request log: [`Vouch::logs`].
#[derive(Debug, Clone)]
pub struct Logs {
    client: Vouch,
}

#[derive(Serialize)]
struct Many {
    logs: Vec<NewLog>,
}

#[derive(Deserialize)]
struct Ids {
    ids: Vec<String>,
}

impl Logs {
    pub(crate) fn new(client: Vouch) -> Self {
        Self { client }
    }

    /// Sends one log in; its id.
    pub async fn send(&self, log: NewLog) -> Result<String> {
        let id = self.send_many([log]).await?.pop();
        id.ok_or_else(|| Error::Answer(serde::de::Error::custom("no id for the log")))
    }

    /// Sends up to 1,000 logs in, all or none; their ids in the same order.
    pub async fn send_many(&self, logs: impl IntoIterator<Item = NewLog>) -> Result<Vec<String>> {
        let body = Many { logs: logs.into_iter().collect() };
        let call = Call::post("/api/v1/logs", &body, self.client.key())?;
        Ok(self.client.settings().send::<Ids>(&call).await?.ids)
    }

    /// One log with its feedback and the history of its metadata.
    pub async fn get(&self, log_id: &str) -> Result<Log> {
        let call = Call::get(format!("/api/v1/logs/{}", escape(log_id)));
        self.client.settings().send(&call).await
    }

    /// Logs, newest first, fetched page by page.
    pub fn list(&self, filters: LogFilters) -> Pages {
        Pages::new(self.client.clone(), filters)
    }
}
