//! The answers to one question as categories.

use vouch_domain::review::{Question, QuestionKind, Rubric};
use vouch_stats::judgements::Names;
use vouch_stats::{Judgement, Judgements};

use crate::opinions::Opinions;

/// What was said about one question.
pub struct Topic {
    /// Whose number is which category.
    pub labels: Vec<String>,
    /// The value of each category, where they are numbers or ranks.
    pub values: Option<Vec<f64>>,
    /// Whether differences between the values mean something.
    pub is_interval: bool,
    /// Who said what.
    pub judgements: Judgements,
}

impl Topic {
    /// The answers to a question, each different one a category. `None` where they are not
    /// compared so: of texts, corrections and spans.
    pub fn of(opinions: &Opinions, question: &Question) -> Option<Self> {
        let mut scale = Labels::of(&question.kind)?;
        let values = opinions.values(&question.key);
        // A category is numbered where it first comes, as an answer that counts.
        let mut categories: Vec<Option<u32>> = vec![None; values.len()];
        let mut made = Vec::with_capacity(opinions.len());
        for said in opinions.said(&question.key) {
            let place = &mut categories[said.value as usize];
            if place.is_none() {
                *place = scale.names.number(&values[said.value as usize].to_string());
            }
            let Some(category) = *place else { continue };
            made.push(Judgement { item: said.task, reviewer: said.user, category });
        }
        Some(scale.topic(made))
    }

    /// The questions whose answers are categories.
    pub fn compared(rubric: &Rubric) -> impl Iterator<Item = &Question> {
        rubric.questions().iter().filter(|question| Labels::of(&question.kind).is_some())
    }
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The categories of one question.
struct Labels {
    names: Names<String>,
    is_ordered: bool,
    is_interval: bool,
}

impl Labels {
    fn of(kind: &QuestionKind) -> Option<Self> {
        let (mut is_ordered, mut is_interval) = (false, false);
        let known: Vec<String> = match kind {
            QuestionKind::Thumbs | QuestionKind::YesNo => texts(&["false", "true"]),
            QuestionKind::Category { options } => {
                options.iter().map(|option| option.key.clone()).collect()
            }
            QuestionKind::Rating { min, max, .. } => {
                is_ordered = true;
                (*min..=*max).map(|step| step.to_string()).collect()
            }
            QuestionKind::Preference { .. } => texts(&["a", "b", "tie"]),
            QuestionKind::Number { .. } => {
                (is_ordered, is_interval) = (true, true);
                vec![]
            }
            QuestionKind::Checklist { .. }
            | QuestionKind::MultiCategory { .. }
            | QuestionKind::Ranking => vec![],
            QuestionKind::Text { .. } | QuestionKind::Correction | QuestionKind::Spans { .. } => {
                return None;
            }
        };
        let mut names = Names::default();
        for label in &known {
            names.number(label)?;
        }
        Some(Self { names, is_ordered, is_interval })
    }

    fn topic(self, mut made: Vec<Judgement>) -> Topic {
        let Self { names, is_ordered, is_interval } = self;
        let labels = names.names().to_vec();
        let values: Option<Vec<f64>> = labels.iter().map(|label| label.parse().ok()).collect();
        let Some(values) = values.filter(|_| is_ordered) else {
            let judgements = Judgements::new(made, labels.len());
            return Topic { labels, values: None, is_interval, judgements };
        };
        // Numbers came in any order: the lowest is category 0.
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let mut place = vec![0; order.len()];
        for (new, old) in (0..).zip(&order) {
            place[*old] = new;
        }
        for one in &mut made {
            one.category = place[one.category as usize];
        }
        Topic {
            labels: order.iter().map(|old| labels[*old].clone()).collect(),
            values: Some(order.iter().map(|old| values[*old]).collect()),
            is_interval,
            judgements: Judgements::new(made, order.len()),
        }
    }
}
