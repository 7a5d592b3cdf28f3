//! How often a key may call: a token bucket, in whole numbers.

use serde::{Deserialize, Serialize};

use crate::Time;

/// So many requests in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u32")]
pub struct RequestsPerMinute(u32);

impl RequestsPerMinute {
    /// The most that can be asked for.
    pub const MOST: u32 = 1_000_000;

    /// A limit of `n`, from 1 to [`Self::MOST`].
    pub fn new(n: u64) -> Option<Self> {
        let n = u32::try_from(n).ok()?;
        (1..=Self::MOST).contains(&n).then_some(Self(n))
    }

    /// How many.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u64> for RequestsPerMinute {
    type Error = &'static str;
    fn try_from(n: u64) -> Result<Self, Self::Error> {
        Self::new(n).ok_or("expected a whole number from 1 to 1000000, or null for no limit")
    }
}

impl From<RequestsPerMinute> for u32 {
    fn from(limit: RequestsPerMinute) -> Self {
        limit.0
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for RequestsPerMinute {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(Self::MOST))
            .build()
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for RequestsPerMinute {}

/// What is left of a limit. It fills evenly, up to a whole minute's worth: who was quiet may use
/// that at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    limit: RequestsPerMinute,
    /// What is left, in requests times [`MINUTE_US`]: a microsecond brings `limit` of them.
    level: u64,
    at: Time,
}

/// Where a bucket stands after it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the request may go on.
    pub admitted: bool,
    /// The limit.
    pub limit: RequestsPerMinute,
    /// How many more requests would be admitted now.
    pub remaining: u32,
    /// Microseconds until one more is admitted; 0 where one would be now.
    pub wait_us: u64,
    /// Microseconds until the bucket is full.
    pub full_us: u64,
}

const MINUTE_US: u64 = 60_000_000;

impl Bucket {
    /// A full bucket.
    pub fn new(limit: RequestsPerMinute, now: Time) -> Self {
        Self { limit, level: full(limit), at: now }
    }

    /// Its limit.
    pub const fn limit(&self) -> RequestsPerMinute {
        self.limit
    }

    /// Takes one request out, where one is in. A clock that goes back takes nothing away.
    pub fn take(&mut self, now: Time) -> Standing {
        let passed_us = u64::try_from(now.micros() - self.at.micros()).unwrap_or(0).min(MINUTE_US);
        self.level = full(self.limit).min(self.level + passed_us * u64::from(self.limit.get()));
        self.at = now;
        let admitted = self.level >= MINUTE_US;
        if admitted {
            self.level -= MINUTE_US;
        }
        let per_us = u64::from(self.limit.get());
        Standing {
            admitted,
            limit: self.limit,
            remaining: u32::try_from(self.level / MINUTE_US).unwrap_or(u32::MAX),
            wait_us: MINUTE_US.saturating_sub(self.level).div_ceil(per_us),
            full_us: (full(self.limit) - self.level).div_ceil(per_us),
        }
    }
}

fn full(limit: RequestsPerMinute) -> u64 {
    u64::from(limit.get()) * MINUTE_US
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limit(n: u64) -> RequestsPerMinute {
        RequestsPerMinute::new(n).unwrap()
    }

    const fn at(us: i64) -> Time {
        Time::from_micros(us)
    }

    #[test]
    fn a_minutes_worth_at_once_then_evenly() {
        let mut bucket = Bucket::new(limit(3), at(0));
        let left: Vec<_> = (0..3).map(|_| bucket.take(at(0)).remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = bucket.take(at(0));
        assert!(!refused.admitted);
        assert_eq!((refused.wait_us, refused.full_us), (20_000_000, 60_000_000));
        assert!(!bucket.take(at(19_999_999)).admitted);
        assert!(bucket.take(at(20_000_000)).admitted);
        assert!(!bucket.take(at(20_000_001)).admitted);
        assert_eq!(bucket.take(at(1_000_000_000)).remaining, 2, "it is never more than full");
    }

    #[test]
    fn a_clock_that_goes_back_neither_takes_nor_gives() {
        let mut bucket = Bucket::new(limit(1), at(60_000_000));
        assert!(bucket.take(at(60_000_000)).admitted);
        assert!(!bucket.take(at(0)).admitted);
        assert!(!bucket.take(at(59_000_000)).admitted);
    }

    #[test]
    fn limits_are_within_bounds() {
        assert!(RequestsPerMinute::new(0).is_none());
        assert!(RequestsPerMinute::new(1_000_001).is_none());
        assert_eq!(serde_json::from_str::<RequestsPerMinute>("60").unwrap(), limit(60));
        assert!(serde_json::from_str::<RequestsPerMinute>("0").is_err());
    }

    proptest! {
        #[test]
        fn no_more_than_the_bucket_and_what_flowed_in(
            n in 1u64..=1_000_000, steps in proptest::collection::vec(0i64..5_000_000, 1..200)
        ) {
            let mut bucket = Bucket::new(limit(n), at(0));
            let (mut now, mut admitted) = (0, 0u64);
            for step in steps {
                now += step;
                let standing = bucket.take(at(now));
                admitted += u64::from(standing.admitted);
                prop_assert!(standing.admitted || standing.wait_us > 0);
                let waited = at(now + standing.wait_us.cast_signed());
                prop_assert!(bucket.clone().take(waited).admitted);
            }
            let flowed = now.cast_unsigned() * n / MINUTE_US;
            prop_assert!(admitted <= n + flowed + 1);
        }
    }
}
