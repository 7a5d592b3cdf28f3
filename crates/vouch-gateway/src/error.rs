//! Why the gateway did not call a provider, or got no answer.

use vouch_domain::Invalid;
use vouch_domain::id::LogId;
use vouch_store::StoreError;

/// Each variant is one thing that the caller may do about it.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Mend the request.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Name a model that exists: a deployment's key or `provider/model`.
    #[error("{0}")]
    UnknownModel(String),
    /// Try later, or mend the provider's settings. The failed call is in the log.
    #[error("provider {provider}: {message}")]
    Unreachable {
        /// The provider's name.
        provider: String,
        /// What went wrong.
        message: String,
        /// The log of the failed call.
        log: LogId,
    },
    /// Try again in a moment. The refused call is in the log.
    #[error("provider {provider}: {message}")]
    Busy {
        /// The provider's name.
        provider: String,
        /// What it waits for.
        message: String,
        /// The log of the refused call.
        log: LogId,
    },
    /// Too many calls are open, or wait until the database takes their logs.
    #[error("too many calls are open, or wait for their logs to be written")]
    Full,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
