//! The port through which time and randomness come in; the binary and the tests plug it.

use crate::Time;
use crate::id::Entropy;

/// Where the time and the randomness of ids come from.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Time;

    /// Fresh randomness for one id; also used as the draw that picks a variant.
    fn entropy(&self) -> Entropy;
}
