//! Causal grouped-query attention over cached keys and values.

#![expect(clippy::inline_always, reason = "kernels, see `simd`")]

use pulp::{Arch, Simd};

use super::parallel::for_each_chunk;
use super::simd::{self, Kernel, Unit};
use super::vector::exponentials;

/// Positions in a [`KeyValues`] block.
const POSITIONS: usize = 64;
/// Vectors accumulated at once: enough to hide the latency of an addition.
const AT_ONCE: usize = 4;
/// Tokens of a sequence that are served by one reading of its cache.
const TILE_TOKENS: usize = 8;

/// How the heads of one layer are laid out.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "the names in Hugging Face's configs")]
pub(crate) struct Heads {
    /// Query heads.
    pub(crate) num_heads: usize,
    /// Key-value heads; each serves a group of `num_heads / num_kv_heads` query heads.
    pub(crate) num_kv_heads: usize,
    /// Numbers in a head, a multiple of 16.
    pub(crate) head_dim: usize,
}

/// The keys and values of one layer and sequence.
#[derive(Debug, Default)]
pub(crate) struct KeyValues {
    positions: usize,
    /// In blocks of 64 positions, `[head][head_dim][position]`.
    keys: Vec<Box<[f32]>>,
    /// In blocks of 64 positions, `[head][position][head_dim]`.
    values: Vec<Box<[f32]>>,
}

impl KeyValues {
    /// The number of positions held.
    pub(crate) fn positions(&self) -> usize {
        self.positions
    }

    /// Adds the key and the value of the next position, each `[head][head_dim]`.
    pub(crate) fn push(&mut self, head_dim: usize, key: &[f32], value: &[f32]) {
        let at = self.positions % POSITIONS;
        if at == 0 {
            self.keys.push(vec![0.0; key.len() * POSITIONS].into());
            self.values.push(vec![0.0; value.len() * POSITIONS].into());
        }
        if let (Some(keys), Some(values)) = (self.keys.last_mut(), self.values.last_mut()) {
            for (row, key) in keys.chunks_exact_mut(POSITIONS).zip(key) {
                row[at] = *key;
            }
            for (head, value) in
                values.chunks_exact_mut(head_dim * POSITIONS).zip(value.chunks_exact(head_dim))
            {
                head[at * head_dim..(at + 1) * head_dim].copy_from_slice(value);
            }
        }
        self.positions += 1;
    }
}

/// Tokens that follow each other in one sequence, already in its cache.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    /// The cache of the layer.
    pub(crate) cache: &'a KeyValues,
    /// The position of the first token; each sees itself and all before.
    pub(crate) first: usize,
    /// At least one.
    pub(crate) tokens: usize,
}

/// Some tokens of a run, together with one key-value head: what is read of the cache serves all
/// queries of its group.
#[derive(Debug, Clone, Copy)]
struct Tile<'a> {
    cache: &'a KeyValues,
    /// The position of the first token.
    first: usize,
    /// The row of the first token in the batch.
    row: usize,
    tokens: usize,
    /// The key-value head.
    head: usize,
}

/// The attention of every token in `runs`; `queries` and `out` are `[token][head][head_dim]`.
pub(crate) fn attend(
    arch: Arch,
    threads: usize,
    heads: Heads,
    runs: &[Run<'_>],
    queries: &[f32],
    out: &mut [f32],
) {
    let tiles = tiles(heads, runs);
    let group_len = heads.group_len();
    // `[tile][token][query of the group][head_dim]`
    let mut mixed = vec![0.0; tiles.len() * TILE_TOKENS * group_len];
    for_each_chunk(threads, &mut mixed, TILE_TOKENS * group_len, |index, mixed| {
        let tile = tiles[index];
        attend_tile(arch, heads, tile, queries, &mut mixed[..tile.tokens * group_len]);
    });
    for (tile, mixed) in tiles.iter().zip(mixed.chunks_exact(TILE_TOKENS * group_len)) {
        for (token, mixed) in mixed.chunks_exact(group_len).take(tile.tokens).enumerate() {
            let start = heads.group_start(tile.row + token, tile.head);
            out[start..start + group_len].copy_from_slice(mixed);
        }
    }
}

impl Heads {
    /// Numbers in the queries of one group.
    fn group_len(self) -> usize {
        self.num_heads / self.num_kv_heads * self.head_dim
    }

    /// Where the queries of the group of key-value head `head` start in `[token][head][head_dim]`.
    fn group_start(self, token: usize, head: usize) -> usize {
        token * self.num_heads * self.head_dim + head * self.group_len()
    }
}

fn tiles<'a>(heads: Heads, runs: &[Run<'a>]) -> Vec<Tile<'a>> {
    let mut tiles = Vec::new();
    let mut row = 0;
    for Run { cache, first, tokens } in runs {
        for at in (0..*tokens).step_by(TILE_TOKENS) {
            tiles.extend((0..heads.num_kv_heads).map(|head| Tile {
                cache,
                first: first + at,
                row: row + at,
                tokens: TILE_TOKENS.min(tokens - at),
                head,
            }));
        }
        row += tokens;
    }
    tiles
}

/// Writes `[token][query of the group][head_dim]` to `out`, which is zero.
fn attend_tile(arch: Arch, heads: Heads, tile: Tile<'_>, queries: &[f32], out: &mut [f32]) {
    let head_dim = heads.head_dim;
    let group_len = heads.group_len();
    // The queries of one group are neighbours.
    let mut own = Vec::with_capacity(tile.tokens * group_len);
    for token in tile.row..tile.row + tile.tokens {
        let start = heads.group_start(token, tile.head);
        own.extend_from_slice(&queries[start..start + group_len]);
    }
    let queries = own;

    let visible = tile.first + tile.tokens;
    let width = visible.next_multiple_of(POSITIONS);
    let area = tile.head * head_dim * POSITIONS..(tile.head + 1) * head_dim * POSITIONS;
    // `[token][query of the group][position]`
    let mut weights = vec![0.0; queries.len() / head_dim * width];
    for (at, keys) in tile.cache.keys.iter().take(width / POSITIONS).enumerate() {
        let keys = &keys[area.clone()];
        simd::run(
            arch,
            Score { keys, queries: &queries, head_dim, weights: &mut weights, width, at },
        );
    }

    #[expect(clippy::cast_precision_loss, reason = "a head is far shorter than 2^24")]
    let scale = 1.0 / (head_dim as f32).sqrt();
    let mut shares = Vec::with_capacity(weights.len() / width);
    for (query, weights) in weights.chunks_exact_mut(width).enumerate() {
        let (seen, unseen) = weights.split_at_mut(tile.first + query / (group_len / head_dim) + 1);
        #[expect(clippy::cast_possible_truncation, reason = "rounding is meant")]
        shares.push(1.0 / exponentials(arch, seen, scale).0 as f32);
        unseen.fill(0.0);
    }

    for (at, values) in tile.cache.values.iter().take(width / POSITIONS).enumerate() {
        let values = &values[area.clone()][..(visible - at * POSITIONS).min(POSITIONS) * head_dim];
        simd::run(arch, Mix { values, weights: &weights, width, at, head_dim, out });
    }
    for (out, share) in out.chunks_exact_mut(head_dim).zip(shares) {
        for out in out {
            *out *= share;
        }
    }
}

/// The products of queries with the keys of block `at`:
/// `weights[q][p] = sum_d queries[q][d] * keys[d][p]`.
struct Score<'a> {
    keys: &'a [f32],
    queries: &'a [f32],
    head_dim: usize,
    weights: &'a mut [f32],
    /// Positions in a row of `weights`, whole blocks.
    width: usize,
    at: usize,
}

impl Kernel for Score<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const FMA: bool>(self, unit: Unit<S, FMA>) {
        let block = self.at * POSITIONS..(self.at + 1) * POSITIONS;
        let queries = self.queries.chunks(2 * self.head_dim);
        for (queries, weights) in queries.zip(self.weights.chunks_mut(2 * self.width)) {
            let (a, b) = queries.split_at(self.head_dim);
            let (a_weights, b_weights) = weights.split_at_mut(self.width);
            let a_weights = &mut a_weights[block.clone()];
            if b.is_empty() {
                score(unit, self.keys, [a], [a_weights]);
            } else {
                score(unit, self.keys, [a, b], [a_weights, &mut b_weights[block.clone()]]);
            }
        }
    }
}

#[inline(always)]
fn score<S: Simd, const FMA: bool, const Q: usize>(
    unit: Unit<S, FMA>,
    keys: &[f32],
    queries: [&[f32]; Q],
    weights: [&mut [f32]; Q],
) {
    let mut weights = weights.map(|weights| S::as_mut_simd_f32s(weights).0.as_chunks_mut().0);
    for at in 0..POSITIONS / S::F32_LANES / AT_ONCE {
        let mut sums = [[unit.splat(0.0); AT_ONCE]; Q];
        for (d, row) in keys.chunks_exact(POSITIONS).enumerate() {
            let row = &S::as_simd_f32s(row).0.as_chunks::<AT_ONCE>().0[at];
            for (sums, query) in sums.iter_mut().zip(queries) {
                let query = unit.splat(query[d]);
                for (sum, key) in sums.iter_mut().zip(row) {
                    *sum = unit.mul_add(query, *key, *sum);
                }
            }
        }
        for (weights, sums) in weights.iter_mut().zip(sums) {
            weights[at] = sums;
        }
    }
}

/// Adds the weighted values of block `at`: `out[q][d] += sum_p weights[q][p] * values[p][d]`.
struct Mix<'a> {
    values: &'a [f32],
    weights: &'a [f32],
    /// Positions in a row of `weights`, whole blocks.
    width: usize,
    at: usize,
    head_dim: usize,
    out: &'a mut [f32],
}

impl Kernel for Mix<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const FMA: bool>(self, unit: Unit<S, FMA>) {
        let block = self.at * POSITIONS..(self.at + 1) * POSITIONS;
        let weights = self.weights.chunks(2 * self.width);
        for (weights, out) in weights.zip(self.out.chunks_mut(2 * self.head_dim)) {
            let (a, b) = weights.split_at(self.width);
            let (a_out, b_out) = out.split_at_mut(self.head_dim);
            let a = &a[block.clone()];
            if b.is_empty() {
                mix(unit, self.values, [a], [a_out]);
            } else {
                mix(unit, self.values, [a, &b[block.clone()]], [a_out, b_out]);
            }
        }
    }
}

#[inline(always)]
fn mix<S: Simd, const FMA: bool, const Q: usize>(
    unit: Unit<S, FMA>,
    values: &[f32],
    weights: [&[f32]; Q],
    out: [&mut [f32]; Q],
) {
    let head_dim = out[0].len();
    let mut out = out.map(|out| S::as_mut_simd_f32s(out).0);
    let mut first = 0;
    while first < head_dim / S::F32_LANES {
        // A head is rarely no multiple of four vectors; then the last ones go one by one.
        first += if first + AT_ONCE <= head_dim / S::F32_LANES {
            mix_columns::<S, FMA, Q, AT_ONCE>(unit, values, weights, &mut out, first)
        } else {
            mix_columns::<S, FMA, Q, 1>(unit, values, weights, &mut out, first)
        };
    }
}

/// Mixes `N` vectors from `first`, and returns `N`.
#[inline(always)]
fn mix_columns<S: Simd, const FMA: bool, const Q: usize, const N: usize>(
    unit: Unit<S, FMA>,
    values: &[f32],
    weights: [&[f32]; Q],
    out: &mut [&mut [S::f32s]; Q],
    first: usize,
) -> usize {
    let head_dim = out[0].len() * S::F32_LANES;
    let mut sums = [[unit.splat(0.0); N]; Q];
    for (sums, out) in sums.iter_mut().zip(out.iter()) {
        sums.copy_from_slice(&out[first..first + N]);
    }
    for (p, row) in values.chunks_exact(head_dim).enumerate() {
        let row = &S::as_simd_f32s(row).0[first..first + N];
        for (sums, weights) in sums.iter_mut().zip(weights) {
            let weight = unit.splat(weights[p]);
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum = unit.mul_add(weight, *value, *sum);
            }
        }
    }
    for (sums, out) in sums.iter().zip(out) {
        out[first..first + N].copy_from_slice(sums);
    }
    N
}
