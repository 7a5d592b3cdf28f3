//! Makes a database with many logs: as different from each other as those of a busy project.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Map, json};
use tokio::task::JoinSet;
use vouch_domain::Time;
use vouch_domain::actor::{Actor, Source};
use vouch_domain::feedback::{FeedbackTarget, NewFeedback};
use vouch_domain::id::{Entropy, FeedbackId, LogId, ProjectId};
use vouch_domain::log::{Log, LogError, LogOrigin, LogStatus, Performance, Usage};
use vouch_domain::message::{Choice, Message};
use vouch_store::{LogStore, SqlStore, Store, StoreOptions, UserStore};

use crate::output;

/// When the first log was made, in seconds since 1970: 2026-01-01.
pub(crate) const FIRST_S: i64 = 1_767_225_600;
/// The logs are spread evenly over so many days.
pub(crate) const DAYS: i64 = 90;
/// How many of each there are.
pub(crate) const DEPLOYMENTS: u64 = 5;
pub(crate) const MODELS: u64 = 7;
pub(crate) const USERS: u64 = 10_000;
pub(crate) const COUNTRIES: u64 = 40;
pub(crate) const WORDS: u64 = 4_000;
/// Logs of one chain, and of one conversation.
pub(crate) const CHAIN: u64 = 4;
pub(crate) const CONVERSATION: u64 = 10;
/// One log in so many has a word that few others have, and there are so many such words.
const RARE_EVERY: u64 = 997;
const RARE_WORDS: u64 = 50;

/// Logs in a transaction, and transactions that are prepared at once.
const BATCH: u64 = 500;
const AT_ONCE: usize = 4;

/// Which database.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The SQLite file, which has a project already.
    #[arg(long, value_name = "FILE")]
    database: PathBuf,
    /// How many logs.
    #[arg(long, value_name = "N")]
    logs: u64,
}

/// Writes the logs with their feedback; it says how far it is.
pub(crate) async fn run(options: Options) -> Result<()> {
    let url = format!("sqlite:{}", options.database.display());
    let store = Arc::new(SqlStore::open(&StoreOptions::new(url)).await?);
    let project = store.projects().await?.first().context("there is no project")?.id;
    let (begun, mut said, mut tasks) = (Instant::now(), Instant::now(), JoinSet::new());
    for first in (0..options.logs).step_by(usize::try_from(BATCH)?) {
        while tasks.len() >= AT_ONCE {
            tasks.join_next().await.transpose()?.transpose()?;
        }
        let (store, all) = (Arc::clone(&store), options.logs);
        tasks.spawn(async move {
            let draft = Draft { project, all };
            let numbers = first..all.min(first + BATCH);
            let logs: Vec<_> = numbers.clone().map(|n| draft.log(n)).collect();
            let feedback = numbers.flat_map(|n| draft.feedback(n)).collect();
            store.insert_logs(project, &logs, feedback, None).await
        });
        if said.elapsed().as_secs() >= 5 {
            said = Instant::now();
            let seconds = begun.elapsed().as_secs();
            output::step(&format!("  {first} of {} logs after {seconds} s", options.logs));
        }
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    store.close().await;
    Ok(())
}

/// What log number `n` of `all` is: the same each time.
struct Draft {
    project: ProjectId,
    all: u64,
}

impl Draft {
    fn at(&self, n: u64) -> Time {
        let span = u128::from(DAYS.unsigned_abs()) * 86_400_000_000;
        let past = span * u128::from(n) / u128::from(self.all.max(1));
        Time::from_micros(FIRST_S * 1_000_000 + i64::try_from(past).unwrap_or(0))
    }

    fn id(&self, n: u64) -> LogId {
        log_id(self.at(n), n)
    }

    fn log(&self, n: u64) -> Log {
        let failed = drawn(n, 1).is_multiple_of(50);
        let status = if failed { LogStatus::Failed } else { LogStatus::Completed };
        let origin = LogOrigin::Gateway;
        let mut log = Log::new(self.id(n), self.project, self.at(n), status, origin, Actor::System);
        log.served.deployment = Some(deployment(drawn(n, 2)));
        log.served.version = Some(1);
        log.served.variant = Some(if drawn(n, 3).is_multiple_of(2) { "a" } else { "b" }.into());
        log.served.provider = Some("mock".into());
        log.served.model = Some(model(drawn(n, 4)));
        log.context.user_id = Some(user(drawn(n, 5)));
        log.context.chain_id = Some(chain(n));
        log.context.conversation_id = Some(conversation(n));
        let mut words = words(n);
        let answer = words.split_off(words.len() / 3);
        log.messages = vec![Message::text_of("user", words.join(" "))];
        if failed {
            let message = "The model is overloaded.".into();
            log.error = Some(LogError { kind: "upstream".into(), status: Some(503), message });
        } else {
            log.choices = vec![Choice {
                index: 0,
                message: Message::text_of("assistant", answer.join(" ")),
                finish_reason: Some("stop".into()),
                rest: Map::new(),
            }];
        }
        let plan = if drawn(n, 6).is_multiple_of(3) { "pro" } else { "free" };
        log.metadata.insert("plan".into(), json!(plan));
        log.metadata.insert("country".into(), json!(country(drawn(n, 7))));
        log.usage = Some(Usage::of(100 + drawn(n, 8) % 200, 80 + drawn(n, 9) % 100));
        let ms = i32::try_from(300 + drawn(n, 10) % 2_000).unwrap_or_default();
        log.performance =
            Performance { latency: Some(f64::from(ms)), time_to_first_token: Some(120.0) };
        log.cost_usd_micros = Some(17);
        log
    }

    /// One log in ten has thumbs, one in twenty a score.
    fn feedback(&self, n: u64) -> Vec<NewFeedback> {
        let given = |name: &str, salt: u64, value| {
            let at = Time::from_micros(self.at(n).micros() + i64::try_from(salt).unwrap_or(0));
            NewFeedback {
                id: FeedbackId::new(at, entropy(n, salt)),
                project: self.project,
                at,
                author: Actor::EndUser(user(drawn(n, 5))),
                source: Source::EndUser,
                target: FeedbackTarget::LogId(self.id(n)),
                name: name.into(),
                value,
                comment: None,
                correction: None,
            }
        };
        let mut all = Vec::new();
        if drawn(n, 11).is_multiple_of(10) {
            all.push(given("thumbs", 12, json!(!drawn(n, 12).is_multiple_of(4))));
        }
        if drawn(n, 13).is_multiple_of(20) {
            all.push(given("score", 14, json!(drawn(n, 14) % 101)));
        }
        all
    }
}

/// The id of log `n` of `all`; it serves as a cursor as well.
pub(crate) fn id_of(n: u64, all: u64) -> String {
    let nobody = ProjectId::new(Time::from_micros(0), [0; 10]);
    Draft { project: nobody, all }.id(n).to_string()
}

pub(crate) fn deployment(n: u64) -> String {
    format!("assistant-{}", n % DEPLOYMENTS)
}

pub(crate) fn model(n: u64) -> String {
    format!("model-{}", n % MODELS)
}

pub(crate) fn user(n: u64) -> String {
    format!("user-{}", n % USERS)
}

pub(crate) fn country(n: u64) -> String {
    format!("c{}", n % COUNTRIES)
}

pub(crate) fn word(n: u64) -> String {
    format!("word{}", n % WORDS)
}

pub(crate) fn rare(n: u64) -> String {
    format!("rare{}", n % RARE_WORDS)
}

/// The chain of log `n`.
pub(crate) fn chain(n: u64) -> String {
    format!("chain-{}", n / CHAIN)
}

/// The conversation of log `n`.
pub(crate) fn conversation(n: u64) -> String {
    format!("conversation-{}", n / CONVERSATION)
}

/// About 240 words: 2 kB.
fn words(n: u64) -> Vec<String> {
    let mut words: Vec<String> = (0..240).map(|at| word(drawn(n, 100 + at))).collect();
    if n.is_multiple_of(RARE_EVERY) {
        words.push(rare(n / RARE_EVERY));
    }
    words
}

fn log_id(at: Time, n: u64) -> LogId {
    LogId::new(at, entropy(n, 0))
}

fn entropy(n: u64, salt: u64) -> Entropy {
    let (a, b) = (drawn(n, salt).to_le_bytes(), drawn(n, salt + 1_000).to_le_bytes());
    std::array::from_fn(|i| if i < 8 { a[i] } else { b[i - 8] })
}

/// A number drawn for log `n` and purpose `salt` (splitmix64).
fn drawn(n: u64, salt: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xd6e8_feb8_6659_fd93);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    // What comes of small numbers is spread by a second turn.
    z = (z ^ (z >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z ^ (z >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(all: u64) -> Draft {
        Draft { project: ProjectId::new(Time::from_micros(0), [0; 10]), all }
    }

    #[test]
    fn logs_are_spread_over_the_days_in_the_order_of_their_ids() {
        let draft = draft(1_000);
        let ids: Vec<_> = (0..1_000).map(|n| draft.id(n)).collect();
        assert!(ids.is_sorted());
        let days = draft.at(999).day() - draft.at(0).day();
        assert_eq!((draft.at(0).date().as_str(), days), ("2026-01-01", DAYS - 1));
        assert_eq!(id_of(7, 1_000), draft.id(7).to_string());
    }

    #[test]
    fn shares_are_about_what_they_should_be() {
        let draft = draft(20_000);
        let logs = || (0..20_000).map(|n| draft.log(n));
        let count = |n: usize, expected: usize| {
            assert!(n.abs_diff(expected) < expected / 4, "{n}, not {expected}");
        };
        count(logs().filter(|log| log.status == LogStatus::Failed).count(), 400);
        count(logs().filter(|log| log.metadata["plan"] == "pro").count(), 6_667);
        let feedback: Vec<_> = (0..20_000).flat_map(|n| draft.feedback(n)).collect();
        let named = |name| feedback.iter().filter(move |f| f.name == name);
        count(named("score").count(), 1_000);
        count(named("thumbs").filter(|f| f.value == json!(false)).count(), 500);
        assert_eq!(draft.log(8).context.chain_id, Some(chain(11)));
    }
}
