//! What a model costs, and what a call therefore cost.

use serde::{Deserialize, Serialize};

use crate::log::{MAX_COUNT, Usage};

/// The price of one model at one provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Price {
    /// The provider's name.
    pub provider: String,
    /// The model's name at the provider.
    pub model: String,
    /// Millionths of a US dollar for a million input tokens.
    pub input_usd_micros_per_mtok: i64,
    /// Millionths of a US dollar for a million output tokens.
    pub output_usd_micros_per_mtok: i64,
}

impl Price {
    /// The cost of a call in millionths of a US dollar, rounded half up; at most
    /// [`MAX_COUNT`].
    pub fn cost_usd_micros(&self, usage: &Usage) -> i64 {
        let part = |tokens: u64, price: i64| i128::from(tokens) * i128::from(price);
        let sum = part(usage.prompt_tokens, self.input_usd_micros_per_mtok)
            + part(usage.completion_tokens, self.output_usd_micros_per_mtok);
        let most = MAX_COUNT.cast_signed();
        i64::try_from((sum + 500_000).div_euclid(1_000_000)).map_or(most, |cost| cost.min(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_tokens_cost_the_price_and_one_token_its_share() {
        let price = Price {
            provider: "openai".into(),
            model: "m".into(),
            input_usd_micros_per_mtok: 2_500_000,
            output_usd_micros_per_mtok: 10_000_000,
        };
        let usage = Usage::of;
        assert_eq!(price.cost_usd_micros(&usage(1_000_000, 1_000_000)), 12_500_000);
        assert_eq!(price.cost_usd_micros(&usage(1, 0)), 3); // 2.5 micros, half up
        assert_eq!(price.cost_usd_micros(&usage(0, 0)), 0);
    }
}
