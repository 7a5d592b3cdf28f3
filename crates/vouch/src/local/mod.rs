//! The local model as a provider: OpenAI's chat completions over the engine in this process.

mod answer;
mod load;
mod provider;
mod refusal;
mod request;
#[cfg(test)]
mod tests;

pub(crate) use load::{Loading, keep_loaded};
pub(crate) use provider::LocalProvider;
