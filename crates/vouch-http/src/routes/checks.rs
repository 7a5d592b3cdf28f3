//! Checks of what callers name themselves: ids, names, metadata, counts.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::{Map, Value};
use vouch_domain::invalid::{check_text, check_texts};
use vouch_domain::log::{Context, Performance, Served, Usage};
use vouch_domain::price::Price;
use vouch_domain::{Invalid, Pointer};

/// The longest chain, conversation or user id, and the longest name, in characters.
pub(crate) const MAX_ID_CHARS: usize = 256;

/// Clocks may differ by this much.
pub(crate) const SKEW_S: i64 = 24 * 3600;

/// What the usage costs, where the price of what served it is known.
pub(crate) fn cost(prices: &[Price], served: &Served, usage: Option<&Usage>) -> Option<i64> {
    let (provider, model) = (served.provider.as_ref()?, served.model.as_ref()?);
    let fits = |price: &&Price| price.provider == *provider && price.model == *model;
    Some(prices.iter().find(fits)?.cost_usd_micros(usage?))
}

/// The application's own name for something: `None` for an empty one.
///
/// # Errors
/// When it is too long or holds a character that PostgreSQL cannot keep.
pub(crate) fn name(pointer: &str, text: Option<String>) -> Result<Option<String>, Invalid> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let chars = text.chars().count();
    if chars > MAX_ID_CHARS {
        let expected = format!("at most {MAX_ID_CHARS} characters");
        return Err(Invalid::new(pointer, expected, format_args!("{chars} characters")));
    }
    check_text(pointer, &text)?;
    Ok(Some(text))
}

/// A name that must be there.
pub(crate) fn needed_name(pointer: &str, text: String) -> Result<String, Invalid> {
    let expected = "a name of 1 to 100 characters";
    let trimmed = text.trim();
    if !(1..=100).contains(&trimmed.chars().count()) || trimmed.contains(char::is_control) {
        return Err(Invalid::new(pointer, expected, format_args!("\"{text}\"")));
    }
    Ok(if trimmed.len() == text.len() { text } else { trimmed.to_owned() })
}

/// A longer text, of at most `most` bytes: `None` for an empty one.
pub(crate) fn text(
    pointer: &str,
    text: Option<String>,
    most: usize,
) -> Result<Option<String>, Invalid> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.len() > most {
        let got = format!("{} bytes", text.len());
        return Err(Invalid::new(pointer, format!("at most {most} bytes"), got));
    }
    check_text(pointer, &text)?;
    Ok(Some(text))
}

/// The three ids of an interaction.
pub(crate) fn context(
    at: &Pointer,
    chain_id: Option<String>,
    conversation_id: Option<String>,
    user_id: Option<String>,
) -> Result<Context, Invalid> {
    let under = |e: Invalid| e.under(at);
    Ok(Context {
        chain_id: name("/chain_id", chain_id).map_err(under)?,
        conversation_id: name("/conversation_id", conversation_id).map_err(under)?,
        user_id: name("/user_id", user_id).map_err(under)?,
    })
}

/// Metadata: keys of at most 256 characters, and no text that a database cannot keep.
///
/// # Errors
/// At the key that is wrong.
pub(crate) fn metadata(pointer: &str, metadata: &Map<String, Value>) -> Result<(), Invalid> {
    for key in metadata.keys() {
        let chars = key.chars().count();
        if !(1..=MAX_ID_CHARS).contains(&chars) {
            let expected = format!("a key of 1 to {MAX_ID_CHARS} characters");
            return Err(Invalid::new(pointer, expected, format_args!("{chars} characters")));
        }
    }
    check_texts(pointer, metadata)
}

/// A count of tokens. Some clients send `1.0`.
#[derive(Debug, Clone, Copy, utoipa::ToSchema)]
#[schema(value_type = u64)]
pub(crate) struct Count(pub(crate) u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl Visitor<'_> for Visit {
            type Value = Count;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number from 0 to 4294967295")
            }
            fn visit_u64<E: Error>(self, n: u64) -> Result<Count, E> {
                let most = u64::from(u32::MAX);
                let wrong = || E::invalid_value(serde::de::Unexpected::Unsigned(n), &self);
                if n > most { Err(wrong()) } else { Ok(Count(n)) }
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be whole and in range"
            )]
            fn visit_f64<E: Error>(self, n: f64) -> Result<Count, E> {
                let whole =
                    n.fract().abs() < f64::EPSILON && (0.0..=f64::from(u32::MAX)).contains(&n);
                let wrong = || E::invalid_value(serde::de::Unexpected::Float(n), &self);
                if whole { Ok(Count(n as u64)) } else { Err(wrong()) }
            }
        }
        deserializer.deserialize_any(Visit)
    }
}

/// Tokens used, as applications and providers send them.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
pub(crate) struct NewUsage {
    /// Tokens of the input.
    #[serde(default)]
    pub(crate) prompt_tokens: Option<Count>,
    /// Tokens of the output.
    #[serde(default)]
    pub(crate) completion_tokens: Option<Count>,
    /// Their sum, where it is counted otherwise.
    #[serde(default)]
    pub(crate) total_tokens: Option<Count>,
    /// `prompt_tokens_details` and whatever else was counted.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub(crate) rest: Map<String, Value>,
}

impl From<NewUsage> for Usage {
    fn from(came: NewUsage) -> Self {
        let count = |n: Option<Count>| n.map_or(0, |Count(n)| n);
        let sum = Self::of(count(came.prompt_tokens), count(came.completion_tokens));
        let total_tokens = came.total_tokens.map_or(sum.total_tokens, |Count(n)| n);
        Self { total_tokens, rest: came.rest, ..sum }
    }
}

/// Timings, as applications send them.
#[derive(Debug, Clone, Copy, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPerformance {
    /// From the request to the last byte of the answer, ms.
    #[serde(default)]
    pub(crate) latency: Option<f64>,
    /// From the request to the first token, ms.
    #[serde(default)]
    pub(crate) time_to_first_token: Option<f64>,
}

impl NewPerformance {
    /// Checks that the times are possible.
    pub(crate) fn check(self, at: &Pointer) -> Result<Performance, Invalid> {
        let check = |field: &str, ms: Option<f64>| match ms {
            Some(ms) if !(0.0..=1e12).contains(&ms) => {
                Err(Invalid::new(field, "milliseconds from 0 to 1e12", ms).under(at))
            }
            ms => Ok(ms),
        };
        Ok(Performance {
            latency: check("/latency", self.latency)?,
            time_to_first_token: check("/time_to_first_token", self.time_to_first_token)?,
        })
    }
}

/// Feedback that comes along with a log or its metrics.
#[derive(Debug, Clone, Copy, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewScore {
    /// 0 to 100.
    #[serde(default)]
    pub(crate) score: Option<f64>,
}
