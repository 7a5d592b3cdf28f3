//! The shape of a Llama model, read from the metadata.

use crate::error::ModelError;
use crate::gguf::{Gguf, Value};
use crate::kernels::attention::Heads;
use crate::kernels::simd::LANES;

/// The shape of a Llama model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Config {
    pub(crate) layers: usize,
    /// Numbers in the vector of a token.
    pub(crate) width: usize,
    /// Numbers between the two halves of a feed-forward layer.
    pub(crate) inner_width: usize,
    pub(crate) heads: Heads,
    /// Positions the model was trained for.
    pub(crate) context_tokens: usize,
    pub(crate) rope_base: f32,
    pub(crate) norm_epsilon: f32,
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
        let width = number("llama.embedding_length")?;
        let query = number("llama.attention.head_count")?;
        let key_value = match gguf.get("llama.attention.head_count_kv") {
            Some(_) => number("llama.attention.head_count_kv")?,
            None => query,
        };
        let heads = Heads { query, key_value, dim: width / query };
        if width % query != 0 || query % key_value != 0 {
            return Err(ModelError::format(format!(
                "{width} numbers in {query} and {key_value} heads"
            )));
        }
        if !heads.dim.is_multiple_of(LANES) {
            return Err(ModelError::unsupported(format!("heads of {} numbers", heads.dim)));
        }
        for key in ["llama.rope.dimension_count", "llama.attention.key_length"] {
            if gguf.get(key).is_some() && number(key)? != heads.dim {
                return Err(ModelError::unsupported(format!("`{key}` is not {}", heads.dim)));
            }
        }
        let rope_base = match gguf.get("llama.rope.freq_base") {
            Some(_) => gguf.require("llama.rope.freq_base", Value::as_f64)?,
            None => 10_000.0,
        };
        let norm_epsilon = gguf.require("llama.attention.layer_norm_rms_epsilon", Value::as_f64)?;
        Ok(Self {
            layers: number("llama.block_count")?,
            width,
            inner_width: number("llama.feed_forward_length")?,
            heads,
            context_tokens: number("llama.context_length")?,
            rope_base: narrow(rope_base),
            norm_epsilon: narrow(norm_epsilon),
        })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "stored as f32 in the file")]
fn narrow(number: f64) -> f32 {
    number as f32
}
