//! Multiplies the vectors of one or many tokens by a [`Matrix`].

#![expect(clippy::inline_always, reason = "the parts of a kernel, see `simd`")]

use pulp::{Arch, Simd};

use super::matrix::{Codes, Matrix, Packed, Scales, Store, Words};
use super::parallel::for_each_chunk;
use super::simd::{self, Kernel, LANES, Lanes, Unit};
use crate::quant::BLOCK;

/// The vectors of some tokens, rearranged in tiles of tokens that are multiplied together:
/// `[block][tile][column of the block][token of the tile]`, padded with zeros.
#[derive(Debug)]
pub(crate) struct Tiles {
    tokens: usize,
    cols: usize,
    /// Tokens in a tile: 1, 2, 4 or 8.
    width: usize,
    values: Vec<f32>,
    /// Of the columns of a block: `[block][tile][token of the tile]`.
    sums: Vec<f32>,
}

impl Tiles {
    /// The number of tokens.
    pub(crate) fn tokens(&self) -> usize {
        self.tokens
    }

    /// Rearranges `x`, `[tokens, cols]`.
    pub(crate) fn new(x: &[f32], cols: usize) -> Self {
        let tokens = x.len() / cols;
        let width = tokens.next_power_of_two().clamp(1, 8);
        let tiles = tokens.div_ceil(width);
        let blocks = cols.div_ceil(BLOCK);
        let mut values = vec![0.0; blocks * tiles * BLOCK * width];
        let mut sums = vec![0.0; blocks * tiles * width];
        for (token, x) in x.chunks_exact(cols).enumerate() {
            let (tile, lane) = (token / width, token % width);
            for (b, x) in x.chunks(BLOCK).enumerate() {
                let at = b * tiles + tile;
                let columns = values[at * BLOCK * width..].chunks_exact_mut(width);
                for (column, x) in columns.zip(x) {
                    column[lane] = *x;
                }
                sums[at * width + lane] = x.iter().sum();
            }
        }
        Self { tokens, cols, width, values, sums }
    }
}

impl Matrix {
    /// `out[t] = self * x[t]` for every token: `[tokens, rows]`.
    ///
    /// Call it inside the rayon pool whose number of threads is `threads`.
    pub(crate) fn multiply(&self, arch: Arch, threads: usize, x: &Tiles, out: &mut [f32]) {
        assert_eq!(x.cols, self.cols, "a product needs as many values as the matrix has columns");
        assert_eq!(out.len(), x.tokens * self.rows, "a product has one value for each row");
        if x.tokens == 0 {
            return;
        }
        match &self.store {
            Store::Nibbles(packed) => packed.multiply(arch, threads, x, self.rows, out),
            Store::Bytes(packed) => packed.multiply(arch, threads, x, self.rows, out),
            Store::Floats(packed) => packed.multiply(arch, threads, x, self.rows, out),
        }
    }
}

impl<W: Words> Packed<W> {
    fn multiply(&self, arch: Arch, threads: usize, x: &Tiles, rows: usize, out: &mut [f32]) {
        match x.width {
            1 => self.multiply_tiles::<1>(arch, threads, x, rows, out),
            2 => self.multiply_tiles::<2>(arch, threads, x, rows, out),
            4 => self.multiply_tiles::<4>(arch, threads, x, rows, out),
            _ => self.multiply_tiles::<8>(arch, threads, x, rows, out),
        }
    }

    fn multiply_tiles<const T: usize>(
        &self,
        arch: Arch,
        threads: usize,
        x: &Tiles,
        rows: usize,
        out: &mut [f32],
    ) {
        let blocks = x.cols.div_ceil(BLOCK);
        let groups = rows.div_ceil(LANES);
        let group_len = x.tokens.div_ceil(T) * T * LANES;
        // Several parts for each thread, so that a thread that is held up does not hold up all.
        let part_groups = groups.div_ceil(if threads > 1 { threads * 3 } else { 1 });
        // `[group][tile][token of the tile][lane]`
        let mut products = vec![0.0; groups * group_len];
        for_each_chunk(threads, &mut products, part_groups * group_len, |part, products| {
            let first = part * part_groups * blocks;
            let last = first + products.len() / group_len * blocks;
            let (products, _) = products.as_chunks_mut();
            let kernel = MultiplyGroups::<W, T> {
                words: &self.words[first..last],
                scales: &self.scales[first..last],
                values: x.values.as_chunks().0.as_chunks().0,
                sums: x.sums.as_chunks().0,
                blocks,
                products: products.as_chunks_mut().0,
            };
            simd::run(arch, kernel);
        });
        for (token, out) in out.chunks_exact_mut(rows).enumerate() {
            let token_products = products[token * LANES..].chunks(group_len);
            for (out, lanes) in out.chunks_mut(LANES).zip(token_products) {
                out.copy_from_slice(&lanes[..out.len()]);
            }
        }
    }
}

/// The products of some groups of sixteen rows with all tiles.
struct MultiplyGroups<'a, W, const T: usize> {
    /// `[group][block]`
    words: &'a [W],
    scales: &'a [Scales],
    /// `[block][tile]`
    values: &'a [[[f32; T]; BLOCK]],
    sums: &'a [[f32; T]],
    blocks: usize,
    /// `[group][tile]`, zero.
    products: &'a mut [[Lanes; T]],
}

impl<W: Words, const T: usize> Kernel for MultiplyGroups<'_, W, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const FMA: bool>(self, unit: Unit<S, FMA>) {
        let tiles = self.sums.len() / self.blocks;
        let mut buffer = <Codes as Words>::EMPTY;
        let groups =
            self.words.chunks_exact(self.blocks).zip(self.scales.chunks_exact(self.blocks));
        for ((words, scales), products) in groups.zip(self.products.chunks_exact_mut(tiles)) {
            let inputs = self.values.chunks_exact(tiles).zip(self.sums.chunks_exact(tiles));
            for ((words, scales), (values, sums)) in words.iter().zip(scales).zip(inputs) {
                let codes = words.codes(unit, &mut buffer);
                for ((values, sums), products) in values.iter().zip(sums).zip(products.iter_mut()) {
                    multiply_block(unit, codes, scales, values, sums, products);
                }
            }
        }
    }
}

/// Adds the product of one block of sixteen rows with one tile.
#[inline(always)]
fn multiply_block<S: Simd, const FMA: bool, const T: usize>(
    unit: Unit<S, FMA>,
    codes: &Codes,
    scales: &Scales,
    values: &[[f32; T]; BLOCK],
    sums: &[f32; T],
    products: &mut [Lanes; T],
) {
    let (scale, _) = S::as_simd_f32s(&scales.scale);
    let (min, _) = S::as_simd_f32s(&scales.min);
    for lanes in 0..LANES / S::F32_LANES {
        let mut dots = [unit.splat(0.0); T];
        for (column, values) in codes.iter().zip(values) {
            let (column, _) = S::as_simd_f32s(column);
            for (dot, value) in dots.iter_mut().zip(values) {
                *dot = unit.mul_add(column[lanes], unit.splat(*value), *dot);
            }
        }
        for ((product, dot), sum) in products.iter_mut().zip(dots).zip(sums) {
            let (product, _) = S::as_mut_simd_f32s(product);
            let min = unit.mul_add(min[lanes], unit.splat(*sum), product[lanes]);
            product[lanes] = unit.mul_add(scale[lanes], dot, min);
        }
    }
}
