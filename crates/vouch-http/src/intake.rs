//! Logs that come by another way than a request: read and checked as `POST /api/v1/logs` does.

use vouch_domain::actor::{Actor, Source};
use vouch_domain::feedback::{Feedback, FeedbackTarget};
use vouch_domain::id::{Entropy, FeedbackId, ProjectId};
use vouch_domain::log::{Log, MAX_COUNT};
use vouch_domain::metric::MetricValue;
use vouch_domain::price::Price;
use vouch_domain::{Invalid, Pointer, Time};

use crate::body::parse;
use crate::problem::Problem;
use crate::routes::checks::{self, NewPerformance};
use crate::routes::feedback::check_score;
use crate::routes::logs::{Intake, NewLog, possible};

/// What all rows of one source share.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The tenant.
    pub project: ProjectId,
    /// The time now; nothing may be much later.
    pub now: Time,
    /// When logs were made that do not say it.
    pub undated: Time,
    /// What a call costs that does not say it.
    pub prices: &'a [Price],
}

/// The log in the JSON of one `POST /api/v1/logs`, and the score that came with it. Ids that are
/// missing are made with `entropy`: the same row then gives the same ids.
///
/// # Errors
/// Where it is wrong, and what would be right.
pub fn read_log(
    json: &[u8],
    origin: &Origin<'_>,
    entropy: Entropy,
) -> Result<(Log, Option<Feedback>), String> {
    let came: NewLog = parse(json).map_err(Problem::into_detail)?;
    let by = Actor::System;
    let intake = Intake {
        project: origin.project,
        now: origin.now,
        undated: origin.undated,
        by: &by,
        prices: origin.prices,
    };
    let score = came.feedback.and_then(|feedback| feedback.score);
    let log = came.into_log(&intake, entropy).map_err(|e| e.to_string())?;
    let feedback = score.map(|score| given(&log, score, entropy)).transpose();
    Ok((log, feedback.map_err(|e| e.to_string())?))
}

/// A score is its user's word, where there is one.
fn given(log: &Log, score: f64, entropy: Entropy) -> Result<Feedback, Invalid> {
    check_score("/feedback/score", score)?;
    let (author, source) = match &log.context.user_id {
        Some(user) => (Actor::EndUser(user.clone()), Source::EndUser),
        None => (Actor::System, Source::Program),
    };
    Ok(Feedback {
        id: FeedbackId::new(log.created_at, entropy),
        created_at: log.created_at,
        author,
        author_name: None,
        source,
        target: FeedbackTarget::LogId(log.id),
        name: "score".to_owned(),
        value: MetricValue::Number(score),
        comment: None,
        correction: None,
        counts: true,
        retracted_at: None,
    })
}

/// Checks a log that was whole once, as far as somebody may have changed it since.
///
/// # Errors
/// The first field that is wrong.
pub fn check_log(log: &Log, now: Time) -> Result<(), Invalid> {
    possible("/created_at", log.created_at, now)?;
    possible("/id", log.id.made_at(), now)?;
    let served = &log.served;
    for (pointer, name) in [
        ("/deployment", &served.deployment),
        ("/variant", &served.variant),
        ("/provider", &served.provider),
        ("/model", &served.model),
    ] {
        checks::name(pointer, name.clone())?;
    }
    let ids = log.context.clone();
    checks::context(&Pointer::root(), ids.chain_id, ids.conversation_id, ids.user_id)?;
    checks::metadata("/metadata", &log.metadata)?;
    let (latency, time_to_first_token) =
        (log.performance.latency, log.performance.time_to_first_token);
    NewPerformance { latency, time_to_first_token }.check(&Pointer::from("/performance"))?;
    let counts = log.usage.as_ref();
    let counts = counts.map(|u| [u.prompt_tokens, u.completion_tokens, u.total_tokens]);
    let too_many = counts.into_iter().flatten().find(|count| *count > MAX_COUNT);
    let cost = log.cost_usd_micros.filter(|cost| !(0..=MAX_COUNT.cast_signed()).contains(cost));
    match (too_many, cost) {
        (Some(count), _) => Err(Invalid::new("/usage", format!("counts to {MAX_COUNT}"), count)),
        (None, Some(cost)) => {
            let expected = format!("an amount from 0 to {MAX_COUNT}");
            Err(Invalid::new("/cost_usd_micros", expected, cost))
        }
        (None, None) => Ok(()),
    }
}
