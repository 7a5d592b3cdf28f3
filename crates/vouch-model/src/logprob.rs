//! Log-probabilities under the full softmax, before temperature and `top_p`.

use pulp::Arch;

use crate::kernels::vector::log_sum_exp;

/// The log-probability of token `index` and the `count` most probable tokens, best first.
pub(crate) fn logprobs(
    arch: Arch,
    logits: &[f32],
    index: usize,
    count: usize,
) -> (f32, Vec<(usize, f32)>) {
    let total = log_sum_exp(arch, logits);
    // Rounding may leave a certain token a hair above zero.
    let logprob = |logit: f32| (logit - total).min(0.0);
    let best = greatest(logits, count);
    let best = best.into_iter().map(|(index, logit)| (index, logprob(logit))).collect();
    (logprob(logits[index]), best)
}

/// The `count` greatest numbers, best first, the first of equals first.
fn greatest(logits: &[f32], count: usize) -> Vec<(usize, f32)> {
    let mut best: Vec<(usize, f32)> = Vec::with_capacity(count + 1);
    if count == 0 {
        return best;
    }
    for (index, logit) in logits.iter().copied().enumerate() {
        if best.len() == count && best.last().is_some_and(|(_, worst)| logit <= *worst) {
            continue;
        }
        let at = best.partition_point(|(_, better)| *better >= logit);
        best.insert(at, (index, logit));
        best.truncate(count);
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn logprobs_are_those_of_the_softmax() {
        let logits = [1.0_f32.ln(), 2.0_f32.ln(), 5.0_f32.ln()];
        let (chosen, best) = logprobs(Arch::new(), &logits, 0, 2);
        assert!((chosen - 0.125_f32.ln()).abs() < 1e-6);
        assert_eq!(best.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [2, 1]);
        assert!((best[0].1 - 0.625_f32.ln()).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn all_probabilities_sum_to_one(
            logits in prop::collection::vec(-30.0_f32..30.0, 1..300),
        ) {
            let (_, all) = logprobs(Arch::new(), &logits, 0, logits.len());
            let sum: f32 = all.iter().map(|(_, logprob)| logprob.exp()).sum();
            prop_assert!((sum - 1.0).abs() < 1e-4, "{}", sum);
            prop_assert!(all.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        }

        #[test]
        fn the_greatest_are_the_head_of_a_stable_sort(
            logits in prop::collection::vec(-3_i8..3, 1..100),
            count in 0_usize..21,
        ) {
            let logits: Vec<f32> = logits.into_iter().map(f32::from).collect();
            let mut sorted: Vec<_> = logits.iter().copied().enumerate().collect();
            sorted.sort_by(|a, b| b.1.total_cmp(&a.1));
            sorted.truncate(count);
            prop_assert_eq!(greatest(&logits, count), sorted);
        }
    }
}
