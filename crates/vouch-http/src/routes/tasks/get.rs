//! `GET /api/v1/tasks/{id}`.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::access::Scope;
use vouch_domain::id::TaskId;
use vouch_domain::review::{Consensus, GoldAnswers, Review, ReviewState, TaskSuggestion};
use vouch_review::Shown;

use super::{TaskView, task};
use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// A task with what was said of it.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct WholeTask {
    #[serde(flatten)]
    task: TaskView,
    /// What it is about.
    item: Shown,
    /// All reviews, oldest first, also those that no longer count; for others than admins their
    /// own.
    reviews: Vec<Review>,
    /// What its reviews say together; for admins.
    consensus: Option<Consensus>,
    /// The right answers, where they are known; for admins.
    gold: Option<GoldAnswers>,
    /// What a judge or model answered; for admins.
    suggestion: Option<TaskSuggestion>,
}

/// A task with its reviews: for admins, and, with their own reviews alone, those who reviewed it.
#[utoipa::path(get, path = "/api/v1/tasks/{id}", tag = "review",
    params(("id" = TaskId, Path, description = "The task.")),
    responses((status = 200, body = WholeTask)))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
) -> Result<Answer<WholeTask>, Problem> {
    let project = caller.principal.project();
    let found = task(&app, &caller, id).await?;
    let mut reviews = app.store.reviews_of_task(project, id).await?;
    let all = caller.principal.may(Scope::Admin);
    if !all {
        let own = caller.user()?.id;
        reviews.retain(|review| review.user == own);
        // Before one's own answer, nothing is told.
        if !reviews.iter().any(|review| review.state == ReviewState::Counts) {
            return Err(Problem::not_found(&format!("task {id}")));
        }
    }
    let (item, _) = vouch_review::show(app.store.as_ref(), project, found.item.clone()).await?;
    let consensus = found.consensus.clone().filter(|_| all);
    let (gold, suggestion) = (found.gold.clone(), found.suggestion.clone());
    Ok(Answer(WholeTask {
        task: found.into(),
        item,
        reviews,
        consensus,
        gold: gold.filter(|_| all),
        suggestion: suggestion.filter(|_| all),
    }))
}
