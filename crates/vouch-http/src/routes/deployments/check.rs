//! Checks of a version against what the project has.

use vouch_domain::deployment::VersionSpec;
use vouch_domain::id::ProjectId;
use vouch_domain::{Invalid, Pointer};
use vouch_gateway::check_template;

use crate::problem::Problem;
use crate::state::App;

/// The model inside this process is there without being configured.
const LOCAL: &str = "local";

/// Checks a version that came at `at`: itself, its templates, and that its providers exist.
pub(crate) async fn check_spec(
    app: &App,
    project: ProjectId,
    spec: &VersionSpec,
    at: &Pointer,
) -> Result<(), Problem> {
    spec.check().map_err(|e| e.under(at))?;
    let mut known: Vec<_> =
        app.store.providers(project).await?.into_iter().map(|provider| provider.name).collect();
    if !known.iter().any(|name| name == LOCAL) {
        known.push(LOCAL.to_owned());
    }
    for (i, variant) in spec.variants.iter().enumerate() {
        if !known.contains(&variant.provider) {
            let pointer = at.then("variants").then(i).then("provider").to_string();
            let expected = format!("one of {}", known.join(", "));
            return Err(Invalid::new(pointer.as_str(), expected, &variant.provider).into());
        }
        for (j, message) in variant.prompt.iter().enumerate() {
            let pointer = at.then("variants").then(i).then("prompt").then(j);
            check_template(message).map_err(|e| e.under(&pointer))?;
        }
    }
    Ok(())
}
