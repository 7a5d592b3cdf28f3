//! Which category is the answer, and what becomes of a tie.

use super::random;

/// What becomes of an item on which several categories are equally likely.
///
/// The rule shows: on RTE (800 items, ten judgements each, 65 ties) the majority is right for
/// .9188 of the items with [`First`](Self::First) and for about .90 with
/// [`Random`](Self::Random).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TieRule {
    /// No answer: the item is for adjudication. What the queues use, because an answer that a coin
    /// made cannot be told from one that people made.
    #[default]
    Undecided,
    /// The first of the tied categories, as most packages do. It favours the categories that come
    /// first.
    First,
    /// One of the tied categories by chance, which depends on the seed and the item's number
    /// alone: the same item always falls the same way.
    Random {
        /// Another seed, other coins.
        seed: u64,
    },
}

/// Posteriors that are this close are a tie: they differ by nothing but rounding.
const SAME: f64 = 1e-9;

impl TieRule {
    /// The answer for an item with this posterior; `None` where there is no category, and for a
    /// tie that stays [`Undecided`](Self::Undecided).
    pub fn choose(self, posterior: &[f64], item: usize) -> Option<u32> {
        let largest = posterior.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut tied = (0_u32..).zip(posterior).filter(|(_, p)| **p >= largest - SAME);
        let first = tied.clone().next()?.0;
        let count = tied.clone().count();
        match self {
            _ if count == 1 => Some(first),
            Self::Undecided => None,
            Self::First => Some(first),
            Self::Random { seed } => {
                let drawn = random::of_pair(seed, item as u64) % count as u64;
                tied.nth(usize::try_from(drawn).ok()?).map(|(category, _)| category)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_largest_is_the_answer_under_every_rule() {
        for rule in [TieRule::Undecided, TieRule::First, TieRule::Random { seed: 1 }] {
            assert_eq!(rule.choose(&[0.2, 0.5, 0.3], 0), Some(1));
            assert_eq!(rule.choose(&[], 0), None);
        }
    }

    #[test]
    fn a_tie_goes_by_the_rule() {
        let tie = [0.4, 0.2, 0.4 - 1e-12];
        assert_eq!(TieRule::Undecided.choose(&tie, 3), None);
        assert_eq!(TieRule::First.choose(&tie, 3), Some(0));
    }

    #[test]
    fn chance_is_even_and_stays_with_the_item() {
        let rule = TieRule::Random { seed: 5 };
        let tie = [0.0, 0.25, 0.25, 0.25, 0.25];
        let mut counts = [0_u32; 5];
        for item in 0..4_000 {
            let answer = rule.choose(&tie, item).unwrap();
            assert_eq!(rule.choose(&tie, item), Some(answer));
            counts[answer as usize] += 1;
        }
        assert_eq!(counts[0], 0);
        assert!(counts[1..].iter().all(|count| (900..1_100).contains(count)), "{counts:?}");
    }
}
