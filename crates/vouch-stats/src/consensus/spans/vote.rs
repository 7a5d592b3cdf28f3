//! Votes over the spans of one item.

use std::collections::BTreeMap;

use super::interval::{ratio, union};
use super::{Marking, SettingError, Span};

/// How many of an item's reviewers have to have marked something.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Quorum {
    /// More than half of them; a tie is not marked.
    #[default]
    Majority,
    /// At least so many, at least 1: two, say, whatever the number of reviewers.
    Reviewers(u32),
    /// At least this share of them; see [`Quorum::share`].
    Share(Share),
}

/// A share above 0 and up to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(f64);

impl Quorum {
    /// At least this share of an item's reviewers.
    ///
    /// # Errors
    ///
    /// When it is not above 0 and up to 1.
    pub fn share(share: f64) -> Result<Self, SettingError> {
        if share > 0.0 && share <= 1.0 {
            return Ok(Self::Share(Share(share)));
        }
        Err(SettingError { what: "share", value: share, range: "above 0, up to 1" })
    }

    /// Whether so many of all are enough.
    fn is_met(self, marked: usize, all: usize) -> bool {
        match self {
            Self::Majority => 2 * marked > all,
            Self::Reviewers(needed) => marked >= needed.max(1) as usize,
            // A share of 0.6 of five is three, whatever rounding says.
            Self::Share(Share(share)) => {
                let (marked, all) = (super::real(marked), super::real(all));
                marked > 0.0 && marked + 1e-9 >= share * all
            }
        }
    }
}

/// A span that enough reviewers marked.
#[derive(Clone, Debug, PartialEq)]
pub struct AgreedSpan {
    /// The span.
    pub span: Span,
    /// The share of the item's reviewers who marked a character of it with its label, on average
    /// over its characters; above 0, up to 1.
    pub support: f64,
    /// The smallest such share of one of its characters.
    pub lowest: f64,
    /// The largest such share of one of its characters.
    pub highest: f64,
    /// Who marked any of it with its label, in order.
    pub reviewers: Vec<u32>,
}

/// The longest spans of which each character was marked with the label by enough reviewers, by
/// label and start. Several marks of one reviewer over one character with one label are one vote.
///
/// `markings` are those of one item; the order does not matter.
pub fn by_characters(markings: &[Marking], quorum: Quorum) -> Vec<AgreedSpan> {
    let covered: Vec<(u32, Vec<Span>)> = markings
        .iter()
        .map(|one| {
            let mut spans = one.spans.clone();
            spans.sort_unstable();
            (one.reviewer, union(&spans))
        })
        .collect();
    // How many more reviewers than before mark the text from here on, for each label.
    let mut steps: BTreeMap<(u32, u32), i64> = BTreeMap::new();
    for span in covered.iter().flat_map(|(_, spans)| spans) {
        *steps.entry((span.label, span.start)).or_default() += 1;
        *steps.entry((span.label, span.end)).or_default() -= 1;
    }
    let mut agreed: Vec<Counted> = Vec::new();
    let mut marked = 0_i64;
    let mut borders = steps.iter().peekable();
    while let (Some((&(label, start), step)), Some(&(&(_, end), _))) =
        (borders.next(), borders.peek())
    {
        // After the last border of a label nobody marks any more: the next one begins at none.
        marked += step;
        let votes = usize::try_from(marked).unwrap_or(0);
        if votes == 0 || !quorum.is_met(votes, markings.len()) {
            continue;
        }
        let part = Counted::new(Span { label, start, end }, votes as u64);
        match agreed.last_mut() {
            Some(last) if last.span.label == label && last.span.end == start => last.join(&part),
            _ => agreed.push(part),
        }
    }
    let all = markings.len() as u64;
    agreed.into_iter().map(|one| one.agreed(all, &covered)).collect()
}

/// The spans that enough reviewers marked just so, by label, start and end.
///
/// `markings` are those of one item; the order does not matter.
pub fn by_whole_spans(markings: &[Marking], quorum: Quorum) -> Vec<AgreedSpan> {
    let mut marked: BTreeMap<Span, Vec<u32>> = BTreeMap::new();
    for one in markings {
        for span in &one.spans {
            let reviewers = marked.entry(*span).or_default();
            if !reviewers.contains(&one.reviewer) {
                reviewers.push(one.reviewer);
            }
        }
    }
    let enough = marked.into_iter().filter(|(_, by)| quorum.is_met(by.len(), markings.len()));
    let agreed = |(span, mut reviewers): (Span, Vec<u32>)| {
        reviewers.sort_unstable();
        let support = ratio(reviewers.len() as u64, markings.len() as u64);
        AgreedSpan { span, support, lowest: support, highest: support, reviewers }
    };
    enough.map(agreed).collect()
}

/// A span with its votes.
struct Counted {
    span: Span,
    /// The votes of all its characters.
    votes: u64,
    fewest: u64,
    most: u64,
}

impl Counted {
    fn new(span: Span, votes: u64) -> Self {
        let length = u64::from(span.end - span.start);
        Self { span, votes: votes * length, fewest: votes, most: votes }
    }

    fn join(&mut self, next: &Self) {
        self.span.end = next.span.end;
        self.votes += next.votes;
        self.fewest = self.fewest.min(next.fewest);
        self.most = self.most.max(next.most);
    }

    fn agreed(self, all: u64, covered: &[(u32, Vec<Span>)]) -> AgreedSpan {
        let Span { label, start, end } = self.span;
        let touches = |span: &Span| span.label == label && span.start < end && start < span.end;
        let by = covered.iter().filter(|(_, spans)| spans.iter().any(touches));
        let mut reviewers: Vec<u32> = by.map(|(reviewer, _)| *reviewer).collect();
        reviewers.sort_unstable();
        AgreedSpan {
            span: self.span,
            support: ratio(self.votes, all * u64::from(end - start)),
            lowest: ratio(self.fewest, all),
            highest: ratio(self.most, all),
            reviewers,
        }
    }
}
