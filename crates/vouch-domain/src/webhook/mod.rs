//! Webhooks: addresses of programs that are told when something happened, and what became of it.

mod address;
mod happening;
mod schedule;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use address::is_public;
pub use happening::{AgreementFell, Happening};
pub use schedule::{Ending, MAX_WAIT_S, WAITS_S, ending};

use crate::id::{DeliveryId, ProjectId, QueueId, WebhookId};
use crate::{Invalid, Time};

/// What kind of thing a webhook is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum HookKind {
    /// A task of a review queue was decided, or decided again.
    #[serde(rename = "task.completed")]
    TaskCompleted,
    /// The last task of a review queue that was left to do is done.
    #[serde(rename = "queue.drained")]
    QueueDrained,
    /// The reviewers of a queue agree less than its alert asks for.
    #[serde(rename = "agreement.low")]
    AgreementLow,
    /// Somebody tries the webhook. Every webhook is told, none asks for it.
    #[serde(rename = "webhook.test")]
    WebhookTest,
}

impl HookKind {
    /// The kinds that a webhook may ask for.
    pub const ASKED: [Self; 3] = [Self::TaskCompleted, Self::QueueDrained, Self::AgreementLow];

    /// The name used on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TaskCompleted => "task.completed",
            Self::QueueDrained => "queue.drained",
            Self::AgreementLow => "agreement.low",
            Self::WebhookTest => "webhook.test",
        }
    }

    /// The kind of that name.
    pub fn parse(text: &str) -> Option<Self> {
        let all = Self::ASKED.into_iter().chain([Self::WebhookTest]);
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// An address that is told of what happens. Its secret is never shown again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// What people call it.
    pub name: String,
    /// Where it is told.
    pub url: String,
    /// Of what, each once.
    pub events: Vec<HookKind>,
    /// Of which queues; of all where empty.
    pub queues: Vec<QueueId>,
    /// Since when and why it is told nothing; null where it is told.
    pub off: Option<Off>,
    /// The first attempt that failed since one was taken; null where the last one was taken.
    pub failing_since: Option<Time>,
    /// Until when what is sent is also signed with the secret before; null where it is not.
    pub old_secret_until: Option<Time>,
    /// When it was made.
    pub created_at: Time,
}

/// Since when and why a webhook is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Off {
    /// Since when.
    pub at: Time,
    /// Why.
    pub because: OffReason,
}

/// Why a webhook is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OffReason {
    /// Somebody switched it off.
    Paused,
    /// It took nothing for [`GIVE_UP_AFTER_S`].
    Failures,
    /// It answered 410: it wants nothing any more.
    Gone,
}

impl OffReason {
    /// The word used in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Failures => "failures",
            Self::Gone => "gone",
        }
    }

    /// The reason of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Paused, Self::Failures, Self::Gone].into_iter().find(|why| why.as_str() == text)
    }
}

/// A webhook that took nothing for so long is switched off with the next delivery that is given
/// up, in seconds: five days.
pub const GIVE_UP_AFTER_S: i64 = 5 * 86_400;
/// How long what is sent is also signed with the secret before, in seconds: a day.
pub const OLD_SECRET_S: i64 = 86_400;
/// How long deliveries are kept, in seconds: 30 days.
pub const KEPT_S: i64 = 30 * 86_400;
/// The most webhooks of a project.
pub const MAX_WEBHOOKS: u32 = 50;
/// The most queues that a webhook names.
const MAX_QUEUES: usize = 100;

impl Webhook {
    /// Whether it is to be told.
    pub fn wants(&self, happening: &Happening) -> bool {
        self.off.is_none() && self.asks_for(happening.kind, happening.queue)
    }

    fn asks_for(&self, kind: HookKind, queue: Option<QueueId>) -> bool {
        let of_queue = |queue| self.queues.is_empty() || self.queues.contains(&queue);
        self.events.contains(&kind) && queue.is_none_or(of_queue)
    }

    /// The place for which its secrets are sealed.
    pub fn place(project: ProjectId, id: WebhookId) -> String {
        format!("{project}/webhook/{id}")
    }

    /// Whether a delivery that is given up at `now` switches it off.
    pub fn is_hopeless(&self, now: Time) -> bool {
        self.failing_since.is_some_and(|since| since.plus_s(GIVE_UP_AFTER_S) <= now)
    }
}

/// What a webhook asks for, in its one form: each once, in order.
///
/// # Errors
/// At `/events`, where there is none, or one that is not asked for; at `/queues`, where there are
/// too many.
pub fn check_asked(
    mut events: Vec<HookKind>,
    mut queues: Vec<QueueId>,
) -> Result<(Vec<HookKind>, Vec<QueueId>), Invalid> {
    events.sort_unstable();
    events.dedup();
    let known = HookKind::ASKED.map(HookKind::as_str).join(", ");
    if events.is_empty() {
        return Err(Invalid::new("/events", format!("at least one of {known}"), "none"));
    }
    if let Some(other) = events.iter().find(|kind| !HookKind::ASKED.contains(kind)) {
        return Err(Invalid::new("/events", format!("some of {known}"), other.as_str()));
    }
    queues.sort_unstable();
    queues.dedup();
    if queues.len() > MAX_QUEUES {
        return Err(Invalid::new("/queues", format!("at most {MAX_QUEUES}"), queues.len()));
    }
    Ok((events, queues))
}

/// What is to change of a webhook; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebhookUpdate {
    /// What people call it.
    pub name: Option<String>,
    /// Where it is told.
    pub url: Option<String>,
    /// Of what.
    pub events: Option<Vec<HookKind>>,
    /// Of which queues.
    pub queues: Option<Vec<QueueId>>,
    /// Whether it is told.
    pub on: Option<bool>,
}

impl WebhookUpdate {
    /// The webhook after the change. One that is switched on begins anew.
    ///
    /// # Errors
    /// As [`check_asked`].
    pub fn apply(self, old: Webhook, now: Time) -> Result<Webhook, Invalid> {
        let (events, queues) =
            check_asked(self.events.unwrap_or(old.events), self.queues.unwrap_or(old.queues))?;
        let (off, failing_since) = match self.on {
            None => (old.off, old.failing_since),
            Some(true) if old.off.is_none() => (None, old.failing_since),
            Some(true) => (None, None),
            Some(false) => {
                let paused = Off { at: now, because: OffReason::Paused };
                (old.off.or(Some(paused)), old.failing_since)
            }
        };
        let (name, url) = (self.name.unwrap_or(old.name), self.url.unwrap_or(old.url));
        Ok(Webhook { name, url, events, queues, off, failing_since, ..old })
    }
}

/// Something that one webhook is told, or was.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// Its id: the header `webhook-id` of every attempt.
    pub id: DeliveryId,
    /// What kind of thing happened.
    #[serde(rename = "type")]
    pub kind: HookKind,
    /// Whether it was taken.
    pub state: DeliveryState,
    /// When it happened.
    pub created_at: Time,
    /// When it is sent next; null where it is not sent again by itself.
    pub next_at: Option<Time>,
    /// What is sent, as it is sent.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub payload: Value,
    /// The attempts, oldest first; the last [`MAX_ATTEMPTS`] are kept.
    pub attempts: Vec<DeliveryAttempt>,
}

/// The most attempts of a delivery that are kept: it may be replayed any number of times.
pub const MAX_ATTEMPTS: usize = 20;

/// Whether a delivery was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is sent now, or later.
    Waiting,
    /// It was taken: the last attempt was answered with 200 to 299.
    Delivered,
    /// It was not taken, and is not sent again by itself.
    Failed,
}

impl DeliveryState {
    /// The word used in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Waiting, Self::Delivered, Self::Failed];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

/// One attempt to have a delivery taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryAttempt {
    /// When it began.
    pub at: Time,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
    /// The status of the answer; null where there was none.
    pub status: Option<u16>,
    /// Why there was no answer; null where there was one.
    pub error: Option<String>,
    /// The first kilobyte of the answer, as text.
    pub response: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(events: &[HookKind], queues: &[QueueId]) -> Webhook {
        let at = Time::from_micros(0);
        Webhook {
            id: WebhookId::new(at, [1; 10]),
            name: "n".into(),
            url: "https://example.com".into(),
            events: events.to_vec(),
            queues: queues.to_vec(),
            off: None,
            failing_since: None,
            old_secret_until: None,
            created_at: at,
        }
    }

    #[test]
    fn a_webhook_is_told_what_it_asks_for_of_its_queues() {
        let at = Time::from_micros(7);
        let project = ProjectId::new(at, [1; 10]);
        let (one, two) = (QueueId::new(at, [2; 10]), QueueId::new(at, [3; 10]));
        let drained = Happening::queue_drained(project, at, one);
        assert!(hook(&[HookKind::QueueDrained], &[]).wants(&drained));
        assert!(hook(&[HookKind::QueueDrained], &[two, one]).wants(&drained));
        assert!(!hook(&[HookKind::QueueDrained], &[two]).wants(&drained));
        assert!(!hook(&[HookKind::TaskCompleted], &[]).wants(&drained));
        let off = WebhookUpdate { on: Some(false), ..WebhookUpdate::default() };
        let off = off.apply(hook(&[HookKind::QueueDrained], &[]), at).unwrap();
        assert_eq!(off.off, Some(Off { at, because: OffReason::Paused }));
        assert!(!off.wants(&drained));
    }

    #[test]
    fn one_that_is_switched_on_begins_anew() {
        let (at, later) = (Time::from_micros(0), Time::from_micros(9));
        let mut old = hook(&[HookKind::TaskCompleted], &[]);
        old.failing_since = Some(at);
        assert!(old.is_hopeless(at.plus_s(GIVE_UP_AFTER_S)));
        assert!(!old.is_hopeless(at.plus_s(GIVE_UP_AFTER_S - 1)));
        old.off = Some(Off { at, because: OffReason::Failures });
        let on = WebhookUpdate { on: Some(true), ..WebhookUpdate::default() };
        let on = on.apply(old, later).unwrap();
        assert_eq!((on.off, on.failing_since), (None, None));
    }

    #[test]
    fn nobody_asks_for_nothing_or_for_tests() {
        let wrong = check_asked(vec![], vec![]).unwrap_err();
        assert_eq!(wrong.pointer.to_string(), "/events");
        assert!(check_asked(vec![HookKind::WebhookTest], vec![]).is_err());
        let twice = vec![HookKind::QueueDrained, HookKind::TaskCompleted, HookKind::QueueDrained];
        let (events, _) = check_asked(twice, vec![]).unwrap();
        assert_eq!(events, [HookKind::TaskCompleted, HookKind::QueueDrained]);
    }
}
