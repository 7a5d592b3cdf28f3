//! What all requests share: the plugged-in parts and the small memories beside them.

use std::fmt::Display;
use std::ops::Deref;
use std::sync::Arc;

use vouch_domain::Time;
use vouch_domain::access::Principal;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{AuditId, Entropy};

use crate::Deps;
use crate::auth::{KeyCache, Limits, Signins, Throttle};
use crate::prometheus::Measures;

/// The state of the server; a clone is a handle.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

/// What is behind the handle.
pub(crate) struct Shared {
    deps: Deps,
    /// Keys that were looked up a moment ago.
    pub(crate) keys: KeyCache,
    /// How often keys call.
    pub(crate) limits: Limits,
    /// Sign-ins that failed.
    pub(crate) signins: Signins,
    /// Feedback given with tokens.
    pub(crate) public_feedback: Throttle,
    /// What `/metrics` tells.
    pub(crate) measures: Measures,
}

impl App {
    pub(crate) fn new(deps: Deps) -> Self {
        Self(Arc::new(Shared {
            deps,
            keys: KeyCache::default(),
            limits: Limits::default(),
            signins: Signins::default(),
            public_feedback: Throttle::new(30, 60),
            measures: Measures::default(),
        }))
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    pub(crate) fn entropy(&self) -> Entropy {
        self.clock.entropy()
    }

    /// An audit entry by `by`, now. `details` must hold no secret.
    pub(crate) fn audit(
        &self,
        by: &Principal,
        action: &str,
        subject: &dyn Display,
        details: serde_json::Value,
    ) -> NewAudit {
        let at = self.now();
        NewAudit {
            id: AuditId::new(at, self.entropy()),
            project: by.project(),
            at,
            actor: by.actor(),
            action: action.to_owned(),
            subject: subject.to_string(),
            details,
        }
    }
}

impl Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Deref for Shared {
    type Target = Deps;
    fn deref(&self) -> &Deps {
        &self.deps
    }
}
