//! What the reviewers of a queue say together about one question, by any of the methods.

use std::collections::BTreeMap;

use serde::Serialize;
use vouch_domain::id::{TaskId, UserId};
use vouch_domain::review::{ConsensusMethod, ConsensusRule, Question, Tie};
use vouch_stats::consensus::{
    Consensus, DawidSkeneSettings, MaceSettings, OneCoinSettings, TieRule, dawid_skene, mace,
    majority, one_coin,
};

use crate::agreement::ReviewerName;
use crate::opinions::{Opinions, Topic};

/// What the reviewers say together, task by task.
pub struct Together<'a> {
    opinions: &'a Opinions,
    topic: Topic,
    consensus: Consensus,
    tie: TieRule,
}

/// What they say together about one task.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskConsensus {
    /// The task.
    pub task: TaskId,
    /// The answer, as text; null for a tie.
    pub answer: Option<String>,
    /// How likely each answer is, 0 to 1; those under a millionth are left out.
    pub posterior: BTreeMap<String, f64>,
    /// Who said what.
    pub contributions: Vec<Contributor>,
}

/// One reviewer's part in a consensus.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contributor {
    /// Who.
    pub user: UserId,
    /// What they said, as text.
    pub answer: String,
    /// How good the method takes them to be, 0 to 1; what that means is the method's.
    pub quality: Option<f64>,
}

/// What a method thinks of a reviewer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quality {
    /// Who.
    #[serde(flatten)]
    pub user: ReviewerName,
    /// How many of their answers counted.
    pub answers: u64,
    /// How good the method takes them to be, 0 to 1.
    pub quality: Option<f64>,
}

impl<'a> Together<'a> {
    /// Runs a method over a question's answers. `None` where these are not compared.
    pub fn of(opinions: &'a Opinions, question: &Question, rule: ConsensusRule) -> Option<Self> {
        let topic = opinions.topic(question)?;
        let judgements = &topic.judgements;
        let consensus = match rule.method {
            ConsensusMethod::Majority => majority(judgements),
            ConsensusMethod::DawidSkene => {
                dawid_skene(judgements, &DawidSkeneSettings::default()).consensus
            }
            ConsensusMethod::OneCoin => one_coin(judgements, &OneCoinSettings::default()).consensus,
            ConsensusMethod::Mace => mace(judgements, &MaceSettings::default()).consensus,
        };
        let tie = match rule.tie {
            Tie::Conflict => TieRule::Undecided,
            Tie::First => TieRule::First,
        };
        Some(Self { opinions, topic, consensus, tie })
    }

    /// How many tasks there are, whether or not anybody answered this question.
    pub fn len(&self) -> usize {
        self.consensus.items()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The consensus about the task of that number; `None` where nobody answered.
    pub fn task(&self, number: usize) -> Option<TaskConsensus> {
        if number >= self.len() || self.consensus.judgements_of(number) == 0 {
            return None;
        }
        let label = |category: u32| self.topic.labels[category as usize].clone();
        let posterior = (0..).zip(self.consensus.posterior(number));
        let posterior = posterior.filter(|(_, p)| **p >= 1e-6).map(|(c, p)| (label(c), *p));
        let users: Vec<_> = self.opinions.users().collect();
        let contributions = self.consensus.contributions(&self.topic.judgements, number);
        Some(TaskConsensus {
            task: *self.opinions.tasks().get(number)?,
            answer: self.consensus.answer(number, self.tie).map(label),
            posterior: posterior.collect(),
            contributions: contributions
                .map(|one| Contributor {
                    user: users[one.reviewer as usize].0,
                    answer: label(one.category),
                    quality: one.quality,
                })
                .collect(),
        })
    }

    /// What the method thinks of each reviewer.
    pub fn qualities(&self) -> Vec<Quality> {
        let named = self.opinions.users().zip(self.consensus.reviewers());
        let told = named.filter(|(_, standing)| standing.judgements > 0);
        let told = told.map(|((id, name), standing)| Quality {
            user: ReviewerName { id, name: name.map(str::to_owned) },
            answers: standing.judgements as u64,
            quality: standing.quality,
        });
        told.collect()
    }

    /// What a reviewer said (rows) where the others and they together said what (columns), in the
    /// order of the labels.
    pub fn confusion(&self, user: UserId) -> Option<Confusion> {
        let number = self.opinions.users().position(|(id, _)| id == user)?;
        let size = self.topic.labels.len();
        let mut counts = vec![vec![0_u64; size]; size];
        let of_user = self.topic.judgements.all().iter();
        for one in of_user.filter(|one| one.reviewer as usize == number) {
            if let Some(answer) = self.consensus.answer(one.item as usize, self.tie) {
                counts[one.category as usize][answer as usize] += 1;
            }
        }
        Some(Confusion { labels: self.topic.labels.clone(), counts })
    }
}

/// What a reviewer said against what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Confusion {
    /// The answers, as text.
    pub labels: Vec<String>,
    /// `[said, consensus]`: how often, in the order of the labels.
    pub counts: Vec<Vec<u64>>,
}
