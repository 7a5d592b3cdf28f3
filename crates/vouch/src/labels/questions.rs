//! What a label file says, question by question, with names replaced by numbers.

use std::collections::HashMap;
use std::hash::Hash;

use vouch_stats::{Judgement, Judgements};

/// One row: the texts of its columns, trimmed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) question: &'a str,
    pub(crate) item: &'a str,
    pub(crate) reviewer: &'a str,
    /// Empty: no judgement.
    pub(crate) label: &'a str,
}

/// Gives names numbers in the order in which they first come.
#[derive(Debug, Default)]
struct Numbers(HashMap<Box<str>, u32>);

impl Numbers {
    fn number(&mut self, name: &str) -> Result<u32, String> {
        if let Some(number) = self.0.get(name) {
            return Ok(*number);
        }
        let number = u32::try_from(self.0.len()).map_err(|_| "there are too many names")?;
        self.0.insert(name.into(), number);
        Ok(number)
    }

    /// The names by number.
    fn names(self) -> Vec<String> {
        let mut names = vec![String::new(); self.0.len()];
        for (name, number) in self.0 {
            names[number as usize] = name.into_string();
        }
        names
    }
}

/// The judgements of one question while they are read.
#[derive(Debug, Default)]
struct Collected {
    items: Numbers,
    reviewers: Numbers,
    labels: Numbers,
    made: Vec<Judgement>,
    missing: u64,
}

/// The questions of a file while it is read.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    /// The labels that there may be, in order; any when empty.
    order: Vec<String>,
    known: Numbers,
    collected: Vec<Collected>,
}

impl Questions {
    /// With the labels that there may be, from low to high; any when empty.
    pub(crate) fn new(order: &[String]) -> Self {
        let order = order.iter().map(|label| label.trim().to_owned()).collect();
        Self { order, ..Self::default() }
    }

    /// Takes a row, or says what is wrong with it.
    pub(crate) fn take(&mut self, row: Row) -> Result<(), String> {
        let question = self.known.number(row.question)? as usize;
        if question == self.collected.len() {
            self.collected.push(Collected::default());
        }
        let into = &mut self.collected[question];
        for (column, value) in [("item", row.item), ("reviewer", row.reviewer)] {
            if value.is_empty() {
                return Err(format!("the {column} is empty"));
            }
        }
        let item = into.items.number(row.item)?;
        if row.label.is_empty() {
            into.missing += 1;
            return Ok(());
        }
        if !self.order.is_empty() && !self.order.iter().any(|label| label == row.label) {
            let (label, order) = (row.label, self.order.join(", "));
            return Err(format!("the label `{label}` is none of --order: {order}"));
        }
        let reviewer = into.reviewers.number(row.reviewer)?;
        let category = into.labels.number(row.label)?;
        into.made.push(Judgement { item, reviewer, category });
        Ok(())
    }

    /// What was read, in the order in which the questions came.
    pub(crate) fn finish(self) -> Vec<Question> {
        let names = self.known.names();
        let order = self.order;
        let finished = self.collected.into_iter().zip(names);
        finished.map(|(collected, name)| Question::new(name, collected, &order)).collect()
    }
}

/// One question of a label file. Items, reviewers and labels have the numbers of the judgements.
#[derive(Debug)]
pub(crate) struct Question {
    /// Empty where the file has no such column.
    pub(crate) name: String,
    pub(crate) items: Vec<String>,
    pub(crate) reviewers: Vec<String>,
    /// In order: by number, as in `--order`, or by alphabet.
    pub(crate) labels: Vec<String>,
    /// The labels as numbers, where all of them are.
    pub(crate) numbers: Option<Vec<f64>>,
    /// Whether `--order` gave the order.
    pub(crate) ordered: bool,
    pub(crate) judgements: Judgements,
    /// Rows without a label.
    pub(crate) missing: u64,
}

impl Question {
    fn new(name: String, collected: Collected, order: &[String]) -> Self {
        let Collected { items, reviewers, labels, mut made, missing } = collected;
        let given = labels.names();
        let parsed: Option<Vec<f64>> = given.iter().map(|label| number(label)).collect();
        let ordered = !order.is_empty();
        let (labels, places, numbers) = match parsed {
            _ if ordered => (order.to_vec(), places_in(order, &given), None),
            Some(values) if !values.is_empty() => by_value(&given, &values),
            _ => {
                let mut sorted = given.clone();
                sorted.sort_unstable();
                let places = places_in(&sorted, &given);
                (sorted, places, None)
            }
        };
        for one in &mut made {
            one.category = places[one.category as usize];
        }
        let judgements = Judgements::new(made, labels.len());
        Self {
            name,
            items: items.names(),
            reviewers: reviewers.names(),
            labels,
            numbers,
            ordered,
            judgements,
            missing,
        }
    }
}

/// A finite number.
fn number(label: &str) -> Option<f64> {
    label.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The place of each given label in a list that has them all.
fn places_in<T: AsRef<str> + Eq + Hash>(list: &[T], given: &[String]) -> Vec<u32> {
    let mut places: HashMap<&str, u32> = HashMap::new();
    for (place, label) in (0..).zip(list) {
        places.entry(label.as_ref()).or_insert(place);
    }
    given.iter().map(|label| places.get(label.as_str()).copied().unwrap_or(0)).collect()
}

/// Numbers in order; those that are written in several ways (`3`, `3.0`) are one.
fn by_value(given: &[String], values: &[f64]) -> (Vec<String>, Vec<u32>, Option<Vec<f64>>) {
    let mut order: Vec<usize> = (0..given.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let (mut labels, mut numbers, mut places) = (vec![], vec![], vec![0; given.len()]);
    // -0 and 0 are one number.
    for same in order.chunk_by(|a, b| values[*a] + 0.0 >= values[*b] + 0.0) {
        for label in same {
            places[*label] = u32::try_from(labels.len()).unwrap_or(u32::MAX);
        }
        let shortest = same.iter().min_by_key(|label| given[**label].len());
        let first = shortest.copied().unwrap_or(same[0]);
        labels.push(given[first].clone());
        numbers.push(values[first] + 0.0);
    }
    (labels, places, Some(numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(item: &'a str, reviewer: &'a str, label: &'a str) -> Row<'a> {
        Row { question: "", item, reviewer, label }
    }

    #[test]
    fn numbers_are_in_order_and_one_however_they_are_written() {
        let mut questions = Questions::default();
        for (item, label) in [("a", "10"), ("b", "3.0"), ("c", "3"), ("d", "-0"), ("e", "0")] {
            questions.take(row(item, "ann", label)).unwrap();
        }
        questions.take(row("f", "ann", "")).unwrap();
        let question = questions.finish().remove(0);
        assert_eq!(question.labels, ["0", "3", "10"]);
        assert_eq!(question.numbers, Some(vec![0.0, 3.0, 10.0]));
        let categories: Vec<u32> = question.judgements.all().iter().map(|o| o.category).collect();
        assert_eq!(categories, [2, 1, 1, 0, 0]);
        assert_eq!((question.missing, question.items.len()), (1, 6));
    }

    #[test]
    fn names_go_by_alphabet_or_by_the_given_order() {
        let labels = |order: &[&str]| {
            let order: Vec<String> = order.iter().map(|label| (*label).to_owned()).collect();
            let mut questions = Questions::new(&order);
            questions.take(row("a", "ann", "good")).unwrap();
            questions.take(row("a", "ben", "bad")).unwrap();
            questions.finish().remove(0).labels
        };
        assert_eq!(labels(&[]), ["bad", "good"]);
        assert_eq!(labels(&["good", "fair", "bad"]), ["good", "fair", "bad"]);
    }

    #[test]
    fn a_row_that_is_none_is_told() {
        let mut questions = Questions::new(&["yes".to_owned()]);
        assert_eq!(questions.take(row("", "ann", "yes")).unwrap_err(), "the item is empty");
        let unknown = questions.take(row("a", "ann", "no")).unwrap_err();
        assert_eq!(unknown, "the label `no` is none of --order: yes");
    }
}
