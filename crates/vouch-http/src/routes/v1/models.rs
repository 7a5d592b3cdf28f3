//! `GET /v1/models`: what can be named as `model`.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::App;

/// OpenAI's list of models.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct OpenAiModels {
    object: &'static str,
    data: Vec<OpenAiModel>,
}

/// A deployment's key, or `provider/model`.
#[derive(Serialize, utoipa::ToSchema)]
struct OpenAiModel {
    id: String,
    object: &'static str,
    /// Not known: always 0.
    created: i64,
    owned_by: String,
}

/// What can be named as `model`: deployments first, then `provider/model`.
#[utoipa::path(get, path = "/v1/models", tag = "openai",
    responses((status = 200, body = OpenAiModels)))]
pub(crate) async fn models(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<OpenAiModels>, Problem> {
    let names = app.gateway.models(caller.principal.project()).await?;
    let data = names.into_iter().map(|name| OpenAiModel {
        id: name.id,
        object: "model",
        created: 0,
        owned_by: if name.deployment { "vouch".to_owned() } else { name.provider },
    });
    Ok(Answer(OpenAiModels { object: "list", data: data.collect() }))
}
