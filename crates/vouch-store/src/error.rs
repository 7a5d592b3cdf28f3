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
        None => Remedy::Isolate,
        Some(sqlx::Error::Database(e)) if e.is_unique_violation() => Remedy::Repeat,
        Some(sqlx::Error::Database(e)) => e.code().map_or(Remedy::Isolate, |code| by_code(&code)),
        Some(_) => Remedy::GiveUp,
    }
}

/// PostgreSQL's codes have five characters, SQLite's are numbers with the kind in the low byte.
fn by_code(code: &str) -> Remedy {
    match code {
        // Serialization failure, deadlock.
        "40001" | "40P01" => Remedy::Repeat,
        // The server only reads, or our role may no longer write.
        "25006" | "42501" => Remedy::GiveUp,
        _ if code.len() == 5 => match &code[..2] {
            // Connection, sign-in, no such database, resources, not in the state for it, operator,
            // system.
            "08" | "28" | "3D" | "53" | "55" | "57" | "58" => Remedy::GiveUp,
            _ => Remedy::Isolate,
        },
        _ => match code.parse::<u32>().map(|code| code & 0xff) {
            // Not permitted, busy, locked, out of memory, read-only, interrupted, disk errors,
            // corrupt, full, cannot open, not a database.
            Ok(3 | 5..=11 | 13 | 14 | 26) => Remedy::GiveUp,
            _ => Remedy::Isolate,
        },
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
        Some(sqlx::Error::Database(_)) if remedy(&error) == Remedy::Isolate => match error {
            StoreError::Unavailable(source) => StoreError::Refused(source),
            other => other,
        },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_one_operation_caused_is_isolated() {
        assert_eq!(by_code("40P01"), Remedy::Repeat);
        for code in ["57P01", "28P01", "3D000", "55000"] {
            assert_eq!(by_code(code), Remedy::GiveUp, "{code}");
        }
        assert_eq!(by_code("22021"), Remedy::Isolate);
        assert_eq!(by_code("517"), Remedy::GiveUp);
        assert_eq!(by_code("275"), Remedy::Isolate);
    }
}
