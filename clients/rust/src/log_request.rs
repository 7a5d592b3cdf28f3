//! Logs that are sent in, and which logs to list.

use serde_json::Value;

use crate::log::{LogError, TokenLogprob};
use crate::message::{Choice, Message, Performance, Usage};
use crate::metrics::Score;
use crate::request::request;

request! {
    /// A log that is sent in.
    NewLog {
        /// Chosen by the sender ([`new_log_id`](crate::new_log_id)), so that sending it again
        /// changes nothing.
        id: String,
        /// When the interaction began, in RFC 3339; now where absent.
        created_at: String,
        /// `completed` where absent; `failed` where there is an error.
        status: String,
        /// The output.
        choices: Vec<Choice>,
        /// The model's name at the provider.
        model: String,
        /// The provider's name.
        provider: String,
        /// The deployment's key.
        deployment: String,
        /// The deployment's version.
        version: u32,
        /// The variant's name.
        variant: String,
        /// A JSON object: `temperature`, `tools` and whatever else was asked.
        parameters: Value,
        /// A JSON object: variables of the prompt template.
        inputs: Value,
        /// A JSON object: free key-value pairs.
        metadata: Value,
        /// Several calls that serve one purpose.
        chain_id: String,
        /// Several calls of one conversation.
        conversation_id: String,
        /// The application's user.
        user_id: String,
        /// Tokens used.
        usage: Usage,
        /// How long it took.
        performance: Performance,
        /// In millionths of a US dollar; from the server's price table where absent.
        cost_usd_micros: u64,
        /// The tokens of the first choice with their log-probabilities.
        logprobs: Vec<TokenLogprob>,
        /// Why it failed.
        error: LogError,
    }
    apart {
        messages: Vec<Message>,
        #[serde(skip_serializing_if = "Option::is_none")]
        feedback: Option<Score>,
    }
}

impl NewLog {
    /// A log with this input.
    pub fn new(messages: impl Into<Vec<Message>>) -> Self {
        Self { messages: messages.into(), ..Self::default() }
    }

    /// The metric `score`, from 0 to 100 (`feedback.score` on the wire).
    pub fn score(mut self, score: impl Into<f64>) -> Self {
        self.feedback = Some(Score { score: score.into() });
        self
    }
}

request! {
    /// Which logs to list; all filters that are set must fit.
    LogFilters {
        /// The filter language, e.g. `thumbs:down and latency>2s`.
        q: String,
        /// The deployment's key.
        deployment: String,
        /// The variant's name.
        variant: String,
        /// The model's name.
        model: String,
        /// The application's user.
        user_id: String,
        /// The chain.
        chain_id: String,
        /// The conversation.
        conversation_id: String,
        /// How far it came: `completed`, `failed`, `cancelled` or `configured`.
        status: String,
        /// `key:value`.
        metadata: String,
        /// `up` or `down`: at least one that counts.
        thumbs: String,
        /// The score is at least this.
        min_score: f64,
        /// The score is at most this.
        max_score: f64,
        /// `metric` or `metric:label`.
        feedback: String,
        /// That feedback was given on this date (`YYYY-MM-DD`, UTC) or later.
        feedback_from: String,
        /// That feedback was given on this date (UTC) or before.
        feedback_to: String,
        /// Any feedback at all, or none.
        has_feedback: bool,
        /// Made on this date (UTC) or later.
        from_date: String,
        /// Made on this date (UTC) or before.
        to_date: String,
        /// Logs in a page: 1 to 200; 50 where absent.
        page_size: u32,
    }
    apart {
        #[serde(skip)]
        extra: Vec<(String, String)>,
    }
}

impl LogFilters {
    /// All logs.
    pub fn new() -> Self {
        Self::default()
    }

    /// A query parameter that a newer server knows and this client does not.
    pub fn extra_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }

    /// The query of a page, without its question mark.
    pub(crate) fn query(&self, cursor: Option<&str>) -> String {
        let fields = serde_json::to_value(self).unwrap_or_default();
        let fields = fields.as_object().into_iter().flatten().map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (on_wire(name), text)
        });
        let extra = self.extra.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let cursor = cursor.map(|cursor| ("cursor", cursor.to_owned()));
        let all = fields.chain(extra).chain(cursor);
        all.map(|(name, value)| format!("{}={}", escape(name), escape(&value)))
            .collect::<Vec<_>>()
            .join("&")
    }
}

fn on_wire(name: &str) -> &str {
    match name {
        "from_date" => "from",
        "to_date" => "to",
        "page_size" => "limit",
        other => other,
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters.
pub(crate) fn escape(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes()
        .map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_become_a_query() {
        let filters = LogFilters::new()
            .metadata("plan:pro & más")
            .has_feedback(true)
            .min_score(50.0)
            .from_date("2026-01-02")
            .page_size(10_u32)
            .extra_query("filter", "score<50");
        let mut parts: Vec<_> = filters.query(Some("c/1")).split('&').map(str::to_owned).collect();
        parts.sort();
        assert_eq!(
            parts,
            [
                "cursor=c%2F1",
                "filter=score%3C50",
                "from=2026-01-02",
                "has_feedback=true",
                "limit=10",
                "metadata=plan%3Apro%20%26%20m%C3%A1s",
                "min_score=50.0",
            ]
        );
    }
}
