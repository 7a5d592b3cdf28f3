//! `DELETE /api/v1/providers/{name}`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use vouch_domain::invalid::shorten;

use crate::auth::Caller;
use crate::path::PathName;
use crate::problem::{Kind, Problem};
use crate::state::App;

/// Remove a provider. 409 while the active version of a deployment uses it.
#[utoipa::path(delete, path = "/api/v1/providers/{name}", tag = "providers",
    params(("name" = String, Path, description = "Its name.")), responses((status = 204)))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    PathName(name): PathName,
) -> Result<StatusCode, Problem> {
    let project = caller.principal.project();
    for deployment in app.store.deployments(project).await? {
        let Some(number) = deployment.active_version.filter(|_| deployment.archived_at.is_none())
        else {
            continue;
        };
        let version = app.store.version(project, &deployment.key, number).await?;
        let uses = version.is_some_and(|v| v.spec.variants.iter().any(|v| v.provider == name));
        if uses {
            let detail = format!("Deployment {} uses the provider {name}.", deployment.key);
            return Err(Problem::new(Kind::Conflict, detail));
        }
    }
    let audit = app.audit(&caller.principal, "provider.delete", &name, json!({}));
    let deleted = app.store.delete_provider(project, &name, audit).await;
    deleted.map_err(|e| Problem::of_store(e, &format!("provider {}", shorten(&name))))?;
    app.gateway.settings_changed(project);
    Ok(StatusCode::NO_CONTENT)
}
