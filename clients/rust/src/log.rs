//! What is received: logs and feedback. Times are RFC 3339.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::message::{Choice, Message, Performance, Usage};
use crate::opinion::{FeedbackValue, Source};

/// Makes a struct that is read from an answer; the server may add fields.
macro_rules! answers {
    ($($(#[$about:meta])* $name:ident {
        $($(#[$field_about:meta])* $field:ident: $kind:ty,)*
    })*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_about])* pub $field: $kind,)*
        }
    )*};
}

answers! {
    /// A feedback that is kept.
    Feedback {
        /// Its id.
        id: String,
        /// When it was given.
        created_at: String,
        /// The log it is about, where it is about one.
        log_id: Option<String>,
        /// The chain it is about, where it is about one.
        chain_id: Option<String>,
        /// The conversation it is about, where it is about one.
        conversation_id: Option<String>,
        /// `end_user:NAME`, `user:ID`, `key:ID`, `judge:NAME` or `system`.
        author: String,
        /// The author's name, where there is one to show.
        author_name: Option<String>,
        /// What kind of author.
        source: Source,
        /// The metric.
        name: String,
        /// Its value.
        value: FeedbackValue,
        /// A remark.
        comment: Option<String>,
        /// The answer as it should be.
        correction: Option<String>,
        /// Whether it is the newest of its author on its metric and was not taken back.
        counts: bool,
        /// When it was taken back, where it was.
        retracted_at: Option<String>,
    }

    /// What became of feedback that was sent.
    FeedbackKept {
        /// In the order it was sent.
        ids: Vec<String>,
        /// For each whether its log is there; what is early is attached when the log arrives.
        attached: Vec<bool>,
    }

    /// Leave for a browser to give feedback on one log, and nothing else.
    FeedbackToken {
        /// For `POST /api/v1/public/feedback`.
        token: String,
        /// When it ends.
        expires_at: String,
    }

    /// What became of `add_metrics`.
    MetricsAdded {
        /// Whether the log was there; otherwise this is merged when it arrives.
        attached: bool,
        /// The feedback that came along.
        feedback_ids: Vec<String>,
    }

    /// What people said of a log, in short. Only feedback that counts is counted.
    FeedbackTally {
        /// How many thumbs up.
        thumbs_up: u32,
        /// How many thumbs down.
        thumbs_down: u32,
        /// The mean of the scores of the heaviest source that gave one.
        score: Option<f64>,
        /// How many feedbacks in all.
        count: u32,
        /// Whether someone wrote a correction.
        has_correction: bool,
    }

    /// How sure the model was of its own words.
    Uncertainty {
        /// 0 is certain, lower is less sure.
        mean_logprob: f64,
        /// 1 is certain, higher is less sure.
        perplexity: f64,
        /// The log-probability of the weakest token.
        min_logprob: f64,
        /// The text of the weakest token.
        min_token: String,
        /// The number of tokens with a log-probability.
        tokens: u32,
    }

    /// One value that a metadata key had.
    MetadataChange {
        /// The key.
        key: String,
        /// The value it was given.
        value: Value,
        /// When.
        at: String,
        /// By whom.
        by: String,
    }

    /// A log as a line of a list.
    LogSummary {
        /// Its id.
        id: String,
        /// When the interaction began.
        created_at: String,
        /// `configured`, `completed`, `failed` or `cancelled`.
        status: String,
        /// `gateway`, `get_config` or `ingest`.
        origin: String,
        /// The deployment's key.
        deployment: Option<String>,
        /// The deployment's version.
        version: Option<u32>,
        /// The variant of that version.
        variant: Option<String>,
        /// The provider's name.
        provider: Option<String>,
        /// The model's name at the provider.
        model: Option<String>,
        /// Several calls that serve one purpose.
        chain_id: Option<String>,
        /// Several calls of one conversation.
        conversation_id: Option<String>,
        /// The application's user.
        user_id: Option<String>,
        /// The beginning of the input.
        input_preview: String,
        /// The beginning of the output.
        output_preview: String,
        /// Tokens used.
        usage: Option<Usage>,
        /// How long it took.
        performance: Performance,
        /// Cost in millionths of a US dollar.
        cost_usd_micros: Option<u64>,
        /// How sure the model was: 0 is certain.
        mean_logprob: Option<f64>,
        /// What people said of it.
        feedback: FeedbackTally,
    }

    /// One log, whole, with its feedback.
    Log {
        /// Its id.
        id: String,
        /// When the interaction began.
        created_at: String,
        /// `configured`, `completed`, `failed` or `cancelled`.
        status: String,
        /// `gateway`, `get_config` or `ingest`.
        origin: String,
        /// Who sent it, or made the call.
        sent_by: String,
        /// The deployment's key.
        deployment: Option<String>,
        /// The deployment's version.
        version: Option<u32>,
        /// The variant of that version.
        variant: Option<String>,
        /// The provider's name.
        provider: Option<String>,
        /// The model's name at the provider.
        model: Option<String>,
        /// Several calls that serve one purpose.
        chain_id: Option<String>,
        /// Several calls of one conversation.
        conversation_id: Option<String>,
        /// The application's user.
        user_id: Option<String>,
        /// The input.
        messages: Vec<Message>,
        /// The output.
        choices: Vec<Choice>,
        /// What was asked of the model.
        parameters: Map<String, Value>,
        /// Free key-value pairs.
        metadata: Map<String, Value>,
        /// Tokens used.
        usage: Option<Usage>,
        /// How long it took.
        performance: Performance,
        /// Cost in millionths of a US dollar.
        cost_usd_micros: Option<u64>,
        /// Variables of the prompt template.
        inputs: Option<Map<String, Value>>,
        /// The tokens of the first choice with their log-probabilities.
        logprobs: Option<Vec<TokenLogprob>>,
        /// How sure the model was of its own words.
        uncertainty: Option<Uncertainty>,
        /// Why it failed.
        error: Option<LogError>,
        /// What people said of it, in short.
        tally: FeedbackTally,
        /// Each value that a metadata key had.
        metadata_history: Vec<MetadataChange>,
        /// All feedback, oldest first.
        feedback: Vec<Feedback>,
    }
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogError {
    /// `upstream`, `unreachable`, `interrupted` or `rejected`.
    pub kind: String,
    /// The upstream's HTTP status, where it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What it said.
    pub message: String,
}

/// A token with its natural log-probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenLogprob {
    /// The token's text.
    pub token: String,
    /// At most 0.
    pub logprob: f64,
    /// The token's bytes, where its text alone is not valid UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Vec<u8>>,
    /// The likeliest tokens at this place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top_logprobs: Vec<TokenLogprob>,
}
