//! The likelihood of comparisons, its slope and its curvature.
//!
//! For a pair with the difference `d` of abilities (and of the advantage of standing first), the
//! first wins, the second wins and neither wins in the ratio exp(d / 2) : exp(-d / 2) : exp(t).
//! The logarithm of the likelihood is concave in all of them.

use super::Comparisons;
use super::fit::{Outcome, Settings, Ties};
use crate::numeric::real;

/// The places of the parameters: abilities, then what else there is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) players: usize,
    /// The advantage of standing first.
    pub(super) order: Option<usize>,
    /// The logarithm of the tie parameter.
    pub(super) tie: Option<usize>,
}

impl Layout {
    pub(super) fn new(comparisons: &Comparisons, settings: &Settings) -> Self {
        let players = comparisons.players();
        let order = settings.order.then_some(players);
        let ties = settings.ties == Ties::Davidson && comparisons.ties() > 0;
        let tie = ties.then_some(players + usize::from(settings.order));
        Self { players, order, tie }
    }

    pub(super) fn order_of(&self) -> usize {
        self.players + usize::from(self.order.is_some()) + usize::from(self.tie.is_some())
    }
}

/// One pair as the model sees it.
struct Pair {
    first: usize,
    second: usize,
    /// How often each outcome came; half of a tie to each where ties are not modelled.
    wins: f64,
    losses: f64,
    ties: f64,
}

/// The logarithm of the likelihood with its first two derivatives.
pub(super) struct Likelihood<'a> {
    layout: Layout,
    pairs: Vec<Pair>,
    settings: &'a Settings,
}

/// At one place.
pub(super) struct Slope {
    pub(super) log: f64,
    pub(super) gradient: Vec<f64>,
    /// Less the second derivatives `[order, order]`: the observed information, which is also the
    /// expected one.
    pub(super) information: Vec<f64>,
}

impl<'a> Likelihood<'a> {
    pub(super) fn new(comparisons: &Comparisons, settings: &'a Settings) -> Self {
        let layout = Layout::new(comparisons, settings);
        let pairs = comparisons.pairs().map(|(first, second, score)| {
            let ties = real(score.ties);
            let half = if layout.tie.is_some() { 0.0 } else { 0.5 * ties };
            Pair {
                first,
                second,
                wins: real(score.first) + half,
                losses: real(score.second) + half,
                ties: ties - 2.0 * half,
            }
        });
        Self { layout, pairs: pairs.collect(), settings }
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// The chances of one pair.
    fn chances(&self, at: &[f64], pair: &Pair) -> Outcome {
        let advantage = self.layout.order.map_or(0.0, |place| at[place]);
        let tie = self.layout.tie.map_or(f64::NEG_INFINITY, |place| at[place]);
        Outcome::of(at[pair.first] - at[pair.second] + advantage, tie)
    }

    pub(super) fn log(&self, at: &[f64]) -> f64 {
        let mut log = 0.0;
        for pair in &self.pairs {
            let chances = self.chances(at, pair);
            log += times_ln(pair.wins, chances.first)
                + times_ln(pair.losses, chances.second)
                + times_ln(pair.ties, chances.tie);
        }
        let even = |value: f64| self.settings.prior * (sigmoid(value).ln() + sigmoid(-value).ln());
        if self.settings.prior > 0.0 {
            log += at[..self.layout.players].iter().map(|value| even(*value)).sum::<f64>();
            log += self.layout.order.map_or(0.0, |place| even(at[place]));
            log += self.layout.tie.map_or(0.0, |place| even(at[place] - std::f64::consts::LN_2));
        }
        log
    }

    pub(super) fn slope(&self, at: &[f64]) -> Slope {
        let order = self.layout.order_of();
        let mut gradient = vec![0.0; order];
        let mut information = vec![0.0; order * order];
        for pair in &self.pairs {
            let chances = self.chances(at, pair);
            let all = pair.wins + pair.losses + pair.ties;
            let mean = 0.5 * (chances.first - chances.second);
            let slope = 0.5 * (pair.wins - pair.losses) - all * mean;
            let curve = all * chances.information();
            // How the difference depends on each parameter.
            let parts =
                [(Some(pair.first), 1.0), (Some(pair.second), -1.0), (self.layout.order, 1.0)];
            let parts = parts.iter().filter_map(|(place, sign)| Some(((*place)?, *sign)));
            for (a, sign) in parts.clone() {
                gradient[a] += sign * slope;
                for (b, other) in parts.clone() {
                    information[a * order + b] += sign * other * curve;
                }
            }
            if let Some(tie) = self.layout.tie {
                gradient[tie] += pair.ties - all * chances.tie;
                information[tie * order + tie] += all * chances.tie * (1.0 - chances.tie);
                for (a, sign) in parts {
                    let both = -sign * all * mean * chances.tie;
                    information[a * order + tie] += both;
                    information[tie * order + a] += both;
                }
            }
        }
        self.pull(at, &mut gradient, &mut information);
        Slope { log: self.log(at), gradient, information }
    }

    /// The prior: so many imagined observations either way.
    fn pull(&self, at: &[f64], gradient: &mut [f64], information: &mut [f64]) {
        let order = gradient.len();
        let prior = self.settings.prior;
        for place in 0..order {
            let centre = if self.layout.tie == Some(place) { std::f64::consts::LN_2 } else { 0.0 };
            let chance = sigmoid(at[place] - centre);
            gradient[place] += prior * (1.0 - 2.0 * chance);
            information[place * order + place] += 2.0 * prior * chance * (1.0 - chance);
        }
    }

    /// Twice the logarithm by which the observed shares of outcomes are likelier than the model's.
    pub(super) fn deviance(&self, at: &[f64]) -> f64 {
        let mut deviance = 0.0;
        for pair in &self.pairs {
            let chances = self.chances(at, pair);
            let all = pair.wins + pair.losses + pair.ties;
            for (seen, chance) in [
                (pair.wins, chances.first),
                (pair.losses, chances.second),
                (pair.ties, chances.tie),
            ] {
                deviance += 2.0 * times_ln(seen, seen / (all * chance));
            }
        }
        deviance
    }
}

/// 0 ln 0 is 0.
fn times_ln(times: f64, chance: f64) -> f64 {
    if times > 0.0 { times * chance.max(f64::MIN_POSITIVE).ln() } else { 0.0 }
}

fn sigmoid(value: f64) -> f64 {
    if value >= 0.0 {
        1.0 / (1.0 + (-value).exp())
    } else {
        let odds = value.exp();
        odds / (1.0 + odds)
    }
}
