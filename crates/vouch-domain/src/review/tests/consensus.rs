//! What reviews say together.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{
    Answers, ConflictReason, Found, ScaleRule, Verdict, conclude, conclude_with, scaled,
};
use super::{answers, settings};

const DIFFER: Verdict = Verdict::Conflict(ConflictReason::Differ);

/// The consensus on one question `q` and the verdict, of these answers to it.
fn of(question: Value, more: Value, given: &[Value]) -> (Value, Verdict) {
    let mut question = super::object(question);
    question.extend(super::object(json!({"key": "q", "title": "Q"})));
    let settings = settings(json!([question]), more);
    let reviews: Vec<Answers> = given
        .iter()
        .map(
            |value| if value.is_null() { Answers::default() } else { answers(json!({"q": value})) },
        )
        .collect();
    let (consensus, verdict) = conclude(&settings, &reviews.iter().collect::<Vec<_>>());
    (consensus.answers.get("q").cloned().unwrap_or_default(), verdict)
}

fn accept() -> Value {
    json!({"accept": "consensus"})
}

#[test]
fn choices_by_majority_with_a_stated_tie() {
    let q = || json!({"type": "category", "options": [{"key": "x", "title": "X"}, {"key": "y", "title": "Y"}]});
    let (x, y) = (json!("x"), json!("y"));
    assert_eq!(of(q(), json!({}), &[x.clone(), x.clone()]), (x.clone(), Verdict::Complete));
    assert_eq!(of(q(), json!({}), &[x.clone(), y.clone(), x.clone()]), (x.clone(), DIFFER));
    let three = [y.clone(), x.clone(), x.clone()];
    assert_eq!(of(q(), accept(), &three), (x.clone(), Verdict::Complete));
    assert_eq!(of(q(), accept(), &[y.clone(), x.clone()]), (Value::Null, DIFFER));
    let first = json!({"accept": "consensus", "consensus": {"tie": "first"}});
    assert_eq!(of(q(), first, &[y.clone(), x.clone()]), (y, Verdict::Complete));
    // An abstention is not another opinion.
    assert_eq!(of(q(), json!({}), &[x.clone(), Value::Null]), (x, Verdict::Complete));
}

#[test]
fn numbers_by_their_median() {
    let q = || json!({"type": "rating", "min": 1, "max": 5});
    assert_eq!(of(q(), json!({}), &[json!(4), json!(4)]), (json!(4), Verdict::Complete));
    assert_eq!(of(q(), json!({}), &[json!(4), json!(5)]), (json!(4.5), DIFFER));
    assert_eq!(of(q(), accept(), &[json!(1), json!(5), json!(4)]), (json!(4), Verdict::Complete));
    assert_eq!(of(q(), accept(), &[json!(1), json!(5)]), (json!(3), Verdict::Complete));
}

#[test]
fn numbers_by_their_mean_where_a_queue_says_so() {
    let q = || json!({"type": "rating", "min": 1, "max": 5});
    let mean = || json!({"accept": "consensus", "consensus": {"scale": "mean"}});
    let given = [json!(1), json!(5), json!(5)];
    assert_eq!(of(q(), mean(), &given), (json!(11.0 / 3.0), Verdict::Complete));
    assert_eq!(of(q(), mean(), &given[..2]), (json!(3), Verdict::Complete));
    // Rounding carries the mean of equal numbers nowhere.
    let equal = [json!(0.1), json!(0.1), json!(0.1)];
    assert_eq!(scaled(equal.iter(), ScaleRule::Mean), Some(json!(0.1)));
}

#[test]
fn spans_by_the_share_of_the_queue() {
    let span = |start: u32| json!({"start": start, "end": start + 2, "label": "x"});
    let labels = json!([{"key": "x", "title": "X"}]);
    let q = || json!({"type": "spans", "labels": labels});
    let given = [json!([span(0), span(4)]), json!([span(0)]), json!([span(0), span(4)]), json!([])];
    let by = |share: f64| json!({"accept": "consensus", "consensus": {"spans": share}});
    // Two of four are half: that is no majority, and enough where half is.
    assert_eq!(of(q(), accept(), &given).0, json!([span(0)]));
    assert_eq!(of(q(), by(0.5), &given).0, json!([span(0), span(4)]));
    assert_eq!(of(q(), by(0.75), &given).0, json!([span(0)]));
    assert_eq!(of(q(), by(1.0), &given).0, json!([]));
    // A share of 0.6 of five is three.
    let three = [given[0].clone(), given[0].clone(), given[0].clone(), json!([]), json!([])];
    assert_eq!(of(q(), by(0.6), &three).0, json!([span(0), span(4)]));
}

#[test]
fn what_a_method_found_comes_before_the_votes() {
    let questions = json!([
        {"key": "good", "title": "Good?", "type": "yes_no"},
        {"key": "better", "title": "Better?", "type": "preference", "strength": 3},
        {"key": "why", "title": "Why?", "type": "category", "required": false,
            "when": {"question": "good", "is": [false]},
            "options": [{"key": "x", "title": "X"}, {"key": "y", "title": "Y"}]}]);
    let settings = settings(questions, json!({"accept": "consensus", "item": "responses"}));
    let said = |good: bool, choice: &str, strength: u8| {
        let mut said = json!({"good": good, "better": {"choice": choice, "strength": strength}});
        if !good {
            said["why"] = json!("x");
        }
        answers(said)
    };
    let reviews = [said(true, "a", 1), said(true, "b", 3), said(false, "b", 1)];
    let reviews: Vec<&Answers> = reviews.iter().collect();
    let found = |answer: Value, posterior| Found { answer: Some(answer), posterior };
    let all = [
        ("good".to_owned(), found(json!(false), 0.9)),
        ("better".to_owned(), found(json!("a"), 0.7)),
    ];
    let (consensus, verdict) = conclude_with(&settings, &reviews, &all.into());
    // The one who said so is outvoted, and asked why.
    let expected = json!({"good": false, "better": {"choice": "a", "strength": 1}, "why": "x"});
    assert_eq!(serde_json::to_value(&consensus.answers).unwrap(), expected);
    assert_eq!(verdict, Verdict::Complete);
    let good = consensus.questions["good"];
    assert_eq!((good.votes, good.unanimous, good.posterior), (3, false, Some(0.9)));
    assert!((good.share - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(consensus.questions["why"].posterior, None);
    // A tie of the method is one, whatever most say.
    let tie = [("good".to_owned(), Found { answer: None, posterior: 0.5 })];
    let (consensus, verdict) = conclude_with(&settings, &reviews, &tie.into());
    assert_eq!((consensus.answers.get("good"), verdict), (None, DIFFER));
}

#[test]
fn several_options_each_by_itself() {
    let options = json!([{"key": "x", "title": "X"}, {"key": "y", "title": "Y"}]);
    let q = || json!({"type": "multi_category", "options": options});
    let given = [json!(["x"]), json!(["x", "y"]), json!([])];
    assert_eq!(of(q(), accept(), &given), (json!(["x"]), Verdict::Complete));
    assert_eq!(of(q(), accept(), &given[..2]), (Value::Null, DIFFER));
    let q = json!({"type": "checklist", "options": options});
    let given = [
        json!({"x": true, "y": false}),
        json!({"x": true, "y": true}),
        json!({"x": false, "y": false}),
    ];
    assert_eq!(of(q, accept(), &given), (json!({"x": true, "y": false}), Verdict::Complete));
}

#[test]
fn spans_rankings_and_preferences() {
    let span = |start: u32| json!({"start": start, "end": start + 1, "label": "l"});
    let q = json!({"type": "spans", "labels": [{"key": "l", "title": "L"}]});
    let given = [json!([span(0), span(3)]), json!([span(0)]), json!([span(3), span(4), span(0)])];
    assert_eq!(of(q.clone(), accept(), &given), (json!([span(0), span(3)]), Verdict::Complete));
    // Half of them is not more than half.
    assert_eq!(of(q, accept(), &given[..2]), (json!([span(0)]), Verdict::Complete));
    let pairs = |more: Value| {
        let mut all = super::object(json!({"item": "responses", "accept": "consensus"}));
        all.extend(super::object(more));
        Value::Object(all)
    };
    let given = [json!([[0], [1], [2]]), json!([[1], [0], [2]])];
    let ranking = of(json!({"type": "ranking"}), pairs(json!({})), &given);
    assert_eq!(ranking, (json!([[0, 1], [2]]), Verdict::Complete));
    let prefer = |choice: &str, strength: u8| json!({"choice": choice, "strength": strength});
    let q = || json!({"type": "preference", "strength": 3});
    let given = [prefer("a", 3), prefer("b", 1), prefer("a", 1)];
    assert_eq!(of(q(), pairs(json!({})), &given), (prefer("a", 1), Verdict::Complete));
    // How strong it is does not make a conflict.
    let given = [prefer("a", 3), prefer("a", 1)];
    assert_eq!(of(q(), pairs(json!({"accept": "unanimous"})), &given).1, Verdict::Complete);
}

#[test]
fn a_text_makes_no_conflict_and_a_correction_is_chosen() {
    let (one, two) = (json!("one"), json!("two"));
    let text = || json!({"type": "text"});
    assert_eq!(
        of(text(), json!({}), &[one.clone(), two.clone()]),
        (Value::Null, Verdict::Complete)
    );
    let correction = || json!({"type": "correction"});
    let alone = of(correction(), json!({}), std::slice::from_ref(&one));
    assert_eq!(alone, (one.clone(), Verdict::Complete));
    assert_eq!(of(correction(), json!({}), &[one.clone(), two.clone()]), (Value::Null, DIFFER));
    // Who left the answer as it is said so, too.
    assert_eq!(of(correction(), json!({}), &[one.clone(), Value::Null]).1, DIFFER);
    assert_eq!(of(correction(), accept(), &[one, two]), (Value::Null, Verdict::Complete));
}

#[test]
fn a_question_hangs_on_the_consensus_of_another() {
    let questions = json!([
        {"key": "up", "title": "?", "type": "thumbs"},
        {"key": "defect", "title": "?", "type": "text", "when": {"question": "up", "is": [false]}},
    ]);
    let settings = settings(questions, accept());
    let reviews = [
        answers(json!({"up": true})),
        answers(json!({"up": false, "defect": "x"})),
        answers(json!({"up": true})),
    ];
    let (consensus, verdict) = conclude(&settings, &reviews.iter().collect::<Vec<_>>());
    assert_eq!(serde_json::to_value(&consensus.answers).unwrap(), json!({"up": true}));
    assert_eq!(verdict, Verdict::Complete);
    assert!((consensus.questions["up"].share - 2.0 / 3.0).abs() < 1e-12);
}

proptest! {
    #[test]
    fn the_consensus_of_one_is_what_they_said_and_order_matters_only_in_ties(
        given in proptest::collection::vec(0i64..4, 1..7), swap in any::<proptest::sample::Index>()
    ) {
        let q = || json!({"type": "rating", "min": 0, "max": 3});
        let values: Vec<Value> = given.iter().map(|n| json!(n)).collect();
        prop_assert_eq!(of(q(), json!({}), &values[..1]), (values[0].clone(), Verdict::Complete));
        let mut turned = values.clone();
        turned.rotate_left(swap.index(values.len()));
        prop_assert_eq!(of(q(), accept(), &values), of(q(), accept(), &turned));
        let unanimous = values.iter().all(|value| *value == values[0]);
        prop_assert_eq!(of(q(), json!({}), &values).1 == Verdict::Complete, unanimous);
    }
}
