//! `GET /api/v1/prices`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::price::Price;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::routes::whole;
use crate::state::App;

/// All prices by provider and model.
#[utoipa::path(get, path = "/api/v1/prices", tag = "providers",
    responses((status = 200, body = Page<Price>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Page<Price>>, Problem> {
    Ok(whole(app.store.prices(caller.principal.project()).await?))
}
