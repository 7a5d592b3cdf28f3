//! What other tools export, read as they wrote it (see exports/make.py).
#![cfg(test)]

use std::fs::File;
use std::io::Cursor;
use std::path::Path;

use serde_json::{Value, json};
use vouch_domain::review::{Item, ItemKind, Rubric};
use vouch_files::rows::{Format, Source};
use vouch_files::{Annotations, Fit, Fitted, Infer, Inferred, Layout, LeftOut, Mapping, Reader};

fn file(name: &str) -> Source {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports");
    Source::File(File::open(folder.join(name)).unwrap())
}

fn text(text: &str) -> Source {
    Source::Stream(Box::new(Cursor::new(text.as_bytes().to_vec())))
}

/// The rubric that a file shows.
fn infer(source: Source) -> Inferred {
    let mut reader = Reader::open(source, None, None, Mapping::default()).unwrap();
    let mut infer = Infer::default();
    while let Some(read) = reader.read().unwrap() {
        read.outcome.iter().for_each(|entry| infer.take(entry));
    }
    infer.finish().unwrap()
}

struct Taken {
    layout: Layout,
    fitted: Vec<Fitted>,
    rejected: Vec<(u64, String)>,
    left_out: LeftOut,
}

/// All tasks of a file, for a queue with this rubric.
fn take(source: Source, rubric: &Inferred, annotations: Annotations) -> Taken {
    let mapping = Mapping { item: Some(rubric.item), ..Mapping::default() };
    let mut reader = Reader::open(source, None, None, mapping).unwrap();
    let fit = Fit::new(Rubric::new(rubric.rubric.clone()).unwrap(), annotations);
    let (mut fitted, mut rejected, mut left_out) = (vec![], vec![], LeftOut::default());
    while let Some(read) = reader.read().unwrap() {
        match read.outcome.and_then(|entry| fit.fit(entry, &mut left_out)) {
            Ok(one) => fitted.push(one),
            Err(reason) => rejected.push((read.line, reason)),
        }
    }
    left_out.extend(reader.left_out().clone());
    Taken { layout: reader.layout().unwrap(), fitted, rejected, left_out }
}

fn questions(inferred: &Inferred) -> Value {
    let all = inferred.rubric.questions.iter().map(|question| {
        let options: Vec<&str> =
            question.kind.options().iter().map(|option| option.key.as_str()).collect();
        json!([question.key, question.kind.as_str(), options, question.required])
    });
    all.collect()
}

/// Who answered what, task by task.
fn said(taken: &Taken) -> Value {
    let of = |one: &Fitted| -> Value {
        one.reviews.iter().map(|review| json!([review.by.name, review.answers])).collect()
    };
    taken.fitted.iter().map(of).collect()
}

fn field<'a>(one: &'a Fitted, name: &str) -> &'a Value {
    let Item::Record { fields } = &one.task.item else { panic!("{:?}", one.task.item) };
    &fields[name]
}

#[test]
fn label_studio_json() {
    let found = infer(file("label-studio.json"));
    assert_eq!(found.item, ItemKind::Record);
    assert_eq!(
        questions(&found),
        json!([
            ["sentiment", "category", ["Negative", "Positive"], true],
            ["quality", "rating", [], true],
            ["note", "text", [], true],
            ["ner", "spans", ["LOC", "PER"], true],
        ])
    );
    let taken = take(file("label-studio.json"), &found, Annotations::Reviews);
    assert_eq!(taken.layout, Layout::LabelStudio);
    assert_eq!(taken.rejected, []);
    // The converter counts as browsers do: the smiley is one code point, and two there.
    let ada = json!({"sentiment": "Positive", "quality": 5, "note": "fine", "ner": [
        {"start": 2, "end": 5, "label": "PER"}, {"start": 17, "end": 21, "label": "LOC"}]});
    let bob = json!({"sentiment": "Negative", "quality": 2, "note": "fine",
        "ner": [{"start": 2, "end": 5, "label": "PER"}]});
    let oslo = json!({"sentiment": "Negative", "quality": 3, "note": "brr",
        "ner": [{"start": 0, "end": 4, "label": "LOC"}]});
    assert_eq!(
        said(&taken),
        json!([[["Ada@Example.com", ada], ["bob@example.com", bob]], [["Ada@Example.com", oslo]]])
    );
    let first = &taken.fitted[0];
    assert_eq!(first.reviews[0].by.email().unwrap(), "ada@example.com");
    assert_eq!(first.reviews[0].active_ms, 12_500);
    assert_eq!(first.reviews[0].at.unwrap().to_string(), "2024-05-01T10:00:00.000000Z");
    assert_eq!(field(first, "text"), "😀 Ada met Bob in Rome.");
    let suggestion = first.task.suggestion.as_ref().unwrap();
    assert_eq!((suggestion.source.as_str(), suggestion.score), ("m1", Some(0.8)));
    assert_eq!(json!(suggestion.answers), json!({"sentiment": "Positive"}));
    assert_eq!(json!(taken.left_out.0), json!({"skipped annotations": 1}));
}

#[test]
fn label_studio_json_min() {
    let found = infer(file("label-studio-min.json"));
    let kinds: Vec<_> =
        found.rubric.questions.iter().map(|q| (q.key.as_str(), q.kind.as_str())).collect();
    let rest = [("quality", "rating"), ("note", "category"), ("ner", "spans")];
    assert_eq!(kinds, [&[("sentiment", "category")], &rest[..]].concat());
    let taken = take(file("label-studio-min.json"), &found, Annotations::Reviews);
    assert_eq!((taken.layout, taken.rejected.len()), (Layout::LabelStudioMin, 0));
    // The same answers as in the long form, an annotation in each row.
    let long = infer(file("label-studio.json"));
    let long = said(&take(file("label-studio.json"), &long, Annotations::Reviews));
    let long: Vec<Value> =
        long.as_array().unwrap().iter().flat_map(|t| t.as_array().unwrap().clone()).collect();
    let short: Vec<Value> = said(&taken)
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|t| t.as_array().unwrap().clone())
        .collect();
    // The cancelled one is not in this form.
    assert_eq!(short, long);
    assert_eq!(taken.fitted[0].task.key, taken.fitted[1].task.key);
}

#[test]
fn label_studio_comparisons() {
    let found = infer(file("label-studio-compare.json"));
    assert_eq!(found.item, ItemKind::Responses);
    assert_eq!(questions(&found), json!([["better", "preference", [], true]]));
    let taken = take(file("label-studio-compare.json"), &found, Annotations::Reviews);
    let choice = |choice| json!([["3", {"better": {"choice": choice, "strength": 1}}]]);
    assert_eq!(said(&taken), json!([choice("b"), choice("a")]));
    let Item::Responses { prompt, responses, .. } = &taken.fitted[0].task.item else { panic!() };
    assert_eq!(prompt[0].text(), "Why?");
    assert_eq!(responses[1].text.as_deref(), Some("No."));
    assert_eq!(taken.fitted[0].reviews[0].by.email(), None);
}

#[test]
fn argilla_nested_and_flat() {
    for (name, drafts) in [("argilla.json", false), ("argilla-flat.jsonl", true)] {
        let found = infer(file(name));
        let mut kinds: Vec<_> =
            found.rubric.questions.iter().map(|q| (q.key.as_str(), q.kind.as_str())).collect();
        kinds.sort_unstable();
        let expected = [
            ("places", "spans"),
            ("quality", "rating"),
            ("sentiment", "category"),
            ("topics", "multi_category"),
        ];
        assert_eq!(kinds, expected, "{name}");
        let taken = take(file(name), &found, Annotations::Reviews);
        assert_eq!(taken.layout, Layout::Argilla);
        assert_eq!(taken.rejected, []);
        let first = json!({"places": [{"start": 10, "end": 15, "label": "PLACE"}], "quality": 2,
            "sentiment": "positive", "topics": ["food", "travel"]});
        let reviews = &taken.fitted[0].reviews;
        let first_id = "00000000-0000-0000-0000-000000000001";
        let one = reviews.iter().find(|review| review.by.name == first_id).unwrap();
        assert_eq!(json!(one.answers), first);
        // Only the flat form says what is a draft.
        assert_eq!(reviews.len(), if drafts { 2 } else { 3 }, "{name}");
        let suggestion = taken.fitted[1].task.suggestion.as_ref().unwrap();
        assert_eq!((suggestion.source.as_str(), suggestion.score), ("model-1", Some(0.4)));
        assert_eq!(taken.fitted[0].task.key.as_deref(), Some("rec-1"));
    }
}

#[test]
fn argilla_rankings() {
    let found = infer(file("argilla-ranking.json"));
    assert_eq!(found.item, ItemKind::Responses);
    let taken = take(file("argilla-ranking.json"), &found, Annotations::Reviews);
    let of = |n: usize| json!(taken.fitted[n].reviews[0].answers);
    assert_eq!(of(0), json!({"rank": [[0], [1]]}));
    assert_eq!(of(1), json!({"rank": [[1], [0]]}));
    let Item::Responses { prompt, responses, .. } = &taken.fitted[0].task.item else { panic!() };
    assert_eq!(prompt[0].text(), "Why?");
    assert_eq!(responses[0].label.as_deref(), Some("reply-1"));
}

#[test]
fn prodigy_spans() {
    let found = infer(file("prodigy.jsonl"));
    assert_eq!(questions(&found), json!([["spans", "spans", ["LOC", "PER"], true]]));
    let taken = take(file("prodigy.jsonl"), &found, Annotations::Reviews);
    assert_eq!(taken.layout, Layout::Prodigy);
    let ada =
        json!([{"start": 2, "end": 5, "label": "PER"}, {"start": 15, "end": 19, "label": "LOC"}]);
    let bob = json!([{"start": 2, "end": 5, "label": "PER"}]);
    assert_eq!(said(&taken), json!([[["ada", {"spans": ada}]], [["bob", {"spans": bob}]], []]));
    // One input, two people; line 5 has a place beyond its text.
    assert_eq!(taken.fitted[0].task.key.as_deref(), Some("101"));
    assert_eq!(taken.fitted[1].task.key.as_deref(), Some("101"));
    assert_eq!(taken.rejected, [(5, "there is no place from 0 to 9 in the text".to_owned())]);
    assert_eq!(json!(taken.left_out.0), json!({"ignored examples": 1}));
}

#[test]
fn prodigy_choices_and_comparisons() {
    let found = infer(file("prodigy-choice.jsonl"));
    assert_eq!(questions(&found), json!([["choice", "category", ["Negative", "Positive"], true]]));
    let taken = take(file("prodigy-choice.jsonl"), &found, Annotations::Reviews);
    assert_eq!(json!(taken.fitted[0].reviews[0].answers), json!({"choice": "Positive"}));
    let found = infer(file("prodigy-compare.jsonl"));
    assert_eq!(questions(&found), json!([["preference", "preference", [], true]]));
    let taken = take(file("prodigy-compare.jsonl"), &found, Annotations::Reviews);
    let of = |n: usize| json!(taken.fitted[n].reviews[0].answers)["preference"]["choice"].clone();
    assert_eq!((of(0), of(1)), (json!("a"), json!("b")));
    let Item::Responses { responses, .. } = &taken.fitted[0].task.item else { panic!() };
    assert_eq!(responses[0].label.as_deref(), Some("B"));
}

#[test]
fn parquet_as_pandas_writes_it() {
    let mut reader = Reader::open(file("rows.parquet"), None, None, Mapping::default()).unwrap();
    assert_eq!((reader.format(), reader.total()), (Format::Parquet, Some(3)));
    let first = reader.read().unwrap().unwrap();
    let expected = json!({"id": "a", "text": "Hallo 😀", "score": 1.5, "n": 1, "tags": ["x", "y"],
        "at": "2024-05-01T10:00:00.000000Z", "gold.good": true});
    assert_eq!((first.line, first.row), (1, expected));
    let second = reader.read().unwrap().unwrap();
    assert_eq!(second.row.get("score"), None);
    let entry = first.outcome.unwrap();
    assert_eq!(entry.key.as_deref(), Some("a"));
    assert_eq!(entry.gold.unwrap().0[0].question, "good");
    let Item::Record { fields } = entry.item else { panic!() };
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["text", "score", "n", "tags", "at"]);
}

#[test]
fn gold_is_what_the_file_calls_true_or_all_say() {
    let annotation = |choice: &str, truth: bool| {
        json!({"completed_by": 1, "ground_truth": truth, "result": [{"from_name": "good",
            "to_name": "text", "type": "choices", "value": {"choices": [choice]}}]})
    };
    let task = |id: u32, all: Value| json!({"id": id, "data": {"text": "x"}, "annotations": all});
    let tasks = json!([
        task(1, json!([annotation("yes", false), annotation("no", true)])),
        task(2, json!([annotation("yes", false), annotation("yes", false)])),
        task(3, json!([annotation("yes", false), annotation("no", false)])),
        task(4, json!([])),
    ])
    .to_string();
    let found = infer(text(&tasks));
    let taken = take(text(&tasks), &found, Annotations::Gold);
    let gold: Vec<Value> = taken
        .fitted
        .iter()
        .map(|one| one.task.gold.as_ref().map_or(Value::Null, |gold| json!(gold.answers)))
        .collect();
    assert_eq!(gold, [json!({"good": "no"}), json!({"good": "yes"}), Value::Null]);
    assert!(taken.rejected[0].1.contains("annotations differ"), "{:?}", taken.rejected);
    assert!(taken.fitted.iter().all(|one| one.reviews.is_empty()));
}

#[test]
fn a_broken_row_spoils_no_other_and_its_line_is_told() {
    let lines = |text_: &str| {
        let mut reader = Reader::open(text(text_), None, None, Mapping::default()).unwrap();
        let mut all = Vec::new();
        while let Some(read) = reader.read().unwrap() {
            all.push((read.line, read.outcome.is_ok()));
        }
        all
    };
    assert_eq!(lines("{\"a\":1}\r\n\r\n{oops\n{\"a\":2}"), [(1, true), (3, false), (4, true)]);
    assert_eq!(
        lines("[\n{\"a\":\n1},\n{\"a\" 2},\n\n7, {\"a\":\"]}\\\"\"}]\n"),
        [(2, true), (4, false), (6, false), (6, true)]
    );
    assert_eq!(lines("[{\"a\":1}, {\"a\":2"), [(1, true), (1, false)]);
    // Blank lines, DOS lines, and breaks within a cell.
    assert_eq!(
        lines("id,text\r\n\r\n1,x\r\n\r\n2,\"a\r\nb\"\r\n3\r\n4,y"),
        [(3, true), (5, true), (7, false), (8, true)]
    );
    assert_eq!(
        lines("id,text\n\n1,x\n\n2,\"a\nb\"\n3\n4,y\n"),
        [(3, true), (5, true), (7, false), (8, true)]
    );
    assert_eq!(lines("\u{feff}id\ttext\n1\tx\n"), [(2, true)]);
}
