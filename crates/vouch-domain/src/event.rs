//! What happened, for screens that show it live.

use serde::{Deserialize, Serialize};

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventKind {
    /// Logs were added.
    #[serde(rename = "log.created")]
    LogCreated,
    /// Logs were changed by addMetrics or feedback.
    #[serde(rename = "log.updated")]
    LogUpdated,
    /// Feedback was given or taken back.
    #[serde(rename = "feedback.changed")]
    FeedbackChanged,
    /// A deployment, provider, price, metric, key, person or view was changed.
    #[serde(rename = "settings.changed")]
    SettingsChanged,
    /// Tasks of a review queue were added, given out, reviewed or decided.
    #[serde(rename = "queue.changed")]
    QueueChanged,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::LogCreated,
        Self::LogUpdated,
        Self::FeedbackChanged,
        Self::SettingsChanged,
        Self::QueueChanged,
    ];

    /// The name used on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LogCreated => "log.created",
            Self::LogUpdated => "log.updated",
            Self::FeedbackChanged => "feedback.changed",
            Self::SettingsChanged => "settings.changed",
            Self::QueueChanged => "queue.changed",
        }
    }

    /// The kind of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Something that happened in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Its number, rising within a project; what `Last-Event-ID` carries.
    pub seq: i64,
    /// What kind of thing happened.
    pub kind: EventKind,
    /// To what: ids of logs for `log.*` and `feedback.changed`, of queues for
    /// `queue.changed` (at most 100 are named).
    pub ids: Vec<String>,
}
