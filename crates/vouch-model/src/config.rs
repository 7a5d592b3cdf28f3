//! The shape of a Llama model, read from the metadata.

use crate::error::ModelError;
use crate::gguf::{Gguf, Value};
use crate::kernels::attention::Heads;
use crate::kernels::simd::LANES;

/// The most positions that a model may claim: the rotary embedding counts them in `f32`.
const MAX_CONTEXT_TOKENS: usize = 1 << 24;

/// The shape of a Llama model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Config {
    pub(crate) layers: usize,
    /// Numbers in the hidden state of a token.
    pub(crate) hidden_size: usize,
    /// Numbers between the two halves of a feed-forward layer.
    pub(crate) intermediate_size: usize,
    pub(crate) heads: Heads,
    /// Positions the model was trained for, at most [`MAX_CONTEXT_TOKENS`].
    pub(crate) context_tokens: usize,
    /// The base of the rotary embedding's frequencies.
    pub(crate) rope_theta: f32,
    /// Added to the mean square before its root is taken.
    pub(crate) rms_norm_eps: f32,
}

impl Config {
    /// Reads and checks the shape.
    ///
    /// # Errors
    /// [`ModelError::Unsupported`] for another architecture or variant of attention,
    /// [`ModelError::Format`] for numbers that cannot be.
    pub(crate) fn read(gguf: &Gguf) -> Result<Self, ModelError> {
        let architecture = gguf.require("general.architecture", Value::as_str)?;
        if architecture != "llama" {
            return Err(ModelError::unsupported(format!("the architecture `{architecture}`")));
        }
        for key in ["llama.rope.scaling.type", "llama.rope.scaling.factor", "llama.expert_count"] {
            let neutral = match gguf.get(key) {
                None => true,
                Some(value) => value.as_str() == Some("none") || value.as_u64() == Some(0),
            };
            if !neutral {
                return Err(ModelError::unsupported(format!("`{key}`")));
            }
        }
        if gguf.has_tensor("rope_freqs.weight") {
            return Err(ModelError::unsupported("scaled rotary frequencies"));
        }
        let number = |key: &str| match gguf.require(key, Value::as_usize)? {
            0 => Err(ModelError::format(format!("`{key}` is zero"))),
            number => Ok(number),
        };
        let hidden_size = number("llama.embedding_length")?;
        let num_heads = number("llama.attention.head_count")?;
        let num_kv_heads = match gguf.get("llama.attention.head_count_kv") {
            Some(_) => number("llama.attention.head_count_kv")?,
            None => num_heads,
        };
        let head_dim = hidden_size / num_heads;
        if hidden_size % num_heads != 0 || num_heads % num_kv_heads != 0 {
            return Err(ModelError::format(format!(
                "{hidden_size} numbers in {num_heads} query heads and {num_kv_heads} key-value heads"
            )));
        }
        if !head_dim.is_multiple_of(LANES) {
            return Err(ModelError::unsupported(format!("heads of {head_dim} numbers")));
        }
        for key in ["llama.rope.dimension_count", "llama.attention.key_length"] {
            if gguf.get(key).is_some() && number(key)? != head_dim {
                return Err(ModelError::unsupported(format!("`{key}` is not {head_dim}")));
            }
        }
        let context_tokens = number("llama.context_length")?;
        if context_tokens > MAX_CONTEXT_TOKENS {
            return Err(ModelError::unsupported(format!("a context of {context_tokens} tokens")));
        }
        // A positive number that the arithmetic can hold.
        let positive = |key: &str| {
            let number = narrow(gguf.require(key, Value::as_f64)?);
            let sound = number > 0.0 && number.is_finite();
            sound
                .then_some(number)
                .ok_or_else(|| ModelError::format(format!("`{key}` is {number}")))
        };
        let rope_theta = match gguf.get("llama.rope.freq_base") {
            Some(_) => positive("llama.rope.freq_base")?,
            None => 10_000.0,
        };
        Ok(Self {
            layers: number("llama.block_count")?,
            hidden_size,
            intermediate_size: number("llama.feed_forward_length")?,
            heads: Heads { num_heads, num_kv_heads, head_dim },
            context_tokens,
            rope_theta,
            rms_norm_eps: positive("llama.attention.layer_norm_rms_epsilon")?,
        })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "stored as f32 in the file")]
fn narrow(number: f64) -> f32 {
    number as f32
}
