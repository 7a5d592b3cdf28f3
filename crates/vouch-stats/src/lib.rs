//! Statistics of judgements: how far people agree, what they say together, and what they prefer.
//!
//! Everything here is a pure function of numbers: no IO, no clock, and randomness is a seed. The
//! input of nearly everything is [`Judgements`]: who said what about which item.

pub mod agreement;
pub mod consensus;
pub mod drift;
pub mod judgements;
mod numeric;
pub mod preference;
pub mod reliability;

pub use judgements::{Judgement, Judgements};
