//! `POST /api/v1/queues/{id}/gold`: decided tasks become gold.

use axum::Json as Answer;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vouch_domain::Invalid;
use vouch_domain::id::{ProjectId, QueueId, TaskId};
use vouch_domain::review::{Answers, PassedOver, Promoted};
use vouch_store::{Promote, ToPromote};

use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::routes::tasks::TaskView;
use crate::state::App;

/// Which decided tasks become gold: either `tasks` or `unanimous`.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakeGold {
    /// These, 1 to 1,000.
    #[serde(default)]
    tasks: Option<Vec<TaskId>>,
    /// Those on which all reviewers agree, oldest first.
    #[serde(default)]
    unanimous: bool,
    /// With `unanimous`: with at least so many reviews; 3 where absent.
    #[serde(default = "three")]
    min_reviews: u32,
    /// With `unanimous`: at most so many, 1 to 1,000; 100 where absent.
    #[serde(default = "hundred")]
    limit: u32,
    /// With `unanimous`: only after this task, the `next_after` of the answer before.
    #[serde(default)]
    after: Option<TaskId>,
    /// The key of the only question whose answer is to be right; all but free text where absent.
    #[serde(default)]
    question: Option<String>,
    /// Only say what would be done.
    #[serde(default)]
    preview: bool,
}

const fn three() -> u32 {
    3
}

const fn hundred() -> u32 {
    100
}

/// What came of it, or would.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct MadeGold {
    /// Whether nothing was done: what is listed would be.
    preview: bool,
    /// The tasks.
    tasks: Vec<GoldTwin>,
    /// Tasks that were gold already.
    known: u32,
    /// Tasks that were named and cannot be gold, and why.
    passed: Vec<PassedOver>,
    /// Where there may be more of one mind: ask again with `after` this one.
    next_after: Option<TaskId>,
}

/// A decided task, and the gold task that it became.
#[derive(Serialize, utoipa::ToSchema)]
struct GoldTwin {
    /// The decided task; it stays as it is.
    task: TaskId,
    /// The gold task about the same item; null in a preview.
    gold: Option<TaskId>,
    /// The first words of what it is about.
    preview: String,
    /// What is right.
    answers: Answers,
    /// How many reviewed it; they are not given it again.
    reviews: u32,
}

/// Make gold of decided tasks: what their reviewers said becomes the right answers, and others are
/// given them among their tasks. Whoever had to do with a task is not given it as gold. Free text
/// and corrections are never right answers. Take one back with `DELETE /api/v1/tasks/{gold}/gold`.
#[utoipa::path(post, path = "/api/v1/queues/{id}/gold", tag = "review", request_body = MakeGold,
    params(("id" = QueueId, Path, description = "The queue.")),
    responses((status = 200, body = MadeGold)))]
pub(crate) async fn gold(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    Json(body): Json<MakeGold>,
) -> Result<Answer<MadeGold>, Problem> {
    let project = caller.principal.project();
    let queue = super::queue(&app, &caller, id).await?;
    if let Some(key) = &body.question
        && queue.settings.rubric.question(key).is_none()
    {
        return Err(Invalid::new("/question", "the key of a question", key).into());
    }
    let MakeGold { min_reviews, limit, after, .. } = body;
    let which = match (body.tasks, body.unanimous) {
        (Some(tasks), false) => ToPromote::Tasks(tasks),
        (None, true) => ToPromote::Unanimous { min_reviews, limit, after },
        _ => return Err(Invalid::new("", "either tasks or unanimous", "both or neither").into()),
    };
    let promote = Promote { which, question: body.question };
    let done = if body.preview {
        app.store.preview_promotion(project, id, &promote).await
    } else {
        let details = match &promote.which {
            ToPromote::Tasks(ids) => json!({"tasks": ids, "question": promote.question}),
            ToPromote::Unanimous { .. } => json!({"unanimous": true, "min_reviews": min_reviews,
                "limit": limit, "question": promote.question}),
        };
        let audit = app.audit(&caller.principal, "queue.gold", &id, details);
        app.store.promote(project, id, promote, audit).await
    };
    let done = done.map_err(|e| Problem::of_store(e, &format!("queue {id}")))?;
    Ok(Answer(MadeGold::of(&app, project, done).await?))
}

impl MadeGold {
    async fn of(app: &App, project: ProjectId, done: Promoted) -> Result<Self, Problem> {
        let mut tasks = Vec::with_capacity(done.tasks.len());
        for promotion in done.tasks {
            let preview = match app.store.task(project, promotion.task).await? {
                Some(task) => TaskView::of(app, project, task).await?.preview(),
                None => String::new(),
            };
            tasks.push(GoldTwin {
                task: promotion.task,
                gold: promotion.gold,
                preview,
                answers: promotion.answers,
                reviews: promotion.reviews,
            });
        }
        let Promoted { preview, known, passed, next_after, .. } = done;
        Ok(Self { preview, tasks, known, passed, next_after })
    }
}
