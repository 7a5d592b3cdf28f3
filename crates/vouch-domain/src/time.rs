//! A moment in time, in whole microseconds since 1970 UTC; RFC 3339 in JSON.

use std::fmt;
use std::str::FromStr;

/// A moment in UTC with microsecond resolution, what both databases keep without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

impl Time {
    /// From microseconds since 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This moment and `seconds` more.
    #[must_use]
    pub const fn plus_s(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Days since 1970-01-01: the key of daily roll-ups.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// The first moment of a day counted from 1970-01-01.
    pub const fn from_day(day: i64) -> Self {
        Self(day.saturating_mul(DAY))
    }

    /// The date of this moment as `YYYY-MM-DD`.
    pub fn date(self) -> String {
        self.to_string().chars().take(10).collect()
    }
}

impl From<jiff::Timestamp> for Time {
    fn from(at: jiff::Timestamp) -> Self {
        Self(at.as_microsecond())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(at) => write!(f, "{at:.6}"),
            Err(_) => f.write_str("(out of range)"),
        }
    }
}

impl FromStr for Time {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(Self::from)
    }
}

impl serde::Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(|_| {
            serde::de::Error::custom("expected an RFC 3339 date-time such as 2026-01-31T12:00:00Z")
        })
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Time {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .build()
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Time {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speaks_rfc_3339() {
        let at: Time = "2026-01-31T12:00:00.123456Z".parse().unwrap();
        assert_eq!(at.to_string(), "2026-01-31T12:00:00.123456Z");
        assert_eq!("2026-01-31T13:00:00.123456+01:00".parse::<Time>().unwrap(), at);
        assert_eq!(at.date(), "2026-01-31");
        assert_eq!(Time::from_day(at.day()).to_string(), "2026-01-31T00:00:00.000000Z");
    }

    #[test]
    fn days_before_1970_round_down() {
        assert_eq!(Time::from_micros(-1).day(), -1);
    }
}
