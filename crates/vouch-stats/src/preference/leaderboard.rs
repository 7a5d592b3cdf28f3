//! Players from best to worst, and how sure the order is.

use super::{Ability, Comparisons, Fit, Outcome, Score};
use crate::numeric::distribution::Z95;
use crate::numeric::whole;

/// One line of a leaderboard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Who.
    pub player: u32,
    /// Against the mean of all.
    pub ability: Ability,
    /// Wins (`first`), losses (`second`) and ties.
    pub record: Score,
    /// Against the next below; `None` for the last.
    pub ahead: Option<Ahead>,
}

/// How far a player is ahead of the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ahead {
    /// The difference of abilities.
    pub difference: Ability,
    /// The chances of a comparison of the two.
    pub outcome: Outcome,
    /// Further comparisons of these two that would make the interval of the difference exclude 0,
    /// if the difference stays what it is: 0 when it does already; `None` when they are equal, or
    /// it would take more than a thousand million.
    pub further: Option<u64>,
}

/// More comparisons than anybody makes.
const ENDLESS: f64 = 1e9;

/// The players by ability, the best first.
///
/// # Panics
/// When the fit is not of these comparisons.
pub fn leaderboard(comparisons: &Comparisons, fit: &Fit) -> Vec<Standing> {
    let records = comparisons.records();
    assert_eq!(records.len(), fit.players(), "the fit is of other comparisons");
    let abilities = fit.abilities();
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_by(|a, b| abilities[*b].value.total_cmp(&abilities[*a].value));
    let below = order.iter().skip(1).map(Some).chain([None]);
    order
        .iter()
        .zip(below)
        .map(|(player, below)| Standing {
            player: u32::try_from(*player).unwrap_or(u32::MAX),
            ability: abilities[*player],
            record: records[*player],
            ahead: below.map(|below| ahead(fit, *player, *below)),
        })
        .collect()
}

fn ahead(fit: &Fit, player: usize, below: usize) -> Ahead {
    let difference = fit.difference(player, below);
    let outcome = fit.outcome(player, below);
    // A comparison of the two adds its information to that on their difference.
    let wanted = (Z95 / difference.value).powi(2);
    let known = 1.0 / (difference.se * difference.se);
    let needed = ((wanted - known) / outcome.information()).max(0.0);
    let further = (needed <= ENDLESS).then(|| whole(needed.ceil()));
    Ahead { difference, outcome, further }
}
