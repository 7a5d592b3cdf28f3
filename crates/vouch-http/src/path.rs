//! Reading the variable parts of a path.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use vouch_domain::id::{DeliveryId, IdError, QueueId, UserId, WebhookId};
use vouch_domain::invalid::shorten;

use crate::problem::{Kind, Problem};
use crate::state::App;

/// The one id in the path. A text that is no id names nothing: 404.
pub(crate) struct PathId<T>(pub(crate) T);

impl<T: FromStr<Err = IdError>> FromRequestParts<App> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let (name, text) = first(parts, app).await?;
        text.parse().map(Self).map_err(|e: IdError| nothing_at(&name, &e.to_string(), &text))
    }
}

/// The one name in the path.
pub(crate) struct PathName(pub(crate) String);

impl FromRequestParts<App> for PathName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        first(parts, app).await.map(|(_, text)| Self(text))
    }
}

/// `/deployments/{key}/versions/{number}`.
pub(crate) struct PathVersion {
    /// The deployment's key.
    pub(crate) key: String,
    /// From 1.
    pub(crate) number: u32,
}

impl FromRequestParts<App> for PathVersion {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let mut all = all(parts, app).await?.into_iter().map(|(_, text)| text);
        let key = all.next().unwrap_or_default();
        let text = all.next().unwrap_or_default();
        let expected = "expected a version number of at least 1";
        let number = text.parse().map_err(|_| nothing_at("number", expected, &text))?;
        Ok(Self { key, number })
    }
}

/// All parts of the path with their names, decoded.
pub(crate) async fn all(parts: &mut Parts, app: &App) -> Result<Vec<(String, String)>, Problem> {
    let raw = RawPathParams::from_request_parts(parts, app)
        .await
        .map_err(|_| Problem::new(Kind::NotFound, "The path is not UTF-8."))?;
    if raw.iter().any(|(_, text)| text.contains('\0')) {
        return Err(Problem::new(Kind::NotFound, "No path has the character U+0000 in it."));
    }
    Ok(raw.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
}

async fn first(parts: &mut Parts, app: &App) -> Result<(String, String), Problem> {
    let mut parts = all(parts, app).await?.into_iter();
    parts.next().ok_or_else(|| Problem::bug("a route without a variable part"))
}

fn nothing_at(name: &str, expected: &str, got: &str) -> Problem {
    let detail = format!("{expected}, got {}", shorten(got));
    Problem::new(Kind::NotFound, "").with_error(format!("{{{name}}}"), detail)
}

/// `/queues/{id}/reviewers/{user}`.
pub(crate) struct PathReviewer {
    /// The queue.
    pub(crate) queue: QueueId,
    /// The person.
    pub(crate) user: UserId,
}

impl FromRequestParts<App> for PathReviewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let mut all = all(parts, app).await?.into_iter().map(|(_, text)| text);
        let (queue, user) = (all.next().unwrap_or_default(), all.next().unwrap_or_default());
        let wrong = |name: &str, text: &str, e: IdError| nothing_at(name, &e.to_string(), text);
        Ok(Self {
            queue: queue.parse().map_err(|e| wrong("id", &queue, e))?,
            user: user.parse().map_err(|e| wrong("user", &user, e))?,
        })
    }
}

/// `/webhooks/{id}/deliveries/{delivery}`.
pub(crate) struct PathDelivery {
    /// The webhook.
    pub(crate) webhook: WebhookId,
    /// The delivery.
    pub(crate) delivery: DeliveryId,
}

impl FromRequestParts<App> for PathDelivery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let mut all = all(parts, app).await?.into_iter().map(|(_, text)| text);
        let (webhook, delivery) = (all.next().unwrap_or_default(), all.next().unwrap_or_default());
        let wrong = |name: &str, text: &str, e: IdError| nothing_at(name, &e.to_string(), text);
        Ok(Self {
            webhook: webhook.parse().map_err(|e| wrong("id", &webhook, e))?,
            delivery: delivery.parse().map_err(|e| wrong("delivery", &delivery, e))?,
        })
    }
}
