//! A task in a list, without what reviewers must not see.

use serde::Serialize;
use vouch_domain::Time;
use vouch_domain::id::{LogId, ProjectId, QueueId, TaskId, UserId};
use vouch_domain::message::Message;
use vouch_domain::review::{Escalation, Item, ItemKind, Priority, Task, TaskOrigin, TaskState};

use crate::problem::Problem;
use crate::state::App;

/// A task, without its gold answers, its suggestion and what others said.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct TaskView {
    id: TaskId,
    /// Its queue.
    queue: QueueId,
    /// What tells it from other tasks of the queue.
    key: String,
    /// `state`, and what belongs to it.
    #[serde(flatten)]
    state: TaskState,
    /// Which come first.
    priority: Priority,
    /// When it should be complete.
    due_at: Option<Time>,
    /// Where it is from.
    origin: TaskOrigin,
    /// How many reviews are asked for now.
    wanted: u32,
    /// How many reviews count.
    reviews: u32,
    /// How many people have it right now.
    leases: u32,
    /// For whom it is kept: the first of `assignees`.
    assignee: Option<UserId>,
    /// For whom places of it are kept.
    assignees: Vec<UserId>,
    created_at: Time,
    /// That somebody asked for a decision.
    escalated: Option<Escalation>,
    /// Whether its right answers are known.
    gold: bool,
    /// What it is about, in short.
    item: Brief,
    /// The first words of what it is about.
    preview: String,
}

/// What a task is about, in short.
#[derive(Serialize, utoipa::ToSchema)]
struct Brief {
    /// What kind of item.
    #[serde(rename = "type")]
    kind: ItemKind,
    /// The log, where it is one.
    log_id: Option<LogId>,
    /// The conversation, where it is one.
    conversation_id: Option<String>,
}

impl Brief {
    fn of(item: &Item) -> Self {
        let (kind, log_id, conversation_id) = match item {
            Item::Log { log_id } => (ItemKind::Log, Some(*log_id), None),
            Item::Conversation { conversation_id } => {
                (ItemKind::Conversation, None, Some(conversation_id.clone()))
            }
            Item::Responses { .. } => (ItemKind::Responses, None, None),
            Item::Record { .. } => (ItemKind::Record, None, None),
        };
        Self { kind, log_id, conversation_id }
    }
}

/// The most characters of a preview.
const PREVIEW_CHARS: usize = 160;

impl TaskView {
    /// The task, with the first words of its log where it is about one.
    pub(crate) async fn of(app: &App, project: ProjectId, task: Task) -> Result<Self, Problem> {
        let log = match task.item {
            Item::Log { log_id } => app.store.log(project, log_id).await?,
            _ => None,
        };
        let mut view = Self::from(task);
        if let Some(detail) = log {
            let asked = detail.log.messages.iter().rfind(|message| message.role == "user");
            let text = asked.or(detail.log.messages.last()).map(Message::text);
            view.preview = text.unwrap_or_default().chars().take(PREVIEW_CHARS).collect();
        }
        Ok(view)
    }

    /// The first words of what it is about.
    pub(crate) fn preview(self) -> String {
        self.preview
    }

    /// Whether its key or its first words hold this text, whatever the case.
    pub(crate) fn holds(&self, lower: &str) -> bool {
        [&self.key, &self.preview].iter().any(|text| text.to_lowercase().contains(lower))
    }
}

impl From<Task> for TaskView {
    fn from(task: Task) -> Self {
        let preview = preview(&task.item).chars().take(PREVIEW_CHARS).collect();
        Self {
            id: task.id,
            queue: task.queue,
            key: task.key,
            state: task.state,
            priority: task.priority,
            due_at: task.due_at,
            origin: task.origin,
            wanted: task.wanted,
            reviews: task.reviews,
            leases: task.leases,
            assignee: task.assignee,
            assignees: task.assignees,
            created_at: task.created_at,
            escalated: task.escalated,
            gold: task.gold.is_some(),
            item: Brief::of(&task.item),
            preview,
        }
    }
}

fn preview(item: &Item) -> String {
    match item {
        Item::Log { log_id } => log_id.to_string(),
        Item::Conversation { conversation_id } => conversation_id.clone(),
        Item::Responses { prompt, responses, .. } => {
            let asked = prompt.last().map(Message::text);
            asked.or_else(|| responses.first().and_then(|r| r.text.clone())).unwrap_or_default()
        }
        Item::Record { fields } => {
            let texts = fields.values().map(|value| match value.as_str() {
                Some(text) => text.to_owned(),
                None => value.to_string(),
            });
            texts.collect::<Vec<_>>().join(" · ")
        }
    }
}
