//! Who did something, and how much their word weighs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{KeyId, QueueId, UserId};

/// Who did something. As text: `user:ID`, `key:ID`, `end_user:NAME`, `judge:NAME`, `queue:ID` or
/// `system`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    /// A person who is signed in.
    User(UserId),
    /// A program with an API key.
    Key(KeyId),
    /// A user of the application, by the application's own name for them.
    EndUser(String),
    /// A model or rule that judges, by name.
    Judge(String),
    /// The reviewers of a queue together.
    Queue(QueueId),
    /// Vouch itself.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Key(id) => write!(f, "key:{id}"),
            Self::EndUser(name) => write!(f, "end_user:{name}"),
            Self::Judge(name) => write!(f, "judge:{name}"),
            Self::Queue(id) => write!(f, "queue:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}

/// The text does not name an actor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected user:ID, key:ID, end_user:NAME, judge:NAME, queue:ID or system")]
pub struct ActorError;

impl FromStr for Actor {
    type Err = ActorError;
    fn from_str(text: &str) -> Result<Self, ActorError> {
        if text == "system" {
            return Ok(Self::System);
        }
        match text.split_once(':').ok_or(ActorError)? {
            ("user", id) => id.parse().map(Self::User).map_err(|_| ActorError),
            ("key", id) => id.parse().map(Self::Key).map_err(|_| ActorError),
            ("end_user", name) => Ok(Self::EndUser(name.to_owned())),
            ("judge", name) => Ok(Self::Judge(name.to_owned())),
            ("queue", id) => id.parse().map(Self::Queue).map_err(|_| ActorError),
            _ => Err(ActorError),
        }
    }
}

impl Serialize for Actor {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Actor {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "`user:ID`, `key:ID`, `end_user:NAME`, `judge:NAME`, `queue:ID` or `system`",
            ))
            .build()
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Actor {}

/// What kind of author a feedback comes from; always kept and shown.
///
/// The order is the order of weight: people outrank judges, judges outrank heuristics, and a
/// reviewer's considered word outranks a passing end user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A program or heuristic.
    Program,
    /// A model that judges.
    Judge,
    /// A user of the application.
    EndUser,
    /// A domain expert who is signed in.
    Reviewer,
    /// The reviewers of a queue together: their consensus, or what was decided of their conflict.
    /// In scores it weighs as much as one of them.
    Reviewers,
}

impl Source {
    /// All sources, lightest first.
    pub const ALL: [Self; 5] =
        [Self::Program, Self::Judge, Self::EndUser, Self::Reviewer, Self::Reviewers];
    /// How many weights there are.
    pub const WEIGHTS: usize = 4;

    /// How much its word weighs, from 0 to below [`Self::WEIGHTS`].
    pub const fn weight(self) -> usize {
        match self {
            Self::Program => 0,
            Self::Judge => 1,
            Self::EndUser => 2,
            Self::Reviewer | Self::Reviewers => 3,
        }
    }

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Judge => "judge",
            Self::EndUser => "end_user",
            Self::Reviewer => "reviewer",
            Self::Reviewers => "reviewers",
        }
    }

    /// The source of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_round_trip_with_colons_in_names() {
        let queue = QueueId::new(crate::Time::from_micros(0), [1; 10]);
        let named = [Actor::EndUser("a:b".into()), Actor::Judge("gpt".into())];
        for actor in [Actor::System, Actor::Queue(queue)].into_iter().chain(named) {
            assert_eq!(actor.to_string().parse::<Actor>().unwrap(), actor);
        }
        assert!("robot:1".parse::<Actor>().is_err());
        assert!("user:someone".parse::<Actor>().is_err());
    }

    #[test]
    fn people_outrank_judges_outrank_programs() {
        assert!(Source::Reviewers >= Source::Reviewer);
        assert!(Source::Reviewer > Source::EndUser);
        assert!(Source::ALL.is_sorted_by_key(|source| source.weight()));
        assert!(Source::EndUser > Source::Judge);
        assert!(Source::Judge > Source::Program);
    }
}
