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
    /// `[vocabulary, width]`; also the output layer, unless there is one of its own.
    embedding: Matrix,
    layers: Vec<Layer>,
    norm: Vec<f32>,
    output: Option<Matrix>,
    rope: Rope,
    arch: Arch,
    threads: usize,
}

/// One layer: attention, then feed-forward, each on a normalised copy of the stream.
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
    /// token, `[tokens of all segments, width]`.
    ///
    /// Results do not depend on how a sequence is cut into segments or what else is in the batch.
    /// Every token must be below [`Llama::vocabulary`]. Call it inside a rayon pool with as many
    /// threads as the model was loaded for.
    pub(crate) fn forward(&self, segments: &mut [Segment<'_>]) -> Vec<f32> {
        let width = self.config.width;
        let tokens: usize = segments.iter().map(|segment| segment.tokens.len()).sum();
        let mut stream = vec![0.0; tokens * width];
        let ids = segments.iter().flat_map(|segment| segment.tokens);
        for (stream, id) in stream.chunks_exact_mut(width).zip(ids) {
            self.embedding.copy_row(*id as usize, stream);
        }
        let rotations: Vec<Rotation> = segments
            .iter()
            .flat_map(|segment| {
                let first = segment.cache.positions();
                (first..first + segment.tokens.len()).map(|position| self.rope.at(position))
            })
            .collect();
        let mut normed = vec![0.0; stream.len()];
        for (index, layer) in self.layers.iter().enumerate() {
            self.normalise(&stream, &layer.attention_norm, &mut normed);
            let attended = self.attention(index, layer, &normed, &rotations, segments);
            add(&mut stream, &attended);
            self.normalise(&stream, &layer.feed_norm, &mut normed);
            let fed = self.feed_forward(layer, &normed);
            add(&mut stream, &fed);
        }
        self.normalise(&stream, &self.norm, &mut normed);
        normed
    }

    /// The logits of every token in the vocabulary after each of `hidden`:
    /// `[hidden / width, vocabulary]`.
    pub(crate) fn logits(&self, hidden: &[f32]) -> Vec<f32> {
        let output = self.output.as_ref().unwrap_or(&self.embedding);
        self.project(output, &Tiles::new(hidden, self.config.width))
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
        let key_width = heads.key_value * heads.dim;
        let input = Tiles::new(normed, self.config.width);
        let mut queries = self.project(&layer.query, &input);
        let mut keys = self.project(&layer.key, &input);
        let values = self.project(&layer.value, &input);
        let rows =
            queries.chunks_exact_mut(self.config.width).zip(keys.chunks_exact_mut(key_width));
        for ((query, key), rotation) in rows.zip(rotations) {
            rotation.turn(query);
            rotation.turn(key);
        }
        let mut key_values = keys.chunks_exact(key_width).zip(values.chunks_exact(key_width));
        let mut runs = Vec::with_capacity(segments.len());
        for segment in segments {
            let cache = &mut segment.cache.layers[index];
            let (first, tokens) = (cache.positions(), segment.tokens.len());
            for (key, value) in key_values.by_ref().take(tokens) {
                cache.push(heads.dim, key, value);
            }
            runs.push(Run { cache, first, tokens });
        }
        let mut mixed = vec![0.0; queries.len()];
        attend(self.arch, self.threads, heads, &runs, &queries, &mut mixed);
        self.project(&layer.attention_out, &Tiles::new(&mixed, self.config.width))
    }

    fn feed_forward(&self, layer: &Layer, normed: &[f32]) -> Vec<f32> {
        let input = Tiles::new(normed, self.config.width);
        let mut inner = self.project(&layer.gate, &input);
        silu_product(self.arch, &mut inner, &self.project(&layer.up, &input));
        self.project(&layer.down, &Tiles::new(&inner, self.config.inner_width))
    }

    fn normalise(&self, stream: &[f32], weight: &[f32], normed: &mut [f32]) {
        let width = self.config.width;
        for (x, out) in stream.chunks_exact(width).zip(normed.chunks_exact_mut(width)) {
            rms_norm(self.arch, x, weight, self.config.norm_epsilon, out);
        }
    }

    fn project(&self, matrix: &Matrix, input: &Tiles) -> Vec<f32> {
        let mut out = vec![0.0; input.tokens() * matrix.rows()];
        matrix.multiply(self.arch, self.threads, input, &mut out);
        out
    }
}

fn add(stream: &mut [f32], change: &[f32]) {
    for (stream, change) in stream.iter_mut().zip(change) {
        *stream += change;
    }
}

#[cfg(test)]
mod tests;
