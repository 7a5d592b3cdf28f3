//! Who a feedback is by, from who sends it and on whose behalf.

use vouch_domain::Invalid;
use vouch_domain::actor::{Actor, Source};

use crate::auth::{Caller, Credential};

/// An author, and what kind of author that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorship {
    pub(crate) author: Actor,
    pub(crate) source: Source,
}

impl Authorship {
    /// A person is themselves; a program speaks for its user where it names one, else for itself.
    pub(crate) fn implied(caller: &Caller, user_id: Option<&str>) -> Self {
        match (caller.credential.as_ref(), user_id) {
            (Credential::Session { user, .. }, _) => {
                Self { author: Actor::User(user.id), source: Source::Reviewer }
            }
            (Credential::Key(_), Some(name)) => {
                Self { author: Actor::EndUser(name.to_owned()), source: Source::EndUser }
            }
            (Credential::Key(key), None) => {
                Self { author: Actor::Key(key.id), source: Source::Program }
            }
        }
    }

    /// With the source that the caller named, where they did.
    ///
    /// # Errors
    /// At `/source` or `/user_id`, when they do not fit the caller.
    pub(crate) fn named(
        caller: &Caller,
        user_id: Option<&str>,
        source: Option<Source>,
    ) -> Result<Self, Invalid> {
        let implied = Self::implied(caller, user_id);
        let key = match caller.credential.as_ref() {
            Credential::Key(key) => key,
            Credential::Session { .. } => {
                return match (source, user_id) {
                    (None | Some(Source::Reviewer), None) => Ok(implied),
                    (None | Some(Source::Reviewer), Some(name)) => {
                        let expected = "nothing: a signed-in person's feedback is their own";
                        Err(Invalid::new("/user_id", expected, name))
                    }
                    (Some(other), _) => {
                        let expected = "reviewer or nothing from a signed-in person";
                        Err(Invalid::new("/source", expected, other.as_str()))
                    }
                };
            }
        };
        match source {
            None => Ok(implied),
            Some(Source::Program) => {
                Ok(Self { author: Actor::Key(key.id), source: Source::Program })
            }
            Some(Source::Judge) => {
                let name = user_id.unwrap_or(&key.name).to_owned();
                Ok(Self { author: Actor::Judge(name), source: Source::Judge })
            }
            Some(Source::EndUser) if user_id.is_some() => Ok(implied),
            Some(Source::EndUser) => {
                Err(Invalid::new("/user_id", "the application's name of its user", "nothing"))
            }
            Some(source @ (Source::Reviewer | Source::Reviewers)) => {
                let expected = "end_user, judge or program; a reviewer is a signed-in person";
                Err(Invalid::new("/source", expected, source.as_str()))
            }
        }
    }
}

/// Scores are checked here as well, so that nothing is written of a batch with a wrong one.
pub(crate) fn check_score(pointer: &str, score: f64) -> Result<(), Invalid> {
    if (0.0..=100.0).contains(&score) {
        return Ok(());
    }
    Err(Invalid::new(pointer, "a number from 0 to 100", score))
}
