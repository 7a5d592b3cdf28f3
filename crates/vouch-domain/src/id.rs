//! Newtype ids: a prefix that says what it is, then a UUIDv7 in Crockford's base32 (TypeID 0.3).
//!
//! The text of an id sorts like the time it was made, so every table keyed by an id is in time
//! order and can be paged by key.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::Time;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an id of the form {prefix}_ followed by 26 characters of TypeID base32 that hold a UUIDv7"
)]
pub struct IdError {
    /// The prefix that was expected, e.g. `log`.
    pub prefix: &'static str,
}

/// Eighty bits of randomness for one id; the caller draws them.
pub type Entropy = [u8; 10];

fn encode(uuid: Uuid, out: &mut String) {
    let n = uuid.as_u128();
    for i in (0..26).rev() {
        let index = usize::try_from((n >> (5 * i)) & 31).unwrap_or(0);
        out.push(char::from(ALPHABET[index]));
    }
}

fn decode(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    if bytes.len() != 26 || bytes[0] > b'7' {
        return None;
    }
    let mut n: u128 = 0;
    for b in bytes {
        let digit = ALPHABET.iter().position(|a| a == b)?;
        n = (n << 5) | u128::try_from(digit).ok()?;
    }
    let uuid = Uuid::from_u128(n);
    (uuid.get_version_num() == 7).then_some(uuid)
}

fn from_parts(at: Time, entropy: Entropy) -> Uuid {
    let millis = u64::try_from(at.micros().max(0) / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid()
}

fn made_at(uuid: Uuid) -> Time {
    let millis = uuid.as_u128() >> 80;
    Time::from_micros(i64::try_from(millis).unwrap_or(0) * 1000)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix in front of the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The id made at `at` with the given randomness.
            pub fn new(at: Time, entropy: Entropy) -> Self {
                Self(from_parts(at, entropy))
            }

            /// When the id was made, in whole milliseconds.
            pub fn made_at(self) -> Time {
                made_at(self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = String::with_capacity($prefix.len() + 27);
                text.push_str(concat!($prefix, "_"));
                encode(self.0, &mut text);
                f.write_str(&text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(IdError { prefix: $prefix })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")))
                    .build()
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )*};
}

ids! {
    /// A project: the tenant that everything belongs to.
    ProjectId = "proj";
    /// One entry of the request log.
    LogId = "log";
    /// One feedback.
    FeedbackId = "fb";
    /// One addMetrics call: a patch to a log.
    PatchId = "patch";
    /// A deployment.
    DeploymentId = "dep";
    /// A configured provider.
    ProviderId = "prov";
    /// A person who signs in.
    UserId = "user";
    /// An API key.
    KeyId = "key";
    /// An invitation.
    InvitationId = "inv";
    /// A saved view of the request log.
    ViewId = "view";
    /// An audit entry.
    AuditId = "audit";
    /// A review queue.
    QueueId = "queue";
    /// One item in one queue.
    TaskId = "task";
    /// One reviewer's answers to one task.
    ReviewId = "review";
    /// An address that is told of what happens.
    WebhookId = "hook";
    /// Something that one webhook is told.
    DeliveryId = "msg";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_the_published_vector() {
        // jetify-com/typeid, valid.yml, "uuidv7"
        let id: LogId = "log_01h455vb4pex5vsknk084sn02q".parse().unwrap();
        assert_eq!(id.0.to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
        assert_eq!(id.to_string(), "log_01h455vb4pex5vsknk084sn02q");
    }

    #[test]
    fn refuses_other_prefixes_overflow_and_other_versions() {
        for bad in [
            "fb_01h455vb4pex5vsknk084sn02q",
            "log_81h455vb4pex5vsknk084sn02q",
            "log_01h455vb4pex5vsknk084sn02",
            "log_01H455VB4PEX5VSKNK084SN02Q",
            "log_00000000000000000000000000",
            "",
        ] {
            assert!(bad.parse::<LogId>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn round_trips_and_sorts_by_time(ms in 0i64..253_402_300_799_000, later in 1i64..1000, a: Entropy, b: Entropy) {
            let at = Time::from_micros(ms * 1000);
            let first = LogId::new(at, a);
            let second = LogId::new(Time::from_micros((ms + later) * 1000), b);
            prop_assert_eq!(first.to_string().parse::<LogId>().unwrap(), first);
            prop_assert_eq!(first.made_at(), at);
            prop_assert!(first.to_string() < second.to_string());
        }
    }
}
