//! What a task is about: a log, a conversation, several responses, or a record of any fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::id::LogId;
use crate::invalid::check_value;
use crate::log::Log;
use crate::message::Message;
use crate::{Invalid, Pointer};

/// What kind of items a queue holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// Logs, shown as they are now.
    Log,
    /// Whole conversations, shown as they are now.
    Conversation,
    /// Responses to the same prompt: a pair, or more to be ranked.
    Responses,
    /// Records of any fields.
    Record,
}

impl ItemKind {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Conversation => "conversation",
            Self::Responses => "responses",
            Self::Record => "record",
        }
    }
}

/// What a task is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Item {
    /// One log.
    Log {
        /// Which.
        log_id: LogId,
    },
    /// All logs of one conversation.
    Conversation {
        /// The application's id.
        conversation_id: String,
    },
    /// Responses to the same prompt.
    Responses {
        /// What was asked.
        prompt: Vec<Message>,
        /// 2 to 26 responses, in the order in which answers name them: the first is `a`, or 0.
        responses: Vec<Response>,
        /// The logs they came from, where they came from any; one for each response.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        log_ids: Vec<LogId>,
    },
    /// Any fields.
    Record {
        /// The fields, in the order in which they are shown.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        fields: Map<String, Value>,
    },
}

/// One of several responses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// Its text, unless there is a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The whole message, with its tool calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// Where it is from, e.g. a variant or a model; not shown to reviewers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// What answers about an item must fit: how many responses there are, and how long its texts are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ItemShape {
    /// How many responses there are to choose from.
    pub responses: usize,
    /// The lengths in code points of the texts that can have spans: `response`, or a field.
    pub texts: BTreeMap<String, u32>,
}

/// The largest item in bytes of JSON: 1 MiB.
pub const MAX_ITEM_BYTES: usize = 1 << 20;

fn code_points(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

impl ItemShape {
    /// The shape of an item, as far as it is known from the item alone: of a log it is
    /// [`Self::of_log`].
    pub fn of(item: &Item) -> Self {
        match item {
            Item::Log { .. } | Item::Conversation { .. } => Self::default(),
            Item::Responses { responses, .. } => {
                Self { responses: responses.len(), texts: BTreeMap::new() }
            }
            Item::Record { fields } => {
                let length = |(name, value): (&String, &Value)| {
                    value.as_str().map(|text| (name.clone(), code_points(text)))
                };
                Self { responses: 0, texts: fields.iter().filter_map(length).collect() }
            }
        }
    }

    /// The shape of a log: its response is the text of the first choice.
    pub fn of_log(log: &Log) -> Self {
        let response = log.choices.first().map(|choice| choice.message.text()).unwrap_or_default();
        Self { responses: 0, texts: [("response".to_owned(), code_points(&response))].into() }
    }
}

impl Item {
    /// Its kind.
    pub const fn kind(&self) -> ItemKind {
        match self {
            Self::Log { .. } => ItemKind::Log,
            Self::Conversation { .. } => ItemKind::Conversation,
            Self::Responses { .. } => ItemKind::Responses,
            Self::Record { .. } => ItemKind::Record,
        }
    }

    /// The log, where it is one.
    pub const fn log(&self) -> Option<LogId> {
        match self {
            Self::Log { log_id } => Some(*log_id),
            _ => None,
        }
    }

    /// Checks the item itself.
    ///
    /// # Errors
    /// At the field, seen from the item.
    pub fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Log { .. } => Ok(()),
            Self::Conversation { conversation_id } => {
                crate::invalid::check_text("/conversation_id", conversation_id)?;
                let fits = (1..=256).contains(&conversation_id.chars().count());
                let expected = "1 to 256 characters";
                let wrong = || Invalid::new("/conversation_id", expected, conversation_id);
                if fits { Ok(()) } else { Err(wrong()) }
            }
            Self::Responses { responses, log_ids, .. } => {
                if !(2..=26).contains(&responses.len()) {
                    let got = responses.len();
                    return Err(Invalid::new("/responses", "2 to 26 responses", got));
                }
                for (i, response) in responses.iter().enumerate() {
                    if response.text.is_some() == response.message.is_some() {
                        let at = Pointer::from("/responses").then(i);
                        let got = if response.text.is_some() { "both" } else { "neither" };
                        return Err(Invalid::new(at, "either text or message", got));
                    }
                }
                if !log_ids.is_empty() && log_ids.len() != responses.len() {
                    let expected = format!("none, or {} of them", responses.len());
                    return Err(Invalid::new("/log_ids", expected, log_ids.len()));
                }
                self.check_size()
            }
            Self::Record { fields } => {
                if fields.is_empty() {
                    return Err(Invalid::new("/fields", "at least one field", "none"));
                }
                self.check_size()
            }
        }
    }

    fn check_size(&self) -> Result<(), Invalid> {
        let json = serde_json::to_value(self).unwrap_or_default();
        check_value(&Pointer::root(), &json)?;
        let bytes = json.to_string().len();
        if bytes > MAX_ITEM_BYTES {
            let expected = format!("an item of at most {MAX_ITEM_BYTES} bytes");
            return Err(Invalid::new("", expected, format!("{bytes} bytes")));
        }
        Ok(())
    }

    /// What tells it from other items of a queue where its giver has no key for it: the log's or
    /// conversation's id, or the SHA-256 of its JSON with sorted keys.
    pub fn key(&self) -> String {
        match self {
            Self::Log { log_id } => log_id.to_string(),
            Self::Conversation { conversation_id } => conversation_id.clone(),
            Self::Responses { .. } | Self::Record { .. } => {
                let mut json = serde_json::to_value(self).unwrap_or_default();
                json.sort_all_objects();
                format!("sha256:{:x}", Sha256::digest(json.to_string()))
            }
        }
    }
}
