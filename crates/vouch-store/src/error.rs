//! What a failed statement means to the caller.

use std::sync::Arc;

use crate::StoreError;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::Corrupt { what: "row", source: Box::new(error) }
            }
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

/// One failure that several callers of a batch get to see.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Shared(#[source] pub(crate) Arc<StoreError>);

/// What a failed batch calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// The connection is gone: nothing will succeed right now.
    GiveUp,
    /// Another writer was in the way: the same again may succeed.
    Repeat,
    /// One of the operations is at fault.
    Isolate,
}

fn database_error(error: &StoreError) -> Option<&sqlx::Error> {
    match error {
        StoreError::Unavailable(source) => source.downcast_ref(),
        _ => None,
    }
}

/// What to do after `error`.
pub(crate) fn remedy(error: &StoreError) -> Remedy {
    match database_error(error) {
        Some(sqlx::Error::Database(e)) if e.is_unique_violation() => Remedy::Repeat,
        // PostgreSQL: serialization failure, deadlock.
        Some(sqlx::Error::Database(e)) if matches!(e.code().as_deref(), Some("40001" | "40P01")) => {
            Remedy::Repeat
        }
        Some(sqlx::Error::Database(_)) => Remedy::Isolate,
        Some(_) => Remedy::GiveUp,
        None => Remedy::Isolate,
    }
}

/// The error as a caller of the store should see it.
pub(crate) fn outward(error: StoreError) -> StoreError {
    match database_error(&error) {
        Some(sqlx::Error::Database(e)) if e.is_unique_violation() => {
            StoreError::Conflict("it is there already".into())
        }
        // PostgreSQL keeps no NUL in texts.
        Some(sqlx::Error::Database(e)) if e.code().as_deref() == Some("22021") => {
            vouch_domain::Invalid::new("", "text without the character U+0000", "U+0000").into()
        }
        _ => error,
    }
}

/// What is stored under `what` does not parse.
pub(crate) fn corrupt(
    what: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> StoreError {
    StoreError::Corrupt { what, source: source.into() }
}
