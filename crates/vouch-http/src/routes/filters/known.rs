//! The values that a project has for a field of a filter, each with what it is, the likeliest
//! first.

use std::collections::HashMap;

use vouch_domain::Time;
use vouch_domain::filter::{Asks, NameField, Values};
use vouch_domain::id::ProjectId;
use vouch_domain::metric::{MetricDefinition, MetricType};
use vouch_store::{LogValues, SummaryQuery, UsagePoint};

use crate::problem::Problem;
use crate::state::App;

/// A value, and what it is.
type Known = (String, String);

/// What was seen in these days is offered.
const DAYS: i64 = 30;
/// The most values of which there may be very many.
const MOST: u32 = 20;

/// The values that are asked for.
pub(super) async fn known(
    app: &App,
    project: ProjectId,
    asks: &Asks,
) -> Result<Vec<Known>, Problem> {
    match &asks.values {
        Values::Names(NameField::Deployment) => deployments(app, project).await,
        Values::Names(NameField::Model) => used(app, project, |point| point.model).await,
        Values::Names(NameField::Variant) => used(app, project, |point| point.variant).await,
        Values::Names(NameField::Provider) => {
            let providers = app.store.providers(project).await?;
            Ok(providers.into_iter().map(|p| (p.name, p.kind.as_str().to_owned())).collect())
        }
        Values::Names(NameField::User) => list(app, project, LogValues::Users, asks).await,
        Values::Names(NameField::Chain) => list(app, project, LogValues::Chains, asks).await,
        Values::Names(NameField::Conversation) => {
            list(app, project, LogValues::Conversations, asks).await
        }
        Values::MetaKeys => list(app, project, LogValues::MetaKeys, asks).await,
        Values::MetaValues(key) => {
            list(app, project, LogValues::MetaValues(key.clone()), asks).await
        }
        Values::Metrics => {
            let metrics = app.store.metrics(project).await?;
            Ok(metrics.into_iter().map(|metric| (metric.name.clone(), about(&metric))).collect())
        }
        Values::Labels(metric) => labels(app, project, metric).await,
        Values::Days => Ok(days(app.now())),
    }
}

async fn list(
    app: &App,
    project: ProjectId,
    of: LogValues,
    asks: &Asks,
) -> Result<Vec<Known>, Problem> {
    let values = app.store.log_values(project, &of, &asks.begun, MOST).await?;
    Ok(values.into_iter().map(|value| (value, String::new())).collect())
}

/// The deployments in use, then all the others.
async fn deployments(app: &App, project: ProjectId) -> Result<Vec<Known>, Problem> {
    let mut known = used(app, project, |point| point.deployment).await?;
    for deployment in app.store.deployments(project).await? {
        if !known.iter().any(|(key, _)| *key == deployment.key) {
            known.push((deployment.key, deployment.description));
        }
    }
    Ok(known)
}

/// What calls of the last days had, with how many, the most first.
async fn used(
    app: &App,
    project: ProjectId,
    name: impl Fn(UsagePoint) -> String,
) -> Result<Vec<Known>, Problem> {
    let today = app.now().day();
    let mut calls: HashMap<String, i64> = HashMap::new();
    for point in app.store.usage(project, today - DAYS + 1..=today + 1).await? {
        let count = point.calls;
        *calls.entry(name(point)).or_default() += count;
    }
    let mut calls: Vec<_> = calls.into_iter().filter(|(name, _)| !name.is_empty()).collect();
    calls.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    let about = |count: i64| match count {
        1 => format!("1 call in {DAYS} days"),
        count => format!("{count} calls in {DAYS} days"),
    };
    Ok(calls.into_iter().map(|(name, count)| (name, about(count))).collect())
}

fn about(metric: &MetricDefinition) -> String {
    let first = metric.guideline.lines().next().unwrap_or_default();
    match first {
        "" => metric.metric_type.as_str().replace('_', " "),
        first => first.chars().take(120).collect(),
    }
}

/// What may be said under a metric, and what was.
async fn labels(app: &App, project: ProjectId, name: &str) -> Result<Vec<Known>, Problem> {
    let metrics = app.store.metrics(project).await?;
    let Some(metric) = metrics.into_iter().find(|metric| metric.name == name) else {
        return Ok(vec![]);
    };
    let mut known = match metric.metric_type {
        MetricType::Boolean => vec!["true".to_owned(), "false".to_owned()],
        MetricType::Category { categories } | MetricType::MultiCategory { categories } => {
            categories
        }
        MetricType::Number { .. } | MetricType::Text => vec![],
    };
    let today = app.now().day();
    let query = SummaryQuery {
        project,
        metric: name.to_owned(),
        dimension: "all".to_owned(),
        days: today - DAYS + 1..=today + 1,
    };
    for point in app.store.summary(&query).await? {
        if !point.label.is_empty() && !known.contains(&point.label) {
            known.push(point.label);
        }
    }
    let labels = known.into_iter().map(|label| (label, String::new()));
    Ok(labels.chain([("*".to_owned(), "any value".to_owned())]).collect())
}

/// Days that people begin with.
fn days(now: Time) -> Vec<Known> {
    let ago =
        [(0, "today"), (1, "yesterday"), (6, "a week with today"), (29, "30 days with today")];
    let day =
        |(ago, about): (i64, &str)| (Time::from_day(now.day() - ago).date(), about.to_owned());
    ago.into_iter().map(day).collect()
}
