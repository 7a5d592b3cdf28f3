//! One question of a rubric: what it asks for, and when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::invalid::check_text;
use crate::metric::{MAX_NUMBER, MetricType, check_name};
use crate::{Invalid, Pointer};

/// One question of a rubric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// Its name in answers: 1 to 64 of `a-z 0-9 _ - .`, unique in the rubric. On logs it is also
    /// the name of the metric that the consensus becomes feedback on.
    pub key: String,
    /// What is asked.
    pub title: String,
    /// What a reviewer should know before answering. Markdown.
    #[serde(default)]
    pub help: String,
    /// What kind of answer it takes.
    #[serde(flatten)]
    pub kind: QuestionKind,
    /// Whether there must be an answer where the question is asked.
    #[serde(default = "yes")]
    pub required: bool,
    /// Ask only then; always where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// What the form shows before anything is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Value>))]
    pub default: Option<Value>,
}

const fn yes() -> bool {
    true
}

/// Ask only where an earlier question has one of these answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The key of an earlier question.
    pub question: String,
    /// `true` or `false`, a whole number, or a key: of the category that was chosen, of one among
    /// those that were chosen, of an option that was ticked; `a`, `b` or `tie`.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Value>))]
    pub is: Vec<Value>,
}

/// One of the options of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QuestionOption {
    /// Its name in answers: 1 to 128 characters.
    pub key: String,
    /// What people read.
    pub title: String,
    /// When to choose it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
}

/// What kind of answer a question takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum QuestionKind {
    /// `true` (up) or `false` (down).
    Thumbs,
    /// `true` or `false`.
    YesNo,
    /// `{"key": true, ...}` with every option.
    Checklist {
        /// What can be ticked.
        options: Vec<QuestionOption>,
    },
    /// A whole number.
    Rating {
        /// The lowest.
        min: i64,
        /// The highest; at most 11 steps in all.
        max: i64,
        /// What steps mean: `{"1": "bad"}`.
        #[serde(default)]
        labels: BTreeMap<String, String>,
    },
    /// The key of one option.
    Category {
        /// What can be chosen.
        options: Vec<QuestionOption>,
    },
    /// The keys of the options that apply, in the order of the options.
    MultiCategory {
        /// What can be chosen.
        options: Vec<QuestionOption>,
        /// At least so many; 0 where absent.
        #[serde(default)]
        min_choices: Option<u32>,
        /// At most so many; all where absent.
        #[serde(default)]
        max_choices: Option<u32>,
    },
    /// A number.
    Number {
        /// The smallest allowed.
        #[serde(default)]
        min: Option<f64>,
        /// The largest allowed.
        #[serde(default)]
        max: Option<f64>,
        /// What it counts, e.g. `EUR`.
        #[serde(default)]
        unit: Option<String>,
    },
    /// A text.
    Text {
        /// The longest text in characters, up to 10,000.
        #[serde(default = "max_chars")]
        max_chars: u32,
    },
    /// The response as it should be.
    Correction,
    /// `[{"start", "end", "label"}]`: places in a text, in Unicode code points, `end` exclusive;
    /// they may overlap.
    Spans {
        /// What a place can be.
        labels: Vec<QuestionOption>,
        /// Of which text: `response`, or a field of the record.
        #[serde(default = "response")]
        of: String,
    },
    /// `{"choice": "a" | "b" | "tie", "strength": 1}`: `a` and `b` as they are stored, in whatever
    /// order they were shown.
    Preference {
        /// Levels of strength, 1 to 3.
        #[serde(default = "one")]
        strength: u8,
        /// Whether neither may be better.
        #[serde(default)]
        tie: bool,
    },
    /// `[[0], [2, 1]]`: the responses by their stored numbers, best first; equals together.
    Ranking,
}

/// The longest text of an answer in characters.
pub(super) const MAX_CHARS: u32 = 10_000;
/// The most steps of a rating.
const MAX_STEPS: i64 = 11;
/// The most options of a question.
const MAX_OPTIONS: usize = 50;

const fn max_chars() -> u32 {
    MAX_CHARS
}

const fn one() -> u8 {
    1
}

fn response() -> String {
    "response".to_owned()
}

impl Question {
    /// Checks the definition, but for what it says of other questions.
    ///
    /// # Errors
    /// At the field, seen from the question.
    pub(super) fn check(&self) -> Result<(), Invalid> {
        check_name(&self.key).map_err(|invalid| Invalid { pointer: "/key".into(), ..invalid })?;
        check_label("/title", &self.title, 500)?;
        check_text("/help", &self.help)?;
        self.kind.check()
    }
}

/// A text that people read: not empty, not too long.
pub(super) fn check_label(pointer: &str, text: &str, most: usize) -> Result<(), Invalid> {
    check_text(pointer, text)?;
    let fits = !text.trim().is_empty() && text.chars().count() <= most;
    let expected = || format!("1 to {most} characters");
    if fits { Ok(()) } else { Err(Invalid::new(pointer, expected(), text)) }
}

impl QuestionKind {
    /// The name used in JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Thumbs => "thumbs",
            Self::YesNo => "yes_no",
            Self::Checklist { .. } => "checklist",
            Self::Rating { .. } => "rating",
            Self::Category { .. } => "category",
            Self::MultiCategory { .. } => "multi_category",
            Self::Number { .. } => "number",
            Self::Text { .. } => "text",
            Self::Correction => "correction",
            Self::Spans { .. } => "spans",
            Self::Preference { .. } => "preference",
            Self::Ranking => "ranking",
        }
    }

    /// The options that an answer names, where it names any.
    pub fn options(&self) -> &[QuestionOption] {
        match self {
            Self::Checklist { options }
            | Self::Category { options }
            | Self::MultiCategory { options, .. }
            | Self::Spans { labels: options, .. } => options,
            _ => &[],
        }
    }

    /// How many answers there are to choose one of; `None` where they cannot be counted out.
    pub fn classes(&self) -> Option<usize> {
        match self {
            Self::Thumbs | Self::YesNo => Some(2),
            Self::Rating { min, max, .. } => usize::try_from(max - min + 1).ok(),
            Self::Category { options } => Some(options.len()),
            Self::Preference { tie, .. } => Some(if *tie { 3 } else { 2 }),
            _ => None,
        }
    }

    /// Whether a method that weighs reviewers can find its answer: what is chosen from options that
    /// are no scale.
    pub const fn is_weighed(&self) -> bool {
        matches!(
            self,
            Self::Thumbs
                | Self::YesNo
                | Self::Category { .. }
                | Self::MultiCategory { .. }
                | Self::Checklist { .. }
                | Self::Preference { .. }
        )
    }

    /// The type of the metric that its consensus is feedback on; `None` for what says nothing of
    /// one log, or is no single value.
    pub fn metric_type(&self) -> Option<MetricType> {
        let keys = || self.options().iter().map(|option| option.key.clone()).collect();
        #[expect(clippy::cast_precision_loss, reason = "a rating's ends are small")]
        Some(match self {
            Self::Thumbs | Self::YesNo => MetricType::Boolean,
            Self::Rating { min, max, .. } => {
                MetricType::Number { min: Some(*min as f64), max: Some(*max as f64) }
            }
            Self::Number { min, max, .. } => MetricType::Number { min: *min, max: *max },
            Self::Category { .. } => MetricType::Category { categories: keys() },
            Self::MultiCategory { .. } | Self::Checklist { .. } => {
                MetricType::MultiCategory { categories: keys() }
            }
            Self::Text { .. } | Self::Correction => MetricType::Text,
            Self::Spans { .. } | Self::Preference { .. } | Self::Ranking => return None,
        })
    }

    fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Thumbs | Self::YesNo | Self::Correction | Self::Ranking => Ok(()),
            Self::Checklist { options } => check_options("/options", options, 1),
            Self::Category { options } => check_options("/options", options, 2),
            Self::Spans { labels, of } => {
                check_options("/labels", labels, 1)?;
                check_label("/of", of, 128)
            }
            Self::MultiCategory { options, min_choices, max_choices } => {
                check_options("/options", options, 1)?;
                let all = u32::try_from(options.len()).unwrap_or(u32::MAX);
                let (min, max) = (min_choices.unwrap_or(0), max_choices.unwrap_or(all));
                let expected = || format!("a number from {} to {all}", min.max(1));
                if min > all {
                    return Err(Invalid::new("/min_choices", format!("at most {all}"), min));
                }
                let fits = max >= min.max(1) && max <= all;
                if fits { Ok(()) } else { Err(Invalid::new("/max_choices", expected(), max)) }
            }
            Self::Rating { min, max, labels } => check_rating(*min, *max, labels),
            Self::Number { min, max, unit } => {
                for (at, bound) in [("/min", min), ("/max", max)] {
                    if let Some(bound) = bound.filter(|n| !(-MAX_NUMBER..=MAX_NUMBER).contains(n)) {
                        let expected = format!("a number from -{MAX_NUMBER:e} to {MAX_NUMBER:e}");
                        return Err(Invalid::new(at, expected, bound));
                    }
                }
                if let (Some(min), Some(max)) = (min, max)
                    && min >= max
                {
                    return Err(Invalid::new("/max", format!("a number above min ({min})"), max));
                }
                unit.as_deref().map_or(Ok(()), |unit| check_label("/unit", unit, 32))
            }
            Self::Text { max_chars } => {
                let expected = || format!("a number from 1 to {MAX_CHARS}");
                let fits = (1..=MAX_CHARS).contains(max_chars);
                if fits { Ok(()) } else { Err(Invalid::new("/max_chars", expected(), max_chars)) }
            }
            Self::Preference { strength, .. } => {
                let fits = (1..=3).contains(strength);
                let wrong = || Invalid::new("/strength", "1, 2 or 3", strength);
                if fits { Ok(()) } else { Err(wrong()) }
            }
        }
    }
}

fn check_rating(min: i64, max: i64, labels: &BTreeMap<String, String>) -> Result<(), Invalid> {
    const FAR: i64 = 1_000_000;
    if !(-FAR..=FAR).contains(&min) {
        return Err(Invalid::new("/min", format!("a number from -{FAR} to {FAR}"), min));
    }
    let (least, most) = (min + 1, min + MAX_STEPS - 1);
    if !(least..=most).contains(&max) {
        return Err(Invalid::new("/max", format!("a number from {least} to {most}"), max));
    }
    for (step, label) in labels {
        let at = Pointer::from("/labels").then(step);
        let fits =
            step.parse().is_ok_and(|n: i64| (min..=max).contains(&n) && n.to_string() == *step);
        if !fits {
            return Err(Invalid::new(at, format!("a step from {min} to {max}"), step));
        }
        check_label(&at.to_string(), label, 200)?;
    }
    Ok(())
}

fn check_options(at: &str, options: &[QuestionOption], least: usize) -> Result<(), Invalid> {
    if !(least..=MAX_OPTIONS).contains(&options.len()) {
        let expected = format!("{least} to {MAX_OPTIONS} of them");
        return Err(Invalid::new(at, expected, options.len()));
    }
    for (i, option) in options.iter().enumerate() {
        let place = Pointer::from(at).then(i);
        check_label(&place.then("key").to_string(), &option.key, 128)?;
        check_label(&place.then("title").to_string(), &option.title, 500)?;
        check_text(place.then("help"), &option.help)?;
        if options[..i].iter().any(|other| other.key == option.key) {
            let expected = "a key that no other option has";
            return Err(Invalid::new(place.then("key"), expected, &option.key));
        }
    }
    Ok(())
}
