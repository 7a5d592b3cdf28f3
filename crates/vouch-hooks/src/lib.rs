//! The webhooks room: signs what happened, after Standard Webhooks, and sends it until it is taken.
//!
//! Architecture invariants: what is to be sent is the store's, written in the transaction of what
//! happened; an attempt is claimed before and kept after it, so that a killed server sends again
//! and loses nothing; no address but a public one is connected to, unless the operator allows it;
//! no secret and no address reaches the diagnostics.

mod connect;
mod deliver;
mod post;
mod sign;
mod url;

pub use deliver::{Deliverer, OpenSecret};
pub use sign::{SECRET_BYTES, secret};
pub use url::check_url;
