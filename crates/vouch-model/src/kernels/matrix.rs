//! A weight matrix, packed so that sixteen rows are multiplied side by side.

#![expect(clippy::inline_always, reason = "unpacking is part of a kernel, see `simd`")]

use pulp::Simd;

use super::simd::{LANES, Lanes, Unit};
use crate::error::ModelError;
use crate::quant::{BLOCK, QuantBlock, QuantType};

/// Thirty-two columns of sixteen rows, `[column][row]`, before scale and minimum.
pub(super) type Codes = [Lanes; BLOCK];

/// A matrix `[rows, cols]` of weights `scale * code + min`, constant per row and 32 columns.
#[derive(Debug)]
pub(crate) struct Matrix {
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) store: Store,
}

/// The codes, in the narrowest form that holds them exactly.
#[derive(Debug)]
pub(super) enum Store {
    /// 0 to 15.
    Nibbles(Packed<Nibbles>),
    /// -128 to 127.
    Bytes(Packed<Bytes>),
    /// Weights that are not quantised; scale 1, minimum 0.
    Floats(Packed<Codes>),
}

/// Groups of sixteen rows, each a run of blocks of 32 columns: `[group][block]`.
#[derive(Debug)]
pub(super) struct Packed<W> {
    pub(super) words: Vec<W>,
    pub(super) scales: Vec<Scales>,
}

/// Of each of the sixteen rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scales {
    pub(super) scale: Lanes,
    pub(super) min: Lanes,
}

/// Eight columns in a word, lowest bits first.
pub(super) type Nibbles = [[u32; LANES]; 4];
/// Four columns in a word, lowest bits first, stored plus 128.
pub(super) type Bytes = [[u32; LANES]; 8];

/// A stored block of 32 columns of sixteen rows.
pub(super) trait Words: Copy + Sync {
    /// Nothing stored.
    const EMPTY: Self;

    /// Stores the codes of one row.
    fn set(&mut self, row: usize, block: &QuantBlock);

    /// The codes as numbers; `buffer` may be used to hold them.
    fn codes<'a, S: Simd, const FMA: bool>(
        &'a self,
        unit: Unit<S, FMA>,
        buffer: &'a mut Codes,
    ) -> &'a Codes;
}

impl Words for Nibbles {
    const EMPTY: Self = [[0; LANES]; 4];

    fn set(&mut self, row: usize, block: &QuantBlock) {
        for (word, codes) in self.iter_mut().zip(block.codes.chunks_exact(8)) {
            word[row] = codes.iter().rev().fold(0, |w, code| (w << 4) | field(*code));
        }
    }

    #[inline(always)]
    fn codes<'a, S: Simd, const FMA: bool>(
        &'a self,
        unit: Unit<S, FMA>,
        buffer: &'a mut Codes,
    ) -> &'a Codes {
        unpack::<S, FMA, 8, 4>(unit, self, 0.0, buffer);
        buffer
    }
}

impl Words for Bytes {
    const EMPTY: Self = [[0x8080_8080; LANES]; 8];

    fn set(&mut self, row: usize, block: &QuantBlock) {
        for (word, codes) in self.iter_mut().zip(block.codes.chunks_exact(4)) {
            word[row] = codes.iter().rev().fold(0, |w, code| (w << 8) | field(code + 128.0));
        }
    }

    #[inline(always)]
    fn codes<'a, S: Simd, const FMA: bool>(
        &'a self,
        unit: Unit<S, FMA>,
        buffer: &'a mut Codes,
    ) -> &'a Codes {
        unpack::<S, FMA, 4, 8>(unit, self, 128.0, buffer);
        buffer
    }
}

impl Words for Codes {
    const EMPTY: Self = [[0.0; LANES]; BLOCK];

    fn set(&mut self, row: usize, block: &QuantBlock) {
        for (column, code) in self.iter_mut().zip(block.codes) {
            column[row] = code;
        }
    }

    #[inline(always)]
    fn codes<'a, S: Simd, const FMA: bool>(
        &'a self,
        _unit: Unit<S, FMA>,
        _buffer: &'a mut Codes,
    ) -> &'a Codes {
        self
    }
}

/// The bits of a code that is a small whole number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255 by type")]
fn field(code: f32) -> u32 {
    code as u32
}

#[inline(always)]
fn unpack<S: Simd, const FMA: bool, const PER_WORD: usize, const BITS: u32>(
    unit: Unit<S, FMA>,
    words: &[[u32; LANES]],
    offset: f32,
    buffer: &mut Codes,
) {
    let (columns, _) = buffer.as_chunks_mut::<PER_WORD>();
    for (word, columns) in words.iter().zip(columns) {
        let (word, _) = S::as_simd_u32s(word);
        let mut shift = 0;
        for column in columns {
            let (column, _) = S::as_mut_simd_f32s(column);
            for (number, word) in column.iter_mut().zip(word) {
                *number = unit.field(*word, shift, BITS, offset);
            }
            shift += BITS;
        }
    }
}

impl Matrix {
    /// Packs `data`, a row-major tensor `[rows, cols]` of GGUF blocks; row `r` of the matrix is
    /// row `source_row(r)` of the tensor.
    ///
    /// # Errors
    /// [`ModelError::Format`] if `data` does not hold exactly that many rows.
    pub(crate) fn pack(
        (rows, cols): (usize, usize),
        quant: QuantType,
        data: &[u8],
        source_row: impl Fn(usize) -> usize,
    ) -> Result<Self, ModelError> {
        let row_bytes = quant.row_bytes(cols);
        if row_bytes.and_then(|bytes| bytes.checked_mul(rows)) != Some(data.len()) {
            return Err(ModelError::format(format!(
                "{} bytes are no [{rows}, {cols}] tensor of type {quant:?}",
                data.len()
            )));
        }
        let row_bytes = data.len() / rows.max(1);
        let row = |r: usize| {
            let start = source_row(r) * row_bytes;
            quant.blocks(&data[start..start + row_bytes])
        };
        let store = match quant.code_bits() {
            4 => Store::Nibbles(Packed::new(rows, cols, row)),
            8 => Store::Bytes(Packed::new(rows, cols, row)),
            _ => Store::Floats(Packed::new(rows, cols, row)),
        };
        Ok(Self { rows, cols, store })
    }

    /// The number of rows, which is the length of a product.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Writes row `row` to `out`, `[cols]`.
    pub(crate) fn copy_row(&self, row: usize, out: &mut [f32]) {
        match &self.store {
            Store::Nibbles(packed) => packed.copy_row(row, self.cols, out),
            Store::Bytes(packed) => packed.copy_row(row, self.cols, out),
            Store::Floats(packed) => packed.copy_row(row, self.cols, out),
        }
    }
}

impl<W: Words> Packed<W> {
    fn new<I>(rows: usize, cols: usize, row: impl Fn(usize) -> I) -> Self
    where
        I: Iterator<Item = QuantBlock>,
    {
        let blocks = cols.div_ceil(BLOCK);
        let count = rows.div_ceil(LANES) * blocks;
        let mut words = vec![W::EMPTY; count];
        let empty = Scales { scale: [0.0; LANES], min: [0.0; LANES] };
        let mut scales = vec![empty; count];
        for r in 0..rows {
            let first = r / LANES * blocks;
            for (b, block) in row(r).enumerate() {
                words[first + b].set(r % LANES, &block);
                scales[first + b].scale[r % LANES] = block.scale;
                scales[first + b].min[r % LANES] = block.min;
            }
        }
        Self { words, scales }
    }

    fn copy_row(&self, row: usize, cols: usize, out: &mut [f32]) {
        let blocks = cols.div_ceil(BLOCK);
        let first = row / LANES * blocks;
        let lane = row % LANES;
        let unit = Unit::<_, false>(pulp::Scalar::new());
        let mut buffer = <Codes as Words>::EMPTY;
        for (b, out) in out[..cols].chunks_mut(BLOCK).enumerate() {
            let Scales { scale, min } = &self.scales[first + b];
            let codes = self.words[first + b].codes(unit, &mut buffer);
            for (value, code) in out.iter_mut().zip(codes) {
                *value = scale[lane] * code[lane] + min[lane];
            }
        }
    }
}
