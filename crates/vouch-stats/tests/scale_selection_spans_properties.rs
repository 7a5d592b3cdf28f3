//! What holds for numbers on a scale, for several categories at once and for marked spans.

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use vouch_stats::consensus::scale::{Rating, Ratings, Summary, summarise};
use vouch_stats::consensus::selection::{Selection, Selections, per_option};
use vouch_stats::consensus::spans::{
    Marking, Markings, Quorum, Span, by_characters, by_whole_spans, standings,
};
use vouch_stats::consensus::{TieRule, majority};

proptest! {
    #[test]
    fn a_summary_lies_among_its_numbers(
        (values, other) in vec(-1e3_f64..1e3, 0..20)
            .prop_flat_map(|made| (Just(made.clone()), Just(made).prop_shuffle()))
    ) {
        let summary = Summary::of(values.iter().copied());
        prop_assert_eq!(summary, Summary::of(other));
        prop_assert_eq!(summary.is_none(), values.is_empty());
        if let Some(found) = summary {
            for middle in [found.mean, found.median, found.lower_median] {
                prop_assert!(found.lowest <= middle && middle <= found.highest);
            }
            prop_assert_eq!(found.deviation.is_none(), values.len() == 1);
        }
        let rated = values.iter().zip(0_u32..).map(|(value, number)| Rating {
            item: number % 3, reviewer: number % 4, value: *value
        });
        let ratings = Ratings::new(rated.collect()).unwrap();
        for one in summarise(&ratings).reviewers {
            prop_assert!(one.distance.is_none_or(|distance| distance >= one.bias.unwrap().abs() - 1e-9));
        }
    }

    #[test]
    fn options_are_judged_each_on_its_own(
        made in vec((0_u32..4, 0_u32..4, btree_set(0_u32..4, 0..4)), 0..20)
    ) {
        let made = made.into_iter()
            .map(|(item, reviewer, options)| Selection { item, reviewer, options });
        let selections = Selections::new(made.collect(), 4);
        let selected = per_option(&selections, majority);
        let items = selections.all().last().map_or(0, |last| last.item as usize + 1);
        for (item, option) in (0..items).flat_map(|item| (0..4).map(move |option| (item, option))) {
            let of_item = || selections.all().iter().filter(|one| one.item as usize == item);
            let chose = of_item().filter(|one| one.options.contains(&u32::try_from(option).unwrap()));
            let (chose, all) = (chose.count(), of_item().count());
            let expected = match (2 * chose).cmp(&all) {
                std::cmp::Ordering::Less => Some(false),
                std::cmp::Ordering::Equal => None,
                std::cmp::Ordering::Greater => Some(true),
            };
            prop_assert_eq!(selected.is_chosen(item, option, TieRule::Undecided), expected);
        }
    }

    /// The vote over borders finds what counting every character on its own finds.
    #[test]
    fn spans_are_what_counting_characters_finds(
        made in vec((0_u32..3, 0_u32..5, vec((0_u32..2, 0_u32..12, 1_u32..6), 0..4)), 0..10),
        needed in 1_u32..4,
    ) {
        let made = made.into_iter().map(|(item, reviewer, spans)| Marking {
            item,
            reviewer,
            spans: spans.into_iter()
                .map(|(label, start, length)| Span { label, start, end: start + length })
                .collect(),
        });
        let markings = Markings::new(made.collect()).unwrap();
        for item in 0..markings.items() {
            let of_item = markings.of_item(item);
            let marks = |label: u32, at: u32| of_item.iter().filter(|one| one.spans.iter().any(
                |span| span.label == label && span.start <= at && at < span.end
            )).count();
            let share = f64::from(needed) / 3.0;
            let quorums = [
                (Quorum::Majority, of_item.len() / 2 + 1),
                (Quorum::Reviewers(needed), needed as usize),
                (Quorum::share(share).unwrap(), (needed as usize * of_item.len()).div_ceil(3).max(1)),
            ];
            for (quorum, enough) in quorums {
                let agreed = by_characters(of_item, quorum);
                for (label, at) in (0..2).flat_map(|label| (0..20).map(move |at| (label, at))) {
                    let is_in = agreed.iter().filter(|one| {
                        one.span.label == label && one.span.start <= at && at < one.span.end
                    });
                    let votes = marks(label, at);
                    prop_assert_eq!(is_in.count(), usize::from(votes >= enough));
                }
                for one in &agreed {
                    let counts: Vec<usize> =
                        (one.span.start..one.span.end).map(|at| marks(one.span.label, at)).collect();
                    let real = |count: usize| f64::from(u16::try_from(count).unwrap());
                    let share = |votes: usize| real(votes) / real(of_item.len());
                    let mean = counts.iter().map(|votes| share(*votes)).sum::<f64>() / real(counts.len());
                    prop_assert!((one.support - mean).abs() < 1e-12);
                    prop_assert!((one.lowest - share(*counts.iter().min().unwrap())).abs() < 1e-12);
                    prop_assert!((one.highest - share(*counts.iter().max().unwrap())).abs() < 1e-12);
                    // As long as can be: no character before or after belongs to it.
                    prop_assert!(marks(one.span.label, one.span.end) < enough);
                }
                for one in by_whole_spans(of_item, quorum) {
                    let by = of_item.iter().filter(|marking| marking.spans.contains(&one.span));
                    let by: Vec<u32> = by.map(|marking| marking.reviewer).collect();
                    prop_assert!(by.len() >= enough);
                    prop_assert_eq!(by, one.reviewers);
                }
            }
        }
        for one in standings(&markings) {
            prop_assert!(one.quality.is_none_or(|quality| (0.0..=1.0).contains(&quality)));
        }
    }
}
