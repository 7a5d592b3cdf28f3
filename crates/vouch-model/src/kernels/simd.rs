//! Runs a kernel with the widest vector unit that the machine has.
//!
//! A kernel is written once over the vectors of [`pulp::Simd`]; [`run`] compiles it for each
//! instruction set and picks one at run time, through a safe interface.

#![expect(clippy::inline_always, reason = "a kernel is only compiled for a vector unit if inlined")]

use pulp::{Arch, Scalar128b, Simd, WithSimd};

/// The numbers that storage keeps side by side: one AVX-512 register, or several smaller ones.
pub(crate) const LANES: usize = 16;

/// One number in each lane.
pub(crate) type Lanes = [f32; LANES];

/// A computation that is compiled for each vector unit.
///
/// Implementations and everything they call must be `#[inline(always)]`.
pub(crate) trait Kernel {
    /// What the computation returns.
    type Output;

    /// Computes.
    fn run<S: Simd, const FMA: bool>(self, unit: Unit<S, FMA>) -> Self::Output;
}

/// Runs `kernel` on the vector unit of `arch`.
pub(crate) fn run<K: Kernel>(arch: Arch, kernel: K) -> K::Output {
    match arch {
        // Four lanes of plain arithmetic: the compiler finds SSE2 or whatever the target has.
        // `mul_add` would be a slow library call there.
        Arch::Scalar => Scalar128b.vectorize(Dispatch::<K, false>(kernel)),
        _ => arch.dispatch(Dispatch::<K, true>(kernel)),
    }
}

struct Dispatch<K, const FMA: bool>(K);

impl<K: Kernel, const FMA: bool> WithSimd for Dispatch<K, FMA> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> K::Output {
        self.0.run(Unit::<S, FMA>(simd))
    }
}

/// A vector unit; `FMA` says that it multiplies and adds in one instruction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit<S, const FMA: bool>(pub(crate) S);

impl<S: Simd, const FMA: bool> Unit<S, FMA> {
    /// `value` in every lane.
    #[inline(always)]
    pub(crate) fn splat(self, value: f32) -> S::f32s {
        self.0.splat_f32s(value)
    }

    /// `a * b + c`.
    #[inline(always)]
    pub(crate) fn mul_add(self, a: S::f32s, b: S::f32s, c: S::f32s) -> S::f32s {
        if FMA { self.0.mul_add_f32s(a, b, c) } else { self.0.add_f32s(self.0.mul_f32s(a, b), c) }
    }

    /// The natural exponential, relative error below 2e-7; `x` is clamped to -87..=88.
    ///
    /// Cephes' `expf`: split into a power of two and a remainder within half of ln 2.
    #[inline(always)]
    pub(crate) fn exp(self, x: S::f32s) -> S::f32s {
        // 1.5 * 2^23: adding it rounds to an integer, which then sits in the lowest bits.
        const ROUND: f32 = 12_582_912.0;
        let simd = self.0;
        let x = simd.min_f32s(simd.max_f32s(x, self.splat(-87.0)), self.splat(88.0));
        let shifted = self.mul_add(x, self.splat(std::f32::consts::LOG2_E), self.splat(ROUND));
        let n = simd.sub_f32s(shifted, self.splat(ROUND));
        let r = self.mul_add(n, self.splat(-0.693_359_4), x);
        let r = self.mul_add(n, self.splat(2.121_944_4e-4), r);
        let mut p = self.splat(1.987_569_1e-4);
        for coefficient in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
            p = self.mul_add(p, r, self.splat(coefficient));
        }
        let mantissa = self.mul_add(simd.mul_f32s(p, r), r, simd.add_f32s(r, self.splat(1.0)));
        let n = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(23));
        let power = simd.add_u32s(n, simd.splat_u32s(127 << 23));
        simd.mul_f32s(mantissa, simd.transmute_f32s_u32s(power))
    }

    /// The unsigned field of `bits` bits at `shift`, less `offset`, as a number.
    #[inline(always)]
    pub(crate) fn field(self, word: S::u32s, shift: u32, bits: u32, offset: f32) -> S::f32s {
        // An integer below 2^23 in the mantissa of 2^23 is that power plus the integer.
        const TWO_POW_23: f32 = 8_388_608.0;
        let simd = self.0;
        let field = simd.and_u32s(
            simd.wrapping_dyn_shr_u32s(word, simd.splat_u32s(shift)),
            simd.splat_u32s((1 << bits) - 1),
        );
        let number = simd.or_u32s(field, simd.splat_u32s(TWO_POW_23.to_bits()));
        simd.sub_f32s(simd.transmute_f32s_u32s(number), self.splat(TWO_POW_23 + offset))
    }
}

/// Every vector unit of this machine, for tests that compare them.
#[cfg(test)]
pub(crate) fn every_arch() -> Vec<Arch> {
    let mut archs = vec![Arch::Scalar];
    #[cfg(target_arch = "x86_64")]
    {
        archs.extend(pulp::x86::V3::try_new().map(Arch::V3));
        archs.extend(pulp::x86::V4::try_new().map(Arch::V4));
    }
    #[cfg(not(target_arch = "x86_64"))]
    archs.push(Arch::new());
    archs
}
