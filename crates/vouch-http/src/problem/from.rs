//! The errors of other rooms as problems.

use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue};
use vouch_domain::id::LogId;
use vouch_domain::{Invalid, Pointer};
use vouch_gateway::{GatewayError, SealError};
use vouch_store::StoreError;

use super::{Kind, Problem};
use crate::password::PasswordError;

impl From<Invalid> for Problem {
    fn from(e: Invalid) -> Self {
        let detail = format!("expected {}, got {}", e.expected, e.got);
        Self::field(e.pointer.to_string(), detail)
    }
}

impl From<StoreError> for Problem {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::Invalid(e) => e.into(),
            StoreError::NotFound(what) => Self::not_found(what),
            StoreError::Conflict(text) => Self::new(Kind::Conflict, text),
            StoreError::Unavailable(_) => Self { cause: Some(e.into()), ..unavailable() },
            StoreError::Behind(_)
            | StoreError::Newer(_)
            | StoreError::Refused(_)
            | StoreError::Corrupt { .. } => Self::internal(e),
        }
    }
}

impl From<GatewayError> for Problem {
    fn from(e: GatewayError) -> Self {
        match e {
            GatewayError::Invalid(e) => e.into(),
            GatewayError::UnknownModel(text) => Self::new(Kind::UnknownModel, text),
            GatewayError::Unreachable { log, .. } => {
                Self::new(Kind::UpstreamUnreachable, e.to_string()).with_log(log)
            }
            GatewayError::Busy { log, .. } => {
                let busy = Self::new(Kind::Unavailable, e.to_string()).with_log(log);
                busy.with_header(RETRY_AFTER, HeaderValue::from_static("1"))
            }
            GatewayError::Full => {
                let full = Self::new(Kind::Unavailable, format!("{e}; try again in a moment."));
                full.with_header(RETRY_AFTER, HeaderValue::from_static("5"))
            }
            GatewayError::Stopping => Self::new(Kind::Unavailable, "The server is stopping."),
            GatewayError::Store(e) => e.into(),
        }
    }
}

impl From<PasswordError> for Problem {
    fn from(e: PasswordError) -> Self {
        Self::internal(e)
    }
}

impl From<SealError> for Problem {
    fn from(e: SealError) -> Self {
        Self::internal(e)
    }
}

impl Problem {
    /// Names the log of the call in the header `x-vouch-log-id`.
    fn with_log(self, log: LogId) -> Self {
        match HeaderValue::from_str(&log.to_string()) {
            Ok(value) => self.with_header(HeaderName::from_static("x-vouch-log-id"), value),
            Err(_) => self,
        }
    }

    /// The store's pointers for a batch as the caller of a single thing knows them: without
    /// `prefix`, e.g. `/feedback/0`.
    pub(crate) fn moved(mut self, prefix: &str, to: &str) -> Self {
        for error in &mut self.errors {
            if let Some(rest) = error.pointer.strip_prefix(prefix) {
                let at = Pointer::from(rest).under(&Pointer::from(to)).to_string();
                if self.detail.starts_with(&error.pointer) {
                    self.detail = format!("{at}{}", &self.detail[error.pointer.len()..]);
                }
                error.pointer = at;
            }
        }
        self
    }
}

fn unavailable() -> Problem {
    let later = "The database cannot be used right now; try again in a moment.";
    Problem::new(Kind::Unavailable, later).with_header(RETRY_AFTER, HeaderValue::from_static("1"))
}
