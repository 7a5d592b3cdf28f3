//! What the gateway gives back for a chat call.

use http::{HeaderMap, StatusCode};
use vouch_domain::id::LogId;
use vouch_domain::log::Served;

use crate::provider::ProviderBody;

/// The answer to a chat call, on its way.
pub struct ChatReply {
    /// The log of the call; it is committed within 10 ms of the body's end.
    pub log: LogId,
    /// What serves the call.
    pub served: Served,
    /// The provider's status.
    pub status: StatusCode,
    /// The provider's headers that a client may see.
    pub headers: HeaderMap,
    /// The provider's body. Dropping it before its end cancels the call, and the log says so.
    pub body: ProviderBody,
}
