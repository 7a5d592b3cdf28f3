//! The forward pass against plain loops in the order of llama.cpp, and cut up in every way.

use std::io::Write;

use pulp::Arch;

use super::*;
use crate::gguf::Gguf;
use crate::kernels::simd::every_arch;
use crate::tiny;

const TOKENS: [u32; 9] = [1, 40, 259, 77, 12, 260, 200, 3, 99];

fn tiny_file(seed: u64) -> Gguf {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&tiny::model_bytes(seed)).unwrap();
    Gguf::open(file.path()).unwrap()
}

fn tiny_llama(arch: Arch) -> Llama {
    Llama::read(&mut tiny_file(7), arch, 1).unwrap()
}

/// The logits after every token, the sequence read in pieces of `lengths`.
fn logits(llama: &Llama, tokens: &[u32], lengths: &[usize]) -> Vec<f32> {
    let mut cache = Cache::new(llama.config().layers);
    let mut logits = Vec::new();
    let mut rest = tokens;
    for length in lengths {
        let (tokens, after) = rest.split_at(*length);
        rest = after;
        let hidden = llama.forward(&mut [Segment { tokens, cache: &mut cache }]);
        logits.extend(llama.logits(&hidden));
    }
    assert!(rest.is_empty());
    logits
}

/// Rows of a tensor as the file has them.
fn rows(gguf: &mut Gguf, name: &str) -> Vec<Vec<f64>> {
    let tensor = gguf.tensor(name).unwrap();
    let row = |bytes: &[u8]| -> Vec<f64> {
        let blocks = tensor.quant.blocks(bytes);
        blocks.flat_map(|b| b.codes.map(|code| f64::from(b.scale * code + b.min))).collect()
    };
    tensor.bytes.chunks_exact(tensor.bytes.len() / tensor.rows).map(row).collect()
}

fn product(matrix: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum()).collect()
}

fn norm(x: &[f64]) -> Vec<f64> {
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let mean = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
    x.iter().map(|x| x / (mean + 1e-5).sqrt()).collect()
}

/// Turns neighbours, as llama.cpp does with the rows in its own order.
fn turn_neighbours(heads: &mut [f64], position: usize) {
    for head in heads.chunks_exact_mut(16) {
        for (pair, numbers) in head.chunks_exact_mut(2).enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let angle = position as f64 / 10_000_f64.powf(pair as f64 / 8.0);
            let (a, b) = (numbers[0], numbers[1]);
            numbers[0] = a * angle.cos() - b * angle.sin();
            numbers[1] = b * angle.cos() + a * angle.sin();
        }
    }
}

/// The logits after every token, by the book: 4 query heads, 2 key-value heads, all norms are one.
fn plain_logits(gguf: &mut Gguf, tokens: &[u32]) -> Vec<Vec<f64>> {
    let embedding = rows(gguf, "token_embd.weight");
    let mut residual: Vec<_> = tokens.iter().map(|id| embedding[*id as usize].clone()).collect();
    for layer in 0..2 {
        let mut part = |name: &str| rows(gguf, &format!("blk.{layer}.{name}.weight"));
        let (q, k, v) = (part("attn_q"), part("attn_k"), part("attn_v"));
        let (out, gate) = (part("attn_output"), part("ffn_gate"));
        let (up, down) = (part("ffn_up"), part("ffn_down"));
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (position, x) in residual.iter_mut().enumerate() {
            let normed = norm(x);
            let (mut query, mut key) = (product(&q, &normed), product(&k, &normed));
            turn_neighbours(&mut query, position);
            turn_neighbours(&mut key, position);
            keys.push(key);
            values.push(product(&v, &normed));
            let mut mixed = Vec::new();
            for (head, query) in query.chunks_exact(16).enumerate() {
                let of = head / 2 * 16..head / 2 * 16 + 16;
                let score = |key: &Vec<f64>| {
                    let pairs = query.iter().zip(&key[of.clone()]);
                    (pairs.map(|(a, b)| a * b).sum::<f64>() / 4.0).exp()
                };
                let shares: Vec<f64> = keys.iter().map(score).collect();
                let total: f64 = shares.iter().sum();
                mixed.extend(of.clone().map(|d| {
                    shares.iter().zip(&values).map(|(s, v)| s / total * v[d]).sum::<f64>()
                }));
            }
            x.iter_mut().zip(product(&out, &mixed)).for_each(|(x, change)| *x += change);
            let normed = norm(x);
            let silu = |g: f64| g / (1.0 + (-g).exp());
            let inner = product(&gate, &normed).into_iter().zip(product(&up, &normed));
            let inner: Vec<f64> = inner.map(|(gate, up)| silu(gate) * up).collect();
            x.iter_mut().zip(product(&down, &inner)).for_each(|(x, change)| *x += change);
        }
    }
    residual.iter().map(|x| product(&embedding, &norm(x))).collect()
}

#[test]
fn logits_are_those_of_plain_loops() {
    let expect = plain_logits(&mut tiny_file(7), &TOKENS).concat();
    for arch in every_arch() {
        let got = logits(&tiny_llama(arch), &TOKENS, &[TOKENS.len()]);
        assert_eq!(got.len(), expect.len());
        let worst =
            got.iter().zip(&expect).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-3, "{worst} {arch:?}");
    }
}

#[test]
fn pieces_give_exactly_what_the_whole_gives() {
    for arch in every_arch() {
        let llama = tiny_llama(arch);
        let whole = logits(&llama, &TOKENS, &[9]);
        for lengths in [&[1; 9][..], &[8, 1], &[3, 5, 1], &[4, 4, 1]] {
            assert_eq!(logits(&llama, &TOKENS, lengths), whole, "{lengths:?} {arch:?}");
        }
    }
}

#[test]
fn company_changes_nothing() {
    let llama = tiny_llama(Arch::new());
    let alone = logits(&llama, &TOKENS, &[9]);
    let mut caches = [Cache::new(2), Cache::new(2), Cache::new(2)];
    let [a, b, c] = &mut caches;
    let hidden = llama.forward(&mut [
        Segment { tokens: &[5, 6, 7], cache: a },
        Segment { tokens: &TOKENS, cache: b },
        Segment { tokens: &[8], cache: c },
    ]);
    assert_eq!(llama.logits(&hidden[3 * 64..12 * 64]), alone);
    assert_eq!(caches.map(|cache| cache.positions()), [3, 9, 1]);
}

#[test]
fn a_wrong_shape_is_refused() {
    let epsilon = "llama.attention.layer_norm_rms_epsilon";
    for (key, value, expect) in [
        ("llama.feed_forward_length", &[95][..], "another shape"),
        ("llama.context_length", &[255; 8], "a context of 18446744073709551615 tokens"),
        ("llama.attention.head_count", &[0], "is zero"),
        ("llama.attention.head_count", &[5], "64 numbers in 5 query heads"),
        (epsilon, &f32::NAN.to_le_bytes(), "is NaN"),
        (epsilon, &(-1e-5_f32).to_le_bytes(), "is -0.00001"),
    ] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&tiny::model_bytes_with(key, value)).unwrap();
        let read = Llama::read(&mut Gguf::open(file.path()).unwrap(), Arch::new(), 1);
        let error = read.unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    }
}
