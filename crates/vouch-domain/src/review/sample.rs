//! Sampling without a dice: the same thing under the same name is always drawn alike.

use sha2::{Digest, Sha256};

/// Where a thing stands in a sample, from 0 to below 1, evenly spread over things.
pub fn share(name: &str, thing: &str) -> f64 {
    let digest = Sha256::digest(format!("{}\n{name}\n{thing}", name.len()));
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    // The upper 53 bits, which an f64 holds exactly.
    let bits = u64::from_be_bytes(first) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits are held exactly")]
    let share = bits as f64 / (1u64 << 53) as f64;
    share
}

/// Whether a thing is in a sample of this size, 0 to 1. What is in a sample is in every larger
/// one of the same name.
pub fn is_sampled(name: &str, thing: &str, sample: f64) -> bool {
    share(name, thing) < sample
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_larger_sample_holds_the_smaller(name in ".{0,8}", thing in ".{0,8}", a in 0.0f64..1.0, b in 0.0f64..1.0) {
            let (small, large) = (a.min(b), a.max(b));
            prop_assert!(!is_sampled(&name, &thing, small) || is_sampled(&name, &thing, large));
            prop_assert!(is_sampled(&name, &thing, 1.0));
            prop_assert!(!is_sampled(&name, &thing, 0.0));
        }
    }

    #[test]
    fn samples_have_their_size_and_do_not_depend_on_each_other() {
        let in_sample = |name: &str, n: u32| is_sampled(name, &n.to_string(), 0.25);
        let one = (0..10_000).filter(|n| in_sample("slow", *n)).count();
        let both = (0..10_000).filter(|n| in_sample("slow", *n) && in_sample("cheap", *n)).count();
        assert!((2300..2700).contains(&one), "{one}");
        assert!((525..725).contains(&both), "{both}");
    }
}
