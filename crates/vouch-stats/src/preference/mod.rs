//! What people prefer: abilities from comparisons of pairs.
//!
//! The model of R. A. Bradley and M. E. Terry (1952): the first wins with odds exp(difference of
//! abilities); ties as in R. R. Davidson (1970); the advantage of standing first as in R. R.
//! Davidson and R. J. Beaver (1977). [`fit`] maximises the likelihood by Newton's method, to
//! convergence, and takes standard errors from the information matrix.

mod comparisons;
mod fit;
mod graph;
mod leaderboard;
mod likelihood;
mod next;

pub use comparisons::{Comparisons, Score};
pub use fit::{Ability, Fit, Outcome, Settings, Ties, Unfit, fit};
pub use leaderboard::{Ahead, Standing, leaderboard};
pub use next::{Proposal, next_pairs};
