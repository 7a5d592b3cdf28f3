//! Metric definitions, and the check of feedback against them.

use std::collections::{BTreeSet, HashMap};

use vouch_domain::audit::NewAudit;
use vouch_domain::feedback::NewFeedback;
use vouch_domain::id::ProjectId;
use vouch_domain::metric::{
    Direction, MetricDefinition, MetricState, MetricType, MetricValue, check_name,
};
use vouch_domain::{Invalid, Pointer};

use super::SqlStore;
use super::conn::Conn;
use super::feedback::inbox;
use super::rows::Rows;
use super::statement::sql;
use super::tx::Tx;
use super::value::{Kind, clean};
use crate::error::corrupt;
use crate::{MetricStore, Result, Store, StoreError};

/// The types of the metrics that a batch of feedback names.
#[derive(Default)]
pub(crate) struct Metrics {
    known: HashMap<(ProjectId, String), MetricType>,
    inferred: Vec<(ProjectId, MetricDefinition)>,
}

impl Metrics {
    /// Reads the definitions of these metrics.
    pub(crate) async fn load(tx: &mut Tx, names: &BTreeSet<(ProjectId, &str)>) -> Result<Self> {
        let names: Vec<_> = names.iter().filter(|(_, name)| check_name(name).is_ok()).collect();
        let mut rows =
            Rows::new(&[("n", Kind::Int), ("project", Kind::Text), ("name", Kind::Text)]);
        for (n, (project, name)) in (0i64..).zip(&names) {
            rows.push([n.into(), (*project).into(), (*name).into()]);
        }
        let defined = "SELECT k.n, m.definition FROM k CROSS JOIN metrics m \
                       WHERE m.project = k.project AND m.name = k.name";
        let mut known = HashMap::new();
        for (n, definition) in rows.all::<(i64, String)>(&mut tx.conn, defined).await? {
            let Some((project, name)) = usize::try_from(n).ok().and_then(|n| names.get(n)) else {
                continue;
            };
            known.insert((*project, (*name).to_owned()), parse(&definition)?.metric_type);
        }
        Ok(Self { known, inferred: Vec::new() })
    }

    /// The type of a metric that was read and is defined.
    pub(crate) fn known(&self, project: ProjectId, name: &str) -> Option<&MetricType> {
        self.known.get(&(project, name.to_owned()))
    }

    /// The values of one caller's feedback, checked. An unknown metric takes its type from its
    /// first value; when one feedback does not fit, nothing is learned from the others.
    ///
    /// # Errors
    /// At `/feedback/<i>`, what does not fit.
    pub(crate) fn check(
        &mut self,
        project: ProjectId,
        feedback: &[NewFeedback],
    ) -> Result<Vec<MetricValue>, Invalid> {
        let mut learned: Vec<MetricDefinition> = Vec::new();
        let mut values = Vec::with_capacity(feedback.len());
        for (i, new) in feedback.iter().enumerate() {
            let at_its_place = |e: Invalid| e.under(&Pointer::from("/feedback").then(i));
            let known = self.known.get(&(project, new.name.clone()));
            if known.is_none() && learned.iter().all(|m| m.name != new.name) {
                learned.push(infer(new).map_err(at_its_place)?);
            }
            let learned = || learned.iter().find(|m| m.name == new.name).map(|m| &m.metric_type);
            let Some(metric_type) = known.or_else(learned) else { continue };
            values.push(clean_value(metric_type.check(&new.value).map_err(at_its_place)?));
        }
        for definition in learned {
            let key = (project, definition.name.clone());
            self.known.insert(key, definition.metric_type.clone());
            self.inferred.push((project, definition));
        }
        Ok(values)
    }

    /// Writes the metrics that were learned.
    pub(crate) async fn save(self, tx: &mut Tx) -> Result<()> {
        for (project, definition) in &self.inferred {
            put(&mut tx.conn, *project, definition).await?;
        }
        Ok(())
    }
}

fn infer(new: &NewFeedback) -> Result<MetricDefinition, Invalid> {
    check_name(&new.name)?;
    Ok(MetricDefinition {
        name: new.name.clone(),
        metric_type: MetricType::infer(&new.value)?,
        direction: Direction::Neutral,
        guideline: String::new(),
        state: MetricState::Undefined,
        built_in: false,
        created_at: new.at,
    })
}

fn clean_value(value: MetricValue) -> MetricValue {
    match value {
        MetricValue::Category(word) => MetricValue::Category(clean(&word)),
        MetricValue::Text(text) => MetricValue::Text(clean(&text)),
        MetricValue::Categories(words) => {
            MetricValue::Categories(words.iter().map(|word| clean(word)).collect())
        }
        other => other,
    }
}

fn parse(definition: &str) -> Result<MetricDefinition> {
    serde_json::from_str(definition).map_err(|e| corrupt("metric", e))
}

/// Adds a definition.
pub(crate) async fn put(
    conn: &mut Conn,
    project: ProjectId,
    definition: &MetricDefinition,
) -> Result<()> {
    let json = serde_json::to_string(definition).map_err(|e| corrupt("metric", e))?;
    sql("INSERT INTO metrics (project, name, definition) VALUES ($1, $2, $3)")
        .bind(project)
        .bind(&definition.name)
        .bind(json)
        .run(conn)
        .await
        .map(|_| ())
}

async fn replace(
    (project, new, audit): &(ProjectId, MetricDefinition, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    super::audit::append(tx, audit).await?;
    let stored = sql("SELECT definition FROM metrics WHERE project = $1 AND name = $2")
        .bind(*project)
        .bind(&new.name)
        .one::<(String,)>(&mut tx.conn)
        .await?;
    let Some((old,)) = stored else { return put(&mut tx.conn, *project, new).await };
    let old = parse(&old)?;
    let (was, is) = (old.metric_type.as_str(), new.metric_type.as_str());
    if was != is {
        inbox::fold_all(tx).await?;
    }
    if was != is && has_feedback(tx, *project, &new.name).await? {
        let text = format!("feedback was already given to {} as {was}", new.name);
        return Err(StoreError::Conflict(text));
    }
    let kept =
        MetricDefinition { created_at: old.created_at, built_in: old.built_in, ..new.clone() };
    let json = serde_json::to_string(&kept).map_err(|e| corrupt("metric", e))?;
    sql("UPDATE metrics SET definition = $3 WHERE project = $1 AND name = $2")
        .bind(*project)
        .bind(&new.name)
        .bind(json)
        .run(&mut tx.conn)
        .await
        .map(|_| ())
}

async fn has_feedback(tx: &mut Tx, project: ProjectId, name: &str) -> Result<bool> {
    let any = sql("SELECT id FROM feedback WHERE project = $1 AND name = $2 LIMIT 1");
    Ok(any.bind(project).bind(name).one::<(String,)>(&mut tx.conn).await?.is_some())
}

#[async_trait::async_trait]
impl MetricStore for SqlStore {
    async fn metrics(&self, project: ProjectId) -> Result<Vec<MetricDefinition>> {
        let rows = sql("SELECT definition FROM metrics WHERE project = $1 ORDER BY name")
            .bind(project)
            .all::<(String,)>(&mut self.readers.acquire().await?)
            .await?;
        rows.iter().map(|(definition,)| parse(definition)).collect()
    }

    async fn put_metric(
        &self,
        project: ProjectId,
        metric: MetricDefinition,
        audit: NewAudit,
    ) -> Result<()> {
        check_name(&metric.name)?;
        metric.metric_type.check_definition()?;
        self.settle().await?;
        self.write((project, metric, audit), |arguments, tx| Box::pin(replace(arguments, tx))).await
    }
}
