//! The arithmetic of the forward pass: safe Rust, vectorised, the same result for a token
//! whatever else is computed beside it.
//!
//! Architecture invariant: every number of a token's result comes from the same operations in the
//! same order however many tokens, sequences or threads share the call. So a completion with a
//! seed does not depend on what else the engine is serving.

pub(crate) mod attention;
pub(crate) mod matmul;
pub(crate) mod matrix;
mod parallel;
pub(crate) mod simd;
pub(crate) mod vector;

#[cfg(test)]
mod tests;
