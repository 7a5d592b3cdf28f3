//! A review queue in a world: builders of what goes into it, and who works on it.

use serde_json::{Map, Value, json};
use vouch_domain::Time;
use vouch_domain::access::Role;
use vouch_domain::actor::Actor;
use vouch_domain::id::{QueueId, ReviewId, TaskId, UserId};
use vouch_domain::review::{
    ItemShape, NewQueue, NewTask, Progress, Queue, QueueState, Review, Task, TaskOrigin, TaskTurn,
};
use vouch_store::{
    Added, Ask, GiveBack, Given, Holder, KeptReview, QueueStore, StoreError, Submission, Submitted,
    TaskStore, TaskToAdd, UserStore,
};

use crate::world::World;

/// A queue, and when it is there.
pub(crate) struct Desk {
    pub(crate) w: World,
    pub(crate) queue: QueueId,
}

/// The settings of a queue about records with one question, and more of them.
pub(crate) fn settings(more: Value) -> NewQueue {
    let mut queue = json!({
        "name": "Quality", "item": "record",
        "rubric": {"questions": [{"key": "good", "title": "Good?", "type": "yes_no"}]},
    });
    let fields: Map<String, Value> = serde_json::from_value(more).unwrap();
    queue.as_object_mut().unwrap().extend(fields);
    serde_json::from_value(queue).unwrap()
}

impl Desk {
    pub(crate) async fn new(w: &World, more: Value) -> Self {
        let queue = queue(w, settings(more));
        let id = queue.id;
        w.store.create_queue(w.project, queue, w.audit("queue.create", "q")).await.unwrap();
        Self { w: w.clone(), queue: id }
    }

    pub(crate) async fn person(&self, name: &str) -> UserId {
        person(&self.w, name, Role::Reviewer).await
    }

    pub(crate) fn to_add(&self, task: Value) -> TaskToAdd {
        let at = self.w.now();
        TaskToAdd {
            id: TaskId::new(at, self.w.entropy()),
            origin: TaskOrigin::Added { by: Actor::System },
            new: serde_json::from_value::<NewTask>(task).unwrap(),
        }
    }

    pub(crate) async fn try_add(&self, tasks: Vec<Value>) -> Result<Added, StoreError> {
        let tasks = tasks.into_iter().map(|task| self.to_add(task)).collect();
        self.w.store.add_tasks(self.w.project, self.queue, tasks, self.w.now()).await
    }

    pub(crate) async fn add(&self, tasks: Vec<Value>) -> Vec<TaskId> {
        self.try_add(tasks).await.unwrap().ids
    }

    /// Adds records numbered from `first`.
    pub(crate) async fn add_records(&self, first: usize, count: usize) -> Vec<TaskId> {
        self.add((first..first + count).map(record).collect()).await
    }

    pub(crate) async fn next(&self, user: UserId, count: u32) -> Given {
        self.next_beside(user, count, &[]).await
    }

    pub(crate) async fn next_beside(&self, user: UserId, count: u32, holding: &[TaskId]) -> Given {
        let (project, queue, now) = (self.w.project, self.queue, self.w.now());
        let ask = Ask { project, queue, user, count, holding: holding.to_vec(), now };
        self.w.store.next(ask).await.unwrap()
    }

    /// The next task alone, where there is one.
    pub(crate) async fn take(&self, user: UserId) -> Option<TaskTurn> {
        self.next(user, 1).await.turns.pop()
    }

    pub(crate) fn holder(&self, task: TaskId, user: UserId) -> Holder {
        Holder { project: self.w.project, task, user, now: self.w.now() }
    }

    pub(crate) fn submission(&self, task: TaskId, user: UserId, answers: Value) -> Submission {
        let holder = self.holder(task, user);
        let review = ReviewId::new(holder.now, self.w.entropy());
        Submission {
            holder,
            queue: self.queue,
            review,
            submission: review.to_string(),
            answers: serde_json::from_value(answers).unwrap(),
            shape: ItemShape::default(),
            active_ms: 2500,
            order: vec![],
        }
    }

    pub(crate) async fn try_submit(
        &self,
        task: TaskId,
        user: UserId,
        answers: Value,
    ) -> Result<Submitted, StoreError> {
        self.w.store.submit(self.submission(task, user, answers)).await
    }

    pub(crate) async fn submit(&self, task: TaskId, user: UserId, answers: Value) -> KeptReview {
        kept(self.try_submit(task, user, answers).await.unwrap())
    }

    pub(crate) async fn give_back(&self, task: TaskId, user: UserId, how: GiveBack) {
        self.w.store.give_back(self.holder(task, user), how).await.unwrap();
    }

    pub(crate) async fn task(&self, id: TaskId) -> Task {
        self.w.store.task(self.w.project, id).await.unwrap().unwrap()
    }

    pub(crate) async fn reviews(&self, id: TaskId) -> Vec<Review> {
        self.w.store.reviews_of_task(self.w.project, id).await.unwrap()
    }

    pub(crate) async fn progress(&self, user: Option<UserId>) -> Progress {
        let now = self.w.now();
        self.w.store.progress(self.w.project, self.queue, user, now).await.unwrap()
    }

    /// Open, in progress, conflict, complete and cancelled.
    pub(crate) async fn counts(&self) -> [u64; 5] {
        let p = self.progress(None).await;
        [p.open, p.in_progress, p.conflict, p.complete, p.cancelled]
    }
}

pub(crate) async fn person(w: &World, name: &str, role: Role) -> UserId {
    let user = w.user(&format!("{name}@example.com"), role);
    w.store.create_user(user.clone(), None, w.audit("user.create", name)).await.unwrap();
    user.id
}

pub(crate) fn queue(w: &World, new: NewQueue) -> Queue {
    let created_at: Time = w.now();
    Queue {
        id: QueueId::new(created_at, w.entropy()),
        state: QueueState::Open,
        settings: new.settings().unwrap(),
        rubric_version: 1,
        guidelines_version: 1,
        created_at,
        archived_at: None,
    }
}

pub(crate) fn record(n: usize) -> Value {
    json!({"type": "record", "fields": {"n": n}})
}

pub(crate) fn yes() -> Value {
    json!({"good": true})
}

pub(crate) fn no() -> Value {
    json!({"good": false})
}

pub(crate) fn kept(submitted: Submitted) -> KeptReview {
    match submitted {
        Submitted::Kept(kept) => *kept,
        Submitted::NoPlace(why) => panic!("no place: {why}"),
    }
}
