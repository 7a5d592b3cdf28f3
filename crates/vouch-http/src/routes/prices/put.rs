//! `PUT /api/v1/prices`: make or change a price.

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use vouch_domain::Invalid;
use vouch_domain::price::Price;
use vouch_domain::provider::check_slug;

use crate::auth::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::routes::checks;
use crate::state::App;

/// What a model costs.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutPrice {
    /// The provider's name.
    provider: String,
    /// The model's name at the provider.
    model: String,
    /// Millionths of a US dollar for a million input tokens.
    input_usd_micros_per_mtok: i64,
    /// Millionths of a US dollar for a million output tokens.
    output_usd_micros_per_mtok: i64,
}

/// A million dollars for a million tokens: beyond it, somebody mistook the unit.
const MOST: i64 = 1_000_000_000_000;

/// Make or change the price of a provider's model. It holds for calls from now on.
#[utoipa::path(put, path = "/api/v1/prices", tag = "providers", request_body = PutPrice,
    responses((status = 200, body = Price)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<PutPrice>,
) -> Result<Answer<Price>, Problem> {
    let amount = |pointer: &str, amount: i64| {
        let expected = format!("millionths of a US dollar from 0 to {MOST}");
        let fits = (0..=MOST).contains(&amount);
        if fits { Ok(amount) } else { Err(Invalid::new(pointer, expected, amount)) }
    };
    check_slug("/provider", &body.provider)?;
    let model = checks::name("/model", Some(body.model))?;
    let price = Price {
        provider: body.provider,
        model: model.ok_or_else(|| Invalid::new("/model", "the model's name", "an empty text"))?,
        input_usd_micros_per_mtok: amount(
            "/input_usd_micros_per_mtok",
            body.input_usd_micros_per_mtok,
        )?,
        output_usd_micros_per_mtok: amount(
            "/output_usd_micros_per_mtok",
            body.output_usd_micros_per_mtok,
        )?,
    };
    let project = caller.principal.project();
    let subject = format!("{}/{}", price.provider, price.model);
    let audit = app.audit(&caller.principal, "price.put", &subject, json!(price));
    app.store.put_price(project, price.clone(), audit).await?;
    app.gateway.settings_changed(project);
    Ok(Answer(price))
}
