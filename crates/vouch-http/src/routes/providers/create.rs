//! `POST /api/v1/providers`: a new provider.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use vouch_domain::invalid::shorten;
use vouch_domain::provider::{Provider, ProviderKind, check_slug};

use super::wanted::{PutProvider, PutProviderKey, find, keep};
use crate::auth::Caller;
use crate::body::Json;
use crate::problem::{Kind, Problem};
use crate::state::App;

/// A new provider with its name.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProvider {
    /// The part of `provider/model` before the slash.
    name: String,
    /// How to talk to it.
    kind: ProviderKind,
    /// For `openai` up to and with `/v1`, and needed; for `anthropic` up to before it, and
    /// `https://api.anthropic.com` where absent; absent for `local`.
    #[serde(default)]
    base_url: Option<String>,
    /// Where its key comes from; none where absent.
    #[serde(default)]
    key: Option<PutProviderKey>,
}

/// Add a provider. 409 when the name is taken.
#[utoipa::path(post, path = "/api/v1/providers", tag = "providers", request_body = NewProvider,
    responses((status = 201, body = Provider)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<NewProvider>,
) -> Result<(StatusCode, Answer<Provider>), Problem> {
    let NewProvider { name, kind, base_url, key } = body;
    check_slug("/name", &name)?;
    if find(&app, &caller, &name).await?.is_some() {
        let detail = format!("There is a provider {} already.", shorten(&name));
        return Err(Problem::new(Kind::Conflict, detail));
    }
    let wanted = PutProvider { kind, base_url, key };
    let provider = keep(&app, &caller, name, wanted, None).await?;
    Ok((StatusCode::CREATED, Answer(provider)))
}
