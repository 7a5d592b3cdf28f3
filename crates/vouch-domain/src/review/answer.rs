//! An answer: checked against its question, in its one form.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::ItemShape;
use super::question::{MAX_CHARS, QuestionKind, QuestionOption};
use crate::invalid::check_text;
use crate::metric::MAX_NUMBER;
use crate::{Invalid, Pointer};

/// The answers of one reviewer to one task that fit its rubric: by the key of the question, in
/// the order of the rubric. What was not asked, or left open, is absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = Object))]
#[serde(transparent)]
pub struct Answers(pub Map<String, Value>);

impl Answers {
    /// The answer to a question, as JSON.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }
}

/// A checked answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To thumbs and yes or no.
    Yes(bool),
    /// To a rating.
    Step(i64),
    /// To a number; finite.
    Number(f64),
    /// To a category.
    Category(String),
    /// To several categories: in the order of the options.
    Categories(Vec<String>),
    /// To a checklist: every option, in their order.
    Checklist(Map<String, Value>),
    /// To a text or a correction.
    Text(String),
    /// To spans: sorted, without repetition.
    Spans(Vec<TextSpan>),
    /// To a preference.
    Preference {
        /// `a`, `b` or `tie`.
        choice: String,
        /// How much better, from 1; 0 for a tie.
        strength: u8,
    },
    /// To a ranking: every response once, best first; equals sorted.
    Ranking(Vec<Vec<usize>>),
}

/// How much better the preferred response is: 1 to 3.
pub type Strength = u8;

/// A place in a text, in Unicode code points.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TextSpan {
    /// The first code point.
    pub start: u32,
    /// After the last code point.
    pub end: u32,
    /// The key of its label.
    pub label: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preferred {
    choice: String,
    #[serde(default)]
    strength: Option<u8>,
}

/// The most spans of one answer.
const MAX_SPANS: usize = 1000;

impl Answer {
    /// The answer as JSON.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }
}

impl QuestionKind {
    /// Checks an answer about an item of this shape and brings it into its one form.
    ///
    /// # Errors
    /// At the place within the answer.
    pub fn read(&self, value: &Value, shape: &ItemShape) -> Result<Answer, Invalid> {
        let wrong = |expected: &str| Err(Invalid::new("", expected, value));
        match self {
            Self::Thumbs | Self::YesNo => {
                value.as_bool().map_or_else(|| wrong("true or false"), |yes| Ok(Answer::Yes(yes)))
            }
            Self::Rating { min, max, .. } => {
                match value.as_i64().filter(|step| (min..=max).contains(&step)) {
                    Some(step) => Ok(Answer::Step(step)),
                    None => wrong(&format!("a whole number from {min} to {max}")),
                }
            }
            Self::Number { min, max, .. } => read_number(value, *min, *max),
            Self::Category { options } => match value.as_str() {
                Some(key) if options.iter().any(|option| option.key == key) => {
                    Ok(Answer::Category(key.to_owned()))
                }
                _ => wrong(&format!("one of {}", listed(options))),
            },
            Self::MultiCategory { options, min_choices, max_choices } => {
                let keys = read_keys(value, options)?;
                let min = min_choices.unwrap_or(0) as usize;
                let max = max_choices.map_or(options.len(), |max| max as usize);
                if !(min..=max).contains(&keys.len()) {
                    return wrong(&format!("{min} to {max} of {}", listed(options)));
                }
                Ok(Answer::Categories(keys))
            }
            Self::Checklist { options } => read_checklist(value, options),
            Self::Text { max_chars } => read_text(value, *max_chars),
            Self::Correction => read_text(value, 10 * MAX_CHARS),
            Self::Spans { labels, of } => {
                read_spans(value, labels, shape.texts.get(of).copied().unwrap_or(0))
            }
            Self::Preference { strength, tie } => read_preference(value, *strength, *tie),
            Self::Ranking => read_ranking(value, shape.responses),
        }
    }
}

fn listed(options: &[QuestionOption]) -> String {
    options.iter().map(|option| option.key.as_str()).collect::<Vec<_>>().join(", ")
}

fn read_number(value: &Value, min: Option<f64>, max: Option<f64>) -> Result<Answer, Invalid> {
    let (least, most) = (min.unwrap_or(-MAX_NUMBER), max.unwrap_or(MAX_NUMBER));
    match value.as_f64().filter(|n| (least..=most).contains(n)) {
        Some(n) => Ok(Answer::Number(n)),
        None => Err(Invalid::new("", format!("a number from {least} to {most}"), value)),
    }
}

fn read_keys(value: &Value, options: &[QuestionOption]) -> Result<Vec<String>, Invalid> {
    let expected = || format!("a list of {}", listed(options));
    let items = value.as_array().ok_or_else(|| Invalid::new("", expected(), value))?;
    let mut chosen = BTreeSet::new();
    for (i, item) in items.iter().enumerate() {
        let place = item.as_str().and_then(|key| options.iter().position(|o| o.key == key));
        let wrong = || Invalid::new(Pointer::root().then(i), expected(), item);
        chosen.insert(place.ok_or_else(wrong)?);
    }
    Ok(chosen.into_iter().map(|place| options[place].key.clone()).collect())
}

fn read_checklist(value: &Value, options: &[QuestionOption]) -> Result<Answer, Invalid> {
    let expected = || format!("true or false for each of {}", listed(options));
    let ticks = value.as_object().ok_or_else(|| Invalid::new("", expected(), value))?;
    if let Some(key) = ticks.keys().find(|key| options.iter().all(|o| o.key != **key)) {
        return Err(Invalid::new(Pointer::root().then(key), expected(), key));
    }
    let tick = |option: &QuestionOption| match ticks.get(&option.key) {
        Some(Value::Bool(ticked)) => Ok((option.key.clone(), Value::Bool(*ticked))),
        other => {
            let got = other.map_or("nothing".to_owned(), Value::to_string);
            Err(Invalid::new(Pointer::root().then(&option.key), "true or false", got))
        }
    };
    options.iter().map(tick).collect::<Result<_, _>>().map(Answer::Checklist)
}

fn read_text(value: &Value, most: u32) -> Result<Answer, Invalid> {
    let expected = || format!("a text of at most {most} characters");
    let text = value.as_str().ok_or_else(|| Invalid::new("", expected(), value))?;
    check_text("", text)?;
    let chars = text.chars().count();
    if chars > most as usize {
        return Err(Invalid::new("", expected(), format!("{chars} characters")));
    }
    Ok(Answer::Text(text.to_owned()))
}

fn read_spans(value: &Value, labels: &[QuestionOption], chars: u32) -> Result<Answer, Invalid> {
    let expected = "a list of {start, end, label}";
    let items = value.as_array().ok_or_else(|| Invalid::new("", expected, value))?;
    if items.len() > MAX_SPANS {
        return Err(Invalid::new("", format!("at most {MAX_SPANS} spans"), items.len()));
    }
    let mut spans = BTreeSet::new();
    for (i, item) in items.iter().enumerate() {
        let at = Pointer::root().then(i);
        let span: TextSpan = serde_json::from_value(item.clone())
            .map_err(|_| Invalid::new(at.clone(), "{start, end, label}", item))?;
        if labels.iter().all(|label| label.key != span.label) {
            let expected = format!("one of {}", listed(labels));
            return Err(Invalid::new(at.then("label"), expected, span.label));
        }
        if span.start >= span.end {
            return Err(Invalid::new(at.then("end"), "a place after start", span.end));
        }
        if span.end > chars {
            let expected = format!("at most {chars}, the length of the text in code points");
            return Err(Invalid::new(at.then("end"), expected, span.end));
        }
        spans.insert(span);
    }
    Ok(Answer::Spans(spans.into_iter().collect()))
}

fn read_preference(value: &Value, levels: u8, tie: bool) -> Result<Answer, Invalid> {
    let expected = "{choice, strength}";
    let preferred: Preferred =
        serde_json::from_value(value.clone()).map_err(|_| Invalid::new("", expected, value))?;
    let Preferred { choice, strength } = preferred;
    match choice.as_str() {
        "tie" if tie => Ok(Answer::Preference { choice, strength: 0 }),
        "a" | "b" => {
            let strength = strength.unwrap_or(1);
            if !(1..=levels).contains(&strength) {
                let expected = format!("a number from 1 to {levels}");
                return Err(Invalid::new("/strength", expected, strength));
            }
            Ok(Answer::Preference { choice, strength })
        }
        _ => {
            let expected = if tie { "a, b or tie" } else { "a or b" };
            Err(Invalid::new("/choice", expected, choice))
        }
    }
}

fn read_ranking(value: &Value, responses: usize) -> Result<Answer, Invalid> {
    let expected = || format!("lists of the numbers 0 to {}, each once", responses.max(1) - 1);
    let wrong = || Invalid::new("", expected(), value);
    let mut groups: Vec<Vec<usize>> = serde_json::from_value(value.clone()).map_err(|_| wrong())?;
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for group in &mut groups {
        group.sort_unstable();
        for response in group.iter() {
            *places.entry(*response).or_default() += 1;
        }
    }
    let complete = places.len() == responses
        && places.iter().all(|(response, times)| *response < responses && *times == 1)
        && groups.iter().all(|group| !group.is_empty());
    if complete { Ok(Answer::Ranking(groups)) } else { Err(wrong()) }
}
