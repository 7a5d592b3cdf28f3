//! The language by example, and that no text makes the parser panic.

use super::*;
use crate::filter::{Bound, NameField, NameTest, NumberField, Part, Range};
use crate::log::LogStatus;
use proptest::prelude::*;

const NOW: Time = Time::from_micros(1_800_000_000_000_000);

fn read(text: &str) -> Filter {
    parse(text, NOW).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn error(text: &str) -> String {
    parse(text, NOW).expect_err(text).to_string()
}

fn model(name: &str) -> Filter {
    Filter::Is(Test::Name(NameField::Model, NameTest::Equals(name.into())))
}

fn number(field: NumberField, from: Option<(f64, bool)>, to: Option<(f64, bool)>) -> Filter {
    Filter::Is(Test::Number(field, Range::of(from, to)))
}

#[test]
fn and_binds_stronger_than_or_and_not_strongest() {
    let status = |s| Filter::Is(Test::Status(s));
    assert_eq!(
        read("model:a and not status:failed or -model:b \"x y\""),
        Filter::Or(vec![
            Filter::And(vec![model("a"), Filter::Not(Box::new(status(LogStatus::Failed)))]),
            Filter::And(vec![Filter::Not(Box::new(model("b"))), words("x y")]),
        ])
    );
    assert_eq!(read("model:a (model:b or model:c)"), read("model:a AND model:(b, c)"));
    assert_eq!(read("model!=(a, b)"), read("-model:a -model:b"));
    assert_eq!(read("  "), Filter::default());
}

#[test]
fn a_key_that_ends_in_a_digit_is_a_key_before_a_number() {
    let one = Filter::Is(Test::Meta("v2".into(), NameTest::Equals("1".into())));
    assert_eq!(read("meta.v2:1"), one);
    assert_eq!(read("-meta.v2:1"), Filter::Not(Box::new(one)));
    assert_eq!(
        read("user:ab12:34"),
        Filter::Is(Test::Name(NameField::User, NameTest::Equals("ab12:34".into())))
    );
}

#[test]
fn values_are_read_by_the_kind_of_their_field() {
    let is = |test| Filter::Is(test);
    assert_eq!(
        read("model:gpt-4o*"),
        is(Test::Name(NameField::Model, NameTest::StartsWith("gpt-4o".into())))
    );
    assert_eq!(read("model:\"a*\""), model("a*"));
    assert_eq!(
        read("score:40..60"),
        number(NumberField::Score, Some((40.0, true)), Some((60.0, true)))
    );
    assert_eq!(read("score<50"), number(NumberField::Score, None, Some((50.0, false))));
    assert_eq!(read("latency>1.5s"), number(NumberField::Latency, Some((1500.0, false)), None));
    assert_eq!(read("cost>=$0.02"), number(NumberField::Cost, Some((20_000.0, true)), None));
    assert_eq!(read("has:correction"), is(Test::Has(Part::Correction)));
    assert_eq!(
        read("meta.plan:pro"),
        is(Test::Meta("plan".into(), NameTest::Equals("pro".into())))
    );
    let feedback = |metric: &str, label: Option<&str>| {
        let (metric, label) = (metric.into(), label.map(Into::into));
        is(Test::Feedback { metric, label, days: None })
    };
    assert_eq!(read("defects:spelling"), feedback("defects", Some("spelling")));
    assert_eq!(read("feedback.safety:*"), feedback("safety", None));
    let Filter::Is(Test::Number(NumberField::MeanLogprob, range)) = read("perplexity>2") else {
        panic!("a number");
    };
    assert_eq!(range.from, None);
    assert!((range.to.unwrap().value + 2f64.ln()).abs() < 1e-12);
}

#[test]
fn days_are_taken_whole() {
    let time = |text: &str| match read(text) {
        Filter::Is(Test::Time(range)) => range,
        other => panic!("{other:?}"),
    };
    let at = |text: &str| text.parse::<Time>().unwrap();
    let bound = |text: &str, inclusive| Some(Bound { value: at(text), inclusive });
    let (day, next) = ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    assert_eq!(time("time:2026-11-20"), Range { from: bound(day, true), to: bound(next, false) });
    assert_eq!(time("time>2026-11-20"), Range { from: bound(next, true), to: None });
    assert_eq!(time("time<=2026-11-20"), Range { from: None, to: bound(next, false) });
    let noon = "2026-11-20T12:00:00Z";
    assert_eq!(time("time>2026-11-20T12:00:00Z"), Range { from: bound(noon, false), to: None });
    assert_eq!(time("time:2026-11-20..").to, None);
    let week = Time::from_micros(NOW.micros() - 7 * 86_400_000_000);
    assert_eq!(time("age<7d").from, Some(Bound { value: week, inclusive: false }));
}

#[test]
fn errors_say_where_and_what_would_be_right() {
    let cases = [
        ("mode:a", "at character 1: there is no field mode: did you mean model:gpt-4o*?"),
        (
            "status:done",
            "at character 8: status takes configured, completed, failed, cancelled, not done",
        ),
        ("score:high", "at character 7: score takes a number or a range such as 40..60, not high"),
        ("model>a", "at character 1: model is a word, not an amount: use : or !=, not >"),
        ("model:", "at character 7: a value is missing after model: model:gpt-4o*"),
        ("(model:a", "at character 1: this bracket is not closed"),
        ("model:a)", "at character 8: this bracket closes nothing"),
        ("model:a or", "at character 11: a term is missing after or"),
        ("or model:a", "at character 1: a term is missing before or"),
        ("not", "at character 4: a term is missing after not"),
        ("\"abc", "at character 1: this text has no closing quote"),
        ("model:(a b)", "at character 10: a comma or a closing bracket is missing"),
        (
            "time:soon",
            "at character 6: time takes a day or a moment such as 2026-11-01 or 2026-11-01T12:00:00Z, not soon",
        ),
        ("meta:pro", "at character 1: a metadata key follows the dot: meta.plan:pro"),
        (":a", "at character 1: a field is missing before :"),
    ];
    for (text, expected) in cases {
        assert_eq!(error(text), expected);
    }
    assert!(error(&"(".repeat(50)).contains("20 brackets deep"));
    assert!(error(&"a ".repeat(101)).contains("100 terms"));
}

#[test]
fn every_example_is_a_filter() {
    for field in Field::ALL {
        read(field.example);
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-z:=<>!()\", .*0-9-]{0,40}|\\PC{0,20}") {
        if let Err(error) = parse(&text, NOW) {
            let chars = text.chars().count();
            prop_assert!(error.span.at <= error.span.end && error.span.end <= chars);
        }
    }
}
