//! Consensus: what the reviewers say together, how sure that is, and whom to believe.
//!
//! | Kind of answer | Methods |
//! |---|---|
//! | one category | [`majority()`], [`dawid_skene()`], [`one_coin()`], [`mace()`] |
//! | several categories at once | [`selection`]: each of the methods above, option by option |
//! | a number on a scale | [`scale`]: mean, median, how strict each reviewer is |
//! | spans of a text | [`spans`]: a vote for each character, or for whole spans |
//!
//! The methods for categories take [`Judgements`](crate::Judgements) and give a [`Consensus`]: for
//! each item the posterior of each category, for each reviewer a quality. An answer is read from
//! the posterior by a [`TieRule`], since only the caller knows what a tie is to become.
//!
//! **One result for one set of judgements.** Every sum is made in the order of items and
//! reviewers, never in the order of arrival, by one thread. So the same judgements give the same
//! bits, however they came: all at once, or one by one into a [`Live`] collection.
//!
//! **No answer is a `None`, never a NaN.** Nobody judged an item: its answer is `None`, and its
//! posterior is what the method believes before anyone spoke.

mod confusion;
mod dawid_skene;
mod gamma;
mod grouped;
mod live;
mod mace;
mod majority;
mod numbers;
mod one_coin;
mod outcome;
pub mod overlap;
mod random;
pub mod scale;
pub mod selection;
mod settings;
pub mod spans;
mod tie;
mod votes;

pub use confusion::Confusions;
pub use dawid_skene::{DawidSkene, DawidSkeneSettings, dawid_skene};
pub use live::Live;
pub use mace::{Mace, MaceSettings, mace};
pub use majority::majority;
pub use one_coin::{OneCoin, OneCoinSettings, one_coin};
pub use outcome::{Consensus, Contribution, Standing};
pub use settings::{Positive, SettingError, Smoothing, Stop};
pub use tie::TieRule;
