//! What is bound to a statement: one type for both engines, so that each statement is written
//! once. An absent value keeps its kind, because PostgreSQL types its parameters.

use sqlx::error::BoxDynError;
use sqlx::{Arguments, Database};
use vouch_domain::Time;
use vouch_domain::actor::Actor;
use vouch_domain::id::{
    AuditId, DeliveryId, DeploymentId, FeedbackId, InvitationId, KeyId, LogId, PatchId, ProjectId,
    ProviderId, QueueId, ReviewId, TaskId, UserId, ViewId, WebhookId,
};

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// TEXT.
    Text(Option<String>),
    /// INTEGER, BIGINT.
    Int(Option<i64>),
    /// REAL, DOUBLE PRECISION.
    Real(Option<f64>),
    /// BLOB, BYTEA.
    Blob(Option<Vec<u8>>),
    /// A column of [`super::rows::Rows`] for PostgreSQL.
    #[cfg(feature = "postgres")]
    Array(Array),
}

/// The values of one column.
#[cfg(feature = "postgres")]
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Array {
    /// TEXT.
    Text(Vec<Option<String>>),
    /// BIGINT.
    Int(Vec<Option<i64>>),
    /// DOUBLE PRECISION.
    Real(Vec<Option<f64>>),
    /// BYTEA.
    Blob(Vec<Option<Vec<u8>>>),
}

#[cfg(feature = "postgres")]
impl Array {
    /// No values yet of this kind.
    pub(crate) fn new(kind: Kind, capacity: usize) -> Self {
        match kind {
            Kind::Text => Self::Text(Vec::with_capacity(capacity)),
            Kind::Int => Self::Int(Vec::with_capacity(capacity)),
            Kind::Real => Self::Real(Vec::with_capacity(capacity)),
            Kind::Blob => Self::Blob(Vec::with_capacity(capacity)),
        }
    }

    /// Adds a value, which must be of the array's kind.
    pub(crate) fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Text(all), Value::Text(x)) => all.push(x),
            (Self::Int(all), Value::Int(x)) => all.push(x),
            (Self::Real(all), Value::Real(x)) => all.push(x),
            (Self::Blob(all), Value::Blob(x)) => all.push(x),
            (column, other) => unreachable!("{other:?} in {column:?}"),
        }
    }
}

/// The kind of a column of [`super::rows::Rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// TEXT.
    Text,
    /// INTEGER, BIGINT.
    Int,
    /// REAL, DOUBLE PRECISION.
    Real,
    /// BLOB, BYTEA.
    Blob,
}

macro_rules! from {
    ($($kind:ident($from:ty) |$x:ident| $to:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($x: $from) -> Self {
                Self::$kind($to)
            }
        }
    )*};
}

from! {
    Text(String) |x| Some(x);
    Text(&String) |x| Some(x.clone());
    Text(&str) |x| Some(x.to_owned());
    Text(Option<String>) |x| x;
    Text(Option<&str>) |x| x.map(str::to_owned);
    Text(&Actor) |x| Some(x.to_string());
    Text(ProjectId) |x| Some(x.to_string());
    Text(LogId) |x| Some(x.to_string());
    Text(FeedbackId) |x| Some(x.to_string());
    Text(PatchId) |x| Some(x.to_string());
    Text(DeploymentId) |x| Some(x.to_string());
    Text(ProviderId) |x| Some(x.to_string());
    Text(UserId) |x| Some(x.to_string());
    Text(InvitationId) |x| Some(x.to_string());
    Text(KeyId) |x| Some(x.to_string());
    Text(AuditId) |x| Some(x.to_string());
    Text(ViewId) |x| Some(x.to_string());
    Text(QueueId) |x| Some(x.to_string());
    Text(TaskId) |x| Some(x.to_string());
    Text(ReviewId) |x| Some(x.to_string());
    Text(WebhookId) |x| Some(x.to_string());
    Text(DeliveryId) |x| Some(x.to_string());
    Text(Option<UserId>) |x| x.map(|id| id.to_string());
    Text(&Option<String>) |x| x.clone();
    Int(i64) |x| Some(x);
    Int(u32) |x| Some(i64::from(x));
    Int(bool) |x| Some(i64::from(x));
    Int(Time) |x| Some(x.micros());
    Int(Option<i64>) |x| x;
    Int(Option<u32>) |x| x.map(i64::from);
    Int(Option<Time>) |x| x.map(Time::micros);
    Real(f64) |x| Some(x);
    Real(Option<f64>) |x| x;
    Blob(Vec<u8>) |x| Some(x);
    Blob(Option<Vec<u8>>) |x| x;
}

/// An engine that values can be bound to.
pub(crate) trait Engine: Database {
    /// Adds one argument.
    fn add(arguments: &mut Self::Arguments, value: Value) -> Result<(), BoxDynError>;
}

#[cfg(feature = "sqlite")]
impl Engine for sqlx::Sqlite {
    fn add(arguments: &mut Self::Arguments, value: Value) -> Result<(), BoxDynError> {
        match value {
            Value::Text(x) => arguments.add(x),
            Value::Int(x) => arguments.add(x),
            Value::Real(x) => arguments.add(x),
            Value::Blob(x) => arguments.add(x),
            #[cfg(feature = "postgres")]
            Value::Array(_) => Err("SQLite has no arrays".into()),
        }
    }
}

#[cfg(feature = "postgres")]
impl Engine for sqlx::Postgres {
    fn add(arguments: &mut Self::Arguments, value: Value) -> Result<(), BoxDynError> {
        match value {
            Value::Text(x) => arguments.add(x),
            Value::Int(x) => arguments.add(x),
            Value::Real(x) => arguments.add(x),
            Value::Blob(x) => arguments.add(x),
            Value::Array(Array::Text(x)) => arguments.add(x),
            Value::Array(Array::Int(x)) => arguments.add(x),
            Value::Array(Array::Real(x)) => arguments.add(x),
            Value::Array(Array::Blob(x)) => arguments.add(x),
        }
    }
}

/// The values as the arguments of an engine.
pub(crate) fn arguments<DB: Engine>(values: Vec<Value>) -> Result<DB::Arguments, sqlx::Error> {
    let mut arguments = DB::Arguments::default();
    arguments.reserve(values.len(), values.len() * 16);
    for value in values {
        DB::add(&mut arguments, value).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// The text without U+0000, which PostgreSQL cannot keep.
pub(crate) fn clean(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}
