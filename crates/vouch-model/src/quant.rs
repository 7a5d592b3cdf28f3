//! The block formats in which GGUF stores weights, as defined by ggml's `ggml-common.h`.

/// Weights in a quantised block.
pub(crate) const BLOCK: usize = 32;

/// How the weights of a tensor are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuantType {
    F32,
    F16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
}

/// Thirty-two weights `scale * code + min`; fewer, padded with zeros, at the end of a row of
/// floats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct QuantBlock {
    pub(crate) scale: f32,
    pub(crate) min: f32,
    pub(crate) codes: [f32; BLOCK],
}

impl QuantType {
    /// The type with ggml's number `id`, if it is one that this crate reads.
    pub(crate) fn from_id(id: u32) -> Option<Self> {
        Some(match id {
            0 => Self::F32,
            1 => Self::F16,
            2 => Self::Q4_0,
            3 => Self::Q4_1,
            6 => Self::Q5_0,
            7 => Self::Q5_1,
            8 => Self::Q8_0,
            _ => return None,
        })
    }

    /// The bits that hold a code exactly: 4, 8, or 32 for a float.
    pub(crate) fn code_bits(self) -> u32 {
        match self {
            Self::F32 | Self::F16 => 32,
            Self::Q4_0 | Self::Q4_1 => 4,
            Self::Q5_0 | Self::Q5_1 | Self::Q8_0 => 8,
        }
    }

    /// The bytes of a row of `cols` weights; `None` if a row cannot have that length.
    pub(crate) fn row_bytes(self, cols: usize) -> Option<usize> {
        match self {
            Self::F32 | Self::F16 => cols.checked_mul(self.chunk_bytes()),
            _ if !cols.is_multiple_of(BLOCK) => None,
            _ => (cols / BLOCK).checked_mul(self.chunk_bytes()),
        }
    }

    /// The bytes of a block, or of one float.
    fn chunk_bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
            Self::Q4_0 => 18,
            Self::Q4_1 => 20,
            Self::Q5_0 => 22,
            Self::Q5_1 => 24,
            Self::Q8_0 => 34,
        }
    }

    /// Whether all weights in `bytes` are finite.
    pub(crate) fn is_finite(self, bytes: &[u8]) -> bool {
        let halves = |bytes: &[u8]| {
            bytes.as_chunks().0.iter().all(|half| u16::from_le_bytes(*half) & 0x7c00 != 0x7c00)
        };
        // A quantised block begins with its scale, and with its minimum if it has one.
        let heads = |length| bytes.chunks(self.chunk_bytes()).all(|block| halves(&block[..length]));
        match self {
            Self::F32 => bytes.as_chunks().0.iter().all(|b| f32::from_le_bytes(*b).is_finite()),
            Self::F16 => halves(bytes),
            Self::Q4_0 | Self::Q5_0 | Self::Q8_0 => heads(2),
            Self::Q4_1 | Self::Q5_1 => heads(4),
        }
    }

    /// The blocks of `row`, the bytes of one row.
    pub(crate) fn blocks(self, row: &[u8]) -> impl Iterator<Item = QuantBlock> {
        let blocks = if self.code_bits() == 32 { BLOCK } else { 1 };
        row.chunks(self.chunk_bytes() * blocks).map(move |bytes| self.block(bytes))
    }

    fn block(self, bytes: &[u8]) -> QuantBlock {
        let half = |at: usize| f16_to_f32(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
        let mut codes = [0.0; BLOCK];
        let (scale, min) = match self {
            Self::F32 => {
                for (code, bytes) in codes.iter_mut().zip(bytes.as_chunks().0) {
                    *code = f32::from_le_bytes(*bytes);
                }
                (1.0, 0.0)
            }
            Self::F16 => {
                for (code, bytes) in codes.iter_mut().zip(bytes.as_chunks().0) {
                    *code = f16_to_f32(u16::from_le_bytes(*bytes));
                }
                (1.0, 0.0)
            }
            Self::Q4_0 => {
                nibbles(&bytes[2..], &mut codes);
                (half(0), -8.0 * half(0))
            }
            Self::Q4_1 => {
                nibbles(&bytes[4..], &mut codes);
                (half(0), half(2))
            }
            Self::Q5_0 => {
                nibbles(&bytes[6..], &mut codes);
                fifth_bits(&bytes[2..6], &mut codes);
                (half(0), -16.0 * half(0))
            }
            Self::Q5_1 => {
                nibbles(&bytes[8..], &mut codes);
                fifth_bits(&bytes[4..8], &mut codes);
                (half(0), half(2))
            }
            Self::Q8_0 => {
                for (code, byte) in codes.iter_mut().zip(&bytes[2..]) {
                    *code = f32::from(byte.cast_signed());
                }
                (half(0), 0.0)
            }
        };
        QuantBlock { scale, min, codes }
    }
}

/// The low halves of sixteen bytes are the first sixteen codes, the high halves the others.
fn nibbles(bytes: &[u8], codes: &mut [f32; BLOCK]) {
    let (low, high) = codes.split_at_mut(BLOCK / 2);
    for ((low, high), byte) in low.iter_mut().zip(high).zip(bytes) {
        *low = f32::from(byte & 15);
        *high = f32::from(byte >> 4);
    }
}

/// Bit `i` of the four bytes adds 16 to code `i`.
fn fifth_bits(bytes: &[u8], codes: &mut [f32; BLOCK]) {
    for (codes, byte) in codes.chunks_exact_mut(8).zip(bytes) {
        for (bit, code) in codes.iter_mut().enumerate() {
            *code += f32::from((byte >> bit & 1) * 16);
        }
    }
}

/// IEEE 754 binary16 to binary32, exactly.
fn f16_to_f32(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let magnitude = u32::from(half & 0x7fff);
    let bits = if magnitude >= 0x7c00 {
        // Infinity and NaN.
        magnitude << 13 | 0x7f80_0000
    } else {
        // Moving the exponent is a multiplication by 2^112, which also normalises subnormals.
        (f32::from_bits(magnitude << 13) * f32::from_bits(0x7780_0000)).to_bits()
    };
    f32::from_bits(sign | bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only_block(quant: QuantType, bytes: &[u8]) -> QuantBlock {
        let blocks: Vec<_> = quant.blocks(bytes).collect();
        assert_eq!(blocks.len(), 1);
        blocks[0]
    }

    #[test]
    fn halves_are_exact() {
        for (half, expect) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65_504.0),
            (0x0001, 2.0_f32.powi(-24)),
            (0x03ff, 1023.0 * 2.0_f32.powi(-24)),
            (0x7c00, f32::INFINITY),
            (0x3555, 0.333_251_95),
        ] {
            assert_eq!(f16_to_f32(half).to_bits(), f32::to_bits(expect), "{half:#x}");
        }
        assert!(f16_to_f32(0x7e01).is_nan());
    }

    #[test]
    fn q4_1_splits_low_and_high_halves() {
        let mut bytes = vec![0x00, 0x38, 0x00, 0xbc]; // 0.5, -1
        bytes.extend((0..16).map(|i| i | (15 - i) << 4));
        let block = only_block(QuantType::Q4_1, &bytes);
        assert_eq!(
            (block.scale.to_bits(), block.min.to_bits()),
            (0.5_f32.to_bits(), (-1.0_f32).to_bits())
        );
        for i in 0..16_u8 {
            assert!((block.codes[usize::from(i)] - f32::from(i)).abs() < 1e-6);
            assert!((block.codes[usize::from(i) + 16] - f32::from(15 - i)).abs() < 1e-6);
        }
    }

    #[test]
    fn q5_0_takes_the_fifth_bit_and_centres() {
        let mut bytes = vec![0x00, 0x3c, 0x01, 0x00, 0x00, 0x80]; // scale 1, bits 0 and 31
        bytes.extend([0x21; 16]);
        let block = only_block(QuantType::Q5_0, &bytes);
        assert!((block.codes[0] - 17.0).abs() < 1e-6);
        assert!((block.codes[1] - 1.0).abs() < 1e-6);
        assert!((block.codes[31] - 18.0).abs() < 1e-6);
        assert!((block.min + 16.0).abs() < 1e-6);
    }

    #[test]
    fn q8_0_is_signed() {
        let mut bytes = vec![0x00, 0x3c];
        bytes.extend((0..32_u8).map(|i| i.wrapping_sub(16)));
        let block = only_block(QuantType::Q8_0, &bytes);
        assert!((block.codes[0] + 16.0).abs() < 1e-6);
        assert!((block.codes[31] - 15.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_not_finite_is_seen() {
        for (quant, good, bad) in [
            (QuantType::F32, 1.0_f32.to_le_bytes(), f32::NAN.to_le_bytes()),
            (QuantType::F16, [0x00, 0x3c, 0xff, 0xfb], [0x00, 0x3c, 0x00, 0xfc]),
            (QuantType::Q8_0, [0x00, 0x3c, 0xff, 0x7f], [0x01, 0x7e, 0, 0]),
            (QuantType::Q4_1, [0x00, 0x3c, 0x00, 0x3c], [0x00, 0x3c, 0x00, 0x7c]),
        ] {
            let block = |head: [u8; 4]| {
                let mut block = vec![0; quant.row_bytes(BLOCK).unwrap()];
                block[..4].copy_from_slice(&head);
                block
            };
            assert!(quant.is_finite(&block(good)), "{quant:?}");
            assert!(!quant.is_finite(&[block(good), block(bad)].concat()), "{quant:?}");
        }
    }

    #[test]
    fn a_row_has_whole_blocks() {
        assert_eq!(QuantType::Q4_1.row_bytes(64), Some(40));
        assert_eq!(QuantType::Q4_1.row_bytes(65), None);
        assert_eq!(QuantType::F16.row_bytes(65), Some(130));
        assert_eq!(QuantType::F32.row_bytes(usize::MAX), None);
    }
}
