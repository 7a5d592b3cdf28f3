//! One run of variational Bayes for MACE, from one beginning.

use super::MaceSettings;
use crate::Judgements;
use crate::consensus::gamma::{digamma, ln_gamma};
use crate::consensus::numbers::{normalise, real};
use crate::consensus::outcome::{Consensus, shares};
use crate::consensus::random::Random;
use crate::consensus::votes::Votes;

/// The state of a run. Between iterations the counts belong to the posteriors.
pub(super) struct Run<'a> {
    votes: &'a Votes,
    categories: usize,
    competence_prior: f64,
    guess_prior: f64,
    /// How many judgements each reviewer made.
    made: Vec<f64>,
    /// How often each cell is expected to have been a guess.
    guessed: Vec<f64>,
    /// How many judgements each reviewer is expected to have guessed.
    guessed_of: Vec<f64>,
    /// For each cell the probabilities, in the geometric mean, that the reviewer knows, and that
    /// they guess and say this.
    odds: Vec<(f64, f64)>,
    /// `[items, categories]`.
    posteriors: Vec<f64>,
    bound: f64,
    iterations: u32,
    converged: bool,
}

impl<'a> Run<'a> {
    pub(super) fn new(votes: &'a Votes, judgements: &Judgements, settings: &MaceSettings) -> Self {
        let mut made = vec![0.0; judgements.reviewers()];
        judgements.all().iter().for_each(|one| made[one.reviewer as usize] += 1.0);
        Self {
            votes,
            categories: judgements.categories(),
            competence_prior: settings.competence_prior.value(),
            guess_prior: settings.guess_prior.value(),
            guessed: vec![0.0; votes.pairs().len()],
            guessed_of: vec![0.0; made.len()],
            odds: vec![(0.0, 0.0); votes.pairs().len()],
            made,
            posteriors: vec![0.0; judgements.items() * judgements.categories()],
            bound: f64::NEG_INFINITY,
            iterations: 0,
            converged: false,
        }
    }

    /// Everyone knows or guesses anything with even odds, and the posteriors are the shares of the
    /// votes.
    pub(super) fn begin_with_shares(&mut self, judgements: &Judgements) {
        self.posteriors = shares(judgements);
        self.odds.fill((0.5, 0.5 / real(self.categories)));
        self.count();
    }

    /// Each reviewer knows with a probability by chance, and guesses by chance.
    pub(super) fn begin_by_chance(&mut self, random: &mut Random) {
        for cells in self.votes.by_reviewer() {
            let knows = 0.25 + 0.5 * random.unit();
            for cell in cells {
                let says = (0.5 + random.unit()) / real(self.categories);
                self.odds[cell] = (knows, (1.0 - knows) * says);
            }
        }
        self.make_posteriors();
        self.count();
    }

    /// Repeats until nothing changes by more than the tolerance, or this many iterations are made
    /// altogether.
    pub(super) fn go_on(&mut self, iterations: u32, tolerance: f64) {
        while !self.converged && self.iterations < iterations {
            let divergence = self.make_odds();
            let (likelihood, change) = self.make_posteriors();
            self.bound = likelihood - divergence;
            self.count();
            self.iterations += 1;
            self.converged = change <= tolerance;
        }
    }

    /// Makes the odds of the counts. Returns how far the distributions of competences and guesses
    /// are from their priors (Kullback-Leibler).
    fn make_odds(&mut self) -> f64 {
        let (a, delta) = (self.competence_prior, self.guess_prior);
        let all_delta = delta * real(self.categories);
        let (delta_gamma, all_delta_gamma) = (ln_gamma(delta), ln_gamma(all_delta));
        let prior_gamma = ln_gamma(2.0 * a) - 2.0 * ln_gamma(a);
        let mut divergence = 0.0;
        for (reviewer, cells) in self.votes.by_reviewer().enumerate() {
            if cells.is_empty() {
                continue;
            }
            let guessed = self.guessed_of[reviewer];
            let knew = (self.made[reviewer] - guessed).max(0.0);
            let all = self.made[reviewer] + 2.0 * a;
            let log_knows = digamma(a + knew) - digamma(all);
            let log_guesses = digamma(a + guessed) - digamma(all);
            divergence += ln_gamma(all) - ln_gamma(a + knew) - ln_gamma(a + guessed) - prior_gamma;
            divergence += knew * log_knows + guessed * log_guesses;
            let all_says = digamma(all_delta + guessed);
            divergence += ln_gamma(all_delta + guessed) - all_delta_gamma;
            for cell in cells {
                let count = self.guessed[cell];
                let log_says = digamma(delta + count) - all_says;
                divergence += delta_gamma - ln_gamma(delta + count) + count * log_says;
                self.odds[cell] = (log_knows.exp(), (log_guesses + log_says).exp());
            }
        }
        divergence
    }

    /// Makes the posteriors of the odds. Returns the logarithm of the weight of all judgements and
    /// the largest change of a posterior.
    fn make_posteriors(&mut self) -> (f64, f64) {
        let logs: Vec<(f64, f64)> = self
            .odds
            .iter()
            .map(|(knows, guesses)| {
                let guess = guesses.max(1e-300).ln();
                (guess, (knows + guesses).max(1e-300).ln() - guess)
            })
            .collect();
        let (mut likelihood, mut change) = (0.0, 0.0_f64);
        let mut weights = vec![0.0; self.categories];
        let rows = self.posteriors.chunks_exact_mut(self.categories.max(1));
        for (cells, row) in self.votes.by_item().zip(rows) {
            weights.fill(0.0);
            let mut every = -real(self.categories).ln();
            for cell in cells {
                let (guess, gain) = logs[*cell as usize];
                every += guess;
                weights[self.votes.pairs()[*cell as usize].1 as usize] += gain;
            }
            likelihood += every + normalise(&mut weights);
            for (posterior, new) in row.iter_mut().zip(&weights) {
                change = change.max((new - *posterior).abs());
                *posterior = *new;
            }
        }
        (likelihood, change)
    }

    /// Counts guesses by the posteriors and odds. A judgement was a guess unless it is right and
    /// the reviewer knew.
    fn count(&mut self) {
        self.guessed.fill(0.0);
        let rows = self.posteriors.chunks_exact(self.categories.max(1));
        for (cells, row) in self.votes.by_item().zip(rows) {
            for cell in cells {
                let at = *cell as usize;
                let (knows, guesses) = self.odds[at];
                let knew = knows / (knows + guesses).max(1e-300);
                self.guessed[at] += 1.0 - row[self.votes.pairs()[at].1 as usize] * knew;
            }
        }
        for (cells, guessed) in self.votes.by_reviewer().zip(&mut self.guessed_of) {
            *guessed = self.guessed[cells].iter().sum();
        }
    }

    pub(super) fn bound(&self) -> f64 {
        self.bound
    }

    pub(super) fn iterations(&self) -> u32 {
        self.iterations
    }

    pub(super) fn converged(&self) -> bool {
        self.converged
    }

    /// What each reviewer is expected to say when they guess.
    pub(super) fn guesses(&self) -> Vec<Vec<f64>> {
        let of_reviewer = |(cells, guessed): (std::ops::Range<usize>, &f64)| {
            let all = guessed + self.guess_prior * real(self.categories);
            let mut row = vec![self.guess_prior / all; self.categories];
            for cell in cells {
                row[self.votes.pairs()[cell].1 as usize] += self.guessed[cell] / all;
            }
            row
        };
        self.votes.by_reviewer().zip(&self.guessed_of).map(of_reviewer).collect()
    }

    pub(super) fn into_consensus(self, judgements: &Judgements) -> Consensus {
        let qualities = self.made.iter().zip(&self.guessed_of).map(|(made, guessed)| {
            let knew = (made - guessed).max(0.0);
            (*made > 0.0)
                .then(|| (knew + self.competence_prior) / (made + 2.0 * self.competence_prior))
        });
        Consensus::new(judgements, self.posteriors, qualities)
    }
}
