//! The majority: every judgement has one vote.

use super::numbers::real;
use super::outcome::{Consensus, shares};
use crate::Judgements;

/// Counts votes. The posterior of a category is its share of an item's votes.
///
/// The quality of a reviewer is how often a colleague on the same item said the same, the mean
/// over the items that they shared with anyone: their own vote does not speak for them. `None`
/// where they shared none. An item that nobody judged has equal shares.
pub fn majority(judgements: &Judgements) -> Consensus {
    let categories = judgements.categories();
    let mut met = vec![(0_usize, 0.0); judgements.reviewers()];
    let mut votes = vec![0_usize; categories];
    for of_item in judgements.by_item().filter(|of_item| of_item.len() > 1) {
        votes.fill(0);
        for one in of_item {
            votes[one.category as usize] += 1;
        }
        let colleagues = real(of_item.len() - 1);
        for one in of_item {
            let (shared, agreed) = &mut met[one.reviewer as usize];
            *shared += 1;
            *agreed += real(votes[one.category as usize] - 1) / colleagues;
        }
    }
    let qualities =
        met.into_iter().map(|(shared, agreed)| (shared > 0).then(|| agreed / real(shared)));
    Consensus::new(judgements, shares(judgements), qualities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Judgement;
    use crate::consensus::TieRule;

    fn judged(made: &[(u32, u32, u32)], categories: usize) -> Judgements {
        let made =
            made.iter().map(|&(item, reviewer, category)| Judgement { item, reviewer, category });
        Judgements::new(made.collect(), categories)
    }

    #[test]
    fn shares_are_posteriors_and_others_speak_for_a_reviewer() {
        let judgements =
            judged(&[(0, 0, 1), (0, 1, 1), (0, 2, 0), (2, 0, 0), (2, 1, 1), (3, 3, 1)], 2);
        let consensus = majority(&judgements);
        assert_eq!(consensus.posterior(0), [1.0 / 3.0, 2.0 / 3.0]);
        assert_eq!(consensus.posterior(1), [0.5, 0.5]);
        assert_eq!(consensus.answers(TieRule::Undecided), [Some(1), None, None, Some(1)]);
        assert_eq!(consensus.answers(TieRule::First), [Some(1), None, Some(0), Some(1)]);
        let qualities: Vec<_> = consensus.reviewers().iter().map(|one| one.quality).collect();
        assert_eq!(qualities, [Some(0.25), Some(0.25), Some(0.0), None]);
        let made: Vec<_> = consensus.reviewers().iter().map(|one| one.judgements).collect();
        assert_eq!(made, [2, 2, 1, 1]);
        let support: Vec<_> = consensus.contributions(&judgements, 0).map(|c| c.support).collect();
        assert_eq!(support, [2.0 / 3.0, 2.0 / 3.0, 1.0 / 3.0]);
    }

    #[test]
    fn nothing_gives_nothing() {
        let consensus = majority(&judged(&[], 0));
        assert_eq!((consensus.items(), consensus.categories()), (0, 0));
        assert!(consensus.answers(TieRule::First).is_empty());
    }
}
