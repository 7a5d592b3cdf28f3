//! `GET /api/v1/models`: what can be named in a variant.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::Page;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::routes::whole;
use crate::state::App;

/// A model of a provider.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Model)]
pub(crate) struct Offered {
    /// The provider's name.
    provider: String,
    /// The model's name at the provider.
    model: String,
    /// Whether a call would be served right now, as far as known.
    ready: bool,
    /// Why not, or what it is; empty when there is nothing to say.
    note: String,
}

/// The models of all providers that answer.
#[utoipa::path(get, path = "/api/v1/models", tag = "providers",
    responses((status = 200, body = Page<Offered>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Page<Offered>>, Problem> {
    let names = app.gateway.models(caller.principal.project()).await?;
    let models = names.into_iter().filter(|name| !name.deployment);
    let shown = models.map(|name| Offered {
        provider: name.provider,
        model: name.model,
        ready: name.ready,
        note: name.note,
    });
    Ok(whole(shown.collect()))
}
