//! A chat call, or one for embeddings, from the client and back.

use std::sync::Arc;

use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName};
use http_body_util::BodyExt as _;
use vouch_domain::Invalid;
use vouch_domain::deployment::Variant;
use vouch_domain::log::LogOrigin;

use crate::call::{Caller, ChatCall};
use crate::capture::{Capture, Ending};
use crate::error::GatewayError;
use crate::gateway::{Gateway, Moment, draft};
use crate::prompt::prepare;
use crate::provider::ProviderError;
use crate::reply::ChatReply;
use crate::route::Route;
use crate::serve::{Attempts, Candidate, Outcome, Prepare};
use crate::settings::Settings;
use crate::strip::Strip;
use crate::tee::Tee;

impl Gateway {
    /// Serves a call: the reply's body streams as the provider's does.
    ///
    /// # Errors
    /// When no provider answered; a provider's error status is a reply.
    pub async fn chat(&self, caller: &Caller, call: ChatCall) -> Result<ChatReply, GatewayError> {
        let moment = Moment::now(self.clock.as_ref());
        let settings = self.settings.get(caller.project, moment.at).await?;
        let (route, prepared) = self.prepare(caller, &settings, &call, moment).await?;
        let permit = self.queue.reserve().await?;
        let log = draft(caller, &call, &route, &prepared, moment, LogOrigin::Gateway);
        let clock = Arc::clone(&self.clock);
        let mut capture = Capture::new(log, Arc::clone(&settings), permit, clock);
        let attempts = Attempts {
            clock: self.clock.as_ref(),
            circuits: &self.circuits,
            project: caller.project,
            endpoint: call.endpoint,
            first_wait: self.first_wait,
        };
        let first = Candidate::new(&route, prepared, call.stream);
        let others = Others { route: &route, settings: &settings, call: &call };
        let outcome = attempts.serve(first, &route.fallbacks, &others, &mut capture).await;
        answer(outcome, capture)
    }
}

/// The same call by other variants.
struct Others<'a> {
    route: &'a Route,
    settings: &'a Settings,
    call: &'a ChatCall,
}

impl Prepare for Others<'_> {
    fn prepare(&self, variant: &Variant) -> Result<Candidate, Invalid> {
        let route = self.route.by(variant, self.settings);
        let prepared = prepare(self.call, route.variant.as_ref(), route.capture_logprobs)?;
        Ok(Candidate::new(&route, prepared, self.call.stream))
    }
}

/// The answer on its way to the client, captured as it passes.
fn answer(outcome: Outcome, mut capture: Capture) -> Result<ChatReply, GatewayError> {
    let Outcome { candidate, answer } = outcome;
    let Candidate { served, prepared, .. } = candidate;
    let log = capture.log();
    let reply = match answer {
        Ok(reply) => reply,
        Err(error) => {
            let (message, busy) = (error.to_string(), matches!(error, ProviderError::Busy(_)));
            let kind = if busy { "rejected" } else { "unreachable" };
            capture.end(Ending::NoAnswer { kind, message: message.clone() });
            let provider = served.provider.unwrap_or_default();
            return Err(if busy {
                GatewayError::Busy { provider, message, log }
            } else {
                GatewayError::Unreachable { provider, message, log }
            });
        }
    };
    let streamed = reply.is_event_stream();
    capture.answered(reply.status, streamed);
    let mut headers = shown(&reply.headers);
    let strip = if reply.status.is_success() { prepared.strip } else { Strip::default() };
    if let Some(length) = reply.headers.get(CONTENT_LENGTH).filter(|_| strip.is_nothing()) {
        headers.insert(CONTENT_LENGTH, length.clone());
    }
    let body = Tee::new(reply.body, capture, strip, streamed).boxed_unsync();
    Ok(ChatReply { log, served, status: reply.status, headers, body })
}

/// The provider's headers that a client may see.
fn shown(headers: &HeaderMap) -> HeaderMap {
    let passes = |name: &HeaderName| {
        let name = name.as_str();
        matches!(
            name,
            "content-type"
                | "content-encoding"
                | "retry-after"
                | "retry-after-ms"
                | "cache-control"
        ) || name.starts_with("x-ratelimit-")
            || name.starts_with("openai-")
            || name == "x-request-id"
    };
    headers.iter().filter(|(n, _)| passes(n)).map(|(n, v)| (n.clone(), v.clone())).collect()
}
