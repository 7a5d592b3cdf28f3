//! `GET /api/v1/queues/{id}/tasks`: the tasks of a queue.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::access::Scope;
use vouch_domain::id::{ProjectId, QueueId, TaskId};
use vouch_domain::review::Task;
use vouch_store::TaskQuery;

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::{Kind, Problem};
use crate::query::Query;
use crate::routes::tasks::TaskView;
use crate::state::App;

/// The states by which a page may be chosen.
const STATES: [&str; 6] = ["open", "conflict", "complete", "cancelled", "disputed", "gold"];

/// How many tasks are read at once, and how often, when a text is looked for.
const PAGE: u32 = 200;
const PAGES: u32 = 10;

/// The tasks of a queue, newest first: an admin sees all, a reviewer those that they reviewed.
#[utoipa::path(get, path = "/api/v1/queues/{id}/tasks", tag = "review",
    params(
        ("id" = QueueId, Path, description = "The queue."),
        ("state" = Option<String>, Query, description = "`open`, `conflict`, `complete`, \
            `cancelled`, `disputed` (what a person has to decide), or, for admins, `gold` (whose \
            right answers are known)."),
        ("q" = Option<String>, Query, description = "Text in the key or the first words; 2,000 \
            tasks are looked at, and the page says where it is partial."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
    ),
    responses((status = 200, body = Page<TaskView>)))]
pub(crate) async fn tasks(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    query: Query,
) -> Result<Answer<Page<TaskView>>, Problem> {
    let query = query.only(&["state", "q", "cursor", "limit"])?;
    super::queue(&app, &caller, id).await?;
    let word = |text: &str| STATES.contains(&text).then(|| text.to_owned());
    let all = caller.principal.may(Scope::Admin);
    let reviewed_by = if all { None } else { Some(caller.user()?.id) };
    let state = query.read("state", &STATES.join(", "), word)?;
    if !all && state.as_deref() == Some("gold") {
        return Err(Problem::new(Kind::Forbidden, "Only admins see which tasks are gold."));
    }
    let text = query.text("q").map(|text| text.to_lowercase());
    let mut query = TaskQuery {
        project: caller.principal.project(),
        queue: id,
        state,
        reviewed_by,
        cursor: query.cursor::<TaskId>()?,
        limit: query.limit()?,
    };
    let Some(text) = text else {
        let Page { items, next_cursor, partial } = app.store.tasks(&query).await?;
        let items = views(&app, query.project, items).await?;
        return Ok(Answer(Page { items, next_cursor, partial }));
    };
    let (mut items, most) = (Vec::new(), query.limit as usize);
    query.limit = PAGE;
    for page in 1..=PAGES {
        let found = app.store.tasks(&query).await?;
        let found_items = views(&app, query.project, found.items).await?;
        items.extend(found_items.into_iter().filter(|task| task.holds(&text)));
        query.cursor = found.next_cursor;
        if query.cursor.is_none() || items.len() >= most || page == PAGES {
            break;
        }
    }
    let partial = query.cursor.is_some() && items.len() < most;
    Ok(Answer(Page { items, next_cursor: query.cursor, partial }))
}

async fn views(app: &App, project: ProjectId, tasks: Vec<Task>) -> Result<Vec<TaskView>, Problem> {
    let mut views = Vec::with_capacity(tasks.len());
    for task in tasks {
        views.push(TaskView::of(app, project, task).await?);
    }
    Ok(views)
}
