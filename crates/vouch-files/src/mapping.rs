//! Which columns of plain rows are what, where their names do not say it.

use std::collections::BTreeMap;

use vouch_domain::review::ItemKind;

/// Which columns are what. What is not said goes by the names in docs/review.md.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    /// What kind of items there are; seen from the columns where `None`.
    pub item: Option<ItemKind>,
    /// The columns that are shown as the fields of a record; all that are nothing else where empty.
    pub text: Vec<String>,
    /// The column of the key.
    pub key: Option<String>,
    /// The column of the prompt of responses.
    pub prompt: Option<String>,
    /// The columns of the responses, in their order.
    pub responses: Vec<String>,
    /// By question: the column of the right answer.
    pub gold: BTreeMap<String, String>,
    /// By question: the column of what a model answered.
    pub suggestion: BTreeMap<String, String>,
}

/// The columns that hold the key, unless another is named.
pub(crate) const KEY: [&str; 2] = ["key", "id"];

impl Mapping {
    /// `QUESTION=COLUMN`, or the column alone where there is one question: then the name of the
    /// question is empty.
    pub fn pair(text: &str) -> (String, String) {
        match text.split_once('=') {
            Some((question, column)) => (question.trim().to_owned(), column.trim().to_owned()),
            None => (String::new(), text.trim().to_owned()),
        }
    }

    /// Whether a column was named for anything.
    pub(crate) fn names(&self, column: &str) -> bool {
        let listed = |list: &[String]| list.iter().any(|name| name == column);
        let one = |name: &Option<String>| name.as_deref() == Some(column);
        listed(&self.text)
            || listed(&self.responses)
            || one(&self.key)
            || one(&self.prompt)
            || self.gold.values().chain(self.suggestion.values()).any(|name| name == column)
    }

    /// All columns that were named.
    pub(crate) fn named(&self) -> impl Iterator<Item = &String> {
        let ones = self.key.iter().chain(&self.prompt);
        let lists = self.text.iter().chain(&self.responses);
        ones.chain(lists).chain(self.gold.values()).chain(self.suggestion.values())
    }
}
