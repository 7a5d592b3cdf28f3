//! `GET /api/v1/queues/{id}/agreement`, `/consensus`, `/leaderboard` and
//! `/reviewers/{user}/report`: what the reviews say, computed from all of
//! them as they are held in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::access::Scope;
use vouch_domain::id::{ProjectId, QueueId, TaskId};
use vouch_domain::review::{
    ConsensusMethod, ConsensusRule, Question, QuestionKind, Queue, Rubric, ScaleRule,
};
use vouch_domain::{Cursor, Page};
use vouch_review::{
    Agreement, Confusion, Drift, Leaderboard, MOST_WORK, Opinions, People, Preferences, Quality,
    TaskConsensus, Together, Topic, WORK_DAYS, WeekWork, weeks,
};
use vouch_store::TaskQuery;

use crate::auth::Caller;
use crate::path::{PathId, PathReviewer};
use crate::problem::{Kind, Problem};
use crate::query::Query;
use crate::state::App;

/// How far the reviewers of a queue agree: per question, per pair of reviewers, and week by week.
#[utoipa::path(get, path = "/api/v1/queues/{id}/agreement", tag = "review",
    params(("id" = QueueId, Path, description = "The queue.")),
    responses((status = 200, body = Agreement)))]
pub(crate) async fn agreement(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
) -> Result<Answer<Agreement>, Problem> {
    let queue = super::queue(&app, &caller, id).await?;
    let project = caller.principal.project();
    let opinions = app.opinions.of(app.store.as_ref(), project, &queue).await?;
    let people = people(&app, project).await?;
    let rubric = queue.settings.rubric;
    aside(move || Agreement::of(&opinions, &rubric, &people)).await.map(Answer)
}

/// The names of the people of a project.
async fn people(app: &App, project: ProjectId) -> Result<People, Problem> {
    let users = app.store.users(project).await?;
    Ok(users.into_iter().map(|user| (user.id, user.name)).collect())
}

/// What the reviewers of a queue say together about one question.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct QueueConsensus {
    /// The question.
    question: String,
    /// How it was found, where answers are chosen from options that are no scale.
    method: ConsensusMethod,
    /// How ratings and numbers become one.
    scale: ScaleRule,
    /// The share of reviewers who have to mark a span alike; more than half where null.
    spans: Option<f64>,
    /// Task by task, in the order of their first reviews.
    items: Vec<TaskConsensus>,
    /// What the method thinks of each reviewer.
    reviewers: Vec<Quality>,
    /// Give this as `cursor` to get the next page; `null` at the end.
    next_cursor: Option<Cursor>,
}

/// What the reviewers say together, task by task, by the queue's method or another one.
#[utoipa::path(get, path = "/api/v1/queues/{id}/consensus", tag = "review",
    params(
        ("id" = QueueId, Path, description = "The queue."),
        ("question" = Option<String>, Query, description = "The question's key; the first that is no text or correction where absent."),
        ("method" = Option<ConsensusMethod>, Query, description = "The queue's where absent."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
    ),
    responses((status = 200, body = QueueConsensus)))]
pub(crate) async fn consensus(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    query: Query,
) -> Result<Answer<QueueConsensus>, Problem> {
    let query = query.only(&["question", "method", "cursor", "limit"])?;
    let queue = super::queue(&app, &caller, id).await?;
    let question = held(&queue.settings.rubric, query.text("question").as_deref())?.clone();
    let what = "majority, dawid_skene, one_coin or mace";
    let method = query.read("method", what, method)?.unwrap_or(queue.settings.consensus.method);
    let rule = ConsensusRule { method, ..queue.settings.consensus };
    let (after, limit) = (query.cursor::<TaskId>()?, query.limit()? as usize);
    let project = caller.principal.project();
    let opinions = app.opinions.of(app.store.as_ref(), project, &queue).await?;
    let people = people(&app, project).await?;
    let found = aside(move || {
        let together = Together::of(Arc::clone(&opinions), &question, rule)?;
        let after = after.and_then(|cursor| cursor.0.parse::<TaskId>().ok());
        let last = |after| opinions.tasks().iter().position(|task| *task == after);
        let from = after.map_or(0, |after| last(after).map_or(usize::MAX, |place| place + 1));
        let mut items: Vec<_> = (from.min(together.len())..together.len())
            .filter_map(|number| together.task(number))
            .take(limit + 1)
            .collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(|task| Cursor(task.task.to_string()));
        let reviewers = together.qualities(&people);
        Some(QueueConsensus {
            question: question.key.clone(),
            method,
            scale: rule.scale,
            spans: rule.spans,
            items,
            reviewers,
            next_cursor,
        })
    });
    found.await?.map(Answer).ok_or_else(|| Problem::bug("a question that cannot be compared"))
}

/// How a reviewer does against what it came to.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ReviewerReport {
    /// What they said (rows) against the consensus (columns), by the question's key.
    confusion: BTreeMap<String, Confusion>,
    /// What they did week by week, oldest first, in the last 26 weeks; of their last 20,000
    /// reviews at most.
    weeks: Vec<WeekWork>,
    /// Whether they work otherwise than before, by the same reviews.
    drift: Drift,
}

/// What a reviewer said against what the queue came to, their work week by week, and whether it
/// drifts. For admins, and the reviewer.
#[utoipa::path(get, path = "/api/v1/queues/{id}/reviewers/{user}/report", tag = "review",
    params(
        ("id" = QueueId, Path, description = "The queue."),
        ("user" = String, Path, description = "The person."),
    ),
    responses((status = 200, body = ReviewerReport)))]
pub(crate) async fn report(
    State(app): State<App>,
    caller: Caller,
    PathReviewer { queue: id, user }: PathReviewer,
) -> Result<Answer<ReviewerReport>, Problem> {
    if !caller.principal.may(Scope::Admin) && caller.user()?.id != user {
        return Err(Problem::new(Kind::Forbidden, "Only admins look at others' work."));
    }
    let queue = super::queue(&app, &caller, id).await?;
    let project = caller.principal.project();
    let opinions = app.opinions.of(app.store.as_ref(), project, &queue).await?;
    let since = app.now().plus_s(-WORK_DAYS * 86_400);
    let work = app.store.work_of(project, id, user, since, MOST_WORK).await?;
    let report = aside(move || {
        let rule = queue.settings.consensus;
        let of = |question: &Question| {
            let confusion = Confusion::of(&opinions, question, rule, user)?;
            Some((question.key.clone(), confusion))
        };
        ReviewerReport {
            confusion: Topic::compared(&queue.settings.rubric).filter_map(of).collect(),
            weeks: weeks(&work),
            drift: Drift::of(&work),
        }
    });
    report.await.map(Answer)
}

/// Whose responses are preferred: for a queue about pairs whose responses have labels.
#[utoipa::path(get, path = "/api/v1/queues/{id}/leaderboard", tag = "review",
    params(
        ("id" = QueueId, Path, description = "The queue."),
        ("question" = Option<String>, Query, description = "The preference's key; the first where absent."),
    ),
    responses((status = 200, body = Leaderboard)))]
pub(crate) async fn leaderboard(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    query: Query,
) -> Result<Answer<Leaderboard>, Problem> {
    let query = query.only(&["question"])?;
    let project = caller.principal.project();
    let queue = super::queue(&app, &caller, id).await?;
    let wanted = query.text("question");
    let question = preference(&queue, wanted.as_deref())?.clone();
    let mut preferences = Preferences::default();
    read_pairs(&app, project, id, &mut preferences).await?;
    let mut after = None;
    loop {
        let page = app.store.reviews_after(project, id, after, 1000).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for review in &page {
            preferences.add_review(review, &question);
        }
    }
    aside(move || preferences.leaderboard()).await.map(Answer)
}

async fn read_pairs(
    app: &App,
    project: ProjectId,
    queue: QueueId,
    into: &mut Preferences,
) -> Result<(), Problem> {
    let mut query =
        TaskQuery { project, queue, state: None, reviewed_by: None, cursor: None, limit: 200 };
    loop {
        let page = app.store.tasks(&query).await?;
        for task in &page.items {
            into.add_task(task.id, &task.item);
        }
        let Page { next_cursor: Some(next), .. } = page else { return Ok(()) };
        query.cursor = Some(next);
    }
}

/// The question of that key whose answers become one by a rule, or the first.
fn held<'r>(rubric: &'r Rubric, key: Option<&str>) -> Result<&'r Question, Problem> {
    let keys: Vec<&str> = Opinions::held(rubric).map(|q| q.key.as_str()).collect();
    let mut all = Opinions::held(rubric);
    let found = all.find(|question| key.is_none_or(|key| question.key == key));
    found.ok_or_else(|| one_of(&keys))
}

fn preference<'q>(queue: &'q Queue, key: Option<&str>) -> Result<&'q Question, Problem> {
    let is = |q: &&Question| matches!(q.kind, QuestionKind::Preference { .. });
    let all = queue.settings.rubric.questions().iter().filter(is);
    let keys: Vec<&str> = all.clone().map(|q| q.key.as_str()).collect();
    let found = all.clone().find(|question| key.is_none_or(|key| question.key == key));
    found.ok_or_else(|| one_of(&keys))
}

fn one_of(keys: &[&str]) -> Problem {
    let detail = match keys {
        [] => "has no answer: the queue asks no question of this kind".to_owned(),
        keys => format!("expected one of {}", keys.join(", ")),
    };
    Problem::field("?question".to_owned(), detail)
}

fn method(text: &str) -> Option<ConsensusMethod> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}

/// Computes beside the tasks that serve requests.
async fn aside<T: Send + 'static>(
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(compute).await.map_err(Problem::internal)
}
