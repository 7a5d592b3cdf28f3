//! Which logs a request asks for: the filter language, and parameters that each ask for one thing.

use vouch_domain::filter::{
    Bound, Filter, NameField, NameTest, NumberField, Part, Range, Test, parse,
};
use vouch_domain::log::LogStatus;
use vouch_domain::{Time, metric};

use crate::problem::Problem;
use crate::query::Query;

/// The parameters that choose logs.
pub(crate) const CHOOSING: &[&str] = &[
    "q",
    "deployment",
    "variant",
    "model",
    "user_id",
    "chain_id",
    "conversation_id",
    "status",
    "metadata",
    "thumbs",
    "min_score",
    "max_score",
    "feedback",
    "feedback_from",
    "feedback_to",
    "has_feedback",
    "from",
    "to",
];

/// The filter of `q`, and of the parameters that each ask for one thing.
pub(crate) fn filter(query: &Query, now: Time) -> Result<Filter, Problem> {
    let mut parts = Vec::new();
    if let Some(text) = query.text("q") {
        let filter = parse(&text, now).map_err(|e| Problem::field("?q", e.to_string()))?;
        parts.push(filter);
    }
    let fields = [
        ("deployment", NameField::Deployment),
        ("variant", NameField::Variant),
        ("model", NameField::Model),
        ("user_id", NameField::User),
        ("chain_id", NameField::Chain),
        ("conversation_id", NameField::Conversation),
    ];
    let equals = |text: String| NameTest::Equals(text);
    let named = fields
        .into_iter()
        .filter_map(|(name, field)| Some(Filter::Is(Test::Name(field, equals(query.text(name)?)))));
    parts.extend(named);
    let statuses = LogStatus::ALL.map(LogStatus::as_str).join(", ");
    let status = query.read("status", &format!("one of {statuses}"), LogStatus::parse)?;
    parts.extend(status.map(|status| Filter::Is(Test::Status(status))));
    let pair = query.read("metadata", "key:value", |text| {
        let (key, value) = text.split_once(':')?;
        (!key.is_empty()).then(|| (key.to_owned(), value.to_owned()))
    })?;
    parts.extend(pair.map(|(key, value)| Filter::Is(Test::Meta(key, equals(value)))));
    let thumbs = query.read("thumbs", "up or down", |text| match text {
        "up" => Some(true),
        "down" => Some(false),
        _ => None,
    })?;
    parts.extend(thumbs.map(|up| Filter::Is(Test::Thumbs(up))));
    parts.extend(score(query)?);
    parts.extend(feedback(query)?);
    parts.extend(query.flag("has_feedback")?.map(|has| {
        let is = Filter::Is(Test::Has(Part::Feedback));
        if has { is } else { Filter::Not(Box::new(is)) }
    }));
    parts.extend(query.days("from", "to")?.map(|(from, to)| {
        let from = Bound { value: Time::from_day(from), inclusive: true };
        let to = Bound { value: Time::from_day(to.saturating_add(1)), inclusive: false };
        Filter::Is(Test::Time(Range { from: Some(from), to: Some(to) }))
    }));
    Ok(flat(parts))
}

/// What must hold together lies side by side: one of the parts leads the search.
fn flat(parts: Vec<Filter>) -> Filter {
    let inner = |part| match part {
        Filter::And(inner) => inner,
        other => vec![other],
    };
    Filter::And(parts.into_iter().flat_map(inner).collect())
}

fn score(query: &Query) -> Result<Option<Filter>, Problem> {
    let read = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite());
    let bound = |value| Bound { value, inclusive: true };
    let range = Range {
        from: query.read("min_score", "a number", read)?.map(bound),
        to: query.read("max_score", "a number", read)?.map(bound),
    };
    let given = range.from.is_some() || range.to.is_some();
    Ok(given.then_some(Filter::Is(Test::Number(NumberField::Score, range))))
}

fn feedback(query: &Query) -> Result<Option<Filter>, Problem> {
    let feedback = query.read("feedback", "metric or metric:label", |text| {
        let (name, label) = text.split_once(':').map_or((text, None), |(n, l)| (n, Some(l)));
        metric::check_name(name).ok()?;
        Some((name.to_owned(), label.map(str::to_owned)))
    })?;
    let days = query.days("feedback_from", "feedback_to")?;
    match (feedback, days) {
        (None, Some(_)) => {
            let detail = "expected a metric beside feedback_from and feedback_to, got nothing";
            Err(Problem::field("?feedback", detail))
        }
        (None, None) => Ok(None),
        (Some((metric, label)), days) => {
            Ok(Some(Filter::Is(Test::Feedback { metric, label, days })))
        }
    }
}
