//! What the load generator is to do, and what it says of it.

use std::net::SocketAddr;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::http::Prepared;
use crate::latency::Summary;

/// What is to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The server.
    pub(crate) address: SocketAddr,
    /// How fast.
    pub(crate) pace: Pace,
    /// How long calls are made before any counts.
    pub(crate) warm_up_s: f64,
    /// How long they count.
    pub(crate) seconds: f64,
    /// Headers of every call.
    pub(crate) headers: Vec<(String, String)>,
    /// Made in turn.
    pub(crate) calls: Vec<Call>,
    /// Made after each call; then only this one's time counts.
    pub(crate) follow_up: Option<FollowUp>,
    /// Processes whose CPU time is measured while calls count.
    pub(crate) watched: Vec<u32>,
}

/// How fast calls are made.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Pace {
    /// So many callers, each as soon as its last call was answered.
    Closed {
        /// How many.
        callers: u32,
    },
    /// At even distances, whatever became of the calls before. A call's time counts from when it
    /// was due, so that a server that stands still is not asked less.
    Open {
        /// Calls a second.
        per_s: u32,
        /// Connections at most; a call that finds none free waits, and its time counts.
        callers: u32,
    },
}

/// A call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Call {
    /// The method.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// The JSON; none where it is empty.
    pub(crate) body: String,
}

/// A call about the one before: `$LOG` in its body is the log that the answer named.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FollowUp {
    /// Path and query.
    pub(crate) path: String,
    /// The JSON.
    pub(crate) body: String,
}

/// What was measured.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Calls answered well a second, while they counted.
    pub(crate) per_s: f64,
    /// Calls that went wrong, while they counted.
    pub(crate) failed: u64,
    /// How the first of all went wrong.
    pub(crate) failure: Option<String>,
    /// How long they took.
    pub(crate) latency: Summary,
    /// All calls that were answered well, warm-up included.
    pub(crate) answered: u64,
    /// CPU time of the watched processes for each call that counted, in µs; as they were listed.
    pub(crate) watched_cpu_us: Vec<f64>,
    /// The same of the load generator.
    pub(crate) own_cpu_us: f64,
}

impl Plan {
    /// The calls, made ready.
    pub(crate) fn prepared(&self) -> Result<Vec<Prepared>> {
        let prepare = |call: &Call| {
            let body = call.body.clone();
            Prepared::new(self.address, &call.method, &call.path, &self.headers, body)
        };
        self.calls.iter().map(prepare).collect()
    }
}
