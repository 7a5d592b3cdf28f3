//! Toxic spans: what 3,579 workers marked in 16,100 comments, 59,215 times, with five labels
//! (Pavlopoulos, Sorensen, Laugier & Androutsopoulos 2021).

use std::collections::HashMap;

use vouch_stats::consensus::spans::{
    Marking, Markings, Quorum, Span, by_characters, by_whole_spans, standings,
};
use vouch_stats::judgements::Names;

use crate::{csv, shared};

#[test]
fn comments_have_agreed_spans() {
    let (Some(annotations), Some(spans), Some(comments)) = (
        shared("annotation/toxic-spans/annotations.csv"),
        shared("annotation/toxic-spans/spans.csv"),
        shared("annotation/toxic-spans/comments.csv"),
    ) else {
        return;
    };
    let (mut labels, mut texts, mut workers) =
        (Names::default(), Names::default(), Names::default());
    let mut marked: HashMap<String, Vec<Span>> = HashMap::new();
    for row in csv::records(&spans) {
        let offset = |text: &str| text.parse().unwrap();
        let label = labels.number(&row[1]).unwrap();
        let span = Span { label, start: offset(&row[2]), end: offset(&row[3]) };
        marked.entry(row[0].clone()).or_default().push(span);
    }
    let mut made = Vec::new();
    for row in csv::records(&annotations) {
        let item = texts.number(&row[1]).unwrap();
        let reviewer = workers.number(&row[2]).unwrap();
        made.push(Marking { item, reviewer, spans: marked.remove(&row[0]).unwrap_or_default() });
    }
    assert!(marked.is_empty(), "spans of annotations that are not there");
    assert_eq!((made.len(), texts.names().len()), (59_215, 16_100));
    let markings = Markings::new(made).unwrap();
    let kept: usize = (0..markings.items()).map(|item| markings.of_item(item).len()).sum();
    let text: HashMap<String, String> =
        csv::records(&comments).into_iter().map(|mut row| (row.remove(0), row.remove(0))).collect();
    let (mut by_letter, mut letters, mut whole, mut with) = (0, 0, 0, 0);
    for item in 0..markings.items() {
        let of_item = markings.of_item(item);
        let agreed = by_characters(of_item, Quorum::Majority);
        for one in &agreed {
            assert!(one.lowest > 0.5 && one.support >= one.lowest && one.support <= one.highest);
            assert!(2 * one.reviewers.len() > of_item.len());
            letters += one.span.end - one.span.start;
        }
        by_letter += agreed.len();
        with += usize::from(!agreed.is_empty());
        whole += by_whole_spans(of_item, Quorum::Majority).len();
    }
    println!(
        "{kept} markings: {by_letter} spans, {letters} characters in {with} comments; {whole} whole"
    );
    // As a count of every character on its own finds them.
    assert_eq!((kept, by_letter, letters, with, whole), (59_214, 9_259, 67_285, 7_897, 6_769));
    let qualities: Vec<f64> = standings(&markings).iter().filter_map(|one| one.quality).collect();
    assert!(qualities.iter().all(|quality| (0.0..=1.0).contains(quality)));
    // One comment, to be read: offsets count characters.
    let first = &text[&texts.names()[0]];
    let words: Vec<String> = by_characters(markings.of_item(0), Quorum::Reviewers(2))
        .iter()
        .map(|one| {
            let (start, end) = (one.span.start as usize, one.span.end as usize);
            first.chars().skip(start).take(end - start).collect()
        })
        .collect();
    assert_eq!(words, ["ABNORMAL", "sexist rubbish"]);
}
