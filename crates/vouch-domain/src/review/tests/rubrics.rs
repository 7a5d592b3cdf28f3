//! Rubrics: their definition, and the check of answers.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::{ItemKind, ItemShape, Question, Rubric};
use super::{object, rubric, shape};

fn refused(questions: Value) -> String {
    rubric(questions).unwrap_err().to_string()
}

#[test]
fn a_definition_that_is_wrong_says_where() {
    let cases = [
        (json!([]), "/questions: expected 1 to 50 questions, got 0"),
        (json!([{"key": "A", "title": "x", "type": "thumbs"}]), "/questions/0/key:"),
        (json!([{"key": "a", "title": " ", "type": "thumbs"}]), "/questions/0/title:"),
        (
            json!([{"key": "a", "title": "x", "type": "thumbs"}, {"key": "a", "title": "x", "type": "text"}]),
            "/questions/1/key: expected a key that no other question has",
        ),
        (
            json!([{"key": "a", "title": "x", "type": "rating", "min": 1, "max": 12}]),
            "/questions/0/max:",
        ),
        (
            json!([{"key": "a", "title": "x", "type": "rating", "min": 1, "max": 5, "labels": {"6": "x"}}]),
            "/questions/0/labels/6: expected a step from 1 to 5",
        ),
        (
            json!([{"key": "a", "title": "x", "type": "category", "options": [{"key": "p", "title": "P"}, {"key": "p", "title": "Q"}]}]),
            "/questions/0/options/1/key:",
        ),
        (
            json!([{"key": "a", "title": "x", "type": "thumbs", "when": {"question": "b", "is": [true]}}]),
            "/questions/0/when/question: expected the key of an earlier question, got b",
        ),
        (
            json!([{"key": "b", "title": "x", "type": "thumbs"}, {"key": "a", "title": "x", "type": "thumbs", "when": {"question": "b", "is": ["up"]}}]),
            "/questions/1/when/is/0: expected a possible answer to b",
        ),
        (
            json!([{"key": "a", "title": "x", "type": "number", "min": 1, "default": 0}]),
            "/questions/0/default:",
        ),
        (
            json!([{"key": "a", "title": "x", "type": "preference", "strength": 4}]),
            "/questions/0/strength:",
        ),
        (
            json!([{"key": "a", "title": "x", "type": "multi_category", "min_choices": 2, "options": [{"key": "p", "title": "P"}]}]),
            "/questions/0/min_choices:",
        ),
    ];
    for (questions, begin) in cases {
        let error = refused(questions);
        assert!(error.starts_with(begin), "{error} is not {begin}");
    }
}

#[test]
fn questions_fit_their_items() {
    let pair = rubric(json!([{"key": "p", "title": "x", "type": "preference"}])).unwrap();
    assert!(pair.check_for(ItemKind::Responses).is_ok());
    let error = pair.check_for(ItemKind::Log).unwrap_err();
    assert_eq!(error.pointer.to_string(), "/questions/0/type");
    let spans = json!([{"key": "s", "title": "x", "type": "spans", "of": "body", "labels": [{"key": "l", "title": "L"}]}]);
    assert!(rubric(spans.clone()).unwrap().check_for(ItemKind::Record).is_ok());
    assert!(rubric(spans).unwrap().check_for(ItemKind::Log).is_err());
}

fn defects() -> Rubric {
    rubric(json!([
        {"key": "helpful", "title": "Helpful?", "type": "thumbs"},
        {"key": "defect", "title": "Which defect?", "type": "category", "when": {"question": "helpful", "is": [false]},
         "options": [{"key": "wrong", "title": "Wrong"}, {"key": "rude", "title": "Rude"}]},
        {"key": "why", "title": "Why?", "type": "text", "required": false, "when": {"question": "defect", "is": ["wrong"]}},
    ]))
    .unwrap()
}

#[test]
fn what_is_not_asked_must_not_be_answered_and_what_is_asked_must() {
    let check = |given: Value| defects().check(&object(given), &shape());
    assert!(check(json!({"helpful": true})).is_ok());
    let e = check(json!({"helpful": false})).unwrap_err();
    assert_eq!(e.to_string(), "/defect: expected an answer, got none");
    let e = check(json!({"helpful": true, "defect": "rude"})).unwrap_err();
    assert_eq!(e.pointer.to_string(), "/defect");
    // A condition on a question that was not asked does not hold.
    let e = check(json!({"helpful": true, "why": "x"})).unwrap_err();
    assert_eq!(e.pointer.to_string(), "/why");
    let e = check(json!({"helpful": true, "other": 1})).unwrap_err();
    assert_eq!(e.pointer.to_string(), "/other");
    // Null and blank are no answers; the order is the rubric's.
    let kept = check(json!({"why": "  ", "defect": "wrong", "helpful": false})).unwrap();
    assert_eq!(serde_json::to_string(&kept).unwrap(), r#"{"helpful":false,"defect":"wrong"}"#);
}

#[test]
fn answers_come_into_one_form() {
    let one = |question: Value, given: Value| {
        let mut question = object(question);
        question.extend(object(json!({"key": "q", "title": "Q"})));
        let rubric = rubric(json!([question])).unwrap();
        let checked = rubric.check(&object(json!({"q": given})), &shape());
        checked.map(|answers| answers.get("q").cloned().unwrap_or_default())
    };
    let options = json!([{"key": "b", "title": "B"}, {"key": "a", "title": "A"}]);
    let multi = json!({"type": "multi_category", "options": options});
    assert_eq!(one(multi.clone(), json!(["a", "b", "a"])).unwrap(), json!(["b", "a"]));
    assert_eq!(one(multi, json!(["a", "c"])).unwrap_err().pointer.to_string(), "/q/1");
    let list = json!({"type": "checklist", "options": options});
    assert_eq!(
        one(list.clone(), json!({"a": true, "b": false})).unwrap(),
        json!({"b": false, "a": true})
    );
    assert_eq!(one(list, json!({"a": true})).unwrap_err().pointer.to_string(), "/q/b");
    let spans = json!({"type": "spans", "labels": options});
    let two = json!([{"start": 2, "end": 5, "label": "a"}, {"start": 0, "end": 3, "label": "b"}]);
    let sorted =
        json!([{"start": 0, "end": 3, "label": "b"}, {"start": 2, "end": 5, "label": "a"}]);
    assert_eq!(one(spans.clone(), two).unwrap(), sorted);
    let long = json!([{"start": 0, "end": 6, "label": "b"}]);
    assert_eq!(one(spans, long).unwrap_err().pointer.to_string(), "/q/0/end");
    let preference = json!({"type": "preference", "strength": 3, "tie": true});
    let tie = json!({"choice": "tie", "strength": 0});
    assert_eq!(one(preference.clone(), json!({"choice": "tie", "strength": 2})).unwrap(), tie);
    assert!(one(preference.clone(), json!({"choice": "a", "strength": 4})).is_err());
    assert!(one(json!({"type": "preference"}), json!({"choice": "tie"})).is_err());
    let ranking = json!({"type": "ranking"});
    assert_eq!(one(ranking.clone(), json!([[0], [2, 1]])).unwrap(), json!([[0], [1, 2]]));
    for bad in
        [json!([[0], [1]]), json!([[0, 0], [1, 2]]), json!([[0], [], [1, 2]]), json!([[0], [1, 3]])]
    {
        assert!(one(ranking.clone(), bad.clone()).is_err(), "{bad}");
    }
    assert!(one(json!({"type": "rating", "min": 1, "max": 5}), json!(3.5)).is_err());
}

#[test]
fn spans_count_code_points_not_bytes() {
    // Five code points, eleven bytes, and six units of UTF-16.
    let log_text = "aé😀ñ\u{301}";
    assert_eq!((log_text.chars().count(), log_text.len()), (5, 11));
    let item = super::super::Item::Record { fields: object(json!({"body": log_text, "n": 7})) };
    assert_eq!(ItemShape::of(&item).texts, [("body".to_owned(), 5)].into());
}

/// A question of any kind, with an answer that fits.
fn question() -> impl Strategy<Value = (Value, Value)> {
    let options = || json!([{"key": "x", "title": "X"}, {"key": "y", "title": "Y"}, {"key": "z", "title": "Z"}]);
    let keys = || proptest::sample::subsequence(vec!["x", "y", "z"], 0..=3);
    prop_oneof![
        any::<bool>().prop_map(|b| (json!({"type": "thumbs"}), json!(b))),
        any::<bool>().prop_map(|b| (json!({"type": "yes_no"}), json!(b))),
        (1i64..=5).prop_map(|n| (json!({"type": "rating", "min": 1, "max": 5}), json!(n))),
        (-1e9f64..1e9).prop_map(|n| (json!({"type": "number"}), json!(n))),
        proptest::sample::select(vec!["x", "y", "z"])
            .prop_map(move |k| (json!({"type": "category", "options": options()}), json!(k))),
        keys()
            .prop_map(move |k| (json!({"type": "multi_category", "options": options()}), json!(k))),
        any::<[bool; 3]>().prop_map(move |[x, y, z]| (
            json!({"type": "checklist", "options": options()}),
            json!({"z": z, "x": x, "y": y})
        )),
        "[a-zäß😀 ]{1,20}x".prop_map(|t| (json!({"type": "text"}), json!(t))),
        "[a-zäß😀\n]{0,20}x".prop_map(|t| (json!({"type": "correction"}), json!(t))),
        proptest::collection::vec((0u32..4, 1u32..=2), 0..5).prop_map(move |spans| {
            let spans: Vec<_> = spans
                .iter()
                .map(|(start, n)| json!({"start": start, "end": (start + n).min(5), "label": "y"}))
                .collect();
            (json!({"type": "spans", "labels": options()}), json!(spans))
        }),
        (proptest::sample::select(vec!["a", "b", "tie"]), 1u8..=3).prop_map(|(c, s)| (
            json!({"type": "preference", "strength": 3, "tie": true}),
            json!({"choice": c, "strength": s})
        )),
        Just(vec![0, 1, 2])
            .prop_shuffle()
            .prop_map(|r| (json!({"type": "ranking"}), json!([[r[0]], [r[1], r[2]]]))),
    ]
}

proptest! {
    #[test]
    fn a_checked_answer_stays_as_it_is_and_survives_json(parts in proptest::collection::vec(question(), 1..6)) {
        let (mut questions, mut given) = (vec![], Map::new());
        for (i, (question, answer)) in parts.into_iter().enumerate() {
            let mut question = object(question);
            question.insert("key".into(), json!(format!("q{i}")));
            question.insert("title".into(), json!("?"));
            questions.push(question);
            given.insert(format!("q{i}"), answer);
        }
        let rubric = rubric(json!(questions)).unwrap();
        let back: Rubric = serde_json::from_str(&serde_json::to_string(&rubric).unwrap()).unwrap();
        prop_assert_eq!(&back, &rubric);
        let checked = rubric.check(&given, &shape()).unwrap();
        prop_assert_eq!(rubric.check(&checked.0, &shape()).unwrap(), checked.clone());
        let text = serde_json::to_string(&checked).unwrap();
        prop_assert_eq!(serde_json::from_str::<super::super::Answers>(&text).unwrap(), checked.clone());
        prop_assert!(super::super::matches(&rubric, &checked, &checked, &BTreeMap::new()));
    }

    #[test]
    fn no_answer_makes_the_check_panic((question, _) in question(), (_, other) in question(), n in any::<i64>()) {
        let mut question = object(question);
        question.extend(object(json!({"key": "q", "title": "Q"})));
        let question: Question = serde_json::from_value(Value::Object(question)).unwrap();
        for value in [other, json!(n), json!([n]), json!([[n]]), json!({"choice": n}), json!([{"start": n}])] {
            if let Ok(answer) = question.kind.read(&value, &shape()) {
                prop_assert_eq!(question.kind.read(&answer.to_value(), &shape()).unwrap(), answer);
            }
            // An item without any text or response takes no spans and no ranking but empty ones.
            question.kind.read(&value, &ItemShape::default()).ok();
        }
    }
}
