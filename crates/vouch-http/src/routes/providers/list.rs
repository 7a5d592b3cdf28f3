//! `GET /api/v1/providers`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::provider::Provider;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::routes::whole;
use crate::state::App;

/// All providers by name, without their keys.
#[utoipa::path(get, path = "/api/v1/providers", tag = "providers",
    responses((status = 200, body = Page<Provider>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Page<Provider>>, Problem> {
    let providers = app.store.providers(caller.principal.project()).await?;
    Ok(whole(providers))
}
