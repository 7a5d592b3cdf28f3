//! `POST /api/v1/queues/{id}/next`: be given tasks.

use axum::Json as Answer;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use vouch_domain::Invalid;
use vouch_domain::id::{QueueId, TaskId};
use vouch_store::Ask;

use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::{Kind, Problem};
use crate::routes::tasks::ReviewTurn;
use crate::state::App;

/// How many tasks a reviewer wants.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskNext {
    /// 1 to 50; 5 where absent.
    #[serde(default = "five")]
    count: u32,
    /// The tasks that they hold already: these are not given again.
    #[serde(default)]
    holding: Vec<TaskId>,
}

const fn five() -> u32 {
    5
}

/// What a reviewer is given.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Next {
    /// The tasks, each kept for them until its lease ends.
    items: Vec<ReviewTurn>,
    /// Why they are given none, where that is so.
    paused: Option<Paused>,
    /// Whether there are more for them.
    left: bool,
}

/// Why a reviewer is given nothing.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Paused {
    reason: String,
}

/// Be given tasks: first those that one has and does not hold, then those kept for one, then the
/// line. Nobody is given a task twice, and no more people than are asked for have it at once.
#[utoipa::path(post, path = "/api/v1/queues/{id}/next", tag = "review", request_body = AskNext,
    params(("id" = QueueId, Path, description = "The queue.")),
    responses((status = 200, body = Next)))]
pub(crate) async fn next(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    Json(body): Json<AskNext>,
) -> Result<Answer<Next>, Problem> {
    if !(1..=50).contains(&body.count) {
        return Err(Invalid::new("/count", "1 to 50", body.count.to_string()).into());
    }
    if body.holding.len() > 200 {
        let got = format!("{} tasks", body.holding.len());
        return Err(Invalid::new("/holding", "at most 200 tasks", got).into());
    }
    let person = caller.user()?;
    let user = person.id;
    let queue = super::queue(&app, &caller, id).await?;
    if !queue.settings.is_for(user, &person.groups) {
        return Err(Problem::new(Kind::Forbidden, "The queue is for other people."));
    }
    let project = caller.principal.project();
    let (count, holding) = (body.count, body.holding);
    let ask = Ask { project, queue: id, user, count, holding, now: app.now() };
    let given = app.store.next(ask).await;
    let given = given.map_err(|e| Problem::of_store(e, &format!("queue {id}")))?;
    let mut items = Vec::with_capacity(given.turns.len());
    for turn in given.turns {
        items.push(ReviewTurn::of(&app, project, turn).await?);
    }
    let paused = given.paused.map(|reason| Paused { reason });
    Ok(Answer(Next { items, paused, left: given.left }))
}
