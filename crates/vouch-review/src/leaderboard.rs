//! Whose responses are preferred: a leaderboard of the variants or models that made them.

use std::collections::HashMap;

use serde::Serialize;
use vouch_domain::id::TaskId;
use vouch_domain::review::{Item, Question, Review, ReviewState};
use vouch_stats::judgements::Names;
use vouch_stats::preference::{self, Comparisons, Score, Settings, Ties, leaderboard, next_pairs};

/// How many pairs are proposed.
const PROPOSED: usize = 5;
/// Half a win and half a loss are imagined for each, so that there is an order from the first
/// comparison on, also of what never lost.
const SETTINGS: Settings = Settings { ties: Ties::Davidson, order: false, prior: 0.5 };

/// Whose responses are preferred, by the model of Bradley and Terry (1952), with ties as Davidson
/// (1970) has them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Leaderboard {
    /// From the most preferred to the least.
    pub items: Vec<Place>,
    /// How many preferences were counted.
    pub comparisons: u64,
    /// The pairs whose next comparison tells most, the best first.
    pub next_pairs: Vec<NextPair>,
    /// How often the response that was shown first was preferred to the other, without ties; null
    /// where none was. Far from a half, the position matters.
    pub first_shown: Option<f64>,
    /// Why there is no order yet, where that is so.
    pub why: Option<String>,
}

/// One line of a leaderboard.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Place {
    /// The label of the responses: a variant's or model's name.
    pub label: String,
    /// Its ability against the mean of all, on the scale of log-odds.
    pub ability: f64,
    /// The 95 % confidence interval, lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Preferences won.
    pub wins: u64,
    /// Lost.
    pub losses: u64,
    /// Neither.
    pub ties: u64,
    /// How many further comparisons with the next below would tell the two apart: 0 when they are
    /// already; null where no number would do, and for the last.
    pub further: Option<u64>,
}

/// A pair of which one comparison would tell much.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextPair {
    /// The one's label.
    pub a: String,
    /// The other's.
    pub b: String,
    /// How much a comparison would shrink the uncertainty about all, in nats.
    pub gain: f64,
}

/// Counts the preferences of one question.
#[derive(Default)]
pub struct Preferences {
    labels: Names<String>,
    /// The labels of the two responses of each task.
    tasks: HashMap<TaskId, (u32, u32)>,
    scores: Vec<(u32, u32, Score)>,
    shown_first: (u64, u64),
}

impl Preferences {
    /// Takes a task, if its item is a pair with two different labels.
    pub fn add_task(&mut self, id: TaskId, item: &Item) {
        let Item::Responses { responses, .. } = item else { return };
        let [one, other] = responses.as_slice() else { return };
        let Some((one, other)) = one.label.as_ref().zip(other.label.as_ref()) else { return };
        if one != other
            && let Some(pair) = self.labels.number(one).zip(self.labels.number(other))
        {
            self.tasks.insert(id, pair);
        }
    }

    /// Takes a review of a task that was taken before.
    pub fn add_review(&mut self, review: &Review, question: &Question) {
        let Some((a, b)) = self.tasks.get(&review.task).copied() else { return };
        let answer =
            review.answers.get(&question.key).filter(|_| review.state == ReviewState::Counts);
        let Some(choice) = answer.and_then(|answer| answer.get("choice")?.as_str()) else { return };
        let (score, preferred) = match choice {
            "a" => (Score { first: 1, second: 0, ties: 0 }, Some(0)),
            "b" => (Score { first: 0, second: 1, ties: 0 }, Some(1)),
            _ => (Score { first: 0, second: 0, ties: 1 }, None),
        };
        if let Some((preferred, first)) = preferred.zip(review.order.first()) {
            self.shown_first.0 += u64::from(*first == preferred);
            self.shown_first.1 += 1;
        }
        self.scores.push((a, b, score));
    }

    /// The leaderboard of what was taken.
    pub fn leaderboard(&self) -> Leaderboard {
        let names = self.labels.names();
        let mut comparisons = Comparisons::new(names.len());
        for (a, b, score) in &self.scores {
            comparisons.add(*a, *b, *score);
        }
        let fitted = preference::fit(&comparisons, &SETTINGS);
        let (wins, of) = self.shown_first;
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let first_shown = (of > 0).then(|| wins as f64 / of as f64);
        let empty = Leaderboard {
            items: vec![],
            comparisons: comparisons.count(),
            next_pairs: vec![],
            first_shown,
            why: None,
        };
        let fit = match fitted {
            Ok(fit) => fit,
            Err(why) => return Leaderboard { why: Some(why.to_string()), ..empty },
        };
        let name = |player: u32| names[player as usize].clone();
        let places = leaderboard(&comparisons, &fit).into_iter().map(|standing| Place {
            label: name(standing.player),
            ability: standing.ability.value,
            low: standing.ability.ci95.low,
            high: standing.ability.ci95.high,
            wins: standing.record.first,
            losses: standing.record.second,
            ties: standing.record.ties,
            further: standing.ahead.and_then(|ahead| ahead.further),
        });
        let pairs = next_pairs(&fit, PROPOSED).into_iter();
        let next_pairs = pairs.map(|pair| NextPair {
            a: name(pair.first),
            b: name(pair.second),
            gain: pair.gain,
        });
        Leaderboard { items: places.collect(), next_pairs: next_pairs.collect(), ..empty }
    }
}
