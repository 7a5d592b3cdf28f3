//! Has a call served: asks a provider, repeats what may be repeated, and falls back to the next
//! variant. Nothing of an answer has gone to the client while this is at work; when the client
//! goes away the whole is dropped, so nothing more is asked.

use std::sync::Arc;
use std::time::Duration;

use vouch_domain::clock::Clock;
use vouch_domain::deployment::{DEFAULT_RETRIES, MAX_TIMEOUT_S, Variant};
use vouch_domain::id::ProjectId;
use vouch_domain::log::{Attempt, Served};
use vouch_domain::{Invalid, Time};

use crate::capture::{Capture, ms_between};
use crate::circuit::Circuits;
use crate::prompt::Prepared;
use crate::provider::{Endpoint, Provider, ProviderError, ProviderReply, ProviderRequest};
use crate::retry::{Verdict, hold, wait};
use crate::route::Route;

/// What may serve a call, with the request as it goes there.
pub(crate) struct Candidate {
    provider: Option<Arc<dyn Provider>>,
    pub(crate) served: Served,
    pub(crate) prepared: Prepared,
    request: ProviderRequest,
    retries: u8,
    timeout: Duration,
}

impl Candidate {
    pub(crate) fn new(route: &Route, prepared: Prepared, stream: bool) -> Self {
        let variant = route.variant.as_ref();
        let model = route.served.model.clone().unwrap_or_default();
        let timeout_s = variant.and_then(|v| v.timeout_s).unwrap_or(MAX_TIMEOUT_S);
        Self {
            provider: route.provider.clone(),
            served: route.served.clone(),
            request: ProviderRequest { body: prepared.body(&model, stream), model },
            prepared,
            retries: variant.and_then(|v| v.retries).unwrap_or(DEFAULT_RETRIES),
            timeout: Duration::from_secs(timeout_s.into()),
        }
    }

    async fn ask(&self, endpoint: Endpoint) -> Result<ProviderReply, ProviderError> {
        let provider = self.provider.as_ref().ok_or(ProviderError::Gone)?;
        let request = self.request.clone();
        let asked = async {
            match endpoint {
                Endpoint::Chat => provider.chat(request).await,
                Endpoint::Embeddings => provider.embeddings(request).await,
            }
        };
        match tokio::time::timeout(self.timeout, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(ProviderError::Late(self.timeout)),
        }
    }

    fn attempt(&self, started_at: Time) -> Attempt {
        Attempt {
            provider: self.served.provider.clone().unwrap_or_default(),
            model: self.served.model.clone().unwrap_or_default(),
            variant: self.served.variant.clone(),
            started_at,
            latency: 0.0,
            status: None,
            error: None,
        }
    }
}

/// How a call was served, or not.
pub(crate) struct Outcome {
    /// By what, or by what at last not.
    pub(crate) candidate: Candidate,
    pub(crate) answer: Result<ProviderReply, ProviderError>,
}

/// How one candidate did.
struct Tried {
    answer: Result<ProviderReply, ProviderError>,
    /// Whether it serves the call.
    serves: bool,
    /// Whether it was not even asked.
    skipped: bool,
}

/// Makes a candidate of another variant of the version.
pub(crate) trait Prepare: Sync {
    /// # Errors
    /// When the call lacks what the variant's prompt needs.
    fn prepare(&self, variant: &Variant) -> Result<Candidate, Invalid>;
}

/// What having a call served needs.
pub(crate) struct Attempts<'a> {
    pub(crate) clock: &'a dyn Clock,
    pub(crate) circuits: &'a Circuits,
    pub(crate) project: ProjectId,
    pub(crate) endpoint: Endpoint,
    /// The longest wait before the first repetition.
    pub(crate) first_wait: Duration,
}

impl Attempts<'_> {
    /// Tries `first`, then what `others` makes of each of `rest`, until one serves the call.
    /// Where none does, the outcome is the last that was asked.
    pub(crate) async fn serve(
        &self,
        first: Candidate,
        rest: &[Variant],
        others: &dyn Prepare,
        capture: &mut Capture,
    ) -> Outcome {
        let mut rest = rest.iter();
        let mut candidate = first;
        let mut before: Option<Outcome> = None;
        loop {
            let Tried { answer, serves, skipped } =
                self.reach(&candidate, rest.len() > 0, capture).await;
            if serves {
                return Outcome { candidate, answer };
            }
            let failed = match before {
                Some(asked) if skipped => asked,
                _ => Outcome { candidate, answer },
            };
            let next = rest.by_ref().find_map(|variant| match others.prepare(variant) {
                Ok(candidate) => Some(candidate),
                Err(why) => {
                    capture.skipped(self.unprepared(variant, &why));
                    None
                }
            });
            let Some(next) = next else {
                capture.serves(&failed.candidate);
                return failed;
            };
            capture.serves(&next);
            (candidate, before) = (next, Some(failed));
        }
    }

    /// Asks one candidate until it answers, or there is no sense in asking again. A failed answer
    /// is read to its end where something else is to come; the last one passes as it comes.
    async fn reach(&self, candidate: &Candidate, more: bool, capture: &mut Capture) -> Tried {
        let began = self.clock.now();
        let Ok(pass) = self.circuits.enter(self.project, &candidate.served, began) else {
            let why = "it failed 5 times in a row and is left alone for a while";
            capture.skipped(Attempt { error: Some(why.into()), ..candidate.attempt(began) });
            let answer = Err(ProviderError::Busy(why.into()));
            return Tried { answer, serves: false, skipped: true };
        };
        // A call that tries whether all is well again does so once.
        let retries = if pass.tries { 0 } else { u32::from(candidate.retries) };
        let mut nth = 0;
        loop {
            let began = self.clock.now();
            let answer = candidate.ask(self.endpoint).await;
            let now = self.clock.now();
            let verdict = Verdict::of(&answer);
            let status = answer.as_ref().ok().map(|reply| reply.status.as_u16());
            let latency = ms_between(began, now);
            let attempt = Attempt { latency, status, ..candidate.attempt(began) };
            if verdict == Verdict::Serves {
                pass.worked();
                capture.answers(attempt);
                return Tried { answer, serves: true, skipped: false };
            }
            let again = verdict == Verdict::Again && nth < retries;
            let wait =
                again.then(|| wait(&answer, nth, self.first_wait, now, self.clock.entropy()));
            let wait = wait.flatten();
            let (answer, why) = match answer {
                Ok(reply) if more || wait.is_some() => {
                    let (reply, why) = hold(reply).await;
                    (Ok(reply), why)
                }
                Ok(reply) => {
                    let why = format!("HTTP {}", reply.status);
                    (Ok(reply), why)
                }
                Err(error) => {
                    let why = error.to_string();
                    (Err(error), why)
                }
            };
            capture.failed(Attempt { error: Some(why), ..attempt });
            if let Some(wait) = wait {
                tokio::time::sleep(wait).await;
                if pass.is_closed(self.clock.now()) {
                    nth += 1;
                    continue;
                }
            }
            match &answer {
                _ if verdict.is_failure() => pass.failed(now),
                Ok(_) => pass.worked(),
                Err(_) => drop(pass),
            }
            return Tried { answer, serves: false, skipped: false };
        }
    }

    fn unprepared(&self, variant: &Variant, why: &Invalid) -> Attempt {
        Attempt {
            provider: variant.provider.clone(),
            model: variant.model.clone(),
            variant: Some(variant.name.clone()),
            started_at: self.clock.now(),
            latency: 0.0,
            status: None,
            error: Some(why.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
