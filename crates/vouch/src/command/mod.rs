//! What the commands beside the server do.

pub(crate) mod audit;
pub(crate) mod doctor;
pub(crate) mod key;
pub(crate) mod logs;
pub(crate) mod model;
pub(crate) mod user;
