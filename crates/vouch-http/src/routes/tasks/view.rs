//! A task in a list, without what reviewers must not see.

use serde::Serialize;
use vouch_domain::Time;
use vouch_domain::id::{QueueId, TaskId, UserId};
use vouch_domain::message::Message;
use vouch_domain::review::{Item, Priority, Task, TaskOrigin, TaskState};

/// A task, without its gold answers, its suggestion and what others said.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct TaskView {
    id: TaskId,
    queue_id: QueueId,
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
    /// For whom it is kept.
    assignee: Option<UserId>,
    created_at: Time,
    /// The first words of what it is about.
    preview: String,
}

/// The most characters of a preview.
const PREVIEW_CHARS: usize = 160;

impl From<Task> for TaskView {
    fn from(task: Task) -> Self {
        let preview = preview(&task.item).chars().take(PREVIEW_CHARS).collect();
        Self {
            id: task.id,
            queue_id: task.queue,
            key: task.key,
            state: task.state,
            priority: task.priority,
            due_at: task.due_at,
            origin: task.origin,
            wanted: task.wanted,
            reviews: task.reviews,
            leases: task.leases,
            assignee: task.assignee,
            created_at: task.created_at,
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
