//! `POST /api/v1/queues/{id}/preview`: what a rule would take.

use axum::Json as Answer;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use vouch_domain::id::{LogId, QueueId};
use vouch_domain::review::{Priority, Rule};
use vouch_store::LogQuery;

use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// How many logs are counted.
const MOST: u32 = 1000;
/// How many examples are named.
const EXAMPLES: usize = 5;

/// A rule that is being written.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewRule {
    /// The rule's key: the sample depends on it.
    #[serde(default = "any_key")]
    key: String,
    /// The filter language.
    #[serde(default)]
    filter: String,
    /// Which share of the logs it takes, 0 to 1.
    #[serde(default = "all")]
    sample: f64,
}

fn any_key() -> String {
    super::ANY_RULE.to_owned()
}

const fn all() -> f64 {
    1.0
}

/// What a rule would take of the logs that are there.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Preview {
    /// How many logs the filter finds.
    logs: u32,
    /// How many of them the sample holds.
    taken: u32,
    /// Whether there may be more: the newest 1,000 are counted.
    partial: bool,
    /// The newest that would be taken.
    examples: Vec<LogId>,
}

/// Count the logs that a rule would take, newest first. Nothing is added.
#[utoipa::path(post, path = "/api/v1/queues/{id}/preview", tag = "review",
    request_body = PreviewRule,
    params(("id" = QueueId, Path, description = "The queue.")),
    responses((status = 200, body = Preview)))]
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    Json(body): Json<PreviewRule>,
) -> Result<Answer<Preview>, Problem> {
    super::queue(&app, &caller, id).await?;
    let rule = body.rule();
    let filter = rule.filter(app.now())?;
    let project = caller.principal.project();
    let mut query = LogQuery { project, filter, cursor: None, limit: 200 };
    let mut preview = Preview { logs: 0, taken: 0, partial: false, examples: vec![] };
    loop {
        let page = app.store.logs(&query).await?;
        for log in &page.items {
            preview.logs += 1;
            if rule.samples(log.id) {
                preview.taken += 1;
                if preview.examples.len() < EXAMPLES {
                    preview.examples.push(log.id);
                }
            }
        }
        query.cursor = page.next_cursor;
        // A page that is partial looked at what one request may look at.
        preview.partial = query.cursor.is_some();
        if !preview.partial || page.partial || preview.logs >= MOST {
            return Ok(Answer(preview));
        }
    }
}

impl PreviewRule {
    fn rule(self) -> Rule {
        let Self { key, filter, sample } = self;
        let priority = Priority::default();
        Rule { key, filter, sample, per_day: None, priority, enabled: true }
    }
}
