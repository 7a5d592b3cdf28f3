//! Tokens used, by their many names.

use serde_json::{Map, json};
use vouch_domain::log::Usage;

use crate::attributes::Attributes;

const INPUT: [&str; 4] = [
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "llm.usage.prompt_tokens",
];
const OUTPUT: [&str; 4] = [
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
    "llm.usage.completion_tokens",
];
const TOTAL: [&str; 3] =
    ["gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total"];
const CACHED: [&str; 3] = [
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "llm.token_count.prompt_details.cache_read",
];
const WRITTEN: [&str; 3] = [
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "llm.token_count.prompt_details.cache_write",
];
const REASONING: [&str; 3] = [
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
];

/// The tokens of a call; `None` where the span says nothing of them.
pub(crate) fn of(a: &Attributes) -> Option<Usage> {
    let (input, output, total) = (a.count(&INPUT), a.count(&OUTPUT), a.count(&TOTAL));
    if input.is_none() && output.is_none() && total.is_none() {
        return None;
    }
    let sum = Usage::of(input.unwrap_or(0), output.unwrap_or(0));
    let mut rest = Map::new();
    let mut detail = |of: &str, name: &str, names: &[&str]| {
        if let Some(n) = a.count(names).filter(|n| *n > 0) {
            rest.entry(of).or_insert_with(|| json!({}))[name] = n.into();
        }
    };
    detail("prompt_tokens_details", "cached_tokens", &CACHED);
    detail("prompt_tokens_details", "cache_write_tokens", &WRITTEN);
    detail("completion_tokens_details", "reasoning_tokens", &REASONING);
    Some(Usage { total_tokens: total.unwrap_or(sum.total_tokens), rest, ..sum })
}
