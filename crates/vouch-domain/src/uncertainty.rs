//! How sure the model was of its own words, from the log-probabilities of its tokens.

use serde::{Deserialize, Serialize};

/// One token of an answer with its log-probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenLogprob {
    /// The token's text.
    pub token: String,
    /// Its natural log-probability, at most 0.
    pub logprob: f64,
    /// The token's bytes, where its text alone is not valid UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Vec<u8>>,
    /// The likeliest alternatives at this place, likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top_logprobs: Vec<Alternative>,
}

/// A token that could have stood here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alternative {
    /// The token's text.
    pub token: String,
    /// Its natural log-probability.
    pub logprob: f64,
}

/// Signals of a response of tokens 1..T.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Uncertainty {
    /// (1/T) Σ log p: 0 is certain, lower is less sure.
    pub mean_logprob: f64,
    /// exp(-mean), and finite: 1 is certain, higher is less sure.
    pub perplexity: f64,
    /// The log-probability of the weakest token.
    pub min_logprob: f64,
    /// The text of the weakest token.
    pub min_token: String,
    /// T, the number of tokens with a log-probability.
    pub tokens: u32,
}

/// OpenAI marks "too improbable to say" with this value; it also bounds what JSON can hold.
const FLOOR: f64 = -9999.0;

impl Uncertainty {
    /// The signals of an answer; `None` when no token has a usable log-probability.
    pub fn of(tokens: &[TokenLogprob]) -> Option<Self> {
        let known = || tokens.iter().filter(|t| t.logprob.is_finite() && t.logprob > FLOOR);
        let weakest = known().min_by(|a, b| a.logprob.total_cmp(&b.logprob))?;
        let count = u32::try_from(known().count()).unwrap_or(u32::MAX);
        let mean = known().map(|t| t.logprob).sum::<f64>() / f64::from(count);
        Some(Self {
            mean_logprob: mean,
            perplexity: (-mean).exp().min(f64::MAX),
            min_logprob: weakest.logprob,
            min_token: weakest.token.clone(),
            tokens: count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str, p: f64) -> TokenLogprob {
        let token = text.to_owned();
        TokenLogprob { token, logprob: p.ln(), bytes: None, top_logprobs: vec![] }
    }

    #[test]
    fn perplexity_of_a_coin_is_two() {
        let u = Uncertainty::of(&[token("a", 0.5), token("b", 0.5)]).unwrap();
        assert!((u.perplexity - 2.0).abs() < 1e-12);
        assert!((u.mean_logprob - 0.5f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn an_absurd_answer_has_signals_that_json_can_hold() {
        let mut absurd = token("x", 1.0);
        absurd.logprob = -800.0;
        let u = Uncertainty::of(&[absurd]).unwrap();
        let json = serde_json::to_string(&u).unwrap();
        assert_eq!(serde_json::from_str::<Uncertainty>(&json).unwrap(), u);
    }

    #[test]
    fn names_the_weakest_token_and_ignores_the_floor() {
        let mut silent = token("x", 1.0);
        silent.logprob = -9999.0;
        let u = Uncertainty::of(&[token("a", 0.9), token("b", 0.2), silent.clone()]).unwrap();
        assert_eq!((u.min_token.as_str(), u.tokens), ("b", 2));
        assert_eq!(Uncertainty::of(&[silent]), None);
    }
}
