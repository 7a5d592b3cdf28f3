//! `DELETE /api/v1/prices?provider=&model=`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use vouch_domain::invalid::shorten;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// Remove a price.
#[utoipa::path(delete, path = "/api/v1/prices", tag = "providers",
    params(("provider" = String, Query, description = "The provider's name."),
        ("model" = String, Query, description = "The model's name.")),
    responses((status = 204)))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<StatusCode, Problem> {
    let query = query.only(&["provider", "model"])?;
    let provider = query.needed("provider", "the provider's name")?;
    let model = query.needed("model", "the model's name")?;
    let project = caller.principal.project();
    let subject = format!("{provider}/{model}");
    let audit = app.audit(&caller.principal, "price.delete", &subject, json!({}));
    let deleted = app.store.delete_price(project, &provider, &model, audit).await;
    deleted.map_err(|e| {
        Problem::of_store(e, &format!("price of {}/{}", shorten(&provider), shorten(&model)))
    })?;
    app.gateway.settings_changed(project);
    Ok(StatusCode::NO_CONTENT)
}
