//! An answer as a file has it, and the same as an answer to a question of ours.

use serde_json::{Map, Value, json};
use vouch_domain::review::{QuestionKind, QuestionOption, TextSpan};

/// An answer as a file has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Names that were chosen, and whether more than one could be.
    Names(Vec<String>, bool),
    /// A step on a scale.
    Step(i64),
    /// A number.
    Number(f64),
    /// A text that somebody wrote.
    Text(String),
    /// Yes or no.
    Yes(bool),
    /// Places in a field, in code points.
    Spans(String, Vec<TextSpan>),
    /// `a`, `b` or `tie`.
    Preferred(&'static str),
    /// Responses by their numbers, best first.
    Ranked(Vec<Vec<usize>>),
    /// An answer in our own form, or a cell that stands for one.
    Plain(Value),
}

/// The name of a question or metric that others call `text`: 1 to 64 of `a-z 0-9 _ - .`.
pub fn name_of(text: &str) -> String {
    let mut name = String::new();
    for character in text.trim().to_lowercase().chars() {
        match character {
            'a'..='z' | '0'..='9' | '_' | '-' | '.' => name.push(character),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    let name: String = name.trim_matches('_').chars().take(64).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}

fn option<'o>(options: &'o [QuestionOption], name: &str) -> Option<&'o QuestionOption> {
    let name = name.trim();
    let by = |test: &dyn Fn(&QuestionOption) -> bool| options.iter().find(|option| test(option));
    by(&|option| option.key == name)
        .or_else(|| by(&|option| option.title == name))
        .or_else(|| by(&|option| option.title.eq_ignore_ascii_case(name)))
        .or_else(|| by(&|option| option.key.eq_ignore_ascii_case(&name_of(name))))
}

fn yes(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "up" | "accept" | "👍" => Some(true),
        "false" | "no" | "0" | "down" | "reject" | "👎" => Some(false),
        _ => None,
    }
}

impl Given {
    /// The same answer to a question of this kind. Whether it is a possible one is for the
    /// question to check.
    ///
    /// # Errors
    /// What would be needed, where it cannot be such an answer.
    pub fn answer(&self, kind: &QuestionKind) -> Result<Value, String> {
        let wrong = || format!("expected an answer to a question of type {}", kind.as_str());
        Ok(match self {
            Self::Plain(Value::String(text)) => cell(text, kind)?,
            Self::Plain(value) => value.clone(),
            Self::Names(names, _) => chosen(names, kind)?,
            Self::Yes(yes) => match kind {
                QuestionKind::Thumbs | QuestionKind::YesNo => (*yes).into(),
                _ => return Err(wrong()),
            },
            Self::Step(step) => match kind {
                QuestionKind::Rating { .. } | QuestionKind::Number { .. } => (*step).into(),
                _ => chosen(&[step.to_string()], kind)?,
            },
            Self::Number(number) => match kind {
                QuestionKind::Number { .. } => json!(number),
                #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
                QuestionKind::Rating { .. }
                    if number.fract().abs() < f64::EPSILON && number.abs() < 1e9 =>
                {
                    json!(*number as i64)
                }
                _ => return Err(wrong()),
            },
            Self::Text(text) => match kind {
                QuestionKind::Text { .. } | QuestionKind::Correction => text.as_str().into(),
                _ => cell(text, kind)?,
            },
            Self::Spans(of, spans) => match kind {
                QuestionKind::Spans { of: asked, labels } if asked == of => {
                    Value::Array(spans.iter().map(|span| place(span, labels)).collect())
                }
                QuestionKind::Spans { of: asked, .. } => {
                    return Err(format!("expected places in the field `{asked}`, not in `{of}`"));
                }
                _ => return Err(wrong()),
            },
            Self::Preferred(choice) => match kind {
                QuestionKind::Preference { .. } => json!({"choice": choice}),
                QuestionKind::Ranking => match *choice {
                    "a" => json!([[0], [1]]),
                    "b" => json!([[1], [0]]),
                    _ => json!([[0, 1]]),
                },
                _ => return Err(wrong()),
            },
            Self::Ranked(places) => match (kind, places.as_slice()) {
                (QuestionKind::Ranking, _) => json!(places),
                (QuestionKind::Preference { .. }, [first, ..]) if places.concat().len() == 2 => {
                    json!({"choice": match first.as_slice() { [0] => "a", [1] => "b", _ => "tie" }})
                }
                _ => return Err(wrong()),
            },
        })
    }

    /// The answer as one label, for statistics of files without a rubric.
    pub fn label(&self) -> String {
        match self {
            Self::Names(names, _) if names.len() == 1 => names[0].clone(),
            Self::Names(names, _) => {
                let mut sorted = names.clone();
                sorted.sort_unstable();
                json!(sorted).to_string()
            }
            Self::Step(step) => step.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) | Self::Plain(Value::String(text)) => text.clone(),
            Self::Yes(yes) => yes.to_string(),
            Self::Spans(_, spans) => json!(spans).to_string(),
            Self::Preferred(choice) => (*choice).to_owned(),
            Self::Ranked(places) => json!(places).to_string(),
            // How strong a preference is is no other answer.
            Self::Plain(Value::Object(fields))
                if fields.get("choice").is_some_and(Value::is_string) =>
            {
                fields["choice"].as_str().unwrap_or_default().to_owned()
            }
            Self::Plain(value) => value.to_string(),
        }
    }
}

fn place(span: &TextSpan, labels: &[QuestionOption]) -> Value {
    let label = option(labels, &span.label).map_or(span.label.as_str(), |label| &label.key);
    json!({"start": span.start, "end": span.end, "label": label})
}

/// Names as an answer.
fn chosen(names: &[String], kind: &QuestionKind) -> Result<Value, String> {
    let one = || match names {
        [name] => Ok(name.as_str()),
        _ => Err(format!("expected one answer, got {}", names.len())),
    };
    let key = |options: &[QuestionOption], name: &str| {
        option(options, name).map(|option| Value::from(option.key.as_str())).ok_or_else(|| {
            let all: Vec<&str> = options.iter().map(|option| option.key.as_str()).collect();
            let name = vouch_domain::invalid::shorten(name);
            format!("expected one of {}, got {name}", all.join(", "))
        })
    };
    match kind {
        QuestionKind::Category { options } => key(options, one()?),
        QuestionKind::MultiCategory { options, .. } => {
            names.iter().map(|name| key(options, name)).collect::<Result<_, _>>().map(Value::Array)
        }
        QuestionKind::Checklist { options } => {
            for name in names {
                key(options, name)?;
            }
            let ticked = |o: &QuestionOption| {
                names
                    .iter()
                    .any(|name| option(options, name).is_some_and(|found| found.key == o.key))
            };
            let ticks: Map<_, _> =
                options.iter().map(|o| (o.key.clone(), ticked(o).into())).collect();
            Ok(Value::Object(ticks))
        }
        _ => cell(one()?, kind),
    }
}

/// A cell of a table as an answer.
fn cell(text: &str, kind: &QuestionKind) -> Result<Value, String> {
    let got = || vouch_domain::invalid::shorten(text);
    let parsed = || serde_json::from_str::<Value>(text).ok();
    match kind {
        QuestionKind::Thumbs | QuestionKind::YesNo => yes(text)
            .map(Value::Bool)
            .ok_or_else(|| format!("expected true or false, got {}", got())),
        QuestionKind::Rating { .. } | QuestionKind::Number { .. } => {
            let number = parsed().filter(Value::is_number);
            let number = number.map(|number| match number.as_f64() {
                #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
                Some(n) if n.fract().abs() < f64::EPSILON && n.abs() < 1e12 => json!(n as i64),
                _ => number,
            });
            number.ok_or_else(|| format!("expected a number, got {}", got()))
        }
        QuestionKind::Category { .. } => chosen(&[text.to_owned()], kind),
        QuestionKind::MultiCategory { .. } => {
            if let Some(list @ Value::Array(_)) = parsed() {
                return Ok(list);
            }
            let names = text.split([';', '|']).map(|name| name.trim().to_owned());
            chosen(&names.filter(|name| !name.is_empty()).collect::<Vec<_>>(), kind)
        }
        QuestionKind::Preference { .. } => match text.trim().to_ascii_lowercase().as_str() {
            choice @ ("a" | "b" | "tie") => Ok(json!({"choice": choice})),
            _ => parsed().ok_or_else(|| format!("expected a, b or tie, got {}", got())),
        },
        QuestionKind::Checklist { .. } | QuestionKind::Spans { .. } | QuestionKind::Ranking => {
            parsed().ok_or_else(|| format!("expected JSON, got {}", got()))
        }
        QuestionKind::Text { .. } | QuestionKind::Correction => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(value: Value) -> QuestionKind {
        serde_json::from_value(value).unwrap()
    }

    fn category() -> QuestionKind {
        kind(json!({"type": "category", "options": [
            {"key": "pos", "title": "Positive"}, {"key": "neg", "title": "Negative"}]}))
    }

    #[test]
    fn names_are_options_by_key_or_title() {
        for name in ["pos", "Positive", "positive", " POS "] {
            let given = Given::Names(vec![name.into()], false);
            assert_eq!(given.answer(&category()), Ok(json!("pos")), "{name}");
        }
        let error = Given::Names(vec!["odd".into()], false).answer(&category()).unwrap_err();
        assert_eq!(error, "expected one of pos, neg, got odd");
        let two = Given::Names(vec!["pos".into(), "neg".into()], true);
        assert_eq!(two.answer(&category()).unwrap_err(), "expected one answer, got 2");
    }

    #[test]
    fn cells_stand_for_answers() {
        let plain = |text: &str| Given::Plain(text.into());
        assert_eq!(plain("Yes").answer(&QuestionKind::YesNo), Ok(json!(true)));
        let rating = kind(json!({"type": "rating", "min": 1, "max": 5}));
        assert_eq!(plain("4").answer(&rating), Ok(json!(4)));
        assert_eq!(plain("4.0").answer(&rating), Ok(json!(4)));
        assert!(plain("four").answer(&rating).is_err());
        let several = kind(json!({"type": "multi_category", "options": [
            {"key": "a", "title": "A"}, {"key": "b", "title": "B"}]}));
        assert_eq!(plain("A; b").answer(&several), Ok(json!(["a", "b"])));
        assert_eq!(plain("[\"b\"]").answer(&several), Ok(json!(["b"])));
        let preference = kind(json!({"type": "preference"}));
        assert_eq!(plain("B").answer(&preference), Ok(json!({"choice": "b"})));
    }

    #[test]
    fn names_become_ours() {
        assert_eq!(name_of(" Is it good? "), "is_it_good");
        assert_eq!(name_of("???"), "answer");
        assert_eq!(name_of("label"), "label");
    }
}
