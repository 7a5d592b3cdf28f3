//! `POST | DELETE /v2/traces/{trace}/spans/{span}/annotation`.

use axum::Json as Answer;
use axum::extract::{FromRequestParts, State};
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};
use vouch_domain::Pointer;
use vouch_domain::id::LogId;

use super::feedback::{Given, log_id};
use crate::auth::Caller;
use crate::body::Json;
use crate::path;
use crate::problem::Problem;
use crate::routes::checks;
use crate::routes::feedback::{Authorship, take_back};
use crate::state::App;

/// The log that is both trace and span.
pub(crate) struct Trace(LogId);

impl FromRequestParts<App> for Trace {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let all = path::all(parts, app).await?;
        let trace = all.iter().find(|(name, _)| name == "trace").map(|(_, text)| text.as_str());
        log_id(trace.unwrap_or_default()).map(Self)
    }
}

/// Annotations of a log.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct Annotations {
    annotations: Vec<Annotation>,
    #[serde(default)]
    metadata: Option<By>,
}

/// One value under a key, or a remark on an annotation.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct Annotation {
    /// The metric's name.
    #[serde(default)]
    key: Option<String>,
    /// The annotation that this is a remark on.
    #[serde(default)]
    parent_annotation_id: Option<String>,
    /// As the metric asks.
    #[schema(value_type = Value)]
    value: Value,
    /// Why.
    #[serde(default)]
    explanation: Option<String>,
}

/// Which annotations go.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct AnnotationKeys {
    keys: Vec<String>,
    #[serde(default)]
    metadata: Option<By>,
}

/// By whom.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct By {
    #[serde(default)]
    identity_id: Option<String>,
}

/// Annotate a log: each annotation is a feedback.
#[utoipa::path(post, path = "/v2/traces/{trace}/spans/{span}/annotation", tag = "orq",
    request_body = Annotations,
    params(("trace" = String, Path, description = "The log."),
        ("span" = String, Path, description = "The log again.")),
    responses((status = 200, body = Object)))]
pub(crate) async fn annotate(
    State(app): State<App>,
    caller: Caller,
    Trace(log): Trace,
    Json(body): Json<Annotations>,
) -> Result<Answer<Value>, Problem> {
    let author = author(&caller, body.metadata)?;
    let given = body.annotations.into_iter().enumerate().map(|(i, annotation)| {
        let at = Pointer::from("/annotations").then(i).to_string();
        let feedback = annotation.into_given().by(&app, &caller, log, author.clone());
        feedback.map_err(|problem| problem.moved("/name", "/key").moved("", &at))
    });
    let feedback = given.collect::<Result<Vec<_>, _>>()?;
    let kept = app.store.append_feedback(caller.principal.project(), feedback, None).await;
    let (written, _) = kept.map_err(|e| Problem::from(e).moved("/feedback", "/annotations"))?;
    Ok(Answer(json!({"ids": written.ids})))
}

/// Take annotations back.
#[utoipa::path(delete, path = "/v2/traces/{trace}/spans/{span}/annotation", tag = "orq",
    request_body = AnnotationKeys,
    params(("trace" = String, Path, description = "The log."),
        ("span" = String, Path, description = "The log again.")),
    responses((status = 200, body = Object)))]
pub(crate) async fn remove_annotation(
    State(app): State<App>,
    caller: Caller,
    Trace(log): Trace,
    Json(body): Json<AnnotationKeys>,
) -> Result<Answer<Value>, Problem> {
    let author = author(&caller, body.metadata)?;
    let given = app.store.log_feedback(caller.principal.project(), log).await?;
    let theirs = given.into_iter().filter(|feedback| {
        feedback.author == author.author
            && feedback.target.log() == Some(log)
            && feedback.retracted_at.is_none()
            && body.keys.contains(&feedback.name)
    });
    let mut ids = vec![];
    for feedback in theirs {
        ids.push(take_back(&app, &caller, feedback.id, &author).await?.id);
    }
    Ok(Answer(json!({"ids": ids})))
}

fn author(caller: &Caller, by: Option<By>) -> Result<Authorship, Problem> {
    let identity = checks::name("/metadata/identity_id", by.and_then(|by| by.identity_id))?;
    Ok(Authorship::implied(caller, identity.as_deref()))
}

impl Annotation {
    /// A remark on an annotation is a comment that names it.
    fn into_given(self) -> Given {
        match (self.key, self.parent_annotation_id) {
            (Some(name), _) => Given { name, value: self.value, comment: self.explanation },
            (None, parent) => {
                let text = match self.value {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                let on = parent.map(|parent| format!("on annotation {parent}"));
                let remark: Vec<_> = [self.explanation, on].into_iter().flatten().collect();
                let comment = Some(remark.join(" – ")).filter(|remark| !remark.is_empty());
                Given { name: "comment".to_owned(), value: Value::String(text), comment }
            }
        }
    }
}
