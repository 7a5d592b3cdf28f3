//! What kind of question a file's answers are to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use vouch_domain::review::{Item, QuestionKind, QuestionOption, TextSpan};

use crate::given::Given;

/// The most options of a question.
const MOST_OPTIONS: usize = 50;
/// The longest name of an option, in characters.
const LONGEST_OPTION: usize = 60;
/// From so many answers on, half of them have to repeat others to be options.
const FEW: u64 = 20;
/// The most steps of a rating.
const MOST_STEPS: i64 = 11;
/// Tools rate from 1 to 5 where nothing else is said.
const USUAL_STEPS: i64 = 5;

/// What the answers to one question look like.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The question as the file names it.
    pub(crate) name: String,
    /// How many people answered it.
    pub(crate) answered: u64,
    names: BTreeMap<String, u64>,
    named: u64,
    looks: BTreeSet<Look>,
    range: Option<(f64, f64)>,
    spans: Option<String>,
    strength: u8,
}

/// What answers look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    /// Several names at once.
    Many,
    /// More names than options can be.
    Overflow,
    /// Names that may be texts.
    Loose,
    Text,
    YesNo,
    Fractions,
    Preference,
    Tie,
    Ranking,
    Ticks,
}

impl Seen {
    /// No answers yet.
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), strength: 1, ..Self::default() }
    }

    /// Looks at an answer.
    pub(crate) fn take(&mut self, given: &Given, item: &Item) {
        match given {
            Given::Names(names, many) => {
                self.look(Look::Many, *many);
                for name in names {
                    self.take_name(name);
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "steps are small")]
            Given::Step(step) => self.take_number(*step as f64, false),
            Given::Number(number) => self.take_number(*number, true),
            Given::Text(_) => self.look(Look::Text, true),
            Given::Yes(_) => self.look(Look::YesNo, true),
            Given::Spans(of, spans) => {
                self.spans.get_or_insert_with(|| of.clone());
                for span in spans {
                    self.take_name(&span.label);
                }
            }
            Given::Preferred(choice) => {
                self.look(Look::Preference, true);
                self.look(Look::Tie, *choice == "tie");
            }
            Given::Ranked(_) => self.look(Look::Ranking, true),
            Given::Plain(value) => self.take_plain(value, item),
        }
    }

    fn take_plain(&mut self, value: &Value, item: &Item) {
        let of = |list: &[Value]| serde_json::from_value::<Vec<TextSpan>>(list.into());
        match value {
            Value::String(text) => {
                self.look(Look::Loose, true);
                self.take_name(text);
            }
            Value::Bool(_) => self.look(Look::YesNo, true),
            Value::Number(number) => {
                self.take_number(number.as_f64().unwrap_or_default(), number.as_i64().is_none());
            }
            Value::Array(list) if list.iter().any(Value::is_array) => {
                self.look(Look::Ranking, true);
            }
            Value::Array(list) if list.iter().any(Value::is_object) => {
                let text = match item {
                    Item::Record { fields } => {
                        fields.iter().find(|(_, value)| value.is_string()).map(|(name, _)| name)
                    }
                    _ => None,
                };
                self.spans.get_or_insert_with(|| {
                    text.map_or_else(|| "response".to_owned(), Clone::clone)
                });
                for span in of(list).iter().flatten() {
                    self.take_name(&span.label);
                }
            }
            Value::Array(list) => {
                self.look(Look::Many, true);
                for name in list.iter().filter_map(Value::as_str) {
                    self.take_name(name);
                }
            }
            Value::Object(fields) => {
                let Some(choice) = fields.get("choice").and_then(Value::as_str) else {
                    self.look(Look::Ticks, true);
                    for name in fields.keys() {
                        self.take_name(name);
                    }
                    return;
                };
                self.look(Look::Preference, true);
                self.look(Look::Tie, choice == "tie");
                let strength = fields.get("strength").and_then(Value::as_u64).unwrap_or(1);
                self.strength = self.strength.max(u8::try_from(strength.min(3)).unwrap_or(1));
            }
            Value::Null => {}
        }
    }

    fn look(&mut self, look: Look, so: bool) {
        if so {
            self.looks.insert(look);
        }
    }

    fn has(&self, look: Look) -> bool {
        self.looks.contains(&look)
    }

    fn take_name(&mut self, name: &str) {
        self.named += 1;
        if name.chars().count() > LONGEST_OPTION * 2
            || name.contains('\n')
            || self.names.len() > MOST_OPTIONS
        {
            self.look(Look::Overflow, !self.names.contains_key(name));
            return;
        }
        *self.names.entry(name.to_owned()).or_default() += 1;
    }

    fn take_number(&mut self, number: f64, fraction: bool) {
        let (low, high) = self.range.unwrap_or((number, number));
        self.range = Some((low.min(number), high.max(number)));
        self.look(Look::Fractions, fraction && number.fract().abs() > 0.0);
    }

    fn options(&self) -> Result<Vec<QuestionOption>, String> {
        let all = self.names.keys().filter(|name| !name.trim().is_empty());
        let options: Vec<_> = all
            .map(|name| QuestionOption {
                key: name.clone(),
                title: name.clone(),
                help: String::new(),
            })
            .collect();
        match options.len() {
            0 => Err("it has no options".into()),
            n if n > MOST_OPTIONS || self.has(Look::Overflow) => {
                Err(format!("it has more than {MOST_OPTIONS} different answers"))
            }
            _ => Ok(options),
        }
    }

    /// Whether loose texts are options to choose from.
    fn are_options(&self) -> bool {
        let short = self.names.keys().all(|name| name.chars().count() <= LONGEST_OPTION);
        let repeats = self.named < FEW || self.names.len() as u64 * 2 <= self.named;
        !self.has(Look::Overflow) && self.names.len() <= MOST_OPTIONS && short && repeats
    }

    /// What kind of question that is.
    ///
    /// # Errors
    /// Where it is none that Vouch has.
    pub(crate) fn kind(&self) -> Result<QuestionKind, String> {
        if let Some(of) = &self.spans {
            return Ok(QuestionKind::Spans { labels: self.options()?, of: of.clone() });
        }
        if self.has(Look::Ranking) {
            return Ok(QuestionKind::Ranking);
        }
        if self.has(Look::Preference) {
            return Ok(QuestionKind::Preference {
                strength: self.strength,
                tie: self.has(Look::Tie),
            });
        }
        if self.has(Look::Ticks) {
            return Ok(QuestionKind::Checklist { options: self.options()? });
        }
        let text = QuestionKind::Text { max_chars: 10_000 };
        if self.has(Look::Text) || (self.has(Look::Loose) && !self.are_options()) {
            return Ok(text);
        }
        if self.has(Look::Many) {
            return Ok(QuestionKind::MultiCategory {
                options: self.options()?,
                min_choices: None,
                max_choices: None,
            });
        }
        if self.named > 0 {
            // Too many paths of a taxonomy to choose from are told as texts.
            let Ok(options) = self.options() else { return Ok(text) };
            // One answer alone is no choice: it may apply or not.
            return Ok(match options.len() {
                1 => QuestionKind::MultiCategory { options, min_choices: None, max_choices: None },
                _ => QuestionKind::Category { options },
            });
        }
        match self.range {
            _ if self.has(Look::YesNo) => Ok(QuestionKind::YesNo),
            Some(range) => Ok(self.scale(range)),
            None => Err("it has no answer".into()),
        }
    }

    fn scale(&self, (low, high): (f64, f64)) -> QuestionKind {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and checked to be small")]
        let steps = (!self.has(Look::Fractions) && low.abs() < 1e5 && high.abs() < 1e5)
            .then_some((low as i64, high as i64));
        match steps {
            Some((low, high)) if high - low < MOST_STEPS => {
                let min = if (0..=1).contains(&low) { low } else { low.min(1) };
                let max = high.max(USUAL_STEPS);
                if max - min < MOST_STEPS {
                    QuestionKind::Rating { min, max, labels: BTreeMap::new() }
                } else {
                    QuestionKind::Number { min: None, max: None, unit: None }
                }
            }
            _ => QuestionKind::Number { min: None, max: None, unit: None },
        }
    }
}
