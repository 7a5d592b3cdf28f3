//! How sure one can be of the answer to a question, from who answered what: the one-coin model
//! with a uniform prior over answers.

/// One answer, and how often its giver is right, above 0 and below 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Vote<'a> {
    /// What was answered.
    pub label: &'a str,
    /// How often who answers is right.
    pub accuracy: f64,
}

/// How often a reviewer is right, from `right` of `of` answers that could be compared: smoothed by
/// five more of which four are right, so that nobody is believed or doubted for ever.
pub fn accuracy(right: u64, of: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of reviews are small")]
    let share = (right as f64 + 4.0) / (of as f64 + 5.0);
    share
}

/// The likeliest answer with its posterior, where `classes` answers are possible. Someone who is
/// right with the probability p gives each of the other answers with (1 - p) / (classes - 1).
/// Among equals the first that was given. `None` without votes.
pub fn posterior<'a>(votes: &[Vote<'a>], classes: usize) -> Option<(&'a str, f64)> {
    let classes = u32::try_from(classes.max(2)).unwrap_or(u32::MAX);
    let others = f64::from(classes - 1);
    let mut labels: Vec<&str> = Vec::new();
    for vote in votes {
        if !labels.contains(&vote.label) {
            labels.push(vote.label);
        }
    }
    // Log-odds against an answer that nobody gave.
    let weight = |vote: &Vote<'_>| {
        let p = vote.accuracy.clamp(1e-6, 1.0 - 1e-6);
        (p * others / (1.0 - p)).ln()
    };
    let sums: Vec<f64> = labels
        .iter()
        .map(|label| votes.iter().filter(|v| v.label == *label).map(weight).sum())
        .collect();
    let highest = sums.iter().copied().fold(0.0, f64::max);
    let unnamed = f64::from(classes) - f64::from(u32::try_from(labels.len()).unwrap_or(0));
    let total: f64 = sums.iter().map(|sum| (sum - highest).exp()).sum::<f64>()
        + unnamed.max(0.0) * (-highest).exp();
    let mut best: Option<(&str, f64)> = None;
    for (label, sum) in labels.iter().zip(&sums) {
        if best.is_none_or(|(_, most)| *sum > most) {
            best = Some((label, *sum));
        }
    }
    best.map(|(label, sum)| (label, (sum - highest).exp() / total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn votes(labels: &[&'static str], accuracy: f64) -> Vec<Vote<'static>> {
        labels.iter().map(|label| Vote { label, accuracy }).collect()
    }

    #[test]
    fn bayes_by_hand() {
        // Two of three say a, each right with 0.8, two classes: .8*.8*.2 / (.8*.8*.2 + .2*.2*.8).
        let (label, p) = posterior(&votes(&["a", "b", "a"], 0.8), 2).unwrap();
        assert_eq!(label, "a");
        assert!((p - 0.8).abs() < 1e-12, "{p}");
        // One vote among four classes: the voter's accuracy.
        let (_, p) = posterior(&votes(&["x"], 0.8), 4).unwrap();
        assert!((p - 0.8).abs() < 1e-12, "{p}");
        assert_eq!(posterior(&[], 2), None);
    }

    #[test]
    fn the_first_of_equals() {
        let (label, p) = posterior(&votes(&["b", "a"], 0.9), 2).unwrap();
        assert_eq!(label, "b");
        assert!((p - 0.5).abs() < 1e-12);
    }

    #[test]
    fn accuracy_starts_at_four_fifths() {
        assert!((accuracy(0, 0) - 0.8).abs() < 1e-12);
        assert!(accuracy(0, 100) < 0.05);
        assert!(accuracy(100, 100) < 1.0);
    }
}
