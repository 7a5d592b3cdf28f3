//! What the questions were, told from the answers of a whole file.

use std::collections::BTreeSet;

use vouch_domain::review::{ItemKind, Question, RubricDraft};

use crate::entry::{Annotator, Entry};
use crate::given::name_of;
use crate::infer_question::Seen;

/// What entries tell of their questions, while they are read.
#[derive(Debug, Default)]
pub struct Infer {
    item: Option<ItemKind>,
    mixed: bool,
    seen: Vec<Seen>,
    entries: u64,
    /// How many annotations of people there are.
    given: u64,
    annotators: BTreeSet<Annotator>,
}

/// What a file's questions were.
#[derive(Debug, Clone, PartialEq)]
pub struct Inferred {
    /// What it is about.
    pub item: ItemKind,
    /// What was asked, as far as it shows.
    pub rubric: RubricDraft,
    /// How many entries there are.
    pub entries: u64,
    /// Who answered.
    pub annotators: Vec<Annotator>,
}

impl Infer {
    /// Looks at an entry.
    pub fn take(&mut self, entry: &Entry) {
        let kind = entry.item.kind();
        self.mixed |= *self.item.get_or_insert(kind) != kind;
        self.entries += 1;
        self.annotators.extend(entry.annotations.iter().map(|one| one.by.clone()));
        let people = entry.annotations.iter().map(|one| (&one.marks, true));
        let models = entry.predictions.iter().map(|one| (&one.marks, false));
        let gold = entry.gold.iter().map(|(marks, _)| (marks, false));
        for (marks, counts) in people.chain(models).chain(gold) {
            self.given += u64::from(counts);
            for mark in marks {
                let place = self.seen.iter().position(|seen| seen.name == mark.question);
                let place = place.unwrap_or_else(|| {
                    self.seen.push(Seen::new(&mark.question));
                    self.seen.len() - 1
                });
                self.seen[place].answered += u64::from(counts);
                self.seen[place].take(&mark.given, &entry.item);
            }
        }
    }

    /// What was seen.
    ///
    /// # Errors
    /// In a sentence, why no rubric can be made of it.
    pub fn finish(self) -> Result<Inferred, String> {
        let item = self.item.ok_or("there is no row that can be read")?;
        if self.mixed {
            return Err(
                "some rows compare responses and others do not: a queue holds one kind".into()
            );
        }
        if self.seen.is_empty() {
            return Err("nothing in it was answered, so that it does not say what to ask".into());
        }
        let mut questions: Vec<Question> = Vec::new();
        for seen in self.seen {
            let required = seen.answered == self.given;
            let mut key = name_of(&seen.name);
            while questions.iter().any(|other| other.key == key) {
                key.push('_');
            }
            let title =
                if seen.name.trim().is_empty() { "Answer".to_owned() } else { seen.name.clone() };
            let kind = seen.kind().map_err(|reason| format!("{title}: {reason}"))?;
            questions.push(Question {
                key,
                title,
                help: String::new(),
                kind,
                required,
                when: None,
                default: None,
            });
        }
        let annotators = self.annotators.into_iter().collect();
        Ok(Inferred { item, rubric: RubricDraft { questions }, entries: self.entries, annotators })
    }
}
