//! A queue: what it asks about which items, of whom, how often, and what completes a task.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::alert::AgreementAlert;
use super::assignment::Assignment;
use super::item::ItemKind;
use super::question::{QuestionKind, check_label};
use super::rubric::Rubric;
use super::rule::{self, Rule};
use crate::group::{Group, MAX_GROUPS};
use crate::id::{QueueId, UserId};
use crate::invalid::check_text;
use crate::metric::check_name;
use crate::{Invalid, Pointer, Time};

/// A queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// Its id.
    pub id: QueueId,
    /// Whether it gives out tasks.
    pub state: QueueState,
    /// What it asks about what, of whom.
    #[serde(flatten)]
    pub settings: QueueSettings,
    /// The version of its rubric, from 1.
    pub rubric_version: u32,
    /// The version of its guidelines, from 1.
    pub guidelines_version: u32,
    /// When it was made.
    pub created_at: Time,
    /// When it was put away, where it was: it gives out nothing, takes nothing, and is not listed.
    pub archived_at: Option<Time>,
}

/// Whether a queue gives out and takes tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum QueueState {
    /// Gives out tasks, takes new ones.
    #[default]
    Open,
    /// Takes new tasks, gives out none for now. What was given out may be finished.
    Paused,
    /// Gives out tasks, and rules bring no new ones.
    Closed,
}

impl QueueState {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Closed => "closed",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Paused, Self::Closed].into_iter().find(|state| state.as_str() == text)
    }
}

/// The settings of a queue. They have been checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueSettings {
    /// What people call it.
    pub name: String,
    /// Its name in URLs and files: 1 to 64 of `a-z 0-9 _ - .`, unique in the project.
    pub key: String,
    /// What kind of items it holds; this stays.
    pub item: ItemKind,
    /// Its questions.
    pub rubric: Rubric,
    /// How to answer, with examples. Markdown.
    pub guidelines: String,
    /// How many people answer a task. After a change, open tasks follow it a moment later.
    pub overlap: Overlap,
    /// How answers become one.
    pub consensus: ConsensusRule,
    /// What completes itself, without a person who decides.
    pub accept: Accept,
    /// The share of tasks that would complete themselves, 0 to 1, that a person looks at again.
    pub second_review: f64,
    /// What flows in from the live log.
    pub rules: Vec<Rule>,
    /// Tasks are due so many seconds after they are added; null for never.
    pub due_after_s: Option<u32>,
    /// How long a task is kept for the person who has it, in seconds, unless that is renewed.
    pub lease_s: u32,
    /// Who reviews, beside the groups; every reviewer where both are empty.
    pub people: Vec<UserId>,
    /// The groups whose people review, beside the people.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// How new tasks come to them.
    #[serde(default)]
    pub assignment: Assignment,
    /// Who decides conflicts and what is escalated.
    pub escalate_to: EscalateTo,
    /// Tasks whose right answers are known, hidden among the rest.
    pub gold: GoldSettings,
    /// Whether reviewers see what a judge or model answered.
    pub suggestions: SuggestionMode,
    /// Whether items are blurred until the reviewer wants to see them.
    pub blur: bool,
    /// Remind people of a break after so many minutes; null for never.
    pub remind_after_min: Option<u32>,
    /// When webhooks are told that the reviewers agree too little; null for never.
    #[serde(default)]
    pub alert: Option<AgreementAlert>,
}

/// How many people answer a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Overlap {
    /// Always so many.
    Fixed {
        /// 1 to 50.
        reviews: u32,
    },
    /// As many as it takes to be sure enough of the answer to one question.
    Adaptive {
        /// At least so many.
        min: u32,
        /// At most so many, up to 50.
        max: u32,
        /// Sure enough: the posterior of the likeliest answer, above 0.5 and below 1.
        confidence: f64,
        /// The key of a question with answers to choose one of.
        question: String,
    },
}

impl Overlap {
    /// How many reviews a new task asks for.
    pub const fn at_first(&self) -> u32 {
        match self {
            Self::Fixed { reviews } => *reviews,
            Self::Adaptive { min, .. } => *min,
        }
    }

    /// How many reviews a task may ask for in the end.
    pub const fn at_most(&self) -> u32 {
        match self {
            Self::Fixed { reviews } => *reviews,
            Self::Adaptive { max, .. } => *max,
        }
    }
}

/// How answers become one.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConsensusRule {
    /// By which method answers to choose from become one. `majority` counts the votes of a task;
    /// the others weigh reviewers by all they did in the queue. Where `accept` is `consensus`, they
    /// also decide what completes itself, a moment after its last review.
    #[serde(default)]
    pub method: ConsensusMethod,
    /// What becomes of a tie.
    #[serde(default)]
    pub tie: Tie,
    /// How ratings and numbers become one.
    #[serde(default)]
    pub scale: ScaleRule,
    /// The share of a task's reviewers, above 0 and up to 1, who have to mark a span alike; more
    /// than half where null. With 0.5 half of them are enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spans: Option<f64>,
}

/// How ratings and numbers become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScaleRule {
    /// The number in the middle; of an even count the mean of the two in the middle.
    #[default]
    Median,
    /// The arithmetic mean.
    Mean,
}

/// By which method answers become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the methods")]
pub enum ConsensusMethod {
    #[default]
    Majority,
    DawidSkene,
    OneCoin,
    Mace,
}

/// What becomes of a tie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// A person decides.
    #[default]
    Conflict,
    /// The answer that was given first.
    First,
}

/// What completes itself, without a person who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Accept {
    /// Only tasks on which all agree.
    #[default]
    Unanimous,
    /// Every task with a consensus.
    Consensus,
}

/// Who decides conflicts and what is escalated: `"admin"`, or a list of people or a group beside
/// the admins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum EscalateTo {
    /// The admins.
    #[default]
    #[serde(with = "admin")]
    Admin,
    /// These people and the admins.
    People(Vec<UserId>),
    /// Whoever belongs to a group, and the admins.
    Group {
        /// Its name.
        group: Group,
    },
}

/// `Admin` as a word.
mod admin {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("admin")
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        let word = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        if word == "admin" { Ok(()) } else { Err(serde::de::Error::custom("expected admin")) }
    }
}

/// Tasks whose right answers are known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GoldSettings {
    /// The share of a reviewer's tasks that are gold, 0 to 0.5.
    #[serde(default)]
    pub rate: f64,
    /// So many gold tasks come before real work.
    #[serde(default)]
    pub onboarding: u32,
    /// A reviewer is paused whose share of right answers among the last [`Self::window`] gold
    /// tasks is below; null for never.
    #[serde(default)]
    pub pause_below: Option<f64>,
    /// How many of the last gold tasks are looked at, 1 to 100.
    #[serde(default = "window")]
    pub window: u32,
    /// By the key of a rating or number: how far off is still right.
    #[serde(default)]
    pub tolerance: BTreeMap<String, f64>,
}

const fn window() -> u32 {
    20
}

/// Whether reviewers see what a judge or model answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SuggestionMode {
    /// With the task.
    #[default]
    Shown,
    /// Never.
    Hidden,
    /// After their own answer.
    After,
}

/// The most reviews of a task.
const MAX_REVIEWS: u32 = 50;
/// The most rules of a queue.
const MAX_RULES: usize = 50;
/// The most people of a queue.
const MAX_PEOPLE: usize = 1000;
/// The longest guidelines in bytes: 256 KiB.
const MAX_GUIDELINES: usize = 256 << 10;

pub(super) fn within<T: PartialOrd + std::fmt::Display>(
    at: &str,
    value: T,
    range: std::ops::RangeInclusive<T>,
) -> Result<(), Invalid> {
    let expected = || format!("a number from {} to {}", range.start(), range.end());
    if range.contains(&value) { Ok(()) } else { Err(Invalid::new(at, expected(), value)) }
}

impl QueueSettings {
    /// Checks the settings together.
    ///
    /// # Errors
    /// At the field, what is wrong first.
    pub fn check(&self) -> Result<(), Invalid> {
        check_label("/name", &self.name, 200)?;
        check_name(&self.key).map_err(|invalid| Invalid { pointer: "/key".into(), ..invalid })?;
        self.rubric.check_for(self.item).map_err(|e| e.under(&"/rubric".into()))?;
        check_text("/guidelines", &self.guidelines)?;
        if self.guidelines.len() > MAX_GUIDELINES {
            let expected = format!("at most {MAX_GUIDELINES} bytes");
            return Err(Invalid::new("/guidelines", expected, self.guidelines.len()));
        }
        self.check_overlap()?;
        if self.consensus.spans.is_some_and(|share| !(share > 0.0 && share <= 1.0)) {
            let expected = "a share above 0, up to 1";
            return Err(Invalid::new(
                "/consensus/spans",
                expected,
                self.consensus.spans.unwrap_or(0.0),
            ));
        }
        within("/second_review", self.second_review, 0.0..=1.0)?;
        self.check_rules()?;
        within("/due_after_s", self.due_after_s.unwrap_or(1), 1..=366 * 86_400)?;
        within("/lease_s", self.lease_s, 30..=7 * 86_400)?;
        within("/remind_after_min", self.remind_after_min.unwrap_or(1), 1..=24 * 60)?;
        within("/people", self.people.len(), 0..=MAX_PEOPLE)?;
        self.alert.map_or(Ok(()), AgreementAlert::check)?;
        within("/groups", self.groups.len(), 0..=MAX_GROUPS)?;
        self.check_gold()
    }

    fn check_overlap(&self) -> Result<(), Invalid> {
        match &self.overlap {
            Overlap::Fixed { reviews } => within("/overlap/reviews", *reviews, 1..=MAX_REVIEWS),
            Overlap::Adaptive { min, max, confidence, question } => {
                within("/overlap/max", *max, 1..=MAX_REVIEWS)?;
                within("/overlap/min", *min, 1..=*max)?;
                within("/overlap/confidence", *confidence, 0.5..=0.9999)?;
                let found = self.rubric.question(question);
                if found.is_none_or(|question| question.kind.classes().is_none()) {
                    let expected = "the key of a question with answers to choose one of";
                    return Err(Invalid::new("/overlap/question", expected, question));
                }
                Ok(())
            }
        }
    }

    fn check_rules(&self) -> Result<(), Invalid> {
        within("/rules", self.rules.len(), 0..=MAX_RULES)?;
        if !self.rules.is_empty() && !matches!(self.item, ItemKind::Log | ItemKind::Conversation) {
            let expected = "no rules, for logs are no such items";
            return Err(Invalid::new("/rules", expected, self.item.as_str()));
        }
        rule::check(&self.rules).map_err(|e| e.under(&"/rules".into()))
    }

    fn check_gold(&self) -> Result<(), Invalid> {
        within("/gold/rate", self.gold.rate, 0.0..=0.5)?;
        within("/gold/onboarding", self.gold.onboarding, 0..=1000)?;
        within("/gold/pause_below", self.gold.pause_below.unwrap_or(0.0), 0.0..=1.0)?;
        within("/gold/window", self.gold.window, 1..=100)?;
        for (key, tolerance) in &self.gold.tolerance {
            let at = Pointer::from("/gold/tolerance").then(key);
            let kind = self.rubric.question(key).map(|question| &question.kind);
            if !matches!(kind, Some(QuestionKind::Rating { .. } | QuestionKind::Number { .. })) {
                return Err(Invalid::new(at, "the key of a rating or a number", key));
            }
            within(&at.to_string(), *tolerance, 0.0..=1e12)?;
        }
        Ok(())
    }

    /// Whether a method that weighs reviewers decides what completes itself.
    pub fn is_weighed(&self) -> bool {
        self.accept == Accept::Consensus
            && self.consensus.method != ConsensusMethod::Majority
            && self.rubric.questions().iter().any(|question| question.kind.is_weighed())
    }

    /// Whether anybody with the role reviews: neither people nor groups are named.
    pub const fn is_for_all(&self) -> bool {
        self.people.is_empty() && self.groups.is_empty()
    }

    /// Whether this person, who belongs to these groups, may be given tasks; which role they have
    /// is not asked here.
    pub fn is_for(&self, user: UserId, groups: &[Group]) -> bool {
        self.is_for_all()
            || self.people.contains(&user)
            || self.groups.iter().any(|group| groups.contains(group))
    }

    /// Whether this person, who belongs to these groups and is no admin, decides conflicts.
    pub fn decides(&self, user: UserId, groups: &[Group]) -> bool {
        match &self.escalate_to {
            EscalateTo::Admin => false,
            EscalateTo::People(people) => people.contains(&user),
            EscalateTo::Group { group } => groups.contains(group),
        }
    }

    /// Whether the next task of a reviewer who was given `given` tasks, `golds` of them gold, is
    /// to be gold.
    pub fn is_gold_due(&self, given: u64, golds: u64) -> bool {
        if golds < u64::from(self.gold.onboarding) {
            return true;
        }
        if self.gold.rate <= 0.0 {
            return false;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the rate is checked: the quotient is between 2 and what fits"
        )]
        let every = (1.0 / self.gold.rate).round().min(1e9) as u64;
        (given + 1).is_multiple_of(every.max(2))
    }
}
