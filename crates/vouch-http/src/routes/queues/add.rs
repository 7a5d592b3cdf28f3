//! `POST /api/v1/queues/{id}/tasks`: add tasks, one by one or by a filter of logs.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use vouch_domain::access::Scope;
use vouch_domain::id::{LogId, QueueId, TaskId};
use vouch_domain::invalid::shorten;
use vouch_domain::review::{Item, NewTask, Priority, Rule, TaskOrigin};
use vouch_domain::{Cursor, Invalid};
use vouch_store::{LogQuery, MAX_ADDED, TaskToAdd};

use crate::auth::Caller;
use crate::body::{Json, LARGE};
use crate::path::PathId;
use crate::problem::{Kind, Problem};
use crate::state::App;

/// About how many logs one call looks at.
const MOST_SEEN: u32 = 1000;

/// Tasks to be added: `items`, or the logs that a `filter` finds.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddTasks {
    /// At most 1,000.
    #[serde(default)]
    items: Option<Vec<NewTask>>,
    /// The filter language; empty is every log. Newest first.
    #[serde(default)]
    filter: Option<String>,
    /// Which share of what the filter finds, 0 to 1.
    #[serde(default)]
    sample: Option<f64>,
    /// At most so many tasks, 1 to 1,000, where there is a filter. One call looks at about 1,000
    /// logs.
    #[serde(default)]
    limit: Option<u32>,
    /// `next_cursor` of the call before, to go on.
    #[serde(default)]
    cursor: Option<Cursor>,
}

/// What came of it.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct AddedTasks {
    /// How many are new.
    created: u32,
    /// How many the queue had already.
    known: u32,
    /// In the order in which they came.
    ids: Vec<TaskId>,
    /// Where a filter may find more: give it as `cursor`.
    next_cursor: Option<Cursor>,
}

/// Add tasks to a queue: all of them or none. One that is there already, by its `key`, stays.
#[utoipa::path(post, path = "/api/v1/queues/{id}/tasks", tag = "review", request_body = AddTasks,
    params(("id" = QueueId, Path, description = "The queue.")),
    responses((status = 201, body = AddedTasks)))]
pub(crate) async fn add_tasks(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    Json(body): Json<AddTasks, LARGE>,
) -> Result<(StatusCode, Answer<AddedTasks>), Problem> {
    if caller.user().is_ok() && !caller.principal.may(Scope::Admin) {
        let detail = "Of people, only admins add tasks; programs do with a key that may ingest.";
        return Err(Problem::new(Kind::Forbidden, detail));
    }
    let (tasks, next_cursor) = body.tasks(&app, &caller).await?;
    let now = app.now();
    let origin = TaskOrigin::Added { by: caller.principal.actor() };
    let add = |new| TaskToAdd { id: TaskId::new(now, app.entropy()), origin: origin.clone(), new };
    let tasks = tasks.into_iter().map(add).collect();
    let added = app.store.add_tasks(caller.principal.project(), id, tasks, now).await;
    let added = added.map_err(|e| Problem::of_store(e, &format!("queue {id}")))?;
    let answer =
        AddedTasks { created: added.created, known: added.known, ids: added.ids, next_cursor };
    Ok((StatusCode::CREATED, Answer(answer)))
}

impl AddTasks {
    async fn tasks(
        self,
        app: &App,
        caller: &Caller,
    ) -> Result<(Vec<NewTask>, Option<Cursor>), Problem> {
        match (self.items, self.filter) {
            (Some(items), None) if (1..=MAX_ADDED).contains(&items.len()) => Ok((items, None)),
            (Some(items), None) => {
                let got = format!("{} items", items.len());
                Err(Invalid::new("/items", "1 to 1,000 items", got).into())
            }
            (None, Some(filter)) => {
                let (sample, limit) = (self.sample.unwrap_or(1.0), self.limit.unwrap_or(1000));
                if !(0.0..=1.0).contains(&sample) {
                    return Err(Invalid::new(
                        "/sample",
                        "a number from 0 to 1",
                        sample.to_string(),
                    )
                    .into());
                }
                if !(1..=1000).contains(&limit) {
                    return Err(Invalid::new("/limit", "1 to 1,000", limit.to_string()).into());
                }
                let rule = Rule {
                    key: super::ANY_RULE.to_owned(),
                    filter,
                    sample,
                    per_day: None,
                    priority: Priority::default(),
                    enabled: true,
                };
                found(app, caller, &rule, limit, self.cursor).await
            }
            _ => Err(Invalid::new("", "either items or a filter", "both or neither").into()),
        }
    }
}

/// The next logs that the rule takes, at most `limit`.
async fn found(
    app: &App,
    caller: &Caller,
    rule: &Rule,
    limit: u32,
    cursor: Option<Cursor>,
) -> Result<(Vec<NewTask>, Option<Cursor>), Problem> {
    if let Some(cursor) = &cursor
        && cursor.0.parse::<LogId>().is_err()
    {
        return Err(Invalid::new(
            "/cursor",
            "the next_cursor of the call before",
            shorten(&cursor.0),
        )
        .into());
    }
    let filter = rule.filter(app.now())?;
    let project = caller.principal.project();
    let mut query = LogQuery { project, filter, cursor, limit: 200 };
    let (mut tasks, mut seen) = (Vec::new(), 0);
    loop {
        let page = app.store.logs(&query).await?;
        for log in &page.items {
            seen += 1;
            if rule.samples(log.id) {
                tasks.push(task(log.id));
            }
            if tasks.len() >= limit as usize {
                // The next call goes on after this log.
                return Ok((tasks, Some(Cursor(log.id.to_string()))));
            }
        }
        query.cursor = page.next_cursor;
        if query.cursor.is_none() || page.partial || seen >= MOST_SEEN {
            return Ok((tasks, query.cursor));
        }
    }
}

fn task(log_id: LogId) -> NewTask {
    NewTask {
        item: Item::Log { log_id },
        key: None,
        priority: Priority::default(),
        assignee: None,
        gold: None,
        suggestion: None,
        due_at: None,
    }
}
