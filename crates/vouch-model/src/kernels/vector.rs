//! What happens to a vector between two matrices: normalisation, activation, softmax.

#![expect(clippy::inline_always, reason = "kernels, see `simd`")]

use pulp::{Arch, Simd};

use super::simd::{self, Kernel, LANES, Lanes, Unit};

/// A softmax over a vocabulary has one large term and thousands that `f32` would lose beside it.
const SUMMED_IN_F32: usize = 256;

/// `x / rms(x) * weight` into `out`; all of one length.
pub(crate) fn rms_norm(arch: Arch, x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let squares = simd::run(arch, SumSquares(x));
    let inverse = 1.0 / (squares / length(x) + epsilon).sqrt();
    for ((out, x), weight) in out.iter_mut().zip(x).zip(weight) {
        *out = x * inverse * weight;
    }
}

/// `gate = silu(gate) * up`, where `silu(g) = g / (1 + exp(-g))`; of one length.
pub(crate) fn silu_product(arch: Arch, gate: &mut [f32], up: &[f32]) {
    simd::run(arch, SiluProduct { gate, up });
}

/// Replaces `x` by `exp((x - max(x)) * factor)` and returns the sum of these and `max(x)`.
pub(crate) fn exponentials(arch: Arch, x: &mut [f32], factor: f32) -> (f64, f32) {
    let max = simd::run(arch, Max(x));
    (simd::run(arch, Exponentials { x, max, factor }), max)
}

/// The logarithm of the sum of the exponentials of `x`.
pub(crate) fn log_sum_exp(arch: Arch, x: &[f32]) -> f32 {
    let mut x = x.to_vec();
    let (sum, max) = exponentials(arch, &mut x, 1.0);
    narrow(f64::from(max) + sum.ln())
}

#[expect(clippy::cast_possible_truncation, reason = "rounding is meant")]
fn narrow(number: f64) -> f32 {
    number as f32
}

#[expect(clippy::cast_precision_loss, reason = "vectors are far shorter than 2^24")]
fn length(x: &[f32]) -> f32 {
    x.len() as f32
}

/// The numbers after the last whole sixteen, with `pad` up to sixteen.
#[inline(always)]
fn padded(rest: &[f32], pad: f32) -> Lanes {
    let mut padded = [pad; LANES];
    padded[..rest.len()].copy_from_slice(rest);
    padded
}

/// Sixteen partial sums.
#[inline(always)]
fn total(sums: &Lanes) -> f32 {
    // Pairwise, in one order on every unit.
    let mut sums = *sums;
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            sums[i] += sums[i + half];
        }
        half /= 2;
    }
    sums[0]
}

struct SumSquares<'a>(&'a [f32]);

impl Kernel for SumSquares<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd, const FMA: bool>(self, unit: Unit<S, FMA>) -> f32 {
        let mut sums = [0.0; LANES];
        let (lanes, rest) = self.0.as_chunks::<LANES>();
        for x in lanes.iter().chain([&padded(rest, 0.0)]) {
            let (sums, _) = S::as_mut_simd_f32s(&mut sums);
            for (sum, x) in sums.iter_mut().zip(S::as_simd_f32s(x).0) {
                *sum = unit.mul_add(*x, *x, *sum);
            }
        }
        total(&sums)
    }
}

struct Max<'a>(&'a [f32]);

impl Kernel for Max<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd, const FMA: bool>(self, unit: Unit<S, FMA>) -> f32 {
        let mut max = [f32::NEG_INFINITY; LANES];
        let (lanes, rest) = self.0.as_chunks::<LANES>();
        for x in lanes.iter().chain([&padded(rest, f32::NEG_INFINITY)]) {
            let (max, _) = S::as_mut_simd_f32s(&mut max);
            for (max, x) in max.iter_mut().zip(S::as_simd_f32s(x).0) {
                *max = unit.0.max_f32s(*max, *x);
            }
        }
        max.into_iter().fold(f32::NEG_INFINITY, f32::max)
    }
}

struct Exponentials<'a> {
    x: &'a mut [f32],
    max: f32,
    factor: f32,
}

impl Kernel for Exponentials<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd, const FMA: bool>(self, unit: Unit<S, FMA>) -> f64 {
        let (max, factor) = (unit.splat(self.max), unit.splat(self.factor));
        let mut sum = 0.0;
        for x in self.x.chunks_mut(SUMMED_IN_F32) {
            let mut sums = [0.0; LANES];
            let (lanes, rest) = x.as_chunks_mut::<LANES>();
            for x in lanes {
                let (sums, _) = S::as_mut_simd_f32s(&mut sums);
                for (sum, x) in sums.iter_mut().zip(S::as_mut_simd_f32s(x).0) {
                    *x = unit.exp(unit.0.mul_f32s(unit.0.sub_f32s(*x, max), factor));
                    *sum = unit.0.add_f32s(*sum, *x);
                }
            }
            let mut last = padded(rest, self.max);
            for x in S::as_mut_simd_f32s(&mut last).0 {
                *x = unit.exp(unit.0.mul_f32s(unit.0.sub_f32s(*x, max), factor));
            }
            rest.copy_from_slice(&last[..rest.len()]);
            for (sum, x) in sums.iter_mut().zip(rest) {
                *sum += *x;
            }
            sum += f64::from(total(&sums));
        }
        sum
    }
}

struct SiluProduct<'a> {
    gate: &'a mut [f32],
    up: &'a [f32],
}

impl Kernel for SiluProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const FMA: bool>(self, unit: Unit<S, FMA>) {
        let (gates, gates_rest) = self.gate.as_chunks_mut::<LANES>();
        let (ups, ups_rest) = self.up.as_chunks::<LANES>();
        for (gate, up) in gates.iter_mut().zip(ups) {
            silu_lanes(unit, gate, up);
        }
        let mut gate = padded(gates_rest, 0.0);
        silu_lanes(unit, &mut gate, &padded(ups_rest, 0.0));
        gates_rest.copy_from_slice(&gate[..gates_rest.len()]);
    }
}

#[inline(always)]
fn silu_lanes<S: Simd, const FMA: bool>(unit: Unit<S, FMA>, gate: &mut Lanes, up: &Lanes) {
    let (gate, _) = S::as_mut_simd_f32s(gate);
    for (gate, up) in gate.iter_mut().zip(S::as_simd_f32s(up).0) {
        let exp = unit.exp(unit.0.sub_f32s(unit.splat(0.0), *gate));
        let silu = unit.0.div_f32s(*gate, unit.0.add_f32s(exp, unit.splat(1.0)));
        *gate = unit.0.mul_f32s(silu, *up);
    }
}
