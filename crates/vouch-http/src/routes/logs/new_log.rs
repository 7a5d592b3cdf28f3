//! A log as an application sends it in, and what becomes of it.

use serde::Deserialize;
use serde_json::{Map, Value};
use vouch_domain::actor::Actor;
use vouch_domain::id::{Entropy, LogId, ProjectId};
use vouch_domain::log::{Log, LogError, LogOrigin, LogStatus, MAX_COUNT, Served};
use vouch_domain::message::{Choice, Message};
use vouch_domain::price::Price;
use vouch_domain::uncertainty::{TokenLogprob, Uncertainty};
use vouch_domain::{Invalid, Pointer, Time};

use crate::routes::checks::{self, NewPerformance, NewScore, NewUsage};

/// A log that is sent in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLog {
    /// Chosen by the sender, so that sending it again changes nothing; made where absent.
    #[serde(default)]
    id: Option<LogId>,
    /// When the interaction began; now where absent.
    #[serde(default)]
    created_at: Option<Time>,
    /// `completed` where absent; `failed` where there is an error.
    #[serde(default)]
    status: Option<LogStatus>,
    /// The input.
    messages: Vec<Message>,
    /// The output.
    #[serde(default)]
    choices: Option<Vec<Choice>>,
    /// The model's name at the provider.
    #[serde(default)]
    model: Option<String>,
    /// The provider's name.
    #[serde(default)]
    provider: Option<String>,
    /// The deployment's key.
    #[serde(default)]
    deployment: Option<String>,
    /// The deployment's version.
    #[serde(default)]
    version: Option<u32>,
    /// The variant's name.
    #[serde(default)]
    variant: Option<String>,
    /// `temperature`, `tools` and whatever else was asked.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    parameters: Option<Map<String, Value>>,
    /// Variables of the prompt template.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    inputs: Option<Map<String, Value>>,
    /// Free key-value pairs.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// Several calls that serve one purpose.
    #[serde(default)]
    chain_id: Option<String>,
    /// Several calls of one conversation.
    #[serde(default)]
    conversation_id: Option<String>,
    /// The application's user.
    #[serde(default)]
    user_id: Option<String>,
    /// Tokens used.
    #[serde(default)]
    usage: Option<NewUsage>,
    /// How long it took.
    #[serde(default)]
    performance: Option<NewPerformance>,
    /// Cost in millionths of a US dollar; from the price table where absent.
    #[serde(default)]
    cost_usd_micros: Option<i64>,
    /// The tokens of the first choice with their log-probabilities.
    #[serde(default)]
    logprobs: Option<Vec<TokenLogprob>>,
    /// Why it failed.
    #[serde(default)]
    error: Option<NewError>,
    /// What came along with it.
    #[serde(default)]
    pub(crate) feedback: Option<NewScore>,
}

/// Why a call failed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewError {
    /// `upstream`, `unreachable`, `interrupted` or `rejected`; `upstream` where absent.
    #[serde(default)]
    kind: Option<String>,
    /// The upstream's HTTP status.
    #[serde(default)]
    status: Option<u16>,
    /// What it said.
    message: String,
}

const MAX_ERROR_CHARS: usize = 8000;

/// What all logs of one request share.
pub(crate) struct Intake<'a> {
    pub(crate) project: ProjectId,
    pub(crate) now: Time,
    /// When logs were made that do not say it.
    pub(crate) undated: Time,
    pub(crate) by: &'a Actor,
    pub(crate) prices: &'a [Price],
}

impl NewLog {
    /// Whether its cost is to be found in the price table.
    pub(crate) fn wants_price(&self) -> bool {
        self.cost_usd_micros.is_none() && self.usage.is_some()
    }

    /// The log, checked and completed.
    ///
    /// # Errors
    /// The first field that is wrong, seen from this log.
    pub(crate) fn into_log(self, intake: &Intake<'_>, entropy: Entropy) -> Result<Log, Invalid> {
        let created_at = match (self.created_at, self.id) {
            (Some(at), _) => possible("/created_at", at, intake.now)?,
            (None, Some(id)) => possible("/id", id.made_at(), intake.now)?,
            (None, None) => intake.undated,
        };
        let id = self.id.unwrap_or_else(|| LogId::new(created_at, entropy));
        possible("/id", id.made_at(), intake.now)?;
        let error = self.error.map(NewError::check).transpose()?;
        let default = if error.is_some() { LogStatus::Failed } else { LogStatus::Completed };
        let served = Served {
            deployment: checks::name("/deployment", self.deployment)?,
            version: self.version,
            variant: checks::name("/variant", self.variant)?,
            provider: checks::name("/provider", self.provider)?,
            model: checks::name("/model", self.model)?,
        };
        let root = Pointer::root();
        let metadata = self.metadata.unwrap_or_default();
        checks::metadata("/metadata", &metadata)?;
        let usage = self.usage.map(Into::into);
        let priced = || checks::cost(intake.prices, &served, usage.as_ref());
        let possible_cost = 0..=MAX_COUNT.cast_signed();
        if let Some(cost) = self.cost_usd_micros.filter(|cost| !possible_cost.contains(cost)) {
            let expected = format!("an amount from 0 to {MAX_COUNT}");
            return Err(Invalid::new("/cost_usd_micros", expected, cost));
        }
        let logprobs = self.logprobs.unwrap_or_default();
        check_logprobs(&logprobs)?;
        let performance =
            self.performance.map(|p| p.check(&Pointer::from("/performance"))).transpose()?;
        let status = self.status.unwrap_or(default);
        let by = intake.by.clone();
        Ok(Log {
            cost_usd_micros: self.cost_usd_micros.or_else(priced),
            served,
            context: checks::context(&root, self.chain_id, self.conversation_id, self.user_id)?,
            messages: self.messages,
            choices: self.choices.unwrap_or_default(),
            parameters: self.parameters.unwrap_or_default(),
            inputs: self.inputs.unwrap_or_default(),
            metadata,
            usage,
            performance: performance.unwrap_or_default(),
            uncertainty: Uncertainty::of(&logprobs),
            logprobs,
            error,
            ..Log::new(id, intake.project, created_at, status, LogOrigin::Ingest, by)
        })
    }
}

impl NewError {
    fn check(self) -> Result<LogError, Invalid> {
        let kind = self.kind.unwrap_or_else(|| "upstream".to_owned());
        let known = ["upstream", "unreachable", "interrupted", "rejected"];
        if !known.contains(&kind.as_str()) {
            return Err(Invalid::new("/error/kind", format!("one of {}", known.join(", ")), kind));
        }
        let message = self.message.replace('\0', "");
        let message = message.chars().take(MAX_ERROR_CHARS).collect();
        Ok(LogError { kind, status: self.status, message })
    }
}

fn check_logprobs(tokens: &[TokenLogprob]) -> Result<(), Invalid> {
    // A certain token may come out a rounding error above 0.
    match tokens.iter().position(|token| !(-9999.0..=1e-6).contains(&token.logprob)) {
        None => Ok(()),
        Some(i) => {
            let at = Pointer::from("/logprobs").then(i).then("logprob");
            let expected = "a natural logarithm of a probability, from -9999 to 0";
            Err(Invalid { pointer: at, ..Invalid::new("", expected, tokens[i].logprob) })
        }
    }
}

/// A log from the future would stay on top of every list.
pub(crate) fn possible(pointer: &str, at: Time, now: Time) -> Result<Time, Invalid> {
    if at.micros() < 0 || at > now.plus_s(checks::SKEW_S) {
        let expected = format!("a time from 1970 until now ({now})");
        return Err(Invalid::new(pointer, expected, at));
    }
    Ok(at)
}
