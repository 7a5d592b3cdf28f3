//! What a sequence remembers of its tokens: keys and values of every layer.

use crate::kernels::attention::KeyValues;

/// The keys and values of one sequence; grows by 64 positions at a time.
#[derive(Debug)]
pub(crate) struct Cache {
    pub(crate) layers: Vec<KeyValues>,
}

impl Cache {
    /// An empty cache.
    pub(crate) fn new(layers: usize) -> Self {
        Self { layers: std::iter::repeat_with(KeyValues::default).take(layers).collect() }
    }

    /// The number of tokens remembered, which is the position of the next one.
    pub(crate) fn positions(&self) -> usize {
        self.layers.first().map_or(0, KeyValues::positions)
    }
}
