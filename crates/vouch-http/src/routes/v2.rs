//! What the clients of Orq and Orquesta call. The shapes are theirs; `tests/clients/WIRE.md`
//! says what they insist on. Unknown fields are left alone, as their server does.

mod annotation;
mod deployment_call;
mod feedback;
mod get_config;
mod invoke;
mod invoke_stream;
mod metrics;
mod wire;

pub(crate) use annotation::*;
pub(crate) use feedback::*;
pub(crate) use get_config::*;
pub(crate) use invoke::*;
pub(crate) use metrics::*;
