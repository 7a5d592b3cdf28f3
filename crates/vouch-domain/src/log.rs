//! One entry of the request log: one interaction with a model.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Time;
use crate::actor::Actor;
use crate::feedback::FeedbackTally;
use crate::id::{LogId, ProjectId};
use crate::message::{Choice, Message};
use crate::uncertainty::{TokenLogprob, Uncertainty};

/// How far the interaction came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogStatus {
    /// The configuration was handed out; the application calls the model itself and completes
    /// the log with addMetrics.
    Configured,
    /// The model answered.
    Completed,
    /// The call failed; `error` says how.
    Failed,
    /// The client went away before the answer was complete; what had come is kept.
    Cancelled,
}

impl LogStatus {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Configured, Self::Completed, Self::Failed, Self::Cancelled];

    /// The word used in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configured => "configured",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// How the log came to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogOrigin {
    /// A call through the gateway.
    Gateway,
    /// `get_config`, completed by the application.
    GetConfig,
    /// Sent in afterwards.
    Ingest,
}

impl LogOrigin {
    /// All origins.
    pub const ALL: [Self; 3] = [Self::Gateway, Self::GetConfig, Self::Ingest];

    /// The word used in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::GetConfig => "get_config",
            Self::Ingest => "ingest",
        }
    }

    /// The origin of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.as_str() == text)
    }
}

/// Tokens used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// Tokens of the input.
    pub prompt_tokens: u64,
    /// Tokens of the output.
    pub completion_tokens: u64,
    /// Their sum, as the provider counted it.
    pub total_tokens: u64,
    /// `prompt_tokens_details` and whatever else the provider counted.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub rest: Map<String, Value>,
}

/// The most tokens that one log can have used, and the most that it can have cost in millionths
/// of a US dollar: a sum over very many logs still fits into 64 bits.
pub const MAX_COUNT: u64 = 1_000_000_000_000;

impl Usage {
    /// These counts, each at most [`MAX_COUNT`].
    pub fn of(prompt_tokens: u64, completion_tokens: u64) -> Self {
        let (prompt_tokens, completion_tokens) =
            (prompt_tokens.min(MAX_COUNT), completion_tokens.min(MAX_COUNT));
        let total_tokens = (prompt_tokens + completion_tokens).min(MAX_COUNT);
        Self { prompt_tokens, completion_tokens, total_tokens, rest: Map::new() }
    }
}

/// How long it took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Performance {
    /// From the request to the last byte of the answer, ms.
    #[serde(default)]
    pub latency: Option<f64>,
    /// From the request to the first token, ms.
    #[serde(default)]
    pub time_to_first_token: Option<f64>,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogError {
    /// `upstream` (it answered with an error), `unreachable`, `interrupted` (it died mid-answer)
    /// or `rejected` (we refused it).
    pub kind: String,
    /// The upstream's HTTP status, where it answered.
    #[serde(default)]
    pub status: Option<u16>,
    /// What it said, shortened to 8 kB.
    pub message: String,
}

/// One try to have a call served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attempt {
    /// The provider's name.
    pub provider: String,
    /// The model's name at the provider.
    pub model: String,
    /// The variant, where a deployment was called.
    #[serde(default)]
    pub variant: Option<String>,
    /// When it began.
    pub started_at: Time,
    /// Until its answer began or it failed, ms.
    pub latency: f64,
    /// The provider's HTTP status, where it answered.
    #[serde(default)]
    pub status: Option<u16>,
    /// Why it did not serve the call; absent for the one that did.
    #[serde(default)]
    pub error: Option<String>,
}

/// What served the call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Served {
    /// The deployment's key.
    #[serde(default)]
    pub deployment: Option<String>,
    /// The deployment's version.
    #[serde(default)]
    pub version: Option<u32>,
    /// The variant of that version.
    #[serde(default)]
    pub variant: Option<String>,
    /// The provider's name.
    #[serde(default)]
    pub provider: Option<String>,
    /// The model's name at the provider.
    #[serde(default)]
    pub model: Option<String>,
}

/// The application's own names for the interaction.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Context {
    /// Several calls that serve one purpose.
    #[serde(default)]
    pub chain_id: Option<String>,
    /// Several calls of one conversation.
    #[serde(default)]
    pub conversation_id: Option<String>,
    /// The application's user.
    #[serde(default)]
    pub user_id: Option<String>,
}

/// One entry of the request log, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Log {
    /// Its id.
    pub id: LogId,
    /// Its tenant.
    #[serde(skip_serializing, default = "no_project")]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub project: ProjectId,
    /// When the interaction began.
    pub created_at: Time,
    /// How far it came.
    pub status: LogStatus,
    /// How it came to us.
    pub origin: LogOrigin,
    /// Who sent it.
    pub sent_by: Actor,
    /// What served it.
    #[serde(flatten)]
    pub served: Served,
    /// The application's names for it.
    #[serde(flatten)]
    pub context: Context,
    /// The input, as the model got it.
    pub messages: Vec<Message>,
    /// The output.
    pub choices: Vec<Choice>,
    /// `temperature`, `max_tokens`, `tools` and whatever else was asked.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub parameters: Map<String, Value>,
    /// The variables of the prompt template.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub inputs: Map<String, Value>,
    /// Free key-value pairs; the newest value of each key.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Map<String, Value>,
    /// Tokens used, where known.
    pub usage: Option<Usage>,
    /// How long it took.
    pub performance: Performance,
    /// Cost in millionths of a US dollar, where the price is known.
    pub cost_usd_micros: Option<i64>,
    /// The tokens of the first choice with their log-probabilities, where known.
    #[serde(default)]
    pub logprobs: Vec<TokenLogprob>,
    /// How sure the model was, where known.
    pub uncertainty: Option<Uncertainty>,
    /// Why it failed, where it did.
    pub error: Option<LogError>,
    /// What was tried, in that order, where it was more than one thing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
}

fn no_project() -> ProjectId {
    ProjectId::new(Time::from_micros(0), [0; 10])
}

impl Log {
    /// An entry with nothing in it but its identity.
    pub fn new(
        id: LogId,
        project: ProjectId,
        at: Time,
        status: LogStatus,
        origin: LogOrigin,
        sent_by: Actor,
    ) -> Self {
        Self {
            id,
            project,
            created_at: at,
            status,
            origin,
            sent_by,
            served: Served::default(),
            context: Context::default(),
            messages: Vec::new(),
            choices: Vec::new(),
            parameters: Map::new(),
            inputs: Map::new(),
            metadata: Map::new(),
            usage: None,
            performance: Performance::default(),
            cost_usd_micros: None,
            logprobs: Vec::new(),
            uncertainty: None,
            error: None,
            attempts: Vec::new(),
        }
    }
}

/// A log as a line of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogSummary {
    /// Its id.
    pub id: LogId,
    /// When the interaction began.
    pub created_at: Time,
    /// How far it came.
    pub status: LogStatus,
    /// How it came to us.
    pub origin: LogOrigin,
    /// What served it.
    #[serde(flatten)]
    pub served: Served,
    /// The application's names for it.
    #[serde(flatten)]
    pub context: Context,
    /// The last user message, on one line of at most 160 characters.
    pub input_preview: String,
    /// The first choice, on one line of at most 160 characters.
    pub output_preview: String,
    /// Tokens used, where known.
    pub usage: Option<Usage>,
    /// How long it took.
    pub performance: Performance,
    /// Cost in millionths of a US dollar, where known.
    pub cost_usd_micros: Option<i64>,
    /// (1/T) Σ log p of the answer, where known.
    pub mean_logprob: Option<f64>,
    /// What people said of it, in short.
    pub feedback: FeedbackTally,
}

/// One value that a metadata key had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetadataChange {
    /// The key.
    pub key: String,
    /// The value it was given.
    #[cfg_attr(feature = "openapi", schema(value_type = Value))]
    pub value: Value,
    /// When.
    pub at: Time,
    /// By whom.
    pub by: Actor,
}
