//! The Llama forward pass over cached sequences.
//!
//! Touvron et al., 2023: <https://arxiv.org/abs/2302.13971>, with grouped-query attention.

mod load;

use pulp::Arch;

use crate::cache::Cache;
use crate::config::Config;
use crate::kernels::attention::{Run, attend};
use crate::kernels::matmul::Tiles;
use crate::kernels::matrix::Matrix;
use crate::kernels::vector::{rms_norm, silu_product};
use crate::rope::{Rope, Rotation};

/// The weights of a model, and how to run it.
#[derive(Debug)]
pub(crate) struct Llama {
    config: Config,
    /// `[vocabulary, hidden_size]`; also the output layer, unless there is one of its own.
    embedding: Matrix,
    layers: Vec<Layer>,
    norm: Vec<f32>,
    output: Option<Matrix>,
    rope: Rope,
    arch: Arch,
    threads: usize,
}

/// One layer: attention, then feed-forward, each on a normalised copy of the residual.
#[derive(Debug)]
struct Layer {
    attention_norm: Vec<f32>,
    /// The rows of queries and keys are in the order of Hugging Face.
    query: Matrix,
    key: Matrix,
    value: Matrix,
    attention_out: Matrix,
    feed_norm: Vec<f32>,
    gate: Matrix,
    up: Matrix,
    down: Matrix,
}

/// The next tokens of one sequence.
#[derive(Debug)]
pub(crate) struct Segment<'a> {
    /// Ids in the vocabulary, at least one.
    pub(crate) tokens: &'a [u32],
    /// What came before; the tokens are added to it.
    pub(crate) cache: &'a mut Cache,
}

impl Llama {
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The vector unit that the model runs on.
    pub(crate) fn arch(&self) -> Arch {
        self.arch
    }

    /// The number of tokens that the model knows.
    pub(crate) fn vocabulary(&self) -> usize {
        self.embedding.rows()
    }

    /// Reads the tokens of all segments and returns the normalised last hidden state of each
    /// token, `[tokens of all segments, hidden_size]`.
    ///
    /// Results do not depend on how a sequence is cut into segments or what else is in the batch.
    /// Every token must be below [`Llama::vocabulary`]. Call it inside a rayon pool with as many
    /// threads as the model was loaded for.
    pub(crate) fn forward(&self, segments: &mut [Segment<'_>]) -> Vec<f32> {
        let hidden_size = self.config.hidden_size;
        let tokens: usize = segments.iter().map(|segment| segment.tokens.len()).sum();
        let mut residual = vec![0.0; tokens * hidden_size];
        let ids = segments.iter().flat_map(|segment| segment.tokens);
        for (hidden, id) in residual.chunks_exact_mut(hidden_size).zip(ids) {
            self.embedding.copy_row(*id as usize, hidden);
        }
        let rotations: Vec<Rotation> = segments
            .iter()
            .flat_map(|segment| {
                let first = segment.cache.positions();
                (first..first + segment.tokens.len()).map(|position| self.rope.at(position))
            })
            .collect();
        let mut normed = vec![0.0; residual.len()];
        for (index, layer) in self.layers.iter().enumerate() {
            self.normalise(&residual, &layer.attention_norm, &mut normed);
            let attended = self.attention(index, layer, &normed, &rotations, segments);
            add(&mut residual, &attended);
            self.normalise(&residual, &layer.feed_norm, &mut normed);
            let fed = self.feed_forward(layer, &normed);
            add(&mut residual, &fed);
        }
        self.normalise(&residual, &self.norm, &mut normed);
        normed
    }

    /// The logits of every token in the vocabulary after each of `hidden`:
    /// `[hidden / hidden_size, vocabulary]`.
    pub(crate) fn logits(&self, hidden: &[f32]) -> Vec<f32> {
        let output = self.output.as_ref().unwrap_or(&self.embedding);
        self.project(output, &Tiles::new(hidden, self.config.hidden_size))
    }

    fn attention(
        &self,
        index: usize,
        layer: &Layer,
        normed: &[f32],
        rotations: &[Rotation],
        segments: &mut [Segment<'_>],
    ) -> Vec<f32> {
        let heads = self.config.heads;
        let key_size = heads.num_kv_heads * heads.head_dim;
        let input = Tiles::new(normed, self.config.hidden_size);
        let mut queries = self.project(&layer.query, &input);
        let mut keys = self.project(&layer.key, &input);
        let values = self.project(&layer.value, &input);
        let rows =
            queries.chunks_exact_mut(self.config.hidden_size).zip(keys.chunks_exact_mut(key_size));
        for ((query, key), rotation) in rows.zip(rotations) {
            rotation.turn(query);
            rotation.turn(key);
        }
        let mut key_values = keys.chunks_exact(key_size).zip(values.chunks_exact(key_size));
        let mut runs = Vec::with_capacity(segments.len());
        for segment in segments {
            let cache = &mut segment.cache.layers[index];
            let (first, tokens) = (cache.positions(), segment.tokens.len());
            for (key, value) in key_values.by_ref().take(tokens) {
                cache.push(heads.head_dim, key, value);
            }
            runs.push(Run { cache, first, tokens });
        }
        let mut mixed = vec![0.0; queries.len()];
        attend(self.arch, self.threads, heads, &runs, &queries, &mut mixed);
        self.project(&layer.attention_out, &Tiles::new(&mixed, self.config.hidden_size))
    }

    fn feed_forward(&self, layer: &Layer, normed: &[f32]) -> Vec<f32> {
        let input = Tiles::new(normed, self.config.hidden_size);
        let mut inner = self.project(&layer.gate, &input);
        silu_product(self.arch, &mut inner, &self.project(&layer.up, &input));
        self.project(&layer.down, &Tiles::new(&inner, self.config.intermediate_size))
    }

    fn normalise(&self, residual: &[f32], weight: &[f32], normed: &mut [f32]) {
        let hidden_size = self.config.hidden_size;
        for (x, out) in residual.chunks_exact(hidden_size).zip(normed.chunks_exact_mut(hidden_size))
        {
            rms_norm(self.arch, x, weight, self.config.rms_norm_eps, out);
        }
    }

    fn project(&self, matrix: &Matrix, input: &Tiles) -> Vec<f32> {
        let mut out = vec![0.0; input.tokens() * matrix.rows()];
        matrix.multiply(self.arch, self.threads, input, &mut out);
        out
    }
}

fn add(residual: &mut [f32], change: &[f32]) {
    for (residual, change) in residual.iter_mut().zip(change) {
        *residual += change;
    }
}

#[cfg(test)]
mod tests;
