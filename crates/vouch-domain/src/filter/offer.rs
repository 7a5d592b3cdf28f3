//! What a completion offers: fields, operators, values, and what only the store knows.

use super::lex::{Kind, tokens};
use super::{Field, FieldKind, NameField, NumberField, Part};
use crate::log::{LogOrigin, LogStatus};

/// One thing that could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suggestion {
    /// The text.
    pub insert: String,
    /// What it is.
    pub about: String,
}

/// Values that only the store knows, and what of one is typed already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asks {
    /// Which values.
    pub values: Values,
    /// What they begin with.
    pub begun: String,
}

/// Values that only the store knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// Models, deployments, users and the like.
    Names(NameField),
    /// The keys of the metadata.
    MetaKeys,
    /// The values of this metadata key.
    MetaValues(String),
    /// The metrics.
    Metrics,
    /// What is said under this metric.
    Labels(String),
    /// Days worth a look.
    Days,
}

impl Values {
    /// The text that stands for a value; `None` for one that cannot be written.
    pub(super) fn insert(&self, value: &str) -> Option<String> {
        let key = |head: &str| is_bare(value).then(|| format!("{head}{value}:"));
        match self {
            Self::MetaKeys => key("meta."),
            Self::Metrics => key("feedback."),
            // Any value: within quotes it would be a star.
            Self::Labels(_) if value == "*" => Some("*".to_owned()),
            _ => Some(quoted(value)),
        }
    }
}

/// A value as it is written in a filter.
pub fn quoted(value: &str) -> String {
    if is_bare(value) && !value.ends_with('*') {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Whether a text is one word without quotes.
fn is_bare(text: &str) -> bool {
    let is_word = |kind: &Kind| matches!(kind, Kind::Word(word) if word == text);
    tokens(text).is_ok_and(|all| matches!(all.as_slice(), [one] if is_word(&one.kind)))
}

/// The fields that begin so.
pub(super) fn fields(begun: &str) -> Vec<Suggestion> {
    let fits = |field: &&Field| {
        let named =
            field.name.starts_with(begun) || field.aliases.iter().any(|a| a.starts_with(begun));
        // Its operators are offered instead.
        named && !(is_amount(**field) && field.name == begun)
    };
    let suggest = |field: &Field| Suggestion {
        insert: match field.kind {
            FieldKind::Meta => format!("{}.", field.name),
            FieldKind::Feedback if field.name == "feedback" => "feedback.".to_owned(),
            _ if is_amount(*field) => field.name.to_owned(),
            _ => format!("{}:", field.name),
        },
        about: format!("{}, e.g. {}", field.about, field.example),
    };
    Field::ALL.iter().filter(fits).map(suggest).collect()
}

/// The comparisons of a field whose name is typed in full.
pub(super) fn operators(name: &str) -> Vec<Suggestion> {
    let Some((field, None)) = Field::find(name).filter(|(field, _)| is_amount(*field)) else {
        return vec![];
    };
    let all = [
        (">", "more than"),
        (">=", "at least"),
        ("<", "less than"),
        ("<=", "at most"),
        (":", "exactly, or a range a..b"),
    ];
    let suggest = |(operator, about): (&str, &str)| Suggestion {
        insert: format!("{name}{operator}"),
        about: format!("{}: {about}", field.about),
    };
    all.into_iter().map(suggest).collect()
}

const fn is_amount(field: Field) -> bool {
    matches!(
        field.kind,
        FieldKind::Number(_) | FieldKind::Perplexity | FieldKind::Time | FieldKind::Age
    )
}

/// The values that are the same everywhere, as far as they fit what is typed.
pub(super) fn static_values(field: Field, begun: &str) -> Vec<Suggestion> {
    let known: Vec<(&str, &str)> = match field.kind {
        FieldKind::Status => {
            LogStatus::ALL.map(|status| (status.as_str(), status_about(status))).to_vec()
        }
        FieldKind::Origin => {
            LogOrigin::ALL.map(|origin| (origin.as_str(), origin_about(origin))).to_vec()
        }
        FieldKind::Thumbs => {
            vec![("up", "at least one thumb up"), ("down", "at least one thumb down")]
        }
        FieldKind::Has => Part::ALL.map(|(name, _)| (name, "")).to_vec(),
        FieldKind::Age => {
            vec![("1h", "an hour"), ("24h", "a day"), ("7d", "a week"), ("30d", "a month")]
        }
        FieldKind::Number(number) => amounts(number).iter().map(|text| (*text, "")).collect(),
        FieldKind::Perplexity => vec![("1.5", ""), ("2", ""), ("5", "")],
        _ => vec![],
    };
    let suggest = |(value, about): (&str, &str)| Suggestion {
        insert: value.to_owned(),
        about: about.to_owned(),
    };
    known.into_iter().filter(|(value, _)| value.starts_with(begun)).map(suggest).collect()
}

/// Amounts that people ask for.
const fn amounts(field: NumberField) -> &'static [&'static str] {
    match field {
        NumberField::Version => &["1", "2", "3"],
        NumberField::Score => &["50", "80"],
        NumberField::Latency => &["500ms", "1s", "2s", "5s", "10s"],
        NumberField::TimeToFirstToken => &["200ms", "500ms", "1s", "2s"],
        NumberField::Cost => &["0.001", "0.01", "0.1"],
        NumberField::Tokens => &["500", "1000", "4000"],
        NumberField::PromptTokens => &["500", "1000", "3000"],
        NumberField::CompletionTokens => &["5", "100", "500"],
        NumberField::MeanLogprob => &["-0.5", "-1", "-2"],
    }
}

const fn status_about(status: LogStatus) -> &'static str {
    match status {
        LogStatus::Configured => "asked for its configuration; no answer yet",
        LogStatus::Completed => "answered",
        LogStatus::Failed => "no answer, or only a part of one",
        LogStatus::Cancelled => "the client went away",
    }
}

const fn origin_about(origin: LogOrigin) -> &'static str {
    match origin {
        LogOrigin::Gateway => "through the gateway",
        LogOrigin::GetConfig => "by get_config",
        LogOrigin::Ingest => "sent in afterwards",
    }
}
