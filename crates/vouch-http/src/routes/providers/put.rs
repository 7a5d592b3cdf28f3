//! `PUT /api/v1/providers/{name}`: make or change a provider.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::provider::Provider;

use super::wanted::{PutProvider, find, keep};
use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathName;
use crate::problem::Problem;
use crate::state::App;

/// Make or change the provider of that name.
#[utoipa::path(put, path = "/api/v1/providers/{name}", tag = "providers",
    request_body = PutProvider, params(("name" = String, Path, description = "Its name.")),
    responses((status = 200, body = Provider)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    PathName(name): PathName,
    Json(wanted): Json<PutProvider>,
) -> Result<Answer<Provider>, Problem> {
    let known = find(&app, &caller, &name).await?;
    let kept = keep(&app, &caller, name, wanted, known).await;
    let provider = kept.map_err(|problem| problem.moved("/name", "{name}"))?;
    Ok(Answer(provider))
}
