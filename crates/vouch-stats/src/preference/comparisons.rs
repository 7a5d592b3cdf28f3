//! Who was compared with whom, and how it went.

use std::collections::BTreeMap;

/// How the comparisons of one pair went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// How often the first was preferred.
    pub first: u64,
    /// How often the second was.
    pub second: u64,
    /// How often neither.
    pub ties: u64,
}

impl Score {
    /// How many comparisons.
    pub fn all(&self) -> u64 {
        self.first + self.second + self.ties
    }
}

/// Comparisons of pairs. Which of a pair stood first is kept: it may be an advantage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparisons {
    players: usize,
    pairs: BTreeMap<(u32, u32), Score>,
}

impl Comparisons {
    /// None yet, of so many players, numbered from 0.
    pub fn new(players: usize) -> Self {
        Self { players, pairs: BTreeMap::new() }
    }

    /// Adds comparisons of `first`, shown first, with `second`. A player with nobody but itself,
    /// and no comparisons at all, add nothing.
    ///
    /// # Panics
    /// When there is no such player.
    pub fn add(&mut self, first: u32, second: u32, score: Score) {
        let known = (first as usize) < self.players && (second as usize) < self.players;
        assert!(known, "there are {} players", self.players);
        if first == second || score.all() == 0 {
            return;
        }
        let kept = self.pairs.entry((first, second)).or_default();
        kept.first += score.first;
        kept.second += score.second;
        kept.ties += score.ties;
    }

    /// How many players.
    pub fn players(&self) -> usize {
        self.players
    }

    /// The pairs with a comparison, by first and second.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize, Score)> + '_ {
        self.pairs
            .iter()
            .map(|((first, second), score)| (*first as usize, *second as usize, *score))
    }

    /// How many comparisons.
    pub fn count(&self) -> u64 {
        self.pairs.values().map(Score::all).sum()
    }

    /// How many of them were ties.
    pub fn ties(&self) -> u64 {
        self.pairs.values().map(|score| score.ties).sum()
    }

    /// The wins (as `first`), losses (as `second`) and ties of each player.
    pub fn records(&self) -> Vec<Score> {
        let mut records = vec![Score::default(); self.players];
        for (first, second, score) in self.pairs() {
            records[first].first += score.first;
            records[first].second += score.second;
            records[first].ties += score.ties;
            records[second].first += score.second;
            records[second].second += score.first;
            records[second].ties += score.ties;
        }
        records
    }
}
