//! `GET /api/v1/queues/{id}/conflicts`: what a person has to decide.

use std::collections::HashMap;

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::Page;
use vouch_domain::id::{QueueId, TaskId};
use vouch_domain::review::{Review, Rubric, Task};
use vouch_review::Shown;

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// A task that a person has to decide.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Conflict {
    /// The task, with why in its `state` and `escalated`.
    task: Task,
    /// What it is about.
    item: Shown,
    /// What is asked.
    rubric: Rubric,
    /// The reviews that count, oldest first.
    reviews: Vec<Review>,
}

/// What a person has to decide, oldest first: conflicts, second reviews, and what was escalated,
/// each with everybody's answers. For admins, and those whom the queue escalates to.
#[utoipa::path(get, path = "/api/v1/queues/{id}/conflicts", tag = "review",
    params(
        ("id" = QueueId, Path, description = "The queue."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
    ),
    responses((status = 200, body = Page<Conflict>)))]
pub(crate) async fn conflicts(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    query: Query,
) -> Result<Answer<Page<Conflict>>, Problem> {
    let query = query.only(&["cursor", "limit"])?;
    let queue = super::queue(&app, &caller, id).await?;
    super::check_decides(&caller, &queue)?;
    let project = caller.principal.project();
    let (cursor, limit) = (query.cursor::<TaskId>()?, query.limit()?);
    let page = app.store.disputes(project, id, cursor.as_ref(), limit).await?;
    let mut rubrics = HashMap::from([(queue.rubric_version, queue.settings.rubric)]);
    let mut items = Vec::with_capacity(page.items.len());
    for disputed in page.items {
        let version = disputed.reviews.last().map_or(queue.rubric_version, |r| r.rubric_version);
        if !rubrics.contains_key(&version)
            && let Some(rubric) = app.store.rubric(project, id, version).await?
        {
            rubrics.insert(version, rubric);
        }
        let item = disputed.task.item.clone();
        let (item, _) = vouch_review::show(app.store.as_ref(), project, item).await?;
        let rubric = rubrics.get(&version).or_else(|| rubrics.get(&queue.rubric_version));
        let rubric = rubric.cloned().ok_or_else(|| Problem::bug("a queue without a rubric"))?;
        items.push(Conflict { task: disputed.task, item, rubric, reviews: disputed.reviews });
    }
    Ok(Answer(Page { items, next_cursor: page.next_cursor, partial: page.partial }))
}
