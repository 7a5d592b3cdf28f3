//! What happened, as webhooks are told it: ids, by which the rest can be asked for.

use serde_json::{Value, json};

use super::HookKind;
use crate::Time;
use crate::id::{LogId, ProjectId, QueueId, TaskId, WebhookId};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    /// Where.
    pub project: ProjectId,
    /// What kind of thing.
    pub kind: HookKind,
    /// In which queue, where it was in one.
    pub queue: Option<QueueId>,
    /// When.
    pub at: Time,
    data: Value,
}

/// How far a queue's reviewers agreed when that fell below its limit.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreementFell {
    /// The question's key.
    pub question: String,
    /// Krippendorff's alpha of the newest tasks.
    pub alpha: f64,
    /// How many tasks that is.
    pub tasks: u64,
    /// The limit.
    pub alpha_below: f64,
}

impl Happening {
    /// A task was decided.
    pub fn task_completed(
        project: ProjectId,
        at: Time,
        queue: QueueId,
        task: TaskId,
        log: Option<LogId>,
    ) -> Self {
        let data = json!({"queue_id": queue, "task_id": task, "log_id": log});
        Self { project, kind: HookKind::TaskCompleted, queue: Some(queue), at, data }
    }

    /// Nothing is left to do in a queue.
    pub fn queue_drained(project: ProjectId, at: Time, queue: QueueId) -> Self {
        let data = json!({"queue_id": queue});
        Self { project, kind: HookKind::QueueDrained, queue: Some(queue), at, data }
    }

    /// The reviewers of a queue agree less than its alert asks for.
    pub fn agreement_low(
        project: ProjectId,
        at: Time,
        queue: QueueId,
        fell: &AgreementFell,
    ) -> Self {
        let data = json!({
            "queue_id": queue, "question": fell.question, "alpha": fell.alpha,
            "alpha_below": fell.alpha_below, "tasks": fell.tasks,
        });
        Self { project, kind: HookKind::AgreementLow, queue: Some(queue), at, data }
    }

    /// Somebody tries a webhook.
    pub fn webhook_test(project: ProjectId, at: Time, webhook: WebhookId) -> Self {
        let data = json!({"webhook_id": webhook});
        Self { project, kind: HookKind::WebhookTest, queue: None, at, data }
    }

    /// What is sent, byte for byte.
    pub fn body(&self) -> String {
        json!({"type": self.kind, "timestamp": self.at, "data": self.data}).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_ids() {
        let at = Time::from_micros(1_000_000);
        let project = ProjectId::new(at, [1; 10]);
        let (queue, task) = (QueueId::new(at, [2; 10]), TaskId::new(at, [3; 10]));
        let done = Happening::task_completed(project, at, queue, task, None);
        let expected = format!(
            "{{\"type\":\"task.completed\",\"timestamp\":\"1970-01-01T00:00:01.000000Z\",\
             \"data\":{{\"queue_id\":\"{queue}\",\"task_id\":\"{task}\",\"log_id\":null}}}}"
        );
        assert_eq!(done.body(), expected);
    }
}
