//! How far ratings can be relied on: intraclass correlation and Kendall's W.

mod complete;
mod icc;
mod kendall;

pub use complete::Complete;
pub use icc::{Icc, MeanSquares, Reliability, one_way};
pub use kendall::{Concordance, kendall_w};
