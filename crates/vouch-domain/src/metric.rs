//! The definition of one kind of feedback, and the check of a value against it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::invalid::Invalid;
use crate::{Pointer, Time};

/// What values a metric takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MetricType {
    /// `true` or `false`.
    Boolean,
    /// A number, within a range where one is given.
    Number {
        /// The smallest value allowed.
        #[serde(default)]
        min: Option<f64>,
        /// The largest value allowed.
        #[serde(default)]
        max: Option<f64>,
    },
    /// One of the categories; any word where the list is empty.
    Category {
        /// The words allowed.
        #[serde(default)]
        categories: Vec<String>,
    },
    /// Any of the categories; any words where the list is empty.
    MultiCategory {
        /// The words allowed.
        #[serde(default)]
        categories: Vec<String>,
    },
    /// Free text.
    Text,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better; for a boolean, `true` is good.
    HigherIsBetter,
    /// Less is better; for a boolean, `true` is bad.
    LowerIsBetter,
    /// Neither.
    #[default]
    Neutral,
}

/// How the definition came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MetricState {
    /// Out of the box, or defined by a person.
    Defined,
    /// Typed by the first value that came under an unknown name; a person may adopt it.
    Undefined,
}

/// The definition of one kind of feedback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricDefinition {
    /// Its name: 1 to 64 of `a-z`, `0-9`, `_`, `-`, `.`.
    pub name: String,
    /// What values it takes.
    #[serde(flatten)]
    pub metric_type: MetricType,
    /// Which way is better.
    #[serde(default)]
    pub direction: Direction,
    /// What a reviewer should know before answering. Markdown.
    #[serde(default)]
    pub guideline: String,
    /// How the definition came to be.
    pub state: MetricState,
    /// Whether it ships with Vouch.
    #[serde(default)]
    pub built_in: bool,
    /// When it was made.
    pub created_at: Time,
}

/// A value that fits its metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum MetricValue {
    /// Of a boolean metric.
    Boolean(bool),
    /// Of a number metric; finite.
    Number(f64),
    /// Of a category metric.
    Category(String),
    /// Of a text metric. JSON alone reads as a category: only the metric tells them apart.
    Text(String),
    /// Of a multi-category metric; sorted, without repetition.
    Categories(Vec<String>),
}

/// The largest number in either direction: sums of very many keep their precision.
pub const MAX_NUMBER: f64 = 1e12;
/// The longest text value in bytes: 64 KiB.
pub const MAX_TEXT_BYTES: usize = 65_536;
/// The longest category in characters.
pub const MAX_CATEGORY_CHARS: usize = 128;

impl MetricValue {
    /// The value as a number: 0/1 for a boolean, the number itself; `None` for words.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Boolean(yes) => Some(f64::from(u8::from(*yes))),
            Self::Number(n) => Some(*n),
            Self::Category(_) | Self::Text(_) | Self::Categories(_) => None,
        }
    }
}

impl MetricType {
    /// The name used in JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Number { .. } => "number",
            Self::Category { .. } => "category",
            Self::MultiCategory { .. } => "multi_category",
            Self::Text => "text",
        }
    }

    /// The type of the first value that came under an unknown name. A short single line is a
    /// category, other text is text.
    ///
    /// # Errors
    /// For null, objects, and lists that hold anything but strings.
    pub fn infer(value: &Value) -> Result<Self, Invalid> {
        match value {
            Value::Bool(_) => Ok(Self::Boolean),
            Value::Number(_) => Ok(Self::Number { min: None, max: None }),
            Value::String(text) if text.chars().count() <= 64 && !text.contains('\n') => {
                Ok(Self::Category { categories: vec![] })
            }
            Value::String(_) => Ok(Self::Text),
            Value::Array(items) if items.iter().all(Value::is_string) => {
                Ok(Self::MultiCategory { categories: vec![] })
            }
            other => Err(Invalid::new(
                "/value",
                "a boolean, a number, a string or a list of strings",
                other,
            )),
        }
    }

    /// Checks `value` and brings it into its one form.
    ///
    /// # Errors
    /// Says at `/value` what would be right, when the type, the range or the category is wrong.
    pub fn check(&self, value: &Value) -> Result<MetricValue, Invalid> {
        let wrong = |expected: String| Err(Invalid::new("/value", expected, value));
        match (self, value) {
            (Self::Boolean, Value::Bool(yes)) => Ok(MetricValue::Boolean(*yes)),
            (Self::Boolean, _) => wrong("true or false".into()),
            (Self::Number { min, max }, _) => {
                match value.as_f64().filter(|n| n.abs() <= MAX_NUMBER) {
                    Some(n) if min.is_none_or(|m| n >= m) && max.is_none_or(|m| n <= m) => {
                        Ok(MetricValue::Number(n))
                    }
                    _ => wrong(match (min, max) {
                        (Some(min), Some(max)) => format!("a number from {min} to {max}"),
                        (Some(min), None) => format!("a number of at least {min}"),
                        (None, Some(max)) => format!("a number of at most {max}"),
                        (None, None) => format!("a number from -{MAX_NUMBER:e} to {MAX_NUMBER:e}"),
                    }),
                }
            }
            (Self::Category { categories }, _) => {
                // Orq sends a single choice as a list of one.
                let word = match value {
                    Value::Array(items) if items.len() == 1 => items[0].as_str(),
                    other => other.as_str(),
                };
                match word {
                    Some(word) if allowed(categories, word) => {
                        Ok(MetricValue::Category(word.into()))
                    }
                    _ => wrong(format!("one of {}", listed(categories))),
                }
            }
            (Self::MultiCategory { categories }, Value::Array(items)) => {
                let mut words = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    match item.as_str() {
                        Some(word) if allowed(categories, word) => words.push(word.to_owned()),
                        _ => {
                            let at = Pointer::from("/value").then(i);
                            let expected = format!("one of {}", listed(categories));
                            return Err(Invalid {
                                pointer: at,
                                ..Invalid::new("", expected, item)
                            });
                        }
                    }
                }
                words.sort();
                words.dedup();
                Ok(MetricValue::Categories(words))
            }
            (Self::MultiCategory { categories }, Value::String(word))
                if allowed(categories, word) =>
            {
                Ok(MetricValue::Categories(vec![word.clone()]))
            }
            (Self::MultiCategory { categories }, _) => {
                wrong(format!("a list with any of {}", listed(categories)))
            }
            (Self::Text, Value::String(text)) if text.len() <= MAX_TEXT_BYTES => {
                Ok(MetricValue::Text(text.clone()))
            }
            (Self::Text, _) => wrong(format!("a text of at most {MAX_TEXT_BYTES} bytes")),
        }
    }

    /// Checks the definition itself.
    ///
    /// # Errors
    /// For an empty range and for empty, repeated or overlong categories.
    pub fn check_definition(&self) -> Result<(), Invalid> {
        match self {
            Self::Number { min: Some(min), max: Some(max) } if min >= max => {
                Err(Invalid::new("/max", format!("a number above min ({min})"), max))
            }
            Self::Category { categories } | Self::MultiCategory { categories } => {
                for (i, word) in categories.iter().enumerate() {
                    let bad = word.trim().is_empty()
                        || word.chars().count() > MAX_CATEGORY_CHARS
                        || categories[..i].contains(word);
                    if bad {
                        let at = Pointer::from("/categories").then(i);
                        let expected = "a word of 1 to 128 characters that is not in the list yet";
                        return Err(Invalid { pointer: at, ..Invalid::new("", expected, word) });
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn allowed(categories: &[String], word: &str) -> bool {
    let fits = !word.is_empty() && word.chars().count() <= MAX_CATEGORY_CHARS;
    fits && (categories.is_empty() || categories.iter().any(|c| c == word))
}

fn listed(categories: &[String]) -> String {
    if categories.is_empty() {
        format!("words of 1 to {MAX_CATEGORY_CHARS} characters")
    } else {
        categories.join(", ")
    }
}

/// Checks the name of a metric.
///
/// # Errors
/// At `/name`, when it is empty, too long or has other characters than `a-z 0-9 _ - .`.
pub fn check_name(name: &str) -> Result<(), Invalid> {
    let fits = (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b));
    let expected = "1 to 64 characters of a-z, 0-9, _, - and .";
    if fits { Ok(()) } else { Err(Invalid::new("/name", expected, name)) }
}

/// The metrics that every project has from the start.
pub fn built_in(at: Time) -> Vec<MetricDefinition> {
    let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let define = |name: &str, metric_type, direction, guideline: &str| MetricDefinition {
        name: name.to_owned(),
        metric_type,
        direction,
        guideline: guideline.to_owned(),
        state: MetricState::Defined,
        built_in: true,
        created_at: at,
    };
    let one_of = |list: &[&str]| MetricType::Category { categories: words(list) };
    let any_of = |list: &[&str]| MetricType::MultiCategory { categories: words(list) };
    let up = Direction::HigherIsBetter;
    vec![
        define("thumbs", MetricType::Boolean, up, "Thumbs up (true) or thumbs down (false)."),
        define(
            "score",
            MetricType::Number { min: Some(0.0), max: Some(100.0) },
            up,
            "How good the answer is as a whole: 0 useless, 50 needs work, 100 nothing to change.",
        ),
        define("rating", one_of(&["good", "bad"]), Direction::Neutral, "Good or bad."),
        define(
            "defects",
            any_of(&[
                "grammatical",
                "spelling",
                "hallucination",
                "repetition",
                "inappropriate",
                "off_topic",
                "incompleteness",
                "ambiguity",
            ]),
            Direction::LowerIsBetter,
            "What is wrong with the answer; all that apply.",
        ),
        define(
            "interactions",
            any_of(&["saved", "selected", "deleted", "shared", "copied", "reported"]),
            Direction::Neutral,
            "What the user did with the answer.",
        ),
        define(
            "safety",
            one_of(&["safe", "borderline", "unsafe"]),
            Direction::Neutral,
            "Could the answer harm someone? Borderline: acceptable only in context.",
        ),
        define(
            "factuality",
            one_of(&["accurate", "partly_accurate", "inaccurate", "not_checkable"]),
            Direction::Neutral,
            "Are the stated facts true? Partly accurate: a minor fact is wrong.",
        ),
        define("comment", MetricType::Text, Direction::Neutral, "A remark in words."),
        define("correction", MetricType::Text, Direction::Neutral, "The answer as it should be."),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metric(name: &str) -> MetricType {
        let all = built_in(Time::from_micros(0));
        all.into_iter().find(|m| m.name == name).unwrap().metric_type
    }

    #[test]
    fn a_score_outside_its_range_says_the_range() {
        let e = metric("score").check(&json!(101)).unwrap_err();
        assert_eq!(e.to_string(), "/value: expected a number from 0 to 100, got 101");
        assert_eq!(metric("score").check(&json!(70)), Ok(MetricValue::Number(70.0)));
        assert!(metric("score").check(&json!("70")).is_err());
    }

    #[test]
    fn categories_name_the_wrong_word_by_position() {
        let e = metric("defects").check(&json!(["spelling", "rude"])).unwrap_err();
        assert_eq!(e.pointer.to_string(), "/value/1");
        assert_eq!(
            metric("defects").check(&json!(["spelling", "ambiguity", "spelling"])),
            Ok(MetricValue::Categories(vec!["ambiguity".into(), "spelling".into()]))
        );
    }

    #[test]
    fn orqs_list_of_one_is_a_single_choice() {
        assert_eq!(
            metric("rating").check(&json!(["good"])),
            Ok(MetricValue::Category("good".into()))
        );
        assert!(metric("rating").check(&json!(["good", "bad"])).is_err());
    }

    #[test]
    fn an_unknown_metric_is_typed_by_its_first_value() {
        assert_eq!(MetricType::infer(&json!(1.5)).unwrap().as_str(), "number");
        assert_eq!(MetricType::infer(&json!("blue")).unwrap().as_str(), "category");
        assert_eq!(MetricType::infer(&json!("two\nlines")).unwrap().as_str(), "text");
        assert_eq!(MetricType::infer(&json!(["a"])).unwrap().as_str(), "multi_category");
        assert!(MetricType::infer(&json!({"a": 1})).is_err());
        assert!(MetricType::infer(&json!(null)).is_err());
    }

    #[test]
    fn definitions_serialise_flat() {
        let score = &built_in(Time::from_micros(0))[1];
        let json = serde_json::to_value(score).unwrap();
        assert_eq!((&json["type"], &json["max"]), (&json!("number"), &json!(100.0)));
        assert_eq!(&serde_json::from_value::<MetricDefinition>(json).unwrap(), score);
    }
}
