//! Consensus of marked spans of a text.
//!
//! Offsets are Unicode code points, from 0 on; a span ends before its `end`. A vote counts who
//! marked each character with each label ([`by_characters`]), as the truth of SemEval-2021 Task 5
//! was made (Pavlopoulos, Sorensen, Laugier & Androutsopoulos 2021, "Toxic spans detection"): what
//! most annotators marked, character by character. Or it counts whole spans ([`by_whole_spans`]),
//! for marks with agreed borders, such as names. Labels are independent, so agreed spans of
//! different labels may overlap, and those of [`by_whole_spans`] also within a label.

mod interval;
mod vote;

use interval::dice;
pub use vote::{AgreedSpan, Quorum, by_characters, by_whole_spans};

use super::grouped::{Answer, Grouped};
use super::numbers::real;
use super::outcome::Standing;
use super::settings::SettingError;

/// A marked part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// What it was marked as, from 0 on.
    pub label: u32,
    /// Its first code point, from 0 on.
    pub start: u32,
    /// The code point after its last, above `start`.
    pub end: u32,
}

/// The spans that one reviewer marked in one item's text; none is an answer too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marking {
    /// Which item, from 0 on.
    pub item: u32,
    /// Who marked, from 0 on.
    pub reviewer: u32,
    /// What they marked; may overlap.
    pub spans: Vec<Span>,
}

/// A span without a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("reviewer {reviewer} marked item {item} from {} to {}", .span.start, .span.end)]
pub struct EmptySpan {
    /// In which item.
    pub item: u32,
    /// By whom.
    pub reviewer: u32,
    /// The span.
    pub span: Span,
}

/// Markings of one question, grouped by item. A reviewer's newest marking of an item counts; the
/// spans of each are in order, without repeats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markings(Grouped<Marking>);

impl Answer for Marking {
    fn whose(&self) -> (u32, u32) {
        (self.item, self.reviewer)
    }
}

impl Markings {
    /// Groups markings, given in the order in which they were made.
    ///
    /// # Errors
    ///
    /// When a span does not end after its start.
    pub fn new(made: Vec<Marking>) -> Result<Self, EmptySpan> {
        let mut made = made;
        for Marking { item, reviewer, spans } in &mut made {
            if let Some(span) = spans.iter().find(|span| span.end <= span.start) {
                return Err(EmptySpan { item: *item, reviewer: *reviewer, span: *span });
            }
            spans.sort_unstable();
            spans.dedup();
        }
        Ok(Self(Grouped::new(made)))
    }

    /// How many items there are.
    pub fn items(&self) -> usize {
        self.0.items()
    }

    /// How many reviewers there are.
    pub fn reviewers(&self) -> usize {
        self.0.reviewers()
    }

    /// The markings of one item, by reviewer.
    ///
    /// # Panics
    ///
    /// When there is no such item.
    pub fn of_item(&self, item: usize) -> &[Marking] {
        self.0.of_item(item)
    }
}

/// How far each two reviewers of a text mark alike, text by text: the mean over the pairs of the F1
/// between what they cover with each label (G. Hripcsak, A. S. Rothschild, "Agreement, the
/// F-measure, and reliability in information retrieval", 2005); 1 where neither marked anything.
/// `None` for a text that fewer than two marked.
pub fn pair_scores(markings: &Markings) -> Vec<Option<f64>> {
    let of_item = |item: usize| {
        let covered: Vec<Vec<Span>> =
            markings.of_item(item).iter().map(|one| interval::union(&one.spans)).collect();
        let (mut pairs, mut sum) = (0_usize, 0.0);
        for (at, one) in covered.iter().enumerate() {
            for other in &covered[at + 1..] {
                pairs += 1;
                sum += dice(one, other);
            }
        }
        (pairs > 0).then(|| sum / real(pairs))
    };
    (0..markings.items()).map(of_item).collect()
}

/// What is thought of each reviewer, by number. The quality is how far their marks cover the same
/// characters with the same labels as those of a colleague on the same item: the mean of the F1
/// between the two (twice what both marked, by the sum of what each marked; 1 where neither marked
/// anything), over all colleagues and items. `None` where no item was shared.
pub fn standings(markings: &Markings) -> Vec<Standing> {
    let mut sums = vec![(0_usize, 0_usize, 0.0); markings.reviewers()];
    for item in 0..markings.items() {
        let of_item = markings.of_item(item);
        let covered: Vec<Vec<Span>> =
            of_item.iter().map(|one| interval::union(&one.spans)).collect();
        for (at, one) in of_item.iter().enumerate() {
            let (made, compared, sum) = &mut sums[one.reviewer as usize];
            *made += 1;
            for (other, spans) in covered.iter().enumerate().filter(|(other, _)| *other != at) {
                *compared += 1;
                // In one order for both, so that both get the same bits.
                *sum +=
                    if at < other { dice(&covered[at], spans) } else { dice(spans, &covered[at]) };
            }
        }
    }
    let standing = |(judgements, compared, sum): (usize, usize, f64)| Standing {
        judgements,
        quality: (compared > 0).then(|| sum / real(compared)),
    };
    sums.into_iter().map(standing).collect()
}
