//! Fitting the model, and what it says.

use super::likelihood::{Layout, Likelihood};
use super::{Comparisons, graph};
use crate::agreement::Interval;
use crate::numeric::cholesky::Cholesky;
use crate::numeric::distribution::Z95;
use crate::numeric::size;

/// Newton's method needs fewer than ten steps where there is a maximum.
const MOST_STEPS: u32 = 100;
/// A step this small, in units of ability, is the end.
const SMALL_STEP: f64 = 1e-10;
/// The matrix of so many players is solved in seconds.
const MOST_PLAYERS: usize = 2_000;

/// What becomes of ties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ties {
    /// They have a chance of their own, largest between equals (Davidson 1970). Without a single
    /// tie this is the model of Bradley and Terry.
    #[default]
    Davidson,
    /// Half a win for either.
    Half,
}

/// How to fit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Settings {
    /// What becomes of ties.
    pub ties: Ties,
    /// Whether standing first may be an advantage: the home team, the answer on the left.
    pub order: bool,
    /// Imagined observations that pull everything towards even, not negative: each player wins and
    /// loses so many comparisons with a player of ability 0. With 0, the maximum of the likelihood,
    /// which is not there for everybody; with a half, there is always an answer.
    pub prior: f64,
}

/// Why there is no maximum of the likelihood. A prior above 0 helps against all but the last.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Fewer than two players, or nothing was compared.
    #[error("there is nothing to compare")]
    Empty,
    /// These groups were never compared with each other; largest first.
    #[error("the players fall into {} groups that were never compared with each other", .0.len())]
    Disconnected(Vec<Vec<u32>>),
    /// Nobody else ever beat or tied with these.
    #[error("{} of the players always won against all others", .0.len())]
    Unbeaten(Vec<u32>),
    /// The abilities, the tie or the order parameter grow without end.
    #[error("the likelihood has no maximum: too one-sided")]
    OneSided,
    /// The matrix would not fit.
    #[error("there are more than {0} players")]
    TooMany(usize),
}

/// An ability, or a difference of two: the logarithm of odds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ability {
    /// The value. Times 400 / ln 10, points of Elo.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// value ± 1.96 se.
    pub ci95: Interval,
}

impl Ability {
    fn new(value: f64, variance: f64) -> Self {
        let se = variance.max(0.0).sqrt();
        let ci95 = Interval { low: value - Z95 * se, high: value + Z95 * se };
        Self { value, se, ci95 }
    }
}

/// The chances of a comparison; they sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The first is preferred.
    pub first: f64,
    /// Neither is.
    pub tie: f64,
    /// The second is.
    pub second: f64,
}

impl Outcome {
    /// Of a difference of abilities and the logarithm of the tie parameter.
    pub(super) fn of(difference: f64, tie: f64) -> Self {
        let logs = [0.5 * difference, tie, -0.5 * difference];
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let [first, tie, second] = logs.map(|log| (log - top).exp());
        let all = first + tie + second;
        Self { first: first / all, tie: tie / all, second: second / all }
    }

    /// What one comparison tells about the difference: Fisher's information, at most 1/4.
    pub fn information(&self) -> f64 {
        0.25 * (self.first + self.second) - 0.25 * (self.first - self.second).powi(2)
    }
}

/// A fitted model.
#[derive(Clone, Debug)]
pub struct Fit {
    layout: Layout,
    at: Vec<f64>,
    /// Of all parameters; exact for what does not change when all abilities are raised alike.
    covariance: Vec<f64>,
    /// Imagined observations that were used.
    pub prior: f64,
    /// The logarithm of the likelihood of the comparisons, without constants.
    pub log_likelihood: f64,
    /// The residual deviance, over the pairs as they were given.
    pub deviance: f64,
    /// Steps of Newton's method.
    pub steps: u32,
}

/// Fits the model.
///
/// # Errors
/// [`Unfit`], where there is no maximum.
pub fn fit(comparisons: &Comparisons, settings: &Settings) -> Result<Fit, Unfit> {
    check(comparisons, settings)?;
    let likelihood = Likelihood::new(comparisons, settings);
    let layout = likelihood.layout();
    let order = layout.order_of();
    let mut at = vec![0.0; order];
    for step in 1..=MOST_STEPS {
        let slope = likelihood.slope(&at);
        let matrix = grounded(slope.information, layout, settings.prior);
        let cholesky = Cholesky::new(order, matrix).ok_or(Unfit::OneSided)?;
        let direction = cholesky.solve(slope.gradient);
        let length = direction.iter().map(|part| part.abs()).fold(0.0, f64::max);
        if length < SMALL_STEP {
            return Ok(finished(&likelihood, settings, at, step));
        }
        // The likelihood is concave, so a step that is short enough leads up.
        let mut share = 1.0_f64.min(4.0 / length);
        let next = |share: f64| -> Vec<f64> {
            at.iter().zip(&direction).map(|(value, part)| value + share * part).collect()
        };
        let slack = 1e-12 * (1.0 + slope.log.abs());
        while share > 1e-6 && likelihood.log(&next(share)) < slope.log - slack {
            share *= 0.5;
        }
        at = next(share);
    }
    Err(Unfit::OneSided)
}

/// What rules a maximum out.
fn check(comparisons: &Comparisons, settings: &Settings) -> Result<(), Unfit> {
    let players = comparisons.players();
    if players < 2 || comparisons.count() == 0 {
        return Err(Unfit::Empty);
    }
    if players > MOST_PLAYERS {
        return Err(Unfit::TooMany(MOST_PLAYERS));
    }
    if settings.prior > 0.0 {
        return Ok(());
    }
    let groups = graph::connected(comparisons);
    if groups.len() > 1 {
        return Err(Unfit::Disconnected(groups));
    }
    graph::unbeaten(comparisons).map_or(Ok(()), |players| Err(Unfit::Unbeaten(players)))
}

/// Only differences of abilities have a likelihood; this holds their sum where it is.
fn grounded(mut matrix: Vec<f64>, layout: Layout, prior: f64) -> Vec<f64> {
    if prior > 0.0 {
        return matrix;
    }
    let order = layout.order_of();
    let trace: f64 = (0..layout.players).map(|i| matrix[i * order + i]).sum();
    let hold = trace / (size(layout.players) * size(layout.players));
    for i in 0..layout.players {
        for j in 0..layout.players {
            matrix[i * order + j] += hold;
        }
    }
    matrix
}

fn finished(likelihood: &Likelihood, settings: &Settings, at: Vec<f64>, steps: u32) -> Fit {
    let layout = likelihood.layout();
    let slope = likelihood.slope(&at);
    let matrix = grounded(slope.information, layout, settings.prior);
    let inverse = Cholesky::new(layout.order_of(), matrix).map(|cholesky| cholesky.inverse());
    Fit {
        layout,
        covariance: inverse.unwrap_or_default(),
        prior: settings.prior,
        log_likelihood: slope.log,
        deviance: likelihood.deviance(&at),
        at,
        steps,
    }
}

impl Fit {
    /// How many players.
    pub fn players(&self) -> usize {
        self.layout.players
    }

    /// The ability of each player, against the mean of all.
    pub fn abilities(&self) -> Vec<Ability> {
        let players = self.players();
        let share = 1.0 / size(players);
        let mean = share * self.at[..players].iter().sum::<f64>();
        let means: Vec<f64> = (0..players)
            .map(|i| share * (0..players).map(|j| self.covaries(i, j)).sum::<f64>())
            .collect();
        let grand = share * means.iter().sum::<f64>();
        let of = |player: usize| {
            let variance = self.covaries(player, player) - 2.0 * means[player] + grand;
            Ability::new(self.at[player] - mean, variance)
        };
        (0..players).map(of).collect()
    }

    /// How much better one player is than the other.
    ///
    /// # Panics
    /// When there is no such player.
    pub fn difference(&self, player: usize, other: usize) -> Ability {
        assert!(player < self.players() && other < self.players(), "there is no such player");
        let variance = self.covaries(player, player) + self.covaries(other, other)
            - 2.0 * self.covaries(player, other);
        Ability::new(self.at[player] - self.at[other], variance)
    }

    /// The advantage of standing first; `None` when it was not asked for.
    pub fn order(&self) -> Option<Ability> {
        let place = self.layout.order?;
        Some(Ability::new(self.at[place], self.covaries(place, place)))
    }

    /// Davidson's tie parameter: two equals tie with the chance ν / (2 + ν). `None` without ties.
    pub fn tie(&self) -> Option<f64> {
        self.layout.tie.map(|place| self.at[place].exp())
    }

    /// exp(ability) of each player, as shares of 1.
    pub fn shares(&self) -> Vec<f64> {
        let abilities = &self.at[..self.players()];
        let top = abilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let odds: Vec<f64> = abilities.iter().map(|ability| (ability - top).exp()).collect();
        let all: f64 = odds.iter().sum();
        odds.iter().map(|odds| odds / all).collect()
    }

    /// The chances of a comparison in which neither has the advantage of standing first.
    ///
    /// # Panics
    /// When there is no such player.
    pub fn outcome(&self, player: usize, other: usize) -> Outcome {
        let tie = self.layout.tie.map_or(f64::NEG_INFINITY, |place| self.at[place]);
        Outcome::of(self.difference(player, other).value, tie)
    }

    fn covaries(&self, i: usize, j: usize) -> f64 {
        self.covariance[i * self.layout.order_of() + j]
    }
}
