//! A queue as it comes to be made or changed.

use serde::{Deserialize, Deserializer};

use super::alert::AgreementAlert;
use super::assignment::Assignment;
use super::item::ItemKind;
use super::queue::{
    Accept, ConsensusRule, EscalateTo, GoldSettings, Overlap, QueueSettings, QueueState,
    SuggestionMode,
};
use super::rubric::{Rubric, RubricDraft};
use super::rule::Rule;
use crate::Invalid;
use crate::group::Group;
use crate::id::UserId;

/// A queue to be made. What is absent has a usual value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewQueue {
    /// What people call it.
    pub name: String,
    /// Its name in URLs and files; made from the name where absent.
    #[serde(default)]
    pub key: Option<String>,
    /// What kind of items it holds.
    pub item: ItemKind,
    /// Its questions.
    pub rubric: RubricDraft,
    /// How to answer, with examples. Markdown.
    #[serde(default)]
    pub guidelines: String,
    /// How many people answer a task; one where absent.
    #[serde(default = "one_review")]
    pub overlap: Overlap,
    /// How answers become one.
    #[serde(default)]
    pub consensus: ConsensusRule,
    /// What completes itself.
    #[serde(default)]
    pub accept: Accept,
    /// The share of tasks that a person looks at again.
    #[serde(default)]
    pub second_review: f64,
    /// What flows in from the live log.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Tasks are due so many seconds after they are added.
    #[serde(default)]
    pub due_after_s: Option<u32>,
    /// How long a task is kept for the person who has it, in seconds; 900 where absent.
    #[serde(default = "lease_s")]
    pub lease_s: u32,
    /// Who reviews, beside the groups; every reviewer where both are empty.
    #[serde(default)]
    pub people: Vec<UserId>,
    /// The groups whose people review, beside the people.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// How new tasks come to them.
    #[serde(default)]
    pub assignment: Assignment,
    /// Who decides.
    #[serde(default)]
    pub escalate_to: EscalateTo,
    /// Tasks whose right answers are known.
    #[serde(default = "no_gold")]
    pub gold: GoldSettings,
    /// Whether reviewers see what a judge or model answered.
    #[serde(default)]
    pub suggestions: SuggestionMode,
    /// Whether items are blurred.
    #[serde(default)]
    pub blur: bool,
    /// Remind people of a break after so many minutes.
    #[serde(default)]
    pub remind_after_min: Option<u32>,
    /// When webhooks are told that the reviewers agree too little.
    #[serde(default)]
    pub alert: Option<AgreementAlert>,
}

const fn one_review() -> Overlap {
    Overlap::Fixed { reviews: 1 }
}

const fn lease_s() -> u32 {
    900
}

fn no_gold() -> GoldSettings {
    GoldSettings { window: 20, ..GoldSettings::default() }
}

impl NewQueue {
    /// The settings, checked.
    ///
    /// # Errors
    /// At the field, what is wrong first.
    pub fn settings(self) -> Result<QueueSettings, Invalid> {
        let settings = QueueSettings {
            key: self.key.unwrap_or_else(|| slug(&self.name)),
            name: self.name,
            item: self.item,
            rubric: Rubric::new(self.rubric).map_err(|e| e.under(&"/rubric".into()))?,
            guidelines: self.guidelines,
            overlap: self.overlap,
            consensus: self.consensus,
            accept: self.accept,
            second_review: self.second_review,
            rules: self.rules,
            due_after_s: self.due_after_s,
            lease_s: self.lease_s,
            people: self.people,
            groups: self.groups,
            assignment: self.assignment,
            escalate_to: self.escalate_to,
            gold: self.gold,
            suggestions: self.suggestions,
            blur: self.blur,
            remind_after_min: self.remind_after_min,
            alert: self.alert,
        };
        settings.check().map(|()| settings)
    }
}

/// A key from a name: its letters and digits in lower case, with hyphens between words.
fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let key: String = words.collect::<Vec<_>>().join("-").chars().take(64).collect();
    if key.is_empty() { "queue".to_owned() } else { key }
}

/// What is to change of a queue; what is absent stays, null takes away.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields of QueueSettings")]
pub struct QueueUpdate {
    /// Whether it gives out tasks.
    #[serde(default)]
    pub state: Option<QueueState>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub key: Option<String>,
    /// A rubric that differs gets a new version; reviews keep theirs.
    #[serde(default)]
    pub rubric: Option<RubricDraft>,
    /// Guidelines that differ get a new version.
    #[serde(default)]
    pub guidelines: Option<String>,
    #[serde(default)]
    pub overlap: Option<Overlap>,
    #[serde(default)]
    pub consensus: Option<ConsensusRule>,
    #[serde(default)]
    pub accept: Option<Accept>,
    #[serde(default)]
    pub second_review: Option<f64>,
    #[serde(default)]
    pub rules: Option<Vec<Rule>>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    #[serde(default)]
    pub due_after_s: Change<u32>,
    #[serde(default)]
    pub lease_s: Option<u32>,
    #[serde(default)]
    pub people: Option<Vec<UserId>>,
    #[serde(default)]
    pub groups: Option<Vec<Group>>,
    #[serde(default)]
    pub assignment: Option<Assignment>,
    #[serde(default)]
    pub escalate_to: Option<EscalateTo>,
    #[serde(default)]
    pub gold: Option<GoldSettings>,
    #[serde(default)]
    pub suggestions: Option<SuggestionMode>,
    #[serde(default)]
    pub blur: Option<bool>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    #[serde(default)]
    pub remind_after_min: Change<u32>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<AgreementAlert>))]
    #[serde(default)]
    pub alert: Change<AgreementAlert>,
    /// Whether its complete tasks are asked again; with a new rubric.
    #[serde(default)]
    pub reopen: bool,
}

/// What is to become of something that may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// It stays; nothing came.
    #[default]
    Keep,
    /// It becomes this, or goes; null came.
    To(Option<T>),
}

impl<T> Change<T> {
    /// What it is to be: the old, the new, or nothing.
    pub fn or(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::To(new) => new,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::To)
    }
}

impl QueueUpdate {
    /// The settings after the change, checked.
    ///
    /// # Errors
    /// At the field, what is wrong first.
    pub fn apply(self, old: QueueSettings) -> Result<QueueSettings, Invalid> {
        let rubric = self.rubric.map(Rubric::new).transpose();
        let rubric = rubric.map_err(|e| e.under(&"/rubric".into()))?;
        let settings = QueueSettings {
            name: self.name.unwrap_or(old.name),
            key: self.key.unwrap_or(old.key),
            item: old.item,
            rubric: rubric.unwrap_or(old.rubric),
            guidelines: self.guidelines.unwrap_or(old.guidelines),
            overlap: self.overlap.unwrap_or(old.overlap),
            consensus: self.consensus.unwrap_or(old.consensus),
            accept: self.accept.unwrap_or(old.accept),
            second_review: self.second_review.unwrap_or(old.second_review),
            rules: self.rules.unwrap_or(old.rules),
            due_after_s: self.due_after_s.or(old.due_after_s),
            lease_s: self.lease_s.unwrap_or(old.lease_s),
            people: self.people.unwrap_or(old.people),
            groups: self.groups.unwrap_or(old.groups),
            assignment: self.assignment.unwrap_or(old.assignment),
            escalate_to: self.escalate_to.unwrap_or(old.escalate_to),
            gold: self.gold.unwrap_or(old.gold),
            suggestions: self.suggestions.unwrap_or(old.suggestions),
            blur: self.blur.unwrap_or(old.blur),
            remind_after_min: self.remind_after_min.or(old.remind_after_min),
            alert: self.alert.or(old.alert),
        };
        settings.check().map(|()| settings)
    }
}
