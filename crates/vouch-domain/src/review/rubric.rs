//! A rubric: the questions of a queue, and the check of answers against them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::{Answer, Answers};
use super::item::{ItemKind, ItemShape};
use super::question::{Question, QuestionKind, When};
use crate::{Invalid, Pointer};

/// The questions of a queue. A value of this type has been checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "RubricDraft")]
pub struct Rubric {
    /// 1 to 50 questions, in the order in which they are asked.
    questions: Vec<Question>,
}

/// A rubric as it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RubricDraft {
    /// 1 to 50 questions, in the order in which they are asked.
    pub questions: Vec<Question>,
}

/// The most questions of a rubric.
const MAX_QUESTIONS: usize = 50;

impl TryFrom<RubricDraft> for Rubric {
    type Error = Invalid;
    fn try_from(draft: RubricDraft) -> Result<Self, Invalid> {
        Self::new(draft)
    }
}

impl Rubric {
    /// Checks a rubric.
    ///
    /// # Errors
    /// At `/questions/<i>/...`, what is wrong first.
    pub fn new(RubricDraft { questions }: RubricDraft) -> Result<Self, Invalid> {
        if !(1..=MAX_QUESTIONS).contains(&questions.len()) {
            let expected = format!("1 to {MAX_QUESTIONS} questions");
            return Err(Invalid::new("/questions", expected, questions.len()));
        }
        for (i, question) in questions.iter().enumerate() {
            let earlier = &questions[..i];
            let at = Pointer::from("/questions").then(i);
            let checked = question.check().and_then(|()| {
                if earlier.iter().any(|other| other.key == question.key) {
                    let expected = "a key that no other question has";
                    return Err(Invalid::new("/key", expected, &question.key));
                }
                check_when(question.when.as_ref(), earlier)?;
                check_default(question)
            });
            checked.map_err(|invalid| invalid.under(&at))?;
        }
        Ok(Self { questions })
    }

    /// The questions in the order in which they are asked.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The question with this key.
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == key)
    }

    /// Checks that every question can be asked about such items.
    ///
    /// # Errors
    /// At `/questions/<i>/type`.
    pub fn check_for(&self, item: ItemKind) -> Result<(), Invalid> {
        for (i, question) in self.questions.iter().enumerate() {
            let fits = match &question.kind {
                QuestionKind::Preference { .. } | QuestionKind::Ranking => {
                    item == ItemKind::Responses
                }
                QuestionKind::Correction => item == ItemKind::Log,
                QuestionKind::Spans { of, .. } => match item {
                    ItemKind::Log => of == "response",
                    ItemKind::Record => of != "response",
                    ItemKind::Conversation | ItemKind::Responses => false,
                },
                _ => true,
            };
            if !fits {
                let at = Pointer::from("/questions").then(i).then("type");
                let expected = format!("a question that can be asked of a {}", item.as_str());
                return Err(Invalid::new(at, expected, question.kind.as_str()));
            }
        }
        Ok(())
    }

    /// Checks answers about an item and brings them into their one form. Null is no answer, and
    /// neither is a text without a word.
    ///
    /// # Errors
    /// At `/<key>...`, what is wrong first: an answer that is missing, that nobody asked for, or
    /// that does not fit.
    pub fn check(
        &self,
        answers: &Map<String, Value>,
        shape: &ItemShape,
    ) -> Result<Answers, Invalid> {
        if let Some((key, value)) = answers.iter().find(|(key, _)| self.question(key).is_none()) {
            let at = Pointer::root().then(key);
            return Err(Invalid::new(at, "the key of a question", value));
        }
        let mut checked = Answers::default();
        for question in &self.questions {
            let at = Pointer::root().then(&question.key);
            let given = answers.get(&question.key).filter(|value| is_answer(value));
            match (self.is_asked(question, &checked), given) {
                (true, Some(value)) => {
                    let answer = question.kind.read(value, shape).map_err(|e| e.under(&at))?;
                    checked.0.insert(question.key.clone(), answer.to_value());
                }
                (true, None) if question.required => {
                    return Err(Invalid::new(at, "an answer", "none"));
                }
                (false, Some(value)) => {
                    let expected = "no answer, for the question is not asked here";
                    return Err(Invalid::new(at, expected, value));
                }
                (_, None) => {}
            }
        }
        Ok(checked)
    }

    /// Whether a question is asked after these checked answers to earlier ones.
    pub fn is_asked(&self, question: &Question, answers: &Answers) -> bool {
        let Some(when) = &question.when else { return true };
        let Some(other) = self.question(&when.question) else { return false };
        let Some(value) = answers.get(&when.question) else { return false };
        when.is.iter().any(|is| holds(&other.kind, value, is))
    }

    /// The typed answer to a question in answers that were checked.
    pub fn answer(
        &self,
        question: &Question,
        answers: &Answers,
        shape: &ItemShape,
    ) -> Option<Answer> {
        question.kind.read(answers.get(&question.key)?, shape).ok()
    }
}

fn is_answer(value: &Value) -> bool {
    !value.is_null() && !value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Whether an answer is what a condition names.
fn holds(kind: &QuestionKind, value: &Value, is: &Value) -> bool {
    match kind {
        QuestionKind::MultiCategory { .. } => {
            value.as_array().is_some_and(|chosen| chosen.contains(is))
        }
        QuestionKind::Checklist { .. } => {
            is.as_str().and_then(|key| value.get(key)).and_then(Value::as_bool) == Some(true)
        }
        QuestionKind::Preference { .. } => value.get("choice") == Some(is),
        _ => value == is,
    }
}

fn check_when(when: Option<&When>, earlier: &[Question]) -> Result<(), Invalid> {
    let Some(when) = when else { return Ok(()) };
    let Some(other) = earlier.iter().find(|question| question.key == when.question) else {
        let expected = "the key of an earlier question";
        return Err(Invalid::new("/when/question", expected, &when.question));
    };
    if when.is.is_empty() || when.is.len() > MAX_QUESTIONS {
        let expected = format!("1 to {MAX_QUESTIONS} answers");
        return Err(Invalid::new("/when/is", expected, when.is.len()));
    }
    for (i, is) in when.is.iter().enumerate() {
        let at = || Pointer::from("/when/is").then(i);
        let possible = match &other.kind {
            QuestionKind::Thumbs | QuestionKind::YesNo => is.is_boolean(),
            QuestionKind::Rating { min, max, .. } => {
                is.as_i64().is_some_and(|step| (min..=max).contains(&&step))
            }
            QuestionKind::Category { options }
            | QuestionKind::MultiCategory { options, .. }
            | QuestionKind::Checklist { options } => {
                is.as_str().is_some_and(|key| options.iter().any(|option| option.key == key))
            }
            QuestionKind::Preference { tie, .. } => {
                is.as_str().is_some_and(|c| matches!(c, "a" | "b") || (*tie && c == "tie"))
            }
            _ => {
                let expected = "a question with answers to choose from";
                return Err(Invalid::new("/when/question", expected, other.kind.as_str()));
            }
        };
        if !possible {
            let expected = format!("a possible answer to {}", other.key);
            return Err(Invalid::new(at(), expected, is));
        }
    }
    Ok(())
}

fn check_default(question: &Question) -> Result<(), Invalid> {
    let Some(default) = &question.default else { return Ok(()) };
    let at = Pointer::from("/default");
    match question.kind {
        QuestionKind::Correction | QuestionKind::Spans { .. } | QuestionKind::Ranking => {
            let expected = "no default, for it depends on the item";
            Err(Invalid::new(at, expected, default))
        }
        _ => question
            .kind
            .read(default, &ItemShape::default())
            .map(drop)
            .map_err(|invalid| invalid.under(&at)),
    }
}
