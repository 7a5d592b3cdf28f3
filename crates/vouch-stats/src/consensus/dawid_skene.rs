//! Dawid & Skene: everyone's confusions and everyone's consensus, estimated together.

mod accelerate;
mod run;

use run::Run;

use super::confusion::Confusions;
use super::outcome::Consensus;
use super::settings::{Smoothing, Stop};
use super::votes::Votes;
use crate::Judgements;

/// How [`dawid_skene`] is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DawidSkeneSettings {
    /// Added to each count of the confusion matrices and of the prior. None by default, as in the
    /// paper; a little (0.01) keeps reviewers with few judgements from being called infallible.
    pub smoothing: Smoothing,
    /// Whether steps are lengthened where the likelihood allows it. Yes by default: it ends at
    /// the same place in a fraction of the time. No is the algorithm as printed. Where judgements
    /// are few and the likelihood has many peaks, they may end at different ones: so did 9 of
    /// 5,844 small sets drawn by chance, 2 of them higher.
    pub accelerated: bool,
    /// When to stop.
    pub stop: Stop,
}

impl Default for DawidSkeneSettings {
    fn default() -> Self {
        Self { smoothing: Smoothing::NONE, accelerated: true, stop: Stop::default() }
    }
}

/// What [`dawid_skene`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct DawidSkene {
    /// The posterior of each item. The quality of a reviewer is how often they are right: the
    /// diagonal of their matrix, weighted by the prior.
    pub consensus: Consensus,
    /// How frequent each category is among the judged items; sums to 1.
    pub prior: Vec<f64>,
    /// The confusion matrix of each reviewer. From these and the prior the posteriors are made.
    pub confusions: Confusions,
    /// The logarithm of the probability of all judgements, by prior and confusions.
    pub log_likelihood: f64,
    /// How many times the posteriors were made of prior and confusions.
    pub iterations: u32,
    /// Whether it stopped because nothing changed any more.
    pub converged: bool,
}

/// Estimates posteriors, prior and confusion matrices by expectation maximisation to convergence.
///
/// Dawid & Skene (1979), "Maximum likelihood estimation of observer error-rates using the EM
/// algorithm", Applied Statistics 28(1), 20-28. It starts from the shares of the votes. Each
/// iteration makes prior and confusions of the posteriors (equations 2.3 and 2.4 of the paper),
/// then posteriors of these (2.5); the likelihood never falls. Posteriors are made of logarithms
/// and cannot underflow.
///
/// The algorithm slows down as it comes near its end, so after some steps every third one is a long
/// one, in the direction and length that the two before it suggest: SQUAREM (Varadhan & Roland
/// 2008, "Simple and globally convergent methods for accelerating the convergence of any EM
/// algorithm", Scandinavian Journal of Statistics 35(2), 335-353), scheme S3. A long step that
/// makes the judgements less likely is taken back. It stops when an ordinary step changes no
/// posterior by more than the tolerance.
///
/// Several judgements by one reviewer about one item count each, as in the paper, where they were
/// kept ([`Judgements::keeping_repeats`]).
///
/// An item that nobody judged has the prior as its posterior and takes no part in the estimate.
/// A category that nobody said about any item of a reviewer stays impossible for these items,
/// unless there is smoothing: there is nothing to estimate its row of their matrix from.
pub fn dawid_skene(judgements: &Judgements, settings: &DawidSkeneSettings) -> DawidSkene {
    let votes = Votes::new(judgements);
    let mut run = Run::new(&votes, judgements, settings.smoothing);
    let end = if settings.accelerated {
        accelerate::to_the_end(&mut run, settings.stop)
    } else {
        to_the_end(&mut run, settings.stop)
    };
    let (posteriors, prior, confusions) = run.results();
    let qualities = (0..judgements.reviewers()).map(|one| confusions.accuracy(one, &prior));
    let consensus = Consensus::new(judgements, posteriors, qualities);
    let End { log_likelihood, iterations, converged } = end;
    DawidSkene { consensus, prior, confusions, log_likelihood, iterations, converged }
}

/// How a run ended.
struct End {
    log_likelihood: f64,
    iterations: u32,
    converged: bool,
}

/// The algorithm as printed.
fn to_the_end(run: &mut Run, stop: Stop) -> End {
    let mut end = End { log_likelihood: 0.0, iterations: 0, converged: false };
    while !end.converged && end.iterations < stop.iterations() {
        let made = run.step();
        end.iterations += 1;
        end.log_likelihood = made.log_likelihood;
        end.converged = made.change <= stop.tolerance();
    }
    end
}
