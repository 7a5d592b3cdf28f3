//! Packs the weights of a GGUF file.

use pulp::Arch;

use super::{Layer, Llama};
use crate::config::Config;
use crate::error::ModelError;
use crate::gguf::Gguf;
use crate::kernels::matrix::Matrix;
use crate::quant::{QuantBlock, QuantType};
use crate::rope::Rope;

impl Llama {
    /// Reads all weights of a Llama model.
    ///
    /// # Errors
    /// Those of [`Config::read`] and [`Gguf::tensor`]; [`ModelError::Format`] for a tensor of
    /// another shape than the metadata says.
    pub(crate) fn read(gguf: &mut Gguf, arch: Arch, threads: usize) -> Result<Self, ModelError> {
        let config = Config::read(gguf)?;
        let hidden_size = config.hidden_size;
        let embedding = gguf.tensor("token_embd.weight")?;
        let vocabulary = embedding.rows;
        if embedding.cols != hidden_size || vocabulary == 0 {
            return Err(shape("token_embd.weight"));
        }
        let embedding =
            Matrix::pack((vocabulary, hidden_size), embedding.quant, &embedding.bytes, |row| row)?;
        let output = if gguf.has_tensor("output.weight") {
            Some(matrix(gguf, "output.weight", (vocabulary, hidden_size))?)
        } else {
            None
        };
        let layers = (0..config.layers).map(|index| layer(gguf, &config, index));
        let layers = layers.collect::<Result<_, _>>()?;
        Ok(Self {
            embedding,
            layers,
            norm: vector(gguf, "output_norm.weight", hidden_size)?,
            output,
            rope: Rope::new(config.rope_theta, config.heads.head_dim),
            config,
            arch,
            threads,
        })
    }
}

fn layer(gguf: &mut Gguf, config: &Config, index: usize) -> Result<Layer, ModelError> {
    let (hidden, intermediate) = (config.hidden_size, config.intermediate_size);
    let head_dim = config.heads.head_dim;
    let key_size = config.heads.num_kv_heads * head_dim;
    let name = |part: &str| format!("blk.{index}.{part}.weight");
    Ok(Layer {
        attention_norm: vector(gguf, &name("attn_norm"), hidden)?,
        query: unpermuted(gguf, &name("attn_q"), (hidden, hidden), head_dim)?,
        key: unpermuted(gguf, &name("attn_k"), (key_size, hidden), head_dim)?,
        value: matrix(gguf, &name("attn_v"), (key_size, hidden))?,
        attention_out: matrix(gguf, &name("attn_output"), (hidden, hidden))?,
        feed_norm: vector(gguf, &name("ffn_norm"), hidden)?,
        gate: matrix(gguf, &name("ffn_gate"), (intermediate, hidden))?,
        up: matrix(gguf, &name("ffn_up"), (intermediate, hidden))?,
        down: matrix(gguf, &name("ffn_down"), (hidden, intermediate))?,
    })
}

fn matrix(gguf: &mut Gguf, name: &str, size: (usize, usize)) -> Result<Matrix, ModelError> {
    rearranged(gguf, name, size, |row| row)
}

/// A matrix whose rows llama.cpp has put in the order of its rotary embedding, which turns
/// neighbours, put back in the order of Hugging Face, which turns halves.
fn unpermuted(
    gguf: &mut Gguf,
    name: &str,
    size: (usize, usize),
    head_dim: usize,
) -> Result<Matrix, ModelError> {
    rearranged(gguf, name, size, |row| {
        let (head, at) = (row / head_dim, row % head_dim);
        let (half, pair) = (at / (head_dim / 2), at % (head_dim / 2));
        head * head_dim + 2 * pair + half
    })
}

fn rearranged(
    gguf: &mut Gguf,
    name: &str,
    size: (usize, usize),
    source_row: impl Fn(usize) -> usize,
) -> Result<Matrix, ModelError> {
    let tensor = gguf.tensor(name)?;
    if (tensor.rows, tensor.cols) != size {
        return Err(shape(name));
    }
    Matrix::pack(size, tensor.quant, &tensor.bytes, source_row)
}

fn vector(gguf: &mut Gguf, name: &str, length: usize) -> Result<Vec<f32>, ModelError> {
    let tensor = gguf.tensor(name)?;
    if (tensor.rows, tensor.cols) != (1, length) || tensor.quant != QuantType::F32 {
        return Err(shape(name));
    }
    let mut values: Vec<f32> = tensor.quant.blocks(&tensor.bytes).flat_map(codes).collect();
    values.truncate(length);
    Ok(values)
}

/// Of a block of floats these are the values.
fn codes(block: QuantBlock) -> impl Iterator<Item = f32> {
    block.codes.into_iter()
}

fn shape(name: &str) -> ModelError {
    ModelError::format(format!("the tensor `{name}` has another shape than the metadata says"))
}
