//! An item as a reviewer sees it: with the messages and answers of its logs, and without what
//! anybody said of them.

use serde::Serialize;
use serde_json::{Map, Value};
use vouch_domain::Page;
use vouch_domain::Time;
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::log::{Context, Log, LogError, LogStatus, Served};
use vouch_domain::message::{Choice, Message};
use vouch_domain::review::{Item, ItemShape, Response};
use vouch_domain::thread::{Thread, Turn};
use vouch_store::{Result, Store, TurnQuery};

/// The most calls of a conversation that are shown.
const MAX_TURNS: u32 = 500;
/// How many are read at once.
const PAGE: u32 = 200;

/// An item as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Shown {
    /// One log.
    Log {
        /// Which.
        log_id: LogId,
        /// The log; null when it is no longer kept.
        log: Option<Box<ShownLog>>,
    },
    /// All logs of one conversation.
    Conversation {
        /// The application's id.
        conversation_id: String,
        /// Its logs, oldest first, each without what the one before had already; null when none
        /// is kept.
        turns: Option<Vec<ShownLog>>,
        /// Whether there are more logs than are shown: 500 are.
        partial: bool,
    },
    /// Responses to the same prompt.
    Responses {
        /// What was asked.
        prompt: Vec<Message>,
        /// The responses, in the order in which answers name them.
        responses: Vec<Response>,
        /// The logs they came from, where they came from any; one for each response.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        log_ids: Vec<LogId>,
    },
    /// Any fields.
    Record {
        /// The fields, in the order in which they are shown.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        fields: Map<String, Value>,
    },
}

/// A log as a reviewer sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShownLog {
    /// Its id.
    pub id: LogId,
    /// When the interaction began.
    pub created_at: Time,
    /// How far it came.
    pub status: LogStatus,
    /// What served it.
    #[serde(flatten)]
    pub served: Served,
    /// The application's names for it.
    #[serde(flatten)]
    pub context: Context,
    /// The input.
    pub messages: Vec<Message>,
    /// The output.
    pub choices: Vec<Choice>,
    /// Free key-value pairs.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Map<String, Value>,
    /// Why it failed, where it did.
    pub error: Option<LogError>,
}

impl From<Log> for ShownLog {
    fn from(log: Log) -> Self {
        let Log { id, created_at, status, served, context, .. } = log;
        let Log { messages, choices, metadata, error, .. } = log;
        Self { id, created_at, status, served, context, messages, choices, metadata, error }
    }
}

impl From<Turn> for ShownLog {
    fn from(turn: Turn) -> Self {
        let Turn { id, created_at, status, served, context, .. } = turn;
        let Turn { messages, choices, metadata, error, .. } = turn;
        Self { id, created_at, status, served, context, messages, choices, metadata, error }
    }
}

/// Reads what an item is about; says too what answers may refer to.
///
/// # Errors
/// Those of the store.
pub async fn show(store: &dyn Store, project: ProjectId, item: Item) -> Result<(Shown, ItemShape)> {
    let mut shape = ItemShape::of(&item);
    let shown = match item {
        Item::Log { log_id } => {
            let log = store.log(project, log_id).await?.map(|detail| detail.log);
            if let Some(log) = &log {
                shape = ItemShape::of_log(log);
            }
            Shown::Log { log_id, log: log.map(|log| Box::new(log.into())) }
        }
        Item::Conversation { conversation_id } => {
            let (turns, partial) = turns(store, project, &conversation_id).await?;
            let turns = (!turns.is_empty()).then_some(turns);
            Shown::Conversation { conversation_id, turns, partial }
        }
        Item::Responses { prompt, responses, log_ids } => {
            Shown::Responses { prompt, responses, log_ids }
        }
        Item::Record { fields } => Shown::Record { fields },
    };
    Ok((shown, shape))
}

async fn turns(
    store: &dyn Store,
    project: ProjectId,
    conversation: &str,
) -> Result<(Vec<ShownLog>, bool)> {
    let thread = Thread::Conversation(conversation.to_owned());
    let mut query = TurnQuery { project, thread, cursor: None, limit: PAGE };
    let mut all = Vec::new();
    loop {
        query.limit = PAGE.min(MAX_TURNS - u32::try_from(all.len()).unwrap_or(MAX_TURNS));
        let Page { items, next_cursor, .. } = store.turns(&query).await?;
        all.extend(items.into_iter().map(ShownLog::from));
        if next_cursor.is_none() || all.len() >= MAX_TURNS as usize {
            return Ok((all, next_cursor.is_some()));
        }
        query.cursor = next_cursor;
    }
}
