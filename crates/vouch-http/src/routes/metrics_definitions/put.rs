//! `PUT /api/v1/metrics-definitions/{name}`: define, change or adopt a metric.

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use vouch_domain::Invalid;
use vouch_domain::metric::{self, Direction, MetricDefinition, MetricState, MetricType};

use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathName;
use crate::problem::Problem;
use crate::routes::checks;
use crate::state::App;

/// What a metric is to be.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutMetric {
    /// What values it takes.
    #[serde(rename = "type")]
    kind: Kind,
    /// Of a number: the smallest value allowed.
    #[serde(default)]
    min: Option<f64>,
    /// Of a number: the largest value allowed.
    #[serde(default)]
    max: Option<f64>,
    /// Of a category or multi-category: the words allowed; any where absent.
    #[serde(default)]
    categories: Option<Vec<String>>,
    /// Which way is better.
    #[serde(default)]
    direction: Option<Direction>,
    /// What a reviewer should know before answering. Markdown.
    #[serde(default)]
    guideline: Option<String>,
}

/// The five types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MetricTypeName)]
enum Kind {
    Boolean,
    Number,
    Category,
    MultiCategory,
    Text,
}

const MAX_GUIDELINE_BYTES: usize = 65_536;

impl PutMetric {
    fn metric_type(&self) -> Result<MetricType, Invalid> {
        let nothing = |pointer: &str, kind: &str, given: bool| {
            let expected = format!("nothing: it belongs to the type {kind}");
            if given { Err(Invalid::new(pointer, expected, "a value")) } else { Ok(()) }
        };
        if self.kind != Kind::Number {
            nothing("/min", "number", self.min.is_some())?;
            nothing("/max", "number", self.max.is_some())?;
        }
        if !matches!(self.kind, Kind::Category | Kind::MultiCategory) {
            nothing("/categories", "category or multi_category", self.categories.is_some())?;
        }
        let categories = self.categories.clone().unwrap_or_default();
        let metric_type = match self.kind {
            Kind::Boolean => MetricType::Boolean,
            Kind::Number => MetricType::Number { min: self.min, max: self.max },
            Kind::Category => MetricType::Category { categories },
            Kind::MultiCategory => MetricType::MultiCategory { categories },
            Kind::Text => MetricType::Text,
        };
        metric_type.check_definition()?;
        Ok(metric_type)
    }
}

/// Define a metric, change one, or adopt an undefined one. 409 when feedback of another type was
/// given under that name.
#[utoipa::path(put, path = "/api/v1/metrics-definitions/{name}", tag = "metrics",
    request_body = PutMetric, params(("name" = String, Path, description = "Its name.")),
    responses((status = 200, body = MetricDefinition)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    PathName(name): PathName,
    Json(body): Json<PutMetric>,
) -> Result<Answer<MetricDefinition>, Problem> {
    let named = |e: Invalid| Problem::from(e).moved("/name", "{name}");
    metric::check_name(&name).map_err(named)?;
    let metric_type = body.metric_type()?;
    let guideline = checks::text("/guideline", body.guideline, MAX_GUIDELINE_BYTES)?;
    let project = caller.principal.project();
    let known = app.store.metrics(project).await?.into_iter().find(|metric| metric.name == name);
    let metric = MetricDefinition {
        name,
        metric_type,
        direction: body.direction.unwrap_or_default(),
        guideline: guideline.unwrap_or_default(),
        state: MetricState::Defined,
        built_in: known.as_ref().is_some_and(|metric| metric.built_in),
        created_at: known.map_or_else(|| app.now(), |metric| metric.created_at),
    };
    let details = json!({"type": metric.metric_type.as_str()});
    let audit = app.audit(&caller.principal, "metric.put", &metric.name, details);
    app.store.put_metric(project, metric.clone(), audit).await?;
    Ok(Answer(metric))
}
