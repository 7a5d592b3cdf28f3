//! The metrics that imported feedback names: checked, and defined where nobody knows them.

use std::collections::HashMap;

use serde_json::json;
use vouch_domain::metric::{Direction, MetricDefinition, MetricState, MetricType, MetricValue};
use vouch_store::WholeLog;

use super::record::type_of;
use crate::desk::Desk;

/// The metrics of a project.
pub(crate) struct Metrics {
    known: HashMap<String, MetricType>,
    dry_run: bool,
}

impl Metrics {
    /// Those that are defined. In a dry run, no others will be.
    pub(crate) async fn load(desk: &Desk, dry_run: bool) -> anyhow::Result<Self> {
        let metrics = desk.store.metrics(desk.id()).await?;
        let known = metrics.into_iter().map(|metric| (metric.name, metric.metric_type)).collect();
        Ok(Self { known, dry_run })
    }

    /// Checks the feedback of a log; the inner error says what does not fit. A metric that nobody
    /// knows takes the type that it had where the feedback was given.
    pub(crate) async fn check(
        &mut self,
        desk: &Desk,
        whole: &WholeLog,
    ) -> anyhow::Result<Result<(), String>> {
        for (i, feedback) in whole.feedback.iter().enumerate() {
            let name = &feedback.name;
            if !self.known.contains_key(name) {
                let metric_type = type_of(&feedback.value);
                if !self.dry_run {
                    define(desk, name, metric_type.clone()).await?;
                }
                self.known.insert(name.clone(), metric_type);
            }
            let value = match &feedback.value {
                MetricValue::Text(text) => json!(text),
                other => serde_json::to_value(other)?,
            };
            if let Some(Err(e)) = self.known.get(name).map(|known| known.check(&value)) {
                return Ok(Err(format!("/feedback/{i}{e}")));
            }
        }
        Ok(Ok(()))
    }
}

async fn define(desk: &Desk, name: &str, metric_type: MetricType) -> anyhow::Result<()> {
    let details = json!({"type": metric_type.as_str(), "by": "import"});
    let definition = MetricDefinition {
        name: name.to_owned(),
        metric_type,
        direction: Direction::Neutral,
        guideline: String::new(),
        state: MetricState::Undefined,
        built_in: false,
        created_at: desk.now(),
    };
    let audit = desk.audit("metric.put", &name, details);
    Ok(desk.store.put_metric(desk.id(), definition, audit).await?)
}
