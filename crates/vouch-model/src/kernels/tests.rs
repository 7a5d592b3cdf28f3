//! Every kernel on every vector unit against plain loops, and alone against in company.

use proptest::prelude::*;

use super::attention::{Heads, KeyValues, Run, attend};
use super::matmul::Tiles;
use super::matrix::Matrix;
use super::simd::every_arch;
use super::vector::{exponentials, log_sum_exp, rms_norm, silu_product};
use crate::quant::QuantType;
use crate::sampler::SplitMix64;

fn randoms(count: usize, seed: u64) -> Vec<f32> {
    let mut random = SplitMix64(seed);
    #[expect(clippy::cast_possible_truncation, reason = "any number will do")]
    let next = || (random.next_unit() * 2.0 - 1.0) as f32;
    std::iter::repeat_with(next).take(count).collect()
}

/// Random blocks with scales of 1/8 and minima of -1/2.
fn random_tensor(quant: QuantType, rows: usize, cols: usize, seed: u64) -> Vec<u8> {
    let bytes = quant.row_bytes(cols).unwrap() * rows;
    if quant == QuantType::F32 {
        return randoms(rows * cols, seed).into_iter().flat_map(f32::to_le_bytes).collect();
    }
    let mut random = SplitMix64(seed);
    let mut data: Vec<u8> = Vec::new();
    while data.len() < bytes {
        data.extend(random.next().to_le_bytes());
    }
    data.truncate(bytes);
    let blocks = rows * cols / 32;
    for block in data.chunks_exact_mut(bytes / blocks) {
        block[..2].copy_from_slice(&0x3000_u16.to_le_bytes());
        if matches!(quant, QuantType::Q4_1 | QuantType::Q5_1) {
            block[2..4].copy_from_slice(&0xb800_u16.to_le_bytes());
        }
    }
    data
}

fn weights(quant: QuantType, cols: usize, data: &[u8]) -> Vec<Vec<f32>> {
    let rows = data.chunks_exact(quant.row_bytes(cols).unwrap());
    rows.map(|row| {
        let blocks = quant.blocks(row);
        let values = blocks.flat_map(|b| b.codes.map(|code| b.scale * code + b.min));
        values.take(cols).collect()
    })
    .collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn close(got: f32, expect: f64, tolerance: f64) -> bool {
    (f64::from(got) - expect).abs() <= tolerance * (1.0 + expect.abs())
}

fn any_quant() -> impl Strategy<Value = QuantType> {
    prop::sample::select(vec![
        QuantType::F32,
        QuantType::Q4_0,
        QuantType::Q4_1,
        QuantType::Q5_0,
        QuantType::Q5_1,
        QuantType::Q8_0,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_product_is_that_of_plain_loops(
        quant in any_quant(), rows in 1_usize..70, blocks in 1_usize..4, cut in 0_usize..32,
        tokens in 1_usize..20, seed: u64,
    ) {
        let cols = blocks * 32 - if quant == QuantType::F32 { cut } else { 0 };
        let data = random_tensor(quant, rows, cols, seed);
        let matrix = Matrix::pack((rows, cols), quant, &data, |row| rows - 1 - row).unwrap();
        let plain = weights(quant, cols, &data);
        let mut copied = vec![0.0; cols];
        matrix.copy_row(0, &mut copied);
        prop_assert_eq!(&copied, &plain[rows - 1]);
        let x = randoms(tokens * cols, seed ^ 1);
        for arch in every_arch() {
            let mut out = vec![0.0; tokens * rows];
            matrix.multiply(arch, 1, &Tiles::new(&x, cols), &mut out);
            for (x, out) in x.chunks_exact(cols).zip(out.chunks_exact(rows)) {
                for (got, row) in out.iter().zip(plain.iter().rev()) {
                    let expect = dot(row, x);
                    // Terms that cancel out leave their rounding behind.
                    let size: f64 =
                        row.iter().zip(x).map(|(a, b)| f64::from((a * b).abs())).sum();
                    let error = (f64::from(*got) - expect).abs();
                    prop_assert!(error <= 1e-6 * (1.0 + size), "{got} {expect} {arch:?}");
                }
                let mut alone = vec![0.0; rows];
                matrix.multiply(arch, 1, &Tiles::new(x, cols), &mut alone);
                prop_assert_eq!(&alone, out);
            }
            let mut parallel = vec![0.0; tokens * rows];
            matrix.multiply(arch, 3, &Tiles::new(&x, cols), &mut parallel);
            prop_assert_eq!(&parallel, &out);
        }
    }

    #[test]
    fn attention_is_that_of_plain_loops(
        group in 1_usize..4, num_kv_heads in 1_usize..3, sixteens in 1_usize..6,
        positions in 1_usize..150, tokens in 1_usize..12, seed: u64,
    ) {
        let head_dim = sixteens * 16;
        let heads = Heads { num_heads: group * num_kv_heads, num_kv_heads, head_dim };
        let key_size = num_kv_heads * head_dim;
        let keys = randoms(positions * key_size, seed);
        let values = randoms(positions * key_size, seed ^ 1);
        let tokens = tokens.min(positions);
        let first = positions - tokens;
        let queries = randoms(tokens * heads.num_heads * head_dim, seed ^ 2);
        let mut cache = KeyValues::default();
        for (key, value) in keys.chunks_exact(key_size).zip(values.chunks_exact(key_size)) {
            cache.push(head_dim, key, value);
        }
        let run = Run { cache: &cache, first, tokens };
        for arch in every_arch() {
            let mut out = vec![0.0; queries.len()];
            attend(arch, 1, heads, &[run], &queries, &mut out);
            for token in 0..tokens {
                for head in 0..heads.num_heads {
                    let at = (token * heads.num_heads + head) * head_dim;
                    let of = |all: &[f32], position: usize| {
                        let start = position * key_size + head / group * head_dim;
                        all[start..start + head_dim].to_vec()
                    };
                    let asked = &queries[at..at + head_dim];
                    #[expect(clippy::cast_precision_loss, reason = "small")]
                    let root = (head_dim as f64).sqrt();
                    let visible = 0..=first + token;
                    let shares: Vec<f64> =
                        visible.clone().map(|p| (dot(asked, &of(&keys, p)) / root).exp()).collect();
                    let total: f64 = shares.iter().sum();
                    for d in 0..head_dim {
                        let mixed = |p: usize| shares[p] * f64::from(of(&values, p)[d]);
                        let expect = visible.clone().map(mixed).sum::<f64>() / total;
                        prop_assert!(close(out[at + d], expect, 1e-5));
                    }
                }
            }
            // One by one, behind another sequence, and with more threads: exactly the same.
            let (before, last) = queries.split_at(queries.len() / tokens * (tokens - 1));
            let mut alone = vec![0.0; last.len()];
            let last_run = Run { first: positions - 1, tokens: 1, ..run };
            attend(arch, 1, heads, &[last_run], last, &mut alone);
            prop_assert_eq!(&alone[..], &out[before.len()..]);
            let both = [last, &queries].concat();
            let mut out_of_both = vec![0.0; both.len()];
            attend(arch, 3, heads, &[last_run, run], &both, &mut out_of_both);
            prop_assert_eq!([alone, out].concat(), out_of_both);
        }
    }

    #[test]
    fn exponentials_are_those_of_the_library(
        x in prop::collection::vec(-80.0_f32..80.0, 1..100), factor in 0.5_f32..5.0,
    ) {
        for arch in every_arch() {
            let mut got = x.clone();
            let (sum, max) = exponentials(arch, &mut got, factor);
            prop_assert_eq!(max.to_bits(), x.iter().fold(f32::MIN, |a, b| a.max(*b)).to_bits());
            let mut total = 0.0;
            for (got, x) in got.iter().zip(&x) {
                let expect = f64::from((x - max) * factor).exp();
                total += expect;
                prop_assert!((f64::from(*got) - expect).abs() <= expect * 3e-7 + 1e-37);
            }
            prop_assert!((sum - total).abs() <= total * 1e-6);
        }
    }

    #[test]
    fn norms_and_activations_are_those_of_plain_loops(
        x in prop::collection::vec(-30.0_f32..30.0, 1..100), seed: u64,
    ) {
        let weight = randoms(x.len(), seed);
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let mean = dot(&x, &x) / x.len() as f64;
        for arch in every_arch() {
            let mut normed = vec![0.0; x.len()];
            rms_norm(arch, &x, &weight, 1e-5, &mut normed);
            let mut gate = x.clone();
            silu_product(arch, &mut gate, &weight);
            for (i, (x, weight)) in x.iter().zip(&weight).enumerate() {
                let (x, weight) = (f64::from(*x), f64::from(*weight));
                prop_assert!(close(normed[i], x / (mean + 1e-5).sqrt() * weight, 1e-5));
                prop_assert!(close(gate[i], x / (1.0 + (-x).exp()) * weight, 1e-5));
            }
        }
    }
}

#[test]
fn a_long_tail_counts_beside_one_large_term() {
    // ln(1 + 49,151 * exp(-17)): every term of the tail vanishes in f32 beside 1.
    let mut logits = vec![-17.0; 49_152];
    logits[7] = 0.0;
    let expect = (49_151.0 * (-17.0_f64).exp()).ln_1p();
    for arch in every_arch() {
        let got = f64::from(log_sum_exp(arch, &logits));
        assert!((got - expect).abs() < 2e-6, "{got} {expect}");
    }
}

#[test]
fn a_tensor_of_another_size_is_refused() {
    let data = random_tensor(QuantType::Q8_0, 4, 32, 1);
    assert!(Matrix::pack((5, 32), QuantType::Q8_0, &data, |row| row).is_err());
    assert!(Matrix::pack((4, 33), QuantType::Q8_0, &data, |row| row).is_err());
}
