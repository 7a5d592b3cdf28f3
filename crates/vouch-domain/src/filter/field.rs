//! The fields that a filter may name.

use super::{NameField, NumberField};

/// A field that a filter may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What values it takes.
    pub kind: FieldKind,
    /// What it is, in a few words.
    pub about: &'static str,
    /// A term with it.
    pub example: &'static str,
}

/// What values a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A log's id.
    Id,
    /// A name.
    Name(NameField),
    /// A number.
    Number(NumberField),
    /// The number e to the power of -mean log-probability.
    Perplexity,
    /// A moment or a day.
    Time,
    /// How long ago.
    Age,
    /// A state.
    Status,
    /// An origin.
    Origin,
    /// `up` or `down`.
    Thumbs,
    /// A part that a log may have.
    Has,
    /// A text in input or output.
    Words,
    /// A metadata key, after the dot.
    Meta,
    /// A metric, after the dot.
    Feedback,
}

macro_rules! fields {
    ($($name:literal $(/ $alias:literal)*, $kind:expr, $about:literal, $example:literal;)*) => {
        &[$(Field {
            name: $name, aliases: &[$($alias),*], kind: $kind, about: $about, example: $example,
        }),*]
    };
}

impl Field {
    /// All fields. `meta` and `feedback` are followed by a dot and a key.
    pub const ALL: &'static [Self] = {
        use FieldKind::{
            Age, Feedback, Has, Id, Meta, Name, Number, Origin, Perplexity, Status, Thumbs, Time,
            Words,
        };
        use NameField as N;
        use NumberField as C;
        fields! {
            "text", Words, "words in the input or output", r#"text:"group commit""#;
            "model", Name(N::Model), "the model's name at the provider", "model:gpt-4o*";
            "deployment", Name(N::Deployment), "the deployment's key", "deployment:assistant";
            "version", Number(C::Version), "the deployment's version", "version:3";
            "variant", Name(N::Variant), "the variant", "variant:(a, b)";
            "provider", Name(N::Provider), "the provider", "provider:openai";
            "status", Status, "how far the call came", "status:failed";
            "origin", Origin, "how the log came here", "origin:ingest";
            "time" / "created_at", Time, "when it was made (UTC)", "time>=2026-11-01";
            "age", Age, "how long ago it was made", "age<7d";
            "thumbs", Thumbs, "thumbs that count", "thumbs:down";
            "score", Number(C::Score), "the score that counts, 0 to 100", "score:40..60";
            "defects", Feedback, "defects that people named", "defects:hallucination";
            "feedback", Feedback, "any metric, after a dot", "feedback.safety:unsafe";
            "has", Has, "what a log may have", "has:correction";
            "meta" / "metadata", Meta, "a metadata key, after a dot", "meta.plan:pro";
            "user" / "user_id", Name(N::User), "the application's user", "user:ann";
            "conversation" / "conversation_id", Name(N::Conversation), "the conversation",
                "conversation:c-17";
            "chain" / "chain_id", Name(N::Chain), "the chain", "chain:c4a75b53*";
            "latency", Number(C::Latency), "to the last byte, ms or with a unit", "latency>2s";
            "ttft" / "time_to_first_token", Number(C::TimeToFirstToken),
                "time to first token, ms or with a unit", "ttft>800ms";
            "cost", Number(C::Cost), "US dollars", "cost>0.01";
            "tokens", Number(C::Tokens), "all tokens", "tokens>4000";
            "prompt_tokens", Number(C::PromptTokens), "tokens of the input", "prompt_tokens>3000";
            "completion_tokens", Number(C::CompletionTokens), "tokens of the output",
                "completion_tokens<5";
            "mean_logprob", Number(C::MeanLogprob), "mean log-probability", "mean_logprob<-1";
            "perplexity", Perplexity, "how unsure the model was; 1 is certain", "perplexity>2";
            "id", Id, "one log", "id:log_01h455vb4pex5vsknk084sn02q";
        }
    };

    /// The field of that name, and what follows its dot.
    pub fn find(name: &str) -> Option<(Self, Option<&str>)> {
        let (head, key) = match name.split_once('.') {
            Some((head, key)) => (head, Some(key)),
            None => (name, None),
        };
        let named = |field: &&Self| field.name == head || field.aliases.contains(&head);
        Self::ALL.iter().find(named).map(|field| (*field, key))
    }
}
