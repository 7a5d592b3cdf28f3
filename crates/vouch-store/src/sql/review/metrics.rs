//! What a queue's questions have to do with metrics: the consensus about a log is feedback on it.

use std::collections::BTreeSet;

use vouch_domain::Time;
use vouch_domain::id::ProjectId;
use vouch_domain::metric::{Direction, MetricDefinition, MetricState, MetricType};
use vouch_domain::review::{ItemKind, Question, QueueSettings};
use vouch_domain::{Invalid, Pointer};

use crate::Result;
use crate::sql::metric::{Metrics, put};
use crate::sql::tx::Tx;

/// Defines the metrics of a queue about logs that are not defined yet.
pub(super) async fn define(
    tx: &mut Tx,
    project: ProjectId,
    settings: &QueueSettings,
    at: Time,
) -> Result<()> {
    if settings.item != ItemKind::Log {
        return Ok(());
    }
    let questions = settings.rubric.questions();
    let names: BTreeSet<_> = questions.iter().map(|q| (project, q.key.as_str())).collect();
    let metrics = Metrics::load(tx, &names).await?;
    for (i, question) in questions.iter().enumerate() {
        let Some(wanted) = question.kind.metric_type() else { continue };
        match metrics.known(project, &question.key) {
            Some(known) if fits(known, &wanted) => {}
            Some(known) => {
                let at = Pointer::from("/rubric/questions").then(i).then("key");
                let expected = format!(
                    "a key that is no metric with other values: {} is a {} metric",
                    question.key,
                    known.as_str()
                );
                return Err(Invalid::new(at, expected, &question.key).into());
            }
            None => put(&mut tx.conn, project, &definition(question, wanted, at)).await?,
        }
    }
    Ok(())
}

fn definition(question: &Question, metric_type: MetricType, at: Time) -> MetricDefinition {
    MetricDefinition {
        name: question.key.clone(),
        metric_type,
        direction: Direction::Neutral,
        guideline: question.help.clone(),
        state: MetricState::Defined,
        built_in: false,
        created_at: at,
    }
}

/// Whether every value of `wanted` is one of `known`.
fn fits(known: &MetricType, wanted: &MetricType) -> bool {
    match (known, wanted) {
        (MetricType::Boolean, MetricType::Boolean) | (MetricType::Text, MetricType::Text) => true,
        (MetricType::Number { min, max }, MetricType::Number { min: least, max: most }) => {
            min.is_none_or(|min| least.is_some_and(|least| least >= min))
                && max.is_none_or(|max| most.is_some_and(|most| most <= max))
        }
        (MetricType::Category { categories: all }, MetricType::Category { categories })
        | (
            MetricType::MultiCategory { categories: all },
            MetricType::MultiCategory { categories },
        ) => all.is_empty() || categories.iter().all(|word| all.contains(word)),
        _ => false,
    }
}
