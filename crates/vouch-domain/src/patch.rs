//! addMetrics: what an application adds to a log afterwards, and how it is merged.
//!
//! Metadata is merged by key, newest wins. Everything else fills what was absent. The calls
//! themselves are kept, so that nothing is overwritten without a trace.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Time;
use crate::actor::Actor;
use crate::id::{LogId, PatchId, ProjectId};
use crate::log::{Context, Log, LogStatus, Performance, Usage};
use crate::message::{Choice, Message};

/// What one addMetrics call adds. Its `feedback.score` becomes a feedback of its own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Additions {
    /// Fills the ids that were absent.
    #[serde(flatten)]
    pub context: Context,
    /// Merged by key; newest wins.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// Fills an absent usage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Fills an absent cost: what that usage costs, in millionths of a US dollar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd_micros: Option<i64>,
    /// Fills absent timings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance: Option<Performance>,
    /// Fills an absent input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    /// Fills an absent output, and thereby completes a configured log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

/// One addMetrics call, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Patch {
    /// Its id.
    pub id: PatchId,
    /// Its tenant.
    pub project: ProjectId,
    /// The log it belongs to, which may not be there yet.
    pub log: LogId,
    /// When it came; patches apply in this order, those of one moment in the order of their ids.
    pub at: Time,
    /// Who sent it.
    pub by: Actor,
    /// What it adds.
    pub additions: Additions,
}

impl Additions {
    /// Whether there is nothing to merge.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Merges into `log`. Merging the same additions twice changes nothing more.
    pub fn merge_into(&self, log: &mut Log) {
        fill(&mut log.context.chain_id, self.context.chain_id.as_ref());
        fill(&mut log.context.conversation_id, self.context.conversation_id.as_ref());
        fill(&mut log.context.user_id, self.context.user_id.as_ref());
        for (key, value) in &self.metadata {
            log.metadata.insert(key.clone(), value.clone());
        }
        fill(&mut log.usage, self.usage.as_ref());
        fill(&mut log.cost_usd_micros, self.cost_usd_micros.as_ref());
        if let Some(performance) = &self.performance {
            fill(&mut log.performance.latency, performance.latency.as_ref());
            fill(
                &mut log.performance.time_to_first_token,
                performance.time_to_first_token.as_ref(),
            );
        }
        if log.messages.is_empty() {
            log.messages.clone_from(&self.messages);
        }
        if log.choices.is_empty() && !self.choices.is_empty() {
            log.choices.clone_from(&self.choices);
            if log.status == LogStatus::Configured {
                log.status = LogStatus::Completed;
            }
        }
    }
}

fn fill<T: Clone>(slot: &mut Option<T>, value: Option<&T>) {
    if slot.is_none() {
        *slot = value.cloned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::LogOrigin;
    use proptest::prelude::*;
    use serde_json::json;

    fn configured() -> Log {
        let at = Time::from_micros(1_700_000_000_000_000);
        Log::new(
            LogId::new(at, [1; 10]),
            ProjectId::new(at, [2; 10]),
            at,
            LogStatus::Configured,
            LogOrigin::GetConfig,
            Actor::System,
        )
    }

    fn additions(json: Value) -> Additions {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn choices_complete_a_configured_log() {
        let mut log = configured();
        additions(
            json!({"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}),
        )
        .merge_into(&mut log);
        assert_eq!(log.status, LogStatus::Configured);
        additions(json!({"choices": [{"message": {"role": "assistant", "content": "hi"}}]}))
            .merge_into(&mut log);
        assert_eq!(log.status, LogStatus::Completed);
        assert_eq!(log.choices[0].message.text(), "hi");
    }

    #[test]
    fn what_is_there_stays_but_metadata_is_newest_wins() {
        let mut log = configured();
        additions(json!({"chain_id": "a", "metadata": {"k": 1, "keep": true}}))
            .merge_into(&mut log);
        additions(json!({"chain_id": "b", "metadata": {"k": 2}})).merge_into(&mut log);
        assert_eq!(log.context.chain_id.as_deref(), Some("a"));
        assert_eq!(Value::Object(log.metadata), json!({"k": 2, "keep": true}));
    }

    fn any_additions() -> impl Strategy<Value = Additions> {
        let id = proptest::option::of("[a-z]{1,4}");
        let metadata = proptest::collection::btree_map("[a-c]", 0i32..5, 0..3);
        let tokens = proptest::option::of(0u64..9);
        (id.clone(), id, metadata, tokens, any::<bool>()).prop_map(
            |(chain, user, metadata, tokens, answered)| Additions {
                context: Context { chain_id: chain, user_id: user, conversation_id: None },
                metadata: metadata.into_iter().map(|(k, v)| (k, json!(v))).collect(),
                usage: tokens.map(|n| Usage { prompt_tokens: n, ..Usage::default() }),
                choices: answered
                    .then(|| Choice {
                        index: 0,
                        message: Message::text_of("assistant", "x"),
                        finish_reason: None,
                        rest: Map::new(),
                    })
                    .into_iter()
                    .collect(),
                ..Additions::default()
            },
        )
    }

    proptest! {
        #[test]
        fn merging_twice_is_merging_once(all in proptest::collection::vec(any_additions(), 0..5)) {
            let mut log = configured();
            for a in &all { a.merge_into(&mut log); }
            let once = log.clone();
            if let Some(last) = all.last() { last.merge_into(&mut log); }
            prop_assert_eq!(log, once);
        }

        #[test]
        fn nothing_that_was_known_is_lost(first in any_additions(), second in any_additions()) {
            let mut log = configured();
            first.merge_into(&mut log);
            let before = log.clone();
            second.merge_into(&mut log);
            prop_assert!(before.metadata.keys().all(|k| log.metadata.contains_key(k)));
            prop_assert!(before.usage.is_none() || before.usage == log.usage);
            prop_assert!(before.choices.is_empty() || before.choices == log.choices);
            let chain_kept = before.context.chain_id == log.context.chain_id;
            prop_assert!(before.context.chain_id.is_none() || chain_kept);
        }
    }
}
