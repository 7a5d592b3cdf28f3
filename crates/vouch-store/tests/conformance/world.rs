//! A project in a fresh store, and builders of what goes into it. Time and ids are counted, so
//! that a test is the same each time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Map, Value, json};
use vouch_domain::access::Role;
use vouch_domain::actor::{Actor, Source};
use vouch_domain::audit::NewAudit;
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::filter::{Filter, parse};
use vouch_domain::id::{AuditId, Entropy, FeedbackId, LogId, PatchId, ProjectId, UserId};
use vouch_domain::log::{Log, LogOrigin, LogStatus, LogSummary, Usage};
use vouch_domain::message::{Choice, Message};
use vouch_domain::metric::built_in;
use vouch_domain::patch::{Additions, Patch};
use vouch_domain::project::Project;
use vouch_domain::user::User;
use vouch_domain::{Page, Time};
use vouch_store::{FeedbackStore, LogQuery, LogStore, SqlStore, UserStore};

use crate::backend::Backend;

/// A store with one project.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) backend: Arc<Backend>,
    pub(crate) store: Arc<SqlStore>,
    pub(crate) project: ProjectId,
    clock: Arc<AtomicI64>,
    drawn: Arc<AtomicI64>,
}

/// The first moment of every test: 2026-01-31T12:00:00Z.
pub(crate) const START: i64 = 1_769_860_800_000_000;

impl World {
    pub(crate) async fn new(backend: Arc<Backend>, store: Arc<SqlStore>) -> Self {
        let project = ProjectId::new(Time::from_micros(START), [1; 10]);
        let clock = Arc::new(AtomicI64::new(START));
        let world = Self { backend, store, project, clock, drawn: Arc::default() };
        world.create_project(project, "test").await;
        world
    }

    /// The same store, seen from another project.
    pub(crate) fn in_project(&self, project: ProjectId) -> Self {
        Self { project, ..self.clone() }
    }

    /// The same project in another store.
    pub(crate) fn in_store(&self, store: Arc<SqlStore>) -> Self {
        Self { store, ..self.clone() }
    }

    pub(crate) async fn create_project(&self, id: ProjectId, name: &str) {
        let at = self.now();
        let project = Project { id, name: name.into(), created_at: at };
        let audit = NewAudit { project: id, ..self.audit("project.create", name) };
        self.store.create_project(project, built_in(at), audit).await.unwrap();
    }

    /// Each moment is a second after the one before.
    pub(crate) fn now(&self) -> Time {
        Time::from_micros(self.clock.fetch_add(1_000_000, Ordering::Relaxed))
    }

    pub(crate) fn advance_s(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub(crate) fn advance_days(&self, days: i64) {
        self.clock.fetch_add(days * 86_400_000_000, Ordering::Relaxed);
    }

    pub(crate) fn entropy(&self) -> Entropy {
        let bytes = self.drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        std::array::from_fn(|i| if i < 2 { 7 } else { bytes[i - 2] })
    }

    pub(crate) fn audit(&self, action: &str, subject: &str) -> NewAudit {
        let at = self.now();
        NewAudit {
            id: AuditId::new(at, self.entropy()),
            project: self.project,
            at,
            actor: Actor::System,
            action: action.into(),
            subject: subject.into(),
            details: json!({"n": 1, "text": "ä"}),
        }
    }

    pub(crate) fn log(&self) -> Log {
        let at = self.now();
        let id = LogId::new(at, self.entropy());
        let (status, origin) = (LogStatus::Completed, LogOrigin::Gateway);
        let mut log = Log::new(id, self.project, at, status, origin, Actor::System);
        log.served.deployment = Some("assistant".into());
        log.served.variant = Some("a".into());
        log.served.model = Some("tiny".into());
        log.messages = vec![Message::text_of("user", "What is the capital of France?")];
        log.choices = vec![choice("Paris.")];
        log.usage = Some(Usage::of(7, 2));
        log.cost_usd_micros = Some(3);
        log
    }

    pub(crate) async fn insert(&self, log: &Log) {
        let written = self
            .store
            .insert_logs(self.project, std::slice::from_ref(log), vec![], None)
            .await
            .unwrap();
        assert_eq!(written.ids, [log.id]);
    }

    pub(crate) fn patch(&self, log: LogId, additions: Value) -> Patch {
        let at = self.now();
        Patch {
            id: PatchId::new(at, self.entropy()),
            project: self.project,
            log,
            at,
            by: Actor::System,
            additions: serde_json::from_value::<Additions>(additions).unwrap(),
        }
    }

    pub(crate) fn feedback(
        &self,
        target: FeedbackTarget,
        who: &str,
        name: &str,
        value: Value,
    ) -> NewFeedback {
        let at = self.now();
        NewFeedback {
            id: FeedbackId::new(at, self.entropy()),
            project: self.project,
            at,
            author: Actor::EndUser(who.into()),
            source: Source::EndUser,
            target,
            name: name.into(),
            value,
            comment: None,
            correction: None,
        }
    }

    pub(crate) fn on(&self, log: LogId, who: &str, name: &str, value: Value) -> NewFeedback {
        self.feedback(FeedbackTarget::LogId(log), who, name, value)
    }

    /// Appends one feedback; says whether its log was there.
    pub(crate) async fn give(&self, feedback: NewFeedback) -> (FeedbackId, bool) {
        let given = self.store.append_feedback(self.project, vec![feedback], None).await;
        let (written, here) = given.unwrap();
        (written.ids[0], here[0])
    }

    /// A page of logs that a filter leaves.
    pub(crate) async fn page(&self, filter: Filter) -> Page<LogSummary> {
        let query = LogQuery { project: self.project, filter, cursor: None, limit: 200 };
        self.store.logs(&query).await.unwrap()
    }

    /// The logs that a filter leaves, newest first.
    pub(crate) async fn find(&self, filter: &str) -> Vec<LogSummary> {
        self.page(self.filter(filter)).await.items
    }

    pub(crate) fn filter(&self, text: &str) -> Filter {
        parse(text, self.now()).unwrap()
    }

    pub(crate) fn user(&self, email: &str, role: Role) -> User {
        let at = self.now();
        User {
            id: UserId::new(at, self.entropy()),
            project: self.project,
            email: email.into(),
            name: email.split('@').next().unwrap().into(),
            role,
            groups: vec![],
            created_at: at,
            disabled_at: None,
        }
    }
}

pub(crate) fn choice(text: &str) -> Choice {
    Choice {
        index: 0,
        message: Message::text_of("assistant", text),
        finish_reason: Some("stop".into()),
        rest: Map::new(),
    }
}
