//! MACE: who knows, and who guesses.

mod run;

use run::Run;

use super::outcome::Consensus;
use super::random::Random;
use super::settings::{Positive, Stop};
use super::votes::Votes;
use crate::Judgements;

/// How [`mace`] is run. The default is that of the authors' program, but for the stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaceSettings {
    /// Both parameters of the beta prior of the competence: 0.5.
    pub competence_prior: Positive,
    /// The parameter of the symmetric Dirichlet prior of what a reviewer guesses: 10.
    pub guess_prior: Positive,
    /// How many beginnings are tried, at least 1: 10. The first begins with the shares of the
    /// votes, the others by chance.
    pub restarts: u32,
    /// For how many iterations each beginning is tried: 50. The best goes on until it stops.
    pub trial_iterations: u32,
    /// What chance depends on.
    pub seed: u64,
    /// When the best beginning stops.
    pub stop: Stop,
}

impl Default for MaceSettings {
    fn default() -> Self {
        Self {
            competence_prior: Positive::known(0.5),
            guess_prior: Positive::known(10.0),
            restarts: 10,
            trial_iterations: 50,
            seed: 0,
            stop: Stop::default(),
        }
    }
}

/// What [`mace`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Mace {
    /// The posterior of each item. The quality of a reviewer is their competence: the expected
    /// probability that they know the answer rather than guess.
    pub consensus: Consensus,
    /// What each reviewer is expected to say when they guess, `[reviewers, categories]`; each row
    /// sums to 1.
    pub guesses: Vec<Vec<f64>>,
    /// A lower bound of the logarithm of the probability of all judgements: what the beginnings
    /// are compared by.
    pub bound: f64,
    /// How many times the posteriors were made from the best beginning.
    pub iterations: u32,
    /// Whether it stopped because nothing changed any more.
    pub converged: bool,
    /// Which beginning was the best; 0 is that with the shares of the votes.
    pub best_start: u32,
}

/// Estimates posteriors and competences by variational Bayes.
///
/// Hovy, Berg-Kirkpatrick, Vaswani & Hovy (2013), "Learning whom to trust with MACE", NAACL-HLT,
/// 1120-1130. On each item a reviewer knows the answer with the probability of their competence,
/// or guesses by a habit of their own, whatever the truth. All categories are equally frequent
/// beforehand. The model ends in different places from different beginnings; the one with the
/// highest bound counts. Unlike the authors' program, which stops after 50 iterations and compares
/// likelihoods, the best goes on until nothing changes, and the bound takes the priors into
/// account.
///
/// An item that nobody judged has equal posteriors.
pub fn mace(judgements: &Judgements, settings: &MaceSettings) -> Mace {
    let votes = Votes::new(judgements);
    let mut random = Random::new(settings.seed);
    let trial = settings.trial_iterations.min(settings.stop.iterations()).max(1);
    let (mut best_start, mut run) = (0, Run::new(&votes, judgements, settings));
    run.begin_with_shares(judgements);
    run.go_on(trial, settings.stop.tolerance());
    for start in 1..settings.restarts {
        let mut other = Run::new(&votes, judgements, settings);
        other.begin_by_chance(&mut random);
        other.go_on(trial, settings.stop.tolerance());
        if other.bound() > run.bound() {
            (best_start, run) = (start, other);
        }
    }
    run.go_on(settings.stop.iterations(), settings.stop.tolerance());
    Mace {
        guesses: run.guesses(),
        bound: run.bound(),
        iterations: run.iterations(),
        converged: run.converged(),
        best_start,
        consensus: run.into_consensus(judgements),
    }
}
